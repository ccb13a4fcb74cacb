import { Worker } from 'node:worker_threads';
import { type BlockingReply, unpackThrown } from './blocking-message.ts';
import type { Timer } from './clock.ts';
import { type Cancelled, HassetteError, InvalidArgument } from './errors.ts';
import { runOutsideExecutions } from './execution.ts';
import { Resource } from './resource.ts';
import type { Activity } from './virtual-clock.ts';
import { cancellationOf } from './waiting.ts';

/** A function was to run in another thread, from its source alone, and needs more than that. */
export class NotSelfContained extends HassetteError {
  readonly code = 'NOT_SELF_CONTAINED';
  readonly audience = 'author';
}

/** A worker thread ended before the function it ran: it exited, or ran out of memory. */
export class BlockingWorkerEnded extends HassetteError {
  readonly code = 'BLOCKING_WORKER_ENDED';
  readonly audience = 'author';
}

export interface BlockingPoolOptions {
  /** @defaultValue 2 */
  readonly maxWorkers?: number | undefined;
  /** A worker without work ends after so long. @defaultValue 30 seconds */
  readonly idleMs?: number | undefined;
}

interface Job {
  readonly name: string;
  readonly source: string;
  readonly args: readonly unknown[];
  readonly settle: PromiseWithResolvers<unknown>;
}

/** Native code has no source; bound functions are native. */
const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;
/** Functions and arrows are expressions as they stand; methods need the word `function`. */
const EXPRESSION = /^(?:async\b\s*)?(?:function\b|\(|[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=>)/u;
const METHOD = /^(async\s+)?(\*?\s*)([\p{ID_Start}$_][\p{ID_Continue}$]*\s*\()/u;

/**
 * Runs functions that take long without a break in worker threads, so that the daemon goes on meanwhile. Threads are
 * begun when there is work and end when there has been none for a while.
 */
export class BlockingPool extends Resource implements Activity {
  readonly #maxWorkers: number;
  readonly #idleMs: number;
  readonly #workers = new Set<PoolWorker>();
  readonly #waiting = new Set<Job>();

  constructor(owner: Resource, options: BlockingPoolOptions = {}) {
    super('blocking-pool', owner);
    this.#maxWorkers = options.maxWorkers ?? 2;
    this.#idleMs = options.idleMs ?? 30_000;
    this.own(() => this.#endAll());
  }

  /**
   * Runs a function in a worker thread. It is sent as its source text, and the arguments and the result as copies.
   * When the signal is aborted the thread is ended, wherever the function is.
   *
   * @throws what the function throws; NotSelfContained if it uses a variable from around it; InvalidArgument if it,
   * an argument or its result cannot be sent; Cancelled.
   */
  async run<A extends readonly unknown[], R>(fn: (...args: A) => R, args: A, signal: AbortSignal): Promise<Awaited<R>>;
  async run(fn: (...args: never) => unknown, args: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    const name = fn.name === '' ? 'function' : fn.name;
    const source = sourceOf(fn, name);
    const what = `runBlocking of "${name}"`;
    if (signal.aborted) throw cancellationOf(signal, what);
    if (this.signal.aborted) throw cancellationOf(this.signal, what);
    const job: Job = { name, source, args, settle: Promise.withResolvers() };
    const onAbort = (): void => this.#callOff(job, cancellationOf(signal, what));
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(job);
    runOutsideExecutions(() => this.#assign());
    try {
      return await job.settle.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  busy(): readonly string[] {
    return [...this.#workers].flatMap(({ job }) => (job === undefined ? [] : [`runBlocking of "${job.name}"`]));
  }

  protected override details(): Readonly<Record<string, unknown>> {
    return { workers: this.#workers.size, running: this.busy().length, waiting: this.#waiting.size };
  }

  #assign(): void {
    for (const job of this.#waiting) {
      const worker = this.#freeWorker();
      if (worker === undefined) return;
      this.#waiting.delete(job);
      worker.take(job);
    }
  }

  #freeWorker(): PoolWorker | undefined {
    for (const worker of this.#workers) if (worker.free) return worker;
    if (this.#workers.size >= this.#maxWorkers || this.signal.aborted) return undefined;
    const worker = new PoolWorker({
      onFree: () => {
        this.#assign();
        if (worker.free)
          worker.endIn(this.clock.after(this.#idleMs, 'end of an idle worker thread', () => void worker.end()));
      },
      onEnd: () => {
        this.#workers.delete(worker);
        this.#assign();
      },
    });
    this.#workers.add(worker);
    return worker;
  }

  async #endAll(): Promise<void> {
    const reason = cancellationOf(this.signal, 'runBlocking');
    for (const job of this.#waiting) this.#callOff(job, reason);
    const ends = Array.from(this.#workers, async (worker) => {
      worker.job?.settle.reject(reason);
      await worker.end();
    });
    await Promise.all(ends);
  }

  #callOff(job: Job, reason: Cancelled): void {
    job.settle.reject(reason);
    if (this.#waiting.delete(job)) return;
    for (const worker of this.#workers) if (worker.job === job) void worker.end();
  }
}

/** One thread, and the job that it has in hand. */
class PoolWorker {
  readonly #worker: Worker;
  readonly #events: { readonly onFree: () => void; readonly onEnd: () => void };
  #job: Job | undefined;
  #ending = false;
  #idle: Timer | undefined;
  #jobs = 0;

  constructor(events: { readonly onFree: () => void; readonly onEnd: () => void }) {
    this.#events = events;
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./blocking-worker.${extension}`, import.meta.url), { execArgv: [] });
    this.#worker.on('message', (reply: BlockingReply) => this.#onReply(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (exitCode) => this.#onExit(exitCode));
  }

  get job(): Job | undefined {
    return this.#job;
  }

  get free(): boolean {
    return this.#job === undefined && !this.#ending;
  }

  take(job: Job): void {
    this.#idle?.cancel();
    this.#jobs += 1;
    this.#job = job;
    this.#worker.ref();
    try {
      this.#worker.postMessage({ id: this.#jobs, source: job.source, name: job.name, args: job.args });
    } catch (error) {
      this.#fail(notSent(job, 'an argument', error));
      this.#release();
    }
  }

  endIn(timer: Timer): void {
    this.#idle = timer;
  }

  /** Ends the thread, in the middle of a function if need be. */
  async end(): Promise<void> {
    this.#ending = true;
    this.#idle?.cancel();
    await this.#worker.terminate();
  }

  #onReply(reply: BlockingReply): void {
    const job = this.#job;
    if (job === undefined || reply.id !== this.#jobs) return;
    if (reply.kind === 'done') job.settle.resolve(reply.value);
    else this.#fail(explained(job, unpackThrown(reply.thrown)));
    this.#release();
  }

  #release(): void {
    this.#job = undefined;
    // A thread without work is no reason for the process to go on.
    this.#worker.unref();
    this.#events.onFree();
  }

  #fail(error: unknown): void {
    this.#job?.settle.reject(error);
  }

  #onExit(exitCode: number): void {
    this.#ending = true;
    this.#idle?.cancel();
    const name = this.#job?.name ?? '';
    this.#fail(
      new BlockingWorkerEnded(`The worker thread of runBlocking ended, with code ${exitCode}, before "${name}" did`),
    );
    this.#job = undefined;
    this.#events.onEnd();
  }
}

function sourceOf(fn: (...args: never) => unknown, name: string): string {
  const text = Function.prototype.toString.call(fn);
  if (NATIVE.test(text)) {
    throw new InvalidArgument(`runBlocking cannot send "${name}" to another thread: it is bound or built in`, {
      hint: 'Give it a function of your own that does the work.',
    });
  }
  if (EXPRESSION.test(text)) return text;
  const method = text.replace(METHOD, '$1function $2$3');
  if (method !== text) return method;
  throw new InvalidArgument(`runBlocking cannot send "${name}" to another thread: it is no plain function`, {
    hint: 'Give it a function or an arrow function.',
  });
}

/** What goes wrong because of the other thread says so. */
function explained(job: Job, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'DataCloneError') return notSent(job, 'the result', error);
  const [, missing] = (error instanceof ReferenceError && /^(\S+) is not defined$/.exec(error.message)) || [];
  if (missing === undefined) return error;
  return new NotSelfContained(
    `"${job.name}" uses ${missing}, which is not there in the thread that runBlocking runs it in`,
    {
      cause: error,
      hint:
        'The function is sent as its source text, without what stands around it: give it all it needs as arguments, ' +
        'and import inside of it (`const { readFile } = await import("node:fs/promises")`).',
    },
  );
}

function notSent(job: Job, what: string, cause: unknown): InvalidArgument {
  return new InvalidArgument(`runBlocking cannot send ${what} of "${job.name}" to another thread: ${String(cause)}`, {
    cause,
    hint: 'Plain data, Maps, Sets, Dates and buffers can be sent; functions, and objects with methods, cannot.',
  });
}
