import type { Timer } from '../kernel/clock.ts';
import { formatDuration } from '../kernel/duration.ts';
import { HassetteError } from '../kernel/errors.ts';
import { Resource } from '../kernel/resource.ts';
import { describeProblem, type ProblemDescription } from '../kernel/resource-description.ts';
import type { Activity } from '../kernel/virtual-clock.ts';
import { checkCommit, checkList, checkRead } from './storable.ts';
import { StorageUnavailable } from './storage-errors.ts';
import { Storage } from './storage.ts';
import type {
  ChangeListener,
  Commit,
  CommitOutcome,
  ListRequest,
  ReadRequest,
  StorageAdapter,
  StorageLink,
  StorageNotice,
  StoredEntry,
  StoredPage,
} from './storage-link.ts';

export interface StorageServiceOptions {
  readonly adapter: StorageAdapter;
  /** Whether somebody else opens and closes it. @defaultValue false */
  readonly lent?: boolean | undefined;
}

/** What has expired is taken out so often. */
const SWEEP_MS = 3_600_000;
/** A storage that is away is tried so often, should nobody else ask, so that its return is told. */
const PROBE_MS = 10_000;
/** What goes wrong again and again is told so often. */
const TOLD_EVERY_MS = 60_000;

/**
 * Owns the place where things are stored: opens and closes it, refuses what no adapter takes, counts what goes wrong and
 * tells it. It is the one way to it in the daemon.
 */
export class StorageService extends Resource implements StorageLink, Activity {
  /** What the rooms store things with. */
  readonly storage: Storage;
  readonly #options: StorageServiceOptions;
  readonly #counters = { reads: 0, writes: 0, failures: 0 };
  #pending = 0;
  #notices: readonly StorageNotice[] = [];
  #toldAtMs: number | undefined;
  #nextSweep: Timer | undefined;
  #isAway = false;
  #untold = 0;

  constructor(owner: Resource, options: StorageServiceOptions) {
    super('storage', owner);
    this.#options = options;
    this.storage = new Storage(this, this.clock);
  }

  /** What is wrong with it, for whoever runs the daemon: it fails, or a damaged file was set aside. */
  get problems(): readonly ProblemDescription[] {
    return this.status === 'retrying' ? [describeProblem(this.problem), ...this.#notices] : this.#notices;
  }

  async read(request: ReadRequest): Promise<readonly StoredEntry[]> {
    checkRead(request);
    this.#counters.reads += 1;
    if (request.keys.length === 0) return [];
    return this.#do(() => this.#options.adapter.read(request));
  }

  async list(request: ListRequest): Promise<StoredPage> {
    checkList(request);
    this.#counters.reads += 1;
    return this.#do(() => this.#options.adapter.list(request));
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    checkCommit(commit);
    this.#counters.writes += 1;
    return this.#do(() => this.#options.adapter.commit(commit));
  }

  watch(namespace: string, listener: ChangeListener): () => void {
    return this.#options.adapter.watch(namespace, listener);
  }

  busy(): readonly string[] {
    return this.#pending === 0 ? [] : [`${this.#pending} requests to the storage`];
  }

  protected override async onStart(signal: AbortSignal): Promise<void> {
    const { adapter, lent = false } = this.#options;
    let notices: readonly StorageNotice[] = [];
    if (!lent) {
      this.own(() => adapter.close());
      const stopping = this.owner === undefined ? signal : AbortSignal.any([signal, this.owner.signal]);
      notices = await adapter.open(stopping);
    }
    for (const { code, message, hint } of notices) this.logger.error({ code, hint }, message);
    this.#notices = notices.filter(({ passing = false }) => !passing);
    this.logger.debug(`things are stored in ${adapter.description}`);
    this.own(() => this.#nextSweep?.cancel());
    // A server that is away keeps nobody from starting.
    void this.#sweep();
  }

  protected override details(): Readonly<Record<string, unknown>> {
    const { adapter } = this.#options;
    return { adapter: adapter.description, ...this.#counters, notices: this.#notices };
  }

  async #do<T>(work: () => Promise<T>): Promise<T> {
    this.#pending += 1;
    try {
      const result = await work();
      if (this.status === 'retrying') this.#recovered();
      return result;
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      this.#pending -= 1;
    }
  }

  #failed(error: unknown): void {
    this.#counters.failures += 1;
    this.#isAway = error instanceof StorageUnavailable;
    if (this.#isAway) this.#sweepIn(PROBE_MS);
    // While it starts the start fails, and once it stops nobody asks.
    if (this.status !== 'running' && this.status !== 'retrying') return;
    this.tell('lost', error);
    this.#untold += 1;
    const nowMs = this.clock.monotonicMs();
    if (this.#toldAtMs !== undefined && nowMs - this.#toldAtMs < TOLD_EVERY_MS) return;
    const { code, hint } = error instanceof HassetteError ? error : {};
    const message = error instanceof Error ? error.message : String(error);
    const since =
      this.#toldAtMs === undefined ? '' : ` ${this.#untold} times in ${formatDuration(nowMs - this.#toldAtMs)}`;
    this.logger.error({ code, hint, failures: this.#counters.failures }, `the storage fails${since}: ${message}`);
    this.#toldAtMs = nowMs;
    this.#untold = 0;
  }

  #recovered(): void {
    this.tell('recovered', undefined);
    this.#toldAtMs = undefined;
    this.#untold = 0;
    this.logger.info('the storage works again');
  }

  async #sweep(): Promise<void> {
    this.#nextSweep = undefined;
    this.#pending += 1;
    try {
      // One page after the other, each in a turn of its own.
      while (!this.signal.aborted && (await this.#options.adapter.sweep()) > 0);
      // On a full disk it would work as well.
      if (this.status === 'retrying' && this.#isAway) this.#recovered();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#pending -= 1;
    }
    if (this.#nextSweep === undefined) this.#sweepIn(SWEEP_MS);
  }

  #sweepIn(delayMs: number): void {
    if (this.signal.aborted) return;
    this.#nextSweep?.cancel();
    this.#nextSweep = this.clock.after(delayMs, 'taking out what has expired', () => void this.#sweep());
  }
}
