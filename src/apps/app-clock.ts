import type { Clock } from '../kernel/clock.ts';
import { type DurationInput, durationMs } from '../kernel/duration.ts';
import { formatTimeOfDay, parseTimeOfDay, type TimeOfDayInput } from '../kernel/time-of-day.ts';
import { readTime, refuseInCondition } from '../kernel/tracked-reads.ts';
import { DayWindow } from '../scheduler/day-window.ts';
import { ZoneTimeline } from '../scheduler/zone-timeline.ts';

/** The time in an app's home. It is the daemon's clock, virtual in tests, read in the home's time zone. */
export class AppClock {
  readonly #clock: Clock;
  readonly #timeZone: () => string;
  #zone: ZoneTimeline | undefined;

  constructor(clock: Clock, timeZone: () => string) {
    this.#clock = clock;
    this.#timeZone = timeZone;
  }

  /** The home's time zone, as in `Europe/Berlin`. */
  get timeZone(): string {
    return this.#timeZone();
  }

  /**
   * Now.
   *
   * @throws NotInCondition in the condition of a rule: it is another time whenever it is asked, so that the condition
   * would never be done.
   */
  now(): Temporal.ZonedDateTime {
    refuseInCondition('clock.now()', 'Ask `clock.isBetween(…)` or `sun.isUp()`, which know when they will change.');
    return Temporal.Instant.fromEpochMilliseconds(Math.floor(this.#clock.nowMs())).toZonedDateTimeISO(this.#timeZone());
  }

  /**
   * The moment that was so long ago.
   *
   * @throws NotInCondition in the condition of a rule, as `now()`.
   *
   * @example
   * ```ts
   * const reported = this.states.get('sensor.attic_battery')?.lastUpdated;
   * const silent = !reported || Temporal.Instant.compare(reported, this.clock.ago('7d').toInstant()) < 0;
   * ```
   */
  ago(duration: DurationInput): Temporal.ZonedDateTime {
    return this.now().subtract({ milliseconds: Math.round(durationMs(duration)) });
  }

  /**
   * Whether it is between two times of day, the first included and the second not; `('22:00', '06:00')` is the night.
   * Two equal times are the whole day.
   */
  isBetween(from: TimeOfDayInput, to: TimeOfDayInput): boolean {
    const window = new DayWindow(parseTimeOfDay(from, 'from'), parseTimeOfDay(to, 'to'));
    return readTime({
      what: `it is between ${formatTimeOfDay(window.from)} and ${formatTimeOfDay(window.to)}`,
      look: () => window.includes(this.#clock.nowMs(), this.#zoneNow()),
      untilMs: () => window.nextChange(this.#clock.nowMs(), this.#zoneNow()),
      sinceMs: () => window.lastChange(this.#clock.nowMs(), this.#zoneNow()),
    });
  }

  #zoneNow(): ZoneTimeline {
    const id = this.#timeZone();
    if (this.#zone?.id !== id) this.#zone = new ZoneTimeline(id);
    return this.#zone;
  }
}
