import { InvalidArgument } from './errors.ts';

/** A length of time in fields of fixed length. A day is 24 hours and a week seven of them, whatever the calendar does. */
export interface DurationFields {
  readonly weeks?: number | undefined;
  readonly days?: number | undefined;
  readonly hours?: number | undefined;
  readonly minutes?: number | undefined;
  readonly seconds?: number | undefined;
  readonly milliseconds?: number | undefined;
}

/**
 * A length of time as a person writes it: `'500ms'`, `'5s'`, `'3m'`, `'1h30m'`, `'2d'`, `'1w'`, ISO 8601 (`'PT5M'`), a
 * `Temporal.Duration` without years and months, or fields (`{ minutes: 5 }`).
 *
 * @example
 * ```ts
 * this.scheduler.runIn('1h30m', () => this.logger.info('an hour and a half later'));
 * ```
 */
export type DurationInput = string | Temporal.Duration | DurationFields;

const MS_OF_UNIT = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
type Unit = keyof typeof MS_OF_UNIT;
const UNITS = Object.keys(MS_OF_UNIT) as readonly Unit[];

const MS_OF_FIELD: Readonly<Record<string, number>> = {
  weeks: MS_OF_UNIT.w,
  days: MS_OF_UNIT.d,
  hours: MS_OF_UNIT.h,
  minutes: MS_OF_UNIT.m,
  seconds: MS_OF_UNIT.s,
  milliseconds: MS_OF_UNIT.ms,
};

/** A part of a text: an amount and its unit. `ms` stands before `m`, or `5ms` would read as five minutes and an `s`. */
const PART = /(\d+(?:\.\d+)?)\s*(ms|w|d|h|m|s)\s*/gy;
const ISO = /^[+-]?P/i;
const EXAMPLES = `Write '30s', '5m', '1h30m', '2d', an ISO 8601 duration ('PT5M') or fields ({ minutes: 5 }).`;

/**
 * Milliseconds of a text, negative if it begins with a minus.
 *
 * @throws InvalidArgument if the text is no duration.
 */
export function parseDuration(text: string, what = 'duration'): number {
  const trimmed = text.trim();
  if (ISO.test(trimmed)) return parseIso(trimmed, what);
  const negative = trimmed.startsWith('-');
  const body = negative ? trimmed.slice(1).trimStart() : trimmed;
  let end = 0;
  let totalMs = 0;
  let lastUnit = -1;
  for (const [part, amount, unit] of body.matchAll(PART)) {
    const unitIndex = UNITS.indexOf(unit as Unit);
    // From large to small and each unit once, so that a slip ('30s5m', '5m5m') is told rather than guessed at.
    if (unitIndex <= lastUnit) throw refused(text, what);
    lastUnit = unitIndex;
    totalMs += Number(amount) * MS_OF_UNIT[unit as Unit];
    end += part.length;
  }
  if (end === 0 || end !== body.length || !Number.isFinite(totalMs)) throw refused(text, what);
  return negative ? -totalMs : totalMs;
}

/**
 * Milliseconds of a duration that may not be negative.
 *
 * @param what - what the value is, for the message: `'offAfter'`, `'the timeout'`.
 * @throws InvalidArgument with an example if it is no duration, or a negative one.
 */
export function durationMs(input: DurationInput, what = 'duration'): number {
  const ms = signedDurationMs(input, what);
  if (ms < 0) {
    throw new InvalidArgument(`${what} is ${describe(input)}, which is negative`, { hint: EXAMPLES });
  }
  return ms;
}

/** As {@link durationMs}, for places such as offsets where a negative length has a meaning: `'-20m'`. */
export function signedDurationMs(input: DurationInput, what = 'duration'): number {
  if (typeof input === 'string') return parseDuration(input, what);
  if (input instanceof Temporal.Duration) return durationObjectMs(input, what, describe(input));
  if (typeof input !== 'object' || input === null) throw refused(input, what);
  return fieldsMs(input, what);
}

/** The shortest text for a length of time: `'3m'`, `'1h30m'`, `'1.5s'`. Rounded to whole milliseconds. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return String(ms);
  let restMs = Math.round(Math.abs(ms));
  if (restMs === 0) return '0s';
  if (restMs < 1000) return `${ms < 0 ? '-' : ''}${restMs}ms`;
  let text = '';
  for (const unit of ['d', 'h', 'm'] as const) {
    const amount = Math.floor(restMs / MS_OF_UNIT[unit]);
    if (amount === 0) continue;
    text += `${amount}${unit}`;
    restMs -= amount * MS_OF_UNIT[unit];
  }
  if (restMs > 0) text += `${restMs / 1000}s`;
  return ms < 0 ? `-${text}` : text;
}

function parseIso(text: string, what: string): number {
  let parsed: Temporal.Duration;
  try {
    parsed = Temporal.Duration.from(text);
  } catch (error) {
    throw refused(text, what, error);
  }
  return durationObjectMs(parsed, what, describe(text));
}

function durationObjectMs(duration: Temporal.Duration, what: string, shown: string): number {
  if (duration.years !== 0 || duration.months !== 0) {
    throw new InvalidArgument(`${what} is ${shown}, but years and months have no fixed length`, {
      hint: `Give it in weeks or days. ${EXAMPLES}`,
    });
  }
  const { weeks, days } = duration;
  return duration.with({ weeks: 0, days: 0 }).total('milliseconds') + weeks * MS_OF_UNIT.w + days * MS_OF_UNIT.d;
}

function fieldsMs(fields: DurationFields, what: string): number {
  let totalMs = 0;
  let count = 0;
  for (const [field, amount] of Object.entries(fields)) {
    if (amount === undefined) continue;
    const unitMs = MS_OF_FIELD[field];
    if (unitMs === undefined) {
      throw new InvalidArgument(`${what} has the unknown field "${field}"`, {
        hint: `Fields are ${Object.keys(MS_OF_FIELD).join(', ')}.`,
      });
    }
    if (typeof amount !== 'number' || !Number.isFinite(amount)) throw refused(fields, what);
    totalMs += amount * unitMs;
    count += 1;
  }
  if (count === 0) throw refused(fields, what);
  return totalMs;
}

function refused(input: unknown, what: string, cause?: unknown): InvalidArgument {
  return new InvalidArgument(`${what} is ${describe(input)}, which is not a duration`, { hint: EXAMPLES, cause });
}

function describe(input: unknown): string {
  if (typeof input === 'string') return `"${input}"`;
  if (input instanceof Temporal.Duration) return `"${input.toString()}"`;
  return typeof input === 'object' && input !== null ? JSON.stringify(input) : String(input);
}
