import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { Storage } from '../../src/storage/storage.ts';
import type { StorageAdapter, StorageChange, Write } from '../../src/storage/storage-link.ts';

/** A place where things are stored, made anew for each test. */
export interface StoragePlace extends AsyncDisposable {
  /** An adapter for it that is not open yet. Where several processes can use it, any number of them at once. */
  adapter(clock: VirtualClock): StorageAdapter;
  /** Whether two adapters can use it at once. */
  readonly shared: boolean;
  /** Whether what was stored is there when it is opened again. */
  readonly lasting: boolean;
}

/** Waits until something is so, a turn of the event loop after the other: news of other processes take a while. */
async function until(isSo: () => boolean): Promise<void> {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  while (!isSo()) await turn();
}

const NAMESPACE = 'contract';
/** Also what sorts otherwise as UTF-16 than as UTF-8: U+FF5E comes before U+1F600. */
const AWKWARD_KEYS = [
  'a',
  'A',
  'ä',
  'a b',
  "a'b",
  'a%',
  'a_',
  'a\\',
  'a/b',
  'a:b',
  '～',
  '😀',
  '{a}',
  '*',
  'a?',
  '\n',
  ' ',
];

/** What holds of every adapter: the sentences of `StorageLink`. */
export function storageContract(title: string, makePlace: () => Promise<StoragePlace>): void {
  describe(title, () => {
    let place: StoragePlace;
    let clock: VirtualClock;
    let adapter: StorageAdapter;
    let storage: Storage;

    beforeEach(async () => {
      clock = new VirtualClock({ now: Temporal.Instant.from('2026-01-15T12:00:00Z') });
      place = await makePlace();
      adapter = place.adapter(clock);
      await adapter.open(new AbortController().signal);
      storage = new Storage(adapter, clock);
    });
    afterEach(async () => {
      await adapter.close();
      await place[Symbol.asyncDispose]();
    });

    describe('an entry', () => {
      it('is what was set last', async () => {
        await storage.set(NAMESPACE, 'a', { first: true });
        await storage.set(NAMESPACE, 'a', [1, 'two', null, { three: 3.5 }]);
        expect(await storage.get(NAMESPACE, 'a')).toMatchObject({ key: 'a', value: [1, 'two', null, { three: 3.5 }] });
      });

      it.each([0, -0.5, 1e300, '', '\0 and \ud800 and 😀', true, null, [], {}, { '': { a: [] } }])(
        'gives %j back as it was',
        async (value) => {
          await storage.set(NAMESPACE, 'a', value);
          expect((await storage.get(NAMESPACE, 'a'))?.value).toEqual(value);
        },
      );

      it('may be as large as is said', async () => {
        const value = 'x'.repeat(1024 * 1024 - 2);
        await storage.set(NAMESPACE, 'k'.repeat(512), value);
        expect((await storage.get(NAMESPACE, 'k'.repeat(512)))?.value).toBe(value);
      });

      it('is not there before it is set, and after it was deleted', async () => {
        expect(await storage.get(NAMESPACE, 'a')).toBeUndefined();
        await storage.set(NAMESPACE, 'a', 1);
        expect(await storage.delete(NAMESPACE, 'a')).toBe(true);
        expect(await storage.get(NAMESPACE, 'a')).toBeUndefined();
        expect(await storage.delete(NAMESPACE, 'a')).toBe(false);
      });

      it('is of its namespace alone', async () => {
        await storage.set('one', 'a', 1);
        await storage.set('one:a', 'a', 2);
        await storage.set('two', 'a', 3);
        await storage.delete('two', 'a');
        expect((await storage.get('one', 'a'))?.value).toBe(1);
        expect((await storage.list('one')).entries).toHaveLength(1);
        expect(await storage.get('two', 'a')).toBeUndefined();
      });

      it('is told apart by every character of its key', async () => {
        await storage.setMany(
          NAMESPACE,
          AWKWARD_KEYS.map((key, index) => [key, index]),
        );
        const entries = await storage.getMany(NAMESPACE, [...AWKWARD_KEYS, 'none']);
        expect(AWKWARD_KEYS.map((key) => entries.get(key)?.value)).toEqual(AWKWARD_KEYS.map((_, index) => index));
        expect(entries.size).toBe(AWKWARD_KEYS.length);
      });

      it('has a version of its own each time', async () => {
        const versions = [await storage.set(NAMESPACE, 'a', 1), await storage.set(NAMESPACE, 'a', 1)];
        await storage.delete(NAMESPACE, 'a');
        versions.push(await storage.set(NAMESPACE, 'a', 1), await storage.set(NAMESPACE, 'b', 1));
        expect(new Set(versions).size).toBe(4);
        expect((await storage.get(NAMESPACE, 'a'))?.version).toBe(versions[2]);
      });
    });

    describe('a time to live', () => {
      it('ends in the millisecond in which it is over', async () => {
        await storage.set(NAMESPACE, 'a', 1, { ttl: '10s' });
        await clock.advanceBy(9999);
        expect(await storage.get(NAMESPACE, 'a')).toMatchObject({ expiresAtMs: clock.nowMs() + 1 });
        await clock.advanceBy(1);
        expect(await storage.get(NAMESPACE, 'a')).toBeUndefined();
        expect((await storage.list(NAMESPACE)).entries).toEqual([]);
        expect(await storage.delete(NAMESPACE, 'a')).toBe(false);
      });

      it('is taken back by whoever sets the entry without one', async () => {
        await storage.set(NAMESPACE, 'a', 1, { ttl: '10s' });
        await storage.set(NAMESPACE, 'a', 2);
        await clock.advanceBy(20_000);
        expect(await storage.get(NAMESPACE, 'a')).toEqual({ key: 'a', value: 2, version: expect.any(Number) });
      });

      it('over, leaves nothing: a check for nothing holds', async () => {
        await storage.set(NAMESPACE, 'a', 1, { ttl: '10s' });
        await clock.advanceBy(10_000);
        expect(await storage.compareAndSet(NAMESPACE, 'a', 0, 2)).toBeTypeOf('number');
        expect((await storage.get(NAMESPACE, 'a'))?.value).toBe(2);
      });

      it('over, is swept without harm to others', async () => {
        await storage.setMany(
          NAMESPACE,
          [
            ['a', 1],
            ['b', 2],
          ],
          { ttl: '10s' },
        );
        await storage.set(NAMESPACE, 'c', 3);
        await clock.advanceBy(10_000);
        await storage.set(NAMESPACE, 'b', 4);
        while ((await adapter.sweep()) > 0);
        expect((await storage.list(NAMESPACE)).entries.map(({ key, value }) => [key, value])).toEqual([
          ['b', 4],
          ['c', 3],
        ]);
      });
    });

    describe('a listing', () => {
      const keysOf = async (prefix: string, limit = 1000): Promise<readonly string[]> => {
        const keys: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await storage.list(NAMESPACE, { prefix, cursor, limit });
          expect(page.entries.length).toBeLessThanOrEqual(limit);
          keys.push(...page.entries.map(({ key }) => key));
          cursor = page.cursor;
        } while (cursor !== undefined);
        return keys;
      };

      it('is in the order of code points, whatever the size of its pages', async () => {
        await storage.setMany(
          NAMESPACE,
          AWKWARD_KEYS.map((key) => [key, 0]),
        );
        const ordered = AWKWARD_KEYS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        for (const limit of [1, 2, 5, AWKWARD_KEYS.length, 1000]) expect(await keysOf('', limit)).toEqual(ordered);
      });

      it.each(['a', 'a%', 'a_', 'a\\', '～', '😀', 'a/', '*', 'none'])('takes %j as it is', async (prefix) => {
        await storage.setMany(
          NAMESPACE,
          AWKWARD_KEYS.map((key) => [key, 0]),
        );
        const expected = AWKWARD_KEYS.filter((key) => key.startsWith(prefix));
        expect((await keysOf(prefix, 2)).toSorted()).toEqual(expected.toSorted());
      });

      it('goes on where it was, though entries come and go', async () => {
        await storage.setMany(
          NAMESPACE,
          ['a', 'c', 'e', 'g'].map((key) => [key, 0]),
        );
        const { entries, cursor } = await storage.list(NAMESPACE, { limit: 2 });
        expect(entries.map(({ key }) => key)).toEqual(['a', 'c']);
        await storage.delete(NAMESPACE, 'c');
        await storage.set(NAMESPACE, 'b', 0);
        await storage.set(NAMESPACE, 'f', 0);
        const rest = await storage.list(NAMESPACE, { cursor });
        expect(rest.entries.map(({ key }) => key)).toEqual(['e', 'f', 'g']);
        expect(rest.cursor).toBeUndefined();
      });
    });

    describe('a commit', () => {
      it('writes nothing where a check does not hold, and says which', async () => {
        const version = await storage.set(NAMESPACE, 'a', 1);
        const writes: Write[] = [storage.write(NAMESPACE, 'a', 2), { kind: 'delete', namespace: NAMESPACE, key: 'b' }];
        await storage.set(NAMESPACE, 'b', 1);
        const checks = [
          { namespace: NAMESPACE, key: 'a', version },
          { namespace: NAMESPACE, key: 'b', version: 0 },
        ];
        expect(await storage.commit({ checks, writes })).toEqual({ kind: 'conflict', namespace: NAMESPACE, key: 'b' });
        expect((await storage.getMany(NAMESPACE, ['a', 'b'])).size).toBe(2);
        expect((await storage.get(NAMESPACE, 'a'))?.value).toBe(1);
      });

      it('goes over namespaces', async () => {
        await storage.commit({ checks: [], writes: [storage.write('one', 'a', 1), storage.write('two', 'a', 2)] });
        const [one, two] = [await storage.get('one', 'a'), await storage.get('two', 'a')];
        expect([one?.value, two?.value]).toEqual([1, 2]);
        expect(one?.version).toBe(two?.version);
      });

      it('checks what it does not write, and may write nothing', async () => {
        const version = await storage.set('one', 'a', 1);
        const checks = [{ namespace: 'one', key: 'a', version }];
        expect(await storage.commit({ checks, writes: [] })).toMatchObject({ kind: 'committed', deleted: 0 });
        expect(await storage.commit({ checks, writes: [storage.write('two', 'a', 2)] })).toMatchObject({
          kind: 'committed',
        });
        await storage.set('one', 'a', 1);
        expect(await storage.commit({ checks, writes: [] })).toMatchObject({ kind: 'conflict' });
      });

      it('of many that check the same is carried out once', async () => {
        const version = await storage.set(NAMESPACE, 'a', 0);
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, index) => storage.compareAndSet(NAMESPACE, 'a', version, index + 1)),
        );
        const won = outcomes.flatMap((outcome, index) => (outcome === undefined ? [] : [index + 1]));
        expect(won).toHaveLength(1);
        expect((await storage.get(NAMESPACE, 'a'))?.value).toBe(won[0]);
      });

      it('of a thousand writes is one', async () => {
        await storage.setMany(
          NAMESPACE,
          Array.from({ length: 1000 }, (_, index) => [`k${index}`, index]),
        );
        let count = 0;
        for await (const _ of storage.entries(NAMESPACE, 'k')) count += 1;
        expect(count).toBe(1000);
      });
    });

    describe('a transaction', () => {
      it('reads what it has written, and writes all at its end', async () => {
        await storage.set(NAMESPACE, 'a', 1);
        const seen = await storage.transaction(async (transaction) => {
          transaction.set(NAMESPACE, 'a', 2);
          transaction.delete(NAMESPACE, 'b');
          expect((await storage.get(NAMESPACE, 'a'))?.value).toBe(1);
          return [await transaction.get(NAMESPACE, 'a'), await transaction.get(NAMESPACE, 'b')];
        });
        expect(seen).toEqual([2, undefined]);
        expect((await storage.get(NAMESPACE, 'a'))?.value).toBe(2);
      });

      it('writes nothing where it throws', async () => {
        const transaction = storage.transaction((entered) => {
          entered.set(NAMESPACE, 'a', 1);
          throw new Error('no');
        });
        await expect(transaction).rejects.toThrow('no');
        expect(await storage.get(NAMESPACE, 'a')).toBeUndefined();
      });

      it('loses no count, however many count at once', async () => {
        const count = async (): Promise<void> =>
          storage.transaction(async (entered) =>
            entered.set(NAMESPACE, 'n', Number((await entered.get(NAMESPACE, 'n')) ?? 0) + 1),
          );
        await Promise.all(Array.from({ length: 15 }, count));
        expect((await storage.get(NAMESPACE, 'n'))?.value).toBe(15);
      });

      it('moves between two entries so that their sum stays', async () => {
        await storage.setMany(NAMESPACE, [
          ['a', 50],
          ['b', 50],
        ]);
        const move = async (from: string, to: string): Promise<void> =>
          storage.transaction(async (entered) => {
            entered.set(NAMESPACE, from, Number(await entered.get(NAMESPACE, from)) - 7);
            entered.set(NAMESPACE, to, Number(await entered.get(NAMESPACE, to)) + 7);
          });
        await Promise.all([move('a', 'b'), move('b', 'a'), move('a', 'b'), move('a', 'b')]);
        const { entries } = await storage.list(NAMESPACE);
        expect(entries.map(({ value }) => value)).toEqual([36, 64]);
      });

      it('gives up where somebody else is faster each time', async () => {
        await storage.set(NAMESPACE, 'a', 0);
        const transaction = storage.transaction(async (entered) => {
          const value = await entered.get(NAMESPACE, 'a');
          await storage.set(NAMESPACE, 'a', Number(value) + 1);
          entered.set(NAMESPACE, 'a', -1);
        });
        await expect(transaction).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
      });
    });

    describe('whoever watches', () => {
      it('is told of each key when it can be read, and of no other', async () => {
        const told: StorageChange[] = [];
        const stop = storage.watch(NAMESPACE, { key: 'a' }, (change) => told.push(change));
        const prefixed: StorageChange[] = [];
        storage.watch(NAMESPACE, { prefix: 'b/' }, (change) => prefixed.push(change));
        const version = await storage.set(NAMESPACE, 'a', 1);
        await storage.set(NAMESPACE, 'b/1', 1);
        await storage.set('another', 'a', 1);
        await storage.set(NAMESPACE, 'b', 1);
        await storage.delete(NAMESPACE, 'b/1');
        await until(() => told.length > 0 && prefixed.at(-1)?.kind === 'delete');
        expect(told).toEqual([{ kind: 'set', key: 'a', version }]);
        stop();
        await storage.set(NAMESPACE, 'a', 2);
        await storage.set(NAMESPACE, 'b/2', 1);
        await until(() => prefixed.at(-1)?.kind === 'set');
        expect(told).toHaveLength(1);
      });

      it('is told of nothing that was not carried out', async () => {
        const told: StorageChange[] = [];
        storage.watch(NAMESPACE, { prefix: '' }, (change) => told.push(change));
        await storage.compareAndSet(NAMESPACE, 'a', 99, 1);
        await storage.set(NAMESPACE, 'b', 1);
        await until(() => told.length > 0);
        expect(told).toMatchObject([{ key: 'b' }]);
      });
    });

    it('is as a map is, whatever is done to it', async () => {
      const key = fc.constantFrom('a', 'b', 'ab', '😀');
      const write = fc.oneof(
        fc.record({
          kind: fc.constant('set' as const),
          key,
          value: fc.integer({ min: 0, max: 9 }),
          ttlMs: fc.option(fc.constantFrom(5, 50), { nil: undefined }),
        }),
        fc.record({ kind: fc.constant('delete' as const), key }),
      );
      const step = fc.oneof(
        fc.record({
          does: fc.constant('commit' as const),
          checked: fc.array(fc.record({ key, right: fc.boolean() }), { maxLength: 2 }),
          writes: fc.uniqueArray(write, { maxLength: 4, selector: ({ key: written }) => written }),
        }),
        fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(1, 20) }),
      );
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          runs += 1;
          const namespace = `map${runs}`;
          const model = new Map<string, { value: number; version: number; expiresAtMs: number }>();
          const there = (name: string) => {
            const entry = model.get(name);
            return entry !== undefined && entry.expiresAtMs > clock.nowMs() ? entry : undefined;
          };
          for (const each of steps) {
            if (each.does === 'wait') {
              await clock.advanceBy(each.ms);
              continue;
            }
            const checks = each.checked.map(({ key: name, right }) => {
              const version = there(name)?.version ?? 0;
              return { namespace, key: name, version: right ? version : version + 1_000_000 };
            });
            const outcome = await storage.commit({
              checks,
              writes: each.writes.map((entered) =>
                entered.kind === 'delete'
                  ? { kind: 'delete', namespace, key: entered.key }
                  : storage.write(
                      namespace,
                      entered.key,
                      entered.value,
                      entered.ttlMs === undefined ? {} : { ttl: { milliseconds: entered.ttlMs } },
                    ),
              ),
            });
            const isRight = each.checked.every(({ right }) => right);
            expect(outcome.kind).toBe(isRight ? 'committed' : 'conflict');
            if (outcome.kind !== 'committed') continue;
            expect(outcome.deleted).toBe(
              each.writes.filter((entered) => entered.kind === 'delete' && there(entered.key) !== undefined).length,
            );
            for (const entered of each.writes) {
              if (entered.kind === 'delete') model.delete(entered.key);
              else
                model.set(entered.key, {
                  value: entered.value,
                  version: outcome.version,
                  expiresAtMs: clock.nowMs() + (entered.ttlMs ?? Infinity),
                });
            }
          }
          const { entries } = await storage.list(namespace);
          const expected = [...model.keys()].filter((name) => there(name) !== undefined);
          expect(entries.map(({ key: name }) => name).toSorted()).toEqual(expected.toSorted());
          for (const { key: name, value, version } of entries)
            expect({ value, version }).toEqual({ value: there(name)?.value, version: there(name)?.version });
        }),
        { numRuns: 60, seed: 20_260_115 },
      );
    });

    it('has it all again when it is opened again, and no version twice', async ({ skip }) => {
      skip(!place.lasting, 'what it stores does not last');
      const version = await storage.set(NAMESPACE, 'a', { kept: true });
      const last = await storage.set(NAMESPACE, 'b', 1);
      await storage.delete(NAMESPACE, 'b');
      await adapter.close();
      adapter = place.adapter(clock);
      await adapter.open(new AbortController().signal);
      storage = new Storage(adapter, clock);
      expect(await storage.get(NAMESPACE, 'a')).toEqual({ key: 'a', value: { kept: true }, version });
      expect([version, last]).not.toContain(await storage.set(NAMESPACE, 'c', 1));
    });

    it('writes what it was given before it closes', async ({ skip }) => {
      skip(!place.lasting, 'what it stores does not last');
      const written = storage.set(NAMESPACE, 'a', 1);
      await adapter.close();
      await written;
      adapter = place.adapter(clock);
      await adapter.open(new AbortController().signal);
      expect(await adapter.read({ namespace: NAMESPACE, keys: ['a'] })).toHaveLength(1);
    });

    it('tells one process of what another does, and lets only one of them be first', async ({ skip }) => {
      skip(!place.shared, 'only one process can use it');
      const other = place.adapter(clock);
      await other.open(new AbortController().signal);
      try {
        const elsewhere = new Storage(other, clock);
        const told: StorageChange[] = [];
        elsewhere.watch(NAMESPACE, { key: 'a' }, (change) => told.push(change));
        const version = await storage.set(NAMESPACE, 'a', 1);
        await until(() => told.some((change) => change.kind === 'set' && change.version === version));
        expect((await elsewhere.get(NAMESPACE, 'a'))?.value).toBe(1);
        const outcomes = await Promise.all([
          storage.compareAndSet(NAMESPACE, 'a', version, 2),
          elsewhere.compareAndSet(NAMESPACE, 'a', version, 3),
        ]);
        expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
        const count = (by: Storage): Promise<void> =>
          by.transaction(async (entered) =>
            entered.set(NAMESPACE, 'n', Number((await entered.get(NAMESPACE, 'n')) ?? 0) + 1),
          );
        await Promise.all(Array.from({ length: 10 }, (_, index) => count(index % 2 === 0 ? storage : elsewhere)));
        expect((await storage.get(NAMESPACE, 'n'))?.value).toBe(10);
      } finally {
        await other.close();
      }
    });
  });
}
