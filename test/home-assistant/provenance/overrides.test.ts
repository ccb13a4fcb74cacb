import { describe, expect, it } from 'vitest';
import { MemoryOwnCallStore } from '../../../src/home-assistant/provenance/own-call-store.ts';
import { inWords, makeHouse, startDaemon, type TestHouse } from './trail-fixture.ts';

type App = ReturnType<Awaited<ReturnType<typeof startDaemon>>['app']>;
type Happens = (t: TestHouse, app: App, other: App) => Promise<void>;

const LIGHT = { entity_id: ['light.a'] };

/** Who has overridden what the app has set, in words. */
function found(app: App): string | null {
  const override = app.override();
  if (override === null) return null;
  const { from, to } = override.change;
  return `${inWords(override.by)} ${from?.state ?? '?'}→${to.state}`;
}

describe('override', () => {
  it.each<[string, Happens, string | null]>([
    ['is nothing before the app has called', (t) => t.call('light.turn_on', LIGHT), null],
    ['is nothing after its own call', (_t, app) => app.call('light.turn_on', {}), null],
    [
      'is what a person did after it',
      async (t, app) => {
        await app.call('light.turn_on', {});
        await t.call('light.turn_off', LIGHT);
      },
      'user on→off',
    ],
    [
      'is what happened at the thing itself',
      async (t, app) => {
        await app.call('light.turn_on', {});
        await t.advance('1m');
        await t.device('light.a', 'off');
      },
      'device on→off',
    ],
    [
      'is the last of several',
      async (t, app) => {
        await app.call('light.turn_on', {});
        await t.call('light.turn_off', LIGHT);
        await t.advance('10m');
        await t.device('light.a', 'on');
      },
      'device off→on',
    ],
    [
      'ends with the next call of the app',
      async (t, app) => {
        await app.call('light.turn_on', {});
        await t.call('light.turn_off', LIGHT);
        await app.call('light.turn_on', {});
      },
      null,
    ],
    [
      'ends with one for everything',
      async (t, app) => {
        await app.call('light.turn_on', {});
        await t.call('light.turn_off', LIGHT);
        await app.call('light.turn_on', {}, { entity_id: 'all' });
      },
      null,
    ],
    [
      'does not end with one of another app',
      async (t, app, other) => {
        await app.call('light.turn_on', {});
        await t.call('light.turn_off', LIGHT);
        await other.call('light.turn_on', {});
      },
      'user on→off',
    ],
    [
      'is not what another app did',
      async (_t, app, other) => {
        await app.call('light.turn_on', {});
        await other.call('light.turn_off', {});
      },
      null,
    ],
    [
      'is not what an automation did, of whatever kind',
      async (t, app) => {
        await app.call('light.turn_on', {});
        await t.automation('light.turn_off', LIGHT, 'PARENT');
        await t.automation('light.turn_on', LIGHT);
      },
      null,
    ],
    [
      'is not a late echo, a rounded one, nor the steps of a transition',
      async (t, app) => {
        await app.call('light.turn_on', { brightness: 200, transition: 30 });
        for (const brightness of [40, 90, 199]) {
          await t.advance('8s');
          await t.device('light.a', 'on', { brightness });
        }
        await t.advance('1h');
        await t.device('light.a', 'on', { brightness: 201 });
      },
      null,
    ],
    [
      'is not an echo of the call before the last',
      async (t, app) => {
        await app.call('light.turn_on', { brightness: 40 });
        await app.call('light.turn_on', { brightness: 200 });
        await t.advance('7s');
        await t.device('light.a', 'on', { brightness: 40 });
        await t.advance('1s');
        await t.device('light.a', 'on', { brightness: 200 });
      },
      null,
    ],
    [
      'is not a reading',
      async (t, app) => {
        await app.call('light.turn_on', {});
        await t.advance('1m');
        await t.device('light.a', 'on', { power: 7 });
      },
      null,
    ],
    [
      'is dimming by hand',
      async (t, app) => {
        await app.call('light.turn_on', { brightness: 200 });
        await t.advance('1m');
        await t.device('light.a', 'on', { brightness: 20 });
      },
      'device on→on',
    ],
    [
      'is seen through what is unavailable',
      async (t, app) => {
        await app.call('light.turn_on', {});
        await t.advance('1m');
        await t.device('light.a', 'unavailable');
        await t.device('light.a', 'off');
      },
      'device on→off',
    ],
    [
      'is not a return from unavailable to the same',
      async (t, app) => {
        await app.call('light.turn_on', {});
        await t.advance('1h');
        await t.device('light.a', 'unavailable');
        await t.device('light.a', 'on');
      },
      null,
    ],
    [
      'is found after a gap in which it happened',
      async (t, app) => {
        await app.call('light.turn_on', {});
        t.home.dropConnections();
        await t.call('light.turn_off', LIGHT);
        await t.advance('10s');
      },
      'user on→off',
    ],
    [
      'is not what Home Assistant says after a restart',
      async (t, app) => {
        await app.call('light.turn_on', {});
        t.home.restart();
        t.home.setState('light.a', 'off');
        await t.advance('10s');
      },
      null,
    ],
  ])('%s', async (_sentence, happens, expected) => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    expect(app.override()).toBeNull();
    await happens(t, app, daemon.app('cellar'));
    expect(found(app)).toBe(expected);
  });

  it('tells when, and of the very change that a handler is called for', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    const seen: unknown[] = [];
    app.override();
    app.bus.onStateChange('light.a', () => seen.push(found(app)));
    await app.call('light.turn_on', {});
    await t.advance('1m');
    await t.call('light.turn_off', LIGHT);
    expect(seen).toEqual([null, 'user on→off']);
    expect(app.override()?.at.epochMilliseconds).toBe(t.clock.nowMs());
  });

  it('is found where it happened before the first question, as far as the present state shows it', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    await app.call('light.turn_on', { brightness: 200 });
    await t.advance('1m');
    await t.device('light.a', 'on', { brightness: 20 });
    expect(found(app)).toBe('device? ?→on');
  });

  it('is no reading before the first question', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    await app.call('light.turn_on', { brightness: 200 });
    await t.advance('1h');
    await t.device('light.a', 'on', { power: 9 });
    expect(found(app)).toBeNull();
  });

  it('is found over a restart of the daemon', async () => {
    const t = makeHouse();
    const store = new MemoryOwnCallStore();
    {
      await using before = await startDaemon(t, { store });
      await before.app('hallway').call('light.turn_on', {});
    }
    await t.advance('1h');
    await t.call('light.turn_off', LIGHT);
    await using after = await startDaemon(t, { store });
    expect(found(after.app('hallway'))).toBe('user ?→off');
    expect(found(after.app('cellar'))).toBeNull();
  });
});
