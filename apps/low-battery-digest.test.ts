import { refuse, runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { LowBatteryDigest } from './low-battery-digest.ts';

const source = import.meta.resolve('./low-battery-digest.ts');

function battery(state: string, name: string) {
  return { state, attributes: { device_class: 'battery', friendly_name: name } };
}

function batteries(
  home: Readonly<Record<string, ReturnType<typeof battery>>>,
  ignore: string[] = [],
  { at = '09:00', now = '2026-03-28T12:00[Europe/Berlin]' } = {},
) {
  return runApp(LowBatteryDigest, {
    source,
    config: { notify: 'notify.phone', ignore, at },
    home,
    notifiers: ['phone'],
    now,
  });
}

describe('LowBatteryDigest', () => {
  it('tells each morning which are low, the emptiest first', async () => {
    await using t = await batteries({
      'sensor.door_battery': battery('12', 'Door'),
      'sensor.motion_battery': battery('84', 'Motion'),
      'sensor.remote_battery': battery('3', 'Remote'),
      'binary_sensor.smoke_battery': battery('on', 'Smoke'),
      'binary_sensor.valve_battery': battery('off', 'Valve'),
    });
    await t.advanceTo('09:00');
    expect(t.calls('notify.phone').map(({ data }) => data['message'])).toEqual(['Smoke: low\nRemote: 3 %\nDoor: 12 %']);
    await t.advance('1d');
    expect(t.calls('notify.phone')).toHaveLength(2);
  });

  it('is sent at nine by the home, on the day the clocks change as well', async () => {
    await using t = await batteries({ 'sensor.door_battery': battery('12', 'Door') });
    await t.advance('20h 59m');
    const [call] = t.calls('notify.phone');
    expect(Temporal.Instant.fromEpochMilliseconds(call?.atMs ?? 0).toString()).toBe('2026-03-29T07:00:00Z');
  });

  it('names what is unavailable, and what has not been heard of for a week', async () => {
    await using t = await batteries({
      'sensor.dead_battery': battery('unavailable', 'Dead'),
      'sensor.silent_battery': battery('80', 'Silent'),
      'sensor.alive_battery': battery('80', 'Alive'),
    });
    for (let day = 0; day < 9; day += 1) {
      await t.advance('1d');
      await t.set('sensor.alive_battery', 80 - day);
    }
    await t.advanceTo('09:00');
    expect(t.calls('notify.phone').at(-1)?.data['message']).toBe('Dead: unavailable\nSilent: silent since 2026-03-28');
  });

  it('sends nothing when there is nothing to say', async () => {
    await using t = await batteries({ 'sensor.motion_battery': battery('84', 'Motion') });
    await t.advance('3d');
    expect(t.calls()).toEqual([]);
  });

  it('sees a device that joins later, and leaves out what is ignored', async () => {
    await using t = await batteries({ 'sensor.old_battery': battery('4', 'Old') }, ['sensor.old_battery']);
    await t.set('sensor.new_battery', '9', { device_class: 'battery', friendly_name: 'New' });
    await t.advanceTo('09:00');
    expect(t.calls('notify.phone').map(({ data }) => data['message'])).toEqual(['New: 9 %']);
  });

  it('names the room, and leaves out what has the label', async () => {
    await using t = await runApp(LowBatteryDigest, {
      source,
      config: { notify: 'notify.phone', ignoreLabel: 'mains' },
      home: { 'sensor.door_battery': battery('12', 'Door'), 'sensor.router_battery': battery('3', 'Router') },
      registries: {
        areas: { hallway: { name: 'Hallway' } },
        labels: { mains: {} },
        entities: {
          'sensor.door_battery': { area: 'hallway' },
          'sensor.router_battery': { labels: ['mains'] },
        },
      },
      notifiers: ['phone'],
    });
    await t.advanceTo('09:00');
    expect(t.calls('notify.phone').map(({ data }) => data['message'])).toEqual(['Door (Hallway): 12 %']);
  });

  const low = { 'sensor.door_battery': battery('12', 'Door') };

  it('is sent late, once, where the daemon was off at its time', async () => {
    await using t = await batteries(low);
    await t.advanceTo('08:00');
    await t.restart({ down: '3h' });
    expect(t.calls('notify.phone')).toHaveLength(1);
    await t.restart({ down: '1m' });
    await t.advanceTo('20:00');
    await t.restart({ down: '1m' });
    expect(t.calls('notify.phone')).toHaveLength(1);
    await t.advanceTo('09:00');
    expect(t.calls('notify.phone')).toHaveLength(2);
  });

  it('is sent once for a week that the daemon was off', async () => {
    await using t = await batteries(low);
    await t.restart({ down: '7d' });
    expect(t.calls('notify.phone')).toHaveLength(1);
  });

  it('is not sent again where it has been, nor at the first start of all', async () => {
    await using t = await batteries(low);
    expect(t.calls('notify.phone')).toEqual([]);
    await t.advanceTo('09:00');
    await t.restart({ down: '1m' });
    await t.advance('10h');
    expect(t.calls('notify.phone')).toHaveLength(1);
  });

  it('is sent late where it could not be sent', async () => {
    await using t = await batteries(low);
    const refused = t.home.add(refuse('home_assistant_error', 'call_service'));
    await t.advanceTo('09:00');
    expect(t.failures).toHaveLength(1);
    refused();
    await t.restart({ down: '1m' });
    expect(t.calls('notify.phone')).toHaveLength(1);
  });

  it('has a day that is 23 hours long, and one of 25, with one digest each', async () => {
    for (const now of ['2026-03-28T12:00[Europe/Berlin]', '2026-10-24T12:00[Europe/Berlin]']) {
      await using t = await batteries(low, [], { at: '02:30', now });
      await t.advance('22h');
      await t.restart({ down: '1h' });
      expect(t.calls('notify.phone')).toHaveLength(1);
    }
  });

  it('leaves out by its label what has been renamed', async () => {
    await using t = await runApp(LowBatteryDigest, {
      source,
      config: { notify: 'notify.phone', ignoreLabel: 'mains' },
      home: { ...low, 'sensor.router_battery': battery('3', 'Router') },
      registries: { labels: { mains: {} }, entities: { 'sensor.router_battery': { labels: ['mains'] } } },
      notifiers: ['phone'],
    });
    t.home.registries.entities.update('sensor.router_battery', { entity_id: 'sensor.ups_battery' });
    await t.advanceTo('09:00');
    expect(t.calls('notify.phone').map(({ data }) => data['message'])).toEqual(['Door: 12 %']);
  });
});
