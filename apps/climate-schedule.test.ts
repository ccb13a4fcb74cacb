import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { ClimateSchedule } from './climate-schedule.ts';

const thermostat = 'climate.living_room';
const window = 'binary_sensor.window';
const slots = [
  { days: ['mon', 'tue', 'wed', 'thu', 'fri'], at: '06:30', temperature: 21 },
  { days: ['mon', 'tue', 'wed', 'thu', 'fri'], at: '09:00', temperature: 18 },
  { days: ['sat', 'sun'], at: '08:00', temperature: 21.5 },
  { at: '22:00', temperature: 16 },
] as const;

const calendar = 'calendar.home';
const mode = 'input_select.house_mode';

interface Setup {
  readonly state?: string;
  readonly schedule?: readonly unknown[];
  readonly config?: Partial<NonNullable<Parameters<typeof runApp<typeof ClimateSchedule>>[1]>['config']>;
}

/** 2026-01-14 was a Wednesday. */
function start(now: string, { state = 'heat', schedule = slots, config = {} }: Setup = {}) {
  return runApp(ClimateSchedule, {
    source: import.meta.resolve('./climate-schedule.ts'),
    config: { thermostat, windows: [window], slots: structuredClone(schedule) as never, ...config },
    home: {
      [thermostat]: { state, attributes: { temperature: 15 } },
      [window]: 'off',
      [calendar]: 'off',
      [mode]: 'home',
    },
    now,
  });
}

describe('ClimateSchedule', () => {
  it('applies the slot that holds when it starts', async () => {
    await using t = await start('2026-01-14T07:45[Europe/Berlin]');
    expect(t.attributes(thermostat)['temperature']).toBe(21);
  });

  it('looks back over midnight, and over the weekend', async () => {
    await using night = await start('2026-01-14T03:00[Europe/Berlin]');
    expect(night.attributes(thermostat)['temperature']).toBe(16);
    await using monday = await start('2026-01-12T06:00[Europe/Berlin]');
    expect(monday.attributes(thermostat)['temperature']).toBe(16);
  });

  it('follows the slots of the day', async () => {
    await using t = await start('2026-01-16T08:00[Europe/Berlin]');
    await t.advanceTo('09:00');
    expect(t.attributes(thermostat)['temperature']).toBe(18);
    await t.advanceTo('22:00');
    expect(t.attributes(thermostat)['temperature']).toBe(16);
    await t.advanceTo('08:00');
    expect(t.attributes(thermostat)['temperature']).toBe(21.5);
  });

  it('does not send what is set already', async () => {
    await using t = await start('2026-01-14T07:45[Europe/Berlin]');
    const calls = t.calls('climate.set_temperature').length;
    await t.set(window, 'on');
    await t.advance('1m');
    await t.set(window, 'off');
    expect(t.calls('climate.set_temperature')).toHaveLength(calls);
  });

  it('pauses for a window that stays open, and brings back the slot that holds by then', async () => {
    await using t = await start('2026-01-14T08:50[Europe/Berlin]');
    await t.set(window, 'on');
    await t.advance('2m');
    expect(t.attributes(thermostat)['temperature']).toBe(7);
    await t.advanceTo('09:30');
    expect(t.attributes(thermostat)['temperature']).toBe(7);
    await t.set(window, 'off');
    expect(t.attributes(thermostat)['temperature']).toBe(18);
  });

  it('sets a thermostat that was unavailable when a slot began once it returns', async () => {
    await using t = await start('2026-01-14T08:50[Europe/Berlin]');
    await t.set(thermostat, 'unavailable');
    await t.advanceTo('09:10');
    expect(t.attributes(thermostat)['temperature']).toBe(21);
    await t.set(thermostat, 'heat');
    expect(t.attributes(thermostat)['temperature']).toBe(18);
    expect(t.calls('climate.set_temperature').filter(({ data }) => data['temperature'] === 18)).toHaveLength(1);
  });

  it('sets a slot that the spring skips right after the gap, and one that autumn has twice once', async () => {
    const schedule = [
      { at: '02:30', temperature: 12 },
      { at: '12:00', temperature: 20 },
    ];
    await using spring = await start('2026-03-29T01:50[Europe/Berlin]', { schedule });
    await spring.advance('9m');
    expect(spring.attributes(thermostat)['temperature']).toBe(20);
    await spring.advance('1m');
    expect(spring.now.toPlainTime().toString()).toBe('03:00:00');
    expect(spring.attributes(thermostat)['temperature']).toBe(12);

    await using autumn = await start('2026-10-25T01:50[Europe/Berlin]', { schedule });
    await autumn.advance('3h');
    expect(autumn.calls('climate.set_temperature').filter(({ data }) => data['temperature'] === 12)).toHaveLength(1);
  });

  it('does not go back to the slot before while autumn has its time a second time', async () => {
    const schedule = [
      { at: '02:30', temperature: 12 },
      { at: '12:00', temperature: 20 },
    ];
    await using t = await start('2026-10-25T02:10+02:00[Europe/Berlin]', { schedule });
    await t.advance('1h');
    expect(t.now.toString()).toBe('2026-10-25T02:10:00+01:00[Europe/Berlin]');
    await t.set(window, 'on');
    await t.advance('2m');
    await t.set(window, 'off');
    expect(t.attributes(thermostat)['temperature']).toBe(12);
  });

  it('does not pause for a window that has only just been opened when a slot begins', async () => {
    await using t = await start('2026-01-14T08:59[Europe/Berlin]');
    await t.set(window, 'on');
    await t.advance('1m');
    expect(t.attributes(thermostat)['temperature']).toBe(18);
    await t.advance('1m');
    expect(t.attributes(thermostat)['temperature']).toBe(7);
  });

  it('counts how long a window is open over a restart, and takes a dead one for what it was', async () => {
    await using t = await start('2026-01-14T07:45[Europe/Berlin]');
    await t.set(window, 'on');
    await t.advance('1m');
    await t.restart({ down: '30s' });
    await t.set(window, 'unavailable');
    expect(t.attributes(thermostat)['temperature']).toBe(21);
    await t.advance('30s');
    expect(t.attributes(thermostat)['temperature']).toBe(7);
    await t.set(window, 'off');
    expect(t.attributes(thermostat)['temperature']).toBe(21);
  });

  it('refuses a schedule that is none, with all that is wrong', async () => {
    const schedule = [
      { at: '25:00', temperature: 20 },
      { at: '07:00', temperature: 99 },
    ];
    await expect(start('2026-01-14T08:50[Europe/Berlin]', { schedule })).rejects.toThrow(/slots/);
  });

  it('leaves a set point that somebody has chosen until the next slot, over an open window', async () => {
    await using t = await start('2026-01-14T07:45[Europe/Berlin]');
    await t.advance('1m');
    await t.set(thermostat, 'heat', { temperature: 23 });
    await t.set(window, 'on');
    await t.advance('2m');
    expect(t.attributes(thermostat)['temperature']).toBe(7);
    await t.set(window, 'off');
    expect(t.attributes(thermostat)['temperature']).toBe(23);
    await t.advanceTo('09:00');
    expect(t.attributes(thermostat)['temperature']).toBe(18);
    await t.set(window, 'on');
    await t.advance('2m');
    await t.set(window, 'off');
    expect(t.attributes(thermostat)['temperature']).toBe(18);
  });

  it('does not take what the device has rounded for a choice', async () => {
    const schedule = [{ at: '06:30', temperature: 20.3 }];
    await using t = await start('2026-01-14T07:45[Europe/Berlin]', { schedule });
    await t.advance('10m');
    await t.set(thermostat, 'heat', { temperature: 20.5 });
    await t.set(window, 'on');
    await t.advance('2m');
    await t.set(window, 'off');
    expect(t.attributes(thermostat)['temperature']).toBe(20.3);
    expect(t.logs.some(({ msg }) => msg.includes('by hand'))).toBe(false);
  });

  it('remembers over a restart what somebody has chosen, until a slot has begun', async () => {
    await using t = await start('2026-01-14T07:45[Europe/Berlin]');
    await t.advance('1m');
    await t.set(thermostat, 'heat', { temperature: 23 });
    await t.set(window, 'on');
    await t.advance('2m');
    await t.restart({ down: '10m' });
    await t.set(window, 'off');
    expect(t.attributes(thermostat)['temperature']).toBe(23);
    await t.advanceTo('08:50');
    await t.restart({ down: '20m' });
    expect(t.attributes(thermostat)['temperature']).toBe(18);
  });

  it('does not take a report after the slot has begun for a choice that was made before', async () => {
    await using t = await start('2026-01-14T08:45[Europe/Berlin]');
    await t.advance('1m');
    await t.set(thermostat, 'heat', { temperature: 23 });
    await t.stop();
    await t.advance('20m');
    await t.set(thermostat, 'heat', { current_temperature: 22.1 });
    await t.start();
    expect(t.attributes(thermostat)['temperature']).toBe(18);
  });

  it('leaves what somebody chose while it was off', async () => {
    await using t = await start('2026-01-14T07:45[Europe/Berlin]');
    await t.stop();
    await t.set(thermostat, 'heat', { temperature: 23 });
    await t.advance('10m');
    await t.start();
    expect(t.attributes(thermostat)['temperature']).toBe(23);
    await t.advanceTo('09:00');
    expect(t.attributes(thermostat)['temperature']).toBe(18);
  });

  it('follows what an event of the calendar says, for as long as it lasts', async () => {
    await using t = await start('2026-01-14T07:45[Europe/Berlin]', { config: { calendar } });
    await t.set(calendar, 'on', { message: 'Guests 22.5°' });
    expect(t.attributes(thermostat)['temperature']).toBe(22.5);
    await t.advanceTo('09:00');
    expect(t.attributes(thermostat)['temperature']).toBe(22.5);
    await t.set(calendar, 'unavailable');
    await t.set(window, 'on');
    await t.advance('2m');
    await t.set(window, 'off');
    expect(t.attributes(thermostat)['temperature']).toBe(22.5);
    await t.set(calendar, 'on', { message: 'Spring cleaning, 17 °C' });
    expect(t.attributes(thermostat)['temperature']).toBe(17);
    await t.set(calendar, 'on', { message: 'Dentist at 10' });
    expect(t.attributes(thermostat)['temperature']).toBe(18);
    await t.set(calendar, 'off');
    expect(t.attributes(thermostat)['temperature']).toBe(18);
  });

  it('lets an event that begins end what somebody has chosen', async () => {
    await using t = await start('2026-01-14T07:45[Europe/Berlin]', { config: { calendar } });
    await t.advance('1m');
    await t.set(thermostat, 'heat', { temperature: 23 });
    await t.set(calendar, 'on', { message: 'Away 16°' });
    expect(t.attributes(thermostat)['temperature']).toBe(16);
    await t.advance('1m');
    await t.set(thermostat, 'heat', { temperature: 19 });
    await t.set(calendar, 'on', { description: 'until six' });
    expect(t.attributes(thermostat)['temperature']).toBe(19);
  });

  it('lowers the set point while nobody is in', async () => {
    const away = { mode, temperature: 15.5 } as const;
    await using t = await start('2026-01-14T07:45[Europe/Berlin]', { config: { away } });
    await t.set(mode, 'away');
    expect(t.attributes(thermostat)['temperature']).toBe(15.5);
    await t.advanceTo('09:10');
    expect(t.attributes(thermostat)['temperature']).toBe(15.5);
    await t.restart({ down: '1m' });
    expect(t.attributes(thermostat)['temperature']).toBe(15.5);
    await t.set(mode, 'home');
    expect(t.attributes(thermostat)['temperature']).toBe(18);
  });

  it('lets a compressor rest between two starts, over a restart as well', async () => {
    await using t = await start('2026-01-14T07:30[Europe/Berlin]', { config: { startsApart: '15m' } });
    expect(t.attributes(thermostat)['temperature']).toBe(21);
    for (let flap = 0; flap < 2; flap += 1) {
      await t.set(window, 'on');
      await t.advance('2m');
      await t.set(window, 'off');
      expect(t.attributes(thermostat)['temperature']).toBe(7);
    }
    await t.advance('1m');
    await t.restart({ down: '5m' });
    await t.advance('4m 45s');
    expect(t.attributes(thermostat)['temperature']).toBe(7);
    await t.advance('15s');
    expect(t.attributes(thermostat)['temperature']).toBe(21);
  });

  it('lets a compressor start at once that has rested for long, and rest whenever it wants', async () => {
    await using t = await start('2026-01-14T07:30[Europe/Berlin]', { config: { startsApart: '15m' } });
    await t.advance('15m');
    await t.set(window, 'on');
    await t.advance('2m');
    expect(t.attributes(thermostat)['temperature']).toBe(7);
    await t.set(window, 'off');
    expect(t.attributes(thermostat)['temperature']).toBe(21);
  });
});
