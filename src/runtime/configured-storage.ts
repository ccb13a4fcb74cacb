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
}

/** The storage that a configuration asks for, not open yet. */
export function configuredStorage(options: ConfiguredStorageOptions): StorageAdapter {
  const { configuration, dataFolder, clock, onListenerFailure } = options;
  const { adapter = byDefault(configuration), file = dataFolder && join(dataFolder, 'hassette.db') } =
    configuration.storage;
  const path = adapter === 'memory' || file === undefined ? IN_MEMORY : file;
  return new SqliteAdapter({ clock, file: path, onListenerFailure });
}

/** A simulated home forgets at its end, and begins again at the same time: what was stored of it would be wrong. */
function byDefault({ homes }: Configuration): 'embedded' | 'memory' {
  return Object.values(homes).every((home) => home === 'simulated') ? 'memory' : 'embedded';
}
