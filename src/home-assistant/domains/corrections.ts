import type { StateMeaning } from './state-meaning.ts';

/**
 * What Home Assistant does and does not say of itself, by what it does. Descriptions are written for forms, texts are
 * kept for what is no more. Seen in 2026.11; a test finds what the descriptions of the fixture have caught up with.
 */

/** Fields that a description requires and Home Assistant does not, where one of these is given. */
export const SUBSTITUTES: Readonly<Record<string, readonly string[]>> = {
  'media_player.play_media.media': ['media_content_id', 'media_content_type'],
  'homeassistant.reload_config_entry.entry_id': ['entity_id', 'device_id', 'area_id', 'floor_id', 'label_id'],
};

/** Fields that a description requires and Home Assistant does not. */
export const NOT_REQUIRED: ReadonlySet<string> = new Set(['ai_task.generate_image.entity_id']);

/** Fields that Home Assistant takes and does not describe, with their types. */
export const UNDESCRIBED: Readonly<Record<string, string>> = {
  'automation.trigger.variables': 'AnyObject',
  'script.turn_on.variables': 'AnyObject',
  'light.toggle.brightness_step': 'number',
  'light.toggle.brightness_step_pct': 'number',
  'media_player.play_media.extra': 'AnyObject',
  'device_tracker.see.hostname': 'string',
  'media_player.play_media.media_content_id': 'string',
  'media_player.play_media.media_content_type': 'string',
};

/** Types of fields whose selector says less, or something narrower, than Home Assistant takes. */
export const FIELD_TYPES: Readonly<Record<string, string>> = {
  ...forEach(['light.turn_on', 'light.toggle'], {
    hs_color: 'readonly [hue: number, saturation: number]',
    rgbw_color: 'Rgbw',
    rgbww_color: 'Rgbww',
    white: 'number | true',
    xy_color: 'readonly [x: number, y: number]',
  }),
  ...forEach(['remote.send_command', 'remote.learn_command', 'remote.delete_command'], { command: 'Several<string>' }),
  ...forEach(['scene.apply', 'scene.create'], { entities: 'SceneEntities' }),
  ...forEach(['assist_satellite.announce', 'assist_satellite.start_conversation', 'assist_satellite.ask_question'], {
    media_id: 'MediaItem | string',
    preannounce_media_id: 'MediaItem | string',
    question_media_id: 'MediaItem | string',
    start_media_id: 'MediaItem | string',
  }),
  'calendar.create_event.in': 'DurationField',
  'device_tracker.see.gps': 'readonly [latitude: number, longitude: number]',
  'notify.persistent_notification.data': 'AnyObject',
  'number.set_value.value': 'number | string',
  'siren.turn_on.duration': 'number | string',
};

/** What services respond with. */
export const RESPONSES: Readonly<Record<string, string>> = {
  'ai_task.generate_data': 'GeneratedData',
  'calendar.get_events': 'CalendarEvents',
  'schedule.get_schedule': 'Schedule',
  'todo.get_items': 'TodoItems',
  'weather.get_forecasts': 'Forecasts',
};

/** Domains whose entities have other states too: a zone's name, an integration's own mode. */
export const OPEN_DOMAINS: ReadonlySet<string> = new Set(['device_tracker', 'group', 'person', 'water_heater']);

/** Words for states that no entity of the domain has any more. */
export const WORDS_OF_OLD: Readonly<Record<string, readonly string[]>> = {
  alarm_control_panel: ['armed'],
  cover: ['stopped'],
  vacuum: ['off', 'on'],
  valve: ['stopped'],
};

/** What the states of domains mean of which a home shows nothing until somebody has pressed, spoken, or come. */
export const MEANINGS: Readonly<Record<string, StateMeaning>> = {
  ...forAll('moment', 'ai_task', 'button', 'conversation', 'event', 'image', 'infrared', 'input_button', 'notify'),
  ...forAll('moment', 'radio_frequency', 'scene', 'stt', 'tag', 'tts', 'wake_word'),
  ...forAll('number', 'geo_location'),
  ...forAll('by-class', 'image_processing', 'sensor'),
};

function forEach<T>(services: readonly string[], fields: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(
    services.flatMap((service) => Object.entries(fields).map(([name, type]) => [`${service}.${name}`, type])),
  );
}

function forAll(meaning: StateMeaning, ...domains: readonly string[]): Readonly<Record<string, StateMeaning>> {
  return Object.fromEntries(domains.map((domain) => [domain, meaning]));
}
