import { HassetteError, InvalidArgument } from '../kernel/errors.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import { explainSchedule } from '../runtime/explain-schedule.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';

export interface ScheduleOptions {
  readonly zone?: string;
  readonly at?: string;
  readonly from?: string;
  readonly count?: number;
  readonly json?: boolean;
}

const FIVE = 5;
const MOST = 1000;

/** `hassette schedule`: what plain words mean, and the next times. */
export function schedule(words: readonly string[], options: ScheduleOptions, at: Surroundings): number {
  try {
    const timeZone = options.zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const explanation = explainSchedule(words.join(' '), {
      timeZone,
      nowMs: options.from === undefined ? new SystemClock().nowMs() : momentMs(options.from, timeZone),
      place: options.at === undefined ? undefined : placeOf(options.at),
      count: countOf(options.count),
    });
    if (options.json === true) {
      const next = explanation.next.map((time) => time.toString());
      at.print(JSON.stringify({ words: explanation.words, timeZone, next }, undefined, 2));
      return exitCodes.done;
    }
    at.print(`${explanation.words} (${timeZone})`);
    for (const time of explanation.next) at.print(`  ${shown(time)}`);
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof HassetteError)) throw error;
    at.say(error.message);
    if (error.hint !== undefined) at.say(error.hint);
    return exitCodes.failed;
  }
}

function shown(time: Temporal.ZonedDateTime): string {
  const day = time.toLocaleString('en', { weekday: 'short' });
  return `${day} ${time.toPlainDate().toString()} ${time.toPlainTime().toString({ smallestUnit: 'second' })}${time.offset}`;
}

function momentMs(text: string, timeZone: string): number {
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds;
  } catch (error) {
    throw new InvalidArgument(`--from is "${text}", which is no date and time`, {
      hint: 'Write 2026-03-29 or 2026-03-29T01:30.',
      cause: error,
    });
  }
}

function placeOf(text: string): { readonly latitude: number; readonly longitude: number } {
  const [, north, east] = /^\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  const [latitude, longitude] = [Number(north), Number(east)];
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { latitude, longitude };
  throw new InvalidArgument(`--at is "${text}", which is no place`, {
    hint: 'Write latitude and longitude in degrees, north and east positive: 52.52,13.405',
  });
}

function countOf(count = FIVE): number {
  if (Number.isSafeInteger(count) && count > 0 && count <= MOST) return count;
  throw new InvalidArgument(`--count is ${count}, but has to be a whole number from 1 to ${MOST}`, {
    hint: 'Leave it out for five.',
  });
}
