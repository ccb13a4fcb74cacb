import { describe, expect, it } from 'vitest';
import { above, available, between, not, oneOf } from '../../../src/bus/conditions.ts';
import { signedDurationMs } from '../../../src/kernel/duration.ts';
import { type House, startHouse, type Told } from '../house-fixture.ts';

/** When, in minutes and seconds since its beginning, a handler was called. */
function timed(t: House) {
  const startMs = t.clock.nowMs();
  const { told, hear } = t.ear();
  const hearAt = (event: Told): void => {
    hear(event);
    const seconds = Math.round((t.clock.nowMs() - startMs) / 1000);
    told.push(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} ${told.pop()}`);
  };
  return { told, hear: hearAt };
}

describe('a hold', () => {
  it('fires when its condition has held for so long', async () => {
    await using t = await startHouse({ 'binary_sensor.a': 'on' });
    const { told, hear } = timed(t);
    t.bus.onStateChange('binary_sensor.a', { to: 'off', for: '3m' }, hear);
    t.set('binary_sensor.a', 'off');
    await t.advance('2m 59s');
    expect(told).toEqual([]);
    await t.advance('10m');
    expect(told).toEqual(['3:00 binary_sensor.a on→off']);
  });

  it('ends when the condition does, and begins anew with the next time', async () => {
    await using t = await startHouse({ 'binary_sensor.a': 'on' });
    const { told, hear } = timed(t);
    t.bus.onStateChange('binary_sensor.a', { to: 'off', for: '3m' }, hear);
    t.set('binary_sensor.a', 'off');
    await t.advance('2m');
    t.set('binary_sensor.a', 'on');
    await t.advance('2m');
    t.set('binary_sensor.a', 'off');
    await t.advance('10m');
    expect(told).toEqual(['7:00 binary_sensor.a on→off']);
  });

  it('fires once for each time that the condition becomes true', async () => {
    await using t = await startHouse({ 'sensor.a': '10' });
    const { told, hear } = timed(t);
    t.bus.onStateChange('sensor.a', { to: above(20), for: '1m' }, hear);
    t.set('sensor.a', '25');
    await t.advance('5m');
    t.set('sensor.a', '26');
    await t.advance('5m');
    t.set('sensor.a', '10');
    t.set('sensor.a', '30');
    await t.advance('5m');
    expect(told).toEqual(['1:00 sensor.a 10→25', '11:00 sensor.a 10→30']);
  });

  it('is kept for each entity apart', async () => {
    await using t = await startHouse({ 'binary_sensor.a': 'on', 'binary_sensor.b': 'on' });
    const { told, hear } = timed(t);
    t.bus.onStateChange({ domain: 'binary_sensor' }, { to: 'off', for: '3m' }, hear);
    t.set('binary_sensor.a', 'off');
    await t.advance('1m');
    t.set('binary_sensor.b', 'off');
    await t.advance('1m');
    t.set('binary_sensor.a', 'on');
    await t.advance('10m');
    expect(told).toEqual(['4:00 binary_sensor.b on→off']);
  });

  describe('counts from lastChanged of the first change that made it true', () => {
    it('also where the change was told late', async () => {
      await using t = await startHouse({ 'light.a': 'on' });
      const { told, hear } = timed(t);
      t.bus.onStateChange('light.a', { to: 'off', for: '10m' }, hear);
      t.lose();
      t.set('light.a', 'off');
      await t.advance('4m');
      t.reconnect();
      await t.advance('20m');
      expect(told).toEqual(['10:00 light.a on→off resync']);
    });

    it('and fires at once where that is longer ago', async () => {
      await using t = await startHouse({ 'light.a': 'on' });
      const { told, hear } = timed(t);
      t.bus.onStateChange('light.a', { to: 'off', for: '10m' }, hear);
      t.lose();
      t.set('light.a', 'off');
      await t.advance('15m');
      t.reconnect();
      await t.advance('20m');
      expect(told).toEqual(['15:00 light.a on→off resync']);
    });

    it.each(['-20m', '0s', '20m'])("on Home Assistant's clock, which is %s ahead", async (offset) => {
      await using t = await startHouse({ 'light.a': 'on' }, { offset });
      const { told, hear } = timed(t);
      t.bus.onStateChange('light.a', { to: 'off', for: '10m' }, (event) => {
        hear(event);
        told.push(event.firedAt.toString());
      });
      t.set('light.a', 'off');
      await t.advance('20m');
      expect(told[0]).toBe('10:00 light.a on→off');
      const due = t.clock.nowMs() - 600_000 + signedDurationMs(offset);
      expect(told[1]).toBe(Temporal.Instant.fromEpochMilliseconds(due).toString());
    });

    it('with immediate, from that of the present state', async () => {
      await using t = await startHouse({ 'light.a': 'on', 'light.b': 'on' });
      t.set('light.a', 'off');
      await t.advance('4m');
      const { told, hear } = timed(t);
      t.bus.onStateChange(['light.a', 'light.b'], { to: 'off', for: '10m', immediate: true }, hear);
      await t.advance('20m');
      expect(told).toEqual(['6:00 light.a ∅→off initial']);
    });

    it('with immediate, at once where it has lasted already', async () => {
      await using t = await startHouse({ 'light.a': 'off' });
      const { told, hear } = timed(t);
      t.bus.onStateChange('light.a', { to: 'off', for: '10m', immediate: true }, hear);
      await t.settle();
      expect(told).toEqual(['0:00 light.a ∅→off initial']);
      t.set('light.a', 'on');
      t.set('light.a', 'off');
      await t.advance('20m');
      expect(told[1]).toBe('10:00 light.a on→off');
    });

    it('or of the update, where only attributes made it true', async () => {
      await using t = await startHouse({ 'light.a': 'on' });
      const { told, hear } = timed(t);
      t.bus.onStateChange('light.a', { to: (state) => state.attributes['brightness'] === 255, for: '2m' }, hear);
      await t.advance('1m');
      t.set('light.a', 'on', { brightness: 255 });
      await t.advance('10m');
      expect(told).toEqual(['3:00 light.a on→on']);
    });
  });

  describe('is kept by', () => {
    it.each<[string, (t: House) => void]>([
      ['further readings that match', (t) => t.set('sensor.a', '30')],
      ['updates of attributes', (t) => t.set('sensor.a', '25', { x: 1 })],
      ['forced updates', (t) => t.force('sensor.a')],
      [
        'a return from unavailable',
        (t) => {
          t.set('sensor.a', 'unavailable');
          t.set('sensor.a', '25');
        },
      ],
      [
        'a return from unavailable to another value that matches',
        (t) => {
          t.set('sensor.a', 'unknown');
          t.set('sensor.a', '26');
        },
      ],
      [
        'a restart of Home Assistant to the same value',
        (t) => {
          t.lose();
          t.restart();
        },
      ],
      [
        'a restart after which its integration took a while',
        (t) => {
          t.lose();
          t.set('sensor.a', 'unavailable');
          t.restart();
          t.set('sensor.a', '25');
        },
      ],
      [
        'a loss of the connection in which nothing happened',
        (t) => {
          t.lose();
          t.reconnect();
        },
      ],
      [
        'a loss of the connection in which an attribute changed',
        (t) => {
          t.lose();
          t.set('sensor.a', '25', { x: 1 });
          t.reconnect();
        },
      ],
      [
        'a loss of the connection before which it had no value, and after which it has the same',
        (t) => {
          t.set('sensor.a', 'unavailable');
          t.lose();
          t.set('sensor.a', '25');
          t.reconnect();
        },
      ],
    ])('%s', async (_what, happens) => {
      await using t = await startHouse({ 'sensor.a': '10' });
      const { told, hear } = timed(t);
      t.bus.onStateChange('sensor.a', { to: above(20), for: '10m' }, hear);
      t.set('sensor.a', '25');
      await t.advance('4m');
      happens(t);
      await t.advance('20m');
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(/^10:00 sensor.a 10→/);
    });
  });

  describe('counts anew', () => {
    it('when the same state is found with a newer lastChanged after a gap', async () => {
      await using t = await startHouse({ 'light.a': 'on' });
      const { told, hear } = timed(t);
      t.bus.onStateChange('light.a', { to: 'off', for: '10m' }, hear);
      t.set('light.a', 'off');
      await t.advance('4m');
      t.lose();
      t.set('light.a', 'on');
      await t.advance('1m');
      t.set('light.a', 'off');
      await t.advance('1m');
      t.reconnect();
      await t.advance('20m');
      expect(told).toEqual(['15:00 light.a on→off resync']);
    });

    it('also when it had fired before the gap', async () => {
      await using t = await startHouse({ 'light.a': 'on' });
      const { told, hear } = timed(t);
      t.bus.onStateChange('light.a', { to: 'off', for: '10m' }, hear);
      t.set('light.a', 'off');
      await t.advance('12m');
      t.lose();
      t.set('light.a', 'on');
      t.set('light.a', 'off');
      t.reconnect();
      await t.advance('20m');
      expect(told).toEqual(['10:00 light.a on→off', '22:00 light.a off→off resync']);
    });

    it('not after a restart, which gives every state a new time', async () => {
      await using t = await startHouse({ 'light.a': 'on' });
      const { told, hear } = timed(t);
      t.bus.onStateChange('light.a', { to: 'off', for: '10m' }, hear);
      t.set('light.a', 'off');
      await t.advance('12m');
      t.lose();
      t.restart();
      await t.advance('20m');
      expect(told).toEqual(['10:00 light.a on→off']);
    });
  });

  describe('due while', () => {
    it('the entity is unavailable, fires on time on the last good value', async () => {
      await using t = await startHouse({ 'binary_sensor.a': 'on' });
      const { told, hear } = timed(t);
      t.bus.onStateChange('binary_sensor.a', { to: 'off', for: '10m' }, hear);
      t.set('binary_sensor.a', 'off');
      await t.advance('4m');
      t.set('binary_sensor.a', 'unavailable');
      await t.advance('20m');
      expect(told).toEqual(['10:00 binary_sensor.a on→off stale']);
    });

    it('the home is away, fires on time on the last good value', async () => {
      await using t = await startHouse({ 'binary_sensor.a': 'on' });
      const { told, hear } = timed(t);
      t.bus.onStateChange('binary_sensor.a', { to: 'off', for: '10m' }, hear);
      t.set('binary_sensor.a', 'off');
      await t.advance('4m');
      t.lose();
      await t.advance('20m');
      expect(told).toEqual(['10:00 binary_sensor.a on→off stale']);
    });
  });

  it('ends with its entity', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const { told, hear } = timed(t);
    t.bus.onStateChange('light.a', { to: 'off', for: '10m' }, hear);
    t.set('light.a', 'off');
    t.remove('light.a');
    await t.advance('20m');
    expect(told).toEqual([]);
  });

  it('ends with its subscription and its app', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const { told, hear } = timed(t);
    const subscription = t.bus.onStateChange('light.a', { to: 'off', for: '10m' }, hear);
    t.bus.onStateChange('light.a', { to: 'off', for: '11m' }, hear);
    t.set('light.a', 'off');
    subscription.cancel();
    t.stopApp();
    expect(t.clock.timers()).toEqual([]);
    await t.advance('20m');
    expect(told).toEqual([]);
  });

  it('without conditions is that the state stays as it is', async () => {
    await using t = await startHouse({ 'sensor.a': '1' });
    const { told, hear } = timed(t);
    t.bus.onStateChange('sensor.a', { for: '10m' }, hear);
    await t.advance('20m');
    t.set('sensor.a', '2');
    await t.advance('5m');
    t.set('sensor.a', '3');
    t.set('sensor.a', '3', { x: 1 });
    await t.advance('20m');
    expect(told).toEqual(['35:00 sensor.a 2→3']);
  });

  it('with `from` alone is that it does not come back', async () => {
    await using t = await startHouse({ 'vacuum.a': 'docked' });
    const { told, hear } = timed(t);
    t.bus.onStateChange('vacuum.a', { from: 'docked', for: '10m' }, hear);
    t.set('vacuum.a', 'cleaning');
    await t.advance('5m');
    t.set('vacuum.a', 'docked');
    t.set('vacuum.a', 'cleaning');
    await t.advance('5m');
    t.set('vacuum.a', 'returning');
    await t.advance('20m');
    expect(told).toEqual(['15:00 vacuum.a docked→returning']);
  });

  it('works with every kind of condition', async () => {
    await using t = await startHouse({ 'sensor.a': '10' });
    const { told, hear } = timed(t);
    for (const to of [
      above(20),
      between(20, 30),
      not('10'),
      oneOf('25', '26'),
      ['25', '26'],
      /^2/,
      (state: { number?: number | undefined }) => (state.number ?? 0) > 20,
    ]) {
      t.bus.onStateChange('sensor.a', { to, for: '10m' }, hear);
    }
    t.set('sensor.a', '25');
    await t.advance('5m');
    t.set('sensor.a', '26');
    await t.advance('20m');
    expect(told).toEqual(Array.from({ length: 7 }, () => '10:00 sensor.a 10→26'));
  });

  it('of an attribute counts from the update', async () => {
    await using t = await startHouse({ 'climate.a': 'heat' });
    const { told, hear } = timed(t);
    t.bus.onAttributeChange('climate.a', 'current_temperature', { to: above(20), for: '10m' }, hear);
    t.set('climate.a', 'heat', { current_temperature: 19 });
    await t.advance('1m');
    t.set('climate.a', 'heat', { current_temperature: 21 });
    await t.advance('5m');
    t.set('climate.a', 'off');
    await t.advance('20m');
    expect(told).toEqual(['11:00 climate.a heat→off']);
  });

  it('can be one that is named: unavailable for an hour', async () => {
    await using t = await startHouse({ 'sensor.a': '10' });
    const { told, hear } = timed(t);
    t.bus.onStateChange('sensor.a', { to: not(available), for: '1h' }, hear);
    t.set('sensor.a', 'unavailable');
    await t.advance('2h');
    expect(told).toEqual(['60:00 sensor.a 10→unavailable']);
  });

  it('goes with once', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const { told, hear } = timed(t);
    const subscription = t.bus.onStateChange('light.a', { to: 'off', for: '1m', once: true }, hear);
    t.set('light.a', 'off');
    await t.advance('2m');
    t.set('light.a', 'on');
    t.set('light.a', 'off');
    await t.advance('2m');
    expect(told).toEqual(['1:00 light.a on→off']);
    expect(subscription.active).toBe(false);
    expect(t.clock.timers()).toEqual([]);
  });

  it('reckons anew what is due when a machine that slept is back', async () => {
    await using t = await startHouse({ 'light.a': 'on' });
    const { told, hear } = timed(t);
    t.bus.onStateChange('light.a', { to: 'off', for: '1h' }, hear);
    t.set('light.a', 'off');
    await t.advance('10m');
    t.lose();
    // The wall clock went on while the monotonic one, which timers count on, stood still.
    t.clock.stepWall(40 * 60_000);
    t.reconnect();
    await t.advance('10m');
    expect(told).toEqual(['60:00 light.a on→off']);
  });
});
