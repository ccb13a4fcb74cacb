import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/simulator/json.ts';
import { errorCode, TestClient } from '../test-client.ts';

type Setup = Readonly<Record<string, { readonly state: string; readonly attributes?: JsonObject }>>;

const house: Setup = {
  'cover.blind': {
    state: 'open',
    attributes: { current_position: 50, current_tilt_position: 50, supported_features: 255 },
  },
  'cover.garage': { state: 'closed', attributes: { current_position: undefined, supported_features: 3 } },
  'valve.garden': { state: 'closed' },
  'number.level': { state: '42.0' },
  'select.speed': { state: 'slow', attributes: { options: ['slow', 'fast', 'mad'] } },
  'text.word': { state: 'abc', attributes: { min: 2, max: 5, pattern: '[a-z]+' } },
  'date.day': { state: '2020-01-01' },
  'time.hour': { state: '12:00:00' },
  'datetime.when': { state: '2020-01-01T12:00:00+00:00' },
  'fan.ceiling': {
    state: 'off',
    attributes: {
      percentage: 0,
      percentage_step: 100 / 3,
      preset_modes: ['auto'],
      preset_mode: null,
      supported_features: 63,
    },
  },
  'humidifier.hall': { state: 'on', attributes: { min_humidity: 30, max_humidity: 80 } },
  'water_heater.boiler': { state: 'eco' },
  'siren.roof': { state: 'off', attributes: { available_tones: ['fire'], supported_features: 31 } },
  'alarm_control_panel.house': { state: 'disarmed' },
  'update.bulb': { state: 'on', attributes: { latest_version: '1.1.0' } },
  'vacuum.robot': { state: 'docked', attributes: { supported_features: 32_700 } },
  'lawn_mower.robot': { state: 'docked' },
  'remote.tv': { state: 'off' },
  'media_player.hall': {
    state: 'playing',
    attributes: { media_title: 'Song', media_track: 1, group_members: [], supported_features: 1_036_223 },
  },
};

const connected = (): Promise<TestClient> => TestClient.connected({ states: house });

describe('devices', () => {
  it.each<[service: string, entity: string, data: JsonObject, state: string, attributes: JsonObject]>([
    ['cover.open_cover', 'cover.garage', {}, 'open', { is_closed: false }],
    ['cover.toggle', 'cover.garage', {}, 'open', { is_closed: false }],
    ['number.set_value', 'number.level', { value: '33' }, '33.0', {}],
    ['select.select_next', 'select.speed', {}, 'fast', {}],
    ['select.select_previous', 'select.speed', {}, 'mad', {}],
    ['select.select_previous', 'select.speed', { cycle: false }, 'slow', {}],
    ['text.set_value', 'text.word', { value: 'hello' }, 'hello', {}],
    ['date.set_value', 'date.day', { date: '2024-02-29' }, '2024-02-29', {}],
    ['time.set_value', 'time.hour', { time: '22:15' }, '22:15:00', {}],
    ['datetime.set_value', 'datetime.when', { datetime: '2024-05-01 10:00:00' }, '2024-05-01T08:00:00+00:00', {}],
    ['fan.turn_on', 'fan.ceiling', {}, 'on', { percentage: 100, preset_mode: null }],
    ['fan.set_percentage', 'fan.ceiling', { percentage: 20 }, 'on', { percentage: 20 }],
    ['fan.increase_speed', 'fan.ceiling', {}, 'on', { percentage: 33 }],
    ['fan.increase_speed', 'fan.ceiling', { percentage_step: 7 }, 'on', { percentage: 7 }],
    ['fan.set_preset_mode', 'fan.ceiling', { preset_mode: 'auto' }, 'on', { percentage: null, preset_mode: 'auto' }],
    ['fan.turn_on', 'fan.ceiling', { percentage: 0 }, 'off', { percentage: 0 }],
    ['humidifier.set_humidity', 'humidifier.hall', { humidity: 52 }, 'on', { humidity: 52 }],
    ['humidifier.toggle', 'humidifier.hall', {}, 'off', {}],
    [
      'water_heater.set_operation_mode',
      'water_heater.boiler',
      { operation_mode: 'electric' },
      'electric',
      { operation_mode: 'electric' },
    ],
    [
      'water_heater.set_temperature',
      'water_heater.boiler',
      { temperature: 55, operation_mode: 'electric' },
      'electric',
      { temperature: 55 },
    ],
    ['water_heater.set_away_mode', 'water_heater.boiler', { away_mode: true }, 'eco', { away_mode: 'on' }],
    ['siren.turn_on', 'siren.roof', { tone: 'fire' }, 'on', {}],
    ['update.install', 'update.bulb', {}, 'off', { installed_version: '1.1.0', in_progress: false }],
    ['update.skip', 'update.bulb', {}, 'off', { skipped_version: '1.1.0' }],
    ['vacuum.start', 'vacuum.robot', {}, 'cleaning', {}],
    ['vacuum.set_fan_speed', 'vacuum.robot', { fan_speed: 'high' }, 'docked', { fan_speed: 'high' }],
    ['lawn_mower.start_mowing', 'lawn_mower.robot', {}, 'mowing', {}],
    ['remote.send_command', 'remote.tv', { command: ['Up', 'Play'] }, 'off', { last_command_sent: 'Play' }],
    ['media_player.media_pause', 'media_player.hall', {}, 'paused', { media_title: 'Song' }],
    ['media_player.volume_down', 'media_player.hall', {}, 'playing', { volume_level: 0.4 }],
    ['media_player.media_next_track', 'media_player.hall', {}, 'playing', { media_track: 2 }],
    [
      'media_player.join',
      'media_player.hall',
      { group_members: ['media_player.kitchen'] },
      'playing',
      { group_members: ['media_player.hall', 'media_player.kitchen'] },
    ],
    [
      'media_player.play_media',
      'media_player.hall',
      { media_content_id: 'x', media_content_type: 'music' },
      'playing',
      { media_content_id: 'x' },
    ],
  ])('%s of %s with %o makes it %s', async (service, entity, data, state, attributes) => {
    const client = await connected();
    expect(await client.call(service, entity, data)).toMatchObject({ success: true });
    expect(client.home.state(entity)).toBe(state);
    expect(client.home.attributes(entity)).toMatchObject(attributes);
  });

  it.each<[service: string, entity: string, data: JsonObject, code: string]>([
    ['cover.set_cover_position', 'cover.blind', { position: 135 }, 'invalid_format'],
    ['cover.stop_cover', 'cover.garage', {}, 'service_validation_error'],
    ['number.set_value', 'number.level', { value: 5000 }, 'service_validation_error'],
    ['select.select_option', 'select.speed', { option: 'warp' }, 'service_validation_error'],
    ['text.set_value', 'text.word', { value: 'a' }, 'service_validation_error'],
    ['text.set_value', 'text.word', { value: 'abcdef' }, 'service_validation_error'],
    ['text.set_value', 'text.word', { value: 'ABC' }, 'service_validation_error'],
    ['date.set_value', 'date.day', { date: '2024-02-30' }, 'invalid_format'],
    ['time.set_value', 'time.hour', { time: '25:00' }, 'invalid_format'],
    ['datetime.set_value', 'datetime.when', { datetime: 'soon' }, 'invalid_format'],
    ['fan.set_preset_mode', 'fan.ceiling', { preset_mode: 'nope' }, 'service_validation_error'],
    ['humidifier.set_humidity', 'humidifier.hall', { humidity: 90 }, 'service_validation_error'],
    ['water_heater.set_operation_mode', 'water_heater.boiler', { operation_mode: 'gas' }, 'service_validation_error'],
    ['siren.turn_on', 'siren.roof', { tone: 'x' }, 'service_validation_error'],
    ['alarm_control_panel.alarm_arm_away', 'alarm_control_panel.house', {}, 'service_validation_error'],
    ['alarm_control_panel.alarm_disarm', 'alarm_control_panel.house', { code: '9' }, 'service_validation_error'],
    ['media_player.volume_set', 'media_player.hall', { volume_level: 3 }, 'invalid_format'],
  ])('refuses %s of %s with %o', async (service, entity, data, code) => {
    const client = await connected();
    expect(errorCode(await client.call(service, entity, data))).toBe(code);
    expect(client.home.state(entity)).toBe(house[entity]?.state);
  });
});

describe('a cover', () => {
  const position = (client: TestClient): unknown => client.home.attributes('cover.blind')?.['current_position'];

  it('takes a second for a tenth of the way, and stops where it was sent', async () => {
    const client = await connected();
    await client.call('cover.set_cover_position', 'cover.blind', { position: 75 });
    expect(client.home.state('cover.blind')).toBe('opening');
    await client.clock.advanceBy(1000);
    expect(position(client)).toBe(60);
    await client.clock.advanceBy(2000);
    expect([client.home.state('cover.blind'), position(client)]).toEqual(['open', 75]);
    await client.clock.advanceBy(60_000);
    expect(position(client)).toBe(75);
  });

  it('stays where it is when it is stopped, and turns round when it is toggled', async () => {
    const client = await connected();
    await client.call('cover.close_cover', 'cover.blind');
    await client.clock.advanceBy(1000);
    await client.call('cover.stop_cover', 'cover.blind');
    await client.clock.advanceBy(5000);
    expect([client.home.state('cover.blind'), position(client)]).toEqual(['open', 40]);
    await client.call('cover.toggle', 'cover.blind');
    expect(client.home.state('cover.blind')).toBe('opening');
    await client.clock.advanceBy(6000);
    await client.call('cover.toggle', 'cover.blind');
    await client.clock.advanceBy(10_000);
    expect(client.home.state('cover.blind')).toBe('closed');
    expect(client.home.attributes('cover.blind')).toMatchObject({ is_closed: true, current_position: 0 });
  });

  it('tilts its slats without moving', async () => {
    const client = await connected();
    await client.call('cover.open_cover_tilt', 'cover.blind');
    await client.clock.advanceBy(2000);
    expect(client.home.attributes('cover.blind')).toMatchObject({ current_tilt_position: 70, current_position: 50 });
    expect(client.home.state('cover.blind')).toBe('open');
  });

  it('is told as the doing of the call for five seconds, and as its own after that', async () => {
    const client = await connected();
    const answer = await client.call('cover.close_cover', 'cover.blind');
    const called = (answer?.['result'] as { readonly context: { readonly id: string } } | undefined)?.context.id;
    await client.clock.advanceBy(4000);
    expect(client.home.states.get('cover.blind')?.context.id).toBe(called);
    client.home.setState('cover.blind', 'open', { current_position: 90 });
    await client.call('cover.close_cover', 'cover.blind');
    await client.clock.advanceBy(6000);
    expect(client.home.states.get('cover.blind')?.context.user_id).toBeNull();
  });
});

describe('devices that take their time', () => {
  it('a valve turns for two seconds, for which its caller waits', async () => {
    const client = await connected();
    const id = client.post('call_service', {
      domain: 'valve',
      service: 'open_valve',
      target: { entity_id: 'valve.garden' },
    });
    await client.clock.advanceBy(1999);
    expect([client.home.state('valve.garden'), client.answerTo(id)]).toEqual(['opening', undefined]);
    await client.clock.advanceBy(1);
    expect([client.home.state('valve.garden'), client.answerTo(id)?.['success']]).toEqual(['open', true]);
  });

  it('a siren falls silent after its duration', async () => {
    const client = await connected();
    await client.call('siren.turn_on', 'siren.roof', { duration: 3 });
    await client.clock.advanceBy(2999);
    expect(client.home.state('siren.roof')).toBe('on');
    await client.clock.advanceBy(1);
    expect(client.home.state('siren.roof')).toBe('off');
  });

  it('an alarm arms after a minute, and goes off until it is disarmed', async () => {
    const client = await connected();
    const alarm = 'alarm_control_panel.house';
    await client.call('alarm_control_panel.alarm_arm_away', alarm, { code: '1234' });
    expect(client.home.state(alarm)).toBe('arming');
    await client.clock.advanceBy(60_000);
    expect(client.home.state(alarm)).toBe('armed_away');
    await client.call('alarm_control_panel.alarm_trigger', alarm);
    expect(client.home.state(alarm)).toBe('pending');
    await client.clock.advanceBy(60_000);
    expect(client.home.state(alarm)).toBe('triggered');
    await client.call('alarm_control_panel.alarm_disarm', alarm, { code: '1234' });
    await client.clock.advanceBy(600_000);
    expect(client.home.state(alarm)).toBe('disarmed');
  });

  it('a robot comes back to its dock after half a minute, unless it was sent elsewhere', async () => {
    const client = await connected();
    await client.call('vacuum.start', 'vacuum.robot');
    await client.call('vacuum.return_to_base', 'vacuum.robot');
    await client.call('vacuum.start', 'vacuum.robot');
    await client.clock.advanceBy(40_000);
    expect(client.home.state('vacuum.robot')).toBe('cleaning');
    await client.call('vacuum.return_to_base', 'vacuum.robot');
    await client.clock.advanceBy(30_000);
    expect(client.home.state('vacuum.robot')).toBe('docked');
  });

  it('a player shows what it plays again when it is turned on again', async () => {
    const client = await connected();
    await client.call('media_player.turn_off', 'media_player.hall');
    expect(client.home.attributes('media_player.hall')).not.toHaveProperty('media_title');
    await client.call('media_player.volume_set', 'media_player.hall', { volume_level: 0.1 });
    await client.call('media_player.turn_on', 'media_player.hall');
    expect(client.home.attributes('media_player.hall')).toMatchObject({ media_title: 'Song', volume_level: 0.1 });
  });
});
