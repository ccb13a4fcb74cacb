import type { Clock, Timer } from './clock.ts';
import { Deque } from './deque.ts';
import type { Outcome } from './lane-options.ts';

/** A submission that waits. */
export interface Waiting<T> {
  readonly input: T;
  /** Told what became of it, where somebody asked. */
  readonly settle: ((outcome: Outcome) => void) | undefined;
  /** Monotonic. */
  readonly sinceMs: number;
}

/** After so long a wait behind another run somebody is told. */
export const LONG_WAIT_MS = 10_000;

/** Those who wait in a lane, the oldest first. */
export class WaitingLine<T> {
  readonly #waiting = new Deque<Waiting<T>>();
  readonly #clock: Clock;
  readonly #label: string;
  readonly #onLongWait: (oldest: Waiting<T>) => void;
  #watch: Timer | undefined;
  #told = false;

  /** @param onLongWait - called once, when one has waited for long since the line was first watched. */
  constructor(clock: Clock, label: string, onLongWait: (oldest: Waiting<T>) => void) {
    this.#clock = clock;
    this.#label = label;
    this.#onLongWait = onLongWait;
  }

  get size(): number {
    return this.#waiting.size;
  }

  push(input: T, settle: Waiting<T>['settle']): void {
    this.#waiting.push({ input, settle, sinceMs: this.#clock.monotonicMs() });
  }

  shift(): Waiting<T> | undefined {
    const oldest = this.#waiting.shift();
    if (this.#watch !== undefined && this.#waiting.size === 0) {
      this.#watch.cancel();
      this.#watch = undefined;
    }
    return oldest;
  }

  /** From here on they wait behind a run: looks after how long that takes. */
  watch(): void {
    if (this.#watch === undefined && !this.#told) this.#arm(LONG_WAIT_MS);
  }

  #arm(delayMs: number): void {
    this.#watch = this.#clock.after(delayMs, `long wait in the line of ${this.#label}`, () => this.#look());
  }

  #look(): void {
    this.#watch = undefined;
    const oldest = this.#waiting.peek();
    if (oldest === undefined) return;
    const leftMs = LONG_WAIT_MS - (this.#clock.monotonicMs() - oldest.sinceMs);
    if (leftMs > 0) {
      this.#arm(leftMs);
      return;
    }
    this.#told = true;
    this.#onLongWait(oldest);
  }
}
