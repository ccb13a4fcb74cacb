// Made by `npm run domains` of what a Home Assistant 2026.11.0 says of itself. Not to be changed by hand.
import type { StateMeaning } from './state-meaning.ts';
import type {
  AnyStates,
  DateOrTimeStates,
  DateStates,
  FixedStates,
  MomentStates,
  NumberStates,
  SuggestedStates,
  TextStates,
  TimeStates,
} from './state-shapes.ts';

/**
 * The states of those domains that are known by type. Merge your own into it to have them typed as well.
 *
 * @example
 * ```ts
 * import type { FixedStates } from 'hassette';
 *
 * declare module 'hassette' {
 *   interface DomainStates {
 *     litter_box: FixedStates<'clean' | 'used' | 'full'>;
 *   }
 * }
 * ```
 */
export interface DomainStates {
  ai_task: MomentStates;
  air_quality: NumberStates;
  alarm_control_panel: FixedStates<
    | 'armed_away'
    | 'armed_custom_bypass'
    | 'armed_home'
    | 'armed_night'
    | 'armed_vacation'
    | 'arming'
    | 'disarmed'
    | 'disarming'
    | 'pending'
    | 'triggered'
  >;
  alert: FixedStates<'idle' | 'off' | 'on'>;
  assist_satellite: FixedStates<'idle' | 'listening' | 'processing' | 'responding'>;
  automation: FixedStates<'off' | 'on'>;
  binary_sensor: FixedStates<'off' | 'on'>;
  button: MomentStates;
  calendar: FixedStates<'off' | 'on'>;
  camera: FixedStates<'idle' | 'recording' | 'streaming'>;
  climate: FixedStates<'auto' | 'cool' | 'dry' | 'fan_only' | 'heat' | 'heat_cool' | 'off'>;
  conversation: MomentStates;
  counter: NumberStates;
  cover: FixedStates<'closed' | 'closing' | 'open' | 'opening'>;
  date: DateStates;
  datetime: MomentStates;
  device_tracker: SuggestedStates<'home' | 'not_home'>;
  event: MomentStates;
  fan: FixedStates<'off' | 'on'>;
  geo_location: NumberStates;
  group: SuggestedStates<
    'closed' | 'home' | 'locked' | 'not_home' | 'off' | 'ok' | 'on' | 'open' | 'problem' | 'unlocked'
  >;
  humidifier: FixedStates<'off' | 'on'>;
  image: MomentStates;
  image_processing: AnyStates;
  infrared: MomentStates;
  input_boolean: FixedStates<'off' | 'on'>;
  input_button: MomentStates;
  input_datetime: DateOrTimeStates;
  input_number: NumberStates;
  input_select: TextStates;
  input_text: TextStates;
  lawn_mower: FixedStates<'docked' | 'error' | 'idle' | 'mowing' | 'paused' | 'returning'>;
  light: FixedStates<'off' | 'on'>;
  lock: FixedStates<'jammed' | 'locked' | 'locking' | 'open' | 'opening' | 'unlocked' | 'unlocking'>;
  media_player: FixedStates<'buffering' | 'idle' | 'off' | 'on' | 'paused' | 'playing' | 'standby'>;
  notify: MomentStates;
  number: NumberStates;
  person: SuggestedStates<'home' | 'not_home'>;
  plant: FixedStates<'ok' | 'problem'>;
  radio_frequency: MomentStates;
  remote: FixedStates<'off' | 'on'>;
  scene: MomentStates;
  schedule: FixedStates<'off' | 'on'>;
  script: FixedStates<'off' | 'on'>;
  select: TextStates;
  sensor: AnyStates;
  siren: FixedStates<'off' | 'on'>;
  stt: MomentStates;
  sun: FixedStates<'above_horizon' | 'below_horizon'>;
  switch: FixedStates<'off' | 'on'>;
  tag: MomentStates;
  text: TextStates;
  time: TimeStates;
  timer: FixedStates<'active' | 'idle' | 'paused'>;
  todo: NumberStates;
  tts: MomentStates;
  update: FixedStates<'off' | 'on'>;
  vacuum: FixedStates<'cleaning' | 'docked' | 'error' | 'idle' | 'paused' | 'returning'>;
  valve: FixedStates<'closed' | 'closing' | 'open' | 'opening'>;
  wake_word: MomentStates;
  water_heater: SuggestedStates<'eco' | 'electric' | 'gas' | 'heat_pump' | 'high_demand' | 'off' | 'performance'>;
  weather: FixedStates<
    | 'clear-night'
    | 'cloudy'
    | 'exceptional'
    | 'fog'
    | 'hail'
    | 'lightning'
    | 'lightning-rainy'
    | 'partlycloudy'
    | 'pouring'
    | 'rainy'
    | 'snowy'
    | 'snowy-rainy'
    | 'sunny'
    | 'windy'
    | 'windy-variant'
  >;
  zone: NumberStates;
}

/** What the states of domains stand for; those of others are told by their attributes. */
export const STATE_MEANINGS: Readonly<Record<string, StateMeaning>> = {
  ai_task: 'moment',
  air_quality: 'number',
  alarm_control_panel: 'text',
  alert: 'text',
  assist_satellite: 'text',
  automation: 'text',
  binary_sensor: 'text',
  button: 'moment',
  calendar: 'text',
  camera: 'text',
  climate: 'text',
  conversation: 'moment',
  counter: 'number',
  cover: 'text',
  date: 'date',
  datetime: 'moment',
  device_tracker: 'text',
  event: 'moment',
  fan: 'text',
  geo_location: 'number',
  group: 'text',
  humidifier: 'text',
  image: 'moment',
  image_processing: 'by-class',
  infrared: 'moment',
  input_boolean: 'text',
  input_button: 'moment',
  input_datetime: 'date-or-time',
  input_number: 'number',
  input_select: 'text',
  input_text: 'text',
  lawn_mower: 'text',
  light: 'text',
  lock: 'text',
  media_player: 'text',
  notify: 'moment',
  number: 'number',
  person: 'text',
  plant: 'text',
  radio_frequency: 'moment',
  remote: 'text',
  scene: 'moment',
  schedule: 'text',
  script: 'text',
  select: 'text',
  sensor: 'by-class',
  siren: 'text',
  stt: 'moment',
  sun: 'text',
  switch: 'text',
  tag: 'moment',
  text: 'text',
  time: 'time',
  timer: 'text',
  todo: 'number',
  tts: 'moment',
  update: 'text',
  vacuum: 'text',
  valve: 'text',
  wake_word: 'moment',
  water_heater: 'text',
  weather: 'text',
  zone: 'number',
};

/** Device classes of sensors whose states are numbers. */
export const NUMERIC_DEVICE_CLASSES: ReadonlySet<string> = new Set([
  'absolute_humidity',
  'apparent_power',
  'aqi',
  'area',
  'atmospheric_pressure',
  'battery',
  'blood_glucose_concentration',
  'carbon_dioxide',
  'carbon_monoxide',
  'conductivity',
  'current',
  'data_rate',
  'data_size',
  'distance',
  'duration',
  'energy',
  'energy_distance',
  'energy_storage',
  'frequency',
  'gas',
  'humidity',
  'illuminance',
  'irradiance',
  'moisture',
  'monetary',
  'nitrogen_dioxide',
  'nitrogen_monoxide',
  'nitrous_oxide',
  'ozone',
  'ph',
  'pm1',
  'pm10',
  'pm25',
  'pm4',
  'power',
  'power_factor',
  'precipitation',
  'precipitation_intensity',
  'pressure',
  'radon',
  'reactive_energy',
  'reactive_power',
  'signal_strength',
  'sound_pressure',
  'speed',
  'sulphur_dioxide',
  'temperature',
  'temperature_delta',
  'volatile_organic_compounds',
  'volatile_organic_compounds_parts',
  'voltage',
  'volume',
  'volume_flow_rate',
  'volume_storage',
  'water',
  'weight',
  'wind_direction',
  'wind_speed',
]);
