import type { EntitySetup } from '../kept-entities.ts';

/** Rooms with a light; those in `motion` have a motion sensor too. */
export const rooms = ['hallway', 'kitchen', 'living_room', 'bedroom', 'bathroom', 'study'] as const;
export type Room = (typeof rooms)[number];

export const roomsWithMotion = [
  'hallway',
  'kitchen',
  'living_room',
  'bathroom',
  'study',
] as const satisfies readonly Room[];

export const people = ['anna', 'ben'] as const;
export type Person = (typeof people)[number];

const dimmable = { supported_color_modes: ['brightness'], supported_features: 0 };
const celsius = { unit_of_measurement: '°C', device_class: 'temperature', state_class: 'measurement' };
const percent = { unit_of_measurement: '%', state_class: 'measurement' };

function each<Name extends string>(
  names: readonly Name[],
  make: (name: Name) => readonly [string, EntitySetup],
): Readonly<Record<string, EntitySetup>> {
  return Object.fromEntries(names.map(make));
}

/** The demo home as it stands before anybody moves in it. */
export const demoEntities: Readonly<Record<string, EntitySetup>> = {
  ...each(rooms, (room) => [`light.${room}`, { state: 'off', attributes: dimmable }]),
  ...each(roomsWithMotion, (room) => [
    `binary_sensor.${room}_motion`,
    { state: 'off', attributes: { device_class: 'motion' } },
  ]),
  ...each(rooms, (room) => [`sensor.${room}_temperature`, { state: '19.5', attributes: celsius }]),
  ...each(people, (person) => [`person.${person}`, { state: 'home', attributes: { id: person } }]),

  'sensor.outdoor_temperature': { state: '8.0', attributes: celsius },
  'sensor.hallway_illuminance': {
    state: '0',
    attributes: { unit_of_measurement: 'lx', device_class: 'illuminance', state_class: 'measurement' },
  },
  'binary_sensor.front_door': { state: 'off', attributes: { device_class: 'door' } },
  'binary_sensor.living_room_window': { state: 'off', attributes: { device_class: 'window' } },
  'lock.front_door': { state: 'locked' },
  'climate.living_room': {
    state: 'heat',
    attributes: {
      temperature: 17,
      current_temperature: 19.5,
      hvac_action: 'idle',
      target_temp_step: 0.5,
      supported_features: 385,
    },
  },
  'switch.garden_pump': { state: 'off' },
  'cover.living_room': {
    state: 'open',
    attributes: { device_class: 'blind', current_position: 100, supported_features: 15 },
  },
  'cover.garage': { state: 'closed', attributes: { device_class: 'garage', supported_features: 3 } },
  'siren.hallway': { state: 'off', attributes: { supported_features: 3 } },

  'sensor.washing_machine_power': {
    state: '2.1',
    attributes: { unit_of_measurement: 'W', device_class: 'power', state_class: 'measurement' },
  },
  'binary_sensor.washing_machine_door': { state: 'off', attributes: { device_class: 'door' } },

  'sensor.hallway_motion_battery': { state: '84', attributes: { ...percent, device_class: 'battery' } },
  'sensor.front_door_battery': { state: '12', attributes: { ...percent, device_class: 'battery' } },
  'sensor.living_room_window_battery': { state: '57', attributes: { ...percent, device_class: 'battery' } },
  'sensor.bedroom_thermometer_battery': { state: 'unavailable', attributes: { ...percent, device_class: 'battery' } },
  'binary_sensor.smoke_detector_battery': { state: 'on', attributes: { device_class: 'battery' } },

  'input_select.house_mode': { state: 'home', attributes: { options: ['home', 'away', 'night'] } },
  'input_boolean.guest_mode': { state: 'off' },
  'input_boolean.alarm': { state: 'off' },
  'input_number.comfort_temperature': {
    state: '21.0',
    attributes: { min: 15, max: 25, step: 0.5, unit_of_measurement: '°C' },
  },
  'input_text.note': { state: '' },
  'input_datetime.wake_up': { state: '06:45:00', attributes: { has_date: false, has_time: true } },
  'input_button.doorbell': { state: 'unknown' },
  'sun.sun': { state: 'below_horizon', attributes: { elevation: 0, azimuth: 0, rising: true } },
};
