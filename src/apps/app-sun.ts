import type { Clock } from '../kernel/clock.ts';
import { nearestNoon, solarPosition } from '../kernel/solar-position.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import { currentTracker, readTime, refuseInCondition } from '../kernel/tracked-reads.ts';
import { readSunMoment } from '../scheduler/sun-moment.ts';
import { isSunUp, SUN_EVENTS, type SunEvent, type SunMoment, type SunPlace, sunTime } from '../scheduler/sun-times.ts';
import { AtSun } from '../scheduler/sun-trigger.ts';
import { ZoneTimeline } from '../scheduler/zone-timeline.ts';

/** The sun's hours around one noon. Undefined is what there is not on that day: near the poles the sun stays up, or down. */
export type SunTimes = { readonly [Event in SunEvent]: Temporal.ZonedDateTime | undefined };

export interface AppSunOptions {
  readonly clock: Clock;
  readonly timeZone: () => string;
  readonly place: () => SunPlace | undefined;
}

/**
 * The sun at the home, reckoned from its position: `this.sun`. It needs no entity and no network, and agrees with
 * almanacs to a minute.
 *
 * @example
 * ```ts
 * if (!this.sun.isUp()) await this.entity('light.porch').turnOn();
 * this.logger.info(`the sun sets at ${this.sun.next('sunset')?.toPlainTime().toString({ smallestUnit: 'minute' })}`);
 * ```
 */
export class AppSun {
  readonly #options: AppSunOptions;
  /** Whether it is up, as conditions have asked last. */
  #daylight: Daylight | undefined;

  constructor(options: AppSunOptions) {
    this.#options = options;
  }

  /** Whether it is up: its upper edge is seen above the horizon. The condition of a rule is asked again when it rises or sets. */
  isUp(): boolean {
    if (currentTracker() === undefined) return isSunUp(this.#options.clock.nowMs(), this.#place());
    return readTime({
      what: 'the sun is up',
      look: () => this.#daylightNow().isUp,
      untilMs: () => this.#daylightNow().untilMs,
      sinceMs: () => lastChange(this.#options.clock.nowMs(), this.#place()),
    });
  }

  /** How high it stands now: degrees above the horizon of the middle of its disc, without the air's refraction. */
  get elevation(): number {
    refuseInCondition('sun.elevation', KNOWS_ITS_TIME);
    return solarPosition(this.#options.clock.nowMs(), this.#place()).elevation;
  }

  /** In which direction it stands now: degrees from north, clockwise. */
  get azimuth(): number {
    refuseInCondition('sun.azimuth', KNOWS_ITS_TIME);
    return solarPosition(this.#options.clock.nowMs(), this.#place()).azimuth;
  }

  /** Whether it goes up at present: it is before noon as the sun has it. */
  get rising(): boolean {
    refuseInCondition('sun.rising', KNOWS_ITS_TIME);
    const nowMs = this.#options.clock.nowMs();
    return nearestNoon(nowMs, this.#place().longitude) > nowMs;
  }

  /**
   * When something comes next, in the home's time zone; undefined where it does not within a year.
   *
   * @throws InvalidArgument if it is no moment of the sun's day.
   */
  next(moment: SunMoment): Temporal.ZonedDateTime | undefined {
    refuseInCondition('sun.next()', KNOWS_ITS_TIME);
    const trigger = new AtSun({
      moment: readSunMoment(moment, 'sun.next'),
      offsetMs: 0,
      clamp: undefined,
      place: () => this.#place(),
    });
    const nextMs = trigger.next(this.#options.clock.nowMs(), new ZoneTimeline('UTC'));
    return nextMs === undefined ? undefined : this.#dateOf(nextMs);
  }

  /**
   * The sun's hours of a day: those around the noon that is on its date. Midnight is the one that ends it.
   *
   * @param day - a date, or a moment of it in whatever zone. @defaultValue today
   */
  times(day?: Temporal.PlainDate | Temporal.ZonedDateTime): SunTimes {
    refuseInCondition('sun.times()', KNOWS_ITS_TIME);
    const place = this.#place();
    const date = day === undefined ? this.#dateOf(this.#options.clock.nowMs()).toPlainDate() : dateOf(day);
    const middleMs = date.toZonedDateTime({ timeZone: this.#options.timeZone(), plainTime: '12:00' }).epochMilliseconds;
    const noonMs = nearestNoon(middleMs, place.longitude);
    const times: Partial<Record<SunEvent, Temporal.ZonedDateTime>> = {};
    for (const event of SUN_EVENTS) {
      const answer = sunTime(event, noonMs, place);
      if (answer.kind === 'at') times[event] = this.#dateOf(answer.epochMs);
    }
    // What was left out is undefined when it is read, which is what the type says.
    return Object.freeze(times) as SunTimes;
  }

  /** By the very moments at which it rises and sets, so that nothing is between them. */
  #daylightNow(): Daylight {
    const nowMs = this.#options.clock.nowMs();
    const place = this.#place();
    const known = this.#daylight;
    const isHere = known?.place.latitude === place.latitude && known.place.longitude === place.longitude;
    if (isHere && known.fromMs <= nowMs && nowMs < (known.untilMs ?? Infinity)) return known;
    const [riseMs, setMs] = [nextOf('sunrise', nowMs, place), nextOf('sunset', nowMs, place)];
    const untilMs = Math.min(riseMs, setMs);
    const isUp = untilMs === Infinity ? isSunUp(nowMs, place) : setMs < riseMs;
    this.#daylight = { place, fromMs: nowMs, isUp, untilMs: untilMs === Infinity ? undefined : untilMs };
    return this.#daylight;
  }

  #dateOf(epochMs: number): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(Math.floor(epochMs)).toZonedDateTimeISO(this.#options.timeZone());
  }

  #place(): SunPlace {
    const place = this.#options.place();
    if (place !== undefined) return place;
    throw new InvalidArgument('Where the home is, is not known yet', { hint: 'Ask when it has been connected.' });
  }
}

const KNOWS_ITS_TIME = 'It is another whenever it is asked. Ask `sun.isUp()`, which knows when it will change.';

interface Daylight {
  readonly place: SunPlace;
  readonly fromMs: number;
  readonly isUp: boolean;
  readonly untilMs: number | undefined;
}

/** A day that the sun rises or sets on is no further back than this, unless it does not for a while. */
const LOOK_BACK_MS = 2 * 86_400_000;

/** When it rises or sets next; Infinity where it does not within a year. */
function nextOf(moment: 'sunrise' | 'sunset', afterMs: number, place: SunPlace): number {
  const trigger = new AtSun({
    moment: readSunMoment(moment, 'sun.isUp'),
    offsetMs: 0,
    clamp: undefined,
    place: () => place,
  });
  return trigger.next(afterMs, new ZoneTimeline('UTC')) ?? Infinity;
}

function lastChange(nowMs: number, place: SunPlace): number | undefined {
  let lastMs: number | undefined;
  for (const moment of ['sunrise', 'sunset'] as const) {
    for (
      let nextMs = nextOf(moment, nowMs - LOOK_BACK_MS, place);
      nextMs <= nowMs;
      nextMs = nextOf(moment, nextMs, place)
    )
      lastMs = Math.max(lastMs ?? -Infinity, nextMs);
  }
  return lastMs;
}

function dateOf(day: Temporal.PlainDate | Temporal.ZonedDateTime): Temporal.PlainDate {
  if (day instanceof Temporal.PlainDate) return day;
  if (day instanceof Temporal.ZonedDateTime) return day.toPlainDate();
  throw new InvalidArgument(`sun.times was given ${String(day)}, which is no day`, {
    hint: 'Give a Temporal.PlainDate, or a Temporal.ZonedDateTime of that day.',
  });
}
