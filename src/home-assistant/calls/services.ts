/** A service of entities: it needs a target. A response, where there is one, is by entity id. */
export interface EntityService<Needs = NoFields, May = NoFields, Response = never> {
  readonly kind: 'entity';
  readonly needs: Needs;
  readonly may: May;
  readonly response: Response;
}

/** A service of the home as a whole. */
export interface PlainService<Needs = NoFields, May = NoFields, Response = never> {
  readonly kind: 'plain';
  readonly needs: Needs;
  readonly may: May;
  readonly response: Response;
}

/** A service needs, or may be given, nothing. */
export interface NoFields {}

/** One or a list of them. */
export type Several<T> = T | readonly T[];

export type Rgb = readonly [red: number, green: number, blue: number];
export type Rgbw = readonly [red: number, green: number, blue: number, white: number];
export type Rgbww = readonly [red: number, green: number, blue: number, coldWhite: number, warmWhite: number];

/** A length of time as Home Assistant takes it: seconds, `'HH:MM:SS'`, or by parts. */
export type DurationField =
  | number
  | string
  | { readonly days?: number; readonly hours?: number; readonly minutes?: number; readonly seconds?: number };

export type HvacMode = 'off' | 'heat' | 'cool' | 'heat_cool' | 'auto' | 'dry' | 'fan_only';

export interface MediaItem {
  readonly media_content_id: string;
  readonly media_content_type: string;
}

/** States by entity id, each a state or an object of it and attributes. */
export type SceneEntities = Readonly<Record<string, unknown>>;

export interface Forecast {
  readonly datetime: string;
  readonly condition?: string | null;
  readonly temperature?: number | null;
  readonly templow?: number | null;
  readonly precipitation?: number | null;
  readonly precipitation_probability?: number | null;
  readonly humidity?: number | null;
  readonly wind_speed?: number | null;
  readonly wind_bearing?: number | string | null;
  readonly is_daytime?: boolean;
  readonly [field: string]: unknown;
}

export interface Forecasts {
  readonly forecast: readonly Forecast[];
}

export interface CalendarEvents {
  readonly events: readonly {
    /** A date for an event that lasts whole days, else a date and time. */
    readonly start: string;
    readonly end: string;
    readonly summary: string;
    readonly description?: string;
    readonly location?: string;
  }[];
}

export interface TodoItems {
  readonly items: readonly {
    readonly uid: string;
    readonly summary: string;
    readonly status: 'needs_action' | 'completed';
    readonly due?: string;
    readonly description?: string;
  }[];
}

export type ScheduleDay = readonly { readonly from: string; readonly to: string; readonly data?: unknown }[];

export type Schedule = Readonly<
  Record<'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday', ScheduleDay>
>;

/**
 * The services that are known by type, as Home Assistant 2026.11 describes them: those that everybody has. Others can be
 * called all the same. Merge your own into it to have them typed as well.
 */
export interface Services {
  'alarm_control_panel.alarm_disarm': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_arm_home': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_arm_away': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_arm_night': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_arm_vacation': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_arm_custom_bypass': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_trigger': EntityService<NoFields, { code: string }>;
  'automation.trigger': EntityService<
    NoFields,
    { skip_condition: boolean; variables: Readonly<Record<string, unknown>> }
  >;
  'automation.toggle': EntityService;
  'automation.turn_on': EntityService;
  'automation.turn_off': EntityService<NoFields, { stop_actions: boolean }>;
  'automation.reload': PlainService;
  'button.press': EntityService;
  'calendar.create_event': EntityService<
    { summary: string },
    {
      description: string;
      start_date_time: string;
      end_date_time: string;
      start_date: string;
      end_date: string;
      in: DurationField;
      location: string;
    }
  >;
  'calendar.get_events': EntityService<
    NoFields,
    { start_date_time: string; end_date_time: string; duration: DurationField },
    CalendarEvents
  >;
  'camera.enable_motion_detection': EntityService;
  'camera.disable_motion_detection': EntityService;
  'camera.turn_off': EntityService;
  'camera.turn_on': EntityService;
  'camera.snapshot': EntityService<{ filename: string }>;
  'camera.play_stream': EntityService<{ media_player: string }, { format: 'hls' }>;
  'camera.record': EntityService<{ filename: string }, { duration: number; lookback: number }>;
  'climate.turn_on': EntityService;
  'climate.turn_off': EntityService;
  'climate.toggle': EntityService;
  'climate.set_hvac_mode': EntityService<{ hvac_mode: HvacMode }>;
  'climate.set_preset_mode': EntityService<{ preset_mode: string }>;
  'climate.set_temperature': EntityService<
    NoFields,
    { temperature: number; target_temp_high: number; target_temp_low: number; hvac_mode: HvacMode }
  >;
  'climate.set_humidity': EntityService<{ humidity: number }>;
  'climate.set_fan_mode': EntityService<{ fan_mode: string }>;
  'climate.set_swing_mode': EntityService<{ swing_mode: string }>;
  'climate.set_swing_horizontal_mode': EntityService<{ swing_horizontal_mode: string }>;
  'counter.increment': EntityService;
  'counter.decrement': EntityService;
  'counter.reset': EntityService;
  'counter.set_value': EntityService<{ value: number }>;
  'cover.open_cover': EntityService<NoFields, { speed: string }>;
  'cover.close_cover': EntityService<NoFields, { speed: string }>;
  'cover.set_cover_position': EntityService<{ position: number }, { speed: string }>;
  'cover.stop_cover': EntityService;
  'cover.toggle': EntityService;
  'cover.open_cover_tilt': EntityService;
  'cover.close_cover_tilt': EntityService;
  'cover.stop_cover_tilt': EntityService;
  'cover.set_cover_tilt_position': EntityService<{ tilt_position: number }>;
  'cover.toggle_cover_tilt': EntityService;
  'date.set_value': EntityService<{ date: string }>;
  'datetime.set_value': EntityService<{ datetime: string }>;
  'fan.turn_on': EntityService<NoFields, { percentage: number; preset_mode: string }>;
  'fan.turn_off': EntityService;
  'fan.toggle': EntityService;
  'fan.increase_speed': EntityService<NoFields, { percentage_step: number }>;
  'fan.decrease_speed': EntityService<NoFields, { percentage_step: number }>;
  'fan.oscillate': EntityService<{ oscillating: boolean }>;
  'fan.set_direction': EntityService<{ direction: 'forward' | 'reverse' }>;
  'fan.set_percentage': EntityService<{ percentage: number }>;
  'fan.set_preset_mode': EntityService<{ preset_mode: string }>;
  'homeassistant.save_persistent_states': PlainService;
  'homeassistant.turn_off': PlainService;
  'homeassistant.turn_on': PlainService;
  'homeassistant.toggle': PlainService;
  'homeassistant.stop': PlainService;
  'homeassistant.restart': PlainService<NoFields, { safe_mode: boolean }>;
  'homeassistant.check_config': PlainService;
  'homeassistant.update_entity': PlainService<{ entity_id: Several<string> }>;
  'homeassistant.reload_core_config': PlainService;
  'homeassistant.set_location': PlainService<{ latitude: number; longitude: number }, { elevation: number }>;
  'homeassistant.reload_custom_templates': PlainService;
  'homeassistant.reload_config_entry': PlainService<NoFields, { entry_id: string }>;
  'homeassistant.reload_all': PlainService;
  'humidifier.turn_on': EntityService;
  'humidifier.turn_off': EntityService;
  'humidifier.toggle': EntityService;
  'humidifier.set_mode': EntityService<{ mode: string }>;
  'humidifier.set_humidity': EntityService<{ humidity: number }>;
  'input_boolean.reload': PlainService;
  'input_boolean.turn_on': EntityService;
  'input_boolean.turn_off': EntityService;
  'input_boolean.toggle': EntityService;
  'input_button.reload': PlainService;
  'input_button.press': EntityService;
  'input_datetime.reload': PlainService;
  'input_datetime.set_datetime': EntityService<
    NoFields,
    { date: string; time: string; datetime: string; timestamp: number }
  >;
  'input_number.reload': PlainService;
  'input_number.set_value': EntityService<{ value: number }>;
  'input_number.increment': EntityService;
  'input_number.decrement': EntityService;
  'input_select.reload': PlainService;
  'input_select.select_first': EntityService;
  'input_select.select_last': EntityService;
  'input_select.select_next': EntityService<NoFields, { cycle: boolean }>;
  'input_select.select_option': EntityService<{ option: string }>;
  'input_select.select_previous': EntityService<NoFields, { cycle: boolean }>;
  'input_select.set_options': EntityService<{ options: Several<string> }>;
  'input_text.reload': PlainService;
  'input_text.set_value': EntityService<{ value: string }>;
  'lawn_mower.start_mowing': EntityService;
  'lawn_mower.pause': EntityService;
  'lawn_mower.dock': EntityService;
  'lawn_mower.stop': EntityService;
  'light.turn_on': EntityService<
    NoFields,
    {
      transition: number;
      rgb_color: Rgb;
      color_temp_kelvin: number;
      brightness_pct: number;
      brightness_step_pct: number;
      effect: string;
      rgbw_color: Rgbw;
      rgbww_color: Rgbww;
      color_name: string;
      hs_color: readonly [number, number];
      xy_color: readonly [number, number];
      brightness: number;
      brightness_step: number;
      white: number | true;
      profile: string;
      flash: 'long' | 'short';
    }
  >;
  'light.turn_off': EntityService<NoFields, { transition: number; flash: 'long' | 'short' }>;
  'light.toggle': EntityService<
    NoFields,
    {
      transition: number;
      rgb_color: Rgb;
      color_temp_kelvin: number;
      brightness_pct: number;
      effect: string;
      rgbw_color: Rgbw;
      rgbww_color: Rgbww;
      color_name: string;
      hs_color: readonly [number, number];
      xy_color: readonly [number, number];
      brightness: number;
      white: number | true;
      profile: string;
      flash: 'long' | 'short';
      brightness_step: number;
      brightness_step_pct: number;
    }
  >;
  'lock.unlock': EntityService<NoFields, { code: string }>;
  'lock.lock': EntityService<NoFields, { code: string }>;
  'lock.open': EntityService<NoFields, { code: string }>;
  'logbook.log': PlainService<{ name: string; message: string }, { entity_id: string; domain: string }>;
  'media_player.turn_on': EntityService;
  'media_player.turn_off': EntityService;
  'media_player.toggle': EntityService;
  'media_player.volume_up': EntityService;
  'media_player.volume_down': EntityService;
  'media_player.media_play_pause': EntityService;
  'media_player.media_play': EntityService;
  'media_player.media_pause': EntityService;
  'media_player.media_stop': EntityService;
  'media_player.media_next_track': EntityService;
  'media_player.media_previous_track': EntityService;
  'media_player.clear_playlist': EntityService;
  'media_player.volume_set': EntityService<{ volume_level: number }>;
  'media_player.volume_mute': EntityService<{ is_volume_muted: boolean }>;
  'media_player.media_seek': EntityService<{ seek_position: number }>;
  'media_player.join': EntityService<{ group_members: Several<string> }>;
  'media_player.select_source': EntityService<{ source: string }>;
  'media_player.select_sound_mode': EntityService<NoFields, { sound_mode: string }>;
  'media_player.play_media': EntityService<
    NoFields,
    {
      media: MediaItem;
      enqueue: 'play' | 'next' | 'add' | 'replace';
      announce: boolean;
      media_content_id: string;
      media_content_type: string;
      extra: Readonly<Record<string, unknown>>;
    }
  >;
  'media_player.browse_media': EntityService<
    NoFields,
    { media_content_type: string; media_content_id: string },
    Readonly<Record<string, unknown>>
  >;
  'media_player.search_media': EntityService<
    { search_query: string },
    { media_content_type: string; media_content_id: string; media_filter_classes: Several<string> },
    Readonly<Record<string, unknown>>
  >;
  'media_player.shuffle_set': EntityService<{ shuffle: boolean }>;
  'media_player.unjoin': EntityService;
  'media_player.repeat_set': EntityService<{ repeat: 'off' | 'all' | 'one' }>;
  'notify.send_message': EntityService<{ message: string }, { title: string }>;
  'notify.persistent_notification': PlainService<
    { message: string },
    { title: string; data: Readonly<Record<string, unknown>> }
  >;
  'number.set_value': EntityService<{ value: number | string }>;
  'persistent_notification.create': PlainService<{ message: string }, { title: string; notification_id: string }>;
  'persistent_notification.dismiss': PlainService<{ notification_id: string }>;
  'persistent_notification.dismiss_all': PlainService;
  'remote.turn_off': EntityService;
  'remote.turn_on': EntityService<NoFields, { activity: string }>;
  'remote.toggle': EntityService;
  'remote.send_command': EntityService<
    { command: Several<string> },
    { device: string; num_repeats: number; delay_secs: number; hold_secs: number }
  >;
  'remote.learn_command': EntityService<
    NoFields,
    { device: string; command: Several<string>; command_type: 'ir' | 'rf'; alternative: boolean; timeout: number }
  >;
  'remote.delete_command': EntityService<{ command: Several<string> }, { device: string }>;
  'scene.reload': PlainService;
  'scene.apply': PlainService<{ entities: SceneEntities }, { transition: number }>;
  'scene.create': PlainService<{ scene_id: string }, { entities: SceneEntities; snapshot_entities: Several<string> }>;
  'scene.delete': EntityService;
  'scene.turn_on': EntityService<NoFields, { transition: number }>;
  'schedule.reload': PlainService;
  'schedule.get_schedule': EntityService<NoFields, NoFields, Schedule>;
  'script.reload': PlainService;
  'script.turn_on': EntityService<NoFields, { variables: Readonly<Record<string, unknown>> }>;
  'script.turn_off': EntityService;
  'script.toggle': EntityService;
  'select.select_first': EntityService;
  'select.select_last': EntityService;
  'select.select_next': EntityService<NoFields, { cycle: boolean }>;
  'select.select_option': EntityService<{ option: string }>;
  'select.select_previous': EntityService<NoFields, { cycle: boolean }>;
  'siren.turn_on': EntityService<NoFields, { tone: string; volume_level: number; duration: number | string }>;
  'siren.turn_off': EntityService;
  'siren.toggle': EntityService;
  'switch.turn_off': EntityService;
  'switch.turn_on': EntityService;
  'switch.toggle': EntityService;
  'text.set_value': EntityService<{ value: string }>;
  'time.set_value': EntityService<{ time: string }>;
  'timer.reload': PlainService;
  'timer.start': EntityService<NoFields, { duration: DurationField }>;
  'timer.pause': EntityService;
  'timer.cancel': EntityService;
  'timer.finish': EntityService;
  'timer.change': EntityService<NoFields, { duration: DurationField }>;
  'todo.add_item': EntityService<{ item: string }, { due_date: string; due_datetime: string; description: string }>;
  'todo.update_item': EntityService<
    { item: string },
    {
      rename: string;
      status: 'needs_action' | 'completed';
      due_date: string;
      due_datetime: string;
      description: string;
    }
  >;
  'todo.remove_item': EntityService<{ item: string }>;
  'todo.get_items': EntityService<NoFields, { status: Several<'needs_action' | 'completed'> }, TodoItems>;
  'todo.remove_completed_items': EntityService;
  'update.install': EntityService<NoFields, { version: string; backup: boolean }>;
  'update.skip': EntityService;
  'update.clear_skipped': EntityService;
  'vacuum.start': EntityService;
  'vacuum.pause': EntityService;
  'vacuum.return_to_base': EntityService;
  'vacuum.clean_spot': EntityService;
  'vacuum.clean_area': EntityService<{ cleaning_area_id: Several<string> }>;
  'vacuum.locate': EntityService;
  'vacuum.stop': EntityService;
  'vacuum.set_fan_speed': EntityService<{ fan_speed: string }>;
  'vacuum.send_command': EntityService<{ command: string }, { params: unknown }>;
  'valve.open_valve': EntityService;
  'valve.close_valve': EntityService;
  'valve.set_valve_position': EntityService<{ position: number }>;
  'valve.stop_valve': EntityService;
  'valve.toggle': EntityService;
  'water_heater.turn_on': EntityService;
  'water_heater.turn_off': EntityService;
  'water_heater.set_away_mode': EntityService<{ away_mode: boolean }>;
  'water_heater.set_temperature': EntityService<{ temperature: number }, { operation_mode: string }>;
  'water_heater.set_operation_mode': EntityService<{ operation_mode: string }>;
  'weather.get_forecasts': EntityService<{ type: 'daily' | 'hourly' | 'twice_daily' }, NoFields, Forecasts>;
}
