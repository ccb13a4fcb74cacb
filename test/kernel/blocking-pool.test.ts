import { setTimeout as realSleep } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { packThrown, unpackThrown } from '../../src/kernel/blocking-message.ts';
import {
  BlockingPool,
  type BlockingPoolOptions,
  BlockingWorkerEnded,
  NotSelfContained,
} from '../../src/kernel/blocking-pool.ts';
import { Cancelled, InvalidArgument } from '../../src/kernel/errors.ts';
import { Logging } from '../../src/kernel/logging.ts';
import { Resource } from '../../src/kernel/resource.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';

class Root extends Resource {}

const roots: Root[] = [];

afterEach(async () => {
  for (const root of roots.splice(0)) await root.stop();
});

function bench(options: BlockingPoolOptions = {}): { clock: VirtualClock; root: Root; pool: BlockingPool } {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T00:00:00Z') });
  const root = new Root('root', { clock, logging: new Logging({ clock, format: 'silent' }) });
  roots.push(root);
  return { clock, root, pool: new BlockingPool(root, options) };
}

const alive = new AbortController().signal;

function endless(): void {
  for (;;);
}

/** Blocks its thread until another sets the flag. */
function untilFlag(shared: SharedArrayBuffer): number {
  const view = new Int32Array(shared);
  Atomics.add(view, 1, 1);
  Atomics.wait(view, 0, 0, 4000);
  return Atomics.load(view, 1);
}

function flags(): { shared: SharedArrayBuffer; raise: () => void; begun: () => number } {
  const shared = new SharedArrayBuffer(8);
  const view = new Int32Array(shared);
  return {
    shared,
    raise: () => {
      Atomics.store(view, 0, 1);
      Atomics.notify(view, 0);
    },
    begun: () => Atomics.load(view, 1),
  };
}

function isFunction(value: unknown): value is () => unknown {
  return typeof value === 'function';
}

describe('BlockingPool', () => {
  it('gives what the function gives, in whatever way it was written', async () => {
    const { pool } = bench();
    const object = {
      add(left: number, right: number) {
        return left + right;
      },
      async later(text: string) {
        return await Promise.resolve(text);
      },
    };
    expect(
      await pool.run((list: readonly number[]) => list.reduce((sum, next) => sum + next, 0), [[1, 2, 3]], alive),
    ).toBe(6);
    expect(await pool.run(object.add, [1, 2], alive)).toBe(3);
    expect(await pool.run(object.later, ['done'], alive)).toBe('done');
    expect(
      await pool.run(
        function named(map: Map<string, number>) {
          return map.get('a');
        },
        [new Map([['a', 1]])],
        alive,
      ),
    ).toBe(1);
    // oxfmt-ignore
    expect(await pool.run(async x => x, [7], alive)).toBe(7);
  });

  it('lets the function import', async () => {
    const { pool } = bench();
    const joined = pool.run(async (left: string) => (await import('node:path')).posix.join(left, 'b'), ['a'], alive);
    expect(await joined).toBe('a/b');
  });

  it('goes on meanwhile', async () => {
    const { pool } = bench();
    const { shared, raise } = flags();
    const blocked = pool.run(untilFlag, [shared], alive);
    await realSleep(0);
    raise();
    expect(await blocked).toBe(1);
  });

  it('names what runs, so that virtual time waits for it', async () => {
    const { clock, pool } = bench();
    clock.addActivity(pool);
    const { shared, raise, begun } = flags();
    const blocked = pool.run(untilFlag, [shared], alive);
    await expect.poll(begun).toBe(1);
    expect(pool.busy()).toEqual(['runBlocking of "untilFlag"']);
    raise();
    await clock.settle();
    expect(pool.busy()).toEqual([]);
    expect(await blocked).toBe(1);
  });

  it('has no more threads than it may, and begins none before there is work', async () => {
    const { pool } = bench({ maxWorkers: 2 });
    expect(pool.describe().details).toEqual({ workers: 0, running: 0, waiting: 0 });
    const { shared, raise, begun } = flags();
    const all = Promise.all(Array.from({ length: 5 }, () => pool.run(untilFlag, [shared], alive)));
    await expect.poll(begun).toBe(2);
    expect(pool.describe().details).toEqual({ workers: 2, running: 2, waiting: 3 });
    raise();
    expect(Math.max(...(await all))).toBe(5);
    expect(pool.describe().details).toEqual({ workers: 2, running: 0, waiting: 0 });
  });

  it('ends threads that have been idle for long enough', async () => {
    const { clock, pool } = bench({ idleMs: 30_000 });
    await pool.run(() => 1, [], alive);
    await clock.advanceBy(20_000);
    await pool.run(() => 2, [], alive);
    await clock.advanceBy(20_000);
    expect(pool.describe().details).toMatchObject({ workers: 1 });
    await clock.advanceBy(10_000);
    await expect.poll(() => pool.describe().details).toMatchObject({ workers: 0 });
    expect(await pool.run(() => 3, [], alive)).toBe(3);
  });

  it('runs what a compiler that keeps names has made of a function', async () => {
    const { pool } = bench();
    const compiled: unknown = runInThisContext('(() => { const inner = __name(() => 42, "inner"); return inner(); })');
    if (!isFunction(compiled)) throw new TypeError('that is no function');
    expect(await pool.run(compiled, [], alive)).toBe(42);
  });

  it('gives errors back as errors', async () => {
    const { pool } = bench();
    const failing = pool.run(
      () => {
        throw Object.assign(new RangeError('too many', { cause: new Error('really') }), { code: 'E_MANY' });
      },
      [],
      alive,
    );
    const error: unknown = await failing.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'too many', code: 'E_MANY', cause: { message: 'really' } });
    expect(error).toHaveProperty('stack', expect.stringContaining('runBlocking/'));
    await expect(pool.run(() => Promise.reject(new TypeError('late')), [], alive)).rejects.toThrow(TypeError);
  });

  it('says what is missing when a function uses what stands around it', async () => {
    const { pool } = bench();
    const outside = 5;
    const failing = pool.run(() => outside + 1, [], alive);
    await expect(failing).rejects.toThrow(NotSelfContained);
    await expect(failing).rejects.toMatchObject({
      message: expect.stringContaining('uses outside'),
      hint: expect.stringContaining('as arguments'),
    });
  });

  it('refuses what cannot be sent', async () => {
    const { pool } = bench();
    await expect(pool.run((fn: () => number) => fn(), [() => 1], alive)).rejects.toThrow(InvalidArgument);
    await expect(pool.run(() => () => 1, [], alive)).rejects.toThrow('cannot send the result');
    await expect(pool.run(Math.max, [1, 2], alive)).rejects.toThrow('bound or built in');
    await expect(pool.run(endless.bind(undefined), [], alive)).rejects.toThrow(InvalidArgument);
    expect(await pool.run(() => 'fine', [], alive)).toBe('fine');
  });

  it('ends the thread when it is called off, and goes on with another', async () => {
    const { pool } = bench({ maxWorkers: 1 });
    const controller = new AbortController();
    const lost = pool.run(endless, [], controller.signal);
    const next = pool.run(() => 'next', [], alive);
    controller.abort(new Cancelled('the app has stopped'));
    await expect(lost).rejects.toThrow('the app has stopped');
    expect(await next).toBe('next');
  });

  it('forgets what is called off while it waits', async () => {
    const { pool } = bench({ maxWorkers: 1 });
    const controller = new AbortController();
    const { shared, raise, begun } = flags();
    const first = pool.run(untilFlag, [shared], alive);
    const second = pool.run(untilFlag, [shared], controller.signal);
    await expect.poll(begun).toBe(1);
    controller.abort(new Cancelled('no longer wanted'));
    await expect(second).rejects.toThrow(Cancelled);
    raise();
    expect(await first).toBe(1);
    expect(begun()).toBe(1);
    await expect(pool.run(() => 1, [], AbortSignal.abort(new Cancelled('too late')))).rejects.toThrow('too late');
  });

  it('tells when a thread ends before the function', async () => {
    const { pool } = bench();
    await expect(pool.run(() => process.exit(3), [], alive)).rejects.toThrow(BlockingWorkerEnded);
    const thrownLater = pool.run(
      () =>
        new Promise(() => {
          setTimeout(() => {
            throw new Error('out of nowhere');
          });
        }),
      [],
      alive,
    );
    await expect(thrownLater).rejects.toThrow('out of nowhere');
    expect(await pool.run(() => 'fine', [], alive)).toBe('fine');
  });

  it('ends with its owner, endless loops included', async () => {
    const { root, pool } = bench({ maxWorkers: 1 });
    await root.start();
    const lost = [pool.run(endless, [], alive), pool.run(endless, [], alive)];
    const settled = Promise.allSettled(lost);
    await root.stop();
    expect((await settled).map((result) => result.status === 'rejected' && result.reason)).toEqual([
      expect.any(Cancelled),
      expect.any(Cancelled),
    ]);
    expect(pool.describe().details).toEqual({ workers: 0, running: 0, waiting: 0 });
    await expect(pool.run(() => 1, [], alive)).rejects.toThrow(Cancelled);
  });
});

describe('what was thrown in another thread', () => {
  it('comes back with name, message, stack, cause and fields, as far as they can be sent', () => {
    class HomeError extends Error {
      override readonly name = 'HomeError';
      readonly code = 'NOT_FOUND';
      readonly retry = (): void => undefined;
    }
    const error = new HomeError('gone', { cause: "an aliens' plot" });
    const back = unpackThrown(structuredClone(packThrown(error)));
    expect(back).toBeInstanceOf(Error);
    expect(back).toMatchObject({
      name: 'HomeError',
      message: 'gone',
      stack: error.stack,
      code: 'NOT_FOUND',
      cause: "an aliens' plot",
    });
    expect(back).not.toHaveProperty('retry');
  });

  it('need not be an error', () => {
    expect(unpackThrown(packThrown({ a: 1 }))).toEqual({ a: 1 });
    expect(unpackThrown(packThrown(() => 1))).toBe('() => 1');
  });
});
