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
  const own = domain === 'input_select' && given.options === undefined ? { options: [state] } : {};
  const usual = domain === 'light' ? attributesOfLamp(state, given) : byDomain[domain];
  return { ...usual, ...own, friendly_name: words.charAt(0).toUpperCase() + words.slice(1), ...given };
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
