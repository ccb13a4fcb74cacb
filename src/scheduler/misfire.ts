import type { Trigger } from './triggers.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/**
 * What happens to times that passed while the machine slept, its clock was set or it was too busy: one run makes up
 * for all of them, none does, or each has its run.
 */
export type Misfire = 'run-once' | 'skip' | 'run-all';

export interface DueTimes {
  readonly trigger: Trigger;
  readonly zone: ZoneTimeline;
  /** The time that is due. */
  readonly dueMs: number;
  /** How far runs are put off on purpose. */
  readonly delayMs: number;
  readonly nowMs: number;
  readonly misfire: Misfire;
  /** How late a run may be. */
  readonly graceMs: number;
}

export interface CatchUp {
  /** The times to run for now. */
  readonly run: readonly number[];
  /** Whether any were left out. */
  readonly leftOut: boolean;
  readonly nextMs: number | undefined;
}

/** A day of seconds. What was missed more often than that is left out, the latest first. */
const MOST_TIMES = 86_400;
/** How far back to look for the latest time: the nearest first, so that few steps lead to it. */
const LOOK_BACK_MS = [1000, 60_000, 3_600_000, 86_400_000, 2_678_400_000];

/** Which of the times that are due have their run now, and which comes next. */
export function catchUp(due: DueTimes): CatchUp {
  const { trigger, zone, dueMs, nowMs, misfire } = due;
  const isInTime = (timeMs: number): boolean => nowMs - timeMs - due.delayMs <= due.graceMs;
  const followingMs = trigger.next(dueMs, zone);
  if (followingMs === undefined || followingMs > nowMs) {
    return isInTime(dueMs)
      ? { run: [dueMs], leftOut: false, nextMs: followingMs }
      : { run: [], leftOut: true, nextMs: followingMs };
  }
  if (misfire !== 'run-all') {
    const { latestMs, nextMs } = latestOf(due);
    return { run: isInTime(latestMs) ? [latestMs] : [], leftOut: true, nextMs };
  }
  const times = [dueMs];
  let nextMs: number | undefined = followingMs;
  while (nextMs !== undefined && nextMs <= nowMs && times.length < MOST_TIMES) {
    times.push(nextMs);
    nextMs = trigger.next(nextMs, zone);
  }
  const tooMany = nextMs !== undefined && nextMs <= nowMs;
  const run = times.filter(isInTime);
  return { run, leftOut: tooMany || run.length < times.length, nextMs: tooMany ? trigger.next(nowMs, zone) : nextMs };
}

/** The last time that is not after now, and the one after it. */
function latestOf({ trigger, zone, dueMs, nowMs }: DueTimes): {
  readonly latestMs: number;
  readonly nextMs: number | undefined;
} {
  let latestMs = dueMs;
  for (const backMs of LOOK_BACK_MS) {
    if (nowMs - backMs <= dueMs) break;
    const foundMs = trigger.next(nowMs - backMs, zone);
    if (foundMs === undefined || foundMs > nowMs) continue;
    latestMs = foundMs;
    break;
  }
  let nextMs = trigger.next(latestMs, zone);
  while (nextMs !== undefined && nextMs <= nowMs) {
    latestMs = nextMs;
    nextMs = trigger.next(latestMs, zone);
  }
  return { latestMs, nextMs };
}
