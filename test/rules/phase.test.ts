import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countAnew, dueMs, type PhaseState, takeLevel, takeTime } from '../../src/rules/phase.ts';

const holds = { enterMs: 10, exitMs: 30 };

describe('the phase of a rule', () => {
  it.each<[string, PhaseState, boolean, number | undefined, number, PhaseState]>([
    ['nothing known and false is off', { phase: undefined }, false, 5, 100, { phase: 'off', sinceMs: 5 }],
    [
      'nothing known and true waits',
      { phase: undefined },
      true,
      95,
      100,
      { phase: undefined, pending: { to: 'on', sinceMs: 95 } },
    ],
    ['true for long enough is on', { phase: 'off' }, true, 90, 100, { phase: 'on', sinceMs: 90 }],
    [
      'true, since nobody knows when, counts from now',
      { phase: 'off' },
      true,
      undefined,
      100,
      { phase: 'off', pending: { to: 'on', sinceMs: 100 } },
    ],
    [
      'what is dated ahead of us counts from now',
      { phase: 'off' },
      true,
      200,
      100,
      { phase: 'off', pending: { to: 'on', sinceMs: 100 } },
    ],
    [
      'the same again ends what is pending',
      { phase: 'on', pending: { to: 'off', sinceMs: 80 } },
      true,
      99,
      100,
      { phase: 'on' },
    ],
    [
      'what is pending goes on',
      { phase: 'on', pending: { to: 'off', sinceMs: 80 } },
      false,
      99,
      100,
      { phase: 'on', pending: { to: 'off', sinceMs: 80 } },
    ],
    [
      'what has been pending for long enough counts',
      { phase: 'on', pending: { to: 'off', sinceMs: 70 } },
      false,
      99,
      100,
      { phase: 'off', sinceMs: 70 },
    ],
  ])('%s', (_what, state, level, sinceMs, nowMs, after) => {
    expect(takeLevel(state, { level, sinceMs }, holds, nowMs)).toEqual(after);
  });

  it('comes to count by time at the millisecond at which it is due', () => {
    const state: PhaseState = { phase: 'on', pending: { to: 'off', sinceMs: 100 } };
    expect(dueMs(state, holds)).toBe(130);
    expect(takeTime(state, holds, 129)).toBe(state);
    expect(takeTime(state, holds, 130)).toEqual({ phase: 'off', sinceMs: 100 });
  });

  it('counts anew from what has been otherwise, and never from before', () => {
    const state: PhaseState = { phase: 'on', pending: { to: 'off', sinceMs: 100 } };
    expect(countAnew(state, 110).pending?.sinceMs).toBe(110);
    expect(countAnew(state, 90)).toBe(state);
    expect(countAnew({ phase: 'on' }, 90)).toEqual({ phase: 'on' });
  });

  it('is, once all has lasted, what the condition said last', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 40 })), { minLength: 1 }), (steps) => {
        let nowMs = 0;
        let state: PhaseState = { phase: undefined };
        for (const [level, passMs] of steps) {
          state = takeLevel(state, { level, sinceMs: nowMs }, holds, nowMs);
          nowMs += passMs;
          state = takeTime(state, holds, nowMs);
        }
        state = takeTime(state, holds, nowMs + 30);
        expect(state.phase).toBe(steps.at(-1)?.[0] === true ? 'on' : 'off');
        expect(state.pending).toBeUndefined();
      }),
    );
  });
});
