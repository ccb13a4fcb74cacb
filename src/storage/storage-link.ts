/**
 * The port that every storage stands behind: a namespaced key-value store of JSON texts. It carries plain data only, so
 * that it is the same over a `MessagePort`. What is easier to use is {@link Storage}, which stands on it.
 *
 * What holds of every adapter (`test/storage/storage-contract.ts` tries it, `docs/reference/storage.md` tells it):
 *
 * - **A commit is all or nothing**, and nobody sees a part of it. Its checks and its writes are one step: commits happen
 *   as if one after the other.
 * - **What a resolved commit wrote is read by whoever asks afterwards**, over this link and others. Between calls that
 *   are under way at once there is no order.
 * - **A version** is that of the commit that wrote the entry. No two commits have the same, so a version that is still
 *   there means that nothing was written. It says nothing of which came first. 0 is that of what is not there.
 * - **A read of many keys** is of one moment. Pages of a listing are each of a moment of their own; what was there all the
 *   time is given exactly once.
 * - **Keys are in the order of their code points**, which is that of their UTF-8 bytes.
 * - **An entry is gone from the millisecond on in which it expires**, by the clock of the daemon that asks. It is taken
 *   out some time later, and nobody is told.
 * - **A rejected commit has written nothing**, but where the error is `STORAGE_UNAVAILABLE` with `mayHaveRun`.
 */
export interface StorageLink {
  /** The entries that are there, of one moment, in no particular order. */
  read(request: ReadRequest): Promise<readonly StoredEntry[]>;
  /** A page of the entries whose keys begin in some way. */
  list(request: ListRequest): Promise<StoredPage>;
  commit(commit: Commit): Promise<CommitOutcome>;
  /**
   * Tells of what is written in a namespace from now on, this link's own writes included, after they can be read.
   *
   * Of several writes of one key at least the latest is told. Whoever needs the value reads it: it may have changed again.
   */
  watch(namespace: string, listener: ChangeListener): () => void;
}

export interface ReadRequest {
  readonly namespace: string;
  readonly keys: readonly string[];
}

export interface ListRequest {
  readonly namespace: string;
  /** Keys begin with this; all do with an empty one. */
  readonly prefix: string;
  /** Keys that come after this one. */
  readonly after?: string | undefined;
  /** No more than so many. */
  readonly limit: number;
}

export interface StoredEntry {
  readonly key: string;
  readonly json: string;
  readonly version: number;
  /** Wall time from which on it is gone. */
  readonly expiresAtMs?: number | undefined;
}

export interface StoredPage {
  /** In the order of the keys. */
  readonly entries: readonly StoredEntry[];
  /** Whether there may be more after the last of them. */
  readonly more: boolean;
}

/** What is to be so for a commit to happen, and what it then writes. */
export interface Commit {
  readonly checks: readonly VersionCheck[];
  /** No key twice. */
  readonly writes: readonly Write[];
}

export interface VersionCheck {
  readonly namespace: string;
  readonly key: string;
  /** 0: nothing is there. */
  readonly version: number;
}

export type Write =
  | {
      readonly kind: 'set';
      readonly namespace: string;
      readonly key: string;
      readonly json: string;
      readonly expiresAtMs?: number | undefined;
    }
  | { readonly kind: 'delete'; readonly namespace: string; readonly key: string };

export type CommitOutcome =
  /** `deleted`: how many of the keys to be deleted were there. */
  | { readonly kind: 'committed'; readonly version: number; readonly deleted: number }
  /** Something else is there than was checked for, and nothing was written. */
  | { readonly kind: 'conflict'; readonly namespace: string; readonly key: string };

export type StorageChange =
  | { readonly kind: 'set' | 'delete'; readonly key: string; readonly version: number }
  /** The way on which changes are told was broken for a while: anything may have changed. */
  | { readonly kind: 'gap' };

export type ChangeListener = (change: StorageChange) => void;

/** A place where things are stored. {@link StorageService} owns it, and is the only one that talks to it. */
export interface StorageAdapter extends StorageLink {
  /** In words, for status and logs; without secrets: `the file /data/hassette.db`. */
  readonly description: string;
  /**
   * Makes it ready, its tables migrated. It throws only what does not heal by itself: a wrong address or password, a store
   * of a newer release, a folder that cannot be written in. A server that is away does not keep it from opening; what is
   * asked meanwhile waits for a while, and is then rejected with `STORAGE_UNAVAILABLE`.
   *
   * @param signal - aborted when the daemon begins to stop: from then on nobody waits for a server that is away.
   * @returns what whoever runs the daemon should know of it.
   */
  open(signal: AbortSignal): Promise<readonly StorageNotice[]>;
  /** Ends what is under way, and lets go. Nothing is asked of it any more. */
  close(): Promise<void>;
  /** Takes out a bounded number of what has expired, where the place does not do so by itself. Resolves to how many. */
  sweep(): Promise<number>;
}

/** Something about the storage that somebody should know, though it goes on. */
export interface StorageNotice {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Whether it may be over soon, so that it is told when it is found and not shown from then on. */
  readonly passing?: boolean | undefined;
}
