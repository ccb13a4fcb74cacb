import { Resource, type ResourceContext } from '../../src/kernel/resource.ts';
import { StorageService } from '../../src/storage/storage-service.ts';
import { SqliteAdapter } from '../../src/storage/sqlite/sqlite-adapter.ts';
import { IN_MEMORY } from '../../src/storage/sqlite/sqlite-file.ts';
import { WaitLedger } from '../../src/storage/wait-ledger.ts';
import { WriteBehind } from '../../src/storage/write-behind.ts';
import type { Clock } from '../../src/kernel/clock.ts';

/** A storage that forgets at its end. */
export function memoryStorage(owner: Resource, clock: Clock): StorageService {
  const onListenerFailure = (error: unknown): never => {
    throw error;
  };
  return new StorageService(owner, { adapter: new SqliteAdapter({ clock, file: IN_MEMORY, onListenerFailure }) });
}

/** Where the waits of an app are kept that has none that outlive the test. */
export function memoryWaits(context: ResourceContext, app: string): WaitLedger {
  const { clock, logging } = context;
  const { storage } = memoryStorage(new Root('test', context), clock);
  const behind = new WriteBehind(new Root('test', context), { name: 'waits', storage, what: 'waits', gatherMs: 5 });
  return new WaitLedger({ storage, behind, clock, logger: logging.logger(app), app });
}

class Root extends Resource {}
