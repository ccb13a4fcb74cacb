import { InvalidArgument } from './errors.ts';

/** A time of day: `'07:30'`, `'07:30:15'` or a `Temporal.PlainTime`. The time zone is that of the home. */
export type TimeOfDayInput = string | Temporal.PlainTime;

const TEXT = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;

/** Whether a text has the form of a time of day, right or not: digits, a colon, digits. */
export function looksLikeTimeOfDay(text: string): boolean {
  return /^\s*\d{1,2}:\d{1,2}(:\d{1,2})?\s*$/.test(text);
}

/**
 * Reads a time of day, in 24 hours with two digits each.
 *
 * @param what - what the value is, for the message.
 * @throws InvalidArgument with the nearest right form if it is none.
 */
export function parseTimeOfDay(input: TimeOfDayInput, what = 'time of day'): Temporal.PlainTime {
  if (input instanceof Temporal.PlainTime) return input;
  const match = typeof input === 'string' ? TEXT.exec(input.trim()) : null;
  if (match === null) throw refused(input, what);
  const [, hour, minute, second] = match;
  return new Temporal.PlainTime(Number(hour), Number(minute), Number(second ?? 0));
}

/** `'07:30'`, or `'07:30:15'` where there are seconds. */
export function formatTimeOfDay(time: Temporal.PlainTime): string {
  return time.second === 0 ? time.toString({ smallestUnit: 'minute' }) : time.toString({ smallestUnit: 'second' });
}

function refused(input: unknown, what: string): InvalidArgument {
  const shown = typeof input === 'string' ? `"${input}"` : String(input);
  const short = typeof input === 'string' ? /^\s*(\d):([0-5]\d)\s*$/.exec(input) : null;
  const hint =
    short === null
      ? `Write hours and minutes in 24 hours: '07:30', '22:05' or '07:30:15'.`
      : `Write '0${short[1]}:${short[2]}'.`;
  return new InvalidArgument(`${what} is ${shown}, which is not a time of day`, { hint });
}
