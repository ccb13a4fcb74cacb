import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Logging, type LogRecord } from '../../src/kernel/logging.ts';
import { Resource } from '../../src/kernel/resource.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { StorageService } from '../../src/storage/storage-service.ts';
import { IN_MEMORY } from '../../src/storage/sqlite/sqlite-file.ts';
import { storedWaits, WaitLedger } from '../../src/storage/wait-ledger.ts';
import { WriteBehind } from '../../src/storage/write-behind.ts';
import { FillableStorage } from './fillable-storage.ts';

class Root extends Resource {}

let clock: VirtualClock;
let root: Root;
let adapter: FillableStorage;
let service: StorageService;
let behind: WriteBehind;
let logging: Logging;
let logs: LogRecord[];
beforeEach(async () => {
  clock = new VirtualClock({ now: Temporal.Instant.from('2026-01-15T12:00:00Z') });
  logs = [];
  logging = new Logging({ clock, format: 'silent' });
  logging.tap((record) => logs.push(record));
  root = new Root('test', { clock, logging });
  adapter = new FillableStorage({ clock, file: IN_MEMORY, onListenerFailure: () => undefined });
  service = new StorageService(root, { adapter });
  behind = new WriteBehind(root, { name: 'waits', storage: service.storage, what: 'what waits', gatherMs: 20 });
  behind.dependsOn(service);
  clock.addActivity(service);
  await root.start();
});
afterEach(() => root.stop());

const put = (key: string, value: number) =>
  behind.put({ kind: 'set', namespace: 'n', key, json: JSON.stringify(value) });
const stored = async (namespace: string) => {
  const { entries } = await service.storage.list(namespace);
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
};

describe('what is written behind', () => {
  it('is written together, of each key the latest', async () => {
    put('a', 1);
    put('b', 1);
    put('a', 2);
    expect(await stored('n')).toEqual({});
    await clock.advanceBy(20);
    expect(await stored('n')).toEqual({ a: 2, b: 1 });
    expect(adapter.commits).toBe(1);
    expect(behind.waiting).toBe(0);
  });

  it('is there when a flush resolves, whatever was under way', async () => {
    put('a', 1);
    const first = behind.flush();
    put('a', 2);
    put('b', 1);
    const second = behind.flush();
    put('a', 3);
    await Promise.all([first, second, behind.flush()]);
    expect(await stored('n')).toEqual({ a: 3, b: 1 });
  });

  it('waits while the storage fails, and is written when it works again', async () => {
    adapter.isFull = true;
    put('a', 1);
    expect(await behind.flush()).toBe(false);
    put('a', 2);
    put('b', 1);
    expect(await behind.flush()).toBe(false);
    adapter.isFull = false;
    await clock.advanceBy(10_000);
    expect(await stored('n')).toEqual({ a: 2, b: 1 });
    expect(logs.filter(({ msg }) => msg.startsWith('what waits cannot be written'))).toHaveLength(1);
  });

  it('is split where it would be too much for one commit', async () => {
    const long = 'x'.repeat(900_000);
    for (let index = 0; index < 7; index += 1) {
      behind.put({ kind: 'set', namespace: 'n', key: `k${index}`, json: JSON.stringify(long) });
    }
    for (let index = 0; index < 1500; index += 1) put(`s${index}`, index);
    expect(await behind.flush()).toBe(true);
    expect(adapter.commits).toBeGreaterThan(4);
    expect((await service.storage.list('n', { prefix: 's', limit: 1000 })).cursor).toBeDefined();
  });

  it('is written before the stop, and what is lost is told', async () => {
    put('a', 1);
    await behind.stop();
    expect(await stored('n')).toEqual({ a: 1 });
    const another = new WriteBehind(root, { name: 'more', storage: service.storage, what: 'the rest', gatherMs: 20 });
    await another.start();
    adapter.isFull = true;
    another.put({ kind: 'set', namespace: 'n', key: 'b', json: '1' });
    await another.stop();
    expect(logs.at(-1)?.msg).toBe('the rest could not be written before the stop: 1 are lost');
  });
});

describe('the ledger of waits', () => {
  const ledger = async (): Promise<WaitLedger> => {
    const made = new WaitLedger({
      ...{ storage: service.storage, behind, clock, logger: logging.logger('test'), app: 'hallway' },
    });
    await made.load();
    return made;
  };
  const CLEAR = { home: 'default', kind: 'hold', name: 'clear / all', item: 'binary_sensor.hallway' } as const;
  const BUILD = { home: 'default', kind: 'job', name: 'clear / all', item: 'a/b' } as const;

  it('gives what waits back to whoever asks for it by name', async () => {
    const before = await ledger();
    before.await(CLEAR, { sinceMs: 5 });
    before.await({ ...CLEAR, item: 'binary_sensor.stairs' }, { sinceMs: 6 });
    before.await({ ...CLEAR, name: 'clear' }, { sinceMs: 7 });
    before.await(BUILD, [1]);
    await before.flush();

    const after = await ledger();
    const atMs = clock.nowMs();
    expect(after.adopt(CLEAR)).toEqual(
      new Map([
        ['binary_sensor.hallway', { status: 'waiting', about: { sinceMs: 5 }, atMs }],
        ['binary_sensor.stairs', { status: 'waiting', about: { sinceMs: 6 }, atMs }],
      ]),
    );
    expect(after.adopt(BUILD)).toEqual(new Map([['a/b', { status: 'waiting', about: [1], atMs }]]));
    expect(after.adopt(CLEAR)).toEqual(new Map());
    expect(after.size).toBe(4);
  });

  it('has written down that a handler begins before it does', async () => {
    const before = await ledger();
    before.await(CLEAR, { sinceMs: 5 });
    await before.claim(CLEAR);
    const after = await ledger();
    expect(after.adopt(CLEAR).get(CLEAR.item)).toMatchObject({ status: 'claimed', about: { sinceMs: 5 } });
  });

  it('lets a handler begin that cannot be written down, and tells it', async () => {
    const before = await ledger();
    before.await(CLEAR, { sinceMs: 5 });
    adapter.isFull = true;
    await before.claim(CLEAR);
    expect(logs.at(-1)?.msg).toBe(
      '"clear / all" runs without it being written down: should the daemon be killed meanwhile, it will run again',
    );
    adapter.isFull = false;
  });

  it('forgets what is settled, or remembers what it was', async () => {
    const before = await ledger();
    before.await(CLEAR, { sinceMs: 5 });
    before.settle(CLEAR);
    before.await({ ...CLEAR, item: 'other' }, { sinceMs: 5 });
    before.settle({ ...CLEAR, item: 'other' }, { sinceMs: 5 });
    await before.flush();
    expect(before.size).toBe(0);
    expect([...(await ledger()).adopt(CLEAR)]).toEqual([
      ['other', { status: 'settled', about: { sinceMs: 5 }, atMs: clock.nowMs() }],
    ]);
  });

  it('tells what nobody asked for, keeps it for a week, and gives it back to whoever comes back', async () => {
    const before = await ledger();
    before.await(CLEAR, { sinceMs: 5 });
    before.settle({ ...CLEAR, item: 'done' }, 1);
    await before.flush();

    const without = await ledger();
    without.release();
    await without.flush();
    expect(logs.filter(({ level }) => level === 'warn').map(({ msg }) => msg)).toEqual([
      'hallway has no hold "clear / all" any more, and that of binary_sensor.hallway still waits: it is kept for 7d',
    ]);
    await clock.advanceBy(6 * 86_400_000);
    const back = await ledger();
    expect(back.adopt(CLEAR).size).toBe(2);
    await clock.advanceBy(86_400_000);
    expect((await ledger()).adopt(CLEAR).size).toBe(0);
  });

  it('tells what is written down of an app, what is due first', async () => {
    const before = await ledger();
    before.await(BUILD, { dueMs: 7, args: [1] });
    before.await(CLEAR, { dueMs: 5 });
    before.await({ ...CLEAR, item: 'odd' }, 1);
    before.settle({ ...CLEAR, item: 'done' }, 1);
    await before.claim(CLEAR);
    const told = { app: 'hallway', home: 'default', name: 'clear / all', expiresAtMs: undefined };
    expect(await storedWaits(service.storage, 'hallway')).toEqual([
      { ...told, kind: 'hold', entityId: 'binary_sensor.hallway', status: 'claimed', dueMs: 5 },
      { ...told, kind: 'job', entityId: undefined, status: 'waiting', dueMs: 7 },
      { ...told, kind: 'hold', entityId: 'odd', status: 'waiting', dueMs: undefined },
    ]);
    const without = await ledger();
    without.release();
    await without.flush();
    const [orphan] = await storedWaits(service.storage, 'hallway');
    expect(orphan?.expiresAtMs).toBe(clock.nowMs() + 7 * 86_400_000);
  });

  it('leaves aside what it cannot read', async () => {
    await service.storage.set('waits/hallway', 'nothing', 1);
    await service.storage.set('waits/hallway', 'default/hold/a/b', 'text');
    expect((await ledger()).size).toBe(0);
  });

  it('refuses what is no JSON, and names what it was to be kept for', async () => {
    const made = await ledger();
    expect(() => made.await(CLEAR, { at: Number.NaN })).toThrow('What is to be kept of "clear / all" cannot be stored');
  });
});
