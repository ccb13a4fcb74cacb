import { Cron } from 'croner';
import { InvalidArgument } from '../kernel/errors.ts';
import { type DstPolicy, KEEPS_PACE, type LocalSchedule, ONCE_A_DAY } from './local-schedule.ts';

/**
 * A cron pattern: `minute hour day month weekday`, with seconds before them if there are six.
 *
 * croner is asked one question only, which local time comes next; it runs on UTC here, since what happens when clocks
 * change is decided in one place for all triggers.
 */
export class CronSchedule implements LocalSchedule {
  readonly pattern: string;
  /** A pattern that runs in every hour means a pace, any other one means moments of the day. */
  readonly dst: DstPolicy;
  readonly #cron: Cron;
  #askedMs = NaN;
  #answerMs: number | undefined;

  /** @throws InvalidArgument if it is no cron pattern. */
  constructor(pattern: string) {
    this.pattern = pattern;
    try {
      this.#cron = new Cron(pattern, { utcOffset: 0, paused: true, mode: '5-or-6-parts' });
    } catch (error) {
      throw refused(pattern, error);
    }
    const fields = pattern.trim().split(/\s+/);
    const hours = fields.at(-4) ?? '*';
    const isHourly = fields.length >= 5 ? hours === '*' : pattern.trim().toLowerCase() === '@hourly';
    this.dst = isHourly ? KEEPS_PACE : ONCE_A_DAY;
  }

  nextLocal(afterLocalMs: number): number | undefined {
    // Jobs that share a pattern, and those armed one after another, ask about the same stretch of time.
    if (afterLocalMs >= this.#askedMs && (this.#answerMs === undefined || afterLocalMs < this.#answerMs))
      return this.#answerMs;
    this.#answerMs = this.#cron.nextRun(new Date(Math.floor(afterLocalMs)))?.getTime();
    this.#askedMs = afterLocalMs;
    return this.#answerMs;
  }
}

function refused(pattern: string, cause: unknown): InvalidArgument {
  const said = cause instanceof Error ? cause.message.replace(/^CronPattern: /, '') : String(cause);
  const fields = pattern.trim().split(/\s+/).length;
  // croner speaks of seven fields, too, which are not for us.
  const why = fields === 5 || fields === 6 ? said : `it has ${fields === 1 ? 'one field' : `${fields} fields`}`;
  return new InvalidArgument(`"${pattern}" is not a cron pattern: ${why}`, {
    hint: `Write minute, hour, day, month and weekday: '0 7 * * 1-5' is every weekday at seven. A sixth field before them is seconds.`,
    cause,
  });
}
