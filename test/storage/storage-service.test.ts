import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Logging, type LogRecord } from '../../src/kernel/logging.ts';
import { Resource } from '../../src/kernel/resource.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { StorageService } from '../../src/storage/storage-service.ts';
import { IN_MEMORY } from '../../src/storage/sqlite/sqlite-file.ts';
import { FillableStorage } from './fillable-storage.ts';

class Root extends Resource {}

let clock: VirtualClock;
let root: Root;
let adapter: FillableStorage;
let service: StorageService;
let logs: LogRecord[];
beforeEach(() => {
  clock = new VirtualClock({ now: Temporal.Instant.from('2026-01-15T12:00:00Z') });
  logs = [];
  const logging = new Logging({ clock, format: 'silent' });
  logging.tap((record) => logs.push(record));
  root = new Root('test', { clock, logging });
  adapter = new FillableStorage({ clock, file: IN_MEMORY, onListenerFailure: () => undefined });
  service = new StorageService(root, { adapter });
  clock.addActivity(service);
});
afterEach(() => root.stop());

const complaints = (): readonly string[] => logs.filter(({ level }) => level === 'error').map(({ msg }) => msg);

describe('the storage of a daemon', () => {
  it('refuses what no adapter takes before it is asked', async () => {
    await root.start();
    await expect(service.storage.set('', 'a', 1)).rejects.toMatchObject({ code: 'NOT_STORABLE' });
    await expect(service.storage.get('a', 'k'.repeat(513))).rejects.toMatchObject({ code: 'NOT_STORABLE' });
    expect(service.status).toBe('running');
  });

  it('tells what fails once a minute, with how often, and when it works again', async () => {
    await root.start();
    const { storage } = service;
    adapter.isFull = true;
    for (let tries = 0; tries < 5; tries += 1) {
      await expect(storage.set('a', 'a', tries)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    }
    expect(complaints()).toEqual(['the storage fails: There is no room']);
    expect(service.describe()).toMatchObject({
      status: 'retrying',
      problem: { code: 'STORAGE_FULL', hint: 'Make room.' },
      details: { writes: 5, failures: 5 },
    });
    await clock.advanceBy(60_000);
    await expect(storage.set('a', 'a', 1)).rejects.toThrow('no room');
    expect(complaints().at(-1)).toBe('the storage fails 5 times in 1m: There is no room');
    adapter.isFull = false;
    await storage.set('a', 'a', 1);
    expect(logs.at(-1)?.msg).toBe('the storage works again');
    expect(service.describe()).toMatchObject({ status: 'running' });
  });

  it('starts though it is away, tells it once, and finds by itself that it is back', async () => {
    adapter.isAway = true;
    adapter.notice = { code: 'STORAGE_UNAVAILABLE', message: 'it is away', hint: 'Wait.', passing: true };
    await root.start();
    expect(complaints()).toEqual(['it is away']);
    await clock.advanceBy(55_000);
    expect(complaints().slice(1)).toEqual(['the storage fails: It is away']);
    expect(service.problems).toMatchObject([{ code: 'STORAGE_UNAVAILABLE', message: 'It is away' }]);
    adapter.isAway = false;
    await clock.advanceBy(10_000);
    expect(logs.at(-1)?.msg).toBe('the storage works again');
    expect(service.problems).toEqual([]);
  });

  it('of which writes fail is not back because it can be read', async () => {
    await root.start();
    adapter.isFull = true;
    await expect(service.storage.set('a', 'a', 1)).rejects.toThrow('no room');
    await clock.advanceBy(4_000_000);
    expect(service.status).toBe('retrying');
  });

  it('tells of a damaged file, and shows it', async () => {
    adapter.notice = { code: 'STORAGE_DAMAGED', message: 'it was damaged', hint: 'Look after it.' };
    await root.start();
    expect(complaints()).toEqual(['it was damaged']);
    expect(service.problems).toEqual([adapter.notice]);
  });

  it('takes out what has expired by and by', async () => {
    await root.start();
    await service.storage.setMany(
      'a',
      Array.from({ length: 1000 }, (_, index) => [`k${index}`, 1]),
      { ttl: '30m' },
    );
    await service.storage.setMany(
      'b',
      Array.from({ length: 1000 }, (_, index) => [`k${index}`, 1]),
      { ttl: '30m' },
    );
    await clock.advanceBy(7_200_000);
    expect(await adapter.sweep()).toBe(0);
  });

  it('closes its adapter, unless somebody else has lent it', async () => {
    await root.start();
    await root.stop();
    expect(adapter.closed).toBe(1);
    const lent = new FillableStorage({ clock, file: IN_MEMORY, onListenerFailure: () => undefined });
    root = new Root('test', { clock, logging: new Logging({ clock, format: 'silent' }) });
    await lent.open();
    new StorageService(root, { adapter: lent, lent: true });
    await root.start();
    await root.stop();
    expect(lent.closed).toBe(0);
    await lent.close();
  });
});
