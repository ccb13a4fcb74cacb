import type { Clock } from './clock.ts';
import { formatDuration } from './duration.ts';
import { TimedOut } from './errors.ts';
import type { Logger } from './logging.ts';

export interface Timing {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Arms a time limit, with a warning at half of it.
 *
 * @param what - what is limited, as it goes on after "the": `start of "home.default"`.
 * @returns ends the limit.
 */
export function armLimit(
  timing: Timing,
  what: string,
  limitMs: number,
  exceed: (reason: TimedOut) => void,
): () => void {
  const { clock, logger } = timing;
  const halfMs = limitMs / 2;
  let timer = clock.after(halfMs, `half of the time for the ${what}`, () => {
    logger.warn(`the ${what} takes long: ${formatDuration(halfMs)} so far, given up after ${formatDuration(limitMs)}`);
    timer = clock.after(halfMs, `time limit for the ${what}`, () => exceed(new TimedOut(`The ${what}`, limitMs)));
  });
  return () => timer.cancel();
}

/**
 * Waits for work no longer than a limit; past it the work is left to itself.
 *
 * @throws TimedOut past the limit, or whatever the work throws before.
 */
export async function withinLimit(timing: Timing, what: string, limitMs: number, work: () => unknown): Promise<void> {
  const result = work();
  if (!(result instanceof Promise)) return;
  const exceeded = Promise.withResolvers<never>();
  const endLimit = armLimit(timing, what, limitMs, exceeded.reject);
  try {
    await Promise.race([result, exceeded.promise]);
  } finally {
    endLimit();
  }
}
