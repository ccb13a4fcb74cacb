import type { Entry, SetOptions } from './entry.ts';
import type { Json } from './storable.ts';
import type { Commit, VersionCheck, Write } from './storage-link.ts';

/** What a transaction needs of the storage. */
interface TransactionStorage {
  get(namespace: string, key: string): Promise<Entry | undefined>;
  write(namespace: string, key: string, value: Json, options: SetOptions): Write;
}

interface Place {
  readonly namespace: string;
  readonly key: string;
}

/** Reads that are remembered, and writes that are made together at the end. It reads its own writes. */
export class Transaction {
  readonly #storage: TransactionStorage;
  readonly #checks = new Map<string, VersionCheck>();
  readonly #writes = new Map<string, Write>();

  constructor(storage: TransactionStorage) {
    this.#storage = storage;
  }

  async get(namespace: string, key: string): Promise<Json | undefined> {
    const place = placeOf({ namespace, key });
    const written = this.#writes.get(place);
    if (written !== undefined) return written.kind === 'set' ? (JSON.parse(written.json) as Json) : undefined;
    const entry = await this.#storage.get(namespace, key);
    this.#read({ namespace, key }, entry);
    return entry?.value;
  }

  set(namespace: string, key: string, value: Json, options: SetOptions = {}): void {
    this.#writes.set(placeOf({ namespace, key }), this.#storage.write(namespace, key, value, options));
  }

  delete(namespace: string, key: string): void {
    this.#writes.set(placeOf({ namespace, key }), { kind: 'delete', namespace, key });
  }

  /** What it has come to. */
  commit(): Commit {
    return { checks: [...this.#checks.values()], writes: [...this.#writes.values()] };
  }

  /** What was read first counts: read otherwise a second time, it has changed, and the commit is to fail. */
  #read(place: Place, entry: Entry | undefined): void {
    const name = placeOf(place);
    if (!this.#checks.has(name)) this.#checks.set(name, { ...place, version: entry?.version ?? 0 });
  }
}

function placeOf({ namespace, key }: Place): string {
  return `${namespace}\0${key}`;
}
