import { InvalidArgument } from '../kernel/errors.ts';
import type { Trigger } from './triggers.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/**
 * A trigger of your own: whatever can tell its next time. It is asked again and again, so it should keep nothing.
 *
 * @example
 * ```ts
 * import { App, type JobTrigger } from 'hassette';
 *
 * class FirstOfMonth implements JobTrigger {
 *   next(after: Temporal.ZonedDateTime) {
 *     return after.add({ months: 1 }).with({ day: 1 }).withPlainTime('09:00');
 *   }
 *   describe() {
 *     return 'on the first of each month at 09:00';
 *   }
 * }
 *
 * export class Meters extends App {
 *   override onInitialize() {
 *     this.scheduler.schedule(new FirstOfMonth(), () => this.logger.info('read the meters'));
 *   }
 * }
 * ```
 */
export interface JobTrigger {
  /** Its first time after another, which is given in the job's time zone; undefined when there are no more. */
  next(after: Temporal.ZonedDateTime): Temporal.ZonedDateTime | Temporal.Instant | undefined;
  /** When it runs, in words, for logs and status. */
  describe(): string;
}

/** A trigger of a user's, held to its word. */
export class Custom implements Trigger {
  readonly basis = 'local';
  readonly #trigger: JobTrigger;

  /** @throws InvalidArgument if it is no trigger. */
  constructor(trigger: JobTrigger) {
    if (typeof trigger?.next !== 'function' || typeof trigger.describe !== 'function') {
      throw new InvalidArgument(`schedule was given ${nameOf(trigger)}, which is no trigger`, {
        hint: 'A trigger has two methods: next(after), which gives its first time after another, and describe().',
      });
    }
    this.#trigger = trigger;
  }

  /** @throws InvalidArgument if it gives something that is no time, or none after the one it was given. */
  next(afterMs: number, zone: ZoneTimeline): number | undefined {
    const after = zone.dateOf(afterMs);
    const next: unknown = this.#trigger.next(after);
    if (next === undefined || next === null) return undefined;
    if (!(next instanceof Temporal.ZonedDateTime) && !(next instanceof Temporal.Instant)) {
      throw new InvalidArgument(
        `next() of ${nameOf(this.#trigger)} gave ${JSON.stringify(next) ?? typeof next}, which is no time`,
        {
          hint: 'Give a Temporal.ZonedDateTime or a Temporal.Instant, or undefined when there are no more times.',
        },
      );
    }
    const { epochMilliseconds } = next;
    if (epochMilliseconds > Math.floor(afterMs)) return epochMilliseconds;
    throw new InvalidArgument(
      `next() of ${nameOf(this.#trigger)} gave ${next.toString()}, which is not after ${after.toString()}`,
      { hint: 'It is to give the first time after the one that it is given, or the job would run without end.' },
    );
  }

  describe(): string {
    return this.#trigger.describe();
  }
}

function nameOf(trigger: unknown): string {
  if (typeof trigger !== 'object' || trigger === null) return String(trigger);
  const { name } = trigger.constructor;
  return name === '' || name === 'Object' ? 'the trigger' : name;
}
