import type { Clock } from '../kernel/clock.ts';

/** Less than this is the clock being kept right bit by bit. */
const STEP_MS = 250;

/**
 * Compares the wall clock with one that nobody sets, so that a clock that was set is told from a machine that slept:
 * delays go on through the former, and are due after the latter.
 */
export class WallWatch {
  readonly #clock: Clock;
  /** Sleep where the clock itself cannot tell of it. */
  #presumedSleepMs = 0;
  #sleptMs: number;
  /** What the wall has more than the other. */
  #aheadMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sleptMs = clock.sleptMs?.() ?? 0;
    this.#aheadMs = clock.nowMs() - clock.monotonicMs();
  }

  /** Time that has really passed, sleep included, from an arbitrary origin. */
  elapsedMs(): number {
    return this.#clock.monotonicMs() + this.#presumedSleepMs;
  }

  /** What the wall clock shows, or will show, at a moment of that time. */
  wallOf(elapsedMs: number): number {
    return elapsedMs - this.#presumedSleepMs + this.#aheadMs;
  }

  /** Looks at both. Gives by how much the wall was set since the last look. */
  look(): number {
    const aheadMs = this.#clock.nowMs() - this.#clock.monotonicMs();
    const stepMs = aheadMs - this.#aheadMs;
    this.#aheadMs = aheadMs;
    if (Math.abs(stepMs) < STEP_MS) return 0;
    const sleptMs = this.#clock.sleptMs?.();
    const asleepMs = sleptMs === undefined ? Math.max(0, stepMs) : sleptMs - this.#sleptMs;
    if (sleptMs !== undefined) this.#sleptMs = sleptMs;
    // Sleep counts as time passed; the rest is the clock having been set.
    this.#presumedSleepMs += asleepMs;
    const setMs = stepMs - asleepMs;
    return Math.abs(setMs) < STEP_MS ? 0 : setMs;
  }
}
