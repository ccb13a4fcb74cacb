import type { DatabaseSync } from 'node:sqlite';
import { StorageFromNewer, StorageUnusable } from '../storage-errors.ts';

/** "hass", by which a file of ours is known among other programs' databases. */
const APPLICATION_ID = 0x68_61_73_73;

/** Each brings a file from the version of its place in the list to the next. None is ever changed; others are added. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE entry (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    json TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at_ms INTEGER,
    PRIMARY KEY (namespace, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entry_expiry ON entry (expires_at_ms) WHERE expires_at_ms IS NOT NULL;
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO counter VALUES ('commits', 0);`,
];

/** Brings a file to the version of this release, or refuses to touch it. */
export function migrate(database: DatabaseSync, file: string): void {
  const version = pragma(database, 'user_version');
  if (pragma(database, 'application_id') !== APPLICATION_ID && !isEmpty(database)) {
    throw new StorageUnusable(`${file} is a database of another program`, {
      hint: 'Name another file: storage.file in the configuration.',
    });
  }
  if (version > MIGRATIONS.length) {
    throw new StorageFromNewer(
      `${file} has version ${version}, and this release of hassette knows up to ${MIGRATIONS.length}`,
      {
        hint: 'Run the newer release again, or give this one another file: storage.file in the configuration.',
      },
    );
  }
  if (version === MIGRATIONS.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}
