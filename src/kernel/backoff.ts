/** How waits grow from one attempt to the next. */
export interface BackoffPolicy {
  /** The wait before the second attempt, that is after the first failure. */
  readonly firstMs: number;
  /** No wait is longer. */
  readonly maxMs: number;
  /** By what each wait is longer than the one before. */
  readonly factor: number;
  /**
   * The part of a wait, from 0 to 1, that is left to chance: waits are shortened by up to as much, so that many who
   * lost the same server do not come back in step.
   */
  readonly jitter: number;
}

/**
 * The wait after the `failures`-th failure in a row (counted from 1).
 *
 * @param random - a number from 0 up to, not including, 1.
 */
export function backoffMs(failures: number, policy: BackoffPolicy, random: number): number {
  const doublings = Math.max(0, failures - 1);
  const fullMs = Math.min(policy.maxMs, policy.firstMs * policy.factor ** doublings);
  return Math.round(fullMs * (1 - policy.jitter * random));
}
