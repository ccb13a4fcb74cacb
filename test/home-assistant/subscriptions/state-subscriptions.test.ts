import { describe, expect, it } from 'vitest';
import { above, available, below, between, decreased, increased, not, oneOf } from '../../../src/bus/conditions.ts';
import { currentExecution } from '../../../src/kernel/execution.ts';
import type { Failure } from '../../../src/kernel/failure.ts';
import { startHouse } from '../house-fixture.ts';

/** What a subscription to an entity is told when it goes through some states, as `before→after`. */
async function steps(states: readonly string[], options: object): Promise<string[]> {
  await using t = await startHouse({ 'sensor.a': states[0] ?? '' });
  const told: string[] = [];
  t.bus.onStateChange('sensor.a', options, ({ from, to }) => void told.push(`${from?.state}→${to?.state}`));
  for (const state of states.slice(1)) t.set('sensor.a', state);
  return told;
}

describe('onStateChange without conditions', () => {
  it('fires when the state is another', async () => {
    expect(await steps(['1', '2', '3', '3', '1'], {})).toEqual(['1→2', '2→3', '3→1']);
  });

  it('does not fire for attributes and forced updates', async () => {
    await using t = await startHouse({ 'sensor.a': '1' });
    const { told, hear } = t.ear();
    t.bus.onStateChange('sensor.a', hear);
    t.set('sensor.a', '1', { unit: 'W' });
    t.force('sensor.a');
    expect(told).toEqual([]);
  });

  it('fires for them with every', async () => {
    await using t = await startHouse({ 'sensor.a': '1' });
    const { told, hear } = t.ear();
    t.bus.onStateChange('sensor.a', { every: true }, hear);
    t.set('sensor.a', '1', { unit: 'W' });
    t.force('sensor.a');
    t.set('sensor.a', '2');
    expect(told).toEqual(['sensor.a 1→1', 'sensor.a 1→1', 'sensor.a 1→2']);
  });
});

describe('a condition fires when it becomes true', () => {
  it.each<[string, object, readonly string[], readonly string[]]>([
    ['to a value', { to: '3' }, ['1', '3', '3', '2', '3'], ['1→3', '2→3']],
    ['to a list', { to: ['3', '4'] }, ['1', '3', '4', '1', '4'], ['1→3', '1→4']],
    ['to oneOf', { to: oneOf('3', '4') }, ['1', '3', '4', '1', '4'], ['1→3', '1→4']],
    ['to a RegExp', { to: /^[34]$/ }, ['1', '3', '4', '1', '4'], ['1→3', '1→4']],
    ['above', { to: above(20) }, ['19', '21', '22', '20', '20.5'], ['19→21', '20→20.5']],
    ['below', { to: below(0) }, ['1', '-1', '-2', '0', '-0.1'], ['1→-1', '0→-0.1']],
    ['between', { to: between(1, 2) }, ['0', '1', '2', '3', '2'], ['0→1', '3→2']],
    ['not', { to: not('1') }, ['1', '2', '3', '1', '4'], ['1→2', '1→4']],
    ['a numeric one on what is no number', { to: above(20) }, ['abc', '21', 'abc', '22'], ['abc→21', 'abc→22']],
    [
      'a function of the state',
      { to: (state: { number?: number }) => (state.number ?? 0) > 20 },
      ['19', '21', '22', '20', '30'],
      ['19→21', '20→30'],
    ],
    ['from a value', { from: '1' }, ['1', '2', '3', '1', '3'], ['1→2', '1→3']],
    ['from a list, when that ends', { from: ['1', '2'] }, ['1', '2', '3', '1', '3'], ['2→3', '1→3']],
    ['from a number, when it no longer is', { from: above(20) }, ['22', '21', '19', '18'], ['21→19']],
    ['from and to', { from: '1', to: '3' }, ['1', '2', '3', '1', '3'], ['1→3']],
    ['from and to that overlap', { from: above(10), to: above(20) }, ['5', '25', '15', '25', '30'], ['15→25']],
    ['increased', { changed: increased() }, ['1', '2', '2', '1', '3', 'abc', '4'], ['1→2', '1→3']],
    ['decreased', { changed: decreased() }, ['3', '2', '2', '3', '1'], ['3→2', '3→1']],
    ['increased to above', { changed: increased(), to: above(2) }, ['1', '2', '3', '4', '1', '5'], ['2→3', '1→5']],
    [
      'a function of both',
      {
        changed: (from: { number?: number }, to: { number?: number }) =>
          Math.abs((from.number ?? 0) - (to.number ?? 0)) >= 5,
      },
      ['1', '2', '7', '8', '3'],
      ['2→7', '8→3'],
    ],
  ])('%s', async (_what, options, states, told) => {
    expect(await steps(states, options)).toEqual(told);
  });

  it.each<[object, readonly string[], readonly string[]]>([
    [{ to: above(20) }, ['19', '21', '22', '20', '23'], ['19→21', '21→22', '20→23']],
    [{ to: ['3', '4'] }, ['1', '3', '4', '1'], ['1→3', '3→4']],
    [{ from: above(20) }, ['22', '21', '19', '18'], ['22→21', '21→19']],
    [{ from: above(10), to: above(20) }, ['25', '30', '15', '22'], ['25→30', '15→22']],
    [{ changed: increased(), to: above(2) }, ['1', '2', '3', '4', '3'], ['2→3', '3→4']],
  ])('and with every for each change that satisfies %j', async (options, states, told) => {
    expect(await steps(states, { ...options, every: true })).toEqual(told);
  });

  it('also by an attribute that the function looks at', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.a', { to: ({ attributes }) => attributes['brightness'] === 255 }, hear);
    t.set('light.a', 'on', { brightness: 255 });
    t.set('light.a', 'on', { brightness: 255, effect: 'x' });
    t.set('light.a', 'on', { brightness: 1 });
    expect(told).toEqual(['light.a on→on']);
  });

  it('and is asked with frozen states', async () => {
    await using t = await startHouse({ 'light.a': 'off' });
    const seen: boolean[] = [];
    t.bus.onStateChange(
      'light.a',
      {
        changed: (from, to) => {
          seen.push(Object.isFrozen(from), Object.isFrozen(to.attributes));
          return true;
        },
      },
      () => undefined,
    );
    t.set('light.a', 'on', { rgb_color: [1, 2, 3] });
    expect(seen).toEqual([true, true]);
  });

  it('a state is never a number', async () => {
    await using t = await startHouse({ 'sensor.a': '5' });
    const wrong = (to: unknown): object => ({ to });
    expect(() => t.bus.onStateChange('sensor.a', wrong(5), () => undefined)).toThrow(
      '"to" of onStateChange(sensor.a to 5) is 5, but a state is a text',
    );
    expect(() => t.bus.onStateChange('sensor.a', wrong([true]), () => undefined)).toThrow('a state is a text');
  });
});

describe('onAttributeChange', () => {
  it('fires when the attribute is another, deeply compared', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const told: unknown[] = [];
    t.bus.onAttributeChange(
      'light.a',
      'rgb_color',
      ({ attribute, previous, value, kind }) => void told.push([kind, attribute, previous, value]),
    );
    t.set('light.a', 'on', { rgb_color: [1, 2, 3] });
    t.set('light.a', 'on', { rgb_color: [1, 2, 3], effect: 'x' });
    t.set('light.a', 'off', { rgb_color: [1, 2, 3] });
    t.force('light.a');
    t.set('light.a', 'off', {});
    expect(told).toEqual([
      ['changed', 'rgb_color', undefined, [1, 2, 3]],
      ['changed', 'rgb_color', [1, 2, 3], undefined],
    ]);
  });

  it.each<[string, object, readonly unknown[], readonly string[]]>([
    ['to a value', { to: 3 }, [1, 3, 3, 2, 3], ['1→3', '2→3']],
    ['to a list', { to: ['a', 'b'] }, ['x', 'a', 'b', 'x', 'b'], ['x→a', 'x→b']],
    ['to a number', { to: above(20) }, [19, 21, 22, '20', '23'], ['19→21', '20→23']],
    ['increased', { changed: increased() }, [19, 21, 21, 20, 23], ['19→21', '20→23']],
    ['available', { to: available }, [null, 5, 6, null], ['null→5']],
    ['a function of the value', { to: (value: unknown) => value === 3 }, [1, 3, 3, 2, 3], ['1→3', '2→3']],
    [
      'a function of both values',
      { changed: (from: unknown, to: unknown) => from === 1 && to === 3 },
      [1, 3, 2, 3],
      ['1→3'],
    ],
    ['every change', { to: above(20), every: true }, [19, 21, 21, 22], ['19→21', '21→22']],
    ['every without conditions', { every: true }, [1, 1, 2, 2], ['1→2']],
  ])('holds conditions against the value: %s', async (_what, options, values, expected) => {
    await using t = await startHouse();
    t.set('climate.a', 'heat', { x: values[0] });
    const told: string[] = [];
    t.bus.onAttributeChange(
      'climate.a',
      'x',
      options,
      ({ previous, value }) => void told.push(`${String(previous)}→${String(value)}`),
    );
    for (const [other, x] of values.entries()) if (other > 0) t.set('climate.a', 'heat', { x, other });
    expect(told).toEqual(expected);
  });

  it('tells additions and removals of entities that have the attribute', async () => {
    await using t = await startHouse();
    const told: unknown[] = [];
    t.bus.onAttributeChange(
      'light.*',
      'x',
      ({ kind, entityId, previous, value }) => void told.push([kind, entityId, previous, value]),
    );
    t.set('light.a', 'on', { x: 1 });
    t.set('light.b', 'on', {});
    t.remove('light.a');
    t.remove('light.b');
    expect(told).toEqual([
      ['added', 'light.a', undefined, 1],
      ['removed', 'light.a', 1, undefined],
    ]);
  });

  it('needs the name of one', async () => {
    await using t = await startHouse();
    expect(() => t.bus.onAttributeChange('light.a', '', () => undefined)).toThrow(
      'onAttributeChange was given no attribute',
    );
  });
});

describe('the event', () => {
  it('keeps what it was called for, and is frozen', async () => {
    await using t = await startHouse({ 'light.a': 'off' });
    const events: { to: { state: string } | null }[] = [];
    t.bus.onStateChange('light.a', (event) => void events.push(event));
    t.set('light.a', 'on');
    t.set('light.a', 'off');
    expect(events.map(({ to }) => to?.state)).toEqual(['on', 'off']);
    for (const event of events) expect(Object.isFrozen(event)).toBe(true);
  });

  it('says when it happened on the clock of the home, and by whom', async () => {
    await using t = await startHouse({ 'light.a': 'off' }, { offset: '1h' });
    const seen: unknown[] = [];
    t.bus.onStateChange(
      'light.a',
      ({ firedAt, context, resync, stale }) => void seen.push(firedAt.toString(), context.id, resync, stale),
    );
    await t.advance('5m');
    t.set('light.a', 'on');
    expect(seen).toEqual(['2026-11-21T13:05:00Z', expect.stringMatching(/^C\d+$/), false, false]);
  });

  it('has the signal of the run that handles it, and while that is decided the signal of the app', async () => {
    await using t = await startHouse({ 'light.a': 'off' });
    const seen: boolean[] = [];
    t.bus.onStateChange('light.a', { where: ({ signal }) => seen.push(signal === t.life.signal) > 0 }, ({ signal }) => {
      seen.push(signal === currentExecution()?.signal, signal === t.life.signal);
    });
    t.set('light.a', 'on');
    expect(seen).toEqual([true, true, false]);
  });
});

describe('what is subscribed to', () => {
  it.each<[string, string | readonly string[] | { domain: string | readonly string[] }, readonly string[]]>([
    ['one entity', 'light.a', ['light.a']],
    ['several', ['light.a', 'lock.d'], ['light.a', 'lock.d']],
    ['a glob', 'light.*_x', ['light.b_x']],
    ['a glob over domains', '*.?', ['light.a', 'sensor.c', 'lock.d']],
    ['globs and ids', ['light.a', 'light.*'], ['light.a', 'light.b_x']],
    ['a domain', { domain: 'light' }, ['light.a', 'light.b_x']],
    ['several domains', { domain: ['lock', 'sensor'] }, ['sensor.c', 'lock.d']],
    ['everything', '*', ['light.a', 'light.b_x', 'sensor.c', 'lock.d']],
  ])('%s', async (_what, target, expected) => {
    const ids = ['light.a', 'light.b_x', 'sensor.c', 'lock.d'];
    await using t = await startHouse(Object.fromEntries(ids.map((id) => [id, '1'])));
    const changed: string[] = [];
    const present: string[] = [];
    t.bus.onStateChange(target, ({ entityId }) => void changed.push(entityId));
    t.bus.onStateChange(target, { to: '1', immediate: true }, ({ entityId }) => void present.push(entityId));
    await t.settle();
    for (const id of ids) t.set(id, '2');
    expect(changed).toEqual(expected);
    expect(present.toSorted()).toEqual([...expected].toSorted());
  });

  it.each<[unknown, string]>([
    ['light', 'onStateChange was given "light", which is no entity id'],
    ['Light.Kitchen', 'which is no entity id'],
    ['light.kitchen lamp', 'which is no entity id'],
    ['', 'which is no entity id'],
    [[], 'onStateChange was given an empty list'],
    [['light.a', 'b'], 'onStateChange was given "b", which is no entity id'],
    [{ room: 'kitchen' }, 'onStateChange was given a selection by "room", which is not known'],
    [{ domain: 'light.a' }, 'a selection whose "domain" is no domain'],
    [{}, 'onStateChange was given a selection that selects nothing'],
    [undefined, 'which is no entity id'],
  ])('refuses %j', async (target, message) => {
    await using t = await startHouse();
    expect(() => Reflect.apply(t.bus.onStateChange, t.bus, [target, () => undefined])).toThrow(message);
  });

  it('warns once of an entity that the home does not have, for it is most often a slip', async () => {
    await using t = await startHouse({ 'light.kitchen': 'on' });
    t.bus.onStateChange('light.kitchn', { to: 'on' }, () => undefined);
    t.bus.onStateChange('light.kitchn', { to: 'off' }, () => undefined);
    t.bus.onStateChange(['light.kitchen', 'light.*'], () => undefined);
    t.bus.onStateChange('vacuum.nobody_has_such_a_one', () => undefined);
    expect(t.warnings()).toEqual([
      'onStateChange: home "default" has no entity "light.kitchn"; did you mean "light.kitchen"?',
      'onStateChange: home "default" has no entity "vacuum.nobody_has_such_a_one"',
    ]);
  });
});

describe('immediate', () => {
  it('fires for what holds already, once the caller has the handle', async () => {
    await using t = await startHouse({ 'light.a': 'on', 'light.b': 'off' });
    const { told, hear } = t.ear();
    const subscription = t.bus.onStateChange('light.*', { to: 'on', immediate: true }, (event) => {
      hear(event);
      expect(subscription.active).toBe(true);
    });
    expect(told).toEqual([]);
    await t.settle();
    t.set('light.b', 'on');
    expect(told).toEqual(['light.a ∅→on initial', 'light.b off→on']);
  });

  it('fires for whatever has a value without conditions', async () => {
    await using t = await startHouse({ 'light.a': 'on', 'light.b': 'unavailable' });
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.*', { immediate: true }, hear);
    await t.settle();
    expect(told).toEqual(['light.a ∅→on initial']);
  });

  it('looks through unavailable to the last good value, and says that it is stale', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    t.set('light.a', 'unavailable');
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.a', { to: 'on', immediate: true }, hear);
    await t.settle();
    expect(told).toEqual(['light.a ∅→on initial stale']);
  });

  it('fires once with once', async () => {
    await using t = await startHouse({ 'light.a': 'on', 'light.b': 'on' });
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.*', { to: 'on', immediate: true, once: true }, hear);
    await t.settle();
    expect(told).toEqual(['light.a ∅→on initial']);
  });

  it('does not fire for a subscription that was cancelled at once', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.a', { to: 'on', immediate: true }, hear).cancel();
    await t.settle();
    expect(told).toEqual([]);
  });
});

describe('options that contradict each other', () => {
  it.each<[object, string]>([
    [{ for: '1m', every: true }, 'both "for" and "every", which contradict each other'],
    [{ immediate: true, from: 'on' }, 'both "immediate" and "from"'],
    [{ immediate: true, changed: increased() }, 'both "immediate" and "changed"'],
    [{ debounce: '1s', throttle: '1s' }, 'both "debounce" and "throttle"'],
    [{ for: '0s' }, '"for" of onStateChange(light.a) is no time at all'],
    [{ availability: 'rw' }, '"availability" of onStateChange(light.a) is "rw", but has to be "raw"'],
    [{ tо: 'on' }, 'has no option "tо"'],
    [{ hysteresis: 3 }, 'has no option "hysteresis"'],
    [{ every: 1 }, '"every" of onStateChange(light.a) is 1, but has to be true or false'],
    [{ to: undefined, changed: above(3) }, '"changed" of onStateChange(light.a above 3) is'],
  ])('are refused: %j', async (options, message) => {
    await using t = await startHouse({ 'light.a': 'on' });
    expect(() => t.bus.onStateChange('light.a', options, () => undefined)).toThrow(message);
    expect(t.service.subscriptions()).toEqual([]);
    expect(t.home.states.count).toBe(0);
  });
});

describe('a condition that throws', () => {
  it('is reported as a failure of the handler that it belongs to, counted, and harms no other', async () => {
    const failures: Failure[] = [];
    await using t = await startHouse({ 'light.a': 'off' }, { onError: (failure) => void failures.push(failure) });
    const { told, hear } = t.ear();
    const bad = t.bus.onStateChange(
      'light.a',
      {
        name: 'bad',
        to: () => {
          throw new Error('cannot say');
        },
      },
      hear,
    );
    t.bus.onStateChange('light.a', hear);
    t.set('light.a', 'on');
    await t.settle();
    expect(told).toEqual(['light.a off→on']);
    expect(failures).toMatchObject([
      { name: 'bad', app: 'hallway', input: 'light.a: off → on', error: { message: 'cannot say' } },
    ]);
    expect(bad.counters).toMatchObject({ received: 1, matched: 0, run: 0, failed: 1 });
  });
});

describe('the app', () => {
  it('is `this` in handlers that are methods', async () => {
    const app = {
      seen: [] as unknown[],
      onLight(event: { entityId: string }) {
        this.seen.push(event.entityId);
      },
    };
    await using t = await startHouse({ 'light.a': 'off' }, { self: app });
    const subscription = t.bus.onStateChange('light.a', app.onLight);
    t.set('light.a', 'on');
    expect(app.seen).toEqual(['light.a']);
    expect(subscription.name).toBe('onLight');
  });

  it('takes its subscriptions with it when it stops, and is refused new ones', async () => {
    await using t = await startHouse({ 'light.a': 'off' });
    const { told, hear } = t.ear();
    const subscription = t.bus.onStateChange('light.a', hear);
    t.stopApp();
    t.set('light.a', 'on');
    expect(told).toEqual([]);
    expect(subscription.active).toBe(false);
    expect(t.home.states.count).toBe(0);
    expect(() => t.bus.onStateChange('light.a', hear)).toThrow('bus.onStateChange was refused: "hallway" has stopped');
  });

  it('has its handlers called by priority, then in the order of registration', async () => {
    await using t = await startHouse({ 'light.a': 'off' });
    const order: string[] = [];
    t.bus.onStateChange('*', () => void order.push('all'));
    t.bus.onStateChange('light.a', { priority: -1 }, () => void order.push('low'));
    t.bus.onStateChange('light.a', () => void order.push('plain'));
    t.bus.onStateChange('light.*', { priority: 1 }, () => void order.push('high'));
    t.set('light.a', 'on');
    expect(order).toEqual(['high', 'all', 'plain', 'low']);
  });
});
