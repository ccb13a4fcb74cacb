import type {
  ChangeListener,
  Commit,
  CommitOutcome,
  ListRequest,
  ReadRequest,
  StorageChange,
  StorageLink,
  StoredEntry,
  StoredPage,
} from '../../storage/storage-link.ts';
import type { Answering, Hearing } from './port-channel.ts';
import type { DaemonEnd, DaemonNews, DaemonQuestions, ThreadEnd } from './thread-protocol.ts';

/** The daemon's storage, over a port. */
export class PortStorageLink implements StorageLink {
  readonly #daemon: ThreadEnd;
  readonly #listeners = new Map<number, ChangeListener>();
  #lastId = 0;

  constructor(daemon: ThreadEnd) {
    this.#daemon = daemon;
  }

  read(request: ReadRequest): Promise<readonly StoredEntry[]> {
    return this.#daemon.ask('storage.read', request);
  }

  list(request: ListRequest): Promise<StoredPage> {
    return this.#daemon.ask('storage.list', request);
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.#daemon.ask('storage.commit', commit);
  }

  watch(namespace: string, listener: ChangeListener): () => void {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#listeners.set(id, listener);
    this.#daemon.tell('storage.watch', { id, namespace });
    return () => {
      if (this.#listeners.delete(id)) this.#daemon.tell('storage.unwatch', { id });
    };
  }

  /** Takes what the daemon's end tells. Whoever has stopped watching meanwhile is not told any more. */
  tell(id: number, change: StorageChange): void {
    this.#listeners.get(id)?.(change);
  }
}

/** The daemon's end: serves its storage to one thread. */
export class StorageLinkServer implements Disposable {
  readonly #link: StorageLink;
  readonly #thread: () => DaemonEnd;
  readonly #watches = new Map<number, () => void>();

  constructor(link: StorageLink, thread: () => DaemonEnd) {
    this.#link = link;
    this.#thread = thread;
  }

  readonly answering: Pick<Answering<DaemonQuestions>, 'storage.read' | 'storage.list' | 'storage.commit'> = {
    'storage.read': (request) => this.#link.read(request),
    'storage.list': (request) => this.#link.list(request),
    'storage.commit': (commit) => this.#link.commit(commit),
  };

  readonly hearing: Pick<Hearing<DaemonNews>, 'storage.watch' | 'storage.unwatch'> = {
    'storage.watch': ({ id, namespace }) => {
      const thread = this.#thread();
      this.#watches.set(
        id,
        this.#link.watch(namespace, (change) => thread.tell('storage.change', { id, change })),
      );
    },
    'storage.unwatch': ({ id }) => {
      this.#watches.get(id)?.();
      this.#watches.delete(id);
    },
  };

  /** The thread is gone: nothing is told to it any more. */
  [Symbol.dispose](): void {
    for (const stop of this.#watches.values()) stop();
    this.#watches.clear();
  }
}
