import type { Redis, RedisOptions } from 'ioredis';
import type { ServerSession } from '../server/session-keeper.ts';
import { type StorageServer, tlsOptions } from '../server/storage-server.ts';
import type { StorageNotice } from '../storage-link.ts';
import { StorageFromNewer, StorageUnusable } from '../storage-errors.ts';
import { checkVersion } from './redis-problems.ts';
import { COMMIT, EXPIRE, LIST, PREPARE } from './redis-scripts.ts';

export interface RedisSessionOptions {
  readonly server: StorageServer;
  /** All keys, and the channel, begin with it. */
  readonly prefix: string;
  /** The server in words. */
  readonly what: string;
  readonly onMessage: (message: string) => void;
}

/** How things are laid out there: what `redis-scripts.ts` says. */
const FORMAT = 1;
const SCRIPTS = { commit: COMMIT, list: LIST, expire: EXPIRE, prepare: PREPARE };

type Argument = string | number;

/** Two connections to a Redis that live and die together: one that asks, one that is told. */
export class RedisSession implements ServerSession {
  readonly ended: Promise<unknown>;
  /** What whoever runs the daemon should know of the server. */
  readonly notices: readonly StorageNotice[];
  readonly #connections: readonly Redis[];
  readonly #asks: Redis;
  readonly #over: (reason: unknown) => void;

  private constructor(asks: Redis, told: Redis, notices: readonly StorageNotice[]) {
    const over = Promise.withResolvers<unknown>();
    this.#asks = asks;
    this.#connections = [asks, told];
    this.notices = notices;
    this.ended = over.promise;
    this.#over = over.resolve;
    for (const connection of this.#connections) {
      connection.on('error', (error) => this.end(error));
      connection.on('close', () => this.end(new Error('the server hung up')));
    }
  }

  static async open(options: RedisSessionOptions, signal: AbortSignal): Promise<RedisSession> {
    const { server, prefix, what, onMessage } = options;
    // Read only now, since whoever stores things in a file needs none of it.
    const { Redis } = await import('ioredis');
    const tls = await tlsOptions(server);
    const config = {
      host: server.host,
      port: server.port,
      ...(server.user === undefined ? {} : { username: server.user }),
      ...(server.password === undefined ? {} : { password: server.password }),
      db: Number(server.database),
      connectionName: 'hassette',
      ...(tls === undefined ? {} : { tls }),
      keepAlive: 30_000,
      // Time is the clock's: it lets nothing wait by itself, and tries nothing again.
      lazyConnect: true,
      connectTimeout: 0,
      retryStrategy: () => null,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
    } satisfies RedisOptions;
    const connections = [new Redis(config), new Redis(config)] as const;
    const [asks, told] = connections;
    const hangUp = (): void => connections.forEach(hangUpOn);
    signal.addEventListener('abort', hangUp);
    try {
      signal.throwIfAborted();
      await Promise.all(connections.map(connected));
      for (const [name, lua] of Object.entries(SCRIPTS)) asks.defineCommand(name, { lua });
      const notices = await look(asks, what);
      told.on('message', (_channel: string, message: string) => onMessage(message));
      await told.subscribe(channelOf(prefix));
      const session = new RedisSession(asks, told, notices);
      await session.#prepare(prefix, what);
      return session;
    } catch (error) {
      hangUp();
      throw error;
    } finally {
      signal.removeEventListener('abort', hangUp);
    }
  }

  /** Carries out a script. */
  run(script: keyof typeof SCRIPTS, keys: readonly string[], values: readonly Argument[]): Promise<unknown> {
    // A method of that name is made when the script is defined.
    const scripts = this.#asks as unknown as Record<string, (...given: Argument[]) => Promise<unknown>>;
    const carryOut = scripts[script];
    if (carryOut === undefined) throw new TypeError(`there is no script "${script}"`);
    return carryOut.call(this.#asks, keys.length, ...keys, ...values);
  }

  read(hash: string, keys: readonly string[]): Promise<readonly (string | null)[]> {
    return this.#asks.hmget(hash, ...keys);
  }

  expired(sorted: string, nowMs: number, limit: number): Promise<readonly string[]> {
    return this.#asks.zrangebyscore(sorted, '-inf', nowMs, 'LIMIT', 0, limit);
  }

  end(reason: unknown): void {
    this.#over(reason);
    this.#connections.forEach(hangUpOn);
  }

  async #prepare(prefix: string, what: string): Promise<void> {
    const keys = [`${prefix}format`, `${prefix}trial:hash`, `${prefix}trial:sorted`, `${prefix}commits`];
    const format = Number(await this.run('prepare', keys, [channelOf(prefix), FORMAT]));
    if (format === FORMAT) return;
    if (!(format > FORMAT)) {
      throw new StorageUnusable(`${prefix}format in ${what} is of another program`, {
        hint: 'Give the daemon a prefix of its own: storage.prefix.',
      });
    }
    throw new StorageFromNewer(
      `What ${what} has under "${prefix}" has version ${format}, and this release of hassette knows up to ${FORMAT}`,
      { hint: 'Run the newer release again, or give this one another prefix: storage.prefix in the configuration.' },
    );
  }
}

/** On which it is told what was written. */
export function channelOf(prefix: string): string {
  return `${prefix}changes`;
}

/** Until it can be asked. What keeps it from that is told by an event, and not by what `connect` throws. */
function connected(connection: Redis): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      hangUpOn(connection);
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    connection.on('error', fail);
    connection.connect().then(resolve, fail);
  });
}

/** At once, with no farewell for which it would wait by a timer of its own. */
function hangUpOn(connection: Redis): void {
  if (connection.stream === undefined) connection.disconnect();
  else connection.stream.destroy();
}

/** Looks whether a server can be used, and what it may do to what is stored. */
async function look(connection: Redis, what: string): Promise<readonly StorageNotice[]> {
  const info = new Map(
    (await connection.info()).split('\r\n').map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name, value.join(':')] as const;
    }),
  );
  checkVersion(info.get('redis_version') ?? '0', what);
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (info.get('maxmemory') === '0' || !policy.startsWith('allkeys')) return [];
  return [
    {
      code: 'STORAGE_EVICTS',
      message: `${what} throws away what is stored when its memory is full (maxmemory-policy ${policy})`,
      hint: 'Set maxmemory-policy of the server to noeviction, or name another server.',
    },
  ];
}
