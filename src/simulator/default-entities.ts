import type { HomeConfig } from '../home-assistant/protocol/wire.ts';
import { attributesOfLamp } from './services/light.ts';
import { type Attributes, domainOf } from './state-record.ts';

/** What an entity of a domain has where nothing else is said, so that its services have something to work with. */
const byDomain: Readonly<Record<string, Attributes>> = {
  climate: {
    hvac_modes: ['off', 'heat'],
    min_temp: 7,
    max_temp: 35,
    current_temperature: 20,
    temperature: 20,
    supported_features: 385,
  },
  lock: { supported_features: 0 },
  cover: { is_closed: false, current_position: 100, supported_features: 15 },
  valve: { is_closed: false, supported_features: 3 },
  fan: { percentage: 0, percentage_step: 1, preset_modes: null, preset_mode: null, supported_features: 49 },
  humidifier: { min_humidity: 0, max_humidity: 100, humidity: 50, supported_features: 0 },
  water_heater: {
    min_temp: 43,
    max_temp: 60,
    operation_list: ['eco', 'electric', 'off'],
    temperature: 50,
    away_mode: 'off',
    supported_features: 15,
  },
  siren: { supported_features: 3 },
  alarm_control_panel: {
    code_format: 'number',
    changed_by: null,
    code_arm_required: true,
    previous_state: null,
    next_state: null,
    supported_features: 63,
  },
  media_player: { volume_level: 0.5, is_volume_muted: false, supported_features: 20_925 },
  vacuum: { fan_speed_list: ['low', 'high'], fan_speed: 'low', supported_features: 8_764 },
  lawn_mower: { supported_features: 15 },
  remote: { supported_features: 0 },
  update: {
    auto_update: false,
    installed_version: '1.0.0',
    in_progress: false,
    latest_version: '1.0.0',
    skipped_version: null,
    update_percentage: null,
    supported_features: 1,
  },
  number: { min: 0, max: 100, step: 1, mode: 'auto' },
  select: { options: [] },
  text: { mode: 'text', min: 0, max: 255, pattern: null },
  input_boolean: { editable: false },
  input_number: { min: 0, max: 100, step: 1, mode: 'slider', editable: false },
  input_select: { options: [], editable: false },
  input_text: { mode: 'text', min: 0, max: 100, pattern: null, editable: false },
  input_datetime: { has_date: true, has_time: true, editable: false },
  input_button: { editable: false },
  counter: { editable: false, initial: 0, step: 1 },
  timer: { duration: '0:00:00', editable: false, last_transition: null },
  script: { last_triggered: null, mode: 'single', current: 0 },
  person: { editable: true, device_trackers: [], in_zones: [] },
};

/** The attributes of a new entity: its domain's, its own, and a name made of its id. */
export function attributesOfNew(entityId: string, state: string, given: Attributes): Attributes {
  const domain = domainOf(entityId);
  const words = entityId.slice(domain.length + 1).replaceAll('_', ' ');
  const own = ownOf(domain, state, given);
  const usual = domain === 'light' ? attributesOfLamp(state, given) : byDomain[domain];
  return { ...usual, ...own, friendly_name: words.charAt(0).toUpperCase() + words.slice(1), ...given };
}

/** What follows from the state. */
function ownOf(domain: string, state: string, given: Attributes): Attributes {
  if ((domain === 'input_select' || domain === 'select') && given.options === undefined) return { options: [state] };
  if (domain !== 'cover' && domain !== 'valve') return {};
  const isClosed = state === 'closed';
  const { current_position: position } = given;
  if (typeof position === 'number') return { is_closed: position === 0 };
  return domain === 'cover' ? { is_closed: isClosed, current_position: isClosed ? 0 : 100 } : { is_closed: isClosed };
}

export const defaultConfig: HomeConfig = {
  allowlist_external_dirs: [],
  allowlist_external_urls: [],
  components: [],
  config_dir: '/config',
  config_source: 'yaml',
  country: 'NL',
  currency: 'EUR',
  debug: false,
  elevation: 2,
  external_url: null,
  internal_url: null,
  language: 'en',
  latitude: 52.3731339,
  location_name: 'Simulated House',
  logging: { log_file_disabled_reason: null },
  longitude: 4.8903147,
  radius: 100,
  recovery_mode: false,
  safe_mode: false,
  state: 'RUNNING',
  time_zone: 'Europe/Amsterdam',
  unit_system: {
    length: 'km',
    accumulated_precipitation: 'mm',
    area: 'm²',
    mass: 'g',
    pressure: 'Pa',
    temperature: '°C',
    volume: 'L',
    wind_speed: 'm/s',
  },
  version: '2026.11.0',
  whitelist_external_dirs: [],
};
