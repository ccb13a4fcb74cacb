import { inspect } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { answerOfPostgres, checkServer } from '../../src/storage/postgres/postgres-problems.ts';
import { answerOfRedis, checkVersion } from '../../src/storage/redis/redis-problems.ts';
import type { StorageServer } from '../../src/storage/server/storage-server.ts';
import type { StorageAdapter } from '../../src/storage/storage-link.ts';
import { Storage } from '../../src/storage/storage.ts';
import {
  AmongServers,
  isThere,
  postgresAt,
  postgresPlace,
  redisAt,
  redisPlace,
  sql,
  withRedis,
} from './real-servers.ts';

const clock = new VirtualClock({ now: Temporal.Instant.from('2026-01-15T12:00:00Z') });
const time = new AmongServers(clock);
const PASSWORD = 'not-to-be-seen';
const postgresIsThere = await isThere('PostgreSQL', postgresAt);
const redisIsThere = await isThere('Redis', redisAt);

/** What opening an adapter throws. No part of it may hold the password. */
async function refusal(adapter: StorageAdapter): Promise<unknown> {
  try {
    await adapter.open(new AbortController().signal);
  } catch (error) {
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(PASSWORD);
    return error;
  } finally {
    await adapter.close();
  }
  return undefined;
}

const unusable = (message: string, hint: string) => ({
  code: 'STORAGE_UNUSABLE',
  message: expect.stringContaining(message),
  hint: expect.stringContaining(hint),
});

describe.skipIf(!postgresIsThere)('a PostgreSQL that cannot be used', () => {
  let place: ReturnType<typeof postgresPlace>;
  const role = `test_role_${process.pid}`;
  beforeEach(() => {
    place = postgresPlace();
  });
  afterEach(() => place[Symbol.asyncDispose]());
  afterAll(() => sql(`DROP ROLE IF EXISTS ${role}`).then(() => undefined));
  const adapterAt = (changed: Partial<StorageServer>): StorageAdapter =>
    place.adapter(clock, { server: { ...postgresAt, password: PASSWORD, ...changed } });

  it('since it has no such user or database is refused in words', async () => {
    expect(await refusal(adapterAt({ user: 'nobody_of_that_name' }))).toMatchObject(
      unusable('"nobody_of_that_name" does not exist', 'storage.url'),
    );
    expect(await refusal(adapterAt({ database: 'none_of_that_name' }))).toMatchObject(
      unusable('"none_of_that_name" does not exist', 'createdb'),
    );
  });

  it('since its certificate is nobody’s, or it has no TLS, is refused in words', async () => {
    expect(await refusal(adapterAt({ tls: { verify: true } }))).toMatchObject({ code: 'STORAGE_UNUSABLE' });
    expect(await refusal(adapterAt({ tls: { verify: true, ca: '/none/of.pem' } }))).toMatchObject(
      unusable('/none/of.pem cannot be used', 'storage.ca'),
    );
  });

  it('since its user may make nothing there is refused in words', async () => {
    await sql(`DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role} LOGIN`);
    expect(await refusal(adapterAt({ user: role }))).toMatchObject(unusable('permission denied', 'GRANT CREATE'));
    await sql(`CREATE SCHEMA ${place.name} AUTHORIZATION ${role}`);
    const adapter = adapterAt({ user: role });
    await adapter.open(new AbortController().signal);
    await new Storage(adapter, clock).set('n', 'a', 1);
    await adapter.close();
  });

  it('since another program or a newer release has its schema is refused, and left as it is', async () => {
    await sql(`CREATE SCHEMA ${place.name}; CREATE TABLE ${place.name}.recipes (name text)`);
    expect(await refusal(adapterAt({}))).toMatchObject(unusable('of another program', 'storage.schema'));
    await sql(`DROP TABLE ${place.name}.recipes`);
    expect(await refusal(adapterAt({}))).toBeUndefined();
    await sql(`INSERT INTO ${place.name}.hassette_migration (version) VALUES (99)`);
    expect(await refusal(adapterAt({}))).toMatchObject({
      code: 'STORAGE_FROM_NEWER',
      message: expect.stringContaining('has version 99'),
    });
  });

  it.skipIf(!redisIsThere)('since it is a Redis is waited for no longer than ten seconds', async () => {
    const adapter = adapterAt({ port: redisAt.port });
    const opened = await time.settled(adapter.open(new AbortController().signal), 10_000);
    expect(opened).toMatchObject({ value: [{ message: expect.stringContaining('took longer than 10 s') }] });
    await adapter.close();
  });

  it('keeps its own order and isolation, whatever the database was made with', async () => {
    const adapter = adapterAt({});
    await adapter.open(new AbortController().signal);
    expect(
      await sql(
        `SELECT collation_name FROM information_schema.columns
         WHERE table_schema = '${place.name}' AND table_name = 'entry' AND column_name IN ('namespace', 'key')`,
      ),
    ).toEqual([{ collation_name: 'C' }, { collation_name: 'C' }]);
    await adapter.close();
  });
});

describe.skipIf(!redisIsThere)('a Redis that cannot be used', () => {
  let place: ReturnType<typeof redisPlace>;
  const user = `test_user_${process.pid}`;
  beforeEach(() => {
    place = redisPlace();
  });
  afterEach(() => place[Symbol.asyncDispose]());
  afterAll(() => withRedis((redis) => redis.acl('DELUSER', user)).then(() => undefined));
  const adapterAt = (changed: Partial<StorageServer>): StorageAdapter =>
    place.adapter(clock, { server: { ...redisAt, ...changed } });

  it('since it takes the password from nobody is refused in words', async () => {
    expect(await refusal(adapterAt({ user, password: PASSWORD }))).toMatchObject(
      unusable('invalid username-password', 'storage.password'),
    );
  });

  it('since it has no such database, or no TLS, is refused in words', async () => {
    expect(await refusal(adapterAt({ database: '9999' }))).toMatchObject(unusable('no such database', 'redis://'));
    const adapter = adapterAt({ tls: { verify: true } });
    const opened = await time.settled(adapter.open(new AbortController().signal), 10_000);
    expect(opened).toMatchObject({ value: [{ hint: expect.stringContaining('TLS') }] });
    await adapter.close();
  });

  it.each(['-zadd', '-publish', '-hset', '-eval', '-info', '-subscribe'])(
    'since its user may not do all that is needed, %s, is refused before anything is stored',
    async (refused) => {
      await withRedis((redis) =>
        redis.acl('SETUSER', user, 'reset', 'on', `>${PASSWORD}`, '~*', '&*', '+@all', refused),
      );
      expect(await refusal(adapterAt({ user, password: PASSWORD }))).toMatchObject(
        unusable('does not let the daemon', 'storage.prefix'),
      );
      expect(await withRedis((redis) => redis.keys(`${place.name}entries:*`))).toEqual([]);
    },
  );

  it('is used by one who may do what the hint says, and no more', async () => {
    await withRedis((redis) =>
      redis.acl(
        ...(['SETUSER', user, 'reset', 'on', `>${PASSWORD}`, `~${place.name}*`, `&${place.name}*`] as const),
        ...['+@read', '+@write', '+@scripting', '+@pubsub', '+@connection', '+info'],
      ),
    );
    const adapter = adapterAt({ user, password: PASSWORD });
    expect(await adapter.open(new AbortController().signal)).toEqual([]);
    const storage = new Storage(adapter, clock);
    await storage.set('n', 'a', 1, { ttl: '1s' });
    expect((await storage.list('n')).entries).toHaveLength(1);
    await adapter.sweep();
    await adapter.close();
  });

  it('since a newer release has its prefix is refused', async () => {
    await withRedis((redis) => redis.set(`${place.name}format`, 99));
    expect(await refusal(adapterAt({}))).toMatchObject({
      code: 'STORAGE_FROM_NEWER',
      message: expect.stringContaining('has version 99'),
    });
  });
});

describe('what a server says', () => {
  const fromPostgres = (code: string) => Object.assign(new Error('said'), { code, severity: 'ERROR' });
  const fromRedis = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

  it.each([
    ['28P01', 'STORAGE_UNUSABLE'],
    ['28000', 'STORAGE_UNUSABLE'],
    ['3D000', 'STORAGE_UNUSABLE'],
    ['42501', 'STORAGE_UNUSABLE'],
    ['53100', 'STORAGE_FULL'],
    ['53300', 'STORAGE_UNAVAILABLE'],
    ['25006', 'STORAGE_UNAVAILABLE'],
    ['57P03', 'STORAGE_UNAVAILABLE'],
    ['57014', 'STORAGE_UNAVAILABLE'],
  ])('is understood of PostgreSQL: %s is %s', (state, code) => {
    expect(answerOfPostgres(fromPostgres(state), 'PostgreSQL')).toMatchObject({ code });
  });

  it.each(['57P01', '57P02', '08006', '40003'])(
    'is no answer of PostgreSQL where it ends the connection: %s',
    (state) => {
      expect(answerOfPostgres(fromPostgres(state), 'PostgreSQL')).toBeUndefined();
    },
  );

  it.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', 'STORAGE_UNUSABLE'],
    ['NOAUTH Authentication required.', 'STORAGE_UNUSABLE'],
    ['NOPERM this user has no permissions', 'STORAGE_UNUSABLE'],
    ['MOVED 3999 127.0.0.1:6381', 'STORAGE_UNUSABLE'],
    ['WRONGTYPE Operation against a key', 'STORAGE_UNUSABLE'],
    ['ERR DB index is out of range', 'STORAGE_UNUSABLE'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'STORAGE_FULL'],
    [
      'ERR Error running script (call to f_a): @user_script:12: @user_script: 12: -OOM command not allowed',
      'STORAGE_FULL',
    ],
    ['MISCONF Redis is configured to save RDB snapshots', 'STORAGE_FULL'],
    ['READONLY You can’t write against a read only replica.', 'STORAGE_UNAVAILABLE'],
    ['LOADING Redis is loading the dataset in memory', 'STORAGE_UNAVAILABLE'],
    ['ERR something', 'STORAGE_UNAVAILABLE'],
  ])('is understood of Redis: %s', (message, code) => {
    expect(answerOfRedis(fromRedis(message), 'Redis')).toMatchObject({ code });
  });

  it('is that it wants a password, where the library says so in its place', () => {
    const said = new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string');
    expect(answerOfPostgres(said, 'PostgreSQL')).toMatchObject(unusable('wants a password', 'storage.password'));
  });

  it('is no answer where the connection was lost', () => {
    expect(answerOfRedis(new Error('Connection is closed.'), 'Redis')).toBeUndefined();
    expect(answerOfPostgres(new Error('Connection terminated unexpectedly'), 'PostgreSQL')).toBeUndefined();
  });

  it('of its version is looked at', () => {
    const tooOld = { code: 'STORAGE_UNUSABLE', hint: expect.stringContaining('Upgrade') };
    expect(() => checkServer(130_012, 'UTF8', 'PostgreSQL')).toThrow(expect.objectContaining(tooOld));
    expect(() => checkServer(140_000, 'SQL_ASCII', 'PostgreSQL')).toThrow('encoding SQL_ASCII');
    expect(() => checkServer(140_000, 'UTF8', 'PostgreSQL')).not.toThrow();
    expect(() => checkVersion('5.0.14', 'Redis')).toThrow(expect.objectContaining(tooOld));
    for (const version of ['6.0.0', '6.2.1', '7.0.15', '10.1.0']) {
      expect(() => checkVersion(version, 'Redis')).not.toThrow();
    }
  });
});
