import { HassetteError } from '../../kernel/errors.ts';
import { StorageFromNewer, StorageFull, StorageInUse, StorageUnavailable, StorageUnusable } from '../storage-errors.ts';

/** What a database threw, as plain data. */
export interface SqliteFailure {
  readonly message: string;
  readonly hint?: string | undefined;
  /** Of an error of ours. */
  readonly code?: string | undefined;
  /** Of an error of SQLite's. */
  readonly errcode?: number | undefined;
}

const CLASSES = {
  STORAGE_FULL: StorageFull,
  STORAGE_UNAVAILABLE: StorageUnavailable,
  STORAGE_UNUSABLE: StorageUnusable,
  STORAGE_FROM_NEWER: StorageFromNewer,
  STORAGE_IN_USE: StorageInUse,
};

export function failureOf(error: unknown): SqliteFailure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message } = error;
  if (error instanceof HassetteError) return { message, code: error.code, hint: error.hint };
  return 'errcode' in error && typeof error.errcode === 'number' ? { message, errcode: error.errcode } : { message };
}

/** The error that a failure was. */
export function errorOf({ message, hint, code, errcode }: SqliteFailure): Error {
  const ours = Object.entries(CLASSES).find(([name]) => name === code)?.[1];
  if (ours !== undefined) return new ours(message, { hint });
  return errcode === undefined ? new Error(message) : Object.assign(new Error(message), { errcode });
}
