import { describe, expect, it } from 'vitest';
import {
  RESOURCE_TRANSITIONS,
  type ResourceEffect,
  type ResourceInput,
  type ResourceStatus,
} from '../../src/kernel/resource-status.ts';

const STATUSES: readonly ResourceStatus[] = [
  'created',
  'starting',
  'running',
  'retrying',
  'degraded',
  'stopping',
  'stopped',
  'failed',
];
const INPUTS: readonly ResourceInput[] = [
  'start',
  'started',
  'start-failed',
  'stop',
  'ended',
  'cleaned-up',
  'lost',
  'recovered',
  'given-up',
  'anew',
];

/** Every step there is; whatever is not listed is refused. */
const STEPS: readonly (readonly [ResourceStatus, ResourceInput, ResourceStatus, ResourceEffect])[] = [
  ['created', 'start', 'starting', 'begin-start'],
  ['created', 'stop', 'stopping', 'begin-stop'],
  ['starting', 'start', 'starting', 'join-start'],
  ['starting', 'started', 'running', 'none'],
  ['starting', 'start-failed', 'stopping', 'begin-stop'],
  ['starting', 'stop', 'stopping', 'begin-stop'],
  ['starting', 'lost', 'starting', 'none'],
  ['starting', 'recovered', 'starting', 'none'],
  ['starting', 'anew', 'starting', 'none'],
  ['running', 'start', 'running', 'join-start'],
  ['running', 'stop', 'stopping', 'begin-stop'],
  ['running', 'lost', 'retrying', 'none'],
  ['running', 'recovered', 'running', 'none'],
  ['running', 'given-up', 'degraded', 'none'],
  ['retrying', 'start', 'retrying', 'join-start'],
  ['retrying', 'stop', 'stopping', 'begin-stop'],
  ['retrying', 'lost', 'retrying', 'none'],
  ['retrying', 'recovered', 'running', 'none'],
  ['retrying', 'given-up', 'degraded', 'none'],
  ['retrying', 'anew', 'retrying', 'none'],
  ['degraded', 'start', 'degraded', 'join-start'],
  ['degraded', 'stop', 'stopping', 'begin-stop'],
  ['degraded', 'given-up', 'degraded', 'none'],
  ['degraded', 'anew', 'retrying', 'none'],
  ['stopping', 'stop', 'stopping', 'join-stop'],
  ['stopping', 'ended', 'stopped', 'leave'],
  ['stopping', 'cleaned-up', 'failed', 'none'],
  ['stopped', 'stop', 'stopped', 'join-stop'],
  ['failed', 'stop', 'stopping', 'begin-stop'],
];

describe('RESOURCE_TRANSITIONS', () => {
  it('knows every status and in each every input', () => {
    expect(Object.keys(RESOURCE_TRANSITIONS).toSorted()).toEqual([...STATUSES].toSorted());
    for (const status of STATUSES) {
      expect(Object.keys(RESOURCE_TRANSITIONS[status]).toSorted()).toEqual([...INPUTS].toSorted());
    }
  });

  for (const status of STATUSES) {
    describe(status, () => {
      for (const input of INPUTS) {
        const step = STEPS.find(([from, given]) => from === status && given === input);
        if (step === undefined) {
          it(`refuses ${input} in words`, () => {
            const transition = RESOURCE_TRANSITIONS[status][input];
            expect(transition).toEqual({ refusal: expect.stringMatching(/^it(s| is| has| was) .{8,}/) });
          });
        } else {
          it(`goes by ${input} to ${step[2]}`, () => {
            expect(RESOURCE_TRANSITIONS[status][input]).toEqual({ status: step[2], effect: step[3] });
          });
        }
      }
    });
  }

  it('lets every status be stopped, and reach stopped from there', () => {
    for (const status of STATUSES) {
      const transition = RESOURCE_TRANSITIONS[status].stop;
      expect(transition).not.toHaveProperty('refusal');
    }
    expect(RESOURCE_TRANSITIONS.stopping.ended).toMatchObject({ status: 'stopped' });
  });

  it('is left by nothing once stopped', () => {
    for (const transition of Object.values(RESOURCE_TRANSITIONS.stopped)) {
      if (!('refusal' in transition)) expect(transition.status).toBe('stopped');
    }
  });
});
