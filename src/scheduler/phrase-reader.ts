import { InvalidArgument } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import {
  type Clause,
  type Days,
  MONTHS,
  type Pace,
  type Phrase,
  SUN_WORDS,
  UNITS,
  WEEKDAYS,
  type When,
} from './phrase.ts';
import type { SunEvent } from './sun-times.ts';
import { dividesDay } from './triggers.ts';

/** A word of a phrase, and where it stands. */
interface Word {
  readonly text: string;
  readonly at: number;
  readonly length: number;
}

const COUNTS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  forty: 40,
  half: 0.5,
};
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2}))?(am|pm)?$/;
const HOUR = /^(\d{1,2})(am|pm)?$/;
const ORDINAL = /^(\d{1,2})(?:st|nd|rd|th)$/;
const ORDINAL_WORDS: Readonly<Record<string, number>> = { first: 1, second: 2, third: 3, fourth: 4, fifth: 5 };
/** An amount and its unit in one word: `20min`. */
const COMPACT = /^(\d+(?:\.\d+)?)([a-z]+)$/;
const ANY_UNIT = UNITS.map(({ word }) => `${word}s`);
/** Words that are told where they could stand; others are but ways to say the same. */
const LEADING = new Set(['every', 'on', 'at', 'and', 'between', 'in', 'before', 'after', 'to', 'of', 'the']);
const DAY_MS = 86_400_000;

const PACES =
  'Say "every 5 minutes", "every 15 minutes", "every hour" or "every 6 hours"; or use runEvery, which counts from now.';
const A_TIME = 'a time ("7:30", "8am", "noon")';
const A_SUN = 'an hour of the sun ("sunset", "dawn", "solar noon")';
const A_DAY = 'days ("weekday", "monday", "day")';
const A_LENGTH = 'a length of time ("20 minutes")';

/**
 * Reads when something runs: `every weekday at 7:30 and 20 minutes before sunset`.
 *
 * @throws InvalidArgument that points at the word which is not understood, and says what could stand there.
 */
export function readPhrase(text: string): Phrase {
  return new PhraseReader(text).phrase();
}

/** Reads a phrase word by word. Whatever is tried and does not fit is remembered, for the message. */
class PhraseReader {
  readonly #text: string;
  readonly #words: readonly Word[];
  #at = 0;
  /** The word up to which it could be read, and what could have stood there. */
  #furthest = 0;
  #expected = new Set<string>();
  #known = new Set<string>();

  constructor(text: string) {
    if (typeof text !== 'string') {
      throw new InvalidArgument(`${String(text)} is no text that says when`, { hint: 'Write "every day at 7:30".' });
    }
    this.#text = text;
    this.#words = Array.from(text.toLowerCase().matchAll(/[,;]|[^\s,;]+/g), (match) => ({
      text: match[0],
      at: match.index,
      length: match[0].length,
    }));
  }

  phrase(): Phrase {
    const clauses: Clause[] = [];
    do clauses.push(this.#clause());
    while (this.#separator());
    if (this.#at < this.#words.length) this.#fail();
    return clauses;
  }

  #clause(): Clause {
    let days: Days | undefined;
    let months: readonly number[] | undefined;
    let pace: number | undefined;
    let between: Pace['between'];
    const when: When[] = [];
    for (;;) {
      const startAt = this.#at;
      if (pace === undefined && when.length === 0) pace = this.#pace();
      if (this.#at === startAt && days === undefined) days = this.#days();
      if (this.#at === startAt && months === undefined) months = this.#months();
      if (this.#at === startAt && between === undefined && when.length === 0) between = this.#between();
      if (this.#at === startAt && pace === undefined && between === undefined && when.length === 0)
        when.push(...this.#times());
      if (this.#at === startAt) break;
    }
    const isOpen = pace === undefined && when.length === 0;
    // A window alone says nothing, and neither do days without a time.
    if (isOpen) this.#fail();
    return {
      days: days ?? { kind: 'all' },
      months,
      when: pace === undefined ? when : { everyMs: pace, between },
    };
  }

  /** What stands between two clauses. A comma or "and" may as well go on in a list. */
  #separator(): boolean {
    if (this.#at >= this.#words.length) return false;
    return this.#take(';') || this.#take(',', 'and') || this.#take(',') || this.#take('and');
  }

  /** `every 15 minutes`, `every hour`, `hourly`. */
  #pace(): number | undefined {
    if (this.#take('hourly')) return 3_600_000;
    return this.#attempt(() => {
      if (!this.#take('every') && !this.#take('each')) return undefined;
      const startAt = this.#at;
      const single = this.#unit();
      const ms = single ?? this.#length();
      // "every day" is said of days.
      if (ms === undefined || single === DAY_MS) return undefined;
      if (dividesDay(ms)) return ms;
      return this.#refuse(startAt, 'a day is no multiple of that, so such a pace has no marks on the clock', PACES);
    });
  }

  #days(): Days | undefined {
    if (this.#take('daily')) return { kind: 'all' };
    return this.#attempt(() => {
      const isLed = this.#take('every') || this.#take('each') || this.#take('on');
      if (this.#take('day') || this.#take('days')) return this.#allDays();
      if (isLed && this.#take('the')) return this.#ofMonth();
      const ofWeek = this.#weekdayList();
      if (ofWeek !== undefined) return { kind: 'of-week', days: ofWeek };
      if (isLed) this.#expect(A_DAY, 'day', 'weekday', 'weekend', 'the', ...WEEKDAYS);
      return undefined;
    });
  }

  #allDays(): Days {
    const isLess = this.#take('except') || this.#take('but', 'not');
    if (!isLess) return { kind: 'all' };
    this.#take('on');
    const without = this.#weekdayList() ?? this.#fail();
    const days = [1, 2, 3, 4, 5, 6, 7].filter((day) => !without.includes(day));
    if (days.length === 0) this.#fail();
    return { kind: 'of-week', days };
  }

  #weekdayList(): readonly number[] | undefined {
    const days = this.#list(() => this.#weekday());
    if (days === undefined) return undefined;
    return [...new Set(days.flat())].toSorted((a, b) => a - b);
  }

  #weekday(): readonly number[] | undefined {
    for (const word of ['weekday', 'weekdays', 'workday', 'workdays']) if (this.#take(word)) return [1, 2, 3, 4, 5];
    for (const word of ['weekend', 'weekends']) {
      if (!this.#take(word)) continue;
      this.#take('day');
      return [6, 7];
    }
    for (const [index, name] of WEEKDAYS.entries()) {
      const short = name.slice(0, 3);
      if ([name, `${name}s`, short].some((word) => this.#take(word))) return [index + 1];
    }
    this.#expect(A_DAY, 'weekday', 'weekend', ...WEEKDAYS);
    return undefined;
  }

  #ofMonth(): Days {
    const days = this.#list(() => this.#dayOfMonth()) ?? this.#fail();
    if (
      this.#take('of') &&
      !(this.#take('the', 'month') || this.#take('each', 'month') || this.#take('every', 'month'))
    )
      this.#fail('"the month"', 'month');
    const numbers = days.filter((day) => day !== 'last').toSorted((a, b) => a - b);
    return { kind: 'of-month', days: [...new Set(numbers), ...(days.includes('last') ? (['last'] as const) : [])] };
  }

  #dayOfMonth(): number | 'last' | undefined {
    if (this.#take('last', 'day') || this.#take('last')) return 'last';
    const text = this.#words[this.#at]?.text ?? '';
    const day = ORDINAL_WORDS[text] ?? Number(ORDINAL.exec(text)?.[1] ?? NaN);
    if (day >= 1 && day <= 31) {
      this.#at += 1;
      return day;
    }
    this.#expect('a day of the month ("1st", "15th", "last day")', ...Object.keys(ORDINAL_WORDS), 'last');
    return undefined;
  }

  /** `in march and april`, `from may to september`. */
  #months(): readonly number[] | undefined {
    return this.#attempt(() => {
      if (this.#take('in')) return this.#list(() => this.#month()) ?? this.#fail();
      if (!this.#take('from')) return undefined;
      const first = this.#month();
      if (first === undefined || !(this.#take('to') || this.#take('until'))) return undefined;
      const last = this.#month() ?? this.#fail();
      const count = ((last - first + 12) % 12) + 1;
      return Array.from({ length: count }, (_, index) => ((first - 1 + index) % 12) + 1);
    })?.toSorted((a, b) => a - b);
  }

  #month(): number | undefined {
    for (const [index, name] of MONTHS.entries())
      if (this.#take(name) || this.#take(name.slice(0, 3))) return index + 1;
    this.#expect('a month ("march")', ...MONTHS);
    return undefined;
  }

  #between(): Pace['between'] {
    return this.#attempt(() => {
      const word = this.#take('between') ? 'and' : this.#take('from') ? 'to' : undefined;
      if (word === undefined) return undefined;
      const first = this.#time(true);
      if (first === undefined) return undefined;
      if (!this.#take(word) && !(word === 'to' && this.#take('until'))) this.#fail();
      const startAt = this.#at;
      const second = this.#time(true) ?? this.#fail();
      if (second.equals(first)) this.#refuse(startAt, 'it ends when it begins', 'Leave it out for all day.');
      return [first, second] as const;
    });
  }

  #times(): readonly When[] {
    let isLed = false;
    const times = this.#list(() => {
      isLed ||= this.#words[this.#at]?.text === 'at';
      return this.#when(isLed);
    });
    return times ?? [];
  }

  /** @param isLed - by an "at", be it that of a time before. */
  #when(isLed: boolean): When | undefined {
    return this.#attempt(() => {
      this.#take('at');
      const event = this.#sun();
      if (event !== undefined) return { kind: 'sun', event, offsetMs: 0 } as const;
      const shifted = this.#shifted();
      if (shifted !== undefined) return shifted;
      const time = this.#time(isLed);
      return time === undefined ? undefined : ({ kind: 'clock', time } as const);
    });
  }

  /** `20 minutes before sunset`. */
  #shifted(): When | undefined {
    return this.#attempt(() => {
      const startAt = this.#at;
      const lengthMs = this.#length();
      if (lengthMs === undefined) return undefined;
      const sign = this.#take('before') ? -1 : this.#take('after') ? 1 : undefined;
      if (sign === undefined) return undefined;
      if (lengthMs >= DAY_MS) this.#refuse(startAt, "the sun's times are a day apart", 'Give less than that.');
      return { kind: 'sun', event: this.#sun() ?? this.#fail(), offsetMs: sign * lengthMs } as const;
    });
  }

  #sun(): SunEvent | undefined {
    this.#take('civil');
    for (const [event, words] of Object.entries(SUN_WORDS))
      if (this.#take(...words.split(' '))) return event as SunEvent;
    this.#expect(A_SUN, 'solar', ...Object.keys(SUN_WORDS));
    return undefined;
  }

  /** @param isLed - by a word after which a bare number can only be an hour: "at 8". */
  #time(isLed: boolean): Temporal.PlainTime | undefined {
    if (this.#take('noon') || this.#take('midday')) return new Temporal.PlainTime(12);
    if (this.#take('midnight')) return new Temporal.PlainTime(0);
    const text = this.#words[this.#at]?.text ?? '';
    const exact = TIME.exec(text);
    const [, hour, minute = '0', second = '0', glued] = exact ?? hourOf(text);
    const following = this.#words[this.#at + 1]?.text;
    const half = glued ?? (following === 'am' || following === 'pm' ? following : undefined);
    const isClock = following === "o'clock";
    if (hour !== undefined && (exact !== null || half !== undefined || isClock || isLed)) {
      const time = timeOf(Number(hour), Number(minute), Number(second), half);
      if (time !== undefined) {
        this.#at += glued === undefined && (half !== undefined || isClock) ? 2 : 1;
        return time;
      }
    }
    this.#expect(A_TIME, 'noon', 'midnight');
    return undefined;
  }

  /** `20 minutes`, `1 hour and 30 minutes`, `half an hour`, `20min`. */
  #length(): number | undefined {
    let totalMs = this.#part();
    if (totalMs === undefined) return undefined;
    for (;;) {
      const more = this.#attempt(() => {
        this.#take('and');
        return this.#part();
      });
      if (more === undefined) return totalMs;
      totalMs += more;
    }
  }

  #part(): number | undefined {
    return this.#attempt(() => {
      const text = this.#words[this.#at]?.text ?? '';
      const [, compactAmount, compactUnit = ''] = COMPACT.exec(text) ?? [];
      const compactMs = unitMs(compactUnit);
      if (compactAmount !== undefined && compactMs !== undefined) {
        this.#at += 1;
        return Number(compactAmount) * compactMs;
      }
      const amount = COUNTS[text] ?? (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);
      if (amount === undefined || amount === 0) {
        this.#expect(A_LENGTH);
        return undefined;
      }
      this.#at += 1;
      if (amount < 1) this.#take('an');
      const unit = this.#unit();
      return unit === undefined ? undefined : amount * unit;
    });
  }

  #unit(): number | undefined {
    const ms = unitMs(this.#words[this.#at]?.text ?? '');
    if (ms === undefined) this.#expect('a unit of time ("minutes")', ...ANY_UNIT);
    else this.#at += 1;
    return ms;
  }

  /** One or more, with commas and "and" between them. What follows one of these but is none of them stays. */
  #list<Item>(item: () => Item | undefined): Item[] | undefined {
    const first = item();
    if (first === undefined) return undefined;
    const items = [first];
    for (;;) {
      const next = this.#attempt(() => {
        if (!(this.#take(',', 'and') || this.#take(',') || this.#take('and'))) return undefined;
        return item();
      });
      if (next === undefined) return items;
      items.push(next);
    }
  }

  /** Goes back to where it was if it comes to nothing. */
  #attempt<Result>(read: () => Result | undefined): Result | undefined {
    const startAt = this.#at;
    const result = read();
    if (result === undefined) this.#at = startAt;
    return result;
  }

  /** Takes words if they come next. */
  #take(...words: readonly string[]): boolean {
    for (const [index, word] of words.entries()) {
      if (this.#words[this.#at + index]?.text === word) continue;
      const isSign = word === ',' || word === ';';
      this.#expectAt(this.#at + index, LEADING.has(word) ? `"${word}"` : undefined, isSign ? [] : [word]);
      return false;
    }
    this.#at += words.length;
    return true;
  }

  #expect(what: string, ...known: readonly string[]): void {
    this.#expectAt(this.#at, what, known);
  }

  #expectAt(at: number, what: string | undefined, known: readonly string[]): void {
    if (at < this.#furthest) return;
    if (at > this.#furthest) {
      this.#furthest = at;
      this.#expected = new Set();
      this.#known = new Set();
    }
    if (what !== undefined) this.#expected.add(what);
    for (const word of known) this.#known.add(word);
  }

  #fail(what?: string, ...known: readonly string[]): never {
    if (what !== undefined) this.#expect(what, ...known);
    const word = this.#words[this.#furthest];
    const place = word?.at ?? this.#text.trimEnd().length + 1;
    const found = word === undefined ? 'it ends where something is missing' : `"${word.text}" is not understood`;
    const near = word === undefined ? undefined : nearest(word.text, this.#known);
    const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
    // Single words are what leads to the rest, which is told as a whole.
    const whole = [...this.#expected].filter((expected) => !expected.startsWith('"'));
    const single = [...this.#expected].filter((expected) => expected.startsWith('"'));
    const possible = [...whole, ...single].slice(0, 9).join(', ');
    throw this.#pointing(place, word?.length ?? 1, found, `There may stand: ${possible}.${meant}`);
  }

  /** What has been read since can be understood, and makes no sense. */
  #refuse(since: number, why: string, hint: string): never {
    const first = this.#words[since];
    const last = this.#words[this.#at - 1];
    if (first === undefined || last === undefined) this.#fail();
    throw this.#pointing(first.at, last.at + last.length - first.at, why, hint);
  }

  #pointing(at: number, length: number, why: string, hint: string): InvalidArgument {
    const pointer = `  ${this.#text}\n  ${' '.repeat(at)}${'^'.repeat(length)}`;
    return new InvalidArgument(`Cannot tell when from "${this.#text}": ${why}\n${pointer}`, { hint });
  }
}

function hourOf(text: string): readonly (string | undefined)[] {
  const [, hour, half] = HOUR.exec(text) ?? [];
  return [undefined, hour, '0', '0', half];
}

function timeOf(
  hour: number,
  minute: number,
  second: number,
  half: string | undefined,
): Temporal.PlainTime | undefined {
  if (minute > 59 || second > 59) return undefined;
  if (half === undefined) return hour < 24 ? new Temporal.PlainTime(hour, minute, second) : undefined;
  if (hour < 1 || hour > 12) return undefined;
  return new Temporal.PlainTime((hour % 12) + (half === 'pm' ? 12 : 0), minute, second);
}

function unitMs(text: string): number | undefined {
  return UNITS.find(({ word, short }) => text === word || text === `${word}s` || short.some((each) => each === text))
    ?.ms;
}
