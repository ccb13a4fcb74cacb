import { InvalidArgument } from '../kernel/errors.ts';

/** A stretch of time in which a zone's offset from UTC stays the same. */
export interface Segment {
  /** Its first instant; -Infinity where there is none before it. */
  readonly startMs: number;
  /** The first instant after it; Infinity where there is none. */
  readonly endMs: number;
  readonly offsetMs: number;
}

/**
 * A time zone as stretches of constant offset, so that reckoning in it is arithmetic on numbers. Stretches are asked
 * of Temporal once and kept.
 *
 * Local times are written as if the zone were UTC: milliseconds since 1970-01-01T00:00 on the zone's own clocks.
 */
export class ZoneTimeline {
  readonly id: string;
  /** In order of time, without gaps between neighbours that were both asked for. */
  readonly #segments: Segment[] = [];
  #latest: Segment;

  /** @throws InvalidArgument if there is no such zone. */
  constructor(id: string) {
    this.id = id;
    try {
      this.#latest = segmentOf(id, 0);
    } catch (error) {
      throw new InvalidArgument(`"${id}" is not a time zone`, {
        hint: `Write its IANA name, such as 'Europe/Berlin', or 'UTC'.`,
        cause: error,
      });
    }
    this.#segments.push(this.#latest);
  }

  /** The stretch that an instant is in. */
  segmentAt(epochMs: number): Segment {
    if (contains(this.#latest, epochMs)) return this.#latest;
    let segment = this.#segments.find((known) => contains(known, epochMs));
    if (segment === undefined) {
      segment = segmentOf(this.id, epochMs);
      this.#segments.push(segment);
    }
    this.#latest = segment;
    return segment;
  }

  /** The local time of an instant. */
  localOf(epochMs: number): number {
    return epochMs + this.segmentAt(epochMs).offsetMs;
  }

  /** An instant with its zone. */
  dateOf(epochMs: number): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(Math.floor(epochMs)).toZonedDateTimeISO(this.id);
  }
}

function contains(segment: Segment, epochMs: number): boolean {
  return segment.startMs <= epochMs && epochMs < segment.endMs;
}

function segmentOf(zone: string, epochMs: number): Segment {
  const date = Temporal.Instant.fromEpochMilliseconds(Math.floor(epochMs)).toZonedDateTimeISO(zone);
  // Asked from a millisecond on, or a change at this very instant would not count as before it.
  const previous = date.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const next = date.getTimeZoneTransition('next');
  return {
    startMs: previous?.epochMilliseconds ?? -Infinity,
    endMs: next?.epochMilliseconds ?? Infinity,
    offsetMs: date.offsetNanoseconds / 1e6,
  };
}
