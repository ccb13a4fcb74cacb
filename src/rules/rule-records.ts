import type { Timer } from '../kernel/clock.ts';
import { Resource } from '../kernel/resource.ts';
import type { Json } from '../storage/storable.ts';
import { STORAGE_LIMITS } from '../storage/storable.ts';
import type { Storage } from '../storage/storage.ts';
import type { RuleMemory, RuleMemoryRecord } from './rule-memory.ts';

/** What comes within so long is written together. */
const GATHER_MS = 20;
const RETRY_MS = 10_000;

interface Memory {
  readonly records: Map<string, RuleMemoryRecord>;
  /** What has yet to be written down. */
  readonly waiting: Set<string>;
}

/**
 * What is remembered of rules, in the storage: read when an app starts, written down off their way. While the storage
 * fails, the rules go on and what is remembered waits.
 */
export class RuleRecords extends Resource {
  readonly #storage: Storage;
  readonly #memories = new Map<string, Memory>();
  #timer: Timer | undefined;
  #writing: Promise<boolean> | undefined;
  #toldFailure = false;

  constructor(owner: Resource, storage: Storage) {
    super('memory', owner);
    this.#storage = storage;
  }

  /** Reads what is remembered of the rules of an app. What is known of it already is newer than what is stored. */
  async load(home: string, app: string): Promise<void> {
    const namespace = namespaceOf(home, app);
    if (this.#memories.has(namespace)) return;
    const records = new Map<string, RuleMemoryRecord>();
    try {
      for await (const { key, value } of this.#storage.entries(namespace)) {
        if (isRecord(value)) records.set(key, value);
      }
    } catch (error) {
      this.logger.warn(
        { err: error, app },
        `what was remembered of the rules of ${app} is not known: the storage fails`,
      );
    }
    this.#memories.set(namespace, { records, waiting: new Set() });
  }

  /** What is remembered of the rules of an app, once that has been loaded. */
  of(home: string, app: string): RuleMemory {
    const namespace = namespaceOf(home, app);
    const memory = this.#memories.get(namespace) ?? { records: new Map(), waiting: new Set() };
    this.#memories.set(namespace, memory);
    return {
      recall: (name) => memory.records.get(name),
      keep: (name, record) => {
        memory.records.set(name, record);
        memory.waiting.add(name);
        this.#arm(GATHER_MS);
      },
    };
  }

  /** Writes down what waits of an app that has stopped, and leaves it to the storage: it may go on elsewhere. */
  async release(home: string, app: string): Promise<void> {
    await this.#flush();
    const namespace = namespaceOf(home, app);
    if (this.#memories.get(namespace)?.waiting.size === 0) this.#memories.delete(namespace);
  }

  protected override async onStop(): Promise<void> {
    await this.#flush();
  }

  protected override details(): Readonly<Record<string, unknown>> {
    let waiting = 0;
    for (const memory of this.#memories.values()) waiting += memory.waiting.size;
    return { waiting };
  }

  async #flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#writing;
    await this.#write();
  }

  #arm(delayMs: number): void {
    if (this.#timer !== undefined || this.#writing !== undefined || this.signal.aborted) return;
    this.#timer = this.clock.after(delayMs, 'writing down where the rules stand', () => {
      this.#timer = undefined;
      this.#writing = this.#write();
      void this.#writing.then((isDone) => {
        this.#writing = undefined;
        if (!isDone) this.#arm(RETRY_MS);
        else if (this.#memories.values().some(({ waiting }) => waiting.size > 0)) this.#arm(GATHER_MS);
      });
    });
  }

  /** Resolves to whether all could be written. What could not waits on. */
  async #write(): Promise<boolean> {
    for (const [namespace, { records, waiting }] of this.#memories) {
      while (waiting.size > 0) {
        const names = [...waiting].slice(0, STORAGE_LIMITS.keys);
        for (const name of names) waiting.delete(name);
        try {
          await this.#storage.setMany(namespace, valuesOf(names, records));
          this.#toldFailure = false;
        } catch (error) {
          for (const name of names) waiting.add(name);
          if (!this.#toldFailure) {
            this.logger.warn({ err: error }, 'where the rules stand cannot be written down; it is tried again');
          }
          this.#toldFailure = true;
          return false;
        }
      }
    }
    return true;
  }
}

function namespaceOf(home: string, app: string): string {
  return `rules/${home}/${app}`;
}

function valuesOf(
  names: readonly string[],
  records: ReadonlyMap<string, RuleMemoryRecord>,
): (readonly [string, Json])[] {
  return names.flatMap((name) => {
    const record = records.get(name);
    // What is undefined in it is left out of the JSON.
    return record === undefined ? [] : [[name, JSON.parse(JSON.stringify(record)) as Json] as const];
  });
}

/** Whatever else stands there was written by a release that knew more. */
function isRecord(value: unknown): value is RuleMemoryRecord {
  if (typeof value !== 'object' || value === null || !('kind' in value && 'held' in value && 'atMs' in value))
    return false;
  if (!Array.isArray(value.held) || typeof value.atMs !== 'number') return false;
  if (value.kind === 'rule') return !('phase' in value) || value.phase === 'on' || value.phase === 'off';
  return value.kind === 'machine' && 'state' in value && typeof value.state === 'string' && 'sinceMs' in value;
}
