import type { Logger } from '../kernel/logging.ts';
import type { Storage } from '../storage/storage.ts';
import type { WriteBehind } from '../storage/write-behind.ts';
import type { RuleMemory, RuleMemoryRecord } from './rule-memory.ts';

export interface RuleRecordsOptions {
  readonly storage: Storage;
  readonly behind: WriteBehind;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * What is remembered of rules, in the storage: read when an app starts, written down off their way. While the storage
 * fails, the rules go on and what is remembered waits.
 */
export class RuleRecords {
  readonly #options: RuleRecordsOptions;
  readonly #memories = new Map<string, Map<string, RuleMemoryRecord>>();

  constructor(options: RuleRecordsOptions) {
    this.#options = options;
  }

  /** Reads what is remembered of the rules of an app. What is known of it already is newer than what is stored. */
  async load(home: string, app: string): Promise<void> {
    const { storage, logger } = this.#options;
    const namespace = namespaceOf(home, app);
    if (this.#memories.has(namespace)) return;
    const records = new Map<string, RuleMemoryRecord>();
    try {
      for await (const { key, value } of storage.entries(namespace)) {
        if (isRecord(value)) records.set(key, value);
      }
    } catch (error) {
      logger.warn({ err: error, app }, `what was remembered of the rules of ${app} is not known: the storage fails`);
    }
    this.#memories.set(namespace, records);
  }

  /** What is remembered of the rules of an app, once that has been loaded. */
  of(home: string, app: string): RuleMemory {
    const namespace = namespaceOf(home, app);
    const records = this.#memories.get(namespace) ?? new Map<string, RuleMemoryRecord>();
    this.#memories.set(namespace, records);
    return {
      recall: (name) => records.get(name),
      keep: (name, record) => {
        records.set(name, record);
        // What is undefined in it is left out of the JSON.
        this.#options.behind.put({ kind: 'set', namespace, key: name, json: JSON.stringify(record) });
      },
    };
  }

  /** Writes down what waits of an app that has stopped, and leaves it to the storage: it may go on elsewhere. */
  async release(home: string, app: string): Promise<void> {
    if (await this.#options.behind.flush()) this.#memories.delete(namespaceOf(home, app));
  }
}

function namespaceOf(home: string, app: string): string {
  return `rules/${home}/${app}`;
}

/** Whatever else stands there was written by a release that knew more. */
function isRecord(value: unknown): value is RuleMemoryRecord {
  if (typeof value !== 'object' || value === null || !('kind' in value && 'held' in value && 'atMs' in value))
    return false;
  if (!Array.isArray(value.held) || typeof value.atMs !== 'number') return false;
  if (value.kind === 'rule') return !('phase' in value) || value.phase === 'on' || value.phase === 'off';
  return value.kind === 'machine' && 'state' in value && typeof value.state === 'string' && 'sinceMs' in value;
}
