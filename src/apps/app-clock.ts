import type { Clock } from '../kernel/clock.ts';
import { type DurationInput, durationMs } from '../kernel/duration.ts';
import { parseTimeOfDay, type TimeOfDayInput } from '../kernel/time-of-day.ts';

/** The time in an app's home. It is the daemon's clock, virtual in tests, read in the home's time zone. */
export class AppClock {
  readonly #clock: Clock;
  readonly #timeZone: () => string;

  constructor(clock: Clock, timeZone: () => string) {
    this.#clock = clock;
    this.#timeZone = timeZone;
  }

  /** The home's time zone, as in `Europe/Berlin`. */
  get timeZone(): string {
    return this.#timeZone();
  }

  /** Now. */
  now(): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(Math.floor(this.#clock.nowMs())).toZonedDateTimeISO(this.#timeZone());
  }

  /**
   * The moment that was so long ago.
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
    const begin = parseTimeOfDay(from, 'from');
    const end = parseTimeOfDay(to, 'to');
    const time = this.now().toPlainTime();
    const begun = Temporal.PlainTime.compare(time, begin) >= 0;
    const ended = Temporal.PlainTime.compare(time, end) >= 0;
    return Temporal.PlainTime.compare(begin, end) < 0 ? begun && !ended : begun || !ended;
  }
}
