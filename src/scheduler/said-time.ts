/** A time as a home says it: a moment, a date and time on its clocks, or a time of each day. */
export type SaidTime =
  | { readonly kind: 'instant'; readonly epochMs: number }
  | { readonly kind: 'local'; readonly date: Temporal.PlainDateTime }
  | { readonly kind: 'daily'; readonly time: Temporal.PlainTime };

/** What is said in place of a time where there is none. */
const NO_TIME = new Set(['', 'unknown', 'unavailable', 'none', 'null', 'never', 'off']);
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap]m)?$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** A date and a time, apart or by `T`, and no word on the zone. */
const LOCAL = /^\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?$/;
const NUMBER = /^\d+(\.\d+)?$/;
const DAY_S = 86_400;
/** Seconds since 1970 are fewer until the year 5138, milliseconds were more from 1973 on. */
const LEAST_MS = 1e11;

/**
 * Reads a state or attribute as a time, in whatever shape Home Assistant's integrations give it: ISO 8601 with offset or
 * zone (`timestamp` sensors, `datetime` entities, the sun's), a date (`date` entities and sensors), a time of day
 * (`time` entities), each of these or both without a zone (`input_datetime`, calendars), seconds or milliseconds since
 * 1970, and seconds since midnight (the attribute `timestamp` of an `input_datetime` with a time alone).
 *
 * @returns 'none' where the home says that there is none, undefined where it says what is no time.
 */
export function readSaidTime(value: unknown): SaidTime | 'none' | undefined {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (NO_TIME.has(text.toLowerCase())) return 'none';
  if (NUMBER.test(text)) return ofNumber(Number(text));
  const time = TIME.exec(text);
  if (time !== null) return ofTime(time);
  try {
    if (DATE.test(text)) return { kind: 'local', date: Temporal.PlainDate.from(text).toPlainDateTime() };
    if (LOCAL.test(text)) return { kind: 'local', date: Temporal.PlainDateTime.from(padded(text)) };
    if (text.includes('[')) return { kind: 'instant', epochMs: Temporal.ZonedDateTime.from(text).epochMilliseconds };
    return { kind: 'instant', epochMs: Temporal.Instant.from(padded(text)).epochMilliseconds };
  } catch {
    // It has the form of a time but is none, such as a thirteenth month.
    return undefined;
  }
}

function ofNumber(value: number): SaidTime | 'none' | undefined {
  if (!Number.isFinite(value) || value < 0) return undefined;
  if (value < DAY_S)
    return { kind: 'daily', time: Temporal.PlainTime.from('00:00').add({ seconds: Math.floor(value) }) };
  const epochMs = Math.round(value < LEAST_MS ? value * 1000 : value);
  return epochMs <= 8.64e15 ? { kind: 'instant', epochMs } : undefined;
}

function ofTime([, hour, minute, second = '0', half]: RegExpExecArray): SaidTime | undefined {
  const hours = Number(hour);
  const inHalf = half === undefined ? hours : (hours % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  const isRight = half === undefined ? hours < 24 : hours >= 1 && hours <= 12;
  if (!isRight || Number(minute) > 59 || Number(second) > 59) return undefined;
  return { kind: 'daily', time: new Temporal.PlainTime(inHalf, Number(minute), Number(second)) };
}

/** Temporal wants two digits for the hour. */
function padded(text: string): string {
  return text.replace(/([T ])(\d):/, '$10$2:');
}
