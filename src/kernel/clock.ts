/** A pending timer. Cancelling one that has fired, or twice, does nothing. */
export interface Timer {
  cancel(): void;
}

/**
 * The daemon's only source of time. Everything outside `kernel/` that waits, dates or measures does so through one of
 * these, so that a test, a simulation or a backtest can run the whole daemon under virtual time.
 */
export interface Clock {
  /** Wall time in milliseconds since the epoch. It may step when the machine's clock is set. */
  nowMs(): number;

  /** Milliseconds from an arbitrary origin. It never steps; under virtual time it follows the wall clock. */
  monotonicMs(): number;

  /**
   * Calls `fire` once, not before `delayMs` have passed on the monotonic clock. There is no upper limit.
   *
   * @param label - what waits, in words that help whoever sees it in a report of hung timers.
   */
  after(delayMs: number, label: string, fire: () => void): Timer;

  /** Calls `fire` in a later turn of the event loop, after pending I/O. */
  defer(fire: () => void): Timer;

  /** Whether the wall clock never steps and the machine never sleeps, so that nobody has to look after them. */
  readonly steady?: boolean;

  /**
   * How long the machine has slept so far, which the monotonic clock leaves out; undefined where nobody can tell. It
   * tells a clock that was set from a machine that was suspended.
   */
  sleptMs?(): number | undefined;
}
