import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { DemoHome } from '../../src/simulator/demo-home.ts';
import { HeatedRoom } from '../../src/simulator/demo/heated-room.ts';
import { washingPower } from '../../src/simulator/demo/washing-programme.ts';

/** All states over a while, as `entity=state` a change. */
async function live(
  from: string,
  ms: number,
  seed = 1,
): Promise<{ readonly demo: DemoHome; readonly changes: readonly string[] }> {
  const clock = new VirtualClock({ now: Temporal.ZonedDateTime.from(from).toInstant() });
  const demo = new DemoHome({ clock, seed });
  const changes: string[] = [];
  demo.home.states.listen(({ entityId }) => changes.push(`${entityId}=${demo.home.state(entityId)}`));
  demo.start();
  await clock.advanceBy(ms);
  demo.stop();
  return { demo, changes };
}

const MINUTE = 60_000;

describe('DemoHome', () => {
  it('shows people moving, leaving, airing and washing within a quarter of an hour of a weekday morning', async () => {
    const { changes } = await live('2026-11-20T08:48[Europe/Amsterdam]', 15 * MINUTE);
    for (const change of [
      'binary_sensor.hallway_motion=on',
      'binary_sensor.hallway_motion=off',
      'person.ben=not_home',
      'binary_sensor.front_door=on',
      'binary_sensor.living_room_window=on',
      'sensor.washing_machine_power=2.1',
    ]) {
      expect(changes).toContain(change);
    }
  });

  it('lives the same day again with the same seed, and another with another', async () => {
    const morning = '2026-11-20T07:00[Europe/Amsterdam]';
    const [first, again, other] = await Promise.all([
      live(morning, 20 * MINUTE),
      live(morning, 20 * MINUTE),
      live(morning, 20 * MINUTE, 2),
    ]);
    expect(again.changes).toEqual(first.changes);
    expect(other.changes).not.toEqual(first.changes);
  });

  it('warms the living room when the heating is told to', async () => {
    const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-20T20:00Z') });
    const demo = new DemoHome({ clock });
    demo.start();
    demo.home.setState('climate.living_room', 'heat', { temperature: 22 });
    await clock.advanceBy(60 * MINUTE);
    demo.stop();
    expect(demo.home.attributes('climate.living_room')?.['current_temperature']).toBeGreaterThan(21);
  });

  it('leaves no timer when it is stopped', async () => {
    const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-20T20:00Z') });
    const demo = new DemoHome({ clock });
    demo.start();
    demo.stop();
    expect(clock.timers()).toEqual([]);
  });
});

describe('washingPower', () => {
  it.each([
    ['before a programme', undefined, 2.1],
    ['after it', 90, 2.1],
    ['in a crease turn', 84.1, 14],
  ])('is what it is %s', (_, sinceMin, watts) => expect(washingPower(sinceMin, 0.5)).toBe(watts));

  it('never falls to idle within the programme', () => {
    for (let minute = 0; minute < 84; minute += 1) expect(washingPower(minute, 0)).toBeGreaterThan(5);
  });
});

describe('people in the demo home', () => {
  it('use the switch on the wall in the dark, without calling a service', async () => {
    const { demo, changes } = await live('2026-11-20T22:15[Europe/Amsterdam]', 40 * MINUTE);
    expect(changes).toContain('light.bathroom=on');
    expect(changes).toContain('light.bathroom=off');
    expect(demo.home.calls).toEqual([]);
  });

  it('unlock the front door to go through, and empty the washing machine', async () => {
    const { changes } = await live('2026-11-20T08:20[Europe/Amsterdam]', 90 * MINUTE);
    expect(changes).toContain('lock.front_door=unlocked');
    expect(changes).toContain('binary_sensor.washing_machine_door=on');
  });
});

describe('HeatedRoom', () => {
  it('keeps near its target without switching at every step', () => {
    const room = new HeatedRoom(19);
    let switched = 0;
    for (let step = 0; step < 5000; step += 1) {
      const { heating } = room;
      room.step({ outdoorDegrees: 3, targetDegrees: 21, windowOpen: false });
      if (room.heating !== heating) switched += 1;
    }
    expect(Math.abs(room.degrees - 21)).toBeLessThanOrEqual(0.3);
    expect(switched).toBeLessThan(50);
  });

  it('grows cold behind an open window', () => {
    const room = new HeatedRoom(21);
    for (let step = 0; step < 120; step += 1) {
      room.step({ outdoorDegrees: 3, targetDegrees: undefined, windowOpen: true });
    }
    expect(room.degrees).toBeLessThan(18);
    expect(room.heating).toBe(false);
  });
});

describe("the demo home's registries", () => {
  const { home } = new DemoHome({ clock: new VirtualClock({ now: Temporal.Instant.from('2026-11-20T08:00Z') }) });

  it('know where each entity stands, and of no other', () => {
    const known = home.registries.entities.all().map((entity) => entity.entity_id);
    expect(known.toSorted()).toEqual(Array.from(home.states.all(), ({ entityId }) => entityId).toSorted());
  });

  it('refer to areas, floors, devices and labels that are there', () => {
    const { areas, floors, devices, labels, entities } = home.registries;
    const isThere = (id: string | null, of: { get(id: string): unknown }): boolean =>
      id === null || of.get(id) !== undefined;
    expect(areas.all().every((area) => isThere(area.floor_id, floors))).toBe(true);
    expect(devices.all().every((device) => isThere(device.area_id, areas))).toBe(true);
    expect(entities.all().every((entity) => isThere(entity.device_id, devices))).toBe(true);
    expect(entities.all().every((entity) => entity.labels.every((label) => labels.has(label)))).toBe(true);
  });
});
