import type { ChangeListener, StorageChange } from './storage-link.ts';

/** Who watches which namespace. */
export class ChangeListeners {
  readonly #byNamespace = new Map<string, Set<ChangeListener>>();
  readonly #onFailure: (error: unknown) => void;

  /** @param onFailure - told of what a listener throws, which keeps the others from nothing. */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** The namespaces that somebody watches. */
  get namespaces(): Iterable<string> {
    return this.#byNamespace.keys();
  }

  add(namespace: string, listener: ChangeListener): () => void {
    // The same function may watch twice.
    const own: ChangeListener = (change) => listener(change);
    const listeners = this.#byNamespace.get(namespace) ?? new Set();
    this.#byNamespace.set(namespace, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#byNamespace.get(namespace) === listeners) this.#byNamespace.delete(namespace);
    };
  }

  tell(namespace: string, change: StorageChange): void {
    for (const listener of this.#byNamespace.get(namespace) ?? []) {
      try {
        listener(change);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }

  /** The way on which changes come was broken. */
  tellGap(): void {
    for (const namespace of [...this.#byNamespace.keys()]) this.tell(namespace, { kind: 'gap' });
  }
}
