import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { above, available, not } from '../../src/bus/conditions.ts';
import type { PayloadSchema } from '../../src/bus/payload-schema.ts';
import { Cancelled } from '../../src/kernel/errors.ts';
import type { Failure } from '../../src/kernel/failure.ts';
import { type House, startHouse } from '../home-assistant/house-fixture.ts';

const call = (service: string, data: Record<string, unknown> = {}): Record<string, unknown> => {
  const [domain, name] = service.split('.');
  return { domain, service: name, service_data: data };
};

/** Runs something as a task of the app, which is what waits inside it follow. */
function run<T>(t: House, work: (signal: AbortSignal) => Promise<T>) {
  const outcome: { value?: T; error?: unknown } = {};
  const lane = t.executor.lane<undefined>({
    life: t.life,
    kind: 'task',
    name: 'work',
    timeoutMs: false,
    run: (_input, execution) =>
      work(execution.signal).then(
        (value) => void (outcome.value = value),
        (error: unknown) => void (outcome.error = error),
      ),
  });
  lane.submit(undefined);
  return { outcome, cancel: () => lane.cancel(new Cancelled('enough')) };
}

describe('onEvent', () => {
  it('tells of events of one type, asked of the home only while somebody listens', async () => {
    await using t = await startHouse();
    const seen: unknown[] = [];
    const before = t.link.followed.length;
    const first = t.bus.onEvent(
      'zha_event',
      (event) => void seen.push([event.kind, event.type, event.data, event.origin]),
    );
    const second = t.bus.onEvent('zha_event', () => undefined);
    expect(t.link.followed.filter((type) => type === 'zha_event')).toHaveLength(2);
    t.link.fire('zha_event', { command: 'toggle' });
    t.link.fire('other', {});
    first.cancel();
    second.cancel();
    t.link.fire('zha_event', { command: 'on' });
    expect(seen).toEqual([['event', 'zha_event', { command: 'toggle' }, 'LOCAL']]);
    expect(t.link.followed).toHaveLength(before);
  });

  it('hands over what a schema makes of the data, and leaves out what does not fit', async () => {
    await using t = await startHouse();
    const seen: unknown[] = [];
    const schema = z.object({ command: z.enum(['on', 'off']), args: z.array(z.coerce.number()).default([]) });
    const subscription = t.bus.onEvent('zha_event', { name: 'press', schema }, ({ data }) => void seen.push(data));
    t.link.fire('zha_event', { command: 'on', args: ['1', 2], more: true });
    t.link.fire('zha_event', { command: 'off' });
    expect(seen).toEqual([
      { command: 'on', args: [1, 2] },
      { command: 'off', args: [] },
    ]);
    expect(seen.every((data) => Object.isFrozen(data))).toBe(true);
    t.link.fire('zha_event', { command: 'toggle', args: [1, 'two'] });
    t.link.fire('zha_event', {});
    expect(seen).toHaveLength(2);
    expect(subscription.counters).toMatchObject({ received: 4, matched: 2, invalid: 2, run: 2, failed: 0 });
    expect(t.warnings()).toEqual([
      '"press": an event was not handed over, since the data does not fit the schema: ' +
        'data.command is "toggle": Invalid option: expected one of "on"|"off"; ' +
        'data.args[1] is "two": Invalid input: expected number, received NaN',
    ]);
    t.link.fire('zha_event', { command: 1 });
    await t.clock.advanceBy(60_000);
    expect(t.warnings().slice(1)).toEqual([
      '"press": 2 events were not handed over, since the data does not fit the schema: ' +
        'data.command is 1: Invalid option: expected one of "on"|"off"',
    ]);
    expect(t.failures).toEqual([]);
  });

  it('holds the pattern against what came, and asks where of what the schema gave', async () => {
    await using t = await startHouse();
    const seen: unknown[] = [];
    const schema = z.object({ level: z.string().transform(Number) });
    const subscription = t.bus.onEvent(
      'x',
      { schema, data: { level: /^\d$/ }, where: ({ data }) => Number(data['level']) > 3 },
      ({ data }) => void seen.push(data.level + 1),
    );
    for (const level of ['2', '5', 'many', 7]) t.link.fire('x', { level });
    expect(seen).toEqual([6]);
    expect(subscription.counters).toMatchObject({ received: 4, matched: 1, invalid: 0 });
  });

  it('does with what does not fit as it was told to', async () => {
    await using t = await startHouse();
    const schema = z.object({ level: z.number() });
    const quiet = t.bus.onEvent('x', { schema, invalid: 'ignore' }, () => undefined);
    t.link.fire('x', { level: 'high' });
    expect(t.warnings()).toEqual([]);
    expect(quiet.counters).toMatchObject({ invalid: 1, failed: 0 });
    const loud = t.bus.onEvent('x', { schema, invalid: 'error' }, () => undefined);
    t.link.fire('x', { level: 'high' });
    await t.clock.settle();
    expect(loud.counters).toMatchObject({ invalid: 1, failed: 1 });
    expect(t.failures.map(({ error }) => error)).toMatchObject([
      {
        code: 'PAYLOAD_INVALID',
        message:
          'An event for onEvent(x) does not fit the schema: data.level is "high": Invalid input: expected number, received string',
      },
    ]);
  });

  it('takes schemas of other libraries, and refuses what is none or takes its time', async () => {
    await using t = await startHouse();
    const seen: unknown[] = [];
    const own = (validate: PayloadSchema<number>['~standard']['validate']): PayloadSchema<number> => ({
      '~standard': { version: 1, vendor: 'own', validate },
    });
    const byOwn = own((data) => ({ value: Object.keys(data as object).length }));
    t.bus.onEvent('x', { schema: byOwn }, ({ data }) => void seen.push(data));
    t.bus.onEvent('y', { schema: own(() => Promise.resolve({ value: 1 })) }, ({ data }) => void seen.push(data));
    t.bus.onEvent('z', { schema: own(() => ({ issues: [{ message: 'no', path: [{ key: 'a' }, 'b-c'] }] })) }, () => 1);
    t.link.fire('x', { a: 1, b: 2 });
    t.link.fire('y', {});
    t.link.fire('z', { a: { 'b-c': 'long'.repeat(30) } });
    await t.clock.settle();
    expect(seen).toEqual([2]);
    expect(t.failures.map(({ error }) => error)).toMatchObject([
      { message: '"schema" of onEvent(y) does not answer at once' },
    ]);
    expect(t.warnings()[0]).toContain('data.a["b-c"] is "longlong');
    const wrong = { level: 'number' } as unknown as PayloadSchema;
    expect(() => t.bus.onEvent('x', { schema: wrong }, () => undefined)).toThrow(
      '"schema" of onEvent(x) is {"level":"number"}, but has to be a schema, such as z.object(',
    );
    expect(() => t.bus.onEvent('x', { schema: byOwn, invalid: 'wran' as 'warn' }, () => undefined)).toThrow(
      'is "wran", but has to be "warn" or',
    );
  });

  it('holds data against a pattern', async () => {
    await using t = await startHouse();
    const seen: unknown[] = [];
    const subscription = t.bus.onEvent(
      'zha_event',
      { data: { command: ['on', 'toggle'], device: { lqi: above(100) } } },
      ({ data }) => void seen.push(data['n']),
    );
    t.link.fire('zha_event', { n: 1, command: 'toggle', device: { lqi: 200 } });
    t.link.fire('zha_event', { n: 2, command: 'off', device: { lqi: 200 } });
    t.link.fire('zha_event', { n: 3, command: 'on', device: { lqi: 20 } });
    expect(seen).toEqual([1]);
    expect(subscription.counters).toMatchObject({ received: 3, matched: 1, run: 1 });
  });

  it('gives frozen data, the time and the context of the home', async () => {
    await using t = await startHouse();
    const seen: unknown[] = [];
    t.bus.onEvent('x', (event) => {
      seen.push(Object.isFrozen(event), Object.isFrozen(event.data['list']), event.firedAt.toString(), event.context);
    });
    t.link.fire('x', { list: [1, { a: 1 }] });
    expect(seen).toEqual([true, true, '2026-11-21T13:17:53.009466Z', { id: 'C3', parentId: null, userId: null }]);
  });

  it('reports a condition that throws', async () => {
    const failures: Failure[] = [];
    await using t = await startHouse({}, { onError: (failure) => void failures.push(failure) });
    const options = {
      name: 'picky',
      data: {
        n: () => {
          throw new Error('cannot say');
        },
      },
    };
    t.bus.onEvent('x', options, () => undefined);
    t.link.fire('x', { n: 1 });
    await t.settle();
    expect(failures).toMatchObject([{ name: 'picky', input: 'x', error: { message: 'cannot say' } }]);
  });

  it('refuses options that only states have, and says why', async () => {
    await using t = await startHouse();
    const options: object = { immediate: true };
    expect(() => t.bus.onEvent('x', options, () => undefined)).toThrow('onEvent(x) has no option "immediate"');
    try {
      t.bus.onEvent('x', options, () => undefined);
    } catch (error) {
      expect(error).toMatchObject({ hint: expect.stringContaining('It belongs to onStateChange') });
    }
    expect(() => t.bus.onEvent('zha_*', () => undefined)).toThrow('onEvent was given the glob "zha_*"');
    expect(() => t.bus.onEvent('', () => undefined)).toThrow('no type of event');
    const data: object = { data: [1] };
    expect(() => t.bus.onEvent('x', data, () => undefined)).toThrow('"data" of onEvent(x) is [1]');
    expect(t.link.followed).not.toContain('x');
  });
});

describe('onCallService', () => {
  it('tells of calls of one service, or of those that a glob means', async () => {
    await using t = await startHouse();
    const seen: string[] = [];
    t.bus.onCallService(
      'light.turn_on',
      { data: { brightness_pct: above(80) } },
      ({ service, data }) => void seen.push(`bright ${service} ${String(data['brightness_pct'])}`),
    );
    t.bus.onCallService('light.*', ({ service }) => void seen.push(`any ${service}`));
    const fan = t.bus.onCallService('fan.turn_on', () => void seen.push('fan'));
    t.link.fire('call_service', call('light.turn_on', { brightness_pct: 90 }));
    t.link.fire('call_service', call('light.turn_on', { brightness_pct: 10 }));
    t.link.fire('call_service', call('light.turn_off'));
    expect(seen).toEqual(['bright light.turn_on 90', 'any light.turn_on', 'any light.turn_on', 'any light.turn_off']);
    expect(fan.counters.received).toBe(0);
  });

  it('means a call for several entities where one of them is named', async () => {
    await using t = await startHouse();
    let calls = 0;
    t.bus.onCallService('light.turn_on', { data: { entity_id: 'light.a' } }, () => void (calls += 1));
    t.link.fire('call_service', call('light.turn_on', { entity_id: ['light.b', 'light.a'] }));
    t.link.fire('call_service', call('light.turn_on', { entity_id: ['light.b'] }));
    expect(calls).toBe(1);
  });

  it('listens to the home only while somebody does', async () => {
    await using t = await startHouse();
    expect(t.home.events.watches('call_service')).toBe(false);
    const one = t.bus.onCallService('light.turn_on', () => undefined);
    const two = t.bus.onCallService('light.turn_off', () => undefined);
    expect(t.link.followed.filter((type) => type === 'call_service')).toHaveLength(1);
    one.cancel();
    two.cancel();
    expect(t.home.events.watches('call_service')).toBe(false);
    expect(t.link.followed).not.toContain('call_service');
  });

  it('refuses what is no service', async () => {
    await using t = await startHouse();
    const name = 'turn_on' as 'light.turn_on';
    expect(() => t.bus.onCallService(name, () => undefined)).toThrow(
      'onCallService was given "turn_on", which is no service',
    );
  });
});

describe('the connection', () => {
  it('is told when it goes and comes, and a restart once', async () => {
    await using t = await startHouse();
    const seen: unknown[] = [];
    t.bus.onConnected(({ kind, home, again, restarted }) => void seen.push([kind, home, again, restarted]));
    t.bus.onDisconnected({ name: 'away' }, ({ kind, home }) => void seen.push([kind, home]));
    t.bus.onHomeAssistantStart(({ kind, firedAt }) => void seen.push([kind, firedAt.toString()]));
    t.lose();
    t.reconnect();
    t.lose();
    t.restart();
    expect(seen).toEqual([
      ['disconnected', 'default'],
      ['connected', 'default', true, false],
      ['disconnected', 'default'],
      ['connected', 'default', true, true],
      ['home-assistant-start', '2026-11-21T12:00:00Z'],
    ]);
  });

  it('can be called away only when it has been so for a while', async () => {
    await using t = await startHouse();
    let told = 0;
    t.bus.onDisconnected({ debounce: '5m' }, () => void (told += 1));
    t.lose();
    await t.advance('4m');
    expect(told).toBe(0);
    await t.advance('1m');
    expect(told).toBe(1);
  });

  it('tells of missed changes before it says that it is back', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const seen: string[] = [];
    t.bus.onConnected(() => void seen.push('connected'));
    t.bus.onStateChange('light.a', ({ resync }) => void seen.push(`changed ${resync}`));
    t.lose();
    t.set('light.a', 'off');
    t.reconnect();
    expect(seen).toEqual(['changed true', 'connected']);
  });
});

describe('topics', () => {
  it('carry data from app to app', async () => {
    await using t = await startHouse();
    const other = t.anotherApp('garage');
    const seen: unknown[] = [];
    t.bus.on(
      'garage.opened',
      ({ kind, topic, data, from, firedAt }) => void seen.push([kind, topic, data, from, firedAt.toString()]),
    );
    t.bus.on('garage.*', { where: ({ data }) => data !== null }, ({ topic }) => void seen.push(topic));
    other.emit('garage.opened', { by: 'car' });
    other.emit('garage.closed', null);
    other.emit('door.opened');
    expect(seen).toEqual([
      ['topic', 'garage.opened', { by: 'car' }, 'garage', '2026-11-21T12:00:00Z'],
      'garage.opened',
    ]);
  });

  it('reach all listeners in the order in which they were emitted', async () => {
    await using t = await startHouse();
    const seen: string[] = [];
    t.bus.on('a', () => {
      seen.push('first a');
      t.bus.emit('b');
    });
    t.bus.on('*', ({ topic }) => void seen.push(`all ${topic}`));
    t.bus.emit('a');
    expect(seen).toEqual(['first a', 'all a', 'all b']);
  });

  it('are refused where they are none, and for an app that has stopped', async () => {
    await using t = await startHouse();
    expect(() => t.bus.emit('')).toThrow('emit was given "", which is no topic');
    expect(() => t.bus.emit('a..b')).toThrow('which is no topic');
    expect(() => t.bus.emit('a.*')).toThrow('emit was given the glob "a.*"');
    expect(() => t.bus.on('a.', () => undefined)).toThrow('which is no topic');
    const options: object = { to: 'on' };
    expect(() => t.bus.on('a', options, () => undefined)).toThrow('on(a) has no option "to"');
    t.stopApp();
    expect(() => t.bus.emit('a')).toThrow(`bus.emit('a') was refused: "hallway" has stopped`);
    expect(() => t.bus.on('a', () => undefined)).toThrow('bus.on was refused');
  });
});

describe('on, with a cause', () => {
  it('handles what those have told that are meant', async () => {
    await using t = await startHouse();
    const heard: string[] = [];
    t.bus.on('a', { cause: 'self' }, ({ from }) => void heard.push(`own ${from}`));
    t.bus.on('a', { cause: not('self') }, ({ from }) => void heard.push(`other ${from}`));
    t.bus.on('a', { cause: (cause) => cause.app === 'stairs' }, ({ from }) => void heard.push(`stairs ${from}`));
    t.bus.emit('a');
    t.anotherApp('stairs').emit('a');
    expect(heard).toEqual(['own hallway', 'other stairs', 'stairs stairs']);
    expect(() => t.bus.on('a', { cause: 'slef' as 'self' }, () => undefined)).toThrow('"cause" of on(a) is "slef"');
  });

  it('reports a cause that throws', async () => {
    await using t = await startHouse();
    const cause = (): never => {
      throw new Error('cannot say');
    };
    t.bus.on('a', { cause }, () => undefined);
    t.bus.emit('a');
    expect(t.failures.map(({ error }) => (error as Error).message)).toEqual(['cannot say']);
  });
});

describe('waitFor', () => {
  it('is met at once if its condition holds already', async () => {
    await using t = await startHouse({ 'lock.front': 'locked' });
    const change = await t.bus.waitFor('lock.front', { to: 'locked', timeout: '30s' });
    expect(change).toMatchObject({ kind: 'initial', entityId: 'lock.front', from: null, to: { state: 'locked' } });
    expect(t.home.states.count).toBe(0);
    expect(t.clock.timers()).toEqual([]);
  });

  it('asks for a later change with next', async () => {
    await using t = await startHouse({ 'lock.front': 'locked' });
    const wait = t.bus.waitFor('lock.front', { to: 'locked', next: true });
    t.set('lock.front', 'unlocked');
    t.set('lock.front', 'locked');
    expect(await wait).toMatchObject({ kind: 'changed', from: { state: 'unlocked' }, to: { state: 'locked' } });
  });

  it('waits for a change by those whose doing it is to be', async () => {
    await using t = await startHouse({ 'lock.front': 'unlocked' });
    const byHand = t.bus.waitFor('lock.front', { to: 'locked', cause: 'device', timeout: '30s' });
    const byPerson = t.bus.waitFor('lock.front', { to: 'locked', cause: ['user', 'self'], timeout: '30s' });
    t.set('lock.front', 'locked');
    await t.advance('30s');
    expect(await byHand).toMatchObject({ kind: 'changed', cause: { kind: 'device' } });
    expect(await byPerson).toBeNull();
    await expect(t.bus.waitFor('lock.front', { cause: 'usr' as 'user' })).rejects.toThrow(
      '"cause" of waitFor(lock.front)',
    );
  });

  it('gives the change when it comes', async () => {
    await using t = await startHouse({ 'lock.front': 'unlocked' });
    const { outcome } = run(t, () => t.bus.waitFor('lock.front', { to: 'locked', timeout: '30s' }));
    await t.advance('10s');
    expect(outcome).toEqual({});
    t.set('lock.front', 'locking');
    t.set('lock.front', 'locked');
    await t.settle();
    expect(outcome.value).toMatchObject({ from: { state: 'locking' }, to: { state: 'locked' } });
  });

  it('gives null at its limit', async () => {
    await using t = await startHouse({ 'lock.front': 'unlocked' });
    const { outcome } = run(t, () => t.bus.waitFor('lock.front', { to: 'locked', timeout: '30s' }));
    await t.advance('29s');
    expect(outcome).toEqual({});
    await t.advance('1s');
    expect(outcome).toEqual({ value: null });
    expect(t.home.states.count).toBe(0);
  });

  it('waits for any change where it has no condition', async () => {
    await using t = await startHouse({ 'lock.front': 'unlocked' });
    const wait = t.bus.waitFor('lock.front');
    t.set('lock.front', 'unlocked', { x: 1 });
    t.set('lock.front', 'locking');
    expect(await wait).toMatchObject({ to: { state: 'locking' } });
  });

  it('waits until a condition has lasted, counted from lastChanged', async () => {
    await using t = await startHouse({ 'binary_sensor.a': 'on' });
    t.set('binary_sensor.a', 'off');
    await t.advance('2m');
    const { outcome } = run(t, () => t.bus.waitFor('binary_sensor.a', { to: 'off', for: '5m' }));
    await t.advance('2m 59s');
    expect(outcome).toEqual({});
    await t.advance('1s');
    expect(outcome.value).toMatchObject({ kind: 'initial', to: { state: 'off' } });
  });

  it('waits for one of several, with a filter', async () => {
    await using t = await startHouse({ 'light.a': 'off', 'light.b': 'off' });
    const wait = t.bus.waitFor('light.*', { to: 'on', where: ({ entityId }) => entityId === 'light.b' });
    t.set('light.a', 'on');
    t.set('light.b', 'on');
    expect(await wait).toMatchObject({ entityId: 'light.b' });
  });

  it('rejects with Cancelled when the execution is called off', async () => {
    await using t = await startHouse({ 'lock.front': 'unlocked' });
    const { outcome, cancel } = run(t, () => t.bus.waitFor('lock.front', { to: 'locked', timeout: '30s' }));
    await t.settle();
    cancel();
    await t.settle();
    expect(outcome.error).toBeInstanceOf(Cancelled);
    expect(t.home.states.count).toBe(0);
  });

  it('rejects with Cancelled when the app stops, also outside an execution', async () => {
    await using t = await startHouse({ 'lock.front': 'unlocked' });
    const wait = t.bus.waitFor('lock.front', { to: 'locked' });
    const refused = expect(wait).rejects.toBeInstanceOf(Cancelled);
    t.stopApp();
    await refused;
    await expect(t.bus.waitFor('lock.front', { to: 'unlocked' })).rejects.toBeInstanceOf(Cancelled);
  });

  it('lets virtual time move on', async () => {
    await using t = await startHouse({ 'lock.front': 'unlocked' });
    const startMs = t.clock.nowMs();
    const { outcome } = run(t, () => t.bus.waitFor('lock.front', { to: 'locked', timeout: '1h' }));
    await t.advance('1h');
    expect(outcome).toEqual({ value: null });
    expect(t.clock.nowMs() - startMs).toBe(3_600_000);
  });

  it('rejects with what a condition throws', async () => {
    await using t = await startHouse({ 'lock.front': 'unlocked' });
    const fail = (): never => {
      throw new Error('cannot say');
    };
    await expect(t.bus.waitFor('lock.front', { to: fail })).rejects.toThrow('cannot say');
    const later = expect(t.bus.waitFor('lock.front', { where: fail })).rejects.toThrow('cannot say');
    t.set('lock.front', 'locked');
    await later;
    expect(t.home.states.count).toBe(0);
  });

  it('refuses what it does not take', async () => {
    await using t = await startHouse({ 'lock.front': 'unlocked' });
    const options = (given: object): object => given;
    await expect(t.bus.waitFor('lock.front', options({ timeot: '30s' }))).rejects.toThrow('has no option "timeot"');
    await expect(t.bus.waitFor('lock.front', options({ timeout: '0s' }))).rejects.toThrow('no time at all');
    await expect(t.bus.waitFor('lock.front', options({ for: '1m', every: true }))).rejects.toThrow('contradict');
    await expect(t.bus.waitFor('lock.front', options({ next: 'yes' }))).rejects.toThrow('true or false');
  });

  it('can wait for what is named', async () => {
    await using t = await startHouse({ 'lock.front': 'unlocked' });
    const gone = t.bus.waitFor('lock.front', { to: not(available) });
    t.set('lock.front', 'unavailable');
    expect(await gone).toMatchObject({ to: { state: 'unavailable' } });
    const back = t.bus.waitFor('lock.front', { to: available });
    t.set('lock.front', 'locked');
    expect(await back).toMatchObject({ from: { state: 'unavailable' }, to: { state: 'locked' } });
  });
});

describe('waitForEvent', () => {
  it('gives the event, or null at its limit, and follows it meanwhile', async () => {
    await using t = await startHouse();
    const first = run(t, () =>
      t.bus.waitForEvent('tag_scanned', {
        data: { tag_id: 'door' },
        where: ({ data }) => data['n'] !== 2,
        timeout: '1m',
      }),
    );
    const second = run(t, () => t.bus.waitForEvent('tag_scanned', { data: { tag_id: 'cellar' }, timeout: '1m' }));
    await t.settle();
    expect(t.link.followed.filter((type) => type === 'tag_scanned')).toHaveLength(2);
    t.link.fire('tag_scanned', { tag_id: 'garage' });
    t.link.fire('tag_scanned', { tag_id: 'door', n: 2 });
    t.link.fire('tag_scanned', { tag_id: 'door', n: 3 });
    await t.advance('1m');
    expect(first.outcome.value).toMatchObject({ type: 'tag_scanned', data: { n: 3 } });
    expect(second.outcome).toEqual({ value: null });
    expect(t.link.followed).not.toContain('tag_scanned');
    expect(t.home.events.watches('tag_scanned')).toBe(false);
  });

  it('takes only events by those whose doing it is to be', async () => {
    await using t = await startHouse();
    const own = t.bus.waitForEvent('x', { cause: 'self', timeout: '1m' });
    const others = t.bus.waitForEvent('x', { cause: not('self'), timeout: '1m' });
    t.link.fire('x', { n: 1 });
    await t.advance('1m');
    expect([await own, await others]).toEqual([null, expect.objectContaining({ data: { n: 1 } })]);
  });

  it('rejects with Cancelled, and with what a condition throws', async () => {
    await using t = await startHouse();
    const fail = (): never => {
      throw new Error('cannot say');
    };
    const failed = expect(t.bus.waitForEvent('x', { where: fail })).rejects.toThrow('cannot say');
    t.link.fire('x', {});
    await failed;
    const cancelled = expect(t.bus.waitForEvent('x')).rejects.toBeInstanceOf(Cancelled);
    t.stopApp();
    await cancelled;
    expect(t.link.followed).not.toContain('x');
  });
});
