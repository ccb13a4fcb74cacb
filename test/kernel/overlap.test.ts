import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../src/kernel/errors.ts';
import { type Lane, QueueFull } from '../../src/kernel/lane.ts';
import type { Outcome, OverlapMode, Overflow } from '../../src/kernel/lane-options.ts';
import { controlledHandler, makeExecutor, turn } from './executor-fixture.ts';

const MODES: readonly OverlapMode[] = ['queued', 'single', 'restart', 'parallel'];
const OVERFLOWS: readonly Overflow[] = ['drop-oldest', 'drop-newest', 'error', 'block'];

function makeLane(options: { mode?: OverlapMode; overflow?: Overflow; maxPending?: number; maxRunning?: number }) {
  const { maxRunning, ...laneOptions } = options;
  const fixture = makeExecutor({ maxRunning });
  const handler = controlledHandler();
  const lane = fixture.executor.lane<string>({
    life: fixture.life,
    kind: 'handler',
    name: 'lane',
    ...laneOptions,
    run: (input, execution) => handler.run(input, execution),
  });
  return { ...fixture, handler, lane };
}

/** Submits `a` to `d` while nothing ends, then ends them in order. Gives what became of each. */
async function submitFour(options: Parameters<typeof makeLane>[0]) {
  const { lane, handler } = makeLane({ maxPending: 2, ...options });
  const inputs = ['a', 'b', 'c', 'd'];
  const outcomes: string[] = [];
  for (const input of inputs) void lane.request(input).then((outcome) => outcomes.push(`${input} ${outcome.kind}`));
  const { running, pending } = lane;
  await turn();
  for (const input of inputs) await handler.end(input);
  return { running, pending, log: handler.log.join(', '), outcomes: outcomes.toSorted().join(', '), lane };
}

const ONE_BY_ONE = (inputs: string): string => Array.from(inputs, (input) => `start ${input}, end ${input}`).join(', ');
const RESTARTED = 'start a, abort a, start b, abort b, start c, abort c, start d, end a, end b, end c, end d';
const ALL_DONE = 'a done, b done, c done, d done';

describe('overlap', () => {
  it.each<[OverlapMode, Overflow, { running: number; pending: number; log: string; outcomes: string }]>([
    [
      'queued',
      'drop-oldest',
      { running: 1, pending: 2, log: ONE_BY_ONE('acd'), outcomes: 'a done, b dropped, c done, d done' },
    ],
    [
      'queued',
      'drop-newest',
      { running: 1, pending: 2, log: ONE_BY_ONE('abc'), outcomes: 'a done, b done, c done, d dropped' },
    ],
    [
      'queued',
      'error',
      { running: 1, pending: 2, log: ONE_BY_ONE('abc'), outcomes: 'a done, b done, c done, d dropped' },
    ],
    ['queued', 'block', { running: 1, pending: 3, log: ONE_BY_ONE('abcd'), outcomes: ALL_DONE }],
    [
      'single',
      'drop-oldest',
      { running: 1, pending: 0, log: ONE_BY_ONE('a'), outcomes: 'a done, b dropped, c dropped, d dropped' },
    ],
    [
      'single',
      'drop-newest',
      { running: 1, pending: 0, log: ONE_BY_ONE('a'), outcomes: 'a done, b dropped, c dropped, d dropped' },
    ],
    [
      'single',
      'error',
      { running: 1, pending: 0, log: ONE_BY_ONE('a'), outcomes: 'a done, b dropped, c dropped, d dropped' },
    ],
    ['single', 'block', { running: 1, pending: 3, log: ONE_BY_ONE('abcd'), outcomes: ALL_DONE }],
    [
      'restart',
      'drop-oldest',
      { running: 1, pending: 0, log: RESTARTED, outcomes: 'a cancelled, b cancelled, c cancelled, d done' },
    ],
    [
      'restart',
      'drop-newest',
      { running: 1, pending: 0, log: RESTARTED, outcomes: 'a cancelled, b cancelled, c cancelled, d done' },
    ],
    [
      'restart',
      'error',
      { running: 1, pending: 0, log: RESTARTED, outcomes: 'a cancelled, b cancelled, c cancelled, d done' },
    ],
    [
      'restart',
      'block',
      { running: 1, pending: 0, log: RESTARTED, outcomes: 'a cancelled, b cancelled, c cancelled, d done' },
    ],
    ...OVERFLOWS.map(
      (overflow): [OverlapMode, Overflow, { running: number; pending: number; log: string; outcomes: string }] => [
        'parallel',
        overflow,
        {
          running: 4,
          pending: 0,
          log: 'start a, start b, start c, start d, end a, end b, end c, end d',
          outcomes: ALL_DONE,
        },
      ],
    ),
  ])('%s, %s', async (mode, overflow, expected) => {
    const { lane, ...seen } = await submitFour({ mode, overflow });
    expect(seen).toEqual(expected);
    expect(lane).toMatchObject({ running: 0, pending: 0 });
  });

  it.each<[OverlapMode, Overflow, string]>([
    ['parallel', 'drop-oldest', 'a done, b dropped, c done, d done'],
    ['parallel', 'drop-newest', 'a done, b done, c done, d dropped'],
    ['parallel', 'error', 'a done, b done, c done, d dropped'],
    ['parallel', 'block', ALL_DONE],
    ['queued', 'drop-oldest', 'a done, b dropped, c done, d done'],
    ['restart', 'drop-oldest', 'a cancelled, b cancelled, c cancelled, d done'],
  ])('%s, %s, in an executor that runs one at a time', async (mode, overflow, expected) => {
    expect((await submitFour({ mode, overflow, maxRunning: 1 })).outcomes).toBe(expected);
  });

  it("throws QueueFull out of submit with overflow 'error', and with that alone", () => {
    for (const mode of MODES) {
      for (const overflow of OVERFLOWS) {
        const { lane } = makeLane({ mode, overflow, maxPending: 1 });
        const submitAll = (): void => ['a', 'b', 'c'].forEach((input) => lane.submit(input));
        if (overflow === 'error' && (mode === 'queued' || mode === 'single')) expect(submitAll).toThrow(QueueFull);
        else expect(submitAll).not.toThrow();
      }
    }
  });

  it('lets an emitter wait for room', async () => {
    for (const mode of ['queued', 'single'] as const) {
      const { lane, handler } = makeLane({ mode, overflow: 'block', maxPending: 1 });
      const passed: string[] = [];
      const emitter = (async () => {
        for (const input of ['a', 'b', 'c', 'd']) {
          await lane.room();
          lane.submit(input);
          passed.push(input);
        }
      })();
      await turn();
      expect(passed).toEqual(mode === 'queued' ? ['a', 'b'] : ['a']);
      for (const input of ['a', 'b', 'c', 'd']) await handler.end(input);
      await emitter;
      expect(handler.log.filter((line) => line.startsWith('end'))).toHaveLength(4);
      expect(lane.counters).toMatchObject({ done: 4, dropped: 0 });
    }
  });

  it('lets waiting emitters go when the lane closes', async () => {
    const { lane } = makeLane({ overflow: 'block', maxPending: 1 });
    lane.submit('a');
    lane.submit('b');
    const room = lane.room();
    lane.close();
    await room;
    expect(lane.pending).toBe(0);
  });

  it('is idle when nothing runs and nothing waits', async () => {
    const { lane, handler } = makeLane({});
    await lane.idle;
    lane.submit('a');
    lane.submit('b');
    let isIdle = false;
    void lane.idle.then(() => (isIdle = true));
    await handler.end('a');
    expect(isIdle).toBe(false);
    await handler.end('b');
    expect(isIdle).toBe(true);
  });

  it('drops what waits and calls off what runs when it is cancelled, and goes on', async () => {
    const { lane, handler } = makeLane({});
    const outcomes = [lane.request('a'), lane.request('b')];
    lane.cancel(new Cancelled('enough'));
    expect(await Promise.all(outcomes)).toEqual([{ kind: 'cancelled' }, { kind: 'cancelled' }]);
    const next = lane.request('c');
    await handler.end('c', 3);
    expect(await next).toEqual({ kind: 'done', value: 3 });
    expect(lane.counters).toMatchObject({ started: 2, done: 1, cancelled: 2 });
  });

  describe('of a handler with itself', () => {
    it.each<[OverlapMode, string]>([
      ['queued', 'begin 3, end 3, begin 2, end 2, begin 1, end 1, begin 0, end 0'],
      ['single', 'begin 3, end 3'],
      ['restart', 'begin 3, end 3, begin 2, end 2, begin 1, end 1, begin 0, end 0'],
      ['parallel', 'begin 3, begin 2, begin 1, begin 0, end 0, end 1, end 2, end 3'],
    ])('%s', (mode, expected) => {
      const { executor, life } = makeExecutor();
      const log: string[] = [];
      const lane: Lane<number> = executor.lane<number>({
        life,
        kind: 'handler',
        name: 'countdown',
        mode,
        run: (left) => {
          log.push(`begin ${left}`);
          if (left > 0) lane.submit(left - 1);
          log.push(`end ${left}`);
        },
      });
      lane.submit(3);
      expect(log.join(', ')).toBe(expected);
    });

    it('gives way to the rest of the daemon from time to time', async () => {
      const { executor, life, clock } = makeExecutor();
      let runs = 0;
      const lane: Lane<null> = executor.lane<null>({
        life,
        kind: 'handler',
        name: 'endless',
        run: () => {
          runs += 1;
          if (runs < 1000) lane.submit(null);
        },
      });
      lane.submit(null);
      expect(runs).toBeLessThanOrEqual(100);
      await clock.settle();
      expect(runs).toBe(1000);
    });
  });

  describe('told in the log', () => {
    it('looks after a wait only while there is one', async () => {
      const { lane, handler, clock, lines } = makeLane({});
      lane.submit('a');
      lane.submit('b');
      expect(clock.timers().map((timer) => timer.label)).toContain(
        'long wait in the line of handler "lane" of hallway_light',
      );
      await handler.end('a');
      expect(clock.timers().map((timer) => timer.label)).toEqual(['time limit of handler "lane" of hallway_light']);
      expect(lines).toEqual([]);
    });

    it('counts drops, and tells of them at most once a minute', async () => {
      const { executor, life, clock, lines } = makeExecutor();
      const lane = executor.lane<number>({
        life,
        kind: 'handler',
        name: 'busy',
        maxPending: 1,
        timeoutMs: false,
        run: (_, execution) => {
          execution.park('test');
          return new Promise(() => {});
        },
      });
      const drops = () => lines.filter((line) => line.msg.includes('left out')).map((line) => line['dropped']);
      for (let index = 0; index < 7; index += 1) lane.submit(index);
      expect(drops()).toEqual([1]);
      expect(lane.counters.dropped).toBe(5);
      await clock.advanceBy(59_999);
      lane.submit(8);
      expect(drops()).toEqual([1]);
      await clock.advanceBy(1);
      expect(drops()).toEqual([1, 5]);
      await clock.advanceBy(120_000);
      lane.submit(9);
      expect(drops()).toEqual([1, 5, 1]);
      lane.submit(10);
      lane.close();
      expect(drops()).toEqual([1, 5, 1, 1]);
      expect(lines.find((line) => line.msg.includes('left out'))?.msg).toBe(
        'handler "busy" of hallway_light: 1 left out, since 1 were waiting already (`maxPending`, `overflow: \'drop-oldest\'`)',
      );
      expect(lines.filter((line) => line.msg.includes('has waited for 10s'))).toHaveLength(1);
    });
  });

  it('keeps its promises whatever comes', async () => {
    const action = fc.oneof(
      { weight: 4, arbitrary: fc.constant('submit' as const) },
      { weight: 2, arbitrary: fc.constant('end' as const) },
      { weight: 1, arbitrary: fc.constant('fail' as const) },
      { weight: 1, arbitrary: fc.constant('turn' as const) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...MODES),
        fc.constantFrom(...OVERFLOWS),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(undefined, 1, 2),
        fc.array(action, { maxLength: 40 }),
        async (mode, overflow, maxPending, maxRunning, actions) => {
          const { executor, life } = makeExecutor({ maxRunning });
          const open = new Map<number, PromiseWithResolvers<void>>();
          const started: number[] = [];
          let most = 0;
          const lane = executor.lane<number>({
            life,
            kind: 'handler',
            name: 'lane',
            mode,
            overflow,
            maxPending,
            run: (input, { signal }) => {
              started.push(input);
              const gate = Promise.withResolvers<void>();
              open.set(input, gate);
              signal.addEventListener('abort', () => open.delete(input));
              most = Math.max(most, lane.running);
              return gate.promise;
            },
          });
          const outcomes = new Map<number, Outcome>();
          let submitted = 0;
          const finishOne = (how: 'resolve' | 'reject'): void => {
            const [first] = open;
            if (first === undefined) return;
            open.delete(first[0]);
            if (how === 'resolve') first[1].resolve();
            else first[1].reject(new Error('failed'));
          };
          for (const each of actions) {
            if (each === 'submit') {
              const input = (submitted += 1);
              void lane.request(input).then((outcome) => {
                expect(outcomes.has(input)).toBe(false);
                outcomes.set(input, outcome);
              });
            } else if (each === 'end') finishOne('resolve');
            else if (each === 'fail') finishOne('reject');
            else await turn();
            if (overflow !== 'block') expect(lane.pending).toBeLessThanOrEqual(maxPending);
          }
          while (outcomes.size < submitted) {
            finishOne('resolve');
            await turn();
          }
          expect(lane).toMatchObject({ running: 0, pending: 0 });
          expect(started).toEqual(started.toSorted((a, b) => a - b));
          if (mode !== 'parallel') expect(most).toBeLessThanOrEqual(1);
          if (maxRunning !== undefined) expect(most).toBeLessThanOrEqual(maxRunning);
          const { started: runs, done, failed, cancelled, dropped } = lane.counters;
          expect(runs).toBe(started.length);
          expect(done + failed + cancelled + dropped).toBe(submitted);
          if (overflow === 'block' && mode !== 'restart') expect(done + failed).toBe(submitted);
          if (mode === 'restart' && submitted > 0) expect(outcomes.get(submitted)?.kind).toMatch(/done|failed/);
        },
      ),
      { numRuns: 400 },
    );
  });
});
