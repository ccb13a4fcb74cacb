import type { Resource } from '../../src/kernel/resource.ts';
import { StorageService } from '../../src/storage/storage-service.ts';
import { SqliteAdapter } from '../../src/storage/sqlite/sqlite-adapter.ts';
import { IN_MEMORY } from '../../src/storage/sqlite/sqlite-file.ts';
import type { Clock } from '../../src/kernel/clock.ts';

/** A storage that forgets at its end. */
export function memoryStorage(owner: Resource, clock: Clock): StorageService {
  const onListenerFailure = (error: unknown): never => {
    throw error;
  };
  return new StorageService(owner, { adapter: new SqliteAdapter({ clock, file: IN_MEMORY, onListenerFailure }) });
}
