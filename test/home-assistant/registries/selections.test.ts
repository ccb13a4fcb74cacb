import { describe, expect, it } from 'vitest';
import { InvalidArgument } from '../../../src/kernel/errors.ts';
import { startSimulatedHouse } from './simulated-house.ts';

const all = [
  'light.lamp',
  'light.desk',
  'light.hidden',
  'light.stray',
  'binary_sensor.motion',
  'sensor.motion_battery',
];

describe('a selection', () => {
  it.each([
    [{ domain: 'light' }, ['light.lamp', 'light.desk', 'light.hidden', 'light.stray']],
    [{ area: 'kitchen' }, ['light.lamp', 'binary_sensor.motion']],
    [{ area: ['kitchen', 'study'], domain: 'light' }, ['light.lamp', 'light.desk']],
    [{ floor: 'ground' }, ['light.lamp', 'binary_sensor.motion']],
    [{ floor: 'first', domain: 'light' }, ['light.desk']],
    [{ label: 'night' }, ['light.desk']],
    [{ device: 'motion' }, ['binary_sensor.motion']],
    [{ integration: 'zha' }, ['light.desk', 'binary_sensor.motion', 'sensor.motion_battery']],
    [{ device_class: 'battery' }, ['sensor.motion_battery']],
    [{ area: 'kitchen', device_class: 'battery' }, ['sensor.motion_battery']],
    [{ area: 'kitchen', device_class: ['motion', 'battery'] }, ['binary_sensor.motion', 'sensor.motion_battery']],
    [{ area: 'study', integration: 'hue' }, []],
  ] as const)('by %j means %j', async (selection, expected) => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange(selection, hear);
    for (const entityId of all) await t.set(entityId, entityId === 'sensor.motion_battery' ? '79' : 'on');
    expect(told.map((words) => words.split(' ')[0])).toEqual(expected);
  });

  it.each([
    [{}],
    [{ room: 'kitchen' }],
    [{ area: '' }],
    [{ area: [] }],
    [{ area: 5 }],
    [{ domain: 'light.lamp' }],
    [{ area: undefined }],
  ])('that is %j is refused', async (selection) => {
    await using t = await startSimulatedHouse();
    const subscribe = t.bus.onStateChange.bind(t.bus) as (target: unknown, handler: () => void) => void;
    expect(() => subscribe(selection, () => {})).toThrow(InvalidArgument);
  });

  it('follows an entity into an area and out of it', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange({ domain: 'light', area: 'kitchen' }, hear);
    await t.set('light.desk', 'on');
    await t.change(({ entities }) => entities.update('light.desk', { area_id: 'kitchen' }));
    await t.change(({ devices }) => devices.update('lamp', { area_id: 'study' }));
    await t.set('light.desk', 'off');
    await t.set('light.lamp', 'on');
    expect(told).toEqual(['light.desk on→off']);
  });

  it('follows areas to another floor, and labels on areas, devices and entities', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange({ floor: 'first', domain: 'light' }, hear);
    t.bus.onStateChange({ label: 'night', domain: 'light' }, hear);
    await t.change(({ areas }) => areas.update('kitchen', { floor_id: 'first' }));
    await t.set('light.lamp', 'on');
    await t.change(({ devices }) => devices.update('lamp', { labels: ['night'] }));
    await t.set('light.lamp', 'off');
    await t.change((registries) => registries.removeLabel('night'));
    await t.set('light.lamp', 'on');
    expect(told).toEqual(['light.lamp off→on', 'light.lamp on→off', 'light.lamp on→off', 'light.lamp off→on']);
  });

  it('tells once of an entity that is new, whichever of its state and its entry comes first', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange({ area: 'kitchen', domain: 'light' }, hear);
    t.simulated.registries.registerEntity('light.new', { area: 'kitchen', name: 'New' });
    t.simulated.setState('light.new', 'on');
    await t.clock.settle();
    await t.change((registries) => registries.registerEntity('light.later', { area: 'kitchen', name: 'Later' }));
    await t.set('light.later', 'off');
    expect(told).toEqual(['light.new ∅→on added', 'light.later ∅→off added']);
  });

  it('tells nothing of an entity that is moved in as it is, unless it is to be told of at once', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const later = t.ear();
    const atOnce = t.ear();
    await t.set('light.desk', 'on');
    t.bus.onStateChange({ area: 'kitchen' }, { to: 'on' }, later.hear);
    t.bus.onStateChange({ area: 'kitchen' }, { to: 'on', immediate: true }, atOnce.hear);
    await t.change(({ entities }) => entities.update('light.desk', { area_id: 'kitchen' }));
    expect(later.told).toEqual([]);
    expect(atOnce.told).toEqual(['light.desk ∅→on initial']);
  });

  it('ends the hold of an entity that is moved away', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange({ area: 'kitchen' }, { to: 'on', for: '5m' }, hear);
    await t.set('light.lamp', 'on');
    await t.set('binary_sensor.motion', 'on');
    await t.change(({ devices }) => devices.update('lamp', { area_id: 'study' }));
    await t.clock.advanceBy(600_000);
    expect(told).toEqual(['binary_sensor.motion off→on']);
  });

  it('loses nothing of what comes before it is known whom it means', async () => {
    await using t = await startSimulatedHouse({
      prepare: (simulated) =>
        simulated.add({
          name: 'slow registries',
          command: (command, _connection, pass) => {
            if (!command.type.startsWith('config/')) pass(command);
            else simulated.clock.after(2000, 'a slow registry', () => pass(command));
          },
        }),
    });
    await t.clock.pump(t.home.firstReady);
    const { told, hear } = t.ear();
    t.bus.onStateChange({ area: 'kitchen' }, hear);
    await t.set('light.lamp', 'on');
    await t.set('light.desk', 'on');
    await t.set('light.lamp', 'off');
    expect(told).toEqual([]);
    await t.clock.advanceBy(3000);
    expect(told).toEqual(['light.lamp off→on', 'light.lamp on→off']);
  });

  it('is what it is in the home again after each reconnect', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange({ area: 'study' }, hear);
    await t.away(() => void t.simulated.registries.devices.update('lamp', { area_id: 'study' }));
    await t.set('light.lamp', 'on');
    expect(told).toEqual(['light.lamp off→on']);
  });

  it('can be waited for', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const waiting = t.bus.waitFor({ area: 'kitchen', domain: 'light' }, { to: 'on' });
    await t.set('light.desk', 'on');
    await t.change(({ entities }) => entities.update('light.desk', { area_id: 'kitchen' }));
    expect(await t.clock.pump(waiting)).toMatchObject({ entityId: 'light.desk' });
  });

  it('works for a user who may only read', async () => {
    await using t = await startSimulatedHouse({ asUser: true });
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange({ area: 'kitchen' }, hear);
    await t.change(({ entities }) => entities.update('light.desk', { area_id: 'kitchen' }));
    await t.set('light.desk', 'on');
    expect(told).toEqual(['light.desk off→on']);
  });

  it('warns of what the home does not have, and says what was meant', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    t.bus.onStateChange({ area: 'kichen', floor: 'Ground' }, () => {});
    t.bus.onStateChange({ area: 'kichen' }, () => {});
    await t.clock.settle();
    expect(t.warnings()).toEqual([
      'onStateChange: home "default" has no area "kichen"; did you mean "kitchen"?',
      'onStateChange: home "default" has no floor "Ground"; did you mean "ground"?',
    ]);
  });
});
