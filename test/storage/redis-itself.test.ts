import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { RedisAdapter } from '../../src/storage/redis/redis-adapter.ts';
import { Storage } from '../../src/storage/storage.ts';
import { OwnRedis, redisIsInstalled } from './own-redis.ts';
import { AmongServers } from './real-servers.ts';

describe.skipIf(!redisIsInstalled())('the storage in a Redis of its own', () => {
  let redis: OwnRedis;
  let clock: VirtualClock;
  let time: AmongServers;
  let adapter: RedisAdapter;
  let storage: Storage;
  beforeEach(async () => {
    redis = await OwnRedis.start();
    clock = new VirtualClock({ now: Temporal.Instant.from('2026-01-15T12:00:00Z') });
    time = new AmongServers(clock);
    renew();
  });
  afterEach(async () => {
    await adapter.close();
    await redis[Symbol.asyncDispose]();
  });

  const open = (): ReturnType<RedisAdapter['open']> => adapter.open(new AbortController().signal);
  const renew = (): void => {
    const onListenerFailure = (): undefined => undefined;
    adapter = new RedisAdapter({ clock, server: redis.server, prefix: 'h:', onListenerFailure, random: () => 0 });
    storage = new Storage(adapter, clock);
  };
  const setUp = async (name: string, value: string): Promise<void> => {
    const owner = new Redis(redis.server.port, redis.server.host);
    await owner.config('SET', name, value);
    owner.disconnect();
  };

  it('writes nothing of what there is no memory for, and goes on when there is', async () => {
    await open();
    const value = 'x'.repeat(500_000);
    const fill = async (): Promise<never> => {
      for (let count = 0; ; count += 1) {
        await storage.setMany('n', [
          [`a${count}`, value],
          [`b${count}`, value],
        ]);
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    const keys: string[] = [];
    for await (const { key } of storage.entries('n')) keys.push(key);
    const pairs = keys.length / 2;
    expect(pairs).toBeGreaterThan(2);
    const whole = Array.from({ length: pairs }, (_, index) => [`a${index}`, `b${index}`]).flat();
    expect(keys.toSorted()).toEqual(whole.toSorted());
    await setUp('maxmemory', '64mb');
    await storage.set('n', 'after', 1);
  });

  it('is told of where it throws away what is stored', async () => {
    expect(await open()).toEqual([]);
    await adapter.close();
    await setUp('maxmemory-policy', 'allkeys-lru');
    renew();
    expect(await open()).toMatchObject([{ code: 'STORAGE_EVICTS', hint: expect.stringContaining('noeviction') }]);
  });

  it('is refused in words where it wants a password', async () => {
    await setUp('requirepass', 'not-to-be-seen');
    await expect(open()).rejects.toMatchObject({
      code: 'STORAGE_UNUSABLE',
      message: expect.stringContaining('NOAUTH'),
      hint: expect.stringContaining('storage.password'),
    });
  });

  it('has all that it answered when it was killed and is there again, and no version twice', async () => {
    await open();
    const gaps: unknown[] = [];
    adapter.watch('n', (change) => {
      if (change.kind === 'gap') gaps.push(change);
    });
    const versions: number[] = [];
    const writing = (async () => {
      for (let count = 0; ; count += 1) versions.push(await storage.set('n', `k${count}`, count));
    })();
    const ended = Promise.allSettled([writing]);
    await time.until(() => versions.length > 50);
    await redis.kill();
    expect(await ended).toMatchObject([{ reason: { code: 'STORAGE_UNAVAILABLE' } }]);
    await redis.start();
    await time.until(() => gaps.length > 0);
    const found = await storage.getMany(
      'n',
      versions.map((_, index) => `k${index}`),
    );
    expect(versions.map((_, index) => found.get(`k${index}`)?.version)).toEqual(versions);
    expect(versions).not.toContain(await storage.set('n', 'again', 1));
  });
});
