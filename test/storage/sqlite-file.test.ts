import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { SqliteAdapter } from '../../src/storage/sqlite/sqlite-adapter.ts';
import { openFile } from '../../src/storage/sqlite/sqlite-file.ts';
import { Storage } from '../../src/storage/storage.ts';
import { TemporaryFolder } from '../apps/temporary-folder.ts';

const clock = new VirtualClock({ now: Temporal.Instant.from('2026-01-15T12:00:00Z') });
let folder: TemporaryFolder;
let file: string;
beforeEach(() => {
  folder = new TemporaryFolder();
  file = join(folder.path, 'hassette.db');
});
afterEach(() => folder[Symbol.dispose]());

function newAdapter(): SqliteAdapter {
  return new SqliteAdapter({ clock, file, onListenerFailure: () => undefined });
}

/** Opens the file, does something with it, and closes it. */
async function withStorage<T>(work: (storage: Storage) => Promise<T>): Promise<T> {
  const adapter = newAdapter();
  await adapter.open();
  try {
    return await work(new Storage(adapter, clock));
  } finally {
    await adapter.close();
  }
}

const aside = (): string[] => readdirSync(folder.path).filter((name) => name.includes('.damaged-'));

describe('the file of the storage', () => {
  it.each<[string, () => void]>([
    [
      'text',
      () => writeFileSync(file, 'this is no database at all, but it is as long as a header has to be'.repeat(20)),
    ],
    ['cut off', () => truncateSync(file, 4096 + 100)],
    [
      'overwritten in its middle',
      () => {
        const bytes = readFileSync(file);
        bytes.fill(0xa5, 4096, bytes.length - 4096);
        writeFileSync(file, bytes);
      },
    ],
  ])('is set aside where it is damaged: %s', async (_how, damage) => {
    await withStorage((storage) =>
      storage.setMany(
        'a',
        Array.from({ length: 500 }, (_, index) => [`k${index}`, 'x'.repeat(99)]),
      ),
    );
    damage();
    const damaged = readFileSync(file);
    const adapter = newAdapter();
    const notices = await adapter.open();
    const storage = new Storage(adapter, clock);
    await storage.set('a', 'new', 1);
    expect((await storage.list('a')).entries).toMatchObject([{ key: 'new' }]);
    await adapter.close();
    expect(notices).toMatchObject([{ code: 'STORAGE_DAMAGED' }]);
    expect(notices[0]?.message).toContain(file);
    expect(aside()).toEqual(['hassette.db.damaged-2026-01-15T12-00-00Z']);
    expect(readFileSync(join(folder.path, aside()[0] ?? '')).equals(damaged)).toBe(true);
    expect(await withStorage((again) => again.get('a', 'new'))).toMatchObject({ value: 1 });
    expect(aside()).toHaveLength(1);
  });

  it('is begun where there is an empty one', async () => {
    writeFileSync(file, '');
    await withStorage((storage) => storage.set('a', 'a', 1));
    expect(aside()).toEqual([]);
  });

  it('of a newer release is refused, and left as it is', async () => {
    await withStorage((storage) => storage.set('a', 'a', 1));
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(newAdapter().open()).rejects.toMatchObject({
      code: 'STORAGE_FROM_NEWER',
      message: `${file} has version 99, and this release of hassette knows up to 1`,
    });
    expect(aside()).toEqual([]);
  });

  it('of another program is refused, and left as it is', async () => {
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES (1)');
    database.close();
    await expect(newAdapter().open()).rejects.toMatchObject({ code: 'STORAGE_UNUSABLE' });
    const after = new DatabaseSync(file);
    expect(after.prepare('SELECT count(*) AS n FROM recipes').get()).toEqual({ n: 1 });
    after.close();
  });

  it('that is a folder, or in what is none, is refused in words', async () => {
    folder.write('hassette.db/inside', '');
    await expect(newAdapter().open()).rejects.toMatchObject({
      code: 'STORAGE_UNUSABLE',
      hint: expect.stringContaining('storage.file'),
    });
    folder.write('text', '');
    file = join(folder.path, 'text', 'hassette.db');
    await expect(newAdapter().open()).rejects.toMatchObject({
      code: 'STORAGE_UNUSABLE',
      message: expect.stringContaining('folder'),
    });
  });

  it.skipIf(process.platform !== 'linux')('is not looked for for ever where no folder can be made', async () => {
    file = '/proc/nowhere/hassette.db';
    await expect(newAdapter().open()).rejects.toMatchObject({ code: 'STORAGE_UNUSABLE' });
  });

  it('is one daemon’s at a time', async () => {
    const first = newAdapter();
    await first.open();
    await expect(newAdapter().open()).rejects.toMatchObject({ code: 'STORAGE_IN_USE' });
    await new Storage(first, clock).set('a', 'a', 1);
    await first.close();
    expect(await withStorage((storage) => storage.get('a', 'a'))).toMatchObject({ value: 1 });
  });

  it('keeps what was committed by a process that was killed', async () => {
    const adapter = newAdapter();
    await adapter.open();
    await new Storage(adapter, clock).set('a', 'a', 1);
    // What a killed process leaves behind: the file and its log, never closed.
    const copy = join(folder.path, 'copy.db');
    writeFileSync(copy, readFileSync(file));
    writeFileSync(`${copy}-wal`, readFileSync(`${file}-wal`));
    expect(statSync(`${copy}-wal`).size).toBeGreaterThan(0);
    await adapter.close();
    file = copy;
    expect(await withStorage((storage) => storage.get('a', 'a'))).toMatchObject({ value: 1 });
  });

  it('loses no more than what there was no room for, and goes on when there is', async () => {
    const adapter = newAdapter();
    await adapter.open();
    await adapter.close();
    const limited = openFile(file, 0);
    limited.database.exec('PRAGMA max_page_count = 20');
    const { SqliteDatabase } = await import('../../src/storage/sqlite/sqlite-database.ts');
    const database = new SqliteDatabase(limited.database);
    const set = (key: string, bytes: number) => ({
      checks: [],
      writes: [{ kind: 'set', namespace: 'a', key, json: JSON.stringify('x'.repeat(bytes)) } as const],
    });
    const results = database.commit([set('small', 10), set('large', 200_000), set('another', 10)], 0);
    expect(results.map(({ kind }) => kind)).toEqual(['committed', 'failed', 'committed']);
    expect(database.read({ namespace: 'a', keys: ['small', 'large', 'another'] }, 0)).toHaveLength(2);
    limited.database.exec('PRAGMA max_page_count = 1000');
    expect(database.commit([set('large', 200_000)], 0)).toMatchObject([{ kind: 'committed' }]);
    database.close();
  });
});
