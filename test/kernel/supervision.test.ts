import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterFailure, DEFAULT_SUPERVISION, type Supervision } from '../../src/kernel/supervision.ts';

const SUPERVISION: Supervision = { ...DEFAULT_SUPERVISION, restarts: 2, windowMs: 10_000 };

describe('afterFailure', () => {
  it('begins again, after longer and longer waits, while the budget lasts', () => {
    const first = afterFailure([], 0, SUPERVISION, 0);
    expect(first).toEqual({ failuresMs: [0], next: { kind: 'restart', inMs: 1000 } });
    const second = afterFailure(first.failuresMs, 1000, SUPERVISION, 0);
    expect(second.next).toEqual({ kind: 'restart', inMs: 2000 });
    const third = afterFailure(second.failuresMs, 3000, SUPERVISION, 0);
    expect(third.next).toEqual({ kind: 'end-daemon' });
  });

  it('forgets failures that have left the window', () => {
    const verdict = afterFailure([0, 5000], 10_000, SUPERVISION, 0);
    expect(verdict).toEqual({ failuresMs: [5000, 10_000], next: { kind: 'restart', inMs: 2000 } });
  });

  it('gives a new budget after cooling down', () => {
    const verdict = afterFailure([1, 2], 3, { ...SUPERVISION, whenSpent: 'cool-down', coolDownMs: 60_000 }, 0);
    expect(verdict).toEqual({ failuresMs: [], next: { kind: 'cool-down', inMs: 60_000 } });
  });

  it('goes without where that is the policy', () => {
    expect(afterFailure([1, 2], 3, { ...SUPERVISION, whenSpent: 'go-without' }, 0).next).toEqual({
      kind: 'go-without',
    });
  });

  it('never allows more restarts within any window than the budget has, however the failures fall', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 4000 }), { maxLength: 60 }),
        fc.integer({ min: 0, max: 5 }),
        (gaps, restarts) => {
          const supervision: Supervision = { ...SUPERVISION, restarts };
          const restartedAt: number[] = [];
          let failuresMs: readonly number[] = [];
          let nowMs = 0;
          for (const gap of gaps) {
            nowMs += gap;
            const verdict = afterFailure(failuresMs, nowMs, supervision, 0.5);
            failuresMs = verdict.failuresMs;
            if (verdict.next.kind === 'restart') restartedAt.push(nowMs);
          }
          for (const atMs of restartedAt) {
            const within = restartedAt.filter((otherMs) => otherMs > atMs - supervision.windowMs && otherMs <= atMs);
            expect(within.length).toBeLessThanOrEqual(restarts);
          }
        },
      ),
    );
  });
});
