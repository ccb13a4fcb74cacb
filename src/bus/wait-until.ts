import type { Clock, Timer } from '../kernel/clock.ts';
import { currentExecution } from '../kernel/execution.ts';
import type { Life } from '../kernel/life.ts';
import { cancellationOf, whileParked } from '../kernel/waiting.ts';

export interface WaitContext {
  readonly life: Life;
  readonly clock: Clock;
  readonly timeoutMs: number | undefined;
  /** What is waited for, for messages and timers. */
  readonly what: string;
}

/**
 * Waits for something that will be told, for as long as the execution that asks is alive. `listen` begins to listen,
 * and gives what ends it.
 *
 * @returns what was told, or null at the time limit.
 * @throws Cancelled once the execution is called off or the life ends; what `listen` fails with.
 */
export function waitUntil<T>(
  { life, clock, timeoutMs, what }: WaitContext,
  listen: (settle: (value: T) => void, fail: (error: unknown) => void) => () => void,
): Promise<T | null> {
  const signals = signalsOf(life);
  const { promise, resolve, reject } = Promise.withResolvers<T | null>();
  let timer: Timer | undefined;
  let unlisten: (() => void) | undefined;
  let over = false;
  const end = (): boolean => {
    if (over) return false;
    over = true;
    timer?.cancel();
    unlisten?.();
    for (const signal of signals) signal.removeEventListener('abort', onAbort);
    return true;
  };
  const settle = (value: T | null): void => {
    if (end()) resolve(value);
  };
  const fail = (error: unknown): void => {
    if (end()) reject(error);
  };
  const onAbort = (): void => {
    for (const signal of signals) if (signal.aborted) fail(cancellationOf(signal, what));
  };
  for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
  if (timeoutMs !== undefined) timer = clock.after(timeoutMs, `time limit of ${what}`, () => settle(null));
  const stop = listen(settle, fail);
  // What it waits for may have been told at once.
  if (over) stop();
  else unlisten = stop;
  return whileParked(what, promise);
}

/** An execution is called off with its own life; what it does in the name of another needs both alive. */
function signalsOf(life: Life): readonly AbortSignal[] {
  const execution = currentExecution();
  if (execution === undefined) return [life.signal];
  return execution.owner === life.name ? [execution.signal] : [execution.signal, life.signal];
}
