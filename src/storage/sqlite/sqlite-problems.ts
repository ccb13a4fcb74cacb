import type { HassetteError } from '../../kernel/errors.ts';
import { StorageFull, StorageInUse, StorageUnavailable, StorageUnusable } from '../storage-errors.ts';

/** SQLite's own result codes, without what extends them: https://sqlite.org/rescode.html */
const CODES = { busy: 5, locked: 6, readOnly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** Whether the file is no database, or no whole one. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === CODES.corrupt || code === CODES.notADatabase;
}

/** What an error of SQLite means for whoever runs the daemon. */
export function problemOf(error: unknown, file: string): HassetteError {
  const cause = error;
  const because = error instanceof Error ? error.message : String(error);
  switch (sqliteCode(error)) {
    case CODES.full:
      return new StorageFull(`There is no room for ${file}: ${because}`, {
        hint: 'Make room on its disk. Until then nothing is stored.',
        cause,
      });
    case CODES.busy:
    case CODES.locked:
      return new StorageInUse(`Another process uses ${file}`, {
        hint: 'Stop the other daemon, or give this one a data folder of its own: --data FOLDER, or paths.data in the configuration.',
        cause,
      });
    case CODES.readOnly:
    case CODES.cannotOpen:
      return new StorageUnusable(`${file} cannot be written: ${because}`, {
        hint: 'Let the user that runs the daemon write in its folder, or name another file: storage.file in the configuration.',
        cause,
      });
    case CODES.corrupt:
    case CODES.notADatabase:
      return new StorageUnavailable(`${file} is damaged: ${because}`, {
        hint: 'Start the daemon again: it sets the file aside and begins a new one.',
        cause,
      });
    default:
      return new StorageUnavailable(`${file} could not be read or written: ${because}`, {
        hint: 'Look after its disk.',
        cause,
      });
  }
}
