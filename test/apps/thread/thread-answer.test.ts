import { describe, expect, it } from 'vitest';
import { answerOf } from '../../../src/apps/thread/thread-answer.ts';
import { TimedOut } from '../../../src/kernel/errors.ts';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';

/** A thread that has a processor for a part of the time. */
function asked(share: number) {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-01T12:00:00Z') });
  const computedMs = (): Promise<number> => Promise.resolve(40_000 + share * clock.monotonicMs());
  return { clock, thread: { what: 'thread "hall"', machineTime: clock, computedMs } };
}

describe('answerOf', () => {
  it('gives what the thread answers, and leaves no timer behind', async () => {
    const { clock, thread } = asked(1);
    expect(await answerOf(Promise.resolve(3), thread)).toBe(3);
    await expect(answerOf(Promise.reject(new Error('no')), thread)).rejects.toThrow('no');
    expect(clock.timers()).toEqual([]);
  });

  it.each([
    ['computes all the time', 1, 6000],
    ['has a quarter of a processor', 0.25, 18_000],
    ['computes nothing', 0, 30_000],
  ])('gives a thread up that %s', async (_what, share, afterMs) => {
    const { clock, thread } = asked(share);
    const given = answerOf(new Promise(() => {}), thread).catch((error: unknown) => error);
    expect(await clock.pump(given)).toBeInstanceOf(TimedOut);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(afterMs);
    expect(clock.monotonicMs()).toBeGreaterThan(afterMs - 2000);
    expect(clock.timers()).toEqual([]);
  });

  it('waits for one that is slow because the machine is busy', async () => {
    const { clock, thread } = asked(0.1);
    const question = Promise.withResolvers<string>();
    clock.after(20_000, 'the answer', () => question.resolve('late'));
    expect(await clock.pump(answerOf(question.promise, thread))).toBe('late');
  });
});
