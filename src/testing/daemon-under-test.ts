import { storeNamespace } from '../apps/store/app-store.ts';
import { unwrap, wrap } from '../apps/store/value-schema.ts';
import type { AppFailure } from '../apps/host-control.ts';
import type { VirtualClock } from '../kernel/virtual-clock.ts';
import { Runtime, type RuntimeOptions } from '../runtime/runtime.ts';
import type { Json } from '../storage/storable.ts';
import { Storage } from '../storage/storage.ts';
import { SqliteAdapter } from '../storage/sqlite/sqlite-adapter.ts';
import { IN_MEMORY } from '../storage/sqlite/sqlite-file.ts';

export interface DaemonUnderTestOptions extends RuntimeOptions {
  readonly clock: VirtualClock;
  /** The app, and the home that it works on. */
  readonly app: string;
  readonly home: string;
  readonly onFailure: (failure: AppFailure) => void;
}

/** The daemon of a test: it can be started anew, and finds what it has stored. */
export class DaemonUnderTest {
  readonly #options: DaemonUnderTestOptions;
  readonly #adapter: SqliteAdapter;
  readonly #storage: Storage;
  #runtime: Runtime | undefined;

  constructor(options: DaemonUnderTestOptions) {
    const { clock } = options;
    this.#options = options;
    this.#adapter = new SqliteAdapter({
      clock,
      file: IN_MEMORY,
      onListenerFailure: (error) => options.logging.logger('storage').error({ err: error }, 'a watcher failed'),
    });
    this.#storage = new Storage(this.#adapter, clock);
  }

  /** The one that runs, or ran last. */
  get runtime(): Runtime {
    if (this.#runtime === undefined) throw new TypeError('the daemon of this test has not been started');
    return this.#runtime;
  }

  /** Stores values as if the app had, by a schema of some version. To be called once, before the first start. */
  async begin(values: Readonly<Record<string, Json>>, version: number | undefined): Promise<void> {
    const { clock, home, app } = this.#options;
    await this.#adapter.open();
    const stored = Object.entries(values).map(([key, value]) => [key, wrap(value, version)] as const);
    await clock.pump(this.#storage.setMany(storeNamespace(home, app), stored));
  }

  /** Starts a new daemon, and waits until the app runs or has failed. */
  async start(): Promise<void> {
    const { clock, onFailure } = this.#options;
    const runtime = Runtime.create({ ...this.#options, storage: this.#adapter });
    this.#runtime = runtime;
    clock.addActivity(runtime);
    await clock.pump(runtime.start().then(() => runtime.apps.started()));
    runtime.apps.onFailure(onFailure);
    // What is due by now, such as a run that was missed, belongs to the start.
    await clock.advanceBy(0);
  }

  async stop(): Promise<void> {
    if (this.#runtime !== undefined) await this.#options.clock.pump(this.#runtime.stop());
  }

  /** What the app has stored. */
  async stored(): Promise<Readonly<Record<string, Json>>> {
    const { home, app } = this.#options;
    const values: Record<string, Json> = {};
    for await (const { key, value } of this.#storage.entries(storeNamespace(home, app))) {
      values[key] = unwrap(value).value;
    }
    return values;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#adapter.close();
  }
}
