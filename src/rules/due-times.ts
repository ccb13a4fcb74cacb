import type { Clock, Timer } from '../kernel/clock.ts';
import { Heap, type HeapNode } from '../kernel/heap.ts';
import { WallWatch } from '../scheduler/wall-watch.ts';

/** A clock that may step is looked at so often. */
const LOOK_MS = 30_000;

/** Something that is to happen at a time of the wall clock, or never. One is kept for as long as it may be needed. */
export class DueTime implements HeapNode {
  heapIndex = -1;
  dueMs = Infinity;
  /** Of those due together the one that was made first comes first. */
  readonly order: number;
  readonly fire: () => void;

  constructor(order: number, fire: () => void) {
    this.order = order;
    this.fire = fire;
  }
}

/** Any number of times on the wall clock, with one timer for the first of them. */
export class DueTimes {
  readonly #clock: Clock;
  readonly #label: string;
  readonly #watch: WallWatch;
  readonly #onSet: (byMs: number) => void;
  readonly #heap = new Heap<DueTime>((a, b) => (a.dueMs === b.dueMs ? a.order < b.order : a.dueMs < b.dueMs));
  #timer: Timer | undefined;
  #timerMs = Infinity;
  #made = 0;
  #firing = false;

  /** @param onSet - told by how much the clock was set, as soon as that is seen. A machine that slept sets nothing. */
  constructor(clock: Clock, label: string, onSet: (byMs: number) => void) {
    this.#clock = clock;
    this.#label = label;
    this.#watch = new WallWatch(clock);
    this.#onSet = onSet;
  }

  /** How many are to come. */
  get size(): number {
    return this.#heap.size;
  }

  /** Now, on the wall clock. Where that was set meanwhile, whoever reckons by it has been told by then. */
  nowMs(): number {
    const byMs = this.#watch.look();
    if (byMs !== 0) this.#onSet(byMs);
    return this.#clock.nowMs();
  }

  make(fire: () => void): DueTime {
    this.#made += 1;
    return new DueTime(this.#made, fire);
  }

  /** Sets when it is to happen; undefined for never. */
  set(due: DueTime, dueMs: number | undefined): void {
    if (due.dueMs === (dueMs ?? Infinity)) return;
    this.#heap.remove(due);
    due.dueMs = dueMs ?? Infinity;
    if (dueMs !== undefined) this.#heap.add(due);
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const due of [...this.#heap.nodes()]) this.#heap.remove(due);
  }

  #arm(): void {
    if (this.#firing) return;
    const first = this.#heap.peek();
    if (first === undefined) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#timerMs = Infinity;
      return;
    }
    const leftMs = Math.max(0, first.dueMs - this.#clock.nowMs());
    const delayMs = this.#clock.steady === true ? leftMs : Math.min(leftMs, LOOK_MS);
    const timerMs = this.#clock.monotonicMs() + delayMs;
    // One that comes too early finds nothing due and is armed again; under virtual time it would only mislead.
    const serves = this.#clock.steady === true ? this.#timerMs === timerMs : this.#timerMs <= timerMs;
    if (this.#timer !== undefined && serves) return;
    this.#timer?.cancel();
    this.#timerMs = timerMs;
    this.#timer = this.#clock.after(delayMs, this.#label, () => this.#wake());
  }

  #wake(): void {
    this.#timer = undefined;
    this.#firing = true;
    try {
      for (;;) {
        const nowMs = this.nowMs();
        const first = this.#heap.peek();
        if (first === undefined || first.dueMs > nowMs) break;
        this.#heap.remove(first);
        first.dueMs = Infinity;
        first.fire();
      }
    } finally {
      this.#firing = false;
      this.#arm();
    }
  }
}
