import { describe, expect, it } from 'vitest';
import { currentExecution } from '../../src/kernel/execution.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { makeExecutor } from './executor-fixture.ts';

function fired(clock: SystemClock, delayMs: number): Promise<number> {
  const startMs = performance.now();
  return new Promise((resolve) => clock.after(delayMs, 'test', () => resolve(performance.now() - startMs)));
}

describe('SystemClock', () => {
  it('is never early', async () => {
    const clock = new SystemClock();
    const delays = Array.from({ length: 40 }, (_, index) => index * 0.37);
    const took = await Promise.all(delays.map((delayMs) => fired(clock, delayMs)));
    for (const [index, delayMs] of delays.entries()) expect(took[index]).toBeGreaterThanOrEqual(delayMs);
  });

  it('takes delays longer than Node does', async () => {
    const clock = new SystemClock();
    let isEarly = false;
    const timers = [2 ** 31, 1e12, Number.MAX_SAFE_INTEGER].map((delayMs) =>
      clock.after(delayMs, 'test', () => (isEarly = true)),
    );
    await fired(clock, 5);
    for (const timer of timers) timer.cancel();
    expect(isEarly).toBe(false);
  });

  it('takes none and negative ones as at once', async () => {
    const clock = new SystemClock();
    await Promise.all([fired(clock, 0), fired(clock, -5)]);
  });

  it('cancels, more than once and after the fact', async () => {
    const clock = new SystemClock();
    let count = 0;
    const cancelled = clock.after(1, 'test', () => (count += 1));
    const deferred = clock.defer(() => (count += 1));
    cancelled.cancel();
    cancelled.cancel();
    deferred.cancel();
    const done = clock.after(1, 'test', () => (count += 10));
    await fired(clock, 3);
    done.cancel();
    expect(count).toBe(10);
  });

  it('calls back on behalf of nobody', async () => {
    const clock = new SystemClock();
    const { executor, life } = makeExecutor();
    const seen = Promise.withResolvers<unknown[]>();
    executor
      .lane({
        life,
        kind: 'handler',
        name: 'arms',
        run: () => void clock.after(1, 'test', () => clock.defer(() => seen.resolve([currentExecution()]))),
      })
      .submit(1);
    expect(await seen.promise).toEqual([undefined]);
  });

  it('tells the time of the machine', () => {
    const clock = new SystemClock();
    expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(1000);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(clock.monotonicMs());
    expect(clock.sleptMs() ?? 0).toBeLessThan(1000);
  });
});
