import { domainOf, type Attributes } from './state-record.ts';

/** What the recorder keeps of no entity. */
const always = ['attribution', 'restored', 'supported_features'];

/** What it does not keep of the entities of a domain: what never changes, and what would fill the disk (2026.11). */
const byDomain: Readonly<Record<string, readonly string[]>> = {
  automation: ['id', 'last_triggered', 'mode', 'current', 'max'],
  calendar: ['description'],
  camera: ['access_token', 'entity_picture'],
  climate: [
    'hvac_modes',
    'fan_modes',
    'swing_modes',
    'min_temp',
    'max_temp',
    'min_humidity',
    'max_humidity',
    'target_humidity_step',
    'target_temp_step',
    'preset_modes',
  ],
  cover: ['supported_speeds'],
  event: ['event_types'],
  fan: ['preset_modes'],
  group: ['entity_id', 'order', 'auto'],
  humidifier: ['min_humidity', 'max_humidity', 'available_modes', 'target_humidity_step'],
  image: ['access_token', 'entity_picture'],
  input_boolean: ['editable'],
  input_button: ['editable'],
  input_datetime: ['editable', 'has_date', 'has_time'],
  input_number: ['editable', 'min', 'max', 'step', 'mode'],
  input_select: ['editable', 'options'],
  input_text: ['editable', 'min', 'max', 'mode', 'pattern'],
  light: [
    'supported_color_modes',
    'effect_list',
    'min_color_temp_kelvin',
    'max_color_temp_kelvin',
    'brightness',
    'color_mode',
    'color_temp_kelvin',
    'effect',
    'hs_color',
    'rgb_color',
    'rgbw_color',
    'rgbww_color',
    'xy_color',
  ],
  media_player: [
    'entity_picture_local',
    'entity_picture',
    'source_list',
    'media_position_updated_at',
    'media_position',
    'sound_mode_list',
  ],
  number: ['min', 'max', 'step', 'mode'],
  person: ['device_trackers'],
  schedule: ['editable', 'next_event'],
  script: ['last_triggered', 'mode', 'current', 'max', 'last_action'],
  select: ['options'],
  sensor: ['options'],
  siren: ['available_tones'],
  sun: [
    'azimuth',
    'elevation',
    'rising',
    'next_dawn',
    'next_dusk',
    'next_midnight',
    'next_noon',
    'next_rising',
    'next_setting',
  ],
  text: ['min', 'max', 'mode', 'pattern'],
  update: ['display_precision', 'entity_picture', 'in_progress', 'release_summary', 'update_percentage'],
  vacuum: ['fan_speed_list'],
  water_heater: ['operation_list', 'min_temp', 'max_temp', 'target_temp_step'],
};

/** The attributes that are kept of an entity. */
export function recordedAttributes(entityId: string, attributes: Attributes): Attributes {
  const left = new Set([...always, ...(byDomain[domainOf(entityId)] ?? [])]);
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !left.has(name)));
}
