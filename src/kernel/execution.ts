import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

/** What a person's code was run for. */
export type ExecutionKind = 'handler' | 'job' | 'hook' | 'task';

/**
 * One run of a piece of a person's code. It is carried by AsyncLocalStorage into everything that the code awaits, so
 * that sleeps, waits and calls know whom they work for.
 */
export interface Execution {
  /** Unique; made when somebody asks for it. */
  readonly id: string;
  /** Aborted, with a `Cancelled` as its reason, when the execution is called off. Made when somebody asks for it. */
  readonly signal: AbortSignal;
  /** The name of the life (app, service) that it belongs to. */
  readonly owner: string;
  readonly kind: ExecutionKind;
  /** The name of the handler, job, hook or task. */
  readonly name: string;

  /**
   * Refuses what an execution that was called off, or whose app has stopped, still tries.
   *
   * @param what - what is tried, for the message.
   * @throws Cancelled
   */
  assertLive(what: string): void;

  /**
   * Says that from here on the execution waits for something that the daemon itself brings: a timer, an event, an
   * answer. Virtual time may move on while all executions do. The function given back, called once or more, ends it.
   */
  park(what: string): () => void;
}

const storage = new AsyncLocalStorage<Execution | undefined>();

/** The execution on whose behalf the caller runs, if there is one. */
export function currentExecution(): Execution | undefined {
  return storage.getStore();
}

/** Where every execution begins: in nobody's async context. */
const nobody = new AsyncResource('hassette', { requireManualDestroy: true });

/**
 * Calls `fn` with two arguments on behalf of `execution`; what it starts and awaits stays on its behalf.
 *
 * `storage.run` would copy the async context twice, on the way in and on the way back. This copies an empty one, once,
 * and goes back by an exchange, in a quarter of the time.
 */
export function runInExecution<A, R>(execution: Execution, fn: (first: A, second: Execution) => R, first: A): R {
  return nobody.runInAsyncScope<undefined, R>(enter<A, R>, undefined, execution, fn, first);
}

function enter<A, R>(execution: Execution, fn: (first: A, second: Execution) => R, first: A): R {
  storage.enterWith(execution);
  return fn(first, execution);
}

/** Calls `fn` on behalf of nobody. */
export function runOutsideExecutions<R>(fn: () => R): R {
  return storage.getStore() === undefined ? fn() : storage.run(undefined, fn);
}

/**
 * Makes a callback that runs on behalf of nobody, whoever armed it. A timer armed while a handler ran would otherwise
 * carry that handler into all that it starts, and be refused once the handler's app has stopped.
 */
export function detached(fire: () => void): () => void {
  return storage.getStore() === undefined ? fire : () => storage.run(undefined, fire);
}
