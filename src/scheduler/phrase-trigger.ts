import { DayWindow } from './day-window.ts';
import type { DstPolicy } from './local-schedule.ts';
import { type Clause, type Days, type Phrase, wordsOf } from './phrase.ts';
import type { SunPlace } from './sun-times.ts';
import { AtSun } from './sun-trigger.ts';
import { Aligned, Daily, type Trigger } from './triggers.ts';
import { Within } from './within.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/** A rare day of the month in a rare month comes within four years; 29 February within eight. */
const MOST_DAYS = 3000;
const MIDNIGHT = new Daily(new Temporal.PlainTime());

/** What the times of a phrase depend on. */
export interface PhraseSurroundings {
  readonly dst: Partial<DstPolicy>;
  readonly place: () => SunPlace;
}

/** The times of a phrase: those of all its clauses, each once. */
export class ByPhrase implements Trigger {
  readonly basis = 'local';
  readonly needsPlace: boolean;
  readonly #phrase: Phrase;
  readonly #triggers: readonly Trigger[];

  constructor(phrase: Phrase, surroundings: PhraseSurroundings) {
    this.#phrase = phrase;
    this.#triggers = phrase.flatMap((clause) => triggersOf(clause, surroundings));
    this.needsPlace = this.#triggers.some(({ needsPlace }) => needsPlace === true);
  }

  next(afterMs: number, zone: ZoneTimeline): number | undefined {
    const times = this.#triggers.flatMap((trigger) => trigger.next(afterMs, zone) ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  describe(): string {
    return wordsOf(this.#phrase);
  }
}

/** The times of another trigger on some dates. */
class OnDates implements Trigger {
  readonly basis = 'local';
  readonly needsPlace: boolean;
  readonly #trigger: Trigger;
  readonly #isMeant: (date: Temporal.PlainDate) => boolean;

  constructor(trigger: Trigger, isMeant: (date: Temporal.PlainDate) => boolean) {
    this.#trigger = trigger;
    this.#isMeant = isMeant;
    this.needsPlace = trigger.needsPlace ?? false;
  }

  next(afterMs: number, zone: ZoneTimeline): number | undefined {
    let fromMs = afterMs;
    for (let days = 0; days < MOST_DAYS; days += 1) {
      const timeMs = this.#trigger.next(fromMs, zone);
      if (timeMs === undefined || this.#isMeant(zone.dateOf(timeMs).toPlainDate())) return timeMs;
      fromMs = Math.max(timeMs, (MIDNIGHT.next(timeMs, zone) ?? timeMs) - 1);
    }
    return undefined;
  }

  describe(): string {
    return this.#trigger.describe();
  }
}

function triggersOf({ days, months, when }: Clause, { dst, place }: PhraseSurroundings): readonly Trigger[] {
  const triggers =
    'everyMs' in when
      ? [paceOf(when.everyMs, when.between, dst)]
      : when.map((each): Trigger => {
          if (each.kind === 'clock') return new Daily(each.time, dst);
          return new AtSun({ moment: each.event, offsetMs: each.offsetMs, clamp: undefined, place });
        });
  if (days.kind === 'all' && months === undefined) return triggers;
  return triggers.map(
    (trigger) => new OnDates(trigger, (date) => (months?.includes(date.month) ?? true) && isAmong(days, date)),
  );
}

function paceOf(
  everyMs: number,
  between: readonly [Temporal.PlainTime, Temporal.PlainTime] | undefined,
  dst: Partial<DstPolicy>,
): Trigger {
  const pace = new Aligned(everyMs, dst);
  return between === undefined ? pace : new Within(pace, new DayWindow(...between), (ms) => ms);
}

function isAmong(days: Days, date: Temporal.PlainDate): boolean {
  if (days.kind === 'all') return true;
  if (days.kind === 'of-week') return days.days.includes(date.dayOfWeek);
  return days.days.includes(date.day) || (days.days.includes('last') && date.day === date.daysInMonth);
}
