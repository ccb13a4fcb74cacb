import type { BlockingPool } from './blocking-pool.ts';
import type { Clock } from './clock.ts';
import { type DurationInput, durationMs } from './duration.ts';
import { Cancelled } from './errors.ts';
import { currentExecution } from './execution.ts';
import type { Executor } from './executor.ts';
import type { Failure } from './failure.ts';
import type { Lane } from './lane.ts';
import { assertMayAct, type Life } from './life.ts';
import { sleep, whileParked } from './waiting.ts';

export type TaskStatus = 'running' | 'done' | 'failed' | 'cancelled';

/** A piece of work that goes on beside the rest of an app. */
export interface Task<T> extends Disposable {
  readonly name: string;
  readonly status: TaskStatus;
  /**
   * Resolves to what the task gives. Its failure is reported whether anybody waits or not.
   *
   * @throws what the task threw; Cancelled if it was called off.
   */
  wait(): Promise<T>;
  /** Calls the task off: its signal is aborted, and whatever it still tries is refused. */
  cancel(): void;
}

export interface TaskBucketOptions {
  readonly executor: Executor;
  readonly life: Life;
  readonly clock: Clock;
  readonly blocking: BlockingPool;
  /** Told of each failure of a task. */
  readonly onError?: ((failure: Failure) => unknown) | undefined;
}

/** What an app is given as `this.tasks`: work beside its handlers, which ends with the app. */
export class TaskBucket {
  readonly #options: TaskBucketOptions;
  readonly #life: Life;
  readonly #clock: Clock;
  readonly #blocking: BlockingPool;
  readonly #tasks = new Set<Task<unknown>>();

  constructor(options: TaskBucketOptions) {
    this.#options = options;
    this.#life = options.life;
    this.#clock = options.clock;
    this.#blocking = options.blocking;
  }

  /** Tasks that still run. */
  get size(): number {
    return this.#tasks.size;
  }

  /**
   * Begins something that nobody waits for. It has no time limit; it is called off when the app stops.
   *
   * @example
   * ```ts
   * this.tasks.spawn('fade out', async () => {
   *   for (let pct = 60; pct > 0; pct -= 5) {
   *     await this.entity(this.config.light).turnOn({ brightness_pct: pct });
   *     await this.tasks.sleep('10s');
   *   }
   * });
   * ```
   * @throws Cancelled if the app has stopped.
   */
  spawn<T>(name: string, fn: (signal: AbortSignal) => Promise<T> | T): Task<T> {
    assertMayAct(this.#life, `tasks.spawn("${name}")`);
    const task = new RunningTask<T>(name, this.#options, fn);
    this.#tasks.add(task);
    void task.run().finally(() => this.#tasks.delete(task));
    return task;
  }

  /**
   * Waits, as long as the handler, job or task that waits is not called off and the app lives.
   *
   * @example
   * ```ts
   * await this.tasks.sleep('90s');
   * ```
   * @throws Cancelled as soon as it is in vain.
   */
  async sleep(duration: DurationInput): Promise<void> {
    assertMayAct(this.#life, 'tasks.sleep');
    const delayMs = durationMs(duration, 'the duration given to tasks.sleep');
    await sleep(this.#clock, delayMs, this.#signal(), `tasks.sleep of ${this.#life.name}`);
  }

  /**
   * Runs a function in a worker thread, for work that would stop the daemon: parsing large files, heavy arithmetic.
   * The function must be self-contained, since only its source text is sent: what it needs comes as arguments, and
   * modules are imported inside of it. Arguments and result are copied. It is ended when it is called off.
   *
   * @example
   * ```ts
   * const primes = await this.tasks.runBlocking((upTo: number) => {
   *   const found: number[] = [];
   *   for (let n = 2; n <= upTo; n += 1) if (found.every((prime) => n % prime !== 0)) found.push(n);
   *   return found;
   * }, 100_000);
   * ```
   * @throws what the function throws; NotSelfContained if it uses what stands around it; Cancelled.
   */
  async runBlocking<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    assertMayAct(this.#life, 'tasks.runBlocking');
    return await this.#blocking.run(fn, args, this.#signal());
  }

  #signal(): AbortSignal {
    return currentExecution()?.signal ?? this.#life.signal;
  }
}

class RunningTask<T> implements Task<T> {
  readonly name: string;
  readonly #lane: Lane<undefined>;
  readonly #result = Promise.withResolvers<T>();
  #given: { readonly value: T } | undefined;
  #status: TaskStatus = 'running';

  constructor(
    name: string,
    { executor, life, onError }: TaskBucketOptions,
    fn: (signal: AbortSignal) => Promise<T> | T,
  ) {
    this.name = name;
    this.#lane = executor.lane<undefined>({
      life,
      onError,
      kind: 'task',
      name,
      mode: 'parallel',
      timeoutMs: false,
      run: async (_, execution) => {
        this.#given = { value: await fn(execution.signal) };
      },
    });
  }

  get status(): TaskStatus {
    return this.#status;
  }

  wait(): Promise<T> {
    return whileParked(`task "${this.name}"`, this.#result.promise);
  }

  cancel(): void {
    this.#lane.cancel(this.#calledOff());
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  /** Runs it to its end, whatever that is. */
  async run(): Promise<void> {
    // The executor reports a failure; that nobody waits for the task is none.
    this.#result.promise.catch(() => undefined);
    const outcome = await this.#lane.request(undefined);
    this.#lane.close();
    if (outcome.kind === 'done' && this.#given !== undefined) {
      this.#status = 'done';
      this.#result.resolve(this.#given.value);
    } else if (outcome.kind === 'failed') {
      this.#status = 'failed';
      this.#result.reject(outcome.failure.error);
    } else {
      this.#status = 'cancelled';
      this.#result.reject(this.#calledOff());
    }
  }

  #calledOff(): Cancelled {
    return new Cancelled(`task "${this.name}" was called off`);
  }
}
