import type { DeviceSetup, EntityEntrySetup, RegistrySetup } from '../registries/registries.ts';
import { demoEntities, rooms, type Room, roomsWithMotion } from './demo-entities.ts';

/** Entities that belong to no device: helpers, people and the sun. */
const helpers = /^(input_\w+|person|sun)\./;

const upstairs: ReadonlySet<string> = new Set<Room>(['bedroom', 'bathroom', 'study']);

const single: Readonly<Record<string, DeviceSetup & { readonly entities: readonly string[] }>> = {
  front_door_lock: { name: 'Front door lock', area: 'hallway', entities: ['lock.front_door'] },
  front_door_contact: {
    name: 'Front door contact',
    area: 'hallway',
    entities: ['binary_sensor.front_door', 'sensor.front_door_battery'],
  },
  living_room_window_contact: {
    name: 'Living room window contact',
    area: 'living_room',
    entities: ['binary_sensor.living_room_window', 'sensor.living_room_window_battery'],
  },
  living_room_thermostat: { name: 'Living room thermostat', area: 'living_room', entities: ['climate.living_room'] },
  washing_machine: {
    name: 'Washing machine',
    area: 'bathroom',
    entities: ['sensor.washing_machine_power', 'binary_sensor.washing_machine_door'],
  },
  living_room_blind: { name: 'Living room blind', area: 'living_room', entities: ['cover.living_room'] },
  garage_door: { name: 'Garage door', area: 'garage', entities: ['cover.garage'] },
  siren: { name: 'Siren', area: 'hallway', entities: ['siren.hallway'] },
  garden_pump: { name: 'Garden pump', area: 'garden', entities: ['switch.garden_pump'] },
  weather_station: { name: 'Weather station', area: 'garden', entities: ['sensor.outdoor_temperature'] },
  smoke_detector: { name: 'Smoke detector', area: 'hallway', entities: ['binary_sensor.smoke_detector_battery'] },
};

function devices(): Record<string, DeviceSetup & { readonly entities: readonly string[] }> {
  const all: Record<string, DeviceSetup & { readonly entities: readonly string[] }> = { ...single };
  for (const room of rooms) {
    const name = wordsOf(room);
    all[`${room}_lamp`] = { name: `${name} lamp`, area: room, entities: [`light.${room}`] };
    const battery = `sensor.${room}_thermometer_battery`;
    all[`${room}_thermometer`] = {
      name: `${name} thermometer`,
      area: room,
      entities: [`sensor.${room}_temperature`, ...(battery in demoEntities ? [battery] : [])],
    };
  }
  for (const room of roomsWithMotion) {
    const more = [`sensor.${room}_motion_battery`, `sensor.${room}_illuminance`].filter((id) => id in demoEntities);
    all[`${room}_motion`] = {
      name: `${wordsOf(room)} motion sensor`,
      area: room,
      entities: [`binary_sensor.${room}_motion`, ...more],
    };
  }
  return all;
}

function entities(): Record<string, EntityEntrySetup> {
  const all: Record<string, EntityEntrySetup> = {};
  for (const [device, { entities: ids }] of Object.entries(devices())) {
    for (const id of ids)
      all[id] = { device, integration: 'demo', ...(id.endsWith('_battery') ? { category: 'diagnostic' } : {}) };
  }
  for (const id of Object.keys(demoEntities)) {
    if (helpers.test(id))
      all[id] = { integration: id.slice(0, id.indexOf('.')), name: wordsOf(id.slice(id.indexOf('.') + 1)) };
  }
  for (const room of ['bedroom', 'hallway']) all[`light.${room}`] = { ...all[`light.${room}`], labels: ['night'] };
  return all;
}

/** Where everything in the demo home stands. */
export const demoRegistries: RegistrySetup = {
  floors: { ground_floor: { name: 'Ground floor', level: 0 }, first_floor: { name: 'First floor', level: 1 } },
  areas: {
    ...Object.fromEntries(rooms.map((room) => [room, { floor: upstairs.has(room) ? 'first_floor' : 'ground_floor' }])),
    garden: {},
    garage: {},
  },
  labels: { night: { name: 'Night' } },
  devices: devices(),
  entities: entities(),
};

function wordsOf(id: string): string {
  const words = id.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
