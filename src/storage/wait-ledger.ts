import type { Clock } from '../kernel/clock.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { Logger } from '../kernel/logging.ts';
import { type Json, jsonOf } from './storable.ts';
import type { Storage } from './storage.ts';
import type { WriteBehind } from './write-behind.ts';

/** What can wait for longer than a daemon lives. */
export type WaitKind = 'hold' | 'job' | 'question';

/**
 * `waiting`: its time has yet to come, or its handler to begin. `claimed`: its handler has begun, and nobody has seen it
 * end. `settled`: it is over; what stands there says for which occasion, so that the same one is not met again.
 */
export type WaitStatus = 'waiting' | 'claimed' | 'settled';

/** A wait as it is stored. */
export interface Wait {
  readonly status: WaitStatus;
  /** What it is about, as whoever waits has written it. */
  readonly about: Json;
  /** Wall time at which it was last written. */
  readonly atMs: number;
}

/** Waits that belong together: those of one registration. */
export interface WaitGroup {
  /** The home that it is about. */
  readonly home: string;
  readonly kind: WaitKind;
  /** What the app calls it. */
  readonly name: string;
}

/** Which one, among those of a registration. */
export interface WaitId extends WaitGroup {
  /** An entity, a submission. */
  readonly item: string;
}

/** A wait as data, for whoever shows it. */
export interface WaitDescription {
  readonly app: string;
  readonly home: string;
  readonly kind: WaitKind;
  readonly name: string;
  /** The entity, where it is about one. */
  readonly entityId?: string | undefined;
  /** `claimed` while its handler runs, or where the end of the daemon has cut that short. */
  readonly status: 'waiting' | 'claimed';
  /** When it is due, in milliseconds since the epoch, where it says so. */
  readonly dueMs: number | undefined;
  /** When it is given up, where nobody asks for it any more. */
  readonly expiresAtMs?: number | undefined;
}

export interface WaitLedgerOptions {
  readonly storage: Storage;
  readonly behind: WriteBehind;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly app: string;
}

/** What nobody has asked for after a start is kept for so long. */
const ORPHAN_KEPT_MS = 7 * 24 * 3_600_000;

/**
 * The waits of one app that outlive the daemon. They are data: whoever has made one asks for it again by its name when the
 * app starts, and goes on from there.
 *
 * A wait is claimed before its handler begins and settled after it has ended, so that after a daemon was killed it can be
 * told which handlers have run, which have not, and which were cut short.
 */
export class WaitLedger {
  readonly #options: WaitLedgerOptions;
  readonly #namespace: string;
  readonly #waits = new Map<string, Wait>();
  /** Those that were there at the start, by kind and name, until somebody asks for them. */
  readonly #unadopted = new Map<string, Set<string>>();
  /** The registrations that there are now. */
  readonly #registered = new Set<string>();

  constructor(options: WaitLedgerOptions) {
    this.#options = options;
    this.#namespace = namespaceOf(options.app);
  }

  /** Reads what waits, before the app begins. Where the storage fails the app begins without, which is told. */
  async load(): Promise<void> {
    const { storage, logger, app } = this.#options;
    try {
      for await (const { key, value } of storage.entries(this.#namespace)) {
        const id = idOf(key);
        if (id === undefined || !isWait(value)) continue;
        this.#waits.set(key, value);
        const group = groupOf(id);
        const keys = this.#unadopted.get(group) ?? new Set();
        this.#unadopted.set(group, keys.add(key));
      }
    } catch (error) {
      logger.warn({ err: error }, `what ${app} was waiting for is not known: the storage fails`);
    }
  }

  /** Gives a registration its name, until it {@link leave}s it; false where another one has that. */
  enter(registration: WaitGroup): boolean {
    const group = groupOf(registration);
    if (this.#registered.has(group)) return false;
    this.#registered.add(group);
    return true;
  }

  leave(registration: WaitGroup): void {
    this.#registered.delete(groupOf(registration));
  }

  /** What was there of a registration when the app started, by item. It has found whom it belongs to. */
  adopt(registration: WaitGroup): ReadonlyMap<string, Wait> {
    const group = groupOf(registration);
    const found = new Map<string, Wait>();
    for (const key of this.#unadopted.get(group) ?? []) {
      const wait = this.#waits.get(key);
      const id = idOf(key);
      if (wait !== undefined && id !== undefined) found.set(id.item, wait);
    }
    this.#unadopted.delete(group);
    return found;
  }

  get(id: WaitId): Wait | undefined {
    return this.#waits.get(keyOf(id));
  }

  /** Something waits from now on. It is written down soon. */
  await(id: WaitId, about: Json): void {
    this.#put(id, 'waiting', about);
  }

  /**
   * Its handler is about to begin. Resolves once that is written down; where the storage fails it resolves all the same,
   * for the house goes on, and what is then killed may run twice.
   *
   * @returns the wait as it is now; another stands in its place once something else is awaited under its id.
   */
  async claim(id: WaitId): Promise<Wait | undefined> {
    const wait = this.get(id);
    if (wait === undefined) return undefined;
    const claimed = this.#put(id, 'claimed', wait.about);
    if (await this.#options.behind.flush()) return claimed;
    this.#options.logger.warn(
      { wait: id },
      `"${id.name}" runs without it being written down: should the daemon be killed meanwhile, it will run again`,
    );
    return claimed;
  }

  /** More is known of what waits, or has been met. */
  amend(id: WaitId, about: Json): void {
    const wait = this.get(id);
    if (wait !== undefined) this.#put(id, wait.status, about);
  }

  /** It is under another item of the same registration from now on. */
  rename(id: WaitId, item: string): void {
    const wait = this.get(id);
    if (wait === undefined) return;
    this.forget(id);
    this.#put({ ...id, item }, wait.status, wait.about);
  }

  /** Its handler has ended, or will never begin. What is given stays, as that which has been met. */
  settle(id: WaitId, about?: Json): void {
    if (about === undefined) this.forget(id);
    else this.#put(id, 'settled', about);
  }

  /** There is nothing to wait for any more. */
  forget(id: WaitId): void {
    const key = keyOf(id);
    if (!this.#waits.delete(key)) return;
    this.#options.behind.put({ kind: 'delete', namespace: this.#namespace, key });
  }

  /**
   * The app has begun, and made all that it makes: what nobody has asked for belongs to nobody. It is told, kept for a
   * week in case that it comes back, and then gone.
   */
  release(): void {
    const { clock, logger, app, behind } = this.#options;
    const expiresAtMs = Math.ceil(clock.nowMs() + ORPHAN_KEPT_MS);
    for (const keys of this.#unadopted.values()) {
      for (const key of keys) {
        const wait = this.#waits.get(key);
        const id = idOf(key);
        this.#waits.delete(key);
        if (wait === undefined || id === undefined) continue;
        if (wait.status !== 'settled') {
          logger.warn(
            { wait: id },
            `${app} has no ${id.kind} "${id.name}" any more, and ${describe(id)} still waits: it is kept for ${formatDuration(ORPHAN_KEPT_MS)}`,
          );
        }
        const json = jsonOf(wait, 'A wait');
        behind.put({ kind: 'set', namespace: this.#namespace, key, json, expiresAtMs });
      }
    }
    this.#unadopted.clear();
  }

  /** Resolves to whether all that waits is written down. */
  flush(): Promise<boolean> {
    return this.#options.behind.flush();
  }

  /** How many there are that are not over. */
  get size(): number {
    let size = 0;
    for (const { status } of this.#waits.values()) if (status !== 'settled') size += 1;
    return size;
  }

  #put(id: WaitId, status: WaitStatus, about: Json): Wait {
    const key = keyOf(id);
    const atMs = this.#options.clock.nowMs();
    const wait = { status, about, atMs };
    const json = `{"status":"${status}","atMs":${atMs},"about":${jsonOf(about, `What is to be kept of "${id.name}"`)}}`;
    this.#options.behind.put({ kind: 'set', namespace: this.#namespace, key, json });
    this.#waits.set(key, wait);
    return wait;
  }
}

/** What an app waits for over an end of the daemon, as it is written down; what is due first comes first. */
export async function storedWaits(storage: Storage, app: string): Promise<readonly WaitDescription[]> {
  const found: WaitDescription[] = [];
  for await (const { key, value, expiresAtMs } of storage.entries(namespaceOf(app))) {
    const id = idOf(key);
    if (id === undefined || !isWait(value) || value.status === 'settled') continue;
    const { home, kind, name, item } = id;
    const entityId = kind === 'hold' ? item : undefined;
    found.push({ app, home, kind, name, entityId, status: value.status, dueMs: dueMsOf(value), expiresAtMs });
  }
  return found.toSorted((one, other) => (one.dueMs ?? Infinity) - (other.dueMs ?? Infinity));
}

/** Whoever waits for a moment writes it down under this name. */
function dueMsOf({ about }: Wait): number | undefined {
  if (typeof about !== 'object' || about === null || !('dueMs' in about)) return undefined;
  return typeof about.dueMs === 'number' ? about.dueMs : undefined;
}

function namespaceOf(app: string): string {
  return `waits/${app}`;
}

function describe({ kind, item }: WaitId): string {
  if (kind === 'hold') return `that of ${item}`;
  return kind === 'job' ? 'one of its runs' : 'one that was asked';
}

function groupOf({ home, kind, name }: WaitGroup): string {
  return `${home}/${kind}/${encodeURIComponent(name)}`;
}

function keyOf(id: WaitId): string {
  return `${groupOf(id)}/${id.item}`;
}

const KINDS: readonly string[] = ['hold', 'job', 'question'] satisfies WaitKind[];

function idOf(key: string): WaitId | undefined {
  const [home = '', kind = '', name = '', ...item] = key.split('/');
  if (!isKind(kind) || item.length === 0) return undefined;
  return { home, kind, name: decodeURIComponent(name), item: item.join('/') };
}

function isKind(kind: string): kind is WaitKind {
  return KINDS.includes(kind);
}

function isWait(value: unknown): value is Wait {
  return typeof value === 'object' && value !== null && 'status' in value && 'about' in value && 'atMs' in value;
}
