import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { LowBatteryDigest } from './low-battery-digest.ts';

function battery(state: string, name: string) {
  return { state, attributes: { device_class: 'battery', friendly_name: name } };
}

function batteries(home: Readonly<Record<string, ReturnType<typeof battery>>>, ignore: string[] = []) {
  return runApp(LowBatteryDigest, {
    source: import.meta.resolve('./low-battery-digest.ts'),
    config: { notify: 'notify.phone', ignore },
    home,
    notifiers: ['phone'],
    now: '2026-03-28T12:00[Europe/Berlin]',
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
      source: import.meta.resolve('./low-battery-digest.ts'),
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
});
