import { HISTORY_LIMITS, type HistoryLimits } from '../bus/event-history.ts';

/** How much time the code of an app may take, and how much may wait for it. */
export interface AppLimits {
  /** Each start hook. */
  readonly startHookMs: number;
  /** What runs when the app is to stop. */
  readonly drainMs: number;
  /** The shutdown hooks, all together. */
  readonly shutdownHooksMs: number;
  /** Each run of a handler or job that says nothing else. */
  readonly executionMs: number;
  /** Events that wait for a busy handler that says nothing else. */
  readonly maxPending: number;
  /** Each call of a home that says nothing else. */
  readonly callTimeoutMs: number;
  /** How many runs of its handlers may begin in a minute, of apps that say nothing else. */
  readonly runsPerMinute?: number | undefined;
  /** What `bus.history` remembers. */
  readonly history: HistoryLimits;
}

export const DEFAULT_APP_LIMITS: AppLimits = {
  startHookMs: 30_000,
  drainMs: 4000,
  shutdownHooksMs: 3000,
  executionMs: 600_000,
  maxPending: 100,
  callTimeoutMs: 30_000,
  history: HISTORY_LIMITS,
};
