import { Heap, type HeapNode } from './heap.ts';

/** Something that waits for a place. */
export class Waiter implements HeapNode {
  heapIndex = -1;
  order = 0;
  readonly priority: number;
  readonly serve: () => void;

  /** @param serve - starts one run in the place that has been taken for it, or gives the place back. */
  constructor(priority: number, serve: () => void) {
    this.priority = priority;
    this.serve = serve;
  }
}

/** How much may run at once. Who waits for a place is served by priority, and in the order of asking. */
export class Capacity {
  readonly #waiting = new Heap<Waiter>(comesBefore);
  #free: number;
  #asked = 0;
  #serving = false;

  constructor(places: number) {
    this.#free = places;
  }

  /** Takes a place, if there is one that nobody waits for. */
  take(): boolean {
    if (this.#free <= 0 || this.#waiting.size > 0) return false;
    this.#free -= 1;
    return true;
  }

  giveBack(): void {
    this.#free += 1;
    if (this.#waiting.size > 0 && !this.#serving) this.#serve();
  }

  /** Has `waiter` served when its turn comes, which may be now. */
  ask(waiter: Waiter): void {
    this.enlist(waiter);
    if (!this.#serving) this.#serve();
  }

  /** As {@link ask}, by one who is about to give back a place: its turn comes then at the earliest. */
  enlist(waiter: Waiter): void {
    if (waiter.heapIndex !== -1) return;
    this.#asked += 1;
    waiter.order = this.#asked;
    this.#waiting.add(waiter);
  }

  forget(waiter: Waiter): void {
    this.#waiting.remove(waiter);
  }

  /** A loop, not a recursion: what it starts may end at once and give its place back. */
  #serve(): void {
    this.#serving = true;
    try {
      while (this.#free > 0) {
        const waiter = this.#waiting.take();
        if (waiter === undefined) return;
        this.#free -= 1;
        waiter.serve();
      }
    } finally {
      this.#serving = false;
    }
  }
}

function comesBefore(a: Waiter, b: Waiter): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.order < b.order);
}
