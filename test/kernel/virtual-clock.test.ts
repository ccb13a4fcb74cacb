import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currentExecution } from '../../src/kernel/execution.ts';
import { type ClockPeer, NotQuiet, VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { sleep } from '../../src/kernel/waiting.ts';
import { makeExecutor, START } from './executor-fixture.ts';

function makeClock() {
  const clock = new VirtualClock({ now: START });
  const log: string[] = [];
  const note = (what: string) => () => void log.push(`${clock.monotonicMs()} ${what}`);
  return { clock, log, note };
}

/** Another clock behind messages, as a worker thread's is. */
function peerOf(inner: VirtualClock): ClockPeer {
  const hop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  let seen = '';
  return {
    async nextDueMs() {
      await hop();
      return inner.timers()[0]?.dueMs;
    },
    async advanceTo(epochMs) {
      await hop();
      await inner.advanceTo(epochMs);
    },
    async settle() {
      await hop();
      await inner.settle();
      const now = JSON.stringify([inner.nowMs(), inner.timers()]);
      const happened = now !== seen;
      seen = now;
      return happened;
    },
  };
}

describe('VirtualClock', () => {
  it('stands still until it is told to move', async () => {
    const { clock, log, note } = makeClock();
    clock.after(10, 'a', note('a'));
    await clock.settle();
    expect(log).toEqual([]);
    expect(clock.nowMs()).toBe(START.epochMilliseconds);
    await clock.advanceBy(25);
    expect(log).toEqual(['10 a']);
    expect(clock.nowMs()).toBe(START.epochMilliseconds + 25);
    expect(clock.monotonicMs()).toBe(25);
  });

  it('fires in the order of due times, then in the order of arming', async () => {
    const { clock, log, note } = makeClock();
    for (const [delayMs, what] of [
      [20, 'c'],
      [10, 'a'],
      [20, 'd'],
      [10, 'b'],
      [0, 'now'],
      [-5, 'late'],
    ] as const)
      clock.after(delayMs, what, note(what));
    await clock.advanceBy(100);
    expect(log).toEqual(['0 now', '0 late', '10 a', '10 b', '20 c', '20 d']);
  });

  it('lets all that a timer sets off come to rest before the next one', async () => {
    const { clock, log, note } = makeClock();
    clock.after(10, 'a', () => {
      note('a')();
      clock.defer(() => void Promise.resolve().then(() => clock.defer(note('deferred twice'))));
      clock.after(0, 'at once', note('at once'));
    });
    clock.after(10, 'b', note('b'));
    clock.after(11, 'c', note('c'));
    await clock.advanceBy(11);
    expect(log).toEqual(['10 a', '10 deferred twice', '10 b', '10 at once', '11 c']);
  });

  it('runs deferred work in order without being told to, and in none of the executions that deferred it', async () => {
    const { clock, executor, life } = makeExecutor();
    const seen: unknown[] = [];
    executor
      .lane({
        life,
        kind: 'handler',
        name: 'defers',
        run: () => {
          clock.defer(() => seen.push('first', currentExecution()));
          clock.defer(() => seen.push('second'));
          clock.after(5, 'timer', () => seen.push('timer', currentExecution()));
          clock.defer(() => seen.push('never')).cancel();
        },
      })
      .submit(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(['first', undefined, 'second']);
    await clock.advanceBy(5);
    expect(seen.slice(3)).toEqual(['timer', undefined]);
  });

  it('cancels timers, more than once and in any order', async () => {
    const { clock, log, note } = makeClock();
    const timers = [3, 1, 2, 5, 4].map((delayMs) => clock.after(delayMs, `${delayMs}`, note(`${delayMs}`)));
    timers[2]?.cancel();
    timers[2]?.cancel();
    timers[3]?.cancel();
    await clock.advanceBy(10);
    timers[0]?.cancel();
    expect(log).toEqual(['1 1', '3 3', '4 4']);
  });

  it('lists what waits, the next first', () => {
    const { clock, note } = makeClock();
    clock.after(20, 'late', note(''));
    clock.after(10, 'early', note(''));
    expect(clock.timers()).toEqual([
      { label: 'early', dueMs: START.epochMilliseconds + 10 },
      { label: 'late', dueMs: START.epochMilliseconds + 20 },
    ]);
  });

  it('moves to a moment, and not back', async () => {
    const { clock, log, note } = makeClock();
    clock.after(10, 'a', note('a'));
    await clock.advanceTo(START.epochMilliseconds + 10);
    await clock.advanceTo(START.epochMilliseconds);
    expect(log).toEqual(['10 a']);
    expect(clock.monotonicMs()).toBe(10);
  });

  it('fires every timer once, in order, and at its time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { maxLength: 20 }),
        fc.nat(60),
        async (delays, untilMs) => {
          const { clock } = makeClock();
          const fired: [dueMs: number, firedMs: number][] = [];
          for (const [delayMs, againMs] of delays) {
            clock.after(delayMs, 'first', () => {
              fired.push([delayMs, clock.monotonicMs()]);
              clock.after(againMs, 'again', () => fired.push([delayMs + againMs, clock.monotonicMs()]));
            });
          }
          await clock.advanceBy(untilMs);
          const expected = delays
            .flatMap(([delayMs, againMs]) => [delayMs, delayMs + againMs])
            .filter((dueMs) => dueMs <= untilMs);
          expect(fired.map(([dueMs]) => dueMs)).toEqual(expected.toSorted((a, b) => a - b));
          expect(fired.every(([dueMs, firedMs]) => dueMs === firedMs)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('runs side by side with others', async () => {
    const days = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const { clock, log, note } = makeClock();
        for (let hour = 0; hour < 24; hour += 1) clock.after(hour * 3_600_000 + index, '', note(`${hour}`));
        await clock.advanceBy(86_400_000);
        return log.length;
      }),
    );
    expect(days).toEqual(Array(20).fill(24));
  });

  it('settles in a turn or two of the event loop', async () => {
    const { clock } = makeClock();
    let turns = 0;
    let handle = setImmediate(function tick() {
      turns += 1;
      handle = setImmediate(tick);
    });
    for (let index = 0; index < 100; index += 1) await clock.settle();
    clearImmediate(handle);
    expect(turns).toBeLessThanOrEqual(200);
  });

  it('waits for real work, and not for what waits for virtual time', async () => {
    const { clock, executor, life } = makeExecutor();
    const log: string[] = [];
    executor
      .lane({
        life,
        kind: 'handler',
        name: 'io',
        run: async (_, { signal }) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          log.push('read');
          await sleep(clock, 1000, signal, 'a nap');
          log.push('slept');
        },
      })
      .submit(1);
    await clock.settle();
    expect(log).toEqual(['read']);
    await clock.advanceBy(1000);
    expect(log).toEqual(['read', 'slept']);
  });

  it('names what is busy for longer than it waits', async () => {
    const { clock, executor, life } = makeExecutor({ busyLimitMs: 20 });
    executor
      .lane({ life, kind: 'handler', name: 'hangs', timeoutMs: 1000, run: () => new Promise(() => {}) })
      .submit(1);
    const error = await clock.settle().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NotQuiet);
    expect(error).toMatchObject({
      message: 'Still running after 20ms of real time: handler "hangs" of hallway_light',
      busy: ['handler "hangs" of hallway_light'],
      timers: [{ label: 'time limit of handler "hangs" of hallway_light' }],
    });
  });

  it('does not take for hanging what only had no processor', async () => {
    const clock = new VirtualClock({ now: START, busyLimitMs: 40 });
    let work = 4;
    clock.addActivity({ busy: () => (work > 0 ? ['reading a file'] : []) });
    const slow = setInterval(() => {
      work -= 1;
      for (const untilMs = performance.now() + 30; performance.now() < untilMs;);
    }, 1);
    await clock.settle();
    clearInterval(slow);
    expect(work).toBeLessThanOrEqual(0);
  });

  it('waits no more for what it has named, so that a test comes to its end', async () => {
    const { clock, executor, life } = makeExecutor({ busyLimitMs: 20 });
    const log: string[] = [];
    executor
      .lane({ life, kind: 'handler', name: 'hangs', timeoutMs: 1000, run: () => new Promise(() => {}) })
      .submit(1);
    await expect(clock.settle()).rejects.toThrow(NotQuiet);
    clock.after(60_000, 'later', () => log.push('later'));
    await clock.advanceBy(60_000);
    expect(log).toEqual(['later']);
  });

  it('asks activities only as long as they are there', async () => {
    const { clock } = makeClock();
    let busy: readonly string[] = ['reading a file'];
    const remove = clock.addActivity({ busy: () => busy });
    setTimeout(() => (busy = []), 5);
    await clock.settle();
    expect(busy).toEqual([]);
    busy = ['for ever'];
    remove();
    await clock.settle();
  });

  describe('pump', () => {
    it('moves on to whatever timer a promise waits for', async () => {
      const { clock } = makeClock();
      const work = async (): Promise<string> => {
        await sleep(clock, 60_000, undefined, 'a nap');
        await sleep(clock, 3_600_000, undefined, 'another nap');
        return 'rested';
      };
      expect(await clock.pump(work())).toBe('rested');
      expect(clock.monotonicMs()).toBe(3_660_000);
    });

    it('passes on a rejection, and what is settled already', async () => {
      const { clock } = makeClock();
      await expect(clock.pump(Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await clock.pump(Promise.resolve(3))).toBe(3);
      expect(clock.monotonicMs()).toBe(0);
    });

    it('says so when there is nothing left to wait for', async () => {
      const { clock } = makeClock();
      await expect(clock.pump(new Promise(() => {}))).rejects.toThrow(
        /never settles: nothing is left that it could wait for\. No timer is pending\./,
      );
    });

    it('names the timers that go on for ever', async () => {
      const { clock } = makeClock();
      const again = (): void => void clock.after(3_600_000, 'the hourly look', again);
      again();
      const error = await clock.pump(new Promise(() => {})).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(NotQuiet);
      expect((error as NotQuiet).message).toMatch(
        /7d of virtual time did not end it\. Pending timers: the hourly look \(due 2026-03-08T13:00:00Z\)/,
      );
    });
  });

  describe('with the clock of another thread', () => {
    it('moves both, in the order of due times', async () => {
      const { clock, log, note } = makeClock();
      const inner = new VirtualClock({ now: START });
      clock.addPeer(peerOf(inner));
      for (const ms of [10, 30]) clock.after(ms, 'here', note('here'));
      for (const ms of [5, 20, 30, 40])
        inner.after(
          ms,
          'there',
          () => void log.push(`${inner.monotonicMs()} there, here it is ${clock.monotonicMs()}`),
        );
      await clock.advanceBy(35);
      expect(log).toEqual([
        '5 there, here it is 5',
        '10 here',
        '20 there, here it is 20',
        '30 there, here it is 30',
        '30 here',
      ]);
      expect(inner.monotonicMs()).toBe(35);
    });

    it('is at the same time there when a timer here sets something off', async () => {
      const { clock } = makeClock();
      const inner = new VirtualClock({ now: START });
      clock.addPeer(peerOf(inner));
      let thereMs = NaN;
      clock.after(10, 'message', () => inner.defer(() => (thereMs = inner.monotonicMs())));
      await clock.advanceBy(10);
      expect(thereMs).toBe(10);
    });

    it('pumps through its timers', async () => {
      const { clock } = makeClock();
      const inner = new VirtualClock({ now: START });
      const remove = clock.addPeer(peerOf(inner));
      await clock.pump(sleep(inner, 500, undefined, 'a nap there'));
      expect(clock.monotonicMs()).toBe(500);
      remove();
      inner.after(5, 'alone', () => {});
      await clock.advanceBy(50);
      expect(inner.monotonicMs()).toBe(500);
    });
  });

  it('can be set, and can sleep, for tests of whoever has to notice', async () => {
    const clock = new VirtualClock({ now: START, steady: false });
    let fired = false;
    clock.after(1000, 'a', () => (fired = true));
    clock.stepWall(3_600_000);
    clock.sleepMachine(60_000);
    await clock.settle();
    expect(fired).toBe(false);
    expect(clock.nowMs()).toBe(START.epochMilliseconds + 3_660_000);
    expect(clock.monotonicMs()).toBe(0);
    expect(clock.sleptMs()).toBe(60_000);
    expect(clock.timers()[0]?.dueMs).toBe(clock.nowMs() + 1000);
  });
});
