import type { CommitResult } from '../commit-line.ts';
import type { Commit, ListRequest, ReadRequest, StorageNotice, StoredEntry, StoredPage } from '../storage-link.ts';
import { SqliteDatabase } from './sqlite-database.ts';
import { openFile } from './sqlite-file.ts';

/** What can be asked of a database. `nowMs` is wall time: the database has no clock. */
export type SqliteRequest =
  | { readonly ask: 'open'; readonly file: string; readonly nowMs: number }
  | { readonly ask: 'read'; readonly request: ReadRequest; readonly nowMs: number }
  | { readonly ask: 'list'; readonly request: ListRequest; readonly nowMs: number }
  | { readonly ask: 'commit'; readonly commits: readonly Commit[]; readonly nowMs: number }
  | { readonly ask: 'sweep'; readonly limit: number; readonly nowMs: number }
  | { readonly ask: 'close' };

/** What is answered to each. */
export interface SqliteAnswers {
  readonly open: readonly StorageNotice[];
  readonly read: readonly StoredEntry[];
  readonly list: StoredPage;
  readonly commit: readonly CommitResult[];
  readonly sweep: number;
  readonly close: undefined;
}

/** A database, here or in a thread of its own. Requests are carried out in the order in which they are made. */
export interface SqliteEngine {
  ask<R extends SqliteRequest>(request: R): Promise<SqliteAnswers[R['ask']]>;
}

/** The database in the thread that asks. */
export class SqliteHere implements SqliteEngine {
  #database: SqliteDatabase | undefined;

  ask<R extends SqliteRequest>(request: R): Promise<SqliteAnswers[R['ask']]> {
    try {
      // Each branch answers its own kind of request.
      return Promise.resolve(this.answer(request) as SqliteAnswers[R['ask']]);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** At once. */
  answer(request: SqliteRequest): SqliteAnswers[SqliteRequest['ask']] {
    switch (request.ask) {
      case 'open': {
        const { database, notices } = openFile(request.file, request.nowMs);
        this.#database = new SqliteDatabase(database);
        return notices;
      }
      case 'read':
        return this.#open().read(request.request, request.nowMs);
      case 'list':
        return this.#open().list(request.request, request.nowMs);
      case 'commit':
        return this.#open().commit(request.commits, request.nowMs);
      case 'sweep':
        return this.#open().sweep(request.nowMs, request.limit);
      case 'close':
        this.#database?.close();
        this.#database = undefined;
        return undefined;
    }
  }

  #open(): SqliteDatabase {
    if (this.#database === undefined) throw new Error('it is not open');
    return this.#database;
  }
}
