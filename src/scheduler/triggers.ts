import { formatDuration } from '../kernel/duration.ts';
import { formatTimeOfDay } from '../kernel/time-of-day.ts';
import type { CronSchedule } from './cron.ts';
import { type DstPolicy, KEEPS_PACE, type LocalSchedule, nextInstant, ONCE_A_DAY } from './local-schedule.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/**
 * When a job runs: a question about time, answered without a clock.
 *
 * Times of `elapsed` triggers are on a clock that nobody sets, those of the others on the wall. `local` ones ask which
 * zone it is.
 */
export interface Trigger {
  readonly basis: 'elapsed' | 'instant' | 'local';
  /** Its only time, where it has but one and that is known from the start: it is due even if it has come already. */
  readonly onlyMs?: number;
  /** Asked for its times anew when the home is told to be somewhere else. */
  readonly needsPlace?: boolean;
  /** Asks which zone it is even where its basis is another. */
  readonly needsZone?: boolean;
  /** The first of its times after another. */
  next(afterMs: number, zone: ZoneTimeline): number | undefined;
  /** What a run for one of its times is called with. */
  readonly argsAt?: ((timeMs: number) => unknown) | undefined;
  /** Tells when its times have become others. For as long as somebody can, a job without a next time waits for one. */
  readonly follow?: ((onChange: () => void) => Disposable) | undefined;
  /** In words, as in `daily at 07:30`. */
  describe(): string;
}

const DAY_MS = 86_400_000;
/** As far as an aligned job is a pace rather than moments of the day. */
const HOUR_MS = 3_600_000;

/** Once, after a delay. */
export class After implements Trigger {
  readonly basis = 'elapsed';
  readonly onlyMs: number;
  readonly #delayMs: number;

  constructor(nowMs: number, delayMs: number) {
    this.onlyMs = nowMs + delayMs;
    this.#delayMs = delayMs;
  }

  next(afterMs: number): number | undefined {
    return this.onlyMs > afterMs ? this.onlyMs : undefined;
  }

  describe(): string {
    return `once, after ${formatDuration(this.#delayMs)}`;
  }
}

/** Again and again, at equal distances from where it began. */
export class Every implements Trigger {
  readonly basis = 'elapsed';
  readonly #startMs: number;
  readonly #everyMs: number;

  constructor(startMs: number, everyMs: number) {
    this.#startMs = startMs;
    this.#everyMs = everyMs;
  }

  next(afterMs: number): number {
    const passed = Math.max(0, Math.floor((afterMs - this.#startMs) / this.#everyMs));
    const nextMs = this.#startMs + (passed + 1) * this.#everyMs;
    // Fractions of a millisecond add up so that the division can land on either side.
    return nextMs > afterMs ? nextMs : nextMs + this.#everyMs;
  }

  describe(): string {
    return `every ${formatDuration(this.#everyMs)}`;
  }
}

/** Once, at an instant. */
export class AtInstant implements Trigger {
  readonly basis = 'instant';
  readonly onlyMs: number;

  constructor(epochMs: number) {
    this.onlyMs = epochMs;
  }

  next(afterMs: number): number | undefined {
    return this.onlyMs > afterMs ? this.onlyMs : undefined;
  }

  describe(): string {
    return `once, at ${Temporal.Instant.fromEpochMilliseconds(this.onlyMs).toString()}`;
  }
}

/** At times that the clocks of a zone show. */
abstract class Local implements Trigger, LocalSchedule {
  readonly basis = 'local';
  readonly #dst: DstPolicy;

  constructor(dst: Partial<DstPolicy> | undefined, usual: DstPolicy) {
    this.#dst = { gap: dst?.gap ?? usual.gap, overlap: dst?.overlap ?? usual.overlap };
  }

  next(afterMs: number, zone: ZoneTimeline): number | undefined {
    return nextInstant(this, afterMs, zone, this.#dst);
  }

  abstract nextLocal(afterLocalMs: number): number | undefined;
  abstract describe(): string;
}

/** Once, on a date and at a time as the clocks show them. */
export class AtLocal extends Local {
  readonly #date: Temporal.PlainDateTime;
  readonly #localMs: number;

  constructor(date: Temporal.PlainDateTime, dst?: Partial<DstPolicy>) {
    super(dst, ONCE_A_DAY);
    this.#date = date;
    this.#localMs = date.toZonedDateTime('UTC').epochMilliseconds;
  }

  nextLocal(afterLocalMs: number): number | undefined {
    return this.#localMs > afterLocalMs ? this.#localMs : undefined;
  }

  describe(): string {
    return `once, at ${this.#date.toString()}`;
  }
}

/** Once a day, or only the next time, at a time of day. */
export class Daily extends Local {
  readonly #time: Temporal.PlainTime;
  readonly #timeMs: number;

  constructor(time: Temporal.PlainTime, dst?: Partial<DstPolicy>) {
    super(dst, ONCE_A_DAY);
    this.#time = time;
    this.#timeMs = Temporal.PlainTime.from('00:00').until(time).total('milliseconds');
  }

  nextLocal(afterLocalMs: number): number {
    const todayMs = Math.floor(afterLocalMs / DAY_MS) * DAY_MS + this.#timeMs;
    return todayMs > afterLocalMs ? todayMs : todayMs + DAY_MS;
  }

  describe(): string {
    return `daily at ${formatTimeOfDay(this.#time)}`;
  }
}

/** Again and again, at the marks that a clock face has: quarters of an hour, full hours, midnight. */
export class Aligned extends Local {
  readonly #everyMs: number;

  /** @param everyMs - a part of a day, so that the marks are the same on each. */
  constructor(everyMs: number, dst?: Partial<DstPolicy>) {
    super(dst, everyMs <= HOUR_MS ? KEEPS_PACE : ONCE_A_DAY);
    this.#everyMs = everyMs;
  }

  nextLocal(afterLocalMs: number): number {
    return (Math.floor(afterLocalMs / this.#everyMs) + 1) * this.#everyMs;
  }

  describe(): string {
    return `every ${formatDuration(this.#everyMs)}, aligned`;
  }
}

/** Whenever a cron pattern says so. */
export class ByCron extends Local {
  readonly #schedule: CronSchedule;

  constructor(schedule: CronSchedule, dst?: Partial<DstPolicy>) {
    super(dst, schedule.dst);
    this.#schedule = schedule;
  }

  nextLocal(afterLocalMs: number): number | undefined {
    return this.#schedule.nextLocal(afterLocalMs);
  }

  describe(): string {
    return `cron ${this.#schedule.pattern}`;
  }
}

/** Leaves only the first time of another trigger after a moment. */
export class Once implements Trigger {
  readonly #trigger: Trigger;
  readonly #sinceMs: number;

  constructor(trigger: Trigger, sinceMs: number) {
    this.#trigger = trigger;
    this.#sinceMs = sinceMs;
  }

  get basis(): Trigger['basis'] {
    return this.#trigger.basis;
  }

  next(afterMs: number, zone: ZoneTimeline): number | undefined {
    const firstMs = this.#trigger.next(this.#sinceMs, zone);
    return firstMs !== undefined && firstMs > afterMs ? firstMs : undefined;
  }

  describe(): string {
    return `once, ${this.#trigger.describe().replace(/^daily /, '')}`;
  }
}

/** Whether marks at such a distance are the same on each day. */
export function dividesDay(everyMs: number): boolean {
  return everyMs > 0 && DAY_MS % everyMs === 0;
}
