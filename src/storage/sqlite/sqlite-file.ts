import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HassetteError } from '../../kernel/errors.ts';
import type { StorageNotice } from '../storage-link.ts';
import { StorageUnusable } from '../storage-errors.ts';
import { migrate } from './sqlite-migrations.ts';
import { isDamage, problemOf } from './sqlite-problems.ts';

/** What a database in memory is opened as. */
export const IN_MEMORY = ':memory:';

/** How long another process that is just about to end is waited for. */
const BUSY_MS = 1000;
/** What belongs to a file of SQLite's. */
const PARTS = ['', '-wal', '-shm', '-journal'];

export interface OpenedFile {
  readonly database: DatabaseSync;
  readonly notices: readonly StorageNotice[];
}

/**
 * Opens a database, looks it through, and brings it to the present version. A damaged one is set aside, and a new one
 * begun in its place.
 *
 * @param nowMs - wall time, which is part of the name of a file that is set aside.
 * @throws StorageInUse, StorageUnusable, StorageFromNewer, StorageFull
 */
export function openFile(file: string, nowMs: number): OpenedFile {
  makeFolder(file);
  try {
    return { database: open(file), notices: [] };
  } catch (error) {
    if (!isDamage(error) || file === IN_MEMORY) throw openingProblem(error, file);
    const notice = setAside(file, nowMs, error);
    try {
      return { database: open(file), notices: [notice] };
    } catch (again) {
      throw openingProblem(again, file);
    }
  }
}

function makeFolder(file: string): void {
  if (file === IN_MEMORY) return;
  try {
    makeFolders(dirname(file));
  } catch (cause) {
    throw unusable(`The folder of ${file} cannot be made`, cause);
  }
}

/** Step by step: where the system refuses to make one in a folder that is there, Node's own goes round for ever. */
function makeFolders(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(folder) !== folder) makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else has made it meanwhile.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/** What keeps a file from being opened does not heal by itself. */
function openingProblem(error: unknown, file: string): HassetteError {
  if (error instanceof HassetteError) return error;
  const problem = problemOf(error, file);
  return problem.code === 'STORAGE_UNAVAILABLE' ? unusable(`${file} cannot be opened`, error) : problem;
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    // One daemon has the file to itself. So it needs no memory shared between processes, which mounted folders often lack.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;');
    // A power cut may take back the latest commits, never a part of one; that of the process takes back none.
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 8388608;');
    // Takes the lock, and shows that the file can be written.
    database.exec('BEGIN IMMEDIATE; COMMIT');
    const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw new Damage(String(check));
    migrate(database, file);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Found by looking through it, where SQLite itself throws nothing. */
class Damage extends Error {
  readonly errcode = 11;
}

function setAside(file: string, nowMs: number, error: unknown): StorageNotice {
  const moment = Temporal.Instant.fromEpochMilliseconds(Math.floor(nowMs)).toString().replaceAll(/[:.]/g, '-');
  const aside = `${file}.damaged-${moment}`;
  try {
    for (const part of PARTS) if (existsSync(file + part)) renameSync(file + part, aside + part);
  } catch (cause) {
    throw unusable(`${file} is damaged, and cannot be set aside`, cause);
  }
  const because = error instanceof Error ? error.message : String(error);
  return {
    code: 'STORAGE_DAMAGED',
    message: `${file} was damaged (${because}); it is now ${aside}, and a new one was begun: what apps had stored is not there`,
    hint: 'Put back a backup while the daemon is stopped, or try `sqlite3 FILE .recover` on what was set aside. Look after the disk.',
  };
}

function unusable(what: string, cause: unknown): StorageUnusable {
  return new StorageUnusable(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    hint: 'Let the user that runs the daemon write there, or name another file: storage.file in the configuration.',
    cause,
  });
}
