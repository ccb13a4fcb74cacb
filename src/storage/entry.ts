import type { DurationInput } from '../kernel/duration.ts';
import type { Json } from './storable.ts';
import type { StoredEntry } from './storage-link.ts';

/** What is stored under a key. */
export interface Entry {
  readonly key: string;
  readonly value: Json;
  /** Of the commit that wrote it; see `StorageLink`. */
  readonly version: number;
  /** Wall time from which on it is gone. */
  readonly expiresAtMs?: number | undefined;
}

export interface SetOptions {
  /** How long it is kept. @defaultValue for good */
  readonly ttl?: DurationInput | undefined;
}

/** Whatever a link gives was stored as the JSON of a value. */
export function entryOf({ key, json, version, expiresAtMs }: StoredEntry): Entry {
  const value = JSON.parse(json) as Json;
  return expiresAtMs === undefined ? { key, value, version } : { key, value, version, expiresAtMs };
}
