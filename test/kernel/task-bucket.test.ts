import { afterEach, describe, expect, it } from 'vitest';
import { BlockingPool } from '../../src/kernel/blocking-pool.ts';
import { Cancelled, InvalidArgument } from '../../src/kernel/errors.ts';
import type { Execution } from '../../src/kernel/execution.ts';
import { Executor } from '../../src/kernel/executor.ts';
import type { Failure } from '../../src/kernel/failure.ts';
import { Life } from '../../src/kernel/life.ts';
import { Logging } from '../../src/kernel/logging.ts';
import { Resource } from '../../src/kernel/resource.ts';
import { TaskBucket } from '../../src/kernel/task-bucket.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';

class Root extends Resource {}

interface Bench {
  readonly clock: VirtualClock;
  readonly life: Life;
  readonly executor: Executor;
  readonly tasks: TaskBucket;
  readonly failures: Failure[];
  /** Runs something as a handler of the app. */
  handle(run: (execution: Execution) => unknown): { cancel(): void; done: Promise<unknown> };
}

const roots: Root[] = [];

afterEach(async () => {
  for (const root of roots.splice(0)) await root.stop();
});

function bench(): Bench {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T00:00:00Z') });
  const logging = new Logging({ clock, format: 'silent' });
  const root = new Root('root', { clock, logging });
  roots.push(root);
  const life = new Life('hallway_light');
  const executor = new Executor({ clock, logger: logging.logger('executor') });
  clock.addActivity(executor);
  const failures: Failure[] = [];
  executor.onFailure((failure) => failures.push(failure));
  const tasks = new TaskBucket({ executor, life, clock, blocking: new BlockingPool(root) });
  const handle: Bench['handle'] = (run) => {
    const lane = executor.lane<undefined>({
      life,
      kind: 'handler',
      name: 'motion',
      run: (_, execution) => run(execution),
    });
    const done = lane.request(undefined);
    return { cancel: () => lane.cancel(new Cancelled('called off')), done };
  };
  return { clock, life, executor, tasks, failures, handle };
}

describe('TaskBucket.spawn', () => {
  it('begins at once and gives what the task gives', async () => {
    const { clock, tasks } = bench();
    const task = tasks.spawn('count', async () => {
      await tasks.sleep('5s');
      return 5;
    });
    expect(task.name).toBe('count');
    expect(task.status).toBe('running');
    expect(tasks.size).toBe(1);
    expect(await clock.pump(task.wait())).toBe(5);
    expect(task.status).toBe('done');
    expect(clock.monotonicMs()).toBe(5000);
  });

  it('forgets tasks that have ended', async () => {
    const { clock, tasks, executor } = bench();
    const before = [...executor.lanes()].length;
    for (let round = 0; round < 100; round += 1) tasks.spawn('short', () => round);
    await clock.settle();
    expect(tasks.size).toBe(0);
    expect([...executor.lanes()]).toHaveLength(before);
  });

  it('has a failure reported once, whether anybody waits or not', async () => {
    const { clock, tasks, failures } = bench();
    const task = tasks.spawn('fade', () => Promise.reject(new Error('no lamp')));
    await clock.settle();
    expect(task.status).toBe('failed');
    expect(failures).toMatchObject([
      { app: 'hallway_light', kind: 'task', name: 'fade', error: { message: 'no lamp' } },
    ]);
    await expect(task.wait()).rejects.toThrow('no lamp');
    tasks.spawn('at once', () => {
      throw new Error('no lamp either');
    });
    await clock.settle();
    expect(failures).toHaveLength(2);
  });

  it('has no time limit', async () => {
    const { clock, tasks } = bench();
    const task = tasks.spawn('watch', () => tasks.sleep({ days: 3 }));
    await clock.advanceBy(2 * 86_400_000);
    expect(task.status).toBe('running');
    await clock.advanceBy(86_400_000);
    expect(task.status).toBe('done');
  });

  it('can be called off alone', async () => {
    const { clock, tasks, failures } = bench();
    const [one, other] = [tasks.spawn('one', () => tasks.sleep('1h')), tasks.spawn('other', () => tasks.sleep('1h'))];
    await clock.settle();
    one.cancel();
    await clock.settle();
    expect([one.status, other.status]).toEqual(['cancelled', 'running']);
    await expect(one.wait()).rejects.toThrow(Cancelled);
    expect(failures).toEqual([]);
    other[Symbol.dispose]();
    await clock.settle();
    expect(clock.timers()).toEqual([]);
  });

  it('is called off with the app, and refused afterwards', async () => {
    const { clock, life, tasks, failures } = bench();
    let afterwards: unknown;
    const task = tasks.spawn('fade', async (signal) => {
      await tasks.sleep('1h').catch(() => undefined);
      expect(signal.aborted).toBe(true);
      afterwards = await tasks.sleep('1s').catch((error: unknown) => error);
    });
    await clock.settle();
    life.stop(new Cancelled('stopped'));
    await clock.settle();
    expect(task.status).toBe('cancelled');
    expect(afterwards).toBeInstanceOf(Cancelled);
    expect(failures).toEqual([]);
    expect(() => tasks.spawn('late', () => 1)).toThrow('"hallway_light" has stopped');
  });

  it('outlives the handler that spawned it', async () => {
    const { clock, tasks, handle } = bench();
    let fired = false;
    const { done } = handle(() => {
      tasks.spawn('later', async () => {
        await tasks.sleep('1m');
        fired = true;
      });
    });
    await done;
    await clock.advanceBy(60_000);
    expect(fired).toBe(true);
  });

  it('lets a handler wait for it under virtual time', async () => {
    const { clock, tasks, handle } = bench();
    const { done } = handle(() => tasks.spawn('later', () => tasks.sleep('1m')).wait());
    await clock.advanceBy(60_000);
    expect(await done).toMatchObject({ kind: 'done' });
  });
});

describe('TaskBucket.sleep', () => {
  it('waits as long as it is told', async () => {
    const { clock, tasks } = bench();
    let woken = false;
    const slept = tasks.sleep({ seconds: 90 }).finally(() => {
      woken = true;
    });
    await clock.advanceBy(89_999);
    expect(woken).toBe(false);
    await clock.advanceBy(1);
    await slept;
  });

  it('ends with the handler that sleeps, not with another', async () => {
    const { clock, tasks, handle } = bench();
    const seen: string[] = [];
    const sleepIn = (name: string) =>
      handle(async () => {
        try {
          await tasks.sleep('5m');
          seen.push(`${name} woke`);
        } catch (error) {
          seen.push(`${name}: ${String(error instanceof Cancelled)}`);
        }
      });
    const one = sleepIn('one');
    sleepIn('other');
    await clock.settle();
    one.cancel();
    await clock.settle();
    expect(seen).toEqual(['one: true']);
    await clock.advanceBy(300_000);
    expect(seen).toEqual(['one: true', 'other woke']);
  });

  it('ends with the app where no handler sleeps', async () => {
    const { life, tasks } = bench();
    const slept = tasks.sleep('1h');
    life.stop(new Cancelled('stopped'));
    await expect(slept).rejects.toThrow(Cancelled);
    await expect(tasks.sleep('1s')).rejects.toThrow('has stopped');
  });

  it('says what is wrong with a duration', async () => {
    const { tasks } = bench();
    await expect(tasks.sleep('soon')).rejects.toThrow(InvalidArgument);
    await expect(tasks.sleep('-5s')).rejects.toThrow('tasks.sleep');
  });
});

describe('TaskBucket.runBlocking', () => {
  it('runs in another thread while virtual time stands still', async () => {
    const { clock, tasks, handle } = bench();
    const { done } = handle(() => tasks.runBlocking((left: number, right: number) => left * right, 6, 7));
    await clock.advanceBy(0);
    expect(await done).toEqual({ kind: 'done', value: 42 });
  });

  it('is ended with the handler, and with the app', async () => {
    const { life, tasks, handle } = bench();
    const endless = () => {
      for (;;);
    };
    let seen: unknown;
    const handler = handle(() =>
      tasks.runBlocking(endless).catch((error: unknown) => {
        seen = error;
      }),
    );
    handler.cancel();
    await expect.poll(() => seen).toBeInstanceOf(Cancelled);
    const outside = tasks.runBlocking(endless);
    life.stop(new Cancelled('stopped'));
    await expect(outside).rejects.toThrow('stopped');
    await expect(tasks.runBlocking(() => 1)).rejects.toThrow(Cancelled);
  });
});
