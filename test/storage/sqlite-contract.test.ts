import { join } from 'node:path';
import { SqliteAdapter } from '../../src/storage/sqlite/sqlite-adapter.ts';
import { IN_MEMORY } from '../../src/storage/sqlite/sqlite-file.ts';
import { TemporaryFolder } from '../apps/temporary-folder.ts';
import { storageContract } from './storage-contract.ts';

const onListenerFailure = (error: unknown): never => {
  throw error;
};

storageContract('the storage in a file', () => {
  const folder = new TemporaryFolder({});
  return Promise.resolve({
    adapter: (clock) =>
      new SqliteAdapter({ clock, file: join(folder.path, 'deeper', 'hassette.db'), onListenerFailure }),
    shared: false,
    lasting: true,
    [Symbol.asyncDispose]: () => Promise.resolve(folder[Symbol.dispose]()),
  });
});

storageContract('the storage in memory', () =>
  Promise.resolve({
    adapter: (clock) => new SqliteAdapter({ clock, file: IN_MEMORY, onListenerFailure }),
    shared: false,
    lasting: false,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
);
