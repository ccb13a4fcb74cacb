import { describe, expect, it } from 'vitest';
import { InvalidTarget } from '../../../src/home-assistant/calls/call-errors.ts';
import { entityHandle } from '../../../src/home-assistant/entity.ts';
import { inHomeWords } from '../../../src/home-assistant/registries/selected-target.ts';
import { readSelection } from '../../../src/home-assistant/registries/selection.ts';
import { StatesView } from '../../../src/home-assistant/states/states-view.ts';
import { InvalidArgument } from '../../../src/kernel/errors.ts';
import { startSimulatedHouse } from './simulated-house.ts';

type House = Awaited<ReturnType<typeof startSimulatedHouse>>;

function entity(t: House, entityId: string) {
  const onStateChange = (): never => {
    throw new Error('nobody subscribes here');
  };
  const context = { home: t.home, api: t.api, onStateChange, waitFor: onStateChange, override: () => null };
  return entityHandle(entityId, context);
}

describe('the area of an entity', () => {
  it('is its own, else its device’s, and follows both', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    expect(entity(t, 'light.desk').area).toMatchObject({ areaId: 'study', name: 'Study', labels: ['night'] });
    expect(entity(t, 'light.desk').floor).toMatchObject({ floorId: 'first' });
    expect(entity(t, 'light.lamp').area?.areaId).toBe('kitchen');
    expect(entity(t, 'light.stray').area).toBeUndefined();
    expect(entity(t, 'light.no_such').labels).toEqual([]);
    await t.change(({ devices }) => devices.update('lamp', { area_id: 'study' }));
    await t.change(({ entities }) => entities.update('light.desk', { entity_id: 'light.table', labels: ['night'] }));
    expect(entity(t, 'light.lamp').area?.areaId).toBe('study');
    expect(entity(t, 'light.desk').area?.areaId).toBe('study');
    expect(entity(t, 'light.desk').labels).toEqual(['night']);
  });
});

describe('states', () => {
  it('are read by selection', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const states = new StatesView(t.home);
    expect(states.entityIds({ area: 'kitchen' })).toEqual(['light.lamp', 'binary_sensor.motion']);
    expect(states.all({ device_class: 'battery' }).map(({ number }) => number)).toEqual([80]);
    expect(() => states.all({})).toThrow(InvalidArgument);
  });
});

describe('a call', () => {
  it.each([
    [{ area: 'kitchen' }, 'light', { area_id: ['kitchen'] }],
    [{ floor: ['ground', 'first'], domain: 'light' }, 'light', { floor_id: ['ground', 'first'] }],
    [{ label: 'night' }, 'homeassistant', { label_id: ['night'] }],
    [{ device: 'lamp' }, 'light', { device_id: ['lamp'] }],
    [{ area: 'kitchen', domain: 'light' }, 'homeassistant', undefined],
    [{ area: 'kitchen', domain: ['light', 'switch'] }, 'light', undefined],
    [{ area: 'kitchen', label: 'night' }, 'light', undefined],
    [{ area: 'kitchen', device_class: 'motion' }, 'light', undefined],
    [{ integration: 'hue' }, 'light', undefined],
    [{ domain: 'light' }, 'light', undefined],
  ])(
    'for %j of a service of %s is told in Home Assistant’s words where they say the same',
    (selection, domain, words) => {
      expect(inHomeWords(readSelection(selection, 'the test'), domain)).toEqual(words);
    },
  );

  it.each([
    [{ area: 'kitchen' }, { area_id: ['kitchen'] }],
    [{ area: ['kitchen', 'study'], integration: 'zha' }, { entity_id: ['light.desk'] }],
    [{ area: 'kitchen', label: 'night' }, { entity_id: [] }],
    [{ domain: 'light', label: ['night'] }, { label_id: ['night'] }],
  ])('for %j is sent for %j', async (selection, target) => {
    await using t = await startSimulatedHouse();
    await t.known();
    await t.clock.pump(t.api.call('light.turn_on', { target: selection }));
    expect(t.simulated.calls).toMatchObject([{ target }]);
  });

  it('waits until it is known whom it means', async () => {
    await using t = await startSimulatedHouse();
    await t.clock.pump(t.api.call('light.turn_on', { target: { area: 'study', integration: 'zha' } }));
    expect(t.simulated.calls).toMatchObject([{ target: { entity_id: ['light.desk'] } }]);
  });

  it('for an area that is not there is not sent', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const call = t.clock.pump(t.api.call('light.turn_on', { target: { area: 'Kitchen' } }));
    await expect(call).rejects.toThrow(InvalidTarget);
    await expect(call).rejects.toThrow('no area "Kitchen"; did you mean "kitchen"?');
    expect(t.simulated.calls).toEqual([]);
  });

  it("says what is not there of a target in Home Assistant's own words, and sends it", async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const target = { area_id: ['kitchen', 'kichen'], floor_id: 'none', label_id: 'nihgt', device_id: 'lamp' };
    expect(t.home.missingPlaces(target)).toEqual([
      'no area "kichen"; did you mean "kitchen"?',
      'no label "nihgt"; did you mean "night"?',
    ]);
    expect(t.home.missingPlaces({ entity_id: 'light.no_such' })).toEqual([]);
  });

  it('for an entity under the id that it had reaches it under the one that it has', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    await t.change(({ entities }) => entities.update('light.lamp', { entity_id: 'light.main' }));
    await t.clock.pump(t.api.call('light.turn_on', { target: 'light.lamp' }));
    await t.clock.pump(t.api.call('light.turn_off', { target: { entity_id: ['light.desk', 'light.lamp'] } }));
    expect(t.simulated.calls.map(({ target }) => target)).toEqual([
      { entity_id: ['light.main'] },
      { entity_id: ['light.desk', 'light.main'] },
    ]);
  });
});
