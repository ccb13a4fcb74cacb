import { StorageFull, StorageUnavailable } from '../../src/storage/storage-errors.ts';
import type { Commit, CommitOutcome, StorageNotice } from '../../src/storage/storage-link.ts';
import { SqliteAdapter } from '../../src/storage/sqlite/sqlite-adapter.ts';

/** The memory, that is full or away when a test says so. */
export class FillableStorage extends SqliteAdapter {
  isFull = false;
  isAway = false;
  closed = 0;
  commits = 0;
  notice: StorageNotice | undefined;

  override async open(): Promise<readonly StorageNotice[]> {
    await super.open();
    return this.notice === undefined ? [] : [this.notice];
  }

  override commit(commit: Commit): Promise<CommitOutcome> {
    this.commits += 1;
    return this.isFull
      ? Promise.reject(new StorageFull('There is no room', { hint: 'Make room.' }))
      : super.commit(commit);
  }

  override sweep(): Promise<number> {
    return this.isAway ? Promise.reject(new StorageUnavailable('It is away')) : super.sweep();
  }

  override async close(): Promise<void> {
    this.closed += 1;
    await super.close();
  }
}
