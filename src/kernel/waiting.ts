import type { Clock } from './clock.ts';
import { Cancelled, TimedOut } from './errors.ts';
import { currentExecution } from './execution.ts';

/**
 * Waits for something that the daemon itself brings (a timer, an event, an answer), so that virtual time may move on
 * meanwhile. Every wait that an app can reach goes through here.
 */
export async function whileParked<T>(what: string, promise: Promise<T>): Promise<T> {
  const execution = currentExecution();
  if (execution === undefined) return promise;
  const release = execution.park(what);
  try {
    return await promise;
  } finally {
    release();
  }
}

/** Resolves after `delayMs`; rejects with `Cancelled` as soon as `signal` is aborted. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal | undefined, label: string): Promise<void> {
  const slept = new Promise<void>((resolve, reject) => {
    if (signal?.aborted) {
      reject(cancellationOf(signal, label));
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      if (signal !== undefined) reject(cancellationOf(signal, label));
    };
    const timer = clock.after(delayMs, label, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  return whileParked(label, slept);
}

/**
 * Gives `work` a time limit. The signal given to it is aborted at the limit and when `parent` is; the promise given
 * back is rejected then, even if the work goes on.
 *
 * @param what - what is limited, for the message of the error.
 * @throws TimedOut at the limit; Cancelled when `parent` was aborted.
 */
export async function withTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  parent?: AbortSignal,
): Promise<T> {
  if (parent?.aborted) throw cancellationOf(parent, what);
  const controller = new AbortController();
  const { promise: calledOff, reject } = Promise.withResolvers<never>();
  const callOff = (reason: Error): void => {
    reject(reason);
    controller.abort(reason);
  };
  const onAbort = (): void => {
    if (parent !== undefined) callOff(cancellationOf(parent, what));
  };
  const timer = clock.after(timeoutMs, `time limit of ${what}`, () => callOff(new TimedOut(what, timeoutMs)));
  parent?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(controller.signal), calledOff]);
  } finally {
    timer.cancel();
    parent?.removeEventListener('abort', onAbort);
  }
}

/**
 * What `work` comes to, unless the signal is aborted before: nobody has to wait for work that cannot be called off.
 *
 * @throws Cancelled when the signal is aborted.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(cancellationOf(signal, what));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The `Cancelled` that an aborted signal stands for: its own reason if it is one. */
export function cancellationOf(signal: AbortSignal, what: string): Cancelled {
  const reason: unknown = signal.reason;
  return reason instanceof Cancelled ? reason : new Cancelled(`${what} was called off`, { cause: reason });
}

/** Whether an error only says that something was called off, in our words or those of the platform. */
export function isCancellation(error: unknown): boolean {
  if (error instanceof Cancelled) return true;
  return error instanceof Error && error.name === 'AbortError';
}
