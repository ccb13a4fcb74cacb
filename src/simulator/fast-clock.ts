import type { Clock, Timer } from '../kernel/clock.ts';

/** A clock on which time passes faster than on another, from the moment at which it is made. */
export class FastClock implements Clock {
  readonly #clock: Clock;
  readonly #factor: number;
  readonly #startMs: number;
  readonly #startMonotonicMs: number;

  /** @param factor - how many of its seconds pass in one of the other's. */
  constructor(clock: Clock, factor: number) {
    this.#clock = clock;
    this.#factor = factor;
    this.#startMs = clock.nowMs();
    this.#startMonotonicMs = clock.monotonicMs();
  }

  nowMs(): number {
    return this.#startMs + this.monotonicMs();
  }

  monotonicMs(): number {
    return (this.#clock.monotonicMs() - this.#startMonotonicMs) * this.#factor;
  }

  after(delayMs: number, label: string, fire: () => void): Timer {
    return this.#clock.after(delayMs / this.#factor, label, fire);
  }

  defer(fire: () => void): Timer {
    return this.#clock.defer(fire);
  }
}
