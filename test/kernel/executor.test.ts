import { describe, expect, it } from 'vitest';
import { Cancelled, InvalidArgument, TimedOut } from '../../src/kernel/errors.ts';
import { currentExecution, type Execution } from '../../src/kernel/execution.ts';
import { Life, assertMayAct } from '../../src/kernel/life.ts';
import { sleep } from '../../src/kernel/waiting.ts';
import { controlledHandler, makeExecutor, turn } from './executor-fixture.ts';

const STOPPED = new Cancelled('the app stops');

describe('Executor', () => {
  it('runs a handler at once, with the execution in its async context', async () => {
    const { executor, life } = makeExecutor();
    const seen: (Execution | undefined)[] = [];
    const lane = executor.lane<string>({
      life,
      kind: 'handler',
      name: 'clear',
      run: async (input, execution) => {
        seen.push(currentExecution(), execution);
        await Promise.resolve();
        seen.push(currentExecution());
        return `${input}!`;
      },
    });
    const outcome = lane.request('off');
    expect(seen).toHaveLength(2);
    expect(await outcome).toEqual({ kind: 'done', value: 'off!' });
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toMatchObject({ id: 'run-1', owner: 'hallway_light', kind: 'handler', name: 'clear' });
    expect(currentExecution()).toBeUndefined();
  });

  it('arms no timer and makes no id for a synchronous handler', () => {
    let ids = 0;
    const { executor, life, clock } = makeExecutor({ newId: () => `${(ids += 1)}` });
    executor.lane({ life, kind: 'handler', name: 'sync', run: () => expect(clock.timers()).toEqual([]) }).submit(1);
    expect(clock.timers()).toEqual([]);
    expect(ids).toBe(0);
    expect(executor.counters).toMatchObject({ started: 1, done: 1, failed: 0, running: 0 });
  });

  it('lets nothing that is thrown out of submit', async () => {
    const { executor, life, failures } = makeExecutor();
    const thrown: unknown[] = [new Error('sync'), 'a text', undefined, null];
    for (const error of thrown) {
      const run = (): never => {
        throw error;
      };
      executor.lane({ life, kind: 'handler', name: 'sync', run }).submit(1);
      executor.lane({ life, kind: 'handler', name: 'async', run: async () => run() }).submit(1);
    }
    await turn();
    expect(failures.map((failure) => failure.error)).toEqual([...thrown, ...thrown]);
    expect(executor.counters).toMatchObject({ started: 8, failed: 8, done: 0, running: 0 });
  });

  it('stands whatever is thrown, and whatever is given back', async () => {
    const { executor, life, failures, clock, lines } = makeExecutor();
    const hostile = new Proxy(new Error('hidden'), {
      get: () => {
        throw new Error('do not look');
      },
    });
    const bare: unknown = Object.create(null);
    const thenable = {
      // oxlint-disable-next-line unicorn/no-thenable -- that is what is tried
      get then() {
        throw new Error('no then');
      },
    };
    const handlers: (() => unknown)[] = [
      () => {
        throw hostile;
      },
      () => {
        throw bare;
      },
      () => thenable,
      () => ({
        // oxlint-disable-next-line unicorn/no-thenable -- that is what is tried
        then: () => {
          throw new Error('in then');
        },
      }),
    ];
    for (const run of handlers) executor.lane({ life, kind: 'handler', name: 'odd', run }).submit(1);
    await clock.settle();
    expect(failures).toHaveLength(4);
    expect(lines).toHaveLength(4);
    expect(executor.counters).toMatchObject({ started: 4, failed: 4, running: 0 });
  });

  it('tells of a failure once, with app, handler, event and source line', async () => {
    const { executor, life, failures, lines } = makeExecutor();
    const lane = executor.lane<{ entityId: string }>({
      life,
      kind: 'handler',
      name: 'hallway.clear',
      describe: (event) => `${event.entityId} on → off`,
      run: async () => {
        await Promise.resolve();
        throw new InvalidArgument('no such light', { hint: 'Look at its name.' }); // here
      },
    });
    const outcome = await lane.request({ entityId: 'binary_sensor.hallway' });
    expect(outcome).toEqual({ kind: 'failed', failure: failures[0] });
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({
      app: 'hallway_light',
      kind: 'handler',
      name: 'hallway.clear',
      executionId: 'run-1',
      input: 'binary_sensor.hallway on → off',
      hint: 'Look at its name.',
    });
    expect(failures[0]?.sourceLine?.file).toBe(import.meta.filename);
    expect(failures[0]?.sourceLine?.text).toContain('// here');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 50,
      app: 'hallway_light',
      input: 'binary_sensor.hallway on → off',
      executionId: 'run-1',
      hint: 'Look at its name.',
      source: expect.stringContaining('executor.test.ts:'),
      msg: expect.stringMatching(
        /^handler "hallway.clear" of hallway_light failed: no such light \(.*executor\.test\.ts:\d+\)$/,
      ),
    });
  });

  it('gives a failure to onError as an execution of its own, and only logs what that throws', async () => {
    const { executor, life, failures, clock } = makeExecutor();
    const told: unknown[] = [];
    const lane = executor.lane({
      life,
      kind: 'job',
      name: 'digest',
      timeoutMs: 100,
      run: () => sleep(clock, 1000, currentExecution()?.signal, 'a nap'),
      onError: (failure) => {
        told.push(failure.error, currentExecution()?.name);
        currentExecution()?.assertLive('api.call');
        throw new Error('in onError');
      },
    });
    lane.submit(1);
    await clock.advanceBy(100);
    expect(told).toEqual([expect.any(TimedOut), 'onError']);
    expect(failures.map((failure) => failure.name)).toEqual(['digest', 'onError']);
  });

  describe('time limits', () => {
    it('and the length of a line hold for all that say nothing else, and are told once in one sentence', async () => {
      const { executor, life, clock, lines } = makeExecutor({ defaults: { timeoutMs: 5000, maxPending: 1 } });
      const naps = (): Promise<void> => sleep(clock, 60_000, currentExecution()?.signal, 'a nap');
      const lane = executor.lane({ life, kind: 'hook', name: 'onInitialize', timeoutHint: 'Hurry.', run: naps });
      for (const input of [1, 2, 3]) lane.submit(input);
      expect(lane.pending).toBe(1);
      expect(lane.counters.dropped).toBe(1);
      await clock.advanceBy(5000);
      expect(lines.map(({ msg }) => msg)).toEqual([
        expect.stringContaining('1 left out'),
        'hook "onInitialize" of hallway_light took longer than its time limit of 5 s',
      ]);
      expect(lines.at(-1)).toMatchObject({ hint: 'Hurry.' });
      expect(lines.at(-1), 'the line that moved the clock').not.toHaveProperty('source');
    });

    it('call off a run, let the next one go and refuse what the old one still tries', async () => {
      const { executor, life, clock, failures } = makeExecutor();
      const handler = controlledHandler();
      const runs: Execution[] = [];
      const lane = executor.lane<string>({
        life,
        kind: 'handler',
        name: 'slow',
        timeoutMs: 5000,
        run: (input, execution) => {
          runs.push(execution);
          execution.park('test');
          return handler.run(input, execution);
        },
      });
      const first = lane.request('a');
      lane.submit('b');
      await clock.advanceBy(4999);
      expect(handler.log).toEqual(['start a']);
      await clock.advanceBy(1);
      expect(handler.log).toEqual(['start a', 'abort a', 'start b']);
      expect(await first).toMatchObject({ kind: 'timed-out', failure: { hint: expect.stringContaining('`timeout`') } });
      expect(failures).toHaveLength(1);
      expect(runs[0]?.signal.reason).toBeInstanceOf(Cancelled);
      expect(() => runs[0]?.assertLive('api.call("light.turn_on")')).toThrow(
        /api\.call\("light\.turn_on"\) was refused/,
      );
      expect(() => runs[1]?.assertLive('api.call("light.turn_on")')).not.toThrow();
    });

    it('count a run as abandoned that is not at its end a second later', async () => {
      const { executor, life, clock, lines } = makeExecutor();
      const handler = controlledHandler();
      const lane = executor.lane<string>({
        life,
        kind: 'handler',
        name: 'deaf',
        timeoutMs: 1000,
        run: (input, execution) => {
          execution.park('test');
          return handler.run(input, execution);
        },
      });
      lane.submit('a');
      await clock.advanceBy(1999);
      expect(lane.counters).toMatchObject({ timedOut: 1, abandoned: 0 });
      await clock.advanceBy(1);
      expect(lane.counters).toMatchObject({ timedOut: 1, abandoned: 1 });
      expect(lines.at(-1)?.msg).toContain('still runs 1s after it was called off');
      await handler.end('a');
      expect(lane.counters).toMatchObject({ timedOut: 1, abandoned: 1, done: 0, failed: 0 });
    });

    it('do not count one that ends in time', async () => {
      const { executor, life, clock } = makeExecutor();
      const lane = executor.lane({
        life,
        kind: 'handler',
        name: 'obeys',
        timeoutMs: 1000,
        run: (_, { signal }) => sleep(clock, 60_000, signal, 'a nap'),
      });
      const outcome = lane.request(1);
      await clock.advanceBy(5000);
      expect((await outcome).kind).toBe('timed-out');
      expect(executor.counters).toMatchObject({ timedOut: 1, abandoned: 0, cancelled: 0 });
      expect(clock.timers()).toEqual([]);
    });

    it('may be lifted', async () => {
      const { executor, life, clock } = makeExecutor();
      const lane = executor.lane({
        life,
        kind: 'handler',
        name: 'long',
        timeoutMs: false,
        run: (_, { signal }) => sleep(clock, 3_600_000, signal, 'a nap'),
      });
      const outcome = lane.request(1);
      await clock.advanceBy(3_600_000);
      expect(await outcome).toEqual({ kind: 'done', value: undefined });
    });
  });

  describe('the end of a life', () => {
    it('calls off what runs, drops what waits and takes no more', async () => {
      const { executor, life, clock, failures } = makeExecutor();
      const lane = executor.lane<string>({
        life,
        kind: 'handler',
        name: 'naps',
        run: (_, { signal }) => sleep(clock, 60_000, signal, 'a nap'),
      });
      const outcomes = Promise.all([lane.request('a'), lane.request('b')]);
      life.stop(STOPPED);
      expect(await outcomes).toEqual([{ kind: 'cancelled' }, { kind: 'cancelled' }]);
      expect(await lane.request('c')).toEqual({ kind: 'cancelled' });
      expect(await executor.lane({ life, kind: 'handler', name: 'late', run: () => 1 }).request('d')).toEqual({
        kind: 'cancelled',
      });
      expect(failures).toEqual([]);
      expect([...executor.lanes()]).toEqual([]);
      expect(clock.timers()).toEqual([]);
      expect(executor.busy()).toEqual([]);
    });

    it('calls off what a closed lane still runs', async () => {
      const { executor, life, clock } = makeExecutor();
      const lane = executor.lane({
        life,
        kind: 'handler',
        name: 'once',
        run: (_, { signal }) => sleep(clock, 60_000, signal, 'a nap'),
      });
      const outcome = lane.request(1);
      lane.close();
      life.stop(STOPPED);
      expect(await outcome).toEqual({ kind: 'cancelled' });
    });

    it('refuses what finished executions left behind', async () => {
      const { executor, life, clock } = makeExecutor();
      const tried: string[] = [];
      const lane = executor.lane({
        life,
        kind: 'handler',
        name: 'leaves',
        run: (_, { signal }) => {
          const leftover = async (): Promise<void> => {
            await sleep(clock, 1000, signal, 'a nap');
            assertMayAct(life, 'api.call');
            tried.push('acted');
            await sleep(clock, 1000, currentExecution()?.signal, 'a nap').catch((error: unknown) =>
              tried.push(String(error)),
            );
            assertMayAct(life, 'api.call');
          };
          leftover().catch((error: unknown) => tried.push(String(error)));
        },
      });
      lane.submit(1);
      await clock.advanceBy(1500);
      expect(tried).toEqual(['acted']);
      life.stop(STOPPED);
      await clock.advanceBy(5000);
      expect(tried).toEqual(['acted', 'Cancelled: the app stops', expect.stringContaining('api.call was refused')]);
    });

    it('lets the hooks of the shutdown act, but not what they leave behind', async () => {
      const { executor, life, clock } = makeExecutor();
      life.stop(STOPPED);
      let hook: Execution | undefined;
      const lane = executor.lane({
        life,
        kind: 'hook',
        name: 'onShutdown',
        duringStop: true,
        run: async (_, execution) => {
          hook = execution;
          await sleep(clock, 1000, execution.signal, 'a nap');
          assertMayAct(life, 'api.call');
          return 'acted';
        },
      });
      const outcome = lane.request(1);
      await clock.advanceBy(1000);
      expect(await outcome).toEqual({ kind: 'done', value: 'acted' });
      expect(hook?.signal.aborted).toBe(true);
      expect(() => hook?.assertLive('api.call')).toThrow(Cancelled);
    });

    it('calls off a run that ends the life itself', async () => {
      const { executor, life, clock } = makeExecutor();
      const lane = executor.lane({
        life,
        kind: 'handler',
        name: 'last',
        run: async (_, { signal }) => {
          life.stop(STOPPED);
          await sleep(clock, 1000, signal, 'a nap');
        },
      });
      expect(await lane.request(1)).toEqual({ kind: 'cancelled' });
    });
  });

  describe('drain', () => {
    it('waits for what runs, takes no more, and names what does not end', async () => {
      const { executor, life, clock } = makeExecutor();
      const lane = executor.lane<number>({
        life,
        kind: 'handler',
        name: 'naps',
        mode: 'parallel',
        run: (ms, { signal }) => sleep(clock, ms, signal, 'a nap'),
      });
      const task = executor.lane<number>({
        life,
        kind: 'task',
        name: 'poller',
        run: (ms, { signal }) => sleep(clock, ms, signal, 'a nap'),
      });
      task.submit(100_000);
      lane.submit(1000);
      lane.submit(9000);
      const drained = executor.drain(life, 4000);
      expect(await lane.request(1)).toEqual({ kind: 'cancelled' });
      expect(await clock.pump(drained)).toEqual(['handler "naps" of hallway_light']);
      expect(clock.nowMs()).toBe(Temporal.Instant.from('2026-03-01T12:00:04Z').epochMilliseconds);
      life.stop(STOPPED);
      await clock.settle();
      expect(clock.timers()).toEqual([]);
    });

    it('ends with the last of them', async () => {
      const { executor, life, clock } = makeExecutor();
      const lane = executor.lane<number>({
        life,
        kind: 'handler',
        name: 'naps',
        run: (ms, { signal }) => sleep(clock, ms, signal, 'a nap'),
      });
      lane.submit(1000);
      expect(await clock.pump(executor.drain(life, 4000))).toEqual([]);
      expect(clock.monotonicMs()).toBe(1000);
      expect(await executor.drain(new Life('another'), 1000)).toEqual([]);
    });
  });

  describe('places', () => {
    it('are given by priority, then in the order of asking', async () => {
      const { executor, life } = makeExecutor({ maxRunning: 1 });
      const handler = controlledHandler();
      const lane = (name: string, priority?: number) =>
        executor.lane<string>({
          life,
          kind: 'handler',
          name,
          priority,
          maxPending: 10,
          run: (input, execution) => handler.run(input, execution),
        });
      const [low, normal, other, high] = [lane('low', -1), lane('normal'), lane('other'), lane('high', 10)];
      normal.submit('first');
      low.submit('low');
      normal.submit('normal');
      other.submit('other');
      high.submit('high 1');
      high.submit('high 2');
      for (const input of ['first', 'high 1', 'high 2', 'other', 'normal', 'low']) await handler.end(input);
      expect(handler.log.filter((line) => line.startsWith('start'))).toEqual(
        ['first', 'high 1', 'high 2', 'other', 'normal', 'low'].map((input) => `start ${input}`),
      );
      expect(executor.counters).toMatchObject({ running: 0, pending: 0, done: 6 });
    });
  });

  it('names what is busy, without what waits for virtual time', async () => {
    const { executor, life, clock } = makeExecutor();
    const handler = controlledHandler();
    executor
      .lane<string>({ life, kind: 'handler', name: 'io', run: (input, execution) => handler.run(input, execution) })
      .submit('a');
    executor
      .lane({ life, kind: 'task', name: 'naps', run: (_, { signal }) => sleep(clock, 1000, signal, 'a nap') })
      .submit(1);
    expect(executor.busy()).toEqual(['handler "io" of hallway_light']);
    await handler.end('a');
    expect(executor.busy()).toEqual([]);
    expect(executor.counters.running).toBe(1);
  });

  it('has nothing to do with another executor in the process', async () => {
    const one = makeExecutor();
    const other = makeExecutor();
    let execution: Execution | undefined;
    one.executor.lane({ life: one.life, kind: 'handler', name: 'a', run: (_, own) => (execution = own) }).submit(1);
    if (execution === undefined) throw new Error('did not run');
    expect(one.executor.runs(execution)).toBe(true);
    expect(other.executor.runs(execution)).toBe(false);
    expect(other.executor.reportUnhandled(execution, new Error('x'), 'rejection')).toBe(false);
    expect(one.executor.reportUnhandled(execution, new Error('x'), 'rejection')).toBe(true);
    expect(one.failures).toHaveLength(1);
    expect(one.failures[0]).toMatchObject({ unhandled: 'rejection', name: 'a' });
    expect(one.executor.counters.unhandled).toBe(1);
    expect(other.failures).toEqual([]);
  });
});
