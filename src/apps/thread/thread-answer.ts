import type { Clock } from '../../kernel/clock.ts';
import { TimedOut } from '../../kernel/errors.ts';
import { sleep } from '../../kernel/waiting.ts';

/** How long a thread may compute until it answers, in time that it had a processor for. */
const COMPUTE_LIMIT_MS = 5000;
/** How long one that does not compute may wait for something else than the daemon, in the machine's time. */
const BLOCKED_LIMIT_MS = 30_000;
/** From one look at what the thread has computed to the next. */
const LOOK_MS = 1000;

export interface AskedThread {
  /** For messages: `thread "hall"`. */
  readonly what: string;
  readonly machineTime: Clock;
  /** How long the thread has had a processor since it began. */
  computedMs(): Promise<number>;
}

/**
 * Waits for the answer of a thread for as long as one may still come: until it has computed for 5 s, or 30 s are over
 * in which it has not. A machine that is busy with other things makes no thread one that hangs.
 *
 * @throws TimedOut
 */
export async function answerOf<T>(question: Promise<T>, { what, machineTime, computedMs }: AskedThread): Promise<T> {
  const patience = new AbortController();
  const watch = async (): Promise<never> => {
    const beganMs = machineTime.monotonicMs();
    let computedBeforeMs: number | undefined;
    for (;;) {
      await sleep(machineTime, LOOK_MS, patience.signal, `look at ${what}`);
      const nowMs = await computedMs();
      // It cannot have computed for longer than it has been looked away from.
      computedBeforeMs ??= nowMs - LOOK_MS;
      const waitedMs = machineTime.monotonicMs() - beganMs;
      if (nowMs - computedBeforeMs >= COMPUTE_LIMIT_MS || waitedMs >= BLOCKED_LIMIT_MS) {
        throw new TimedOut(what, waitedMs);
      }
    }
  };
  try {
    return await Promise.race([question, watch()]);
  } finally {
    patience.abort();
  }
}
