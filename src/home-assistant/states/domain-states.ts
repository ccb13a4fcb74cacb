import type { ChangeCondition, NoNumbers, NumericCondition } from '../../bus/conditions.ts';

/**
 * The states of those domains in which Home Assistant's entity model allows no others. Sources: the enums and state
 * properties of `homeassistant/components/<domain>/` in 2026.11.
 */
export const DOMAIN_STATES = {
  alarm_control_panel: [
    'disarmed',
    'armed_home',
    'armed_away',
    'armed_night',
    'armed_vacation',
    'armed_custom_bypass',
    'pending',
    'arming',
    'disarming',
    'triggered',
  ],
  assist_satellite: ['idle', 'listening', 'processing', 'responding'],
  automation: ['on', 'off'],
  binary_sensor: ['on', 'off'],
  calendar: ['on', 'off'],
  camera: ['idle', 'recording', 'streaming'],
  climate: ['off', 'heat', 'cool', 'heat_cool', 'auto', 'dry', 'fan_only'],
  cover: ['open', 'opening', 'closed', 'closing'],
  fan: ['on', 'off'],
  humidifier: ['on', 'off'],
  input_boolean: ['on', 'off'],
  lawn_mower: ['mowing', 'docked', 'paused', 'returning', 'error'],
  light: ['on', 'off'],
  lock: ['locked', 'unlocked', 'locking', 'unlocking', 'jammed', 'open', 'opening'],
  media_player: ['off', 'on', 'idle', 'playing', 'paused', 'standby', 'buffering'],
  plant: ['ok', 'problem'],
  remote: ['on', 'off'],
  schedule: ['on', 'off'],
  script: ['on', 'off'],
  siren: ['on', 'off'],
  sun: ['above_horizon', 'below_horizon'],
  switch: ['on', 'off'],
  timer: ['idle', 'active', 'paused'],
  update: ['on', 'off'],
  vacuum: ['cleaning', 'docked', 'idle', 'paused', 'returning', 'error'],
  valve: ['open', 'opening', 'closed', 'closing'],
  weather: [
    'clear-night',
    'cloudy',
    'exceptional',
    'fog',
    'hail',
    'lightning',
    'lightning-rainy',
    'partlycloudy',
    'pouring',
    'rainy',
    'snowy',
    'snowy-rainy',
    'sunny',
    'windy',
    'windy-variant',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** States that an editor may suggest where there can be others: a zone's name, an integration's own mode. */
interface SuggestedStates {
  readonly device_tracker: 'home' | 'not_home';
  readonly group: 'on' | 'off' | 'home' | 'not_home';
  readonly person: 'home' | 'not_home';
  readonly water_heater: 'off' | 'eco' | 'electric' | 'performance' | 'high_demand' | 'heat_pump' | 'gas';
}

/** Domains whose state is a text or a moment. */
type WordDomain =
  | keyof typeof DOMAIN_STATES
  | keyof SuggestedStates
  | 'ai_task'
  | 'button'
  | 'conversation'
  | 'date'
  | 'datetime'
  | 'event'
  | 'image'
  | 'input_button'
  | 'input_datetime'
  | 'input_select'
  | 'input_text'
  | 'notify'
  | 'scene'
  | 'select'
  | 'stt'
  | 'tag'
  | 'text'
  | 'time'
  | 'tts'
  | 'wake_word';

/** A state without a value: its integration cannot reach it, or there has been none yet. */
export type Unavailable = 'unavailable' | 'unknown';

/** Any other text, in a union whose named members an editor still suggests. */
type OtherText = string & {};

/** The states that an entity of a domain can have, but for `unavailable` and `unknown`. */
export type DomainState<Domain extends string> = Domain extends keyof typeof DOMAIN_STATES
  ? (typeof DOMAIN_STATES)[Domain][number]
  : Domain extends keyof SuggestedStates
    ? SuggestedStates[Domain] | OtherText
    : string;

/** Numeric conditions, for domains whose states may be numbers. */
export type NumericConditionOf<Domain extends string> = Domain extends WordDomain
  ? NoNumbers<Domain>
  : NumericCondition;

/** Comparisons of numbers, for domains whose states may be numbers. */
export type ChangeConditionOf<Domain extends string> = Domain extends WordDomain ? NoNumbers<Domain> : ChangeCondition;

/** Domains whose state is the moment of the last press or event: from `unknown` to a moment is one. */
const MOMENT_DOMAINS: ReadonlySet<string> = new Set(['event', 'button', 'input_button', 'scene']);

export function isMomentDomain(domain: string): boolean {
  return MOMENT_DOMAINS.has(domain);
}
