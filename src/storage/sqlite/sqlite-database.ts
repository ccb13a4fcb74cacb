import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { CommitResult } from '../commit-line.ts';
import { afterPrefix } from '../key-order.ts';
import type { Commit, CommitOutcome, ListRequest, ReadRequest, StoredEntry, StoredPage } from '../storage-link.ts';

const COLUMNS = 'key, json, version, expires_at_ms';
const IS_THERE = '(expires_at_ms IS NULL OR expires_at_ms > :now)';
/** After every text. */
const NO_END = new Uint8Array();

/** The tables, and what is read and written in them. All of it happens at once. */
export class SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #read: StatementSync;
  readonly #first: StatementSync;
  readonly #next: StatementSync;
  readonly #version: StatementSync;
  readonly #set: StatementSync;
  readonly #delete: StatementSync;
  readonly #expire: StatementSync;
  readonly #count: StatementSync;
  readonly #sweep: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const entries = `SELECT ${COLUMNS} FROM entry WHERE namespace = :namespace`;
    const page = `AND key < :end AND ${IS_THERE} ORDER BY key LIMIT :limit`;
    this.#read = database.prepare(`${entries} AND key IN (SELECT value FROM json_each(:keys)) AND ${IS_THERE}`);
    this.#first = database.prepare(`${entries} AND key >= :prefix ${page}`);
    // The plus keeps SQLite from beginning at the prefix, and reading all pages before this one.
    this.#next = database.prepare(`${entries} AND key > :after AND +key >= :prefix ${page}`);
    this.#version = database.prepare(
      `SELECT version FROM entry WHERE namespace = :namespace AND key = :key AND ${IS_THERE}`,
    );
    this.#set = database.prepare(
      `INSERT INTO entry VALUES (:namespace, :key, :json, :version, :expires)
       ON CONFLICT DO UPDATE SET json = :json, version = :version, expires_at_ms = :expires`,
    );
    this.#delete = database.prepare(`DELETE FROM entry WHERE namespace = :namespace AND key = :key AND ${IS_THERE}`);
    this.#expire = database.prepare('DELETE FROM entry WHERE namespace = :namespace AND key = :key');
    this.#count = database.prepare(`UPDATE counter SET value = value + 1 WHERE name = 'commits' RETURNING value`);
    this.#sweep = database.prepare(
      `DELETE FROM entry WHERE (namespace, key) IN
       (SELECT namespace, key FROM entry WHERE expires_at_ms <= :now LIMIT :limit)`,
    );
  }

  read({ namespace, keys }: ReadRequest, nowMs: number): readonly StoredEntry[] {
    return this.#read.all({ namespace, keys: JSON.stringify(keys), now: nowMs }).map(entryOfRow);
  }

  list({ namespace, prefix, after, limit }: ListRequest, nowMs: number): StoredPage {
    const bounds = { namespace, prefix, end: afterPrefix(prefix) ?? NO_END, now: nowMs, limit: limit + 1 };
    const rows = after === undefined ? this.#first.all(bounds) : this.#next.all({ ...bounds, after });
    return { entries: rows.slice(0, limit).map(entryOfRow), more: rows.length > limit };
  }

  /** Carries out commits one after the other, and writes them to the disk together. Should that fail, each by itself. */
  commit(commits: readonly Commit[], nowMs: number): readonly CommitResult[] {
    try {
      return this.#transaction(() => commits.map((commit) => this.#carryOut(commit, nowMs)));
    } catch (error) {
      if (commits.length === 1) return [{ kind: 'failed', error }];
      return commits.flatMap((commit) => this.commit([commit], nowMs));
    }
  }

  /** Takes out some of what has expired. Gives how many. */
  sweep(nowMs: number, limit: number): number {
    return this.#transaction(() => Number(this.#sweep.run({ now: nowMs, limit }).changes));
  }

  close(): void {
    this.#database.close();
  }

  #carryOut({ checks, writes }: Commit, nowMs: number): CommitOutcome {
    for (const { namespace, key, version } of checks) {
      const there = this.#version.get({ namespace, key, now: nowMs })?.['version'] ?? 0;
      if (there !== version) return { kind: 'conflict', namespace, key };
    }
    const version = Number(this.#count.get()?.['value']);
    let deleted = 0;
    for (const write of writes) {
      const { namespace, key } = write;
      if (write.kind === 'set') {
        this.#set.run({ namespace, key, json: write.json, version, expires: write.expiresAtMs ?? null });
      } else {
        deleted += Number(this.#delete.run({ namespace, key, now: nowMs }).changes);
        this.#expire.run({ namespace, key });
      }
    }
    return { kind: 'committed', version, deleted };
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // Where there is no room SQLite has taken it back already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

function entryOfRow(row: Record<string, SQLOutputValue>): StoredEntry {
  const { key, json, version, expires_at_ms: expiresAtMs } = row;
  const entry = { key: String(key), json: String(json), version: Number(version) };
  return expiresAtMs === null ? entry : { ...entry, expiresAtMs: Number(expiresAtMs) };
}
