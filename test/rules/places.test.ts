import { describe, expect, it } from 'vitest';
import { App } from 'hassette';
import { runApp } from 'hassette/testing';
import { ThreadedHallway } from './threaded-hallway.ts';

const MOTION = 'binary_sensor.hallway';
const LIGHT = 'light.hallway';

describe.each(['main', 'thread'] as const)('rules and machines in the %s', (isolation) => {
  it('do the same, over lost connections, restarts of Home Assistant and of the daemon', async () => {
    await using t = await runApp(ThreadedHallway, {
      home: { [MOTION]: 'off', [LIGHT]: 'off' },
      registries: { areas: { hallway: {} }, entities: { [MOTION]: { area: 'hallway' } } },
      now: '2026-01-15T21:00[Europe/Berlin]',
      isolation,
      source: import.meta.resolve('./threaded-hallway.ts'),
    });
    await t.set(MOTION, 'on');
    expect(t.state(LIGHT)).toBe('off');
    await t.advance('1h');
    expect(t.state(LIGHT)).toBe('on');

    t.home.dropConnections();
    t.home.setState(MOTION, 'off');
    await t.advance('1m');
    t.home.restart();
    await t.advance('119s');
    expect(t.state(LIGHT)).toBe('on');
    await t.advance('1s');
    expect(t.state(LIGHT)).toBe('off');

    await t.set(MOTION, 'on');
    expect(t.state(LIGHT)).toBe('on');
    await t.stop();
    await t.set(MOTION, 'off');
    await t.advance('10m');
    await t.start();
    expect(t.state(LIGHT)).toBe('off');
    expect(t.calls()).toHaveLength(4);
    expect(t.failures).toEqual([]);
  });
});

describe('ten thousand rules', () => {
  it('ask one condition when one thing changes, and none when nothing that they look at does', async () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `binary_sensor.s${index}`);
    let asked = 0;
    class Crowd extends App {
      override onInitialize() {
        for (const id of ids) {
          const condition = (): boolean => {
            asked += 1;
            return this.states.is(id, 'on') && this.clock.isBetween('08:00', '22:00');
          };
          this.whenever(condition, { name: id });
        }
      }
    }
    await using t = await runApp(Crowd, { home: Object.fromEntries(ids.map((id) => [id, 'off'])) });
    expect(asked).toBe(10_000);
    await t.set('binary_sensor.s4711', 'on');
    expect(asked).toBe(10_001);
    await t.set('binary_sensor.s4711', 'on', { battery: 20 });
    await t.set('sensor.other', '3');
    await t.advance('1h');
    expect(asked).toBe(10_001);
    await t.advanceTo('22:00');
    expect(asked).toBe(10_002);
  });
});
