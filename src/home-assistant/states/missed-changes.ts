import { type EntityState, isAvailable, lastUpdatedMs } from './entity-state.ts';
import type { StateTransition } from './state-mirror.ts';

/** What an entity was at a moment in the past; without a state it had been removed. */
export interface PastState {
  /** On Home Assistant's clock. */
  readonly atMs: number;
  readonly state: EntityState | null;
}

/** What is known of an entity of which something was missed. */
export interface MissedOf {
  readonly entityId: string;
  /** What it was when the connection went; null where there was none of it. */
  readonly before: EntityState | null;
  readonly lastGood: EntityState | undefined;
  /** What the first snapshot after it says; undefined where it has none of it. */
  readonly after: EntityState | undefined;
  /** Home Assistant was restarted meanwhile. */
  readonly restarted: boolean;
  /** From the history: of any time, in any order. */
  readonly past: readonly PastState[];
  /** What was told since, in its order: what comparing found, then what has happened since. */
  readonly told: readonly StateTransition[];
}

/** A transition, and when it was on Home Assistant's clock. */
export interface TimedTransition {
  readonly atMs: number;
  readonly transition: StateTransition;
}

/**
 * Two moments are one that are no further apart. Home Assistant dates to the microsecond and never two writes alike, and
 * what the database and a double of seconds make of that is off by less than half of one.
 */
const SAME_MOMENT_MS = 0.0006;

/**
 * What subscribers of an entity are told who want to know what they missed: each step from what they knew, over what the
 * history has, to what is so now, and what has come since. Without a history it is what was told.
 */
export function missedChanges(missed: MissedOf): readonly TimedTransition[] {
  const { entityId, before, after } = missed;
  const fromMs = before === null ? Number.NEGATIVE_INFINITY : lastUpdatedMs(before);
  const between = statesBetween(missed, fromMs);
  // Where a second gap follows at once, the history has what comparing found after the first.
  const untilMs = between.at(-1)?.atMs;
  const told =
    untilMs === undefined
      ? missed.told
      : missed.told.filter(({ to }) => to === null || lastUpdatedMs(to) > untilMs + SAME_MOMENT_MS);
  const steps: TimedTransition[] = [];
  let last = before;
  let lastGood = missed.lastGood;
  let atMs = Math.max(fromMs, 0);
  const step = (
    whenMs: number,
    to: EntityState | null,
    how: Pick<StateTransition, 'resync' | 'restarted'>,
    backfill: boolean,
  ) => {
    if (last === null && to === null) return;
    atMs = Math.max(atMs, whenMs);
    const kind = last === null ? 'added' : to === null ? 'removed' : 'changed';
    const { resync, restarted } = how;
    steps.push({ atMs, transition: { entityId, from: last, to, lastGood, kind, resync, restarted, backfill } });
    last = to;
    if (to !== null && isAvailable(to.state)) lastGood = to;
  };
  for (const { atMs: whenMs, state } of between) step(whenMs, state, { resync: true, restarted: false }, true);
  // After a restart the same value is no change to whoever saw nothing in between: whoever did has to be told.
  if (told.length === 0 && between.length > 0) {
    const how = { resync: true, restarted: missed.restarted };
    step(after === undefined ? atMs : lastUpdatedMs(after), after ?? null, how, false);
  }
  for (const transition of told) {
    if (between.length === 0) {
      atMs = Math.max(atMs, transition.to === null ? atMs : lastUpdatedMs(transition.to));
      steps.push({ atMs, transition });
    } else step(transition.to === null ? atMs : lastUpdatedMs(transition.to), transition.to, transition, false);
  }
  return steps;
}

/** The states of the history that lie between what was known and what is known again, each moment once. */
function statesBetween({ after, past, told }: MissedOf, fromMs: number): readonly PastState[] {
  // What is renamed has its history under another id, as far as it has one.
  if (told.some(({ renamedFrom }) => renamedFrom !== undefined)) return [];
  const live = told.filter(({ resync, to }) => !resync && to !== null).map(({ to }) => lastUpdatedOf(to));
  const untilMs = after === undefined ? Math.min(Number.POSITIVE_INFINITY, ...live) : lastUpdatedMs(after);
  const between: PastState[] = [];
  for (const one of past.toSorted((a, b) => a.atMs - b.atMs)) {
    if (one.atMs <= fromMs + SAME_MOMENT_MS || one.atMs >= untilMs - SAME_MOMENT_MS) continue;
    const previous = between.at(-1);
    if (previous !== undefined && one.atMs - previous.atMs <= SAME_MOMENT_MS) continue;
    between.push(one);
  }
  // That it is gone is told by what comparing found.
  if (after === undefined && between.at(-1)?.state === null) between.pop();
  return between;
}

function lastUpdatedOf(state: EntityState | null): number {
  return state === null ? Number.POSITIVE_INFINITY : lastUpdatedMs(state);
}

/** Whether the history has come as far as what is known again: a recorder writes a few seconds late. */
export function reaches(
  past: readonly Pick<PastState, 'atMs'>[],
  { before, after }: Pick<MissedOf, 'before' | 'after'>,
): boolean {
  if (after === undefined) return true;
  const afterMs = lastUpdatedMs(after);
  if (before !== null && Math.abs(lastUpdatedMs(before) - afterMs) <= SAME_MOMENT_MS) return true;
  return past.some(({ atMs }) => atMs >= afterMs - SAME_MOMENT_MS);
}
