import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../src/kernel/errors.ts';
import { Executor } from '../../src/kernel/executor.ts';
import type { LaneOptions } from '../../src/kernel/lane-options.ts';
import { Life } from '../../src/kernel/life.ts';
import { Logging, type LogRecord } from '../../src/kernel/logging.ts';
import type { HeldRuns } from '../../src/kernel/run-pace.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';

function given(perMinute: number) {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-01T12:00:00Z') });
  const logging = new Logging({ clock, format: 'silent', level: 'debug' });
  const lines: LogRecord[] = [];
  logging.tap((record) => lines.push(record));
  const executor = new Executor({ clock, logger: logging.logger('executor') });
  clock.addActivity(executor);
  const life = new Life('hallway');
  const held: (HeldRuns | undefined)[] = [];
  executor.setPace(life, { perMinute, onHeld: (told) => held.push(told) });
  const ran: string[] = [];
  const lane = (name: string, options: Partial<LaneOptions<number>> = {}) =>
    executor.lane<number>({
      ...{ life, kind: 'handler', name, paced: true, run: (input: number) => void ran.push(`${name}${input}`) },
      ...options,
    });
  return { clock, executor, life, held, ran, lane, lines };
}

describe('the pace of an app', () => {
  it('lets so many begin at once as a minute allows, and the rest in their time, in order', async () => {
    const { clock, lane, ran } = given(6);
    const { submit } = bound(lane('a'));
    for (let input = 1; input <= 10; input += 1) submit(input);
    expect(ran).toHaveLength(6);
    await clock.advanceBy(9_900);
    expect(ran).toHaveLength(6);
    await clock.advanceBy(200);
    expect(ran).toHaveLength(7);
    await clock.advanceBy(60_000);
    expect(ran).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'a10']);
  });

  it('is shared by all handlers of the app, which take turns', async () => {
    const { clock, lane, ran } = given(1);
    const [a, b] = [bound(lane('a')), bound(lane('b'))];
    a.submit(0);
    for (const input of [1, 2, 3]) a.submit(input);
    for (const input of [1, 2, 3]) b.submit(input);
    await clock.advanceBy(6 * 60_500);
    expect(ran).toEqual(['a0', 'a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
  });

  it.each<[LaneOptions<number>['mode'], LaneOptions<number>['overflow'], string[], number]>([
    ['queued', 'drop-oldest', ['a0', 'a3', 'a4'], 2],
    ['queued', 'drop-newest', ['a0', 'a1', 'a2'], 2],
    ['parallel', 'drop-oldest', ['a0', 'a3', 'a4'], 2],
    ['single', undefined, ['a0', 'a4'], 3],
    ['restart', undefined, ['a0', 'a4'], 0],
  ])('lets wait in %s with %s what the line of the handler takes', async (mode, overflow, expected, dropped) => {
    const { clock, lane, ran, lines } = given(1);
    const isLine = mode === 'queued' || mode === 'parallel';
    const handler = lane('a', { mode, overflow, ...(isLine && { maxPending: 2 }) });
    for (const input of [0, 1, 2, 3, 4]) handler.submit(input);
    await clock.advanceBy(300_000);
    expect(ran).toEqual(expected);
    expect(handler.counters.dropped).toBe(dropped);
    const told = lines.filter(({ msg }) => msg.includes('left out')).map(({ msg }) => msg);
    if (dropped > 0) expect(told[0]).toContain('since its app may begin 1 runs a minute (`runsPerMinute`)');
  });

  it('is told when something has to wait, once a minute while it does, and when it is over', async () => {
    const { clock, lane, held } = given(2);
    const { submit } = bound(lane('a'));
    for (const input of [1, 2, 3, 4]) submit(input);
    expect(held).toEqual([{ perMinute: 2, waited: 1 }]);
    await clock.advanceBy(60_000);
    expect(held.at(-1)).toEqual({ perMinute: 2, waited: 1 });
    await clock.advanceBy(180_000);
    expect(held.at(-1)).toBeUndefined();
    const count = held.length;
    await clock.advanceBy(600_000);
    expect(held).toHaveLength(count);
  });

  it('leaves alone what is not paced, and other apps', () => {
    const { executor, lane, ran } = given(1);
    const job = bound(lane('job', { paced: false }));
    for (const input of [1, 2, 3]) job.submit(input);
    const other = executor.lane<number>({
      ...{ life: new Life('other'), kind: 'handler', name: 'other', paced: true },
      run: (input) => void ran.push(`other${input}`),
    });
    for (const input of [1, 2, 3]) other.submit(input);
    expect(ran).toHaveLength(6);
  });

  it('ends with the app', async () => {
    const { clock, life, lane, ran } = given(1);
    const { submit } = bound(lane('a'));
    for (const input of [1, 2, 3]) submit(input);
    life.stop(new Cancelled('hallway is stopping'));
    expect(clock.timers()).toEqual([]);
    await clock.advanceBy(600_000);
    expect(ran).toEqual(['a1']);
  });

  it('loses nothing that the line takes, and never lets more than its number begin within a minute', async () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 40_000 })), {
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 10 }), async (bursts, perMinute) => {
        const { clock, lane } = given(perMinute);
        const begun: number[] = [];
        const handler = lane('a', { maxPending: 1000, run: () => void begun.push(clock.monotonicMs()) });
        let submitted = 0;
        for (const [burst, pauseMs] of bursts) {
          for (let count = 0; count < burst; count += 1) handler.submit((submitted += 1));
          await clock.advanceBy(pauseMs);
        }
        await clock.advanceBy((submitted / perMinute + 1) * 60_500);
        expect(begun).toHaveLength(submitted);
        // What a quiet minute has saved, and what a minute brings.
        for (const from of begun)
          expect(begun.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(2 * perMinute);
      }),
      { numRuns: 50 },
    );
  });
});

function bound(lane: { submit(input: number): void }): { submit: (input: number) => void } {
  return { submit: (input) => lane.submit(input) };
}
