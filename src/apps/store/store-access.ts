import { currentExecution } from '../../kernel/execution.ts';
import type { Executor } from '../../kernel/executor.ts';
import type { Failure } from '../../kernel/failure.ts';
import { assertMayAct, type Life } from '../../kernel/life.ts';
import { untilAborted, whileParked } from '../../kernel/waiting.ts';
import type { SetOptions } from '../../storage/entry.ts';
import type { Json } from '../../storage/storable.ts';
import { StorageConflict } from '../../storage/storage-errors.ts';
import type { Storage } from '../../storage/storage.ts';

export interface StoreOwner {
  readonly storage: Storage;
  readonly executor: Executor;
  readonly life: Life;
  /** Where the app's own things are. */
  readonly namespace: string;
  readonly onError: (failure: Failure) => unknown;
}

const MOST_TRIES = 100;

/**
 * An app's way to the storage: in its own namespace, in the name of its executions. What was called off waits for nothing
 * any more and writes nothing.
 */
export class StoreAccess {
  readonly #owner: StoreOwner;
  /** The last in each line of updates that have met others. */
  readonly #lines = new Map<string, Promise<void>>();

  constructor(owner: StoreOwner) {
    this.#owner = owner;
  }

  assertMayAct(method: string, key: string): void {
    assertMayAct(this.#owner.life, `store.${method}("${key}")`);
  }

  async read(key: string): Promise<Json | undefined> {
    const { storage, namespace } = this.#owner;
    const entry = await this.#within(`store.get("${key}")`, () => storage.get(namespace, key));
    return entry?.value;
  }

  async write(key: string, value: Json, options: SetOptions): Promise<void> {
    const { storage, namespace } = this.#owner;
    this.assertMayAct('set', key);
    await this.#within(`store.set("${key}")`, () => storage.set(namespace, key, value, options));
  }

  async delete(key: string): Promise<boolean> {
    const { storage, namespace } = this.#owner;
    this.assertMayAct('delete', key);
    return this.#within(`store.delete("${key}")`, () => storage.delete(namespace, key));
  }

  /** The first try goes ahead; those that meet others wait in line, so that however many there are each gets its turn. */
  async update(
    key: string,
    change: (value: Json | undefined) => Promise<Json> | Json,
    options: SetOptions,
  ): Promise<void> {
    this.assertMayAct('update', key);
    if (await this.#try(key, change, options)) return;
    const before = this.#lines.get(key);
    const { promise: own, resolve: leave } = Promise.withResolvers<void>();
    this.#lines.set(key, own);
    try {
      if (before !== undefined) await this.#within(`store.update("${key}")`, () => before);
      for (let tries = 1; tries < MOST_TRIES; tries += 1) if (await this.#try(key, change, options)) return;
    } finally {
      leave();
      if (this.#lines.get(key) === own) this.#lines.delete(key);
    }
    throw new StorageConflict(`store.update("${key}") was tried ${MOST_TRIES} times, and it had changed each time`, {
      hint: 'Do not write it within the function that is to change it.',
    });
  }

  async page(prefix: string, cursor: string | undefined) {
    const { storage, namespace } = this.#owner;
    return this.#within(`store.entries("${prefix}")`, () => storage.list(namespace, { prefix, cursor }));
  }

  /** Runs a handler for later writes of a key, one run after the other; for those that come meanwhile once more. */
  watch(key: string, handler: () => unknown): { cancel(): void; [Symbol.dispose](): void } {
    const { storage, namespace, executor, life, onError } = this.#owner;
    this.assertMayAct('watch', key);
    let waits = false;
    const lane = executor.lane<undefined>({
      life,
      kind: 'handler',
      name: `store.watch("${key}")`,
      onError,
      describe: () => `a change of "${key}"`,
      run: () => {
        waits = false;
        return handler();
      },
    });
    const stop = storage.watch(namespace, { key }, () => {
      if (waits) return;
      waits = true;
      lane.submit(undefined);
    });
    const cancel = (): void => {
      stop();
      life.signal.removeEventListener('abort', cancel);
      lane.close();
    };
    life.signal.addEventListener('abort', cancel, { once: true });
    return { cancel, [Symbol.dispose]: cancel };
  }

  async #try(
    key: string,
    change: (value: Json | undefined) => Promise<Json> | Json,
    options: SetOptions,
  ): Promise<boolean> {
    const { storage, namespace } = this.#owner;
    const what = `store.update("${key}")`;
    const before = await this.#within(what, () => storage.get(namespace, key));
    const after = await change(before?.value);
    this.assertMayAct('update', key);
    const version = await this.#within(what, () =>
      storage.compareAndSet(namespace, key, before?.version ?? 0, after, options),
    );
    return version !== undefined;
  }

  #within<T>(what: string, work: () => Promise<T>): Promise<T> {
    const signal = currentExecution()?.signal ?? this.#owner.life.signal;
    return whileParked(what, untilAborted(work(), signal, what));
  }
}
