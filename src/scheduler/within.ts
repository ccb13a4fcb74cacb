import { formatTimeOfDay } from '../kernel/time-of-day.ts';
import type { DayWindow } from './day-window.ts';
import type { Trigger } from './triggers.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/** So many windows may pass without a time in them. */
const MOST_WINDOWS = 1000;

/** The times of another trigger that are within a window. */
export class Within implements Trigger {
  readonly basis: Trigger['basis'];
  readonly needsPlace: boolean;
  readonly needsZone = true;
  readonly argsAt: Trigger['argsAt'];
  readonly follow: Trigger['follow'];
  readonly #trigger: Trigger;
  readonly #window: DayWindow;
  readonly #wallOf: (ms: number) => number;

  /** @param wallOf - what the wall clock shows at a time of the trigger's. */
  constructor(trigger: Trigger, window: DayWindow, wallOf: (ms: number) => number) {
    this.#trigger = trigger;
    this.#window = window;
    this.#wallOf = wallOf;
    this.basis = trigger.basis;
    this.needsPlace = trigger.needsPlace ?? false;
    this.argsAt = trigger.argsAt?.bind(trigger);
    this.follow = trigger.follow?.bind(trigger);
  }

  next(afterMs: number, zone: ZoneTimeline): number | undefined {
    let fromMs = afterMs;
    for (let windows = 0; windows < MOST_WINDOWS; windows += 1) {
      const timeMs = this.#trigger.next(fromMs, zone);
      if (timeMs === undefined) return undefined;
      const wallMs = this.#wallOf(timeMs);
      if (this.#window.includes(wallMs, zone)) return timeMs;
      // Both clocks go at the same pace: as long as it is until the window opens, nothing can come.
      const untilOpenMs = (this.#window.nextChange(wallMs, zone) ?? wallMs) - wallMs;
      fromMs = Math.max(timeMs, timeMs + untilOpenMs - 1);
    }
    return undefined;
  }

  describe(): string {
    const { from, to } = this.#window;
    return `${this.#trigger.describe()}, between ${formatTimeOfDay(from)} and ${formatTimeOfDay(to)}`;
  }
}
