import { describe, expect, it } from 'vitest';
import { App } from 'hassette';
import { runApp } from 'hassette/testing';

const MOTION = 'binary_sensor.hallway';
const LUX = 'sensor.lux';
const LIGHT = 'light.hallway';

class Hallway extends App {
  rule = this.whenever(
    () => this.states.is('binary_sensor.hallway', 'on') && this.states.below('sensor.lux', 40, { hysteresis: 5 }),
    {
      name: 'hallway',
      enter: () => this.entity('light.hallway').turnOn(),
      exit: () => this.entity('light.hallway').turnOff(),
      hold: { exit: '3m' },
    },
  );
}

const dark = { [MOTION]: 'off', [LUX]: '20', [LIGHT]: 'off' };

describe('a rule', () => {
  it('enters when its condition becomes true, and exits once it has been false for as long as it has to be', async () => {
    await using t = await runApp(Hallway, { home: dark });
    expect(t.app.rule.phase).toBe('off');
    await t.set(MOTION, 'on');
    expect(t.state(LIGHT)).toBe('on');
    await t.set(MOTION, 'off');
    await t.advance('2m59s');
    expect(t.state(LIGHT)).toBe('on');
    expect(t.app.rule.phase).toBe('on');
    await t.advance('1s');
    expect(t.state(LIGHT)).toBe('off');
    expect(t.failures).toEqual([]);
  });

  it('runs nothing that was due when its condition is true again before', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    await t.set(MOTION, 'off');
    await t.advance('2m');
    await t.set(MOTION, 'on');
    await t.advance('10m');
    expect(t.calls()).toHaveLength(1);
  });

  it('keeps a number that wavers about its limit from switching it', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    for (const lux of [41, 44.9, 39, 44]) await t.set(LUX, lux);
    expect(t.app.rule.explain().hold).toBeUndefined();
    await t.set(LUX, 45);
    expect(t.app.rule.explain().hold).toMatchObject({ to: 'off' });
    await t.set(LUX, 41);
    await t.advance('3m');
    expect(t.app.rule.phase).toBe('off');
    await t.set(LUX, 39.9);
    expect(t.app.rule.phase).toBe('on');
  });

  it('stays as it is while something that it looks at is unavailable', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    await t.set(MOTION, 'unavailable');
    await t.advance('1h');
    expect(t.state(LIGHT)).toBe('on');
    expect(t.app.rule.explain().suspended).toBe('binary_sensor.hallway is unavailable');
    await t.set(MOTION, 'off');
    await t.advance('3m');
    expect(t.state(LIGHT)).toBe('off');
  });

  it('says why it is as it is', async () => {
    await using t = await runApp(Hallway, { home: dark });
    await t.set(MOTION, 'on');
    await t.advance('1m');
    await t.set(LUX, 100);
    const why = t.app.rule.explain();
    expect(why).toMatchObject({
      name: 'hallway',
      phase: 'on',
      holds: false,
      reads: [
        { what: 'binary_sensor.hallway is on', value: 'on' },
        { what: 'sensor.lux is below 40 (hysteresis 5)', value: '100' },
      ],
      hold: { to: 'off' },
    });
    expect(String(why)).toMatchInlineSnapshot(
      `"Rule "hallway" is on since 2026-01-15 12:00:00. Its condition is false: binary_sensor.hallway is on ("on"), sensor.lux is below 40 (hysteresis 5) ("100"). It goes off at 2026-01-15 12:04:00 if that lasts, as it has since 2026-01-15 12:01:00."`,
    );
  });
});
