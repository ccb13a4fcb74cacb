import type { Clock } from '../../kernel/clock.ts';
import { HassetteError } from '../../kernel/errors.ts';
import { ChangeListeners } from '../change-listeners.ts';
import { CommitLine, type CommitResult } from '../commit-line.ts';
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
  Write,
} from '../storage-link.ts';
import { type SqliteAnswers, type SqliteEngine, SqliteHere, type SqliteRequest } from './sqlite-engine.ts';
import { errorOf, type SqliteFailure } from './sqlite-failure.ts';
import { IN_MEMORY } from './sqlite-file.ts';
import { problemOf } from './sqlite-problems.ts';
import { SqliteThread } from './sqlite-thread.ts';

export interface SqliteAdapterOptions {
  readonly clock: Clock;
  /** The path of the file, or {@link IN_MEMORY}. */
  readonly file: string;
  /** Told of what somebody who watches throws. */
  readonly onListenerFailure: (error: unknown) => void;
}

const MOST_SWEPT = 1000;

/**
 * The embedded storage: one file of SQLite's in a thread of its own, or none and the memory of this one. What is
 * committed in one turn of the event loop, and what comes while that is written, goes to the disk together.
 */
export class SqliteAdapter implements StorageAdapter {
  readonly description: string;
  readonly #options: SqliteAdapterOptions;
  readonly #listeners: ChangeListeners;
  readonly #commits: CommitLine;
  readonly #thread: SqliteThread | undefined;
  readonly #engine: SqliteEngine;
  #isOpen = false;

  constructor(options: SqliteAdapterOptions) {
    const isInMemory = options.file === IN_MEMORY;
    this.#options = options;
    this.#listeners = new ChangeListeners(options.onListenerFailure);
    this.#commits = new CommitLine({ clock: options.clock, write: (commits) => this.#write(commits) });
    this.#thread = isInMemory ? undefined : new SqliteThread();
    this.#engine = this.#thread ?? new SqliteHere();
    this.description = isInMemory ? 'the memory of the daemon' : `the file ${options.file}`;
  }

  async open(): Promise<readonly StorageNotice[]> {
    const { file } = this.#options;
    try {
      const notices = await this.#engine.ask({ ask: 'open', file, nowMs: this.#nowMs() });
      this.#isOpen = true;
      return notices;
    } catch (error) {
      await this.#thread?.end();
      throw error;
    }
  }

  read(request: ReadRequest): Promise<readonly StoredEntry[]> {
    return this.#ask({ ask: 'read', request, nowMs: this.#nowMs() });
  }

  list(request: ListRequest): Promise<StoredPage> {
    return this.#ask({ ask: 'list', request, nowMs: this.#nowMs() });
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.#commits.add(commit);
  }

  watch(namespace: string, listener: ChangeListener): () => void {
    return this.#listeners.add(namespace, listener);
  }

  sweep(): Promise<number> {
    return this.#ask({ ask: 'sweep', limit: MOST_SWEPT, nowMs: this.#nowMs() });
  }

  async close(): Promise<void> {
    await this.#commits.empty();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      await this.#engine.ask({ ask: 'close' });
    } finally {
      await this.#thread?.end();
    }
  }

  async #write(commits: readonly Commit[]): Promise<readonly CommitResult[]> {
    const results = await this.#ask({ ask: 'commit', commits, nowMs: this.#nowMs() });
    return results.map((result, index) => {
      if (result.kind === 'failed')
        return { kind: 'failed', error: problemOf(thrown(result.error), this.#options.file) };
      if (result.kind === 'committed') this.#tell(commits[index]?.writes ?? [], result.version);
      return result;
    });
  }

  #tell(writes: readonly Write[], version: number): void {
    for (const { kind, namespace, key } of writes) this.#listeners.tell(namespace, { kind, key, version });
  }

  async #ask<R extends SqliteRequest>(request: R): Promise<SqliteAnswers[R['ask']]> {
    const { file } = this.#options;
    if (!this.#isOpen) throw new StorageUnavailable(`${file} is not open`);
    try {
      return await this.#engine.ask(request);
    } catch (error) {
      throw error instanceof HassetteError ? error : problemOf(error, file);
    }
  }

  #nowMs(): number {
    return Math.floor(this.#options.clock.nowMs());
  }
}

/** An error of this thread, or what has become of one of another. */
function thrown(error: unknown): unknown {
  return error instanceof Error ? error : errorOf(error as SqliteFailure);
}
