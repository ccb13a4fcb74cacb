import type { Clock, Timer } from './clock.ts';

export interface ScaledClockOptions {
  /** How many of its seconds pass in one of the machine's. */
  readonly speed: number;
  /** The wall time that it begins with. */
  readonly startMs: number;
}

/** The machine's time at another speed and from another moment, for a demo of a day in half a minute. */
export class ScaledClock implements Clock {
  readonly #base: Clock;
  readonly speed: number;
  readonly #startMs: number;
  readonly #baseStartMs: number;

  constructor(base: Clock, { speed, startMs }: ScaledClockOptions) {
    this.#base = base;
    this.speed = speed;
    this.#startMs = startMs;
    this.#baseStartMs = base.monotonicMs();
  }

  nowMs(): number {
    return this.#startMs + this.monotonicMs();
  }

  monotonicMs(): number {
    return (this.#base.monotonicMs() - this.#baseStartMs) * this.speed;
  }

  after(delayMs: number, label: string, fire: () => void): Timer {
    return this.#base.after(delayMs / this.speed, label, fire);
  }

  defer(fire: () => void): Timer {
    return this.#base.defer(fire);
  }
}
