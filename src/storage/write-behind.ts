import type { Timer } from '../kernel/clock.ts';
import { Resource } from '../kernel/resource.ts';
import { checkCommit, STORAGE_LIMITS } from './storable.ts';
import type { Storage } from './storage.ts';
import type { Write } from './storage-link.ts';

/** When it could not be written it is tried again after so long. */
const RETRY_MS = 10_000;
/** Of one commit, well below what the largest may be, since a character may take several bytes. */
const COMMIT_CHARACTERS = STORAGE_LIMITS.commitBytes / 4;

export interface WriteBehindOptions {
  /** Its name among what its owner has. */
  readonly name: string;
  readonly storage: Storage;
  /** What is written, for messages: `the calls of apps`. */
  readonly what: string;
  /** What comes within so long is written together, and lost together with a daemon that is killed. */
  readonly gatherMs: number;
}

/**
 * Writes to the storage off the way of whoever has something to keep: what comes within a short time together, of each
 * key only the latest. While the storage fails nothing waits for it but the writes themselves; they are made when it works
 * again, and before this stops.
 */
export class WriteBehind extends Resource {
  readonly #options: WriteBehindOptions;
  readonly #waiting = new Map<string, Write>();
  #timer: Timer | undefined;
  #writing: Promise<boolean> | undefined;
  #failing = false;

  constructor(owner: Resource, options: WriteBehindOptions) {
    super(options.name, owner);
    this.#options = options;
  }

  /** How much has yet to be written. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** @throws NotStorable for what no storage takes: it would keep all the rest from being written. */
  put(write: Write): void {
    checkCommit({ checks: [], writes: [write] });
    this.#waiting.set(placeOf(write), write);
    this.#arm(this.#options.gatherMs);
  }

  /**
   * Writes now what waits. Resolves to whether all that was put before can be read from the storage; what cannot waits on
   * and is tried again later.
   */
  async flush(): Promise<boolean> {
    this.#timer?.cancel();
    this.#timer = undefined;
    // What is being written may be without the latest.
    await this.#writing;
    return this.#begin();
  }

  protected override async onStop(): Promise<void> {
    if (await this.flush()) return;
    this.logger.error(`${this.#options.what} could not be written before the stop: ${this.#waiting.size} are lost`);
  }

  protected override details(): Readonly<Record<string, unknown>> {
    return { waiting: this.#waiting.size };
  }

  #arm(delayMs: number): void {
    if (this.#timer !== undefined || this.#writing !== undefined || this.signal.aborted) return;
    this.#timer = this.clock.after(delayMs, `writing down ${this.#options.what}`, () => {
      this.#timer = undefined;
      void this.#begin();
    });
  }

  #begin(): Promise<boolean> {
    if (this.#writing !== undefined) return this.#writing;
    const writing = this.#write().finally(() => {
      this.#writing = undefined;
      if (this.#waiting.size > 0) this.#arm(this.#failing ? RETRY_MS : this.#options.gatherMs);
    });
    this.#writing = writing;
    return writing;
  }

  async #write(): Promise<boolean> {
    while (this.#waiting.size > 0) {
      const batch = this.#take();
      try {
        await this.#options.storage.commit({ checks: [], writes: [...batch.values()] });
        this.#failing = false;
      } catch (error) {
        // What was put meanwhile is newer.
        for (const [place, write] of batch) if (!this.#waiting.has(place)) this.#waiting.set(place, write);
        if (!this.#failing) {
          this.logger.warn({ err: error }, `${this.#options.what} cannot be written at present; it is tried again`);
        }
        this.#failing = true;
        return false;
      }
    }
    return true;
  }

  /** As many as go into one commit. */
  #take(): ReadonlyMap<string, Write> {
    const batch = new Map<string, Write>();
    let characters = 0;
    for (const [place, write] of this.#waiting) {
      characters += place.length + (write.kind === 'set' ? write.json.length : 0);
      if (batch.size > 0 && (characters > COMMIT_CHARACTERS || batch.size === STORAGE_LIMITS.keys)) break;
      batch.set(place, write);
      this.#waiting.delete(place);
    }
    return batch;
  }
}

function placeOf({ namespace, key }: Write): string {
  return `${namespace}\0${key}`;
}
