import { formatDuration } from '../kernel/duration.ts';
import { formatTimeOfDay } from '../kernel/time-of-day.ts';
import { nextNoon, noonFrom, type SunMoment, type SunPlace, sunTime } from './sun-times.ts';
import { AtLocal, type Trigger } from './triggers.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/** No earlier and no later than these times of day. */
export interface Clamp {
  readonly earliest: Temporal.PlainTime;
  readonly latest: Temporal.PlainTime;
}

export interface SunTriggerOptions {
  readonly moment: SunMoment;
  readonly offsetMs: number;
  readonly clamp: Clamp | undefined;
  /** Where the home is, read anew whenever it matters. */
  readonly place: () => SunPlace;
}

const DAY_MS = 86_400_000;
/** Whatever the sun does at all in some place, it does within a year. */
const DAYS_AHEAD = 370;

/** At a moment of the sun's day, wherever the home is. */
export class AtSun implements Trigger {
  readonly basis = 'local';
  readonly needsPlace = true;
  readonly #options: SunTriggerOptions;

  constructor(options: SunTriggerOptions) {
    this.#options = options;
  }

  next(afterMs: number, zone: ZoneTimeline): number | undefined {
    const place = this.#options.place();
    const { clamp, offsetMs } = this.#options;
    // Midnight is half a day from its noon, whatever is clamped on the date of its noon.
    let noonMs = noonFrom(clamp === undefined ? afterMs - offsetMs - 0.6 * DAY_MS : afterMs - 1.2 * DAY_MS, place);
    for (let day = 0; day < DAYS_AHEAD; day += 1) {
      const timeMs = this.#timeOn(noonMs, place, zone);
      if (timeMs !== undefined && timeMs > afterMs) return timeMs;
      noonMs = nextNoon(noonMs, place);
    }
    return undefined;
  }

  describe(): string {
    const { moment, offsetMs, clamp } = this.#options;
    const shift = offsetMs === 0 ? '' : `${formatDuration(Math.abs(offsetMs))} ${offsetMs < 0 ? 'before' : 'after'} `;
    const within =
      clamp === undefined
        ? ''
        : `, no earlier than ${formatTimeOfDay(clamp.earliest)} and no later than ${formatTimeOfDay(clamp.latest)}`;
    return `${shift === '' ? 'at ' : shift}${describeMoment(moment)}${within}`;
  }

  /** Its time on the day of a noon; undefined where the sun lets it out and nothing says what stands in for it. */
  #timeOn(noonMs: number, place: SunPlace, zone: ZoneTimeline): number | undefined {
    const { moment, offsetMs, clamp } = this.#options;
    const answer = sunTime(moment, noonMs, place);
    const timeMs = answer.kind === 'at' ? answer.epochMs + offsetMs : undefined;
    if (clamp === undefined || answer.kind === 'never-there') return timeMs;
    const date = zone.dateOf(noonMs).toPlainDate();
    const earliestMs = instantOf(date.toPlainDateTime(clamp.earliest), zone);
    const latestMs = instantOf(date.toPlainDateTime(clamp.latest), zone);
    if (timeMs !== undefined) return Math.min(latestMs, Math.max(earliestMs, timeMs));
    // A sun that stays up has risen before any hour and sets after any; one that stays down the other way round.
    return (answer.kind === 'stays-above') === goesUp(moment) ? earliestMs : latestMs;
  }
}

/** In words, as in `sunset` or `when the sun sinks to -4°`. */
export function describeMoment(moment: SunMoment): string {
  if (typeof moment === 'string') return moment;
  if ('azimuth' in moment) return `the sun at ${moment.azimuth}°`;
  return `the sun at ${moment.elevation}° ${moment.going === 'up' ? 'rising' : 'sinking'}`;
}

function goesUp(moment: SunMoment): boolean {
  if (typeof moment === 'object') return 'going' in moment && moment.going === 'up';
  return moment === 'sunrise' || moment.endsWith('dawn');
}

function instantOf(date: Temporal.PlainDateTime, zone: ZoneTimeline): number {
  const trigger = new AtLocal(date);
  const localMs = date.toZonedDateTime('UTC').epochMilliseconds;
  // The earliest place on earth is 14 hours ahead of UTC.
  return trigger.next(localMs - 2 * DAY_MS, zone) ?? localMs;
}
