import type { SunPlace } from './sun-times.ts';

/** What the scheduler has to know of a home. It is given by whoever joins the two. */
export interface HomeTimes {
  /** Where the home is; undefined for as long as that is not known. */
  place(): SunPlace | undefined;
  /** The state of an entity, or one of its attributes. */
  value(entityId: string, attribute: string | undefined): SaidValue;
  /** The events of a calendar. */
  calendar(entityId: string, reach: CalendarReach): CalendarFeed;
}

/** Which of a calendar's events are wanted: those that are on within a span around now. */
export interface CalendarReach {
  readonly backMs: number;
  readonly aheadMs: number;
}

/** Something that a home says, and may come to say otherwise. */
export interface SaidValue {
  /** As it is now. */
  read(): unknown;
  /** Tells when it may have become another. */
  follow(onChange: () => void): Disposable;
}

/** An event of a calendar, as far as its times are concerned. */
export interface CalendarEntry {
  readonly summary: string;
  readonly description: string | undefined;
  readonly location: string | undefined;
  /** Days for what lasts whole days. */
  readonly start: Temporal.PlainDate | Temporal.Instant;
  readonly end: Temporal.PlainDate | Temporal.Instant;
}

/** The coming events of a calendar, kept up to date for as long as somebody follows. */
export interface CalendarFeed {
  entries(): readonly CalendarEntry[];
  follow(onChange: () => void): Disposable;
}
