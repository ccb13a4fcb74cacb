/** Somebody's place in a line: what waits there, and whom it is for. */
export interface Place<T> {
  readonly key: string;
  readonly item: T;
}

class Link<T> implements Place<T> {
  readonly key: string;
  readonly item: T;
  before: Link<T> | undefined;
  after: Link<T> | undefined;
  inLine = true;

  constructor(key: string, item: T, before: Link<T> | undefined) {
    this.key = key;
    this.item = item;
    this.before = before;
  }
}

/** Those who wait under one key, the oldest first. Linked, so that leaving from the middle costs the same as from the front. */
class Queue<T> {
  first: Link<T> | undefined;
  last: Link<T> | undefined;
  size = 0;
}

/**
 * A line in which several wait, each under a key: the keys take turns, and within a key the oldest comes first. So one
 * with thousands in line does not hold up another's single one.
 */
export class FairLine<T> {
  /** In the order of their turns. */
  readonly #queues = new Map<string, Queue<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many wait under a key. */
  sizeOf(key: string): number {
    return this.#queues.get(key)?.size ?? 0;
  }

  /** Those for whom something waits, in the order of their turns. */
  keys(): Iterable<string> {
    return this.#queues.keys();
  }

  push(key: string, item: T): Place<T> {
    let queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, (queue = new Queue()));
    const link = new Link(key, item, queue.last);
    if (queue.last === undefined) queue.first = link;
    else queue.last.after = link;
    queue.last = link;
    queue.size += 1;
    this.#size += 1;
    return link;
  }

  /** Takes the oldest of the key whose turn it is, which has its next one after all others. */
  take(): T | undefined {
    for (const key of this.#queues.keys()) return this.takeOf(key);
    return undefined;
  }

  /** Takes the oldest of a key, as if it were its turn. */
  takeOf(key: string): T | undefined {
    const queue = this.#queues.get(key);
    const link = queue?.first;
    if (queue === undefined || link === undefined) return undefined;
    this.leave(link);
    if (queue.size > 0) {
      this.#queues.delete(key);
      this.#queues.set(key, queue);
    }
    return link.item;
  }

  /** Gives a place up. Doing so twice, or after it was taken, does nothing. */
  leave(place: Place<T>): void {
    const queue = this.#queues.get(place.key);
    if (queue === undefined || !(place instanceof Link) || !place.inLine) return;
    const { before, after } = place as Link<T>;
    place.inLine = false;
    if (before === undefined) queue.first = after;
    else before.after = after;
    if (after === undefined) queue.last = before;
    else after.before = before;
    queue.size -= 1;
    this.#size -= 1;
    if (queue.size === 0) this.#queues.delete(place.key);
  }
}
