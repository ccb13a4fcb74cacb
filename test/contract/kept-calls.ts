import { join } from 'node:path';
import { StoredOwnCalls } from '../../src/home-assistant/provenance/stored-own-calls.ts';
import { Logging } from '../../src/kernel/logging.ts';
import { Resource } from '../../src/kernel/resource.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { StorageService } from '../../src/storage/storage-service.ts';
import { SqliteAdapter } from '../../src/storage/sqlite/sqlite-adapter.ts';
import { openApi } from './api-client.ts';
import type { ContractHome } from './homes.ts';

class Root extends Resource {}

/** Opens what an app is given of a home, by a daemon that keeps its calls in a folder. */
export async function openKeepingCalls(contract: ContractHome, folder: string) {
  const clock = new SystemClock();
  const root = new Root('kept', { clock, logging: new Logging({ clock, format: 'silent' }) });
  const onListenerFailure = (error: unknown): never => {
    throw error;
  };
  const adapter = new SqliteAdapter({ clock, file: join(folder, 'hassette.db'), onListenerFailure });
  const storage = new StorageService(root, { adapter });
  const ownCalls = new StoredOwnCalls(root, storage.storage).dependsOn(storage);
  await root.start();
  const opened = await openApi(contract, contract.token, { ownCalls });
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await root.stop();
    },
  };
}
