import type { Clock, Timer } from './clock.ts';

/** Something whose runs are to begin no faster than a pace. */
export interface Paced {
  /** It may begin one, if it has one that waits. */
  resume(): void;
}

export interface RunPaceOptions {
  /** Whose runs they are, for the names of timers. */
  readonly owner: string;
  /** How many may begin in a minute, and so how many at once after a quiet one. */
  readonly perMinute: number;
  /** Told when something has to wait, then once a minute while it goes on, and when a minute has passed without. */
  readonly onHeld: (held: HeldRuns | undefined) => void;
}

/** What a pace has held back. */
export interface HeldRuns {
  readonly perMinute: number;
  /** How many had to wait since it was told last. */
  readonly waited: number;
}

const MINUTE_MS = 60_000;

/**
 * How fast the runs of one app may begin, all its handlers together. What may not begin yet waits in the line of its
 * own lane; lanes take turns.
 */
export class RunPace {
  readonly perMinute: number;
  readonly #clock: Clock;
  readonly #options: RunPaceOptions;
  readonly #waiting = new Set<Paced>();
  #left: number;
  #countedMs: number;
  #wake: Timer | undefined;
  #minute: Timer | undefined;
  #waited = 0;

  constructor(clock: Clock, options: RunPaceOptions) {
    this.#clock = clock;
    this.#options = options;
    this.perMinute = options.perMinute;
    this.#left = options.perMinute;
    this.#countedMs = clock.monotonicMs();
  }

  /** Whether a run may begin now. */
  get open(): boolean {
    return this.#count() >= 1;
  }

  /** A run begins. */
  spend(): void {
    this.#left -= 1;
  }

  /** Something came that has to wait. */
  note(): void {
    this.#waited += 1;
    if (this.#minute === undefined) this.#tell();
  }

  /** Has it resumed when its turn comes. */
  wait(paced: Paced): void {
    this.#waiting.add(paced);
    this.#wake ??= this.#clock.after(this.#untilOpenMs(), `next run of ${this.#options.owner}, by its pace`, () =>
      this.#serve(),
    );
  }

  forget(paced: Paced): void {
    this.#waiting.delete(paced);
  }

  /** Nothing is to run any more. */
  close(): void {
    this.#wake?.cancel();
    this.#minute?.cancel();
    this.#waiting.clear();
  }

  #serve(): void {
    this.#wake = undefined;
    for (const paced of [...this.#waiting]) {
      if (!this.open) break;
      this.#waiting.delete(paced);
      paced.resume();
    }
    const [next] = this.#waiting;
    if (next !== undefined) this.wait(next);
  }

  #tell(): void {
    if (this.#waited === 0 && this.#waiting.size === 0) {
      this.#minute = undefined;
      this.#options.onHeld(undefined);
      return;
    }
    this.#minute = this.#clock.after(MINUTE_MS, `next word on the pace of ${this.#options.owner}`, () => this.#tell());
    const waited = this.#waited;
    this.#waited = 0;
    this.#options.onHeld({ perMinute: this.perMinute, waited });
  }

  /** What may begin grows with time, up to what a minute allows. */
  #count(): number {
    const nowMs = this.#clock.monotonicMs();
    const grown = ((nowMs - this.#countedMs) / MINUTE_MS) * this.perMinute;
    this.#countedMs = nowMs;
    this.#left = Math.min(this.perMinute, this.#left + grown);
    return this.#left;
  }

  #untilOpenMs(): number {
    // A little late rather than early: a timer that rings too early would be set again.
    return Math.max(1, Math.ceil(((1 - this.#count()) / this.perMinute) * MINUTE_MS));
  }
}
