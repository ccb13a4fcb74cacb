import type { Clock } from '../../kernel/clock.ts';
import { ChangeListeners } from '../change-listeners.ts';
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
import { type CommitResult, SqliteDatabase } from './sqlite-database.ts';
import { IN_MEMORY, openFile } from './sqlite-file.ts';
import { problemOf } from './sqlite-problems.ts';

export interface SqliteAdapterOptions {
  readonly clock: Clock;
  /** The path of the file, or {@link IN_MEMORY}. */
  readonly file: string;
  /** Told of what somebody who watches throws. */
  readonly onListenerFailure: (error: unknown) => void;
}

interface WaitingCommit {
  readonly commit: Commit;
  resolve(outcome: CommitOutcome): void;
  reject(error: unknown): void;
}

/** So many commits are written in one go, lest they keep everything else waiting. */
const MOST_TOGETHER = 200;
const MOST_SWEPT = 1000;

/**
 * The embedded storage: one file of SQLite's, or none and the memory instead. What is committed in one turn of the event
 * loop is written to the disk together, in a later one.
 */
export class SqliteAdapter implements StorageAdapter {
  readonly description: string;
  readonly #options: SqliteAdapterOptions;
  readonly #listeners: ChangeListeners;
  #database: SqliteDatabase | undefined;
  readonly #waiting: WaitingCommit[] = [];
  #armed = false;

  constructor(options: SqliteAdapterOptions) {
    this.#options = options;
    this.#listeners = new ChangeListeners(options.onListenerFailure);
    this.description = options.file === IN_MEMORY ? 'the memory of the daemon' : `the file ${options.file}`;
  }

  open(): Promise<readonly StorageNotice[]> {
    const { file, clock } = this.#options;
    return attempt(() => {
      const { database, notices } = openFile(file, clock.nowMs());
      this.#database = new SqliteDatabase(database);
      return notices;
    });
  }

  read(request: ReadRequest): Promise<readonly StoredEntry[]> {
    return attempt(() => this.#try((database) => database.read(request, this.#nowMs())));
  }

  list(request: ListRequest): Promise<StoredPage> {
    return attempt(() => this.#try((database) => database.list(request, this.#nowMs())));
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject });
      this.#arm();
    });
  }

  watch(namespace: string, listener: ChangeListener): () => void {
    return this.#listeners.add(namespace, listener);
  }

  sweep(): Promise<number> {
    return attempt(() => this.#try((database) => database.sweep(this.#nowMs(), MOST_SWEPT)));
  }

  close(): Promise<void> {
    return attempt(() => {
      while (this.#waiting.length > 0) this.#flush();
      this.#database?.close();
      this.#database = undefined;
    });
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#options.clock.defer(() => {
      this.#armed = false;
      this.#flush();
      if (this.#waiting.length > 0) this.#arm();
    });
  }

  #flush(): void {
    const together = this.#waiting.splice(0, MOST_TOGETHER);
    if (together.length === 0) return;
    const commits = together.map(({ commit }) => commit);
    let results: readonly CommitResult[];
    try {
      results = this.#try((database) => database.commit(commits, this.#nowMs()));
    } catch (error) {
      for (const { reject } of together) reject(error);
      return;
    }
    for (const [index, { commit, resolve, reject }] of together.entries()) {
      const result = results[index];
      if (result === undefined || result.kind === 'failed') {
        reject(problemOf(result?.error, this.#options.file));
        continue;
      }
      if (result.kind === 'committed') this.#tell(commit, result.version);
      resolve(result);
    }
  }

  #tell({ writes }: Commit, version: number): void {
    for (const { kind, namespace, key } of writes) this.#listeners.tell(namespace, { kind, key, version });
  }

  #try<T>(work: (database: SqliteDatabase) => T): T {
    const { file } = this.#options;
    if (this.#database === undefined) throw new StorageUnavailable(`${file} is not open`);
    try {
      return work(this.#database);
    } catch (error) {
      throw problemOf(error, file);
    }
  }

  #nowMs(): number {
    return Math.floor(this.#options.clock.nowMs());
  }
}

function attempt<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error);
  }
}
