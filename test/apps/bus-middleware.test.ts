import { describe, expect, it } from 'vitest';
import { currentExecution } from '../../src/kernel/execution.ts';
import { messageOf } from '../../src/kernel/failure.ts';
import { startHouse } from '../home-assistant/house-fixture.ts';

describe('bus.use', () => {
  it('leaves out what it does not let go on, for all handlers of the app and for no other app', async () => {
    await using t = await startHouse({ 'light.hall': 'off', 'light.attic': 'off' });
    const { told, hear } = t.ear();
    const subscription = t.bus.onStateChange('light.*', hear);
    const others: string[] = [];
    t.anotherApp('stairs').onStateChange('light.*', (event) => void others.push(event.entityId));
    const handle = t.bus.use((event, next) => {
      if ('entityId' in event && event.entityId === 'light.attic') return;
      next();
    });
    t.set('light.attic', 'on');
    t.set('light.hall', 'on');
    expect(told).toEqual(['light.hall off→on']);
    expect(others).toEqual(['light.attic', 'light.hall']);
    expect(subscription.counters).toMatchObject({ received: 2, matched: 1, filtered: 1, run: 1, failed: 0 });
    handle.cancel();
    handle[Symbol.dispose]();
    t.set('light.attic', 'off');
    expect(told).toHaveLength(2);
  });

  it('hands on an event with other contents, of the same class and cause, to the next one, to where and to handlers', async () => {
    await using t = await startHouse({ 'sensor.attic': '20' });
    const seen: unknown[] = [];
    t.bus.onStateChange('sensor.attic', { where: ({ to }) => Number(to?.state) < 21 }, (event) => {
      seen.push(event.to?.number, event.to?.attributes, event.from?.state, event.cause.kind);
      seen.push(event.to?.lastChanged.epochMilliseconds === t.clock.nowMs());
      seen.push(
        Object.isFrozen(event),
        Object.isFrozen(event.to?.attributes),
        event.signal === currentExecution()?.signal,
      );
    });
    t.bus.use((event, next) => {
      if (event.kind === 'changed') next({ to: { state: String(Number(event.to.state) - 0.5) } });
    });
    t.bus.use((event, next) => {
      if (event.kind === 'changed') next({ to: { attributes: { corrected: true, before: event.to.state } } });
    });
    t.set('sensor.attic', '21.4', { unit_of_measurement: '°C' });
    t.set('sensor.attic', '22');
    const cause = 'device';
    expect(seen).toEqual([20.9, { corrected: true, before: '20.9' }, '20', cause, true, true, true, true]);
    expect(t.home.mirror.get('sensor.attic')?.state).toBe('22');
    expect(t.bus.history({ entity: 'sensor.attic' })[0]?.to?.state).toBe('21.4');
  });

  it('changes attributes, the data of events, calls and topics', async () => {
    await using t = await startHouse({ 'climate.hall': 'heat' });
    const seen: unknown[] = [];
    t.bus.onAttributeChange('climate.hall', 'current_temperature', (event) => void seen.push(event.value));
    t.bus.onEvent('zha_event', (event) => void seen.push(event.type, event.data));
    t.bus.onCallService('light.turn_on', (event) => void seen.push(event.service, event.data));
    t.bus.on('garage.*', (event) => void seen.push(event.topic, event.from, event.data));
    t.bus.use((event, next) => {
      if (event.kind === 'changed') next({ to: { attributes: { current_temperature: 7 } } });
      else next({ data: { instead: event.kind } });
    });
    t.set('climate.hall', 'heat', { current_temperature: 20 });
    t.link.fire('zha_event', { command: 'toggle' });
    t.link.fire('call_service', { domain: 'light', service: 'turn_on', service_data: { entity_id: 'light.hall' } });
    t.bus.emit('garage.opened', { by: 'car' });
    expect(seen).toEqual([
      ...[7, 'zha_event', { instead: 'event' }, 'light.turn_on', { instead: 'call' }],
      ...['garage.opened', 'hallway', { instead: 'topic' }],
    ]);
  });

  it('is called with the app as this', async () => {
    const app = { name: 'app' };
    await using t = await startHouse({}, { self: app });
    const seen: unknown[] = [];
    t.bus.on('a', () => undefined);
    t.bus.use(function (this: unknown, _event, next) {
      seen.push(this);
      next();
    });
    t.bus.emit('a');
    expect(seen).toEqual([app]);
  });

  it.each<[string, (event: unknown, next: (changes?: object) => void) => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
      'broken',
    ],
    [
      'is asynchronous',
      async (_event, next) => next(),
      '"slow" is asynchronous, and a middleware of the bus must not be',
    ],
    [
      'calls next twice',
      (_event, next) => {
        next();
        next();
      },
      '"slow" called next() twice for one event',
    ],
    ['changes what it cannot', (_event, next) => next({ topic: 'b' }), '"topic" of an event was to be changed'],
  ])(
    'reports one that %s as a failure of the handler, to which the event does not go',
    async (_what, pass, message) => {
      await using t = await startHouse();
      let runs = 0;
      const subscription = t.bus.on('a', { name: 'listen' }, () => void (runs += 1));
      const named = { slow: (event: unknown, next: () => void) => pass(event, next) };
      t.bus.use(named.slow);
      t.bus.emit('a', {});
      await t.settle();
      expect(runs).toBe(0);
      expect(t.failures.map(({ name, error }) => `${name}: ${messageOf(error)}`)).toEqual([
        expect.stringContaining(`listen: ${message}`),
      ]);
      expect(subscription.counters).toMatchObject({ matched: 0, filtered: 0, failed: 1 });
    },
  );

  it('refuses a next that comes late, changes of what has none, and what is no function', async () => {
    await using t = await startHouse();
    let late: (() => void) | undefined;
    t.bus.on('a', () => undefined);
    t.bus.use((_event, next) => {
      late = next;
    });
    t.bus.emit('a');
    expect(() => late?.()).toThrow('called next() after it had ended');
    expect(() => t.bus.use(undefined as never)).toThrow('use was given no middleware');
    t.stopApp();
    expect(() => t.bus.use(() => undefined)).toThrow('bus.use was refused');
  });

  it('reports changes of an event that has nothing to change', async () => {
    await using t = await startHouse();
    t.bus.onDisconnected(() => undefined);
    t.bus.use((_event, next) => next({ data: 1 }));
    t.lose();
    expect(t.failures.map(({ error }) => messageOf(error))).toEqual([
      expect.stringContaining('gave changes for an event that has nothing to change'),
    ]);
  });
});
