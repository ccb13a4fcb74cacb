import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { isObject } from '../../src/simulator/json.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { errorCode, TestClient } from './test-client.ts';

describe('SimulatedHome', () => {
  it('gives entities that are named by their state alone what their services need', async () => {
    const { home } = new TestClient({ states: { 'light.hallway': 'off', 'input_select.mode': 'home' } });
    expect(home.attributes('light.hallway')).toMatchObject({
      friendly_name: 'Hallway',
      supported_color_modes: ['color_temp', 'hs'],
    });
    expect(home.attributes('input_select.mode')?.options).toEqual(['home']);
  });

  it('keeps attributes that a write does not name, and takes away those that are undefined', () => {
    const { home } = new TestClient({ states: { 'sensor.a': { state: '1', attributes: { unit: 'W', gone: 1 } } } });
    home.setState('sensor.a', '2', { more: true, gone: undefined });
    expect(home.attributes('sensor.a')).toEqual({ friendly_name: 'A', unit: 'W', more: true });
    home.setState('sensor.a', '3');
    expect(home.attributes('sensor.a')).toEqual({ friendly_name: 'A', unit: 'W', more: true });
    expect(home.state('sensor.a')).toBe('3');
  });

  it('tells subscribers of a write, of the same write nothing, and of a removal', async () => {
    const client = await TestClient.connected({ states: { 'sensor.a': '1' } });
    await client.command('subscribe_entities');
    client.events(1);
    client.home.setState('sensor.a', '2');
    client.home.setState('sensor.a', '2');
    client.home.removeState('sensor.a');
    await client.clock.settle();
    expect(client.events(1)).toMatchObject([{ c: { 'sensor.a': { '+': { s: '2' } } } }, { r: ['sensor.a'] }]);
  });

  it('dates two writes of one moment apart, and what is there from the start alike', async () => {
    const client = await TestClient.connected({ states: { 'sensor.a': '1', 'sensor.b': '1' } });
    const dates = (): number[] => ['sensor.a', 'sensor.b'].map((id) => client.home.states.get(id)?.lastChanged ?? 0);
    expect(new Set(dates())).toHaveLength(1);
    client.home.setState('sensor.a', '2');
    client.home.setState('sensor.b', '2');
    expect(new Set(dates())).toHaveLength(2);
  });

  it('puts a change into text once for all who subscribe', async () => {
    const client = await TestClient.connected({ states: { 'sensor.a': '1' } });
    const frames: string[] = [];
    client.home.add({ name: 'watch', send: (frame, _connection, pass) => (frames.push(frame), pass(frame)) });
    await client.command('subscribe_entities');
    await client.command('subscribe_entities', { entity_ids: ['sensor.a'] });
    frames.length = 0;
    client.home.setState('sensor.a', '2');
    await client.clock.settle();
    expect(frames).toHaveLength(2);
    expect(frames[0]?.replace('"id":1}', '')).toBe(frames[1]?.replace('"id":2}', ''));
  });

  it('logs the calls that it accepted, with who made them', async () => {
    const client = await TestClient.connected({ states: { 'light.a': 'off' } });
    await client.call('light.turn_on', 'light.a', { brightness: 7 });
    await client.call('light.turn_on', 'light.a', { brightness: 'much' });
    expect(client.home.calls).toMatchObject([
      {
        domain: 'light',
        service: 'turn_on',
        data: { brightness: 7 },
        target: { entity_id: ['light.a'] },
        atMs: client.clock.nowMs(),
      },
    ]);
    expect(client.home.calls[0]?.context.user_id).toBe(client.home.users.owner.id);
  });

  it('acts on the entities of an area and under a label', async () => {
    const client = await TestClient.connected({
      states: { 'light.a': 'off', 'light.b': 'off', 'light.c': 'off', 'switch.d': 'off' },
      registries: {
        areas: { hall: {} },
        labels: { night: {} },
        entities: { 'light.a': { area: 'hall' }, 'switch.d': { area: 'hall' }, 'light.b': { labels: ['night'] } },
      },
    });
    await client.command('call_service', {
      domain: 'light',
      service: 'turn_on',
      target: { area_id: 'hall', label_id: ['night'] },
    });
    expect(['light.a', 'light.b', 'light.c', 'switch.d'].map((id) => client.home.state(id))).toEqual([
      'on',
      'on',
      'off',
      'off',
    ]);
  });

  it('lets an entity follow others under the context of what made them change', async () => {
    const client = await TestClient.connected({ states: { 'input_number.level': '20.0' } });
    client.home.derive('sensor.power', ['input_number.level'], (read) => ({
      state: String(Number(read('input_number.level')) * 10),
    }));
    expect(client.home.state('sensor.power')).toBe('200');
    await client.call('input_number.set_value', 'input_number.level', { value: 33 });
    expect(client.home.state('sensor.power')).toBe('330');
    expect(client.home.states.get('sensor.power')?.context).toEqual(client.home.calls[0]?.context);
  });

  it('takes services of a test, and tells that they came and went', async () => {
    const client = await TestClient.connected();
    await client.command('subscribe_events');
    const remove = client.home.addService('siren', 'wail', {
      description: { fields: {} },
      check: (data) => data,
      run: () => undefined,
    });
    expect(await client.command('call_service', { domain: 'siren', service: 'wail' })).toMatchObject({ success: true });
    remove();
    expect(errorCode(await client.command('call_service', { domain: 'siren', service: 'wail' }))).toBe('not_found');
    const types = client.events(1).map((event) => (isObject(event) ? event.event_type : event));
    expect(types).toEqual(['service_registered', 'call_service', 'service_removed']);
  });

  it('is one of several in a process: ids follow from the seed, tokens of one are none of the other', async () => {
    const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-21T12:00:00Z') });
    const [one, same, other] = [1, 1, 2].map((seed) => new SimulatedHome({ clock, seed }));
    expect(one?.token).toBe(same?.token);
    expect(one?.token).not.toBe(other?.token);
    expect(one?.users.byToken(other?.token ?? '')).toBeUndefined();
  });

  it('refuses what an administrator may and a user may not', async () => {
    const client = new TestClient();
    await client.connect(client.home.userToken);
    expect(errorCode(await client.command('fire_event', { event_type: 'x' }))).toBe('unauthorized');
    expect(await client.command('subscribe_events', { event_type: 'state_changed' })).toMatchObject({ success: true });
  });

  it('closes the connections of a token that is revoked', async () => {
    const client = await TestClient.connected();
    client.home.revoke(client.home.token);
    await client.clock.settle();
    expect(client.ends).toEqual(['<closed 1000>']);
  });

  it('tells nothing to a client that gives up while it connects', async () => {
    const client = new TestClient();
    const given = new AbortController();
    const heard: string[] = [];
    const listener = { onText: (text: string) => void heard.push(text), onClose: () => void heard.push('closed') };
    const connecting = client.home.transport.connect(listener, given.signal);
    given.abort(new Error('enough'));
    await expect(client.clock.pump(connecting)).rejects.toThrow('enough');
    expect(heard).toEqual([]);
    expect(client.home.connectionCount).toBe(0);
  });

  it('has no timer while nobody is connected', () => {
    expect(new TestClient({ states: { 'light.a': 'on' } }).clock.timers()).toEqual([]);
  });
});

describe('a slow reader', () => {
  it('is sent away once too much waits for it', async () => {
    const client = await TestClient.connected({ limits: { pendingMessages: 10 } });
    await client.command('subscribe_events', { event_type: 'flood' });
    client.socket.pause();
    for (let n = 0; n < 10; n++) client.home.fireEvent('flood', { n });
    expect(client.home.connectionCount).toBe(0);
    client.socket.resume();
    await client.clock.settle();
    expect(client.ends).toEqual(['<closed 1000>']);
  });

  it('is sent away when a lot has waited for ten seconds', async () => {
    const client = await TestClient.connected({ limits: { pendingPeak: 3 } });
    await client.command('subscribe_events', { event_type: 'flood' });
    client.socket.pause();
    for (let n = 0; n < 5; n++) client.home.fireEvent('flood', { n });
    await client.clock.advanceBy(9_999);
    expect(client.home.connectionCount).toBe(1);
    await client.clock.advanceBy(1);
    expect(client.home.connectionCount).toBe(0);
  });

  it('gets everything when it reads again in time', async () => {
    const client = await TestClient.connected({ limits: { pendingPeak: 3 } });
    await client.command('subscribe_events', { event_type: 'flood' });
    client.socket.pause();
    for (let n = 0; n < 5; n++) client.home.fireEvent('flood', { n });
    await client.clock.advanceBy(5000);
    client.socket.resume();
    await client.clock.advanceBy(60_000);
    expect(client.events(1)).toHaveLength(5);
    expect(client.home.connectionCount).toBe(1);
  });
});
