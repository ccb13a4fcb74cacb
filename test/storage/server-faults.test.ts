import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import type { StorageServer } from '../../src/storage/server/storage-server.ts';
import type { StorageAdapter, StorageChange, StorageLink } from '../../src/storage/storage-link.ts';
import { Storage } from '../../src/storage/storage.ts';
import { TcpProxy } from '../contract/tcp-proxy.ts';
import {
  AmongServers,
  isThere,
  postgresAt,
  postgresPlace,
  redisAt,
  redisPlace,
  type ServerPlace,
  sql,
} from './real-servers.ts';

const servers = [
  { name: 'PostgreSQL', at: postgresAt, makePlace: postgresPlace, isThere: await isThere('PostgreSQL', postgresAt) },
  { name: 'Redis', at: redisAt, makePlace: redisPlace, isThere: await isThere('Redis', redisAt) },
];

describe.for(servers.filter((server) => server.isThere))('the storage in $name', ({ name, at, makePlace }) => {
  let clock: VirtualClock;
  let proxy: TcpProxy;
  let place: ServerPlace<{ readonly server: StorageServer }>;
  let adapter: StorageAdapter;
  let storage: Storage;
  let others: StorageAdapter[];
  let time: AmongServers;

  beforeEach(async () => {
    clock = new VirtualClock({ now: Temporal.Instant.from('2026-01-15T12:00:00Z') });
    time = new AmongServers(clock);
    proxy = await TcpProxy.open(`http://${at.host}:${at.port}`);
    place = makePlace();
    const { hostname: host, port } = new URL(proxy.url);
    adapter = place.adapter(clock, { server: { ...at, host, port: Number(port) } });
    storage = new Storage(adapter, clock);
    others = [];
  });
  afterEach(async () => {
    for (const each of [adapter, ...others]) await each.close();
    await proxy[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  const open = (): ReturnType<StorageAdapter['open']> => adapter.open(new AbortController().signal);
  /** Another daemon's, with nothing in between. */
  const elsewhere = async (): Promise<Storage> => {
    const other = place.adapter(clock);
    others.push(other);
    await other.open(new AbortController().signal);
    return new Storage(other, clock);
  };
  const watched = (link: StorageLink = adapter): StorageChange[] => {
    const told: StorageChange[] = [];
    link.watch('n', (change) => told.push(change));
    return told;
  };

  it('opens though its server is away, and has what was asked meanwhile wait for it', async () => {
    proxy.refuse(true);
    const notices = await open();
    expect(notices).toMatchObject([{ code: 'STORAGE_UNAVAILABLE', passing: true }]);
    expect(notices[0]?.message).toContain(name);
    const told = watched();
    const setting = storage.set('n', 'a', 1);
    proxy.refuse(false);
    expect(await time.settled(setting)).toMatchObject({ status: 'fulfilled' });
    expect((await storage.get('n', 'a'))?.value).toBe(1);
    expect(told[0]).toEqual({ kind: 'gap' });
  });

  it('keeps nobody waiting for a server that has been away for long, and has run nothing', async () => {
    proxy.refuse(true);
    await open();
    const patient = time.settled(storage.set('n', 'a', 1), 20_000);
    expect(await patient).toMatchObject({
      reason: { code: 'STORAGE_UNAVAILABLE', mayHaveRun: false, message: expect.stringContaining(name) },
    });
    const beforeMs = clock.nowMs();
    await expect(storage.get('n', 'a')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', mayHaveRun: false });
    expect(clock.nowMs()).toBe(beforeMs);
  });

  it('keeps nobody waiting once the daemon stops', async () => {
    proxy.refuse(true);
    const stopping = new AbortController();
    await adapter.open(stopping.signal);
    const setting = Promise.allSettled([storage.set('n', 'a', 1)]);
    stopping.abort();
    expect(await setting).toMatchObject([{ reason: { code: 'STORAGE_UNAVAILABLE', mayHaveRun: false } }]);
    await expect(storage.get('n', 'a')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });

  it('rejects a commit whose answer is cut off, and says that it may have been carried out, whole', async () => {
    await open();
    await storage.set('n', 'first', 1);
    for (let tries = 0; tries < 5; tries += 1) {
      const pair = [`a${tries}`, `b${tries}`] as const;
      proxy.throttle(20_000);
      const written = storage.setMany(
        'n',
        pair.map((key) => [key, 'x'.repeat(200 * tries)]),
      );
      for (let turns = 0; turns < 20 * tries; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      proxy.cut();
      proxy.throttle();
      const outcome = await time.settled(written);
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toMatchObject({ code: 'STORAGE_UNAVAILABLE', mayHaveRun: true });
      }
      const found = await time.settled(storage.getMany('n', pair));
      expect(found.status === 'fulfilled' && [0, 2].includes(found.value.size)).toBe(true);
      if (outcome.status === 'fulfilled') expect(found).toMatchObject({ value: { size: 2 } });
    }
  });

  it('gives up a server that takes what is asked and says nothing', async () => {
    await open();
    proxy.stall();
    const [writing, reading] = [storage.set('n', 'a', 1), storage.get('n', 'a')];
    const outcomes = await Promise.all([time.settled(writing, 15_000), time.settled(reading)]);
    expect(outcomes).toMatchObject([
      { reason: { code: 'STORAGE_UNAVAILABLE', mayHaveRun: true, message: expect.stringContaining('15 s') } },
      { reason: { code: 'STORAGE_UNAVAILABLE', mayHaveRun: false } },
    ]);
    proxy.resume();
    expect(await time.settled(storage.set('n', 'a', 2))).toMatchObject({ status: 'fulfilled' });
  });

  it('connects again, and tells whoever watches that there was a gap', async () => {
    await open();
    const other = await elsewhere();
    const told = watched();
    await other.set('n', 'a', 1);
    await time.until(() => told.length === 1);
    proxy.refuse(true);
    proxy.cut();
    await other.set('n', 'a', 2);
    proxy.refuse(false);
    await time.until(() => told.some(({ kind }) => kind === 'gap'));
    expect((await storage.get('n', 'a'))?.value).toBe(2);
    const version = await other.set('n', 'a', 3);
    await time.until(() => told.some((change) => change.kind === 'set' && change.version === version));
  });

  it('closes though its server says nothing', async () => {
    await open();
    proxy.stall();
    const written = Promise.allSettled([storage.set('n', 'a', 1)]);
    await time.settled(adapter.close(), 700);
    expect(await written).toMatchObject([{ reason: { code: 'STORAGE_UNAVAILABLE', mayHaveRun: true } }]);
  });

  it('closes though its server is away', async () => {
    await open();
    proxy.refuse(true);
    proxy.cut();
    const asked = storage.get('n', 'a');
    const away = Promise.allSettled([asked]);
    await adapter.close();
    expect(await away).toMatchObject([{ status: 'rejected', reason: { code: 'STORAGE_UNAVAILABLE' } }]);
    await expect(storage.get('n', 'a')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });

  it('is made ready once, however many daemons begin at once', async () => {
    const storages = await Promise.all(Array.from({ length: 6 }, elsewhere));
    const versions = await Promise.all(storages.map((each, index) => each.set('n', `k${index}`, index)));
    expect(new Set(versions).size).toBe(6);
    expect((await storages[0]?.list('n'))?.entries).toHaveLength(6);
  });

  it('answers more readers at once than it has connections', async () => {
    await open();
    await storage.set('n', 'a', 1);
    const read = await Promise.all(Array.from({ length: 300 }, () => storage.get('n', 'a')));
    expect(read.every((entry) => entry?.value === 1)).toBe(true);
  });

  it('lists ten thousand keys in pages, each once', async () => {
    await open();
    const keys = Array.from({ length: 10_000 }, (_, index) => `k${String(index).padStart(5, '0')}`);
    for (let from = 0; from < keys.length; from += 1000) {
      await storage.setMany(
        'n',
        keys.slice(from, from + 1000).map((key) => [key, 0]),
      );
    }
    await storage.set('nn', 'k00000', 0);
    const found: string[] = [];
    for await (const { key } of storage.entries('n', 'k0')) found.push(key);
    expect(found).toEqual(keys);
  });

  it('takes the largest commit, and gives large values in pages that are none too large', async () => {
    await open();
    const value = 'x'.repeat(1024 * 1024 - 2);
    for (let commits = 0; commits < 2; commits += 1) {
      await storage.setMany(
        'n',
        Array.from({ length: 8 }, (_, index) => [`${commits}${index}`, value]),
      );
    }
    const page = await storage.list('n', { limit: 1000 });
    expect(page.entries.length).toBeLessThanOrEqual(9);
    const found: string[] = [];
    for await (const entry of storage.entries('n')) {
      expect(entry.value).toBe(value);
      found.push(entry.key);
    }
    expect(found).toHaveLength(16);
  });
});

describe.runIf(servers.some((each) => each.isThere && each.name === 'PostgreSQL'))('connections to PostgreSQL', () => {
  it('are no more than it may have, however many read', async () => {
    const clock = new VirtualClock({ now: Temporal.Instant.from('2026-01-15T12:00:00Z') });
    await using place = postgresPlace();
    const adapter = place.adapter(clock, { connections: 3 });
    await adapter.open(new AbortController().signal);
    await Promise.all(Array.from({ length: 300 }, (_, index) => adapter.read({ namespace: 'n', keys: [`k${index}`] })));
    const counted = await sql(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE application_name = 'hassette' AND query LIKE '%${place.name}%'`,
    );
    await adapter.close();
    expect(counted).toEqual([{ count: 3 }]);
  });
});
