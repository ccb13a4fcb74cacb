import { describe, expect, it } from 'vitest';
import { not } from '../../../src/bus/conditions.ts';
import { MemoryOwnCallStore } from '../../../src/home-assistant/provenance/own-call-store.ts';
import { delay } from '../../../src/simulator/faults.ts';
import { inWords, makeHouse, startDaemon, type TestHouse } from './trail-fixture.ts';

type Happens = (t: TestHouse) => Promise<void>;

describe('the cause of a change', () => {
  it.each<[string, Happens, string]>([
    ["a person's", (t) => t.call('light.turn_on', { entity_id: ['light.a'] }), 'user'],
    [
      "an automation's that was triggered by something",
      (t) => t.automation('light.turn_on', { entity_id: ['light.a'] }, 'PARENT'),
      'automation',
    ],
    [
      "an automation's at a time of its own, which has neither parent nor user",
      (t) => t.automation('light.turn_on', { entity_id: ['light.a'] }),
      'automation?',
    ],
    ["the thing's own", (t) => t.device('light.a', 'on'), 'device'],
  ])('is %s', async (_whose, happens, expected) => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    app.listen();
    await happens(t);
    expect(app.told).toEqual([expected]);
  });

  it("is the app's own, and another app's by name, before the call is answered", async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const [hallway, cellar] = [daemon.app('hallway'), daemon.app('cellar')];
    hallway.listen();
    cellar.listen();
    const order: string[] = [];
    hallway.bus.onStateChange('light.a', () => order.push('change'));
    const call = hallway.api.call('light.turn_on', { target: 'light.a' }).then(() => order.push('answer'));
    await t.clock.pump(call);
    expect(order).toEqual(['change', 'answer']);
    expect(hallway.told).toEqual(['self']);
    expect(cellar.told).toEqual(['app hallway']);
  });

  it('says the run that the call was made in', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const { bus, api } = daemon.app('hallway');
    const seen: unknown[] = [];
    bus.onStateChange('switch.a', { to: 'on' }, () => api.call('light.turn_on', { target: 'light.a' }));
    bus.onStateChange('light.a', ({ cause }) => seen.push(cause));
    await t.device('switch.a', 'on');
    expect(seen).toEqual([{ kind: 'self', app: 'hallway', executionId: expect.any(String), certain: true }]);
  });

  it('of the same call by two apps and a person at once is told apart', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const apps = ['a', 'b'].map((name) => daemon.app(name));
    const told: string[] = [];
    apps[0]?.bus.onCallService('light.toggle', ({ cause }) => told.push(inWords(cause)));
    const calls = apps.map(({ api }) => api.call('light.toggle', { target: 'light.a' }));
    await t.call('light.toggle', { entity_id: ['light.a'] });
    await t.clock.pump(Promise.all(calls));
    expect(told.toSorted()).toEqual(['app b', 'self', 'user']);
  });

  it('of a call that takes its time is known from the first change on', async () => {
    const t = makeHouse({ 'lock.front': 'locked' });
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    app.listen('lock.front');
    await app.call('lock.unlock', {}, 'lock.front');
    expect(app.told).toEqual(['self', 'self']);
  });

  it('of what is written at once and again is each its own', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const [hallway, cellar] = [daemon.app('hallway'), daemon.app('cellar')];
    hallway.listen();
    await t.clock.pump(
      Promise.all([
        hallway.api.call('light.turn_on', { target: 'light.a', data: { brightness: 10 } }),
        cellar.api.call('light.turn_on', { target: 'light.a', data: { brightness: 99 } }),
        hallway.api.call('light.turn_on', { target: 'light.a', data: { brightness: 200 } }),
      ]),
    );
    expect(hallway.told).toEqual(['self', 'app cellar', 'self']);
  });

  it('follows what the answer says, where another client of the same user called the same thing first', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    t.home.add(delay('1s', 'call_service'));
    const call = app.api.call('light.turn_on', { target: 'light.a' });
    await t.clock.settle();
    const { owner } = t.home.users;
    await t.call('light.turn_on', { entity_id: ['light.a'] }, t.home.newContext(owner));
    const first = daemon.hosted.mirror.get('light.a');
    await t.device('light.a', 'off');
    await t.clock.pump(call);
    const second = daemon.hosted.mirror.get('light.a');
    const whose = [first, second].map((to) =>
      inWords(
        daemon.hosted.provenance.causeOf(
          { entityId: 'light.a', from: null, to: to ?? null, writes: [], seen: true, restarted: false },
          'hallway',
        ),
      ),
    );
    expect(whose).toEqual(['unknown?', 'self']);
  });

  it("is unknown, never a person's, where the token's own user did it by other ways", async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    app.listen();
    await t.call('light.turn_on', { entity_id: ['light.a'] }, t.home.newContext(t.home.users.owner));
    expect(app.told).toEqual(['unknown?']);
  });

  it('is that of the change which began a hold', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    app.bus.onStateChange('light.a', { to: 'on', for: '5m' }, ({ cause }) => void app.told.push(inWords(cause)));
    await t.call('light.turn_on', { entity_id: ['light.a'] });
    await t.device('light.a', 'on', { brightness: 7 });
    await t.advance('5m');
    expect(app.told).toEqual(['user']);
  });

  it('is looked up when somebody asks, and stays', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    const causes: unknown[] = [];
    app.bus.onStateChange('light.a', (event) => void causes.push(event.cause, event.cause));
    await t.device('light.a', 'on');
    expect(causes[0]).toBe(causes[1]);
    expect(Object.isFrozen(causes[0])).toBe(true);
  });
});

describe('after a gap', () => {
  it('a person is a person still, and what cannot be known is not certain', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    app.listen('*');
    t.home.dropConnections();
    t.home.setState('light.b', 'on');
    await t.call('light.turn_on', { entity_id: ['light.a'] });
    await t.advance('10s');
    expect(app.told).toEqual(['user', 'device?']);
  });

  it('a call that was in flight is taken for what its target shows, and not for certain', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    app.listen();
    const call = app.api.call('light.turn_on', { target: 'light.a' }).catch(() => 'lost');
    // It arrives and is carried out, and the connection goes before anything of it comes back.
    const silence = t.home.add({ name: 'deaf', send: () => undefined });
    await t.clock.settle();
    t.home.dropConnections();
    silence();
    expect(await t.clock.pump(call)).toBe('lost');
    await t.advance('10s');
    expect(app.told).toEqual(['self?']);
  });

  it('a restart of Home Assistant, which dates everything anew, is nobody', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    app.listen();
    t.home.restart();
    t.home.setState('light.a', 'on');
    await t.advance('10s');
    expect(app.told).toEqual(['unknown?']);
  });
});

describe('without the right to be told of calls', () => {
  it('a change of what is being called on is taken for the caller, and known for certain with the answer', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t, { token: t.home.userToken });
    const [hallway, cellar] = [daemon.app('hallway'), daemon.app('cellar')];
    hallway.listen();
    cellar.listen();
    await hallway.call('light.turn_on', {});
    expect(hallway.told).toEqual(['self?']);
    expect(cellar.told).toEqual(['app hallway?']);
    await t.device('light.a', 'off');
    await t.call('light.turn_on', { entity_id: ['light.a'] });
    expect(hallway.told.slice(1)).toEqual(['device?', 'user']);
  });

  it('a change of something else by the same user is unknown', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t, { token: t.home.userToken });
    const app = daemon.app('hallway');
    app.listen('light.b');
    t.home.add(delay('1s', 'call_service'));
    const call = app.api.call('light.turn_on', { target: 'light.a' });
    await t.clock.settle();
    await t.call('light.turn_on', { entity_id: ['light.b'] }, t.home.newContext(t.home.users.user));
    await t.clock.pump(call);
    expect(app.told).toEqual(['unknown?']);
  });
});

describe('over a restart of the daemon', () => {
  it('its own doing is known for its own, with a store', async () => {
    const t = makeHouse();
    const store = new MemoryOwnCallStore();
    {
      await using before = await startDaemon(t, { store });
      await before.app('hallway').call('light.turn_on', {});
    }
    await using after = await startDaemon(t, { store });
    const seen: string[] = [];
    for (const name of ['hallway', 'cellar']) {
      after.app(name).bus.onStateChange('light.a', { immediate: true }, ({ cause }) => seen.push(inWords(cause)));
    }
    await t.clock.settle();
    expect(seen).toEqual(['self', 'app hallway']);
  });

  it('it is unknown without one', async () => {
    const t = makeHouse();
    {
      await using before = await startDaemon(t);
      await before.app('hallway').call('light.turn_on', {});
    }
    await using after = await startDaemon(t);
    const seen: string[] = [];
    after.app('hallway').bus.onStateChange('light.a', { immediate: true }, ({ cause }) => seen.push(inWords(cause)));
    await t.clock.settle();
    expect(seen).toEqual(['unknown?']);
  });
});

describe('the option cause', () => {
  it.each<[unknown, readonly string[]]>([
    ['self', ['off→on']],
    ['user', ['on→off']],
    [
      ['user', 'device'],
      ['on→off', 'off→on'],
    ],
    [not('self'), ['on→off', 'off→on']],
    [({ kind }: { kind: string }) => kind === 'device', ['off→on']],
  ])('%j lets through what is meant', async (cause, expected) => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    const told: string[] = [];
    const options = { cause, name: 'who' } as { cause: 'self' };
    app.bus.onStateChange('light.a', options, ({ from, to }) => told.push(`${from?.state}→${to?.state}`));
    await app.call('light.turn_on', {});
    await t.call('light.turn_off', { entity_id: ['light.a'] });
    await t.advance('10m');
    await t.device('light.a', 'on');
    expect(told).toEqual(expected);
  });

  it('belongs to calls and events as well', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const app = daemon.app('hallway');
    const told: string[] = [];
    app.bus.onCallService('light.*', { cause: 'user' }, ({ service }) => told.push(service));
    app.bus.onEvent('rung', { cause: 'user' }, ({ data }) => told.push(String(data['by'])));
    await t.clock.settle();
    await app.call('light.turn_on', {});
    await t.call('light.turn_off', { entity_id: ['light.a'] });
    t.home.fireEvent('rung', { by: 'a person' }, t.home.newContext(t.person));
    t.home.fireEvent('rung', { by: 'the bell' });
    await t.clock.settle();
    expect(told).toEqual(['light.turn_off', 'a person']);
  });

  it('is refused where it is no cause', async () => {
    const t = makeHouse();
    await using daemon = await startDaemon(t);
    const { bus } = daemon.app('hallway');
    const options = { cause: 'users' } as unknown as { cause: 'user' };
    expect(() => bus.onStateChange('light.a', options, () => undefined)).toThrow(/"cause" of onStateChange/);
  });
});
