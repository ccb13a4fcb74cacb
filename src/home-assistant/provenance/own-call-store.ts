import { CallMemory } from './call-memory.ts';
import type { KnownCall } from './own-call.ts';

/**
 * Where a daemon keeps what it needs to know its own doing again after a restart: the contexts of its calls for a day,
 * and the last call of each app on each entity for as long as there is no later one.
 *
 * What is kept is plain JSON, without codes. A store that fails loses no more than that: a change by the token's own user
 * whose context is not known is `unknown`, never a person's.
 */
export interface OwnCallStore {
  /** All that was kept of a home, the oldest first. Asked once, before the connection to it begins. */
  load(home: string): Promise<readonly KnownCall[]>;
  /** Keeps a call. It is on the way of every call: whoever writes to a disk gathers first, and never throws. */
  keep(home: string, call: KnownCall): void;
}

/** Keeps it for as long as the process lives. */
export class MemoryOwnCallStore implements OwnCallStore {
  readonly #homes = new Map<string, CallMemory>();

  load(home: string): Promise<readonly KnownCall[]> {
    return Promise.resolve(this.#of(home).all());
  }

  keep(home: string, call: KnownCall): void {
    this.#of(home).keep(call);
  }

  #of(home: string): CallMemory {
    let memory = this.#homes.get(home);
    if (memory === undefined) {
      memory = new CallMemory();
      this.#homes.set(home, memory);
    }
    return memory;
  }
}
