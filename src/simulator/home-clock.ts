import type { Clock, Timer } from '../kernel/clock.ts';

/** The clock of a home's machine, which may be ahead of the daemon's, or behind it, and may be set. */
export class HomeClock implements Clock {
  readonly #base: Clock;
  #aheadMs = 0;

  constructor(base: Clock) {
    this.#base = base;
  }

  nowMs(): number {
    return this.#base.nowMs() + this.#aheadMs;
  }

  monotonicMs(): number {
    return this.#base.monotonicMs();
  }

  after(delayMs: number, label: string, fire: () => void): Timer {
    return this.#base.after(delayMs, label, fire);
  }

  defer(fire: () => void): Timer {
    return this.#base.defer(fire);
  }

  /** Sets it forward, or back where it is less than nothing. */
  step(byMs: number): void {
    this.#aheadMs += byMs;
  }
}
