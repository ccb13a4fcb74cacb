import type { Clock, Timer } from './clock.ts';

const PAUSE_MS = 60_000;

/** Tells of drops as they begin, and then at most once a minute how many there were since. */
export class DropNotice {
  readonly #clock: Clock;
  readonly #label: string;
  readonly #tell: (count: number) => void;
  #pause: Timer | undefined;
  #untold = 0;

  constructor(clock: Clock, label: string, tell: (count: number) => void) {
    this.#clock = clock;
    this.#label = label;
    this.#tell = tell;
  }

  note(): void {
    this.#untold += 1;
    if (this.#pause === undefined) this.#flush();
  }

  /** Tells what has not been told yet, and ends. */
  close(): void {
    this.#pause?.cancel();
    this.#pause = undefined;
    if (this.#untold > 0) this.#tell(this.#untold);
    this.#untold = 0;
  }

  #flush(): void {
    this.#pause = undefined;
    if (this.#untold === 0) return;
    this.#tell(this.#untold);
    this.#untold = 0;
    this.#pause = this.#clock.after(PAUSE_MS, `next line about drops of ${this.#label}`, () => this.#flush());
  }
}
