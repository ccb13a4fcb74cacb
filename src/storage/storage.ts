import type { Clock } from '../kernel/clock.ts';
import { durationMs } from '../kernel/duration.ts';
import { type Entry, entryOf, type SetOptions } from './entry.ts';
import { type Json, jsonOf, STORAGE_LIMITS } from './storable.ts';
import { StorageConflict } from './storage-errors.ts';
import type { ChangeListener, Commit, CommitOutcome, StorageChange, StorageLink, Write } from './storage-link.ts';
import { Transaction } from './transaction.ts';

export interface Page {
  readonly entries: readonly Entry[];
  /** Where the next page begins; undefined after the last one. */
  readonly cursor: string | undefined;
}

export interface ListOptions {
  readonly prefix?: string | undefined;
  /** What the page before gave. */
  readonly cursor?: string | undefined;
  /** @defaultValue 100 */
  readonly limit?: number | undefined;
}

/** A transaction that fails is one that is met by others again and again; it makes way for somebody each time. */
const MOST_TRIES = 100;

/** What the rooms store things with. A value is JSON; a TTL counts by the clock. */
export class Storage {
  readonly link: StorageLink;
  readonly #clock: Clock;

  constructor(link: StorageLink, clock: Clock) {
    this.link = link;
    this.#clock = clock;
  }

  async get(namespace: string, key: string): Promise<Entry | undefined> {
    const [entry] = await this.link.read({ namespace, keys: [key] });
    return entry === undefined ? undefined : entryOf(entry);
  }

  /** The entries that are there, by their keys, all of one moment. */
  async getMany(namespace: string, keys: readonly string[]): Promise<ReadonlyMap<string, Entry>> {
    const entries = await this.link.read({ namespace, keys });
    return new Map(entries.map((entry) => [entry.key, entryOf(entry)]));
  }

  /** @returns the version of what is there now. */
  async set(namespace: string, key: string, value: Json, options: SetOptions = {}): Promise<number> {
    return this.#write([this.write(namespace, key, value, options)]);
  }

  /** Sets all of them, or, should it fail, none. */
  async setMany(
    namespace: string,
    values: Iterable<readonly [key: string, value: Json]>,
    options: SetOptions = {},
  ): Promise<number> {
    return this.#write(Array.from(values, ([key, value]) => this.write(namespace, key, value, options)));
  }

  /** @returns whether it was there. */
  async delete(namespace: string, key: string): Promise<boolean> {
    const outcome = await this.link.commit({ checks: [], writes: [{ kind: 'delete', namespace, key }] });
    return outcome.kind === 'committed' && outcome.deleted > 0;
  }

  /** Sets it if what is there has this version; 0: if nothing is. @returns the new version, or undefined. */
  async compareAndSet(
    namespace: string,
    key: string,
    version: number,
    value: Json,
    options: SetOptions = {},
  ): Promise<number | undefined> {
    const outcome = await this.commit({
      checks: [{ namespace, key, version }],
      writes: [this.write(namespace, key, value, options)],
    });
    return outcome.kind === 'committed' ? outcome.version : undefined;
  }

  /** A page of what is there, in the order of the keys. */
  async list(namespace: string, { prefix = '', cursor, limit = 100 }: ListOptions = {}): Promise<Page> {
    const { entries, more } = await this.link.list({ namespace, prefix, after: cursor, limit });
    return { entries: entries.map(entryOf), cursor: more ? entries.at(-1)?.key : undefined };
  }

  /** All entries whose keys begin with a prefix, in the order of the keys, a page at a time. */
  async *entries(namespace: string, prefix = ''): AsyncGenerator<Entry, void, undefined> {
    let cursor: string | undefined;
    do {
      const page = await this.list(namespace, { prefix, cursor, limit: STORAGE_LIMITS.keys });
      yield* page.entries;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  /** Checks and writes as one step: {@link StorageLink.commit}. */
  commit(commit: Commit): Promise<CommitOutcome> {
    return this.link.commit(commit);
  }

  /** A write for {@link commit}. @throws NotStorable where the value is no JSON. */
  write(namespace: string, key: string, value: Json, { ttl }: SetOptions = {}): Write {
    const json = jsonOf(value, `The value of "${key}"`);
    if (ttl === undefined) return { kind: 'set', namespace, key, json };
    const ttlMs = durationMs(ttl, `"ttl" of "${key}"`);
    return { kind: 'set', namespace, key, json, expiresAtMs: Math.ceil(this.#clock.nowMs() + ttlMs) };
  }

  /**
   * Reads and writes as one step. Should anything that was read have changed when it is to be written, nothing is
   * written and `work` is called again: it must do nothing that cannot be done twice. What it reads may be of different
   * moments; a try that has seen such is one that is not written.
   *
   * @throws what `work` throws, and nothing is written; StorageConflict after a hundred tries.
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T> | T): Promise<T> {
    let met = '';
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const transaction = new Transaction(this);
      const result = await work(transaction);
      const commit = transaction.commit();
      if (commit.writes.length === 0 && commit.checks.length < 2) return result;
      const outcome = await this.commit(commit);
      if (outcome.kind === 'committed') return result;
      met = outcome.key;
    }
    throw new StorageConflict(`A transaction was tried ${MOST_TRIES} times, and "${met}" had changed each time`, {
      hint: 'Let fewer write the same key at once, or let each try take less time.',
    });
  }

  /** Tells of changes of one key, or of all whose keys begin with a prefix: {@link StorageLink.watch}. */
  watch(namespace: string, what: { readonly key: string } | { readonly prefix: string }, listener: ChangeListener) {
    const concerns = (change: StorageChange): boolean =>
      change.kind === 'gap' || ('key' in what ? change.key === what.key : change.key.startsWith(what.prefix));
    return this.link.watch(namespace, (change) => {
      if (concerns(change)) listener(change);
    });
  }

  async #write(writes: readonly Write[]): Promise<number> {
    const outcome = await this.commit({ checks: [], writes });
    return outcome.kind === 'committed' ? outcome.version : 0;
  }
}
