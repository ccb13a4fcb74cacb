import type { SunEvent } from './sun-times.ts';

/** When something runs, as a person says it, taken apart. */
export type Phrase = readonly Clause[];

/** Some days, and times on them. */
export interface Clause {
  readonly days: Days;
  /** 1 is January. Missing for all. */
  readonly months: readonly number[] | undefined;
  readonly when: readonly When[] | Pace;
}

/** All days; those of the week (1 is Monday); those of the month. */
export type Days =
  | { readonly kind: 'all' }
  | { readonly kind: 'of-week'; readonly days: readonly number[] }
  | { readonly kind: 'of-month'; readonly days: readonly (number | 'last')[] };

/** Again and again, at the marks of the clock. */
export interface Pace {
  readonly everyMs: number;
  readonly between: readonly [Temporal.PlainTime, Temporal.PlainTime] | undefined;
}

/** A time of the day, by the clock or the sun. */
export type When =
  | { readonly kind: 'clock'; readonly time: Temporal.PlainTime }
  | { readonly kind: 'sun'; readonly event: SunEvent; readonly offsetMs: number };

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

export const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const;

/** What each of the sun's hours is called. Noon and midnight without a word are those of the clock. */
export const SUN_WORDS: Readonly<Record<SunEvent, string>> = {
  sunrise: 'sunrise',
  sunset: 'sunset',
  noon: 'solar noon',
  midnight: 'solar midnight',
  dawn: 'dawn',
  dusk: 'dusk',
  'nautical-dawn': 'nautical dawn',
  'nautical-dusk': 'nautical dusk',
  'astronomical-dawn': 'astronomical dawn',
  'astronomical-dusk': 'astronomical dusk',
};

/** Units of time, the longest first. */
export const UNITS = [
  { word: 'day', ms: 86_400_000, short: ['d'] },
  { word: 'hour', ms: 3_600_000, short: ['h', 'hr', 'hrs'] },
  { word: 'minute', ms: 60_000, short: ['m', 'min', 'mins'] },
  { word: 'second', ms: 1000, short: ['s', 'sec', 'secs'] },
] as const;

const WORKDAYS = '1,2,3,4,5';
const WEEKEND = '6,7';

/** A phrase in words: those that it would be read from again. */
export function wordsOf(phrase: Phrase): string {
  return phrase.map(clauseWords).join('; ');
}

function clauseWords({ days, months, when }: Clause): string {
  const inMonths = months === undefined ? '' : ` in ${listed(months.map((month) => MONTHS[month - 1] ?? ''))}`;
  if ('everyMs' in when) {
    const onDays = days.kind === 'all' ? '' : ` ${daysWords(days)}`;
    const between = when.between?.map(timeWords).join(' and ');
    return `every ${paceWords(when.everyMs)}${onDays}${inMonths}${between === undefined ? '' : ` between ${between}`}`;
  }
  return `${daysWords(days)}${inMonths} ${listed(when.map(whenWords))}`;
}

function daysWords(days: Days): string {
  if (days.kind === 'all') return 'every day';
  if (days.kind === 'of-month') {
    const words = days.days.map((day) => (day === 'last' ? 'last day' : ordinal(day)));
    return `on the ${listed(words)} of the month`;
  }
  if (days.days.join() === WORKDAYS) return 'on weekdays';
  if (days.days.join() === WEEKEND) return 'on weekends';
  return `on ${listed(days.days.map((day) => WEEKDAYS[day - 1] ?? ''))}`;
}

function whenWords(when: When): string {
  if (when.kind === 'clock') return `at ${timeWords(when.time)}`;
  const { event, offsetMs } = when;
  if (offsetMs === 0) return `at ${SUN_WORDS[event]}`;
  return `${lengthWords(Math.abs(offsetMs))} ${offsetMs < 0 ? 'before' : 'after'} ${SUN_WORDS[event]}`;
}

function timeWords(time: Temporal.PlainTime): string {
  return time.toString({ smallestUnit: time.second === 0 ? 'minute' : 'second' });
}

/** One of a unit goes without its number. */
function paceWords(ms: number): string {
  return lengthWords(ms).replace(/^1 (\w+)$/, '$1');
}

function lengthWords(ms: number): string {
  let restMs = ms;
  const parts: string[] = [];
  for (const { word, ms: unitMs } of UNITS) {
    const amount = word === 'second' ? restMs / unitMs : Math.floor(restMs / unitMs);
    if (amount === 0) continue;
    parts.push(`${amount} ${word}${amount === 1 ? '' : 's'}`);
    restMs -= amount * unitMs;
  }
  return parts.join(' ');
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function ordinal(day: number): string {
  const isTeen = day > 10 && day < 20;
  return `${day}${isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th')}`;
}
