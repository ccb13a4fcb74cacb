import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Clock } from '../../src/kernel/clock.ts';
import type { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { PostgresAdapter, type PostgresAdapterOptions } from '../../src/storage/postgres/postgres-adapter.ts';
import { RedisAdapter, type RedisAdapterOptions } from '../../src/storage/redis/redis-adapter.ts';
import type { StorageServer } from '../../src/storage/server/storage-server.ts';
import type { StorageAdapter } from '../../src/storage/storage-link.ts';

/** The servers that tests store things in, each in a place of its own. */
export const postgresAt: StorageServer = {
  host: process.env['TEST_POSTGRES_HOST'] ?? '127.0.0.1',
  port: Number(process.env['TEST_POSTGRES_PORT'] ?? 5432),
  user: process.env['TEST_POSTGRES_USER'] ?? 'postgres',
  password: process.env['TEST_POSTGRES_PASSWORD'],
  database: process.env['TEST_POSTGRES_DATABASE'] ?? 'test',
};
export const redisAt: StorageServer = {
  host: process.env['TEST_REDIS_HOST'] ?? '127.0.0.1',
  port: Number(process.env['TEST_REDIS_PORT'] ?? 6379),
  password: process.env['TEST_REDIS_PASSWORD'],
  database: process.env['TEST_REDIS_DATABASE'] ?? '0',
};

const onListenerFailure = (error: unknown): never => {
  throw error;
};

function listens({ host, port }: StorageServer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Virtual time among servers that have none: it goes on as real time does, but for what a test lets pass at once. */
export class AmongServers {
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Lets time pass, and what goes over sockets arrive, until something is so. */
  async until(isSo: () => boolean): Promise<void> {
    let beforeMs = performance.now();
    while (!isSo()) {
      await new Promise((resolve) => setImmediate(resolve));
      const nowMs = performance.now();
      await this.#clock.advanceBy(nowMs - beforeMs);
      beforeMs = nowMs;
    }
  }

  /** What becomes of a promise, some time of which passes at once. */
  async settled<T>(promise: Promise<T>, passesMs = 0): Promise<PromiseSettledResult<T>> {
    const results: PromiseSettledResult<T>[] = [];
    void Promise.allSettled([promise]).then((settled) => results.push(...settled));
    await new Promise((resolve) => setImmediate(resolve));
    await this.#clock.advanceBy(passesMs);
    await this.until(() => results.length > 0);
    const [result] = results;
    if (result === undefined) throw new Error('it has not settled');
    return result;
  }
}

/** Whether the server of a suite is there. Without it the suite is left out, which is told; in CI it fails. */
export async function isThere(name: string, server: StorageServer): Promise<boolean> {
  if (await listens(server)) return true;
  const missing = `no ${name} listens at ${server.host}:${server.port}`;
  if (process.env['CI'] === 'true') throw new Error(`${missing}: the suites that need it cannot be left out in CI`);
  process.stderr.write(`\n*** LEFT OUT: ${missing}, so nothing of it is tried ***\n\n`);
  return false;
}

/** A place on a server that several daemons may use at once. */
export interface ServerPlace<Options> extends AsyncDisposable {
  readonly name: string;
  adapter(clock: Clock, changed?: Partial<Options>): StorageAdapter;
}

export function postgresPlace(): ServerPlace<PostgresAdapterOptions> {
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  return {
    name: schema,
    adapter: (clock, changed) =>
      new PostgresAdapter({
        ...{ clock, schema, server: postgresAt, connections: 3, onListenerFailure, random: () => 0 },
        ...changed,
      }),
    [Symbol.asyncDispose]: () => sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE`).then(() => undefined),
  };
}

/** Takes out all that is stored, and leaves the tables. */
export async function clearPostgres(schema: string): Promise<void> {
  await sql(`DELETE FROM ${schema}.entry`);
}

/** Carries out statements as whoever owns the server. */
export async function sql(text: string, changed: Partial<StorageServer> = {}): Promise<readonly unknown[]> {
  const { host, port, user, password, database } = { ...postgresAt, ...changed };
  const client = new pg.Client({ host, port, user, password, database });
  await client.connect();
  try {
    return (await client.query('SET client_min_messages = error')) && (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

export function redisPlace(): ServerPlace<RedisAdapterOptions> {
  const prefix = `test:${randomUUID()}:`;
  return {
    name: prefix,
    adapter: (clock, changed) =>
      new RedisAdapter({ ...{ clock, prefix, server: redisAt, onListenerFailure, random: () => 0 }, ...changed }),
    [Symbol.asyncDispose]: () =>
      withRedis(async (redis) => {
        const keys = await redis.keys(`${prefix}*`);
        if (keys.length > 0) await redis.unlink(...keys);
      }),
  };
}

/** Does something there as whoever owns the server. */
export async function withRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const { host, port, password, database } = redisAt;
  const redis = new Redis({ host, port, db: Number(database), ...(password === undefined ? {} : { password }) });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
