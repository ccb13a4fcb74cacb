import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { PostgresAdapter } from '../../src/storage/postgres/postgres-adapter.ts';
import { RedisAdapter } from '../../src/storage/redis/redis-adapter.ts';
import { SqliteAdapter } from '../../src/storage/sqlite/sqlite-adapter.ts';
import type { Commit, StorageAdapter } from '../../src/storage/storage-link.ts';
import { median, percentile, rounded } from '../figures.ts';
import type { Row } from '../report.ts';

const GROUP = 'Storage';
const AT_ONCE = 64;
const HOST = '127.0.0.1';
const POSTGRES = { host: HOST, port: 5432, user: 'postgres', database: 'test' };
const REDIS = { host: HOST, port: 6379, database: '0' };

interface Figures {
  readonly name: string;
  readonly oneMs: number;
  readonly slowMs: number;
  readonly perSecond: number;
  readonly readMs: number;
}

/** What a commit of one value of 100 bytes takes, on each kind of place that there is on this machine. */
export async function measureStorage(rounds: number, commits: number): Promise<readonly Row[]> {
  const options = { clock: new SystemClock(), onListenerFailure: () => undefined, random: Math.random };
  const figures: Figures[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'hassette-bench-'));
  try {
    const file = join(folder, 'hassette.db');
    figures.push(await measure('a file', new SqliteAdapter({ ...options, file }), rounds, commits));
  } finally {
    rmSync(folder, { recursive: true });
  }
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  if (await listens(POSTGRES.port)) {
    try {
      const adapter = new PostgresAdapter({ ...options, server: POSTGRES, schema: name, connections: 4 });
      figures.push(await measure('PostgreSQL', adapter, rounds, commits));
    } finally {
      await dropSchema(name);
    }
  }
  if (await listens(REDIS.port)) {
    try {
      const adapter = new RedisAdapter({ ...options, server: REDIS, prefix: `${name}:` });
      figures.push(await measure('Redis', adapter, rounds, commits));
    } finally {
      await deleteKeys(`${name}:*`);
    }
  }
  const [embedded] = figures;
  return figures.map((each) => ({
    group: GROUP,
    what: `${each.name}: a commit`,
    hassette: `${rounded(each.oneMs)} ms alone (p99 ${rounded(each.slowMs)}), ${rounded(each.perSecond)}/s of ${AT_ONCE} at once`,
    beside: `${rounded(each.readMs)} ms to read`,
    figure: each.oneMs / (embedded?.oneMs ?? Number.NaN),
    unit: '× a file',
    data: { ...each },
  }));
}

async function measure(name: string, adapter: StorageAdapter, rounds: number, commits: number): Promise<Figures> {
  await adapter.open(new AbortController().signal);
  try {
    const all: Omit<Figures, 'name'>[] = [];
    for (let round = 0; round < rounds + 1; round += 1) all.push(await measureOnce(adapter, commits));
    // The first round is for the compilers here and there.
    const warm = all.slice(1);
    const of = (figure: (each: Omit<Figures, 'name'>) => number): number => median(warm.map(figure));
    return {
      name,
      oneMs: of(({ oneMs }) => oneMs),
      slowMs: of(({ slowMs }) => slowMs),
      perSecond: of(({ perSecond }) => perSecond),
      readMs: of(({ readMs }) => readMs),
    };
  } finally {
    await adapter.close();
  }
}

async function measureOnce(adapter: StorageAdapter, commits: number): Promise<Omit<Figures, 'name'>> {
  const each: number[] = [];
  for (let count = 0; count < commits / 10; count += 1) each.push(await timed(() => adapter.commit(commitOf(count))));
  const reads: number[] = [];
  for (let count = 0; count < commits / 10; count += 1) {
    reads.push(await timed(() => adapter.read({ namespace: 'bench', keys: [`k${count % 1000}`] })));
  }
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < commits) {
      next += 1;
      await adapter.commit(commitOf(next));
    }
  };
  const tookMs = await timed(() => Promise.all(Array.from({ length: AT_ONCE }, work)));
  return {
    oneMs: median(each),
    slowMs: percentile(each, 99),
    perSecond: (commits * 1000) / tookMs,
    readMs: median(reads),
  };
}

function commitOf(count: number): Commit {
  const json = JSON.stringify('x'.repeat(98));
  return { checks: [], writes: [{ kind: 'set', namespace: 'bench', key: `k${count % 1000}`, json }] };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beginMs = performance.now();
  await work();
  return performance.now() - beginMs;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function dropSchema(schema: string): Promise<void> {
  const client = new pg.Client(POSTGRES);
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await client.end();
}

async function deleteKeys(pattern: string): Promise<void> {
  const redis = new Redis(REDIS.port, REDIS.host);
  const keys = await redis.keys(pattern);
  if (keys.length > 0) await redis.unlink(...keys);
  redis.disconnect();
}
