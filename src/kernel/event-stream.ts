import type { Clock } from './clock.ts';

export interface EventStreamOptions<T> {
  readonly clock: Clock;
  /** Items that may wait. When as many do, the source is told to pause; what it had already read is still taken. */
  readonly capacity: number;
  /** How long items are delivered without a break before timers and I/O get their turn. @defaultValue 4 */
  readonly sliceMs?: number;
  /** Takes an item. Never called while a call is under way. Should it throw, the stream itself stays whole. */
  readonly deliver: (item: T) => void;
  /** `capacity` items wait: pause the source. Told once until `onDrained`. */
  readonly onFull: () => void;
  /** No more than half of `capacity` waits: resume the source. */
  readonly onDrained: () => void;
  /**
   * Something was delivered in a turn of the event loop, which is over now. `lateMs` is how long it took to come after
   * the first item that it was for.
   */
  readonly onTurn?: ((lateMs: number) => void) | undefined;
}

/** Reading the clock costs as much as delivering an item may, so where items take no time not each one is timed. */
const UNTIMED_ITEMS = 7;
const NO_TIME_MS = 0.1;

interface Waiting<T> {
  readonly item: T;
  readonly sinceMs: number;
  next: Waiting<T> | undefined;
}

/**
 * Stands between a source that must not be blocked and work that takes time. While nothing waits, an item is delivered
 * by a plain call; once the items of one turn of the event loop have taken more than a slice of time, the rest waits
 * for later turns. Nothing is lost and the order is kept. A slice is overrun by its last item, or, where a few before
 * took no time, by a few.
 */
export class EventStream<T> {
  readonly #options: EventStreamOptions<T>;
  readonly #sliceMs: number;
  #first: Waiting<T> | undefined;
  #last: Waiting<T> | undefined;
  #length = 0;
  /** Set as long as a turn is armed, which is so whenever something waits. */
  #sliceEndMs: number | undefined;
  #sliceBeganMs = 0;
  /** Items that may still go before the clock is read again, and when it was read last. */
  #untimed = 0;
  #readMs = 0;
  #delivering = false;
  #full = false;
  #closed = false;

  constructor(options: EventStreamOptions<T>) {
    this.#options = options;
    this.#sliceMs = options.sliceMs ?? 4;
  }

  /** How many items wait. */
  get length(): number {
    return this.#length;
  }

  /** For how long the oldest of those that wait has. */
  get oldestMs(): number {
    return this.#first === undefined ? 0 : this.#options.clock.monotonicMs() - this.#first.sinceMs;
  }

  /** Delivers the item at once, or in a later turn after those before it. */
  push(item: T): void {
    if (this.#closed) return;
    if (this.#delivering || this.#first !== undefined || !this.#sliceLasts()) {
      this.#enqueue(item);
      return;
    }
    this.#delivering = true;
    try {
      this.#options.deliver(item);
    } finally {
      this.#delivering = false;
    }
  }

  /** Drops what waits and takes nothing more. */
  close(): void {
    this.#closed = true;
    this.#first = undefined;
    this.#last = undefined;
    this.#length = 0;
  }

  /** Asked first in a turn of the event loop, begins a slice and sees to it that the next turn begins another. */
  #sliceLasts(): boolean {
    if (this.#untimed > 0) {
      this.#untimed -= 1;
      return true;
    }
    const nowMs = this.#options.clock.monotonicMs();
    const tookNoTime = nowMs - this.#readMs < NO_TIME_MS;
    this.#readMs = nowMs;
    if (this.#sliceEndMs !== undefined) {
      if (tookNoTime) this.#untimed = UNTIMED_ITEMS;
      return nowMs < this.#sliceEndMs;
    }
    this.#sliceBeganMs = nowMs;
    this.#sliceEndMs = nowMs + this.#sliceMs;
    this.#options.clock.defer(this.#turn);
    return true;
  }

  readonly #turn = (): void => {
    const { onTurn, clock } = this.#options;
    const lateMs = onTurn === undefined ? 0 : clock.monotonicMs() - this.#sliceBeganMs;
    this.#sliceEndMs = undefined;
    this.#untimed = 0;
    this.#delivering = true;
    try {
      while (this.#first !== undefined && this.#sliceLasts()) this.#options.deliver(this.#dequeue(this.#first));
    } finally {
      this.#delivering = false;
    }
    if (!this.#closed) onTurn?.(lateMs);
  };

  #enqueue(item: T): void {
    const entry: Waiting<T> = { item, sinceMs: this.#options.clock.monotonicMs(), next: undefined };
    if (this.#last === undefined) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    this.#length += 1;
    if (this.#full || this.#length < this.#options.capacity) return;
    this.#full = true;
    this.#options.onFull();
  }

  #dequeue(entry: Waiting<T>): T {
    this.#first = entry.next;
    if (entry.next === undefined) this.#last = undefined;
    this.#length -= 1;
    if (this.#full && this.#length <= this.#options.capacity / 2) {
      this.#full = false;
      this.#options.onDrained();
    }
    return entry.item;
  }
}
