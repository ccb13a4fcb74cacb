import { describe, expect, it } from 'vitest';
import { Moment } from '../../src/kernel/moment.ts';
import {
  currentTracker,
  NotInCondition,
  readTime,
  type ReadTracker,
  refuseInCondition,
  trackReads,
  type TrackedRead,
  untracked,
} from '../../src/kernel/tracked-reads.ts';

function tracker(): ReadTracker & { readonly reads: TrackedRead[]; readonly refusals: string[] } {
  const reads: TrackedRead[] = [];
  const refusals: string[] = [];
  return {
    what: 'the condition of a test',
    reads,
    refusals,
    note: (read) => reads.push(read),
    suspend: ({ why }) => {
      throw new Error(why);
    },
    refused: ({ message }) => refusals.push(message),
    held: () => false,
  };
}

describe('trackReads', () => {
  it('notes what is read while it asks, and hands back to whoever asked before', () => {
    const [outer, inner] = [tracker(), tracker()];
    const read = (what: string): string =>
      readTime({ what, look: () => what, untilMs: () => undefined, sinceMs: () => undefined });
    trackReads(outer, () => {
      read('a');
      trackReads(inner, () => read('b'));
      untracked(() => read('nobody'));
      read('c');
    });
    read('d');
    expect(outer.reads.map(({ what }) => what)).toEqual(['a', 'c']);
    expect(inner.reads.map(({ what }) => what)).toEqual(['b']);
    expect(currentTracker()).toBeUndefined();
  });

  it('hands back after a condition that throws', () => {
    expect(() =>
      trackReads(tracker(), () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(currentTracker()).toBeUndefined();
  });
});

describe('refuseInCondition', () => {
  it('tells the tracker, so that a condition that catches it has got nowhere', () => {
    const asked = tracker();
    expect(() => refuseInCondition('clock.now()', '')).not.toThrow();
    expect(() => trackReads(asked, () => refuseInCondition('clock.now()', ''))).toThrow(NotInCondition);
    expect(asked.refusals).toEqual(['clock.now() was tried in the condition of a test']);
  });
});

describe('Moment', () => {
  it('lets whoever waits go on once all is told, also after a failure', () => {
    const moment = new Moment();
    const told: string[] = [];
    moment.afterwards(() => told.push('at once'));
    moment.tell(() => {
      moment.afterwards(() => told.push('later'));
      moment.tell(() => told.push('a'));
      told.push('b');
    });
    expect(() =>
      moment.tell(() => {
        moment.afterwards(() => told.push('after a failure'));
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(told).toEqual(['at once', 'a', 'b', 'later', 'after a failure']);
  });
});
