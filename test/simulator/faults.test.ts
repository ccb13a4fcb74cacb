import { describe, expect, it } from 'vitest';
import {
  cutAfter,
  delay,
  garble,
  giantFrames,
  halfOpen,
  lag,
  refuse,
  refuseAuth,
  reorder,
  stall,
  swallow,
  unknownMessages,
  unreachable,
} from '../../src/simulator/faults.ts';
import { storm } from '../../src/simulator/storm.ts';
import { errorCode, TestClient } from './test-client.ts';

describe('faults', () => {
  it('are gone when they are taken away', async () => {
    const client = new TestClient();
    const remove = client.home.add(refuseAuth());
    await client.open();
    client.send({ type: 'auth', access_token: client.home.token });
    await client.clock.settle();
    expect(client.messages.at(-1)).toMatchObject({ type: 'auth_invalid' });
    expect(client.ends).toEqual(['<closed 1000>']);
    remove();
    client.frames.length = 0;
    await client.open();
    client.send({ type: 'auth', access_token: client.home.token });
    await client.clock.settle();
    expect(client.messages.at(-1)).toMatchObject({ type: 'auth_ok' });
  });

  it('unreachable: nobody answers, and open connections stay', async () => {
    const client = await TestClient.connected();
    const heard: boolean[] = [];
    client.home.onAvailability((up) => heard.push(up));
    const remove = client.home.add(unreachable());
    expect(await client.command('ping')).toMatchObject({ type: 'pong' });
    await expect(client.open()).rejects.toMatchObject({ code: 'HOME_UNREACHABLE' });
    remove();
    expect(heard).toEqual([false, true]);
  });

  it('half-open: nothing arrives, nothing closes, and neither side is told', async () => {
    const client = await TestClient.connected();
    client.home.add(halfOpen());
    client.post('ping');
    client.home.fireEvent('x');
    await client.clock.advanceBy(3_600_000);
    client.home.kill();
    await client.clock.settle();
    expect(client.frames).toEqual([]);
  });

  it('half-open: a connection on which something was lost stays dead', async () => {
    const client = await TestClient.connected();
    const restore = client.home.add(halfOpen());
    client.post('ping');
    await client.clock.settle();
    restore();
    expect(await client.command('ping')).toBeUndefined();
    await client.connect();
    expect(await client.command('ping')).toMatchObject({ type: 'pong' });
  });

  it('delay: those commands are taken up late which the test picks', async () => {
    const client = await TestClient.connected();
    client.home.add(delay('5s', 'get_config'));
    client.post('get_config');
    client.post('ping');
    await client.clock.settle();
    expect(client.answerTo(1)).toBeUndefined();
    expect(client.answerTo(2)).toMatchObject({ type: 'pong' });
    await client.clock.advanceBy(5000);
    expect(client.answerTo(1)).toMatchObject({ success: true });
  });

  it('swallow: commands are lost', async () => {
    const client = await TestClient.connected();
    const remove = client.home.add(swallow());
    expect(await client.command('ping')).toBeUndefined();
    remove();
    expect(await client.command('ping')).toMatchObject({ type: 'pong' });
  });

  it('refuse: under a code of the test', async () => {
    const client = await TestClient.connected();
    client.home.add(refuse('home_assistant_error', ({ type }) => type === 'get_states'));
    expect(errorCode(await client.command('get_states'))).toBe('home_assistant_error');
    expect(await client.command('ping')).toMatchObject({ type: 'pong' });
  });

  it('garble: what arrives is something else', async () => {
    const client = await TestClient.connected();
    client.home.add(garble((frame) => frame.replace('pong', 'gnop')));
    expect(await client.command('ping')).toMatchObject({ type: 'gnop' });
  });

  it('the one added last is asked first', async () => {
    const client = await TestClient.connected();
    client.home.add(garble((frame) => frame.replace('first', 'second')));
    client.home.add(garble((frame) => frame.replace('pong', 'first')));
    expect(await client.command('ping')).toMatchObject({ type: 'second' });
  });

  it('dropped connections say nothing, and the home is still there', async () => {
    const client = await TestClient.connected();
    client.home.dropConnections();
    await client.clock.settle();
    expect(client.ends).toEqual(['<closed 1006>']);
    await client.connect();
    expect(await client.command('ping')).toMatchObject({ type: 'pong' });
  });

  it('silenced connections are dead, and new ones are not', async () => {
    const client = await TestClient.connected();
    client.home.silenceConnections();
    client.post('ping');
    await client.clock.settle();
    expect(client.frames).toEqual([]);
    await client.connect();
    expect(await client.command('ping')).toMatchObject({ type: 'pong' });
  });

  it('cut: after so many frames, on each connection', async () => {
    const client = new TestClient();
    client.home.add(cutAfter(3));
    for (let connection = 0; connection < 2; connection += 1) {
      await client.connect();
      expect(await client.command('ping')).toMatchObject({ type: 'pong' });
      expect(client.ends).toEqual(['<closed 1006>']);
    }
    expect(() => cutAfter(0)).toThrow('cutAfter was given 0, which is no number of frames');
  });

  it('lag: frames arrive late and in their order, and all that are under way when it ends', async () => {
    const client = await TestClient.connected();
    const subscription = client.post('subscribe_events', { event_type: 'rung' });
    await client.clock.settle();
    const restore = client.home.add(lag('2s'));
    const ring = async (number: number): Promise<void> => {
      client.home.fireEvent('rung', { number });
      await client.clock.advanceBy(500);
    };
    for (const number of [1, 2, 3, 4]) await ring(number);
    expect(client.events(subscription)).toMatchObject([{ data: { number: 1 } }]);
    restore();
    await ring(5);
    expect(client.events(subscription)).toMatchObject([2, 3, 4, 5].map((number) => ({ data: { number } })));
  });

  it('lag: two of them keep the order as well, whichever ends first', async () => {
    const client = await TestClient.connected();
    const subscription = client.post('subscribe_events', { event_type: 'rung' });
    await client.clock.settle();
    const restores = [client.home.add(lag('2s')), client.home.add(lag('3s'))];
    for (let number = 1; number <= 4; number += 1) {
      client.home.fireEvent('rung', { number });
      await client.clock.settle();
      restores.shift()?.();
    }
    await client.clock.advanceBy(10_000);
    expect(client.events(subscription)).toMatchObject([1, 2, 3, 4].map((number) => ({ data: { number } })));
  });

  it('reorder: answers change places where the real one may, and nothing is lost', async () => {
    const client = await TestClient.connected({ states: { 'light.a': 'off' } });
    client.home.add(reorder({ within: '2s', seed: 3 }));
    const call = { domain: 'light', service: 'turn_on', service_data: { entity_id: 'light.a' } };
    const ids = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? client.post('call_service', call) : client.post('ping'),
    );
    await client.clock.advanceBy(2000);
    const answers = client.messages.map(({ id, type }) => ({ id: Number(id), type }));
    const inOrder = (list: readonly { id: number }[]): boolean =>
      list.every(({ id }, index) => index === 0 || id > Number(list[index - 1]?.id));
    expect(answers.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(ids);
    expect(inOrder(answers.filter(({ type }) => type === 'pong'))).toBe(true);
    expect(inOrder(answers.filter(({ type }) => type === 'result'))).toBe(false);
  });

  it('giant frames: as long as they are told to be, and as good as any', async () => {
    const client = await TestClient.connected();
    client.home.add(giantFrames(1_000_000));
    expect(JSON.stringify(await client.command('ping')).length).toBeGreaterThan(1_000_000);
  });

  it('unknown messages: beside those that are known', async () => {
    const client = await TestClient.connected();
    client.home.add(unknownMessages());
    expect(await client.command('ping')).toEqual({ id: 1, type: 'pong', novel_field: 1 });
    expect(client.messages).toHaveLength(1);
    await client.command('supported_features', { features: { coalesce_messages: 1 } });
    client.frames.length = 0;
    await client.command('ping');
    expect(client.messages.map(({ type }) => type)).toEqual(['novelty', 'event', 'result', 'pong', 'pong']);
  });

  it('stall: what is meant for the client waits, and comes when it ends', async () => {
    const client = await TestClient.connected();
    const subscription = client.post('subscribe_events', { event_type: 'rung' });
    await client.clock.settle();
    {
      using _ = client.home.add(stall());
      client.home.fireEvent('rung');
      await client.clock.advanceBy(60_000);
      expect(client.events(subscription)).toEqual([]);
    }
    await client.clock.settle();
    expect(client.events(subscription)).toHaveLength(1);
  });

  it('stall: too much ends the connection', async () => {
    const client = await TestClient.connected();
    await client.command('subscribe_entities');
    client.home.add(stall());
    storm(client.home, { changes: 1100 });
    await client.clock.advanceBy(9_999);
    expect(client.home.connectionCount).toBe(1);
    await client.clock.advanceBy(1);
    expect(client.home.connectionCount).toBe(0);
  });

  it('a storm: as many changes as it is told to, and too many at once end the connection', async () => {
    const client = await TestClient.connected({ states: { 'light.a': 'on' } });
    await client.command('subscribe_entities');
    storm(client.home, { changes: 4095, entities: ['light.a'] });
    expect(client.home.state('light.a')).toBe('off');
    await client.clock.settle();
    expect(client.messages).toHaveLength(2 + 4095);
    storm(client.home);
    expect(client.home.state('sensor.storm_99')).toBe('99');
    expect(client.home.connectionCount).toBe(0);
    expect(() => storm(client.home, { entities: [] })).toThrow('A storm of 10000 changes of 0 entities is none');
  });

  it('a clock that is set: what is dated follows it, both ways', async () => {
    const client = await TestClient.connected({ states: { 'light.a': 'on' } });
    const dated = (state: string): number => {
      client.home.setState('light.a', state);
      return Number(client.home.states.get('light.a')?.lastChanged) / 1000 - client.clock.nowMs();
    };
    client.home.stepClock('2h');
    expect(dated('off')).toBe(7_200_000);
    client.home.stepClock('-3h');
    expect(dated('on')).toBe(-3_600_000);
    expect(() => client.home.stepClock('soon')).toThrow('soon');
  });

  it('a slow restart: entities come back one by one, and what happens to them meanwhile is so then', async () => {
    const states = { 'light.a': 'on', 'light.b': 'on', 'light.c': 'on', 'light.d': 'on' };
    const client = new TestClient({ states, registries: { entities: { 'light.b': {} } } });
    const there = (): string[] =>
      [...client.home.states.all()].map(({ entityId, state }) => `${entityId} ${state}`).toSorted();
    client.home.restart({ downMs: 1000, startMs: 1000, entitiesMs: 4000 });
    await client.clock.advanceBy(2505);
    expect(client.home.config().state).toBe('RUNNING');
    expect(there()).toEqual(['light.a on', 'light.b unavailable']);
    client.home.setState('light.d', 'off');
    client.home.removeState('light.c');
    expect([client.home.state('light.d'), client.home.state('light.c')]).toEqual(['off', undefined]);
    await client.clock.advanceBy(4000);
    expect(there()).toEqual(['light.a on', 'light.b on', 'light.d off']);
  });

  it('a slow restart that is broken off: nothing is forgotten', async () => {
    const entities = { 'light.b': {}, 'light.c': {} };
    const client = new TestClient({
      states: { 'light.a': 'on', 'light.b': 'on', 'light.c': 'on' },
      registries: { entities },
    });
    client.home.restart({ entitiesMs: 60_000 });
    await client.clock.advanceBy(30_000);
    client.home.removeState('light.c');
    client.home.restart();
    await client.clock.advanceBy(30_000);
    const there = [...client.home.states.all()].map(({ entityId, state }) => [entityId, state]);
    expect(Object.fromEntries(there)).toEqual({ 'light.a': 'on', 'light.b': 'on' });
  });
});
