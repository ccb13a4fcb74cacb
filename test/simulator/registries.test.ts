import { describe, expect, it } from 'vitest';
import { isObject } from '../../src/simulator/json.ts';
import type { SimulatedHomeOptions } from '../../src/simulator/simulated-home.ts';
import { TestClient } from './test-client.ts';

/** What Home Assistant 2026.11 was seen to do, beside what the recordings hold it to. */
async function house(more: Partial<SimulatedHomeOptions> = {}) {
  const client = await TestClient.connected({
    states: { 'light.lamp': 'on', 'sensor.battery': '80', 'light.ceiling': 'off' },
    registries: {
      floors: { ground: { name: 'Ground floor' } },
      areas: { hall: { floor: 'ground' }, attic: {} },
      labels: { night: {} },
      devices: { socket: { name: 'Socket', area: 'hall' } },
      entities: {
        'light.lamp': { device: 'socket', labels: ['night'] },
        'sensor.battery': { device: 'socket', category: 'diagnostic' },
        'light.ceiling': { area: 'attic', name: 'Ceiling' },
      },
    },
    ...more,
  });
  const events: string[] = [];
  for (const kind of ['area', 'floor', 'label', 'category', 'device', 'entity']) {
    client.home.bus.listen(`${kind}_registry_updated`, (event) => {
      const { data } = JSON.parse(`${event.frameHead}}`).event;
      const { action, changes, ...rest } = data;
      events.push(
        [kind, action, ...Object.values(rest), ...(changes === undefined ? [] : [JSON.stringify(changes)])].join(' '),
      );
    });
  }
  const ask = async (type: string, fields: Record<string, unknown> = {}): Promise<unknown> => {
    const answer = await client.command(type, fields);
    return isObject(answer) && answer['success'] === true
      ? answer['result']
      : isObject(answer)
        ? answer['error']
        : answer;
  };
  return { client, events, ask };
}

describe('registries of the simulated home', () => {
  it('take what stood in an area that is removed out of it', async () => {
    const { ask, events, client } = await house();
    await ask('config/area_registry/delete', { area_id: 'hall' });
    await ask('config/area_registry/delete', { area_id: 'attic' });
    expect(events).toEqual([
      'area remove hall',
      'device update socket {"area_id":"hall"}',
      'area remove attic',
      'entity update light.ceiling {"area_id":"attic"}',
    ]);
    expect(client.home.registries.devices.get('socket')?.area_id).toBeNull();
  });

  it('take a floor and a label that are removed from what had them', async () => {
    const { ask, events } = await house();
    await ask('config/floor_registry/delete', { floor_id: 'ground' });
    await ask('config/label_registry/delete', { label_id: 'night' });
    expect(events).toEqual([
      'floor remove ground',
      'area update hall',
      'label remove night',
      'entity update light.lamp {"labels":["night"]}',
    ]);
  });

  it('give ids made of names, with a number where one is taken', async () => {
    const { ask } = await house();
    expect(await ask('config/area_registry/create', { name: 'Attic Room!' })).toMatchObject({ area_id: 'attic_room' });
    expect(await ask('config/area_registry/create', { name: 'Attic Room?' })).toMatchObject({
      area_id: 'attic_room_2',
    });
  });

  it.each([
    ['config/floor_registry/create', { name: 'GROUND FLOOR' }, 'invalid_info'],
    ['config/floor_registry/update', { floor_id: 'no', name: 'x' }, 'unknown_error'],
    ['config/floor_registry/delete', { floor_id: 'no' }, 'invalid_info'],
    ['config/label_registry/create', { name: 'Hot', color: 'notacolor' }, 'invalid_format'],
    ['config/category_registry/update', { scope: 'automation', category_id: 'no', name: 'x' }, 'invalid_info'],
    ['config/area_registry/create', { name: 'Y', bogus: 1 }, 'invalid_format'],
    ['config/area_registry/create', { name: 'Y', temperature_entity_id: 'sensor.no' }, 'invalid_info'],
    ['config/entity_registry/update', { entity_id: 'light.lamp', new_entity_id: 'light.ceiling' }, 'invalid_info'],
    ['config/entity_registry/update', { entity_id: 'light.lamp', new_entity_id: 'light.Bad id' }, 'invalid_info'],
    ['config/entity_registry/update', { entity_id: 'light.lamp', area_id: 'attic' }, 'invalid_info'],
    ['config/entity_registry/update', { entity_id: 'light.lamp', hidden_by: 'integration' }, 'invalid_format'],
    ['config/entity_registry/remove', { entity_id: 'light.no' }, 'not_found'],
  ])('refuse %s of %j with %s', async (type, fields, code) => {
    const { ask, events } = await house();
    expect(await ask(type, fields)).toMatchObject({ code });
    expect(events).toEqual([]);
  });

  it('tell of a change that changes nothing to nobody', async () => {
    const { ask, events } = await house();
    await ask('config/area_registry/update', { area_id: 'hall', name: 'Hall' });
    await ask('config/device_registry/update', { device_id: 'socket', area_id: 'hall' });
    await ask('config/entity_registry/update', { entity_id: 'light.lamp', labels: ['night'] });
    expect(events).toEqual([]);
  });

  it('disable the entities of a device with it, and bring their states back half a minute after', async () => {
    const { ask, events, client } = await house();
    await ask('config/device_registry/update', { device_id: 'socket', disabled_by: 'user' });
    expect(client.home.state('light.lamp')).toBeUndefined();
    await ask('config/device_registry/update', { device_id: 'socket', disabled_by: null });
    await client.clock.advanceBy(29_000);
    expect(client.home.state('light.lamp')).toBeUndefined();
    await client.clock.advanceBy(2000);
    expect(client.home.state('light.lamp')).toBe('on');
    expect(events.filter((event) => event.startsWith('entity update light.lamp'))).toEqual([
      'entity update light.lamp {"disabled_by":null}',
      'entity update light.lamp {"disabled_by":"device"}',
    ]);
  });

  it('mean by an area what stands in it, but for what is there for diagnosis or hidden', async () => {
    const { ask } = await house();
    expect(await ask('extract_from_target', { target: { area_id: 'hall' } })).toMatchObject({
      referenced_entities: ['light.lamp'],
    });
    await ask('config/entity_registry/update', { entity_id: 'sensor.battery', labels: ['night'] });
    expect(await ask('extract_from_target', { target: { label_id: 'night' } })).toMatchObject({
      referenced_entities: ['light.lamp', 'sensor.battery'],
    });
    await ask('config/entity_registry/update', { entity_id: 'light.lamp', hidden_by: 'user' });
    expect(await ask('extract_from_target', { target: { floor_id: ['ground'] } })).toMatchObject({
      referenced_entities: [],
    });
  });

  it('put the name of a device before the name of its entity', async () => {
    const { ask, client } = await house();
    await ask('config/entity_registry/update', { entity_id: 'light.lamp', name: 'Bulb' });
    expect(client.home.attributes('light.lamp')).toMatchObject({ friendly_name: 'Socket Bulb' });
  });
});
