import type { Trigger } from './triggers.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/** When something would run. */
export interface Explanation {
  /** In words. */
  readonly words: string;
  /** The next times, as many as were asked for or there are. */
  readonly next: readonly Temporal.ZonedDateTime[];
}

/** The words of a trigger and its next times. */
export function explain(trigger: Trigger, nowMs: number, zone: ZoneTimeline, count: number): Explanation {
  const next: Temporal.ZonedDateTime[] = [];
  let timeMs = trigger.next(nowMs, zone);
  while (timeMs !== undefined && next.length < count) {
    next.push(zone.dateOf(timeMs));
    timeMs = trigger.next(timeMs, zone);
  }
  return { words: trigger.describe(), next };
}
