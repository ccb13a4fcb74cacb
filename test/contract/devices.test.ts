import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { type ContractHome, onRealHome, openHome, reached } from './homes.ts';
import { RawClient } from './raw-client.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The devices of the demo integration that the suite tries, as they are in a real home. */
const devices = {
  'cover.kitchen_window': {
    state: 'closed',
    attributes: { is_closed: true, current_position: undefined, supported_features: 11 },
  },
  'cover.hall_window': { state: 'open', attributes: { current_position: 10, supported_features: 15 } },
  'number.volume': { state: '42.0', attributes: { min: 0, max: 100, step: 1, mode: 'slider' } },
  'select.speed': {
    state: 'ridiculous_speed',
    attributes: { options: ['light_speed', 'ridiculous_speed', 'ludicrous_speed'] },
  },
  'text.text_with_1_to_5_characters': { state: 'Hello', attributes: { min: 1, max: 5 } },
  'date.date': '2020-01-01',
  'time.time': '12:00:00',
  'datetime.date_and_time': '2020-01-01T12:00:00+00:00',
  'fan.living_room_fan': {
    state: 'off',
    attributes: {
      preset_modes: ['auto', 'smart', 'sleep', 'on'],
      direction: 'forward',
      oscillating: false,
      percentage: null,
      percentage_step: 100 / 3,
      preset_mode: null,
      supported_features: 55 | 8,
    },
  },
  'humidifier.humidifier': { state: 'on', attributes: { min_humidity: 0, max_humidity: 100, humidity: 65 } },
  'water_heater.demo_water_heater': {
    state: 'eco',
    attributes: {
      operation_list: ['eco', 'electric', 'off'],
      operation_mode: 'eco',
      temperature: 48.3,
      away_mode: 'off',
    },
  },
  'siren.siren_with_all_features': {
    state: 'on',
    attributes: { available_tones: ['fire', 'alarm'], supported_features: 31 },
  },
  'alarm_control_panel.security': 'disarmed',
  'update.demo_no_update': { state: 'off', attributes: { supported_features: 11 } },
  'remote.remote_one': 'off',
  'lawn_mower.my_lawn_mower': 'docked',
  'media_player.walkman': {
    state: 'playing',
    attributes: {
      volume_level: 1,
      is_volume_muted: false,
      shuffle: false,
      repeat: 'off',
      supported_features: 1_036_223,
    },
  },
} as const;

let contract: ContractHome;
let client: RawClient;
let id = 0;

beforeAll(async () => {
  contract = onRealHome ? await openHome() : await openSimulatedDevices();
});
afterAll(() => contract[Symbol.asyncDispose]());
beforeEach(async () => {
  client = await RawClient.enter(contract);
  id = 0;
});
afterEach(() => client[Symbol.dispose]());

async function openSimulatedDevices(): Promise<ContractHome> {
  const home = new SimulatedHome({ clock: new SystemClock(), states: devices });
  const server = await SimulatorServer.listen(home);
  const { token, userToken } = home;
  return reached({ url: server.url, token, userToken, [Symbol.asyncDispose]: () => server.close() });
}

function call(action: string, entity: string, data: Fields = {}): Promise<Fields> {
  const [domain, service] = action.split('.');
  const target = { entity_id: entity };
  id += 1;
  return client.ask({ id, type: 'call_service', domain, service, target, service_data: data });
}

async function stateOf(entity: string): Promise<Fields> {
  const headers = { authorization: `Bearer ${contract.token}` };
  return (await fetch(`${contract.url}/api/states/${entity}`, { headers })).json() as Promise<Fields>;
}

describe('a device', () => {
  it.each<
    [action: string, entity: keyof typeof devices, data: Fields, becomes: Fields, back: readonly [string, Fields?]]
  >([
    [
      'cover.open_cover',
      'cover.kitchen_window',
      {},
      { state: 'open', attributes: { is_closed: false } },
      ['close_cover'],
    ],
    ['cover.toggle', 'cover.kitchen_window', {}, { state: 'open' }, ['toggle']],
    ['number.set_value', 'number.volume', { value: '33' }, { state: '33.0' }, ['set_value', { value: 42 }]],
    ['select.select_next', 'select.speed', {}, { state: 'ludicrous_speed' }, ['select_previous']],
    [
      'select.select_first',
      'select.speed',
      {},
      { state: 'light_speed' },
      ['select_option', { option: 'ridiculous_speed' }],
    ],
    [
      'date.set_value',
      'date.date',
      { date: '2024-02-29' },
      { state: '2024-02-29' },
      ['set_value', { date: '2020-01-01' }],
    ],
    ['time.set_value', 'time.time', { time: '22:15' }, { state: '22:15:00' }, ['set_value', { time: '12:00:00' }]],
    [
      'datetime.set_value',
      'datetime.date_and_time',
      { datetime: '2024-05-01T10:00:00+02:00' },
      { state: '2024-05-01T08:00:00+00:00' },
      ['set_value', { datetime: '2020-01-01T12:00:00+00:00' }],
    ],
    [
      'fan.set_percentage',
      'fan.living_room_fan',
      { percentage: 20 },
      { state: 'on', attributes: { percentage: 20, preset_mode: null } },
      ['turn_off'],
    ],
    [
      'fan.turn_on',
      'fan.living_room_fan',
      { preset_mode: 'auto' },
      { state: 'on', attributes: { percentage: null, preset_mode: 'auto' } },
      ['turn_off'],
    ],
    ['fan.turn_on', 'fan.living_room_fan', { percentage: 0 }, { state: 'off' }, ['turn_off']],
    [
      'humidifier.set_humidity',
      'humidifier.humidifier',
      { humidity: 52 },
      { state: 'on', attributes: { humidity: 52 } },
      ['set_humidity', { humidity: 65 }],
    ],
    [
      'water_heater.set_operation_mode',
      'water_heater.demo_water_heater',
      { operation_mode: 'electric' },
      { state: 'electric', attributes: { operation_mode: 'electric' } },
      ['set_operation_mode', { operation_mode: 'eco' }],
    ],
    ['siren.turn_off', 'siren.siren_with_all_features', {}, { state: 'off' }, ['turn_on']],
    [
      'remote.send_command',
      'remote.remote_one',
      { command: ['Up', 'Play'] },
      { attributes: { last_command_sent: 'Play' } },
      ['turn_off'],
    ],
    ['lawn_mower.start_mowing', 'lawn_mower.my_lawn_mower', {}, { state: 'mowing' }, ['dock']],
    ['media_player.media_pause', 'media_player.walkman', {}, { state: 'paused' }, ['media_play']],
    [
      'media_player.volume_set',
      'media_player.walkman',
      { volume_level: 0.3 },
      { attributes: { volume_level: 0.3 } },
      ['volume_set', { volume_level: 1 }],
    ],
    [
      'media_player.repeat_set',
      'media_player.walkman',
      { repeat: 'all' },
      { attributes: { repeat: 'all' } },
      ['repeat_set', { repeat: 'off' }],
    ],
  ])('answers %s on %s with %o', async (action, entity, data, becomes, [service, undoing]) => {
    expect(await call(action, entity, data)).toMatchObject({ success: true });
    expect(await stateOf(entity)).toMatchObject(becomes);
    expect(await call(`${action.split('.')[0]}.${service}`, entity, undoing)).toMatchObject({ success: true });
  });

  it.each<[action: string, entity: keyof typeof devices, data: Fields, code: string, key?: string]>([
    ['cover.set_cover_position', 'cover.hall_window', { position: 135 }, 'invalid_format'],
    [
      'cover.set_cover_tilt_position',
      'cover.kitchen_window',
      { tilt_position: 5 },
      'service_validation_error',
      'service_not_supported',
    ],
    ['number.set_value', 'number.volume', { value: 5000 }, 'service_validation_error', 'out_of_range'],
    ['select.select_option', 'select.speed', { option: 'warp' }, 'service_validation_error', 'not_valid_option'],
    [
      'text.set_value',
      'text.text_with_1_to_5_characters',
      { value: 'too long' },
      'service_validation_error',
      'value_too_long',
    ],
    [
      'text.set_value',
      'text.text_with_1_to_5_characters',
      { value: '' },
      'service_validation_error',
      'value_too_short',
    ],
    ['date.set_value', 'date.date', { date: '2024-02-30' }, 'invalid_format'],
    ['time.set_value', 'time.time', { time: '25:00' }, 'invalid_format'],
    [
      'fan.set_preset_mode',
      'fan.living_room_fan',
      { preset_mode: 'nope' },
      'service_validation_error',
      'not_valid_preset_mode',
    ],
    ['humidifier.set_humidity', 'humidifier.humidifier', { humidity: 152 }, 'invalid_format'],
    [
      'water_heater.set_operation_mode',
      'water_heater.demo_water_heater',
      { operation_mode: 'nope' },
      'service_validation_error',
      'not_valid_operation_mode',
    ],
    ['siren.turn_on', 'siren.siren_with_all_features', { tone: 'x' }, 'service_validation_error', 'invalid_tone'],
    [
      'alarm_control_panel.alarm_arm_away',
      'alarm_control_panel.security',
      {},
      'service_validation_error',
      'code_arm_required',
    ],
    [
      'alarm_control_panel.alarm_disarm',
      'alarm_control_panel.security',
      { code: '9' },
      'service_validation_error',
      'invalid_code',
    ],
    ['update.install', 'update.demo_no_update', {}, 'home_assistant_error', 'no_update_available'],
    ['media_player.volume_set', 'media_player.walkman', { volume_level: 3 }, 'invalid_format'],
  ])('refuses %s on %s with %o', async (action, entity, data, code, key) => {
    const before = await stateOf(entity);
    const { error } = await call(action, entity, data);
    expect(error).toMatchObject({ code, ...(key === undefined ? {} : { translation_key: key }) });
    expect(await stateOf(entity)).toMatchObject({ state: before['state'] });
  });

  it('that is a cover moves a tenth of the way a second, and stops where it is told to', async () => {
    const hall = 'cover.hall_window';
    await call('cover.set_cover_position', hall, { position: 10 });
    const position = async (): Promise<unknown> => ((await stateOf(hall))['attributes'] as Fields)['current_position'];
    await expect.poll(position).toBe(10);
    await call('cover.open_cover', hall);
    expect(await stateOf(hall)).toMatchObject({ state: 'opening' });
    await expect.poll(position).toBeGreaterThanOrEqual(30);
    await call('cover.stop_cover', hall);
    const stopped = await position();
    expect([30, 40, 50, 60, 70, 80, 90]).toContain(stopped);
    expect(await stateOf(hall)).toMatchObject({ state: 'open' });
    await call('cover.set_cover_position', hall, { position: 10 });
    expect(await stateOf(hall)).toMatchObject({ state: 'closing' });
    await expect.poll(async () => (await stateOf(hall))['state']).toBe('open');
    expect(await position()).toBe(10);
  });
});
