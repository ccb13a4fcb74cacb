import { type BackoffPolicy, backoffMs } from './backoff.ts';

/** What happens to a service that failed more often than its budget allows. */
export type WhenSpent = 'end-daemon' | 'cool-down' | 'go-without';

/** How a service that fails is begun again. */
export interface Supervision {
  readonly backoff: BackoffPolicy;
  /** So many restarts are allowed within any window of this length. */
  readonly restarts: number;
  readonly windowMs: number;
  readonly whenSpent: WhenSpent;
  /** After so long a service that cools down gets a new budget. */
  readonly coolDownMs: number;
}

export const DEFAULT_SUPERVISION: Supervision = {
  backoff: { firstMs: 1000, maxMs: 60_000, factor: 2, jitter: 0.3 },
  restarts: 5,
  windowMs: 300_000,
  whenSpent: 'end-daemon',
  coolDownMs: 300_000,
};

export interface SupervisionVerdict {
  /** When it failed, as far as that still counts. */
  readonly failuresMs: readonly number[];
  readonly next:
    | { readonly kind: 'restart'; readonly inMs: number }
    | { readonly kind: 'cool-down'; readonly inMs: number }
    | { readonly kind: 'go-without' }
    | { readonly kind: 'end-daemon' };
}

/**
 * What to do after a failure.
 *
 * @param failuresMs - when it failed before, by any clock that does not step.
 * @param random - a number from 0 up to, not including, 1.
 */
export function afterFailure(
  failuresMs: readonly number[],
  nowMs: number,
  supervision: Supervision,
  random: number,
): SupervisionVerdict {
  const counted = [...failuresMs.filter((failureMs) => failureMs > nowMs - supervision.windowMs), nowMs];
  if (counted.length <= supervision.restarts) {
    return {
      failuresMs: counted,
      next: { kind: 'restart', inMs: backoffMs(counted.length, supervision.backoff, random) },
    };
  }
  if (supervision.whenSpent === 'cool-down') {
    return { failuresMs: [], next: { kind: 'cool-down', inMs: supervision.coolDownMs } };
  }
  return { failuresMs: counted, next: { kind: supervision.whenSpent } };
}
