import { describe, expect, it } from 'vitest';
import { available, not } from '../../src/bus/conditions.ts';
import { type House, startHouse } from './house-fixture.ts';

/** What a plain subscription to `light.a` is told while something happens. */
async function toldOf(
  present: Record<string, string>,
  happens: (t: House) => void | Promise<void>,
  options: object = {},
): Promise<string[]> {
  await using t = await startHouse(present);
  const { told, hear } = t.ear();
  t.bus.onStateChange('*', options, hear);
  await happens(t);
  await t.settle();
  return told;
}

describe('state subscriptions look through unavailable and unknown', () => {
  it.each(['unavailable', 'unknown'])('`on → %s → on` fires nothing', async (gone) => {
    const told = await toldOf({ 'light.a': 'on' }, (t) => {
      t.set('light.a', gone);
      t.set('light.a', 'on');
    });
    expect(told).toEqual([]);
  });

  it.each(['unavailable', 'unknown'])('`on → %s → off` is a change from `on` to `off`', async (gone) => {
    const told = await toldOf({ 'light.a': 'on' }, (t) => {
      t.set('light.a', gone);
      t.set('light.a', 'off');
    });
    expect(told).toEqual(['light.a on→off']);
  });

  it('keeps the last good value over several steps without one', async () => {
    const told = await toldOf({ 'light.a': 'on' }, (t) => {
      t.set('light.a', 'unavailable');
      t.set('light.a', 'unknown');
      t.set('light.a', 'unavailable');
      t.set('light.a', 'on');
      t.set('light.a', 'unknown');
      t.set('light.a', 'off');
    });
    expect(told).toEqual(['light.a on→off']);
  });

  it('keeps it over a loss of the connection', async () => {
    const told = await toldOf({ 'light.a': 'on', 'light.b': 'on' }, async (t) => {
      t.set('light.a', 'unavailable');
      t.set('light.b', 'unavailable');
      t.lose();
      await t.advance('1m');
      t.set('light.a', 'off');
      t.set('light.b', 'on');
      t.reconnect();
    });
    expect(told).toEqual(['light.a on→off resync']);
  });

  it('keeps it while the subscription did not exist', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    t.set('light.a', 'unavailable');
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.a', hear);
    t.set('light.a', 'off');
    expect(told).toEqual(['light.a on→off']);
  });

  it('looks through them in conditions as well', async () => {
    const told = await toldOf(
      { 'light.a': 'on' },
      (t) => {
        t.set('light.a', 'unavailable');
        t.set('light.a', 'on');
        t.set('light.a', 'off');
        t.set('light.a', 'unavailable');
        t.set('light.a', 'on');
      },
      { to: 'on' },
    );
    expect(told).toEqual(['light.a off→on']);
  });

  it('looks through them for attributes as well', async () => {
    await using t = await startHouse();
    t.set('climate.a', 'heat', { temperature: 20 });
    const { told, hear } = t.ear();
    t.bus.onAttributeChange('climate.a', 'temperature', (event) => {
      hear(event);
      told.push(`${String(event.previous)}→${String(event.value)}`);
    });
    t.set('climate.a', 'unavailable', {});
    t.set('climate.a', 'heat', { temperature: 20 });
    expect(told).toEqual([]);
    t.set('climate.a', 'unavailable', {});
    t.set('climate.a', 'heat', { temperature: 21 });
    expect(told).toEqual(['climate.a heat→heat', '20→21']);
  });

  it('does not look through one that is named, and only through the other', async () => {
    const happens = (t: House): void => {
      t.set('light.a', 'unknown');
      t.set('light.a', 'unavailable');
      t.set('light.a', 'unknown');
      t.set('light.a', 'on');
    };
    expect(await toldOf({ 'light.a': 'on' }, happens, { to: 'unavailable' })).toEqual(['light.a on→unavailable']);
    expect(await toldOf({ 'light.a': 'on' }, happens, { from: 'unavailable', to: 'on' })).toEqual([
      'light.a unavailable→on',
    ]);
    expect(await toldOf({ 'light.a': 'on' }, happens, { to: ['off', 'unavailable'] })).toEqual([
      'light.a on→unavailable',
    ]);
    expect(await toldOf({ 'light.a': 'on' }, happens, { to: not('unavailable') })).toEqual(['light.a unavailable→on']);
    expect(await toldOf({ 'light.a': 'on' }, happens, { from: 'unknown' })).toEqual(['light.a unknown→on']);
    expect(await toldOf({ 'light.a': 'on' }, happens, { to: /^una/ })).toEqual([]);
  });

  it('sees both where it is asked whether there is a value', async () => {
    const happens = (t: House): void => {
      t.set('light.a', 'unknown');
      t.set('light.a', 'unavailable');
      t.set('light.a', 'off');
    };
    expect(await toldOf({ 'light.a': 'on' }, happens, { to: available })).toEqual(['light.a unavailable→off']);
    expect(await toldOf({ 'light.a': 'on' }, happens, { to: not(available) })).toEqual(['light.a on→unknown']);
  });

  it("turns it all off with availability: 'raw'", async () => {
    const happens = (t: House): void => {
      t.set('light.a', 'unavailable');
      t.set('light.a', 'on');
      t.set('light.b', 'unknown');
      t.set('light.b', 'on');
      t.remove('light.b');
    };
    expect(await toldOf({ 'light.a': 'on' }, happens, { availability: 'raw' })).toEqual([
      'light.a on→unavailable',
      'light.a unavailable→on',
      'light.b ∅→unknown added',
      'light.b unknown→on',
      'light.b on→∅ removed',
    ]);
    expect(await toldOf({ 'light.a': 'on' }, happens, { availability: 'raw', to: 'on' })).toEqual([
      'light.a unavailable→on',
      'light.b unknown→on',
    ]);
  });
});

describe('an entity that was added', () => {
  it('is told once with no state before it', async () => {
    const told = await toldOf({}, (t) => {
      t.set('light.a', 'on');
      t.set('light.a', 'on', { brightness: 3 });
      t.set('light.a', 'off');
    });
    expect(told).toEqual(['light.a ∅→on added', 'light.a on→off']);
  });

  it('is told at its first good value', async () => {
    const told = await toldOf({}, (t) => {
      t.set('light.a', 'unavailable');
      t.set('light.a', 'unknown');
      t.set('light.a', 'on');
      t.set('light.a', 'unavailable');
      t.set('light.a', 'on');
    });
    expect(told).toEqual(['light.a ∅→on added']);
  });

  it('is told when it came while the connection was away', async () => {
    const told = await toldOf({}, (t) => {
      t.lose();
      t.set('light.a', 'on');
      t.reconnect();
    });
    expect(told).toEqual(['light.a ∅→on added resync']);
  });

  it('is not told to subscriptions with conditions, which know its state from then on', async () => {
    const told = await toldOf(
      {},
      (t) => {
        t.set('light.a', 'on');
        t.set('light.a', 'off');
        t.set('light.a', 'on');
      },
      { to: 'on' },
    );
    expect(told).toEqual(['light.a off→on']);
  });

  it('is no addition in the first snapshot', async () => {
    expect(await toldOf({ 'light.a': 'on' }, () => undefined)).toEqual([]);
  });
});

describe('an entity that was removed', () => {
  it('is told once, with the last good value before it', async () => {
    const told = await toldOf({ 'light.a': 'on', 'light.b': 'off' }, (t) => {
      t.remove('light.a');
      t.set('light.b', 'unavailable');
      t.remove('light.b');
    });
    expect(told).toEqual(['light.a on→∅ removed', 'light.b off→∅ removed']);
  });

  it('is not told to subscriptions with conditions', async () => {
    expect(await toldOf({ 'light.a': 'on' }, (t) => t.remove('light.a'), { from: 'on' })).toEqual([]);
    expect(await toldOf({ 'light.a': 'on' }, (t) => t.remove('light.a'), { to: not('on') })).toEqual([]);
  });

  it('is an addition when it comes again', async () => {
    const told = await toldOf({ 'light.a': 'on' }, (t) => {
      t.remove('light.a');
      t.set('light.a', 'on');
    });
    expect(told).toEqual(['light.a on→∅ removed', 'light.a ∅→on added']);
  });
});

describe('an entity that was there without a known good value', () => {
  it('has no change in its first good one', async () => {
    const told = await toldOf({ 'light.a': 'unavailable', 'sensor.b': 'unknown' }, (t) => {
      t.set('light.a', 'on');
      t.set('sensor.b', '5');
      t.set('light.a', 'off');
      t.set('sensor.b', '6');
    });
    expect(told).toEqual(['light.a on→off', 'sensor.b 5→6']);
  });

  it('does not satisfy a condition by it', async () => {
    expect(await toldOf({ 'light.a': 'unavailable' }, (t) => t.set('light.a', 'on'), { to: 'on' })).toEqual([]);
  });

  it.each(['event', 'button', 'input_button', 'scene'])('is told of the first moment of %s.a', async (domain) => {
    const told = await toldOf({ [`${domain}.a`]: 'unknown' }, (t) => t.set(`${domain}.a`, '2026-11-21T12:00:00+00:00'));
    expect(told).toEqual([`${domain}.a unknown→2026-11-21T12:00:00+00:00`]);
  });

  it('takes no return from unavailable for a press', async () => {
    expect(await toldOf({ 'button.a': 'unavailable' }, (t) => t.set('button.a', '2026-11-21T12:00:00+00:00'))).toEqual(
      [],
    );
  });
});

describe('onUnavailable and onAvailable', () => {
  it('tell when a value goes and comes, whichever way it is gone', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const { told, hear } = t.ear();
    t.bus.onUnavailable('light.a', hear);
    t.bus.onAvailable('light.a', hear);
    t.set('light.a', 'unavailable');
    t.set('light.a', 'unknown');
    t.set('light.a', 'off');
    t.set('light.a', 'on');
    expect(told).toEqual(['light.a on→unavailable', 'light.a unknown→off']);
  });

  it('wait until it has lasted, over both ways of being gone', async () => {
    await using t = await startHouse({ 'sensor.a': '5' });
    const { told, hear } = t.ear();
    t.bus.onUnavailable('sensor.a', { for: '1h' }, hear);
    t.set('sensor.a', 'unavailable');
    await t.advance('30m');
    t.set('sensor.a', 'unknown');
    await t.advance('29m 59s');
    expect(told).toEqual([]);
    await t.advance('1s');
    expect(told).toEqual(['sensor.a 5→unknown']);
    t.set('sensor.a', '6');
    t.set('sensor.a', 'unavailable');
    await t.advance('30m');
    t.set('sensor.a', '7');
    await t.advance('2h');
    expect(told).toHaveLength(1);
  });

  it('tell at once, asked to, what is so already', async () => {
    await using t = await startHouse({ 'light.a': 'unavailable', 'light.b': 'on' });
    const { told, hear } = t.ear();
    t.bus.onUnavailable(['light.a', 'light.b'], { immediate: true }, hear);
    t.bus.onAvailable(['light.a', 'light.b'], { immediate: true }, hear);
    await t.settle();
    expect(told).toEqual(['light.a ∅→unavailable initial', 'light.b ∅→on initial']);
  });

  it('take only the options that make sense for them', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const options: object = { to: 'on' };
    expect(() => t.bus.onUnavailable('light.a', options, () => undefined)).toThrow(
      'onUnavailable(light.a to not available) has no option "to"',
    );
  });
});
