import type { Clock, Timer } from '../kernel/clock.ts';

/** Lets the last of several through, once none has come for a while. */
export class Debounce<E> {
  readonly #clock: Clock;
  readonly #quietMs: number;
  readonly #label: string;
  readonly #deliver: (event: E) => void;
  #held: { readonly event: E } | undefined;
  #dueMs = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, quietMs: number, label: string, deliver: (event: E) => void) {
    this.#clock = clock;
    this.#quietMs = quietMs;
    this.#label = label;
    this.#deliver = deliver;
  }

  /** @returns whether it takes the place of one that waited. */
  push(event: E): boolean {
    const replaces = this.#held !== undefined;
    this.#held = { event };
    this.#dueMs = this.#clock.monotonicMs() + this.#quietMs;
    // A timer on its way is left alone, and armed again when it comes too early: in a burst that is far cheaper.
    this.#timer ??= this.#arm(this.#quietMs);
    return replaces;
  }

  cancel(): void {
    this.#held = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(delayMs: number): Timer {
    return this.#clock.after(delayMs, this.#label, () => this.#ring());
  }

  #ring(): void {
    const remainingMs = this.#dueMs - this.#clock.monotonicMs();
    if (remainingMs > 0) {
      this.#timer = this.#arm(remainingMs);
      return;
    }
    const held = this.#held;
    this.#held = undefined;
    this.#timer = undefined;
    if (held !== undefined) this.#deliver(held.event);
  }
}

/** Lets one through, and then none for a while. */
export class Throttle {
  readonly #clock: Clock;
  readonly #pauseMs: number;
  #openAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, pauseMs: number) {
    this.#clock = clock;
    this.#pauseMs = pauseMs;
  }

  pass(): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#openAtMs) return false;
    this.#openAtMs = nowMs + this.#pauseMs;
    return true;
  }
}
