import { describe, expect, it } from 'vitest';
import { Cancelled, TimedOut } from '../../src/kernel/errors.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { cancellationOf, isCancellation, sleep, whileParked, withTimeout } from '../../src/kernel/waiting.ts';
import { makeExecutor, START } from './executor-fixture.ts';

/** Lets promises have their effect, without a turn of the event loop. */
async function microtasks(): Promise<void> {
  for (let count = 0; count < 10; count += 1) await Promise.resolve();
}

const REASON = new Cancelled('enough');

describe('sleep', () => {
  it('resolves after its time, and leaves nothing behind', async () => {
    const clock = new VirtualClock({ now: START });
    const controller = new AbortController();
    let isAwake = false;
    void sleep(clock, 1000, controller.signal, 'a nap').then(() => (isAwake = true));
    await clock.advanceBy(999);
    expect(isAwake).toBe(false);
    await clock.advanceBy(1);
    expect(isAwake).toBe(true);
    controller.abort(REASON);
    expect(clock.timers()).toEqual([]);
  });

  it('rejects with Cancelled as soon as its signal is aborted, whatever the reason', async () => {
    const clock = new VirtualClock({ now: START });
    const [ours, theirs] = [new AbortController(), new AbortController()];
    const naps = [sleep(clock, 1000, ours.signal, 'a nap'), sleep(clock, 1000, theirs.signal, 'a nap')];
    ours.abort(REASON);
    theirs.abort('a text');
    await expect(naps[0]).rejects.toBe(REASON);
    await expect(naps[1]).rejects.toMatchObject({
      name: 'Cancelled',
      message: 'a nap was called off',
      cause: 'a text',
    });
    expect(clock.timers()).toEqual([]);
    await expect(sleep(clock, 1000, ours.signal, 'a nap')).rejects.toBe(REASON);
    expect(clock.timers()).toEqual([]);
  });

  it('needs no signal', async () => {
    const clock = new VirtualClock({ now: START });
    await clock.pump(sleep(clock, 1000, undefined, 'a nap'));
    expect(clock.monotonicMs()).toBe(1000);
  });
});

describe('whileParked', () => {
  it('parks the execution until its promise settles, in either way', async () => {
    const { executor, life } = makeExecutor();
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const lane = executor.lane({
      life,
      kind: 'handler',
      name: 'waits',
      run: async () => {
        for (const gate of gates) await whileParked('a gate', gate.promise).catch(() => undefined);
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    const outcome = lane.request(1);
    expect(executor.busy()).toEqual([]);
    gates[0]?.resolve();
    await microtasks();
    gates[1]?.reject(new Error('no'));
    await microtasks();
    expect(executor.busy()).toEqual(['handler "waits" of hallway_light']);
    expect((await outcome).kind).toBe('done');
  });

  it('is transparent outside of executions', async () => {
    await expect(whileParked('a gate', Promise.resolve(3))).resolves.toBe(3);
  });
});

describe('withTimeout', () => {
  it('gives what the work gives, and disarms its timer', async () => {
    const clock = new VirtualClock({ now: START });
    await expect(withTimeout(clock, 1000, 'the work', async () => 3)).resolves.toBe(3);
    await expect(withTimeout(clock, 1000, 'the work', () => Promise.reject(REASON))).rejects.toBe(REASON);
    expect(clock.timers()).toEqual([]);
  });

  it('rejects with TimedOut at the limit and aborts the signal, though the work goes on', async () => {
    const clock = new VirtualClock({ now: START });
    let signal: AbortSignal | undefined;
    const limited = withTimeout(clock, 1000, 'the work', (given) => {
      signal = given;
      return new Promise<never>(() => {});
    });
    const caught = limited.catch((error: unknown) => error);
    await clock.advanceBy(1000);
    expect(await caught).toBeInstanceOf(TimedOut);
    expect(await caught).toMatchObject({
      timeoutMs: 1000,
      message: 'the work took longer than its time limit of 1 s',
    });
    expect(signal?.reason).toBe(await caught);
  });

  it('rejects with the reason when its parent is called off', async () => {
    const clock = new VirtualClock({ now: START });
    const parent = new AbortController();
    const limited = withTimeout(clock, 1000, 'the work', (signal) => sleep(clock, 500, signal, 'a nap'), parent.signal);
    parent.abort(REASON);
    await expect(limited).rejects.toBe(REASON);
    await expect(withTimeout(clock, 1000, 'the work', async () => 3, parent.signal)).rejects.toBe(REASON);
    expect(clock.timers()).toEqual([]);
  });
});

describe('isCancellation', () => {
  it('knows ours and the platform’s', () => {
    expect(isCancellation(REASON)).toBe(true);
    expect(isCancellation(AbortSignal.abort().reason)).toBe(true);
    expect(isCancellation(new Error('AbortError'))).toBe(false);
    expect(isCancellation('AbortError')).toBe(false);
    expect(cancellationOf(AbortSignal.abort(REASON), 'x')).toBe(REASON);
  });
});
