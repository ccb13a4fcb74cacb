/** Which of its two edges a rule went over last. */
export type Phase = 'on' | 'off';

/** How long a condition has to hold, or not to, before that counts. */
export interface PhaseHolds {
  readonly enterMs: number;
  readonly exitMs: number;
}

/** The condition says otherwise than the phase, and has yet to last. */
export interface PendingPhase {
  readonly to: Phase;
  /** Since when it says so. Wall time, as all times here. */
  readonly sinceMs: number;
}

export interface PhaseState {
  /** Undefined as long as it is not known: nothing was remembered, and the condition has not come to count yet. */
  readonly phase: Phase | undefined;
  /** Since when the condition has said so; undefined where that was remembered or is not known. */
  readonly sinceMs?: number | undefined;
  readonly pending?: PendingPhase | undefined;
}

/** What a condition says now. */
export interface Level {
  readonly level: boolean;
  /** Since when, where that is known. */
  readonly sinceMs: number | undefined;
}

/** When a pending phase comes to count; undefined where none is pending. */
export function dueMs({ pending }: PhaseState, holds: PhaseHolds): number | undefined {
  if (pending === undefined) return undefined;
  return pending.sinceMs + (pending.to === 'on' ? holds.enterMs : holds.exitMs);
}

/** What becomes of a phase when the condition is asked. */
export function takeLevel(state: PhaseState, { level, sinceMs }: Level, holds: PhaseHolds, nowMs: number): PhaseState {
  const to = level ? 'on' : 'off';
  if (state.phase === to) return state.pending === undefined ? state : { phase: to, sinceMs: state.sinceMs };
  // Nothing was on before, as far as anybody knows: there is nothing to leave.
  const fromMs = Math.min(sinceMs ?? nowMs, nowMs);
  if (state.phase === undefined && to === 'off') return { phase: 'off', sinceMs: fromMs };
  if (state.pending?.to === to) return takeTime(state, holds, nowMs);
  return takeTime({ ...state, pending: { to, sinceMs: fromMs } }, holds, nowMs);
}

/** What becomes of a phase as time goes by. */
export function takeTime(state: PhaseState, holds: PhaseHolds, nowMs: number): PhaseState {
  const due = dueMs(state, holds);
  if (state.pending === undefined || due === undefined || due > nowMs) return state;
  return { phase: state.pending.to, sinceMs: state.pending.sinceMs };
}

/** The same on a clock that was set. */
export function shifted(state: PhaseState, byMs: number): PhaseState {
  const { sinceMs, pending } = state;
  return {
    ...state,
    ...(sinceMs !== undefined && { sinceMs: sinceMs + byMs }),
    ...(pending !== undefined && { pending: { to: pending.to, sinceMs: pending.sinceMs + byMs } }),
  };
}

/** What is pending was otherwise meanwhile, unseen: it counts anew. */
export function countAnew(state: PhaseState, sinceMs: number): PhaseState {
  const { pending } = state;
  if (pending === undefined || sinceMs <= pending.sinceMs) return state;
  return { ...state, pending: { to: pending.to, sinceMs } };
}
