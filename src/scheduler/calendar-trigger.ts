import { formatDuration } from '../kernel/duration.ts';
import type { CalendarEntry, CalendarFeed } from './home-times.ts';
import { AtLocal, type Trigger } from './triggers.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/** Which events of a calendar: those with a text in their summary, or for which a function gives true. */
export type CalendarMatch<Entry extends CalendarEntry = CalendarEntry> = string | RegExp | ((event: Entry) => boolean);

export interface CalendarTriggerOptions {
  readonly feed: CalendarFeed;
  readonly calendar: string;
  readonly at: 'start' | 'end';
  readonly offsetMs: number;
  readonly match: CalendarMatch | undefined;
  /** Whose clocks days are on. */
  readonly zone: () => ZoneTimeline;
}

const DAY_MS = 86_400_000;

/** At the starts or ends of a calendar's events. Those at the same moment have one run together. */
export class AtCalendar implements Trigger {
  readonly basis = 'local';
  readonly #options: CalendarTriggerOptions;

  constructor(options: CalendarTriggerOptions) {
    this.#options = options;
  }

  readonly follow = (onChange: () => void): Disposable => this.#options.feed.follow(onChange);

  /** The events of one of its times. */
  readonly argsAt = (timeMs: number): readonly CalendarEntry[] =>
    this.#entries().filter((entry) => this.#timeOf(entry, this.#options.zone()) === timeMs);

  next(afterMs: number, zone: ZoneTimeline): number | undefined {
    let nextMs: number | undefined;
    for (const entry of this.#entries()) {
      const timeMs = this.#timeOf(entry, zone);
      if (timeMs > afterMs && (nextMs === undefined || timeMs < nextMs)) nextMs = timeMs;
    }
    return nextMs;
  }

  describe(): string {
    const { at, calendar, match, offsetMs } = this.#options;
    const shift = offsetMs === 0 ? 'at' : `${formatDuration(Math.abs(offsetMs))} ${offsetMs < 0 ? 'before' : 'after'}`;
    const which = typeof match === 'string' ? `"${match}" in ` : match instanceof RegExp ? `${String(match)} in ` : '';
    return `${shift} the ${at} of ${which}${calendar}`;
  }

  #entries(): readonly CalendarEntry[] {
    const { match, feed } = this.#options;
    if (match === undefined) return feed.entries();
    return feed.entries().filter((entry) => isMeant(match, entry));
  }

  #timeOf(entry: CalendarEntry, zone: ZoneTimeline): number {
    const { at, offsetMs } = this.#options;
    const time = entry[at];
    if (time instanceof Temporal.Instant) return time.epochMilliseconds + offsetMs;
    const dayMs = time.toZonedDateTime('UTC').epochMilliseconds;
    return (new AtLocal(time.toPlainDateTime()).next(dayMs - 2 * DAY_MS, zone) ?? dayMs) + offsetMs;
  }
}

function isMeant(match: CalendarMatch, entry: CalendarEntry): boolean {
  if (typeof match === 'function') return match(entry);
  const text = `${entry.summary}\n${entry.description ?? ''}`;
  if (typeof match === 'string') return text.toLowerCase().includes(match.toLowerCase());
  // One with the flag `g` goes on from where it was.
  return text.search(match) >= 0;
}
