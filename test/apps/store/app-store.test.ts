import { App, Cancelled, type Json, NotStorable, StoredValueInvalid, z } from 'hassette';
import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';

class Counter extends App {
  readonly rings = this.store.value('rings', z.number().int().default(0));
  readonly last = this.store.value('last', z.object({ by: z.string() }));
  readonly seen = this.store.map('seen', z.object({ times: z.number() }));

  override onInitialize() {
    this.bus.onStateChange('binary_sensor.bell', { to: 'on', mode: 'parallel' }, () => this.rings.update((n) => n + 1));
  }
}

const home = { 'binary_sensor.bell': 'off' };

describe('this.store', () => {
  it('keeps a value over a restart of the daemon', async () => {
    await using t = await runApp(Counter, { home });
    await t.set('binary_sensor.bell', 'on');
    await t.set('binary_sensor.bell', 'off');
    expect(await t.stored()).toEqual({ rings: 1 });
    const before = t.app;
    await t.restart({ down: '10m' });
    expect(t.app).not.toBe(before);
    await t.set('binary_sensor.bell', 'on');
    expect(await t.run((app) => app.rings.get())).toBe(2);
  });

  it('begins with what a test says', async () => {
    await using t = await runApp(Counter, { home, store: { rings: 41 } });
    await t.set('binary_sensor.bell', 'on');
    expect(await t.stored()).toEqual({ rings: 42 });
  });

  it('is each instance’s own', async () => {
    await using one = await runApp(Counter, { home, name: 'one' });
    await one.set('binary_sensor.bell', 'on');
    await using two = await runApp(Counter, { home, name: 'two' });
    expect(await two.stored()).toEqual({});
  });

  it('has the default of a schema, or nothing, where nothing is stored', async () => {
    await using t = await runApp(Counter, { home });
    expect(
      await t.run(async ({ rings, last, seen }) => [await rings.get(), await last.get(), await seen.get('a')]),
    ).toEqual([0, undefined, undefined]);
    await t.run(({ last }) => last.set({ by: 'me' }));
    expect(await t.run(({ last }) => last.get())).toEqual({ by: 'me' });
    expect(await t.run(({ last }) => last.delete())).toBe(true);
    expect(await t.run(({ last }) => last.delete())).toBe(false);
    expect(await t.stored()).toEqual({});
  });

  it('loses no update, however many there are at once', async () => {
    await using t = await runApp(Counter, { home });
    await t.run(({ rings }) => Promise.all(Array.from({ length: 300 }, () => rings.update((n) => n + 1))));
    expect(await t.stored()).toEqual({ rings: 300 });
  });

  it('says so where an update writes what it is to change', async () => {
    await using t = await runApp(Counter, { home });
    const update = t.run(({ rings }) =>
      rings.update(async (n) => {
        await rings.set(n + 1);
        return n;
      }),
    );
    await expect(update).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
  });

  it('keeps many by keys of the app’s own', async () => {
    await using t = await runApp(Counter, { home });
    const listed = await t.run(async ({ seen, store }) => {
      await seen.set('b', { times: 1 });
      await seen.update('a/2', (before) => ({ times: (before?.times ?? 0) + 5 }));
      await seen.set('a/1', { times: 7 });
      await store.set('seen', 'not one of them');
      return { all: await Array.fromAsync(seen.entries()), some: await Array.fromAsync(seen.entries('a/')) };
    });
    expect(listed.all).toEqual([
      ['a/1', { times: 7 }],
      ['a/2', { times: 5 }],
      ['b', { times: 1 }],
    ]);
    expect(listed.some.map(([key]) => key)).toEqual(['a/1', 'a/2']);
    expect(await t.stored()).toMatchObject({ 'seen/b': { times: 1 } });
  });

  it('keeps JSON without a schema, for a while if it is to', async () => {
    await using t = await runApp(Counter, { home });
    await t.run(async ({ store }) => {
      await store.set('warned', true, { ttl: '12h' });
      expect(await store.update('list', (before) => [...((before ?? []) as Json[]), 1])).toEqual([1]);
    });
    await t.advance('11h59m');
    expect(await t.run(({ store }) => store.get('warned'))).toBe(true);
    await t.advance('1m');
    expect(await t.run(({ store }) => store.get('warned'))).toBeUndefined();
    expect(await t.run(({ store }) => Array.fromAsync(store.entries()))).toEqual([['list', [1]]]);
  });

  it('refuses what is no JSON, and what has no name', async () => {
    await using t = await runApp(Counter, { home });
    await expect(t.run(({ store }) => store.set('at', new Date(0) as unknown as Json))).rejects.toThrow(NotStorable);
    await expect(t.run(({ store }) => store.get(''))).rejects.toThrow('"" cannot be a key: it is empty');
    expect(() => t.app.store.value('', z.string())).toThrow('store.value("") was given no name');
    expect(() => t.app.store.value('a', z.string(), { version: 0 })).toThrow('was given version: 0');
  });

  it('tells of later values, of several at once of the last', async () => {
    await using t = await runApp(Counter, { home });
    const told: unknown[] = [];
    const watch = t.app.rings.watch((rings) => told.push(rings));
    await t.run(({ rings }) => rings.set(1));
    await t.settle();
    await t.run(({ rings }) => Promise.all([rings.set(2), rings.set(3)]));
    await t.settle();
    expect(told[0]).toBe(1);
    expect(told.at(-1)).toBe(3);
    watch.cancel();
    await t.run(({ rings }) => rings.set(4));
    await t.settle();
    expect(told.at(-1)).toBe(3);
  });
});

describe('what an execution writes that was called off', () => {
  class Slow extends App {
    readonly wrong: unknown[] = [];

    override onInitialize() {
      this.bus.onStateChange('binary_sensor.bell', { to: 'on', mode: 'restart', name: 'slow' }, async () => {
        try {
          await this.tasks.sleep('1m');
        } catch {
          // It goes on, though it was called off.
          for (const write of [
            this.store.set('a', 1),
            this.store.delete('a'),
            this.store.update('a', () => 1),
            this.store.value('a', z.number()).set(1),
          ]) {
            await write.catch((error: unknown) => this.wrong.push(error));
          }
        }
      });
      this.bus.onStateChange('binary_sensor.bell', { to: 'off', timeout: '10s' }, async () => {
        const update = this.store.update('b', async () => {
          await this.tasks.sleep('1m').catch(() => undefined);
          return 1;
        });
        await update.catch((error: unknown) => this.wrong.push(error));
      });
    }

    override async onShutdown() {
      await this.store.set('stopped', true);
    }
  }

  it('is refused', async () => {
    await using t = await runApp(Slow, { home });
    await t.set('binary_sensor.bell', 'on');
    await t.set('binary_sensor.bell', 'off');
    await t.set('binary_sensor.bell', 'on');
    await t.advance('30s');
    const { wrong } = t.app;
    expect(wrong).toHaveLength(5);
    expect(wrong.every((error) => error instanceof Cancelled)).toBe(true);
    expect(await t.stored()).toEqual({});
  });

  it('is not what a shutdown hook writes', async () => {
    await using t = await runApp(Slow, { home });
    await t.stop();
    expect(await t.stored()).toEqual({ stopped: true });
  });
});

describe('a schema that has changed', () => {
  class Away extends App {
    readonly away = this.store.value('away', z.object({ from: z.string(), until: z.string() }), {
      version: 2,
      migrate: (stored) => ({ from: stored, until: stored }),
    });
  }
  class Careless extends App {
    readonly away = this.store.value('away', z.object({ from: z.string() }));
  }

  it('reads what an earlier version has stored, and writes it as its own', async () => {
    await using t = await runApp(Away, { store: { away: '2026-07-01' } });
    expect(await t.run(({ away }) => away.get())).toEqual({ from: '2026-07-01', until: '2026-07-01' });
    expect(await t.stored()).toEqual({ away: '2026-07-01' });
    await t.run(({ away }) => away.update((before) => ({ from: '2026-06-30', until: before?.until ?? '' })));
    expect(await t.stored()).toEqual({ away: { from: '2026-06-30', until: '2026-07-01' } });
  });

  it('says where what is stored does not fit, and leaves it', async () => {
    await using t = await runApp(Careless, { store: { away: { from: 7 } } });
    const error = await t.run(({ away }) => away.get().catch((reason: unknown) => reason));
    expect(error).toBeInstanceOf(StoredValueInvalid);
    expect(error).toMatchObject({
      message: expect.stringContaining('from'),
      hint: expect.stringContaining('version to 2'),
    });
    expect(await t.stored()).toEqual({ away: { from: 7 } });
  });

  it('has a way to a version that is not the first', async () => {
    await using t = await runApp(Careless);
    const options = { migrate: () => 0 };
    expect(() => t.app.store.value('days', z.number(), options)).toThrow(
      '`migrate` without a version that it leads to',
    );
    expect(() => t.app.store.map('days', z.number(), { version: 1, ...options })).toThrow('store.map("days")');
  });

  it('refuses what a newer version has stored', async () => {
    await using t = await runApp(Careless, { store: { away: { from: 'x' } }, storeVersion: 3 });
    await expect(t.run(({ away }) => away.get())).rejects.toThrow(
      'was stored by version 3 of its schema, and this app has version 1',
    );
  });

  it('writes by its codec, and refuses what cannot be turned back', async () => {
    class Timed extends App {
      readonly at = this.store.value(
        'at',
        z.codec(z.string(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() }),
      );
      readonly oneWay = this.store.value(
        'oneWay',
        z.string().transform((text) => text.length),
      );
    }
    await using t = await runApp(Timed);
    await t.run(({ at }) => at.set(new Date(0)));
    expect(await t.stored()).toEqual({ at: '1970-01-01T00:00:00.000Z' });
    expect(await t.run(({ at }) => at.get())).toEqual(new Date(0));
    await expect(t.run(({ oneWay }) => oneWay.set(3))).rejects.toThrow('cannot turn back');
    await expect(t.run(({ at }) => at.set('x' as unknown as Date))).rejects.toThrow(StoredValueInvalid);
  });
});
