import type { Clock } from '../kernel/clock.ts';

/**
 * The home's own clock. Home Assistant dates to the microsecond, and no two writes have the same date; the daemon's
 * clock counts milliseconds, and stands still in a test. So each instant is at least a microsecond after the one before.
 */
export class Instants {
  readonly #clock: Clock;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Microseconds since the epoch. */
  next(): number {
    this.#last = Math.max(Math.floor(this.#clock.nowMs() * 1000), this.#last + 1);
    return this.#last;
  }

  /** The clock was set: what comes now may be dated before what was. */
  begin(): void {
    this.#last = 0;
  }
}

/**
 * As Python writes it: an offset in place of Z, and no fraction where there is none. Spelled out in arithmetic because
 * a storm of changes needs several of them for each.
 */
export function isoOf(epochMicroseconds: number): string {
  const seconds = Math.floor(epochMicroseconds / 1_000_000);
  const fraction = epochMicroseconds - seconds * 1_000_000;
  const days = Math.floor(seconds / 86_400);
  const ofDay = seconds - days * 86_400;
  // The calendar counted from 1 March of year 0, so that the leap day is a year's last.
  const sinceMarch = days + 719_468;
  const era = Math.floor(sinceMarch / 146_097);
  const ofEra = sinceMarch - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  const time = `${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}`;
  return `${date}T${time}${fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`}+00:00`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** Seconds since the epoch with a fraction, as compressed states have them. */
export function secondsOf(epochMicroseconds: number): number {
  return epochMicroseconds / 1_000_000;
}

/** The way back from a date on the wire. */
export function microsecondsOf(iso: string): number {
  return Number(Temporal.Instant.from(iso).epochNanoseconds / 1000n);
}
