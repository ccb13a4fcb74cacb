import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemsText } from '../../src/config/problem.ts';
import { ConfigurationSchema } from '../../src/config/schema.ts';
import { invalid, valid } from './given-folder.ts';

const read = (url: string) =>
  ConfigurationSchema.safeParse({ homes: { default: 'simulated' }, storage: { url } }).data?.storage.url;

const withStorage = (storage: string) => ({
  files: { 'hassette.yaml': `homes: { default: simulated }\nstorage: ${storage}\n` },
});

describe('the address of a storage', () => {
  it.each([
    ['postgres://host', { kind: 'postgres', host: 'host', port: 5432, user: 'hassette', database: 'hassette' }],
    ['postgresql://ann@host:5433/house', { port: 5433, user: 'ann', database: 'house', tls: false }],
    ['postgres://ann@host', { user: 'ann', database: 'ann' }],
    ['postgres://ann:p%40%2Fss%25@[::1]/a%20b', { host: '::1', password: 'p@/ss%', database: 'a b' }],
    ['postgres://host/x?sslmode=verify-full', { database: 'x', tls: true }],
    ['postgres://host/x?sslmode=disable', { tls: false }],
    ['redis://host', { kind: 'redis', host: 'host', port: 6379, database: '0', tls: false }],
    ['rediss://ann:hush@host:6380/3', { user: 'ann', password: 'hush', port: 6380, database: '3', tls: true }],
    [' redis://:hush@host ', { password: 'hush' }],
  ])('is read: %s', (url, expected) => {
    expect(read(url)).toMatchObject(expected);
  });

  it.each([
    ['host:5432', 'Begin it with'],
    ['mysql://host/x', 'Begin it with postgres://, redis:// or rediss://'],
    ['"redis://host"', 'quotes'],
    ['postgres://ann:p@ss#hush@host/x', '%40'],
    ['postgres://ann:100%@host/x', '%25'],
    ['postgres:///x', 'host'],
    ['postgres://host/x?sslmode=prefer', 'sslmode is one of disable'],
    ['postgres://host/x?pool=7', 'only sslmode'],
    ['redis://host/house', 'number of the database'],
    ['redis://host?ssl=true', 'rediss://'],
  ])('is refused with what would help, and not shown: %s', async (url, hint) => {
    const { problems } = await invalid(withStorage(JSON.stringify({ url })));
    expect(problems).toMatchObject([{ path: 'storage.url', hint: expect.stringContaining(hint) }]);
    expect(problemsText(problems)).not.toContain('hush');
  });

  it.each([
    ['{ adapter: postgres }', 'storage.url', '"url" is missing'],
    ['{ adapter: redis, url: "postgres://host/x" }', 'storage.adapter', 'expected "postgres", as "url" says'],
    ['{ adapter: embedded, url: "redis://host" }', 'storage.adapter', 'expected "redis"'],
    ['{ file: a.db, url: "redis://host" }', 'storage.file', 'expected none beside "url"'],
    ['{ password: hush }', 'storage.password', 'expected none without "url"'],
    ['{ password: hush, url: "redis://:hush@host" }', 'storage.password', 'since "url" has one'],
    ['{ url: "redis://host", ca: none.pem }', 'storage.ca', 'there is no file'],
    ['{ url: "postgres://host", schema: "a-b" }', 'storage.schema', 'small letters'],
    ['{ url: "postgres://host", schema: pg_mine }', 'storage.schema', 'not with pg_'],
    ['{ url: "postgres://host", connections: 1 }', 'storage.connections', 'at least 2'],
    ['{ adapter: postgre }', 'storage.adapter', 'postgres'],
  ])('is held against what else is said: %s', async (storage, path, message) => {
    const { problems } = await invalid(withStorage(storage));
    expect(problems).toMatchObject([{ path }]);
    expect(problems[0]?.message).toContain(message);
    expect(problemsText(problems)).not.toMatch(/hush/);
  });

  it('has its password among the secrets, however it is written, wherever it comes from', async () => {
    const inAddress = await valid(withStorage('{ url: "postgres://ann:p%40ssword@host" }'));
    expect(inAddress.secrets).toEqual(expect.arrayContaining(['p%40ssword', 'p@ssword']));
    const fromFile = await valid({
      files: { ...withStorage('{ url: "redis://host" }').files, 'secret.txt': 'from-a-file\n' },
      environment: { HASSETTE_STORAGE__PASSWORD_FILE: 'secret.txt' },
    });
    expect(fromFile.configuration.storage.password).toBe('from-a-file');
    expect(fromFile.secrets).toContain('from-a-file');
    expect(fromFile.file).toBe(join(fromFile.folder, 'hassette.yaml'));
  });
});
