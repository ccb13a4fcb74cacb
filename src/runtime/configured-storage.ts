import { join } from 'node:path';
import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import type { StorageAdapter } from '../storage/storage-link.ts';
import { SqliteAdapter } from '../storage/sqlite/sqlite-adapter.ts';
import { IN_MEMORY } from '../storage/sqlite/sqlite-file.ts';

export interface ConfiguredStorageOptions {
  readonly configuration: Configuration;
  /** Without one nothing is written to a disk unless the configuration names a file. */
  readonly dataFolder: string | undefined;
  readonly clock: Clock;
  readonly onListenerFailure: (error: unknown) => void;
  /** Chance, from 0 up to 1. */
  readonly random: () => number;
}

/** The storage that a configuration asks for, not open yet. What reaches a server is loaded by those who have one. */
export async function configuredStorage(options: ConfiguredStorageOptions): Promise<StorageAdapter> {
  const { configuration, dataFolder, clock, onListenerFailure, random } = options;
  const { url, password, file = dataFolder && join(dataFolder, 'hassette.db'), ...storage } = configuration.storage;
  const adapter = storage.adapter ?? byDefault(configuration);
  if (url === undefined || adapter === 'memory' || adapter === 'embedded') {
    const path = adapter === 'memory' || file === undefined ? IN_MEMORY : file;
    return new SqliteAdapter({ clock, file: path, onListenerFailure });
  }
  const { verifyTls: verify, ca, schema, prefix, connections } = storage;
  const server = { ...url, password: password ?? url.password, tls: url.tls ? { verify, ca } : undefined };
  if (url.kind === 'postgres') {
    const { PostgresAdapter } = await import('../storage/postgres/postgres-adapter.ts');
    return new PostgresAdapter({ clock, server, schema, connections, onListenerFailure, random });
  }
  const { RedisAdapter } = await import('../storage/redis/redis-adapter.ts');
  return new RedisAdapter({ clock, server, prefix, onListenerFailure, random });
}

/** A simulated home forgets at its end, and begins again at the same time: what was stored of it would be wrong. */
function byDefault({ homes, storage }: Configuration): 'embedded' | 'memory' | 'postgres' | 'redis' {
  if (Object.values(homes).every((home) => home === 'simulated')) return 'memory';
  return storage.url?.kind ?? 'embedded';
}
