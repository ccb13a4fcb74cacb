import { runApp } from 'hassette/testing';
import { describe, expect, it } from 'vitest';
import { MotionLight } from './motion-light.ts';

const motion = 'binary_sensor.hallway_motion';
const second = 'binary_sensor.stairs_motion';
const light = 'light.hallway';
const lux = 'sensor.lux';
const dark = { sensor: lux, belowLux: 40 } as const;
const source = import.meta.resolve('./motion-light.ts');

function inHallway(
  states: Readonly<Record<string, string>> = {},
  config: { readonly motion?: typeof motion | [typeof motion, typeof second]; readonly dark?: typeof dark } = {},
) {
  return runApp(MotionLight, {
    source,
    config: { motion, light, offAfter: '3m', stuckAfter: '1h', ...config },
    home: { [motion]: 'off', [light]: 'off', ...states },
  });
}

describe('MotionLight', () => {
  it('lights the room for as long as somebody moves', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    expect(t.state(light)).toBe('on');
    expect(t.attributes(light)['brightness']).toBe(153);

    await t.set(motion, 'off');
    await t.advance('2m 59s');
    expect(t.state(light)).toBe('on');
    await t.advance('1s');
    expect(t.state(light)).toBe('off');
  });

  it('begins the countdown anew with each movement', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    await t.set(motion, 'off');
    await t.advance('2m');
    await t.set(motion, 'on');
    await t.set(motion, 'off');
    await t.advance('2m');
    expect(t.state(light)).toBe('on');
    await t.advance('1m');
    expect(t.state(light)).toBe('off');
  });

  it('counts on through a sensor that drops out', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    await t.set(motion, 'off');
    await t.advance('1m');
    await t.set(motion, 'unavailable');
    await t.advance('1m');
    await t.set(motion, 'off');
    await t.advance('1m');
    expect(t.state(light)).toBe('off');
  });

  it('turns the light off on time though the sensor has died', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    await t.set(motion, 'off');
    await t.set(motion, 'unavailable');
    await t.advance('3m');
    expect(t.state(light)).toBe('off');
  });

  it('is not held up by reports that change nothing but attributes', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    await t.set(motion, 'off');
    await t.advance('2m');
    await t.set(motion, 'off', { battery: 71 });
    await t.advance('1m');
    expect(t.state(light)).toBe('off');
  });

  it('waits for the last of several sensors', async () => {
    await using t = await inHallway({ [second]: 'off' }, { motion: [motion, second] });
    await t.set(motion, 'on');
    await t.set(second, 'on');
    await t.set(motion, 'off');
    await t.advance('5m');
    expect(t.state(light)).toBe('on');
    await t.set(second, 'off');
    await t.advance('3m');
    expect(t.state(light)).toBe('off');
  });

  it('leaves a light as somebody has dimmed it, and turns it off all the same', async () => {
    await using t = await inHallway();
    await t.set(light, 'on', { brightness: 20 });
    await t.set(motion, 'on');
    expect(t.calls('light.turn_on')).toEqual([]);
    expect(t.attributes(light)['brightness']).toBe(20);
    await t.set(motion, 'off');
    await t.advance('3m');
    expect(t.state(light)).toBe('off');
  });

  it('leaves a light off that somebody turned off by hand, until the room has been empty', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    await t.advance('1m');
    await t.set(light, 'off');
    await t.set(motion, 'off');
    await t.advance('1m');
    await t.set(motion, 'on');
    expect(t.state(light)).toBe('off');
    await t.set(motion, 'off');
    await t.advance('3m');
    await t.set(motion, 'on');
    expect(t.state(light)).toBe('on');
  });

  it('minds neither a lamp that reports late nor one that comes back from a power cut', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    await t.advance('8s');
    await t.set(light, 'on', { brightness: 152 });
    await t.set(light, 'unavailable');
    await t.set(light, 'on', { brightness: 255 });
    expect(t.calls('light.turn_on')).toHaveLength(1);
    await t.set(motion, 'off');
    await t.advance('3m');
    expect(t.state(light)).toBe('off');
  });

  it('goes on with a countdown after a restart in the middle of it', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    await t.set(motion, 'off');
    await t.advance('1m');
    await t.restart({ down: '1m' });
    await t.advance('45s');
    expect(t.state(light)).toBe('on');
    await t.advance('15s');
    expect(t.state(light)).toBe('off');
  });

  it('turns the light off at the start where the room has been empty for long', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    await t.stop();
    await t.set(motion, 'off');
    await t.advance('8h');
    expect(t.state(light)).toBe('on');
    await t.start();
    expect(t.state(light)).toBe('off');
  });

  it('remembers over a restart that somebody wants it dark', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    await t.set(light, 'off');
    await t.restart({ down: '1m' });
    await t.set(motion, 'off');
    await t.set(motion, 'on');
    expect(t.state(light)).toBe('off');
  });

  it('lights the room at once if somebody is moving when it starts', async () => {
    await using t = await inHallway({ [motion]: 'on' });
    expect(t.state(light)).toBe('on');
  });

  it('does not take a restart of Home Assistant for a movement, and keeps the countdown', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    await t.set(motion, 'off');
    await t.advance('1m');
    t.home.restart();
    await t.advance('1m');
    expect(t.calls('light.turn_on')).toHaveLength(1);
    await t.advance('1m');
    expect(t.state(light)).toBe('off');
  });

  it('turns the light off when its sensor has been stuck for long, over a restart as well', async () => {
    await using t = await inHallway();
    await t.set(motion, 'on');
    await t.advance('30m');
    await t.restart({ down: '10m' });
    await t.advance('19m');
    expect(t.state(light)).toBe('on');
    await t.advance('1m');
    expect(t.state(light)).toBe('off');
    expect(t.logs.some(({ msg }) => msg.includes('may be stuck'))).toBe(true);
  });

  it('looks through a stuck sensor until it clears', async () => {
    await using t = await inHallway({ [second]: 'off' }, { motion: [motion, second] });
    await t.set(motion, 'on');
    await t.advance('1h');
    await t.set(second, 'on');
    expect(t.state(light)).toBe('on');
    await t.set(second, 'off');
    await t.advance('3m');
    expect(t.state(light)).toBe('off');

    await t.set(motion, 'off');
    await t.set(motion, 'on');
    expect(t.state(light)).toBe('on');
  });

  it('leaves the light off while it is bright, and lights it when it gets dark around somebody', async () => {
    await using t = await inHallway({ [lux]: '300' }, { dark });
    await t.set(motion, 'on');
    expect(t.state(light)).toBe('off');
    await t.set(lux, 20);
    expect(t.state(light)).toBe('on');
  });

  it('is not put out by its own light', async () => {
    await using t = await inHallway({ [lux]: '20' }, { dark });
    await t.set(motion, 'on');
    await t.set(lux, 400);
    await t.advance('50m');
    expect(t.state(light)).toBe('on');
    await t.set(motion, 'off');
    await t.advance('3m');
    expect(t.state(light)).toBe('off');
  });

  it.each(['unavailable', 'unknown'])('lights the room though the sensor of brightness is %s', async (state) => {
    await using t = await inHallway({ [lux]: state }, { dark });
    await t.set(motion, 'on');
    expect(t.state(light)).toBe('on');
  });
});
