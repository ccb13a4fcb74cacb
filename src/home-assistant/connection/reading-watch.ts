import type { Clock, Timer } from '../../kernel/clock.ts';

/** How far the daemon has read what a home tells. */
export interface Reading {
  /** Messages that were read and have not had their turn. */
  readonly waiting: number;
  /** For how long the oldest of them has waited. */
  readonly oldestMs: number;
  /** So many wait that the socket is not read at present. */
  readonly paused: boolean;
  /** It was found to be too slow, and has not kept up for long enough since. */
  readonly behind: boolean;
}

/** What a look at the stream between socket and bus has shown. */
export type Sight = Omit<Reading, 'behind'> & {
  /** How long the thread had no turn for what came: something computed without a break. */
  readonly heldUpMs: number;
};

/** The worst that was seen while it was behind. */
export interface Arrears {
  readonly waiting: number;
  readonly oldestMs: number;
  readonly heldUpMs: number;
  /** The home had to wait, since the socket was not read. */
  readonly paused: boolean;
  readonly lastedMs: number;
}

const NOTHING: Omit<Arrears, 'lastedMs'> = { waiting: 0, oldestMs: 0, heldUpMs: 0, paused: false };

export interface ReadingWatchOptions {
  readonly clock: Clock;
  /** Names the timer. */
  readonly label: string;
  /** It reads too slowly. Told once until `onCaughtUp`. */
  readonly onBehind: (sight: Sight) => void;
  readonly onCaughtUp: (arrears: Arrears) => void;
}

/**
 * What is older than this when it has its turn came too late to be put down to a burst. A home ends a connection when
 * 1,024 messages have waited ten seconds for it to be read, so there is time to say so before.
 */
export const LATE_MS = 1000;
/** It keeps up again when it has for this long: a daemon on the edge would be told of each minute otherwise. */
const STEADY_AGAIN_MS = 5000;

/** Finds out when the daemon reads a home too slowly, and when it keeps up again. */
export class ReadingWatch {
  readonly #options: ReadingWatchOptions;
  #sinceMs: number | undefined;
  #lastLateMs = 0;
  #worst = NOTHING;
  #timer: Timer | undefined;

  constructor(options: ReadingWatchOptions) {
    this.#options = options;
  }

  get behind(): boolean {
    return this.#sinceMs !== undefined;
  }

  look(sight: Sight): void {
    const { waiting, oldestMs, paused, heldUpMs } = sight;
    const isLate = paused || oldestMs >= LATE_MS || heldUpMs >= LATE_MS;
    if (!isLate && this.#sinceMs === undefined) return;
    const worst = this.#worst;
    this.#worst = {
      waiting: Math.max(worst.waiting, waiting),
      oldestMs: Math.max(worst.oldestMs, oldestMs),
      heldUpMs: Math.max(worst.heldUpMs, heldUpMs),
      paused: worst.paused || paused,
    };
    if (!isLate) return;
    const nowMs = this.#options.clock.monotonicMs();
    this.#lastLateMs = nowMs;
    if (this.#sinceMs !== undefined) return;
    this.#sinceMs = nowMs;
    this.#arm(STEADY_AGAIN_MS);
    this.#options.onBehind(sight);
  }

  /** The connection is over, and with it what waited on it. */
  end(): void {
    this.#timer?.cancel();
    this.#sinceMs = undefined;
    this.#worst = NOTHING;
  }

  #arm(delayMs: number): void {
    this.#timer = this.#options.clock.after(delayMs, this.#options.label, () => this.#judge());
  }

  #judge(): void {
    const { clock, onCaughtUp } = this.#options;
    const leftMs = this.#lastLateMs + STEADY_AGAIN_MS - clock.monotonicMs();
    if (leftMs > 0) {
      this.#arm(leftMs);
      return;
    }
    const lastedMs = this.#lastLateMs - (this.#sinceMs ?? this.#lastLateMs);
    this.#sinceMs = undefined;
    onCaughtUp({ ...this.#worst, lastedMs });
    this.#worst = NOTHING;
  }
}
