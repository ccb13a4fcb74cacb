import type { Clock } from '../../kernel/clock.ts';
import { ChangeListeners } from '../change-listeners.ts';
import { afterPrefix } from '../key-order.ts';
import { problemOfNetwork } from '../server/network-problems.ts';
import { noticeOf, SessionKeeper } from '../server/session-keeper.ts';
import { placeOf, type StorageServer } from '../server/storage-server.ts';
import { notesOf, readNote } from '../server/write-notes.ts';
import { STORAGE_LIMITS } from '../storable.ts';
import type {
  ChangeListener,
  Commit,
  CommitOutcome,
  ListRequest,
  ReadRequest,
  StorageAdapter,
  StorageNotice,
  StoredEntry,
  StoredPage,
} from '../storage-link.ts';
import { answerOfRedis } from './redis-problems.ts';
import { channelOf, RedisSession } from './redis-session.ts';

export interface RedisAdapterOptions {
  readonly clock: Clock;
  readonly server: StorageServer;
  /** All keys begin with it. Several daemons may share one; two that are to have nothing in common need two. */
  readonly prefix: string;
  /** Told of what somebody who watches throws. */
  readonly onListenerFailure: (error: unknown) => void;
  /** Chance, from 0 up to 1. */
  readonly random: () => number;
}

const MOST_SWEPT = 1000;
/** A message may be as large as anything, but whoever listens slowly is thrown out. */
const NOTE_BYTES = 64 * 1024;

/** A Redis, which several daemons may share. */
export class RedisAdapter implements StorageAdapter {
  readonly description: string;
  readonly #options: RedisAdapterOptions;
  readonly #listeners: ChangeListeners;
  readonly #keeper: SessionKeeper<RedisSession>;
  readonly #committing = new Set<Promise<CommitOutcome>>();
  #notices: readonly StorageNotice[] = [];

  constructor(options: RedisAdapterOptions) {
    const { server, prefix, clock, random } = options;
    const what = `Redis at ${placeOf(server)}`;
    this.#options = options;
    this.description = `${what}, database ${server.database}, prefix ${prefix}`;
    this.#listeners = new ChangeListeners(options.onListenerFailure);
    this.#keeper = new SessionKeeper({
      clock,
      what,
      random,
      connect: async (signal) => {
        const session = await RedisSession.open(
          { server, prefix, what, onMessage: (message) => this.#tell(message) },
          signal,
        );
        this.#notices = session.notices;
        return session;
      },
      answerOf: (error) => answerOfRedis(error, what),
      networkProblemOf: (error) => problemOfNetwork(error, what),
      onReturn: () => this.#listeners.tellGap(),
    });
  }

  async open(signal: AbortSignal): Promise<readonly StorageNotice[]> {
    const away = await this.#keeper.open(signal);
    return away === undefined ? this.#notices : [noticeOf(away)];
  }

  async read({ namespace, keys }: ReadRequest): Promise<readonly StoredEntry[]> {
    const packed = await this.#keeper.ask('read', (session) => session.read(this.#hash(namespace), keys));
    const nowMs = this.#nowMs();
    return keys.flatMap((key, index) => {
      const entry = unpacked(key, packed[index]);
      return entry === undefined || (entry.expiresAtMs ?? Infinity) <= nowMs ? [] : [entry];
    });
  }

  async list({ namespace, prefix, after, limit }: ListRequest): Promise<StoredPage> {
    const end = afterPrefix(prefix);
    const from = after !== undefined && comesAfter(after, prefix) ? `(${after}` : `[${prefix}`;
    const bounds = [from, end === undefined ? '+' : `(${end}`, limit, STORAGE_LIMITS.commitBytes];
    const [more, found] = (await this.#keeper.ask('read', (session) =>
      session.run('list', [this.#hash(namespace), this.#sorted(namespace)], [this.#nowMs(), ...bounds]),
    )) as readonly [number, readonly string[]];
    const entries: StoredEntry[] = [];
    for (let index = 0; index < found.length; index += 2) {
      const entry = unpacked(found[index] ?? '', found[index + 1]);
      if (entry !== undefined) entries.push(entry);
    }
    return { entries, more: more === 1 };
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    const committing = this.#keeper.ask('commit', (session) => this.#carryOut(session, commit));
    this.#committing.add(committing);
    try {
      return await committing;
    } finally {
      this.#committing.delete(committing);
    }
  }

  watch(namespace: string, listener: ChangeListener): () => void {
    return this.#listeners.add(namespace, listener);
  }

  async sweep(): Promise<number> {
    const nowMs = this.#nowMs();
    return this.#keeper.ask('commit', async (session) => {
      const members = await session.expired(this.#expiries, nowMs, MOST_SWEPT);
      const byNamespace = new Map<string, string[]>();
      for (const member of members) {
        const [namespace = '', key = ''] = member.split('\0');
        const keys = byNamespace.get(namespace) ?? [];
        keys.push(key);
        byNamespace.set(namespace, keys);
      }
      let swept = 0;
      for (const [namespace, keys] of byNamespace) {
        const places = [this.#expiries, this.#hash(namespace), this.#sorted(namespace)];
        swept += Number(await session.run('expire', places, [nowMs, namespace, ...keys]));
      }
      return swept;
    });
  }

  close(): Promise<void> {
    return this.#keeper.close(() => Promise.allSettled(this.#committing));
  }

  async #carryOut(session: RedisSession, { checks, writes }: Commit): Promise<CommitOutcome> {
    const places = new Map<string, number>();
    for (const { namespace } of [...checks, ...writes]) {
      if (!places.has(namespace)) places.set(namespace, places.size + 1);
    }
    const checked = checks.flatMap(({ namespace, key, version }) => [places.get(namespace) ?? 0, key, version]);
    const written = writes.flatMap((write) => [
      places.get(write.namespace) ?? 0,
      write.key,
      write.namespace,
      (write.kind === 'set' ? write.expiresAtMs : undefined) ?? '',
      write.kind === 'set' ? write.json : '',
    ]);
    const notes = notesOf(writes, NOTE_BYTES);
    const { prefix } = this.#options;
    const keys = [...places.keys()].flatMap((namespace) => [this.#hash(namespace), this.#sorted(namespace)]);
    const [done, first, deleted] = (await session.run(
      'commit',
      [`${prefix}commits`, this.#expiries, ...keys],
      [
        ...[this.#nowMs(), channelOf(prefix), notes.length, checks.length, writes.length],
        ...notes,
        ...checked,
        ...written,
      ],
    )) as readonly [number, number | string, number];
    if (done === 1) return { kind: 'committed', version: Number(first), deleted };
    const { namespace = '', key = '' } = checks[Number(first)] ?? {};
    return { kind: 'conflict', namespace, key };
  }

  #tell(message: string): void {
    for (const { namespace, ...change } of readNote(message)) this.#listeners.tell(namespace, change);
  }

  #hash(namespace: string): string {
    return `${this.#options.prefix}entries:${namespace}`;
  }

  #sorted(namespace: string): string {
    return `${this.#options.prefix}keys:${namespace}`;
  }

  get #expiries(): string {
    return `${this.#options.prefix}expiries`;
  }

  #nowMs(): number {
    return Math.floor(this.#options.clock.nowMs());
  }
}

/** In the order of code points. */
function comesAfter(text: string, other: string): boolean {
  return Buffer.compare(Buffer.from(text), Buffer.from(other)) >= 0;
}

/** What the scripts have packed. */
function unpacked(key: string, packed: string | null | undefined): StoredEntry | undefined {
  if (packed === null || packed === undefined) return undefined;
  const first = packed.indexOf(':');
  const second = packed.indexOf(':', first + 1);
  const entry = { key, json: packed.slice(second + 1), version: Number(packed.slice(0, first)) };
  const expiry = packed.slice(first + 1, second);
  return expiry === '' ? entry : { ...entry, expiresAtMs: Number(expiry) };
}
