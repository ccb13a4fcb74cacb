import type { Clock } from '../../kernel/clock.ts';
import { ChangeListeners } from '../change-listeners.ts';
import { CommitLine, type CommitResult } from '../commit-line.ts';
import { afterPrefix } from '../key-order.ts';
import { problemOfNetwork } from '../server/network-problems.ts';
import { noticeOf, SessionKeeper } from '../server/session-keeper.ts';
import { placeOf, type StorageServer } from '../server/storage-server.ts';
import { notesOf, readNote } from '../server/write-notes.ts';
import { STORAGE_LIMITS } from '../storable.ts';
import { StorageUnavailable } from '../storage-errors.ts';
import type {
  ChangeListener,
  Commit,
  CommitOutcome,
  ListRequest,
  ReadRequest,
  StorageAdapter,
  StorageNotice,
  StoredEntry,
  StoredPage,
} from '../storage-link.ts';
import { answerOfPostgres } from './postgres-problems.ts';
import { quoted } from './postgres-schema.ts';
import { channelOf, PostgresSession } from './postgres-session.ts';

export interface PostgresAdapterOptions {
  readonly clock: Clock;
  readonly server: StorageServer;
  /** In which everything is. Several daemons may share one; two that are to have nothing in common need two. */
  readonly schema: string;
  /** No more than so many at once. */
  readonly connections: number;
  /** Told of what somebody who watches throws. */
  readonly onListenerFailure: (error: unknown) => void;
  /** Chance, from 0 up to 1. */
  readonly random: () => number;
}

interface EntryRow {
  readonly key: string;
  readonly json: string;
  readonly version: string;
  readonly expires_at_ms: string | null;
}

interface PageRow extends Omit<EntryRow, 'json'> {
  readonly json: string | null;
}

interface CommitRow {
  readonly version: string;
  readonly deleted: string;
  readonly conflict: string | null;
}

const MOST_SWEPT = 1000;
/** PostgreSQL takes notifications of less than 8000 bytes; before it stands the version. */
const NOTE_BYTES = 7900;

/** A PostgreSQL, which several daemons may share. What is committed at once goes there together. */
export class PostgresAdapter implements StorageAdapter {
  readonly description: string;
  readonly #options: PostgresAdapterOptions;
  readonly #listeners: ChangeListeners;
  readonly #keeper: SessionKeeper<PostgresSession>;
  readonly #commits: CommitLine;
  readonly #schema: string;
  readonly #entry: string;

  constructor(options: PostgresAdapterOptions) {
    const { server, schema, clock, random } = options;
    const what = `PostgreSQL at ${placeOf(server)}`;
    this.#options = options;
    this.description = `${what}, database ${server.database}, schema ${schema}`;
    this.#listeners = new ChangeListeners(options.onListenerFailure);
    this.#schema = quoted(schema);
    this.#entry = `${this.#schema}.entry`;
    const answerOf = (error: unknown) => answerOfPostgres(error, what);
    this.#keeper = new SessionKeeper({
      clock,
      what,
      random,
      connect: (signal) =>
        PostgresSession.open({ ...options, what, onNotification: (payload) => this.#tell(payload) }, signal),
      answerOf,
      networkProblemOf: (error) => problemOfNetwork(error, what),
      onReturn: () => this.#listeners.tellGap(),
    });
    this.#commits = new CommitLine({
      clock,
      write: (commits) => this.#write(commits),
      mostCharacters: STORAGE_LIMITS.commitBytes,
    });
  }

  async open(signal: AbortSignal): Promise<readonly StorageNotice[]> {
    const away = await this.#keeper.open(signal);
    return away === undefined ? [] : [noticeOf(away)];
  }

  async read({ namespace, keys }: ReadRequest): Promise<readonly StoredEntry[]> {
    const rows = await this.#keeper.ask('read', (session) =>
      session.read<EntryRow>(
        'hassette_read',
        `SELECT key, json, version, expires_at_ms FROM ${this.#entry}
         WHERE namespace = $1 AND key = ANY ($2) AND (expires_at_ms IS NULL OR expires_at_ms > $3)`,
        [namespace, keys, this.#nowMs()],
      ),
    );
    return rows.map(entryOfRow);
  }

  async list({ namespace, prefix, after, limit }: ListRequest): Promise<StoredPage> {
    const end = afterPrefix(prefix);
    // What one page is to hold at most comes without its text, and begins the next.
    const rows = await this.#keeper.ask('read', (session) =>
      session.read<PageRow>(
        end === undefined ? 'hassette_list_all' : 'hassette_list',
        `SELECT key, version, expires_at_ms, CASE WHEN bytes_before < $5 THEN json END AS json FROM (
           SELECT key, json, version, expires_at_ms,
             sum(octet_length(json)) OVER (ORDER BY key ROWS UNBOUNDED PRECEDING) - octet_length(json) AS bytes_before
           FROM ${this.#entry}
           WHERE namespace = $1 AND key >= $2 AND key > $3 AND (expires_at_ms IS NULL OR expires_at_ms > $4)
             ${end === undefined ? '' : 'AND key < $7'} ORDER BY key LIMIT $6
         ) AS page`,
        [
          ...[namespace, prefix, after ?? '', this.#nowMs(), STORAGE_LIMITS.commitBytes, limit + 1],
          ...(end === undefined ? [] : [end]),
        ],
      ),
    );
    const page = rows.slice(0, limit).filter(isWhole);
    return { entries: page.map(entryOfRow), more: rows.length > page.length };
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.#commits.add(commit);
  }

  watch(namespace: string, listener: ChangeListener): () => void {
    return this.#listeners.add(namespace, listener);
  }

  async sweep(): Promise<number> {
    const rows = await this.#keeper.ask('commit', (session) =>
      session.write<{ readonly swept: string }>('hassette_sweep', `SELECT ${this.#schema}.sweep($1, $2) AS swept`, [
        this.#nowMs(),
        MOST_SWEPT,
      ]),
    );
    return Number(rows[0]?.swept ?? 0);
  }

  close(): Promise<void> {
    return this.#keeper.close(() => this.#commits.empty());
  }

  /** Together; should the server refuse that, each by itself. */
  async #write(commits: readonly Commit[]): Promise<readonly CommitResult[]> {
    try {
      return await this.#carryOut(commits);
    } catch (error) {
      const mayHaveRun = error instanceof StorageUnavailable && error.mayHaveRun;
      if (commits.length === 1 || mayHaveRun) throw error;
    }
    const results: CommitResult[] = [];
    for (const commit of commits) {
      try {
        results.push(...(await this.#carryOut([commit])));
      } catch (error) {
        results.push({ kind: 'failed', error });
      }
    }
    return results;
  }

  async #carryOut(commits: readonly Commit[]): Promise<readonly CommitResult[]> {
    const rows = await this.#keeper.ask('commit', (session) =>
      session.write<CommitRow>(
        'hassette_commit',
        `SELECT version, deleted, conflict FROM ${this.#schema}.carry_out($1, $2, $3)`,
        [JSON.stringify(commits.map(documentOf)), this.#nowMs(), channelOf(this.#options.schema)],
      ),
    );
    return rows.map(({ version, deleted, conflict }, index): CommitResult => {
      const met = conflict === null ? undefined : commits[index]?.checks[Number(conflict)];
      if (met === undefined) return { kind: 'committed', version: Number(version), deleted: Number(deleted) };
      return { kind: 'conflict', namespace: met.namespace, key: met.key };
    });
  }

  #tell(payload: string): void {
    for (const { namespace, ...change } of readNote(payload)) this.#listeners.tell(namespace, change);
  }

  #nowMs(): number {
    return Math.floor(this.#options.clock.nowMs());
  }
}

/** A commit as `carry_out` reads it. */
function documentOf({ checks, writes }: Commit): unknown {
  return {
    checks: checks.map(({ namespace, key, version }) => [namespace, key, version]),
    deletes: writes.flatMap(({ kind, namespace, key }) => (kind === 'delete' ? [[namespace, key]] : [])),
    sets: writes.flatMap((write) =>
      write.kind === 'set' ? [[write.namespace, write.key, write.json, write.expiresAtMs ?? null]] : [],
    ),
    notes: notesOf(writes, NOTE_BYTES),
  };
}

function isWhole(row: PageRow): row is PageRow & EntryRow {
  return row.json !== null;
}

function entryOfRow({ key, json, version, expires_at_ms: expiresAtMs }: EntryRow): StoredEntry {
  const entry = { key, json, version: Number(version) };
  return expiresAtMs === null ? entry : { ...entry, expiresAtMs: Number(expiresAtMs) };
}
