import { describe, expect, it } from 'vitest';
import { startHouse } from '../home-assistant/house-fixture.ts';

describe('bus.history', () => {
  it('tells changes that somebody was told of, with both states, frozen', async () => {
    await using t = await startHouse({ 'light.hall': 'off', 'light.attic': 'off' });
    t.bus.onStateChange('light.hall', { to: 'on' }, () => undefined);
    t.anotherApp('stairs').onStateChange(
      'light.*',
      { to: 'on', where: ({ entityId }) => entityId === 'light.hall' },
      () => undefined,
    );
    t.set('light.hall', 'on', { brightness: 128 });
    t.set('light.hall', 'off');
    t.set('light.attic', 'on');
    const [change, ...others] = t.bus.history({ entity: 'light.*' });
    expect(others).toEqual([]);
    expect(change).toEqual({
      ...{ kind: 'state', home: 'default', entityId: 'light.hall', heardBy: ['hallway', 'stairs'] },
      at: Temporal.Instant.fromEpochMilliseconds(t.clock.nowMs()),
      from: { state: 'off', attributes: {} },
      to: { state: 'on', attributes: { brightness: 128 } },
    });
    expect(Object.isFrozen(change)).toBe(true);
    expect(Object.isFrozen(change?.to?.attributes)).toBe(true);
  });

  it('tells events, calls, topics and changes of the connection', async () => {
    await using t = await startHouse();
    t.bus.onEvent('zha_event', () => undefined);
    t.bus.onCallService('light.*', () => undefined);
    t.bus.onDisconnected(() => undefined);
    t.link.fire('zha_event', { command: 'toggle' });
    t.link.fire('call_service', { domain: 'light', service: 'turn_on', service_data: { entity_id: 'light.hall' } });
    t.bus.emit('garage.opened', { by: 'car' });
    t.lose();
    expect(t.bus.history().map(({ at: _at, home: _home, ...rest }) => rest)).toEqual([
      { kind: 'event', type: 'zha_event', data: { command: 'toggle' }, origin: 'LOCAL', heardBy: ['hallway'] },
      { kind: 'call', service: 'light.turn_on', data: { entity_id: 'light.hall' }, heardBy: ['hallway'] },
      { kind: 'topic', topic: 'garage.opened', from: 'hallway', data: { by: 'car' }, heardBy: [] },
      { kind: 'connection', what: 'disconnected', heardBy: ['hallway'] },
    ]);
    expect(t.bus.history({ event: 'zha_event' })).toHaveLength(1);
    expect(t.bus.history({ service: 'light.turn_*' })).toHaveLength(1);
    expect(t.bus.history({ topic: 'garage.opened' })[0]?.from).toBe('hallway');
    expect(t.bus.history({ topic: 'garage.closed' })).toEqual([]);
  });

  it('gives what an app told as it is now, as a copy that is frozen', async () => {
    await using t = await startHouse();
    const data = { list: [1], act: () => undefined };
    t.bus.emit('house.list', data);
    data.list.push(2);
    const [told] = t.bus.history({ topic: 'house.list' });
    expect(told?.data).toEqual({ list: [1, 2] });
    expect(Object.isFrozen(told?.data)).toBe(true);
    expect(Object.isFrozen(data)).toBe(false);
  });

  it('tells what is so new, and the newest so many', async () => {
    await using t = await startHouse({ 'light.hall': 'off' });
    t.bus.onStateChange('light.hall', () => undefined);
    t.set('light.hall', 'on');
    await t.advance('10m');
    t.set('light.hall', 'off');
    await t.advance('1m');
    t.set('light.hall', 'on');
    const to = (query: object): readonly unknown[] =>
      t.bus.history<{ entity: string }>({ entity: 'light.hall', ...query }).map((change) => change.to?.state);
    expect(to({})).toEqual(['on', 'off', 'on']);
    expect(to({ since: '5m' })).toEqual(['off', 'on']);
    expect(to({ since: Temporal.Instant.fromEpochMilliseconds(t.clock.nowMs()) })).toEqual(['on']);
    expect(to({ limit: 1 })).toEqual(['on']);
  });

  it.each<[object, string]>([
    [{ entity: 'light.hall', topic: 'x' }, 'bus.history was asked for both "entity" and "topic"'],
    [{ entity: '' }, '"entity" of bus.history is "", but has to be a name or a glob'],
    [{ entty: 'light.hall' }, 'bus.history has no option "entty"'],
    [{ limit: 0 }, '"limit" of bus.history is 0, but has to be a whole number above 0'],
    [{ since: 'yesterday' }, '"since" of bus.history'],
  ])('refuses %j', async (query, message) => {
    await using t = await startHouse();
    expect(() => t.bus.history(query)).toThrow(message);
  });
});
