// Made by `npm run domains` of what a Home Assistant 2026.11.0 says of itself. Not to be changed by hand.
import type { DomainState } from '../states/domain-states.ts';
import type {
  AnyObject,
  CalendarEvents,
  DurationField,
  EntityService,
  Forecasts,
  GeneratedData,
  MayRespond,
  MediaItem,
  NoFields,
  PlainService,
  Rgb,
  Rgbw,
  Rgbww,
  SceneEntities,
  Schedule,
  Several,
  TargetedService,
  TodoItems,
} from './service-shapes.ts';

type ColorNameChoice =
  | 'aliceblue'
  | 'antiquewhite'
  | 'aqua'
  | 'aquamarine'
  | 'azure'
  | 'beige'
  | 'bisque'
  | 'blanchedalmond'
  | 'blue'
  | 'blueviolet'
  | 'brown'
  | 'burlywood'
  | 'cadetblue'
  | 'chartreuse'
  | 'chocolate'
  | 'coral'
  | 'cornflowerblue'
  | 'cornsilk'
  | 'crimson'
  | 'cyan'
  | 'darkblue'
  | 'darkcyan'
  | 'darkgoldenrod'
  | 'darkgray'
  | 'darkgreen'
  | 'darkgrey'
  | 'darkkhaki'
  | 'darkmagenta'
  | 'darkolivegreen'
  | 'darkorange'
  | 'darkorchid'
  | 'darkred'
  | 'darksalmon'
  | 'darkseagreen'
  | 'darkslateblue'
  | 'darkslategray'
  | 'darkslategrey'
  | 'darkturquoise'
  | 'darkviolet'
  | 'deeppink'
  | 'deepskyblue'
  | 'dimgray'
  | 'dimgrey'
  | 'dodgerblue'
  | 'firebrick'
  | 'floralwhite'
  | 'forestgreen'
  | 'fuchsia'
  | 'gainsboro'
  | 'ghostwhite'
  | 'gold'
  | 'goldenrod'
  | 'gray'
  | 'green'
  | 'greenyellow'
  | 'grey'
  | 'homeassistant'
  | 'honeydew'
  | 'hotpink'
  | 'indianred'
  | 'indigo'
  | 'ivory'
  | 'khaki'
  | 'lavender'
  | 'lavenderblush'
  | 'lawngreen'
  | 'lemonchiffon'
  | 'lightblue'
  | 'lightcoral'
  | 'lightcyan'
  | 'lightgoldenrodyellow'
  | 'lightgray'
  | 'lightgreen'
  | 'lightgrey'
  | 'lightpink'
  | 'lightsalmon'
  | 'lightseagreen'
  | 'lightskyblue'
  | 'lightslategray'
  | 'lightslategrey'
  | 'lightsteelblue'
  | 'lightyellow'
  | 'lime'
  | 'limegreen'
  | 'linen'
  | 'magenta'
  | 'maroon'
  | 'mediumaquamarine'
  | 'mediumblue'
  | 'mediumorchid'
  | 'mediumpurple'
  | 'mediumseagreen'
  | 'mediumslateblue'
  | 'mediumspringgreen'
  | 'mediumturquoise'
  | 'mediumvioletred'
  | 'midnightblue'
  | 'mintcream'
  | 'mistyrose'
  | 'moccasin'
  | 'navajowhite'
  | 'navy'
  | 'navyblue'
  | 'oldlace'
  | 'olive'
  | 'olivedrab'
  | 'orange'
  | 'orangered'
  | 'orchid'
  | 'palegoldenrod'
  | 'palegreen'
  | 'paleturquoise'
  | 'palevioletred'
  | 'papayawhip'
  | 'peachpuff'
  | 'peru'
  | 'pink'
  | 'plum'
  | 'powderblue'
  | 'purple'
  | 'red'
  | 'rosybrown'
  | 'royalblue'
  | 'saddlebrown'
  | 'salmon'
  | 'sandybrown'
  | 'seagreen'
  | 'seashell'
  | 'sienna'
  | 'silver'
  | 'skyblue'
  | 'slateblue'
  | 'slategray'
  | 'slategrey'
  | 'snow'
  | 'springgreen'
  | 'steelblue'
  | 'tan'
  | 'teal'
  | 'thistle'
  | 'tomato'
  | 'turquoise'
  | 'violet'
  | 'wheat'
  | 'white'
  | 'whitesmoke'
  | 'yellow'
  | 'yellowgreen';

/**
 * The services that are known by type, as Home Assistant 2026.11.0 describes them. Others can be called all
 * the same. Merge your own into it to have them typed as well.
 *
 * @example
 * ```ts
 * import type { PlainService } from 'hassette';
 *
 * declare module 'hassette' {
 *   interface Services {
 *     'notify.mobile_app_anna': PlainService<{ message: string }, { title: string }>;
 *   }
 * }
 * ```
 */
export interface Services {
  'ai_task.clear_images': PlainService<
    NoFields,
    {
      /** 1 to 3650 days. */
      days: number;
    }
  >;
  'ai_task.evaluate': TargetedService<
    { questions: unknown; task_name: string },
    { attachments: Several<MediaItem>; entity_id: string; state: unknown },
    AnyObject
  >;
  'ai_task.generate_data': TargetedService<
    { instructions: string; task_name: string },
    { attachments: Several<MediaItem>; entity_id: string; structure: unknown },
    GeneratedData
  >;
  'ai_task.generate_image': TargetedService<
    { instructions: string; task_name: string },
    { attachments: Several<MediaItem>; entity_id: string },
    AnyObject
  >;
  'alarm_control_panel.alarm_arm_away': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_arm_custom_bypass': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_arm_home': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_arm_night': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_arm_vacation': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_disarm': EntityService<NoFields, { code: string }>;
  'alarm_control_panel.alarm_trigger': EntityService<NoFields, { code: string }>;
  'alert.toggle': EntityService;
  'alert.turn_off': EntityService;
  'alert.turn_on': EntityService;
  'assist_satellite.announce': EntityService<
    NoFields,
    { media_id: MediaItem | string; message: string; preannounce: boolean; preannounce_media_id: MediaItem | string }
  >;
  'assist_satellite.ask_question': TargetedService<
    { entity_id: string },
    {
      answers: Several<{ readonly id: string; readonly sentences: Several<string> }>;
      preannounce: boolean;
      preannounce_media_id: MediaItem | string;
      question: string;
      question_media_id: MediaItem | string;
    },
    AnyObject
  >;
  'assist_satellite.start_conversation': EntityService<
    NoFields,
    {
      extra_system_prompt: string;
      preannounce: boolean;
      preannounce_media_id: MediaItem | string;
      start_media_id: MediaItem | string;
      start_message: string;
    }
  >;
  'automation.reload': PlainService;
  'automation.toggle': EntityService;
  'automation.trigger': EntityService<NoFields, { skip_condition: boolean; variables: AnyObject }>;
  'automation.turn_off': EntityService<NoFields, { stop_actions: boolean }>;
  'automation.turn_on': EntityService;
  'backup.create': PlainService;
  'backup.create_automatic': PlainService;
  'button.press': EntityService;
  'calendar.create_event': EntityService<
    { summary: string },
    {
      description: string;
      /** As in `2026-12-24`. */
      end_date: string;
      /** As in `2026-12-24 18:30:00`. */
      end_date_time: string;
      in: DurationField;
      location: string;
      /** As in `2026-12-24`. */
      start_date: string;
      /** As in `2026-12-24 18:30:00`. */
      start_date_time: string;
    }
  >;
  'calendar.get_events': EntityService<
    NoFields,
    {
      duration: DurationField;
      /** As in `2026-12-24 18:30:00`. */
      end_date_time: string;
      /** As in `2026-12-24 18:30:00`. */
      start_date_time: string;
    },
    CalendarEvents
  >;
  'camera.disable_motion_detection': EntityService;
  'camera.enable_motion_detection': EntityService;
  'camera.play_stream': EntityService<{ media_player: string }, { format: 'hls' }>;
  'camera.record': EntityService<
    { filename: string },
    {
      /** 1 to 3600 seconds. */
      duration: number;
      /** 0 to 300 seconds. */
      lookback: number;
    }
  >;
  'camera.snapshot': EntityService<{ filename: string }>;
  'camera.turn_off': EntityService;
  'camera.turn_on': EntityService;
  'climate.set_fan_mode': EntityService<{ fan_mode: string }>;
  'climate.set_humidity': EntityService<{
    /** 30 to 99 %. */
    humidity: number;
  }>;
  'climate.set_hvac_mode': EntityService<NoFields, { hvac_mode: DomainState<'climate'> }>;
  'climate.set_preset_mode': EntityService<{ preset_mode: string }>;
  'climate.set_swing_horizontal_mode': EntityService<{ swing_horizontal_mode: string }>;
  'climate.set_swing_mode': EntityService<{ swing_mode: string }>;
  'climate.set_temperature': EntityService<
    NoFields,
    {
      hvac_mode: DomainState<'climate'>;
      /** 0 to 250. */
      target_temp_high: number;
      /** 0 to 250. */
      target_temp_low: number;
      /** 0 to 250. */
      temperature: number;
    }
  >;
  'climate.toggle': EntityService;
  'climate.turn_off': EntityService;
  'climate.turn_on': EntityService;
  'conversation.process': PlainService<
    { text: string },
    { agent_id: string; conversation_id: string; language: string },
    MayRespond<AnyObject>
  >;
  'conversation.reload': PlainService<NoFields, { agent_id: string; language: string }>;
  'counter.decrement': EntityService;
  'counter.increment': EntityService;
  'counter.reset': EntityService;
  'counter.set_value': EntityService<{
    /** -9223372036854776000 to 9223372036854776000. */
    value: number;
  }>;
  'cover.close_cover': EntityService<NoFields, { speed: string }>;
  'cover.close_cover_tilt': EntityService;
  'cover.open_cover': EntityService<NoFields, { speed: string }>;
  'cover.open_cover_tilt': EntityService;
  'cover.set_cover_position': EntityService<
    {
      /** 0 to 100 %. */
      position: number;
    },
    { speed: string }
  >;
  'cover.set_cover_tilt_position': EntityService<{
    /** 0 to 100 %. */
    tilt_position: number;
  }>;
  'cover.stop_cover': EntityService;
  'cover.stop_cover_tilt': EntityService;
  'cover.toggle': EntityService;
  'cover.toggle_cover_tilt': EntityService;
  'date.set_value': EntityService<{
    /** As in `2026-12-24`. */
    date: string;
  }>;
  'datetime.set_value': EntityService<{
    /** As in `2026-12-24 18:30:00`. */
    datetime: string;
  }>;
  'device_tracker.see': PlainService<
    NoFields,
    {
      /** 0 to 100 %. */
      battery: number;
      dev_id: string;
      gps: readonly [latitude: number, longitude: number];
      /** At least 0 m. */
      gps_accuracy: number;
      host_name: string;
      hostname: string;
      location_name: string;
      mac: string;
    }
  >;
  'fan.decrease_speed': EntityService<
    NoFields,
    {
      /** 0 to 100 %. */
      percentage_step: number;
    }
  >;
  'fan.increase_speed': EntityService<
    NoFields,
    {
      /** 0 to 100 %. */
      percentage_step: number;
    }
  >;
  'fan.oscillate': EntityService<{ oscillating: boolean }>;
  'fan.set_direction': EntityService<{ direction: 'forward' | 'reverse' }>;
  'fan.set_percentage': EntityService<{
    /** 0 to 100 %. */
    percentage: number;
  }>;
  'fan.set_preset_mode': EntityService<{ preset_mode: string }>;
  'fan.toggle': EntityService;
  'fan.turn_off': EntityService;
  'fan.turn_on': EntityService<
    NoFields,
    {
      /** 0 to 100 %. */
      percentage: number;
      preset_mode: string;
    }
  >;
  'ffmpeg.restart': TargetedService<NoFields, { entity_id: string }>;
  'ffmpeg.start': TargetedService<NoFields, { entity_id: string }>;
  'ffmpeg.stop': TargetedService<NoFields, { entity_id: string }>;
  'file.read_file': PlainService<NoFields, { file_encoding: 'JSON' | 'YAML'; file_name: string }, AnyObject>;
  'frontend.reload_themes': PlainService;
  'frontend.set_theme': PlainService<NoFields, { name: string; name_dark: string }>;
  'group.reload': PlainService;
  'group.remove': PlainService<{ object_id: unknown }>;
  'group.set': PlainService<
    { object_id: string },
    {
      add_entities: Several<string>;
      all: boolean;
      entities: Several<string>;
      icon: string;
      name: string;
      remove_entities: Several<string>;
    }
  >;
  'homeassistant.check_config': PlainService;
  'homeassistant.reload_all': PlainService;
  'homeassistant.reload_config_entry': TargetedService<NoFields, { entry_id: string }>;
  'homeassistant.reload_core_config': PlainService;
  'homeassistant.reload_custom_templates': PlainService;
  'homeassistant.restart': PlainService;
  'homeassistant.save_persistent_states': PlainService;
  'homeassistant.set_location': PlainService<
    {
      /** -90 to 90. */
      latitude: number;
      /** -180 to 180. */
      longitude: number;
    },
    {
      /** In m. */
      elevation: number;
    }
  >;
  'homeassistant.stop': PlainService;
  'homeassistant.toggle': TargetedService;
  'homeassistant.turn_off': TargetedService;
  'homeassistant.turn_on': TargetedService;
  'homeassistant.update_entity': TargetedService<{ entity_id: Several<string> }>;
  'humidifier.set_humidity': EntityService<{
    /** 0 to 100 %. */
    humidity: number;
  }>;
  'humidifier.set_mode': EntityService<{ mode: string }>;
  'humidifier.toggle': EntityService;
  'humidifier.turn_off': EntityService;
  'humidifier.turn_on': EntityService;
  'image.snapshot': EntityService<{ filename: string }>;
  'image_processing.scan': EntityService;
  'input_boolean.reload': PlainService;
  'input_boolean.toggle': EntityService;
  'input_boolean.turn_off': EntityService;
  'input_boolean.turn_on': EntityService;
  'input_button.press': EntityService;
  'input_button.reload': PlainService;
  'input_datetime.reload': PlainService;
  'input_datetime.set_datetime': EntityService<
    NoFields,
    {
      date: string;
      datetime: string;
      /** As in `18:30:00`. */
      time: string;
      /** 0 to 9223372036854776000. */
      timestamp: number;
    }
  >;
  'input_number.decrement': EntityService;
  'input_number.increment': EntityService;
  'input_number.reload': PlainService;
  'input_number.set_value': EntityService<{
    /** 0 to 9223372036854776000. */
    value: number;
  }>;
  'input_select.reload': PlainService;
  'input_select.select_first': EntityService;
  'input_select.select_last': EntityService;
  'input_select.select_next': EntityService<NoFields, { cycle: boolean }>;
  'input_select.select_option': EntityService<{ option: string }>;
  'input_select.select_previous': EntityService<NoFields, { cycle: boolean }>;
  'input_select.set_options': EntityService<{ options: Several<string> }>;
  'input_text.reload': PlainService;
  'input_text.set_value': EntityService<{ value: string }>;
  'intent_script.reload': PlainService;
  'lawn_mower.dock': EntityService;
  'lawn_mower.pause': EntityService;
  'lawn_mower.start_mowing': EntityService;
  'lawn_mower.stop': EntityService;
  'light.toggle': EntityService<
    NoFields,
    {
      /** 0 to 255. */
      brightness: number;
      /** 0 to 100 %. */
      brightness_pct: number;
      brightness_step: number;
      brightness_step_pct: number;
      color_name: ColorNameChoice;
      /** 2000 to 6500 K. */
      color_temp_kelvin: number;
      effect: string;
      flash: 'long' | 'short';
      hs_color: readonly [hue: number, saturation: number];
      profile: string;
      rgb_color: Rgb;
      rgbw_color: Rgbw;
      rgbww_color: Rgbww;
      /** 0 to 300 seconds. */
      transition: number;
      white: number | true;
      xy_color: readonly [x: number, y: number];
    }
  >;
  'light.turn_off': EntityService<
    NoFields,
    {
      flash: 'long' | 'short';
      /** 0 to 300 seconds. */
      transition: number;
    }
  >;
  'light.turn_on': EntityService<
    NoFields,
    {
      /** 0 to 255. */
      brightness: number;
      /** 0 to 100 %. */
      brightness_pct: number;
      /** -225 to 255. */
      brightness_step: number;
      /** -100 to 100 %. */
      brightness_step_pct: number;
      color_name: ColorNameChoice;
      /** 2000 to 6500 K. */
      color_temp_kelvin: number;
      effect: string;
      flash: 'long' | 'short';
      hs_color: readonly [hue: number, saturation: number];
      profile: string;
      rgb_color: Rgb;
      rgbw_color: Rgbw;
      rgbww_color: Rgbww;
      /** 0 to 300 seconds. */
      transition: number;
      white: number | true;
      xy_color: readonly [x: number, y: number];
    }
  >;
  'local_file.update_file_path': TargetedService<{ file_path: string }>;
  'lock.lock': EntityService<NoFields, { code: string }>;
  'lock.open': EntityService<NoFields, { code: string }>;
  'lock.unlock': EntityService<NoFields, { code: string }>;
  'logbook.log': TargetedService<{ message: string; name: string }, { domain: string; entity_id: string }>;
  'logger.set_default_level': PlainService<
    NoFields,
    { level: 'critical' | 'debug' | 'error' | 'fatal' | 'info' | 'warning' }
  >;
  'logger.set_level': PlainService;
  'lovelace.reload_resources': PlainService;
  'media_player.browse_media': EntityService<
    NoFields,
    { media_content_id: string; media_content_type: string },
    AnyObject
  >;
  'media_player.clear_playlist': EntityService;
  'media_player.join': EntityService<{ group_members: Several<string> }>;
  'media_player.media_next_track': EntityService;
  'media_player.media_pause': EntityService;
  'media_player.media_play': EntityService;
  'media_player.media_play_pause': EntityService;
  'media_player.media_previous_track': EntityService;
  'media_player.media_seek': EntityService<{
    /** 0 to 9223372036854776000. */
    seek_position: number;
  }>;
  'media_player.media_stop': EntityService;
  'media_player.play_media': EntityService<
    NoFields,
    {
      announce: boolean;
      enqueue: 'add' | 'next' | 'play' | 'replace';
      extra: AnyObject;
      media: MediaItem;
      media_content_id: string;
      media_content_type: string;
    }
  >;
  'media_player.repeat_set': EntityService<{ repeat: 'all' | 'off' | 'one' }>;
  'media_player.search_media': EntityService<
    { search_query: string },
    { media_content_id: string; media_content_type: string; media_filter_classes: Several<string> },
    AnyObject
  >;
  'media_player.select_sound_mode': EntityService<NoFields, { sound_mode: string }>;
  'media_player.select_source': EntityService<{ source: string }>;
  'media_player.shuffle_set': EntityService<{ shuffle: boolean }>;
  'media_player.toggle': EntityService;
  'media_player.turn_off': EntityService;
  'media_player.turn_on': EntityService;
  'media_player.unjoin': EntityService;
  'media_player.volume_down': EntityService;
  'media_player.volume_mute': EntityService<{ is_volume_muted: boolean }>;
  'media_player.volume_set': EntityService<{
    /** 0 to 1. */
    volume_level: number;
  }>;
  'media_player.volume_up': EntityService;
  'mqtt.dump': PlainService<
    NoFields,
    {
      /** 1 to 300 seconds. */
      duration: number;
      topic: string;
    }
  >;
  'mqtt.publish': PlainService<
    { topic: string },
    {
      evaluate_payload: boolean;
      message_expiry_interval: DurationField;
      payload: string;
      qos: '0' | '1' | '2';
      retain: boolean;
    }
  >;
  'mqtt.reload': PlainService;
  'notify.persistent_notification': PlainService<{ message: string }, { data: AnyObject; title: string }>;
  'notify.send_message': EntityService<{ message: string }, { title: string }>;
  'number.set_value': EntityService<{ value: number | string }>;
  'persistent_notification.create': PlainService<{ message: string }, { notification_id: string; title: string }>;
  'persistent_notification.dismiss': PlainService<{ notification_id: string }>;
  'persistent_notification.dismiss_all': PlainService;
  'person.reload': PlainService;
  'profiler.dump_log_objects': PlainService<{ type: string }>;
  'profiler.dump_sockets': PlainService;
  'profiler.log_current_tasks': PlainService;
  'profiler.log_event_loop_scheduled': PlainService;
  'profiler.log_thread_frames': PlainService;
  'profiler.lru_stats': PlainService;
  'profiler.memory': PlainService<
    NoFields,
    {
      /** 1 to 3600 seconds. */
      seconds: number;
    }
  >;
  'profiler.set_asyncio_debug': PlainService<NoFields, { enabled: boolean }>;
  'profiler.start': PlainService<
    NoFields,
    {
      /** 1 to 3600 seconds. */
      seconds: number;
    }
  >;
  'profiler.start_log_object_sources': PlainService<
    NoFields,
    {
      /** 1 to 30 objects. */
      max_objects: number;
      /** 1 to 3600 seconds. */
      scan_interval: number;
    }
  >;
  'profiler.start_log_objects': PlainService<
    NoFields,
    {
      /** 1 to 3600 seconds. */
      scan_interval: number;
    }
  >;
  'profiler.stop_log_object_sources': PlainService;
  'profiler.stop_log_objects': PlainService;
  'recorder.disable': PlainService;
  'recorder.enable': PlainService;
  'recorder.get_statistics': PlainService<
    {
      period: '5minute' | 'day' | 'hour' | 'month' | 'week' | 'year';
      /** As in `2026-12-24 18:30:00`. */
      start_time: string;
      statistic_ids: Several<string>;
      types: Several<'change' | 'last_reset' | 'max' | 'mean' | 'min' | 'state' | 'sum'>;
    },
    {
      /** As in `2026-12-24 18:30:00`. */
      end_time: string;
      units: unknown;
    },
    AnyObject
  >;
  'recorder.purge': PlainService<
    NoFields,
    {
      apply_filter: boolean;
      /** 0 to 365 days. */
      keep_days: number;
      repack: boolean;
    }
  >;
  'recorder.purge_entities': TargetedService<
    NoFields,
    {
      domains: unknown;
      entity_globs: unknown;
      entity_id: Several<string>;
      /** 0 to 365 days. */
      keep_days: number;
    }
  >;
  'remote.delete_command': EntityService<{ command: Several<string> }, { device: string }>;
  'remote.learn_command': EntityService<
    NoFields,
    {
      alternative: boolean;
      command: Several<string>;
      command_type: 'ir' | 'rf';
      device: string;
      /** 0 to 60 seconds. */
      timeout: number;
    }
  >;
  'remote.send_command': EntityService<
    { command: Several<string> },
    {
      /** 0 to 60 seconds. */
      delay_secs: number;
      device: string;
      /** 0 to 60 seconds. */
      hold_secs: number;
      /** 0 to 255. */
      num_repeats: number;
    }
  >;
  'remote.toggle': EntityService;
  'remote.turn_off': EntityService;
  'remote.turn_on': EntityService<NoFields, { activity: string }>;
  'rest_command.reload': PlainService;
  'scene.apply': PlainService<
    { entities: SceneEntities },
    {
      /** 0 to 300 seconds. */
      transition: number;
    }
  >;
  'scene.create': PlainService<{ scene_id: string }, { entities: SceneEntities; snapshot_entities: Several<string> }>;
  'scene.delete': EntityService;
  'scene.reload': PlainService;
  'scene.turn_on': EntityService<
    NoFields,
    {
      /** 0 to 300 seconds. */
      transition: number;
    }
  >;
  'schedule.get_schedule': EntityService<NoFields, NoFields, Schedule>;
  'schedule.reload': PlainService;
  'script.reload': PlainService;
  'script.toggle': EntityService;
  'script.turn_off': EntityService;
  'script.turn_on': EntityService<NoFields, { variables: AnyObject }>;
  'select.select_first': EntityService;
  'select.select_last': EntityService;
  'select.select_next': EntityService<NoFields, { cycle: boolean }>;
  'select.select_option': EntityService<{ option: string }>;
  'select.select_previous': EntityService<NoFields, { cycle: boolean }>;
  'shell_command.reload': PlainService;
  'shopping_list.add_item': PlainService<{ name: string }>;
  'shopping_list.clear_completed_items': PlainService;
  'shopping_list.complete_all': PlainService;
  'shopping_list.complete_item': PlainService<{ name: string }>;
  'shopping_list.incomplete_all': PlainService;
  'shopping_list.incomplete_item': PlainService<{ name: string }>;
  'shopping_list.remove_item': PlainService<{ name: string }>;
  'shopping_list.sort': PlainService<NoFields, { reverse: boolean }>;
  'siren.toggle': EntityService;
  'siren.turn_off': EntityService;
  'siren.turn_on': EntityService<
    NoFields,
    {
      duration: number | string;
      tone: string;
      /** 0 to 1. */
      volume_level: number;
    }
  >;
  'switch.toggle': EntityService;
  'switch.turn_off': EntityService;
  'switch.turn_on': EntityService;
  'system_log.clear': PlainService;
  'system_log.write': PlainService<
    { message: string },
    { level: 'critical' | 'debug' | 'error' | 'info' | 'warning'; logger: string }
  >;
  'template.reload': PlainService;
  'text.set_value': EntityService<{ value: string }>;
  'time.set_value': EntityService<{
    /** As in `18:30:00`. */
    time: string;
  }>;
  'timer.cancel': EntityService;
  'timer.change': EntityService<{ duration: DurationField }>;
  'timer.finish': EntityService;
  'timer.pause': EntityService;
  'timer.reload': PlainService;
  'timer.start': EntityService<NoFields, { duration: DurationField }>;
  'todo.add_item': EntityService<
    { item: string },
    {
      description: string;
      /** As in `2026-12-24`. */
      due_date: string;
      /** As in `2026-12-24 18:30:00`. */
      due_datetime: string;
    }
  >;
  'todo.get_items': EntityService<NoFields, { status: Several<'completed' | 'needs_action'> }, TodoItems>;
  'todo.remove_completed_items': EntityService;
  'todo.remove_item': EntityService<{ item: string }>;
  'todo.update_item': EntityService<
    { item: string },
    {
      description: string;
      /** As in `2026-12-24`. */
      due_date: string;
      /** As in `2026-12-24 18:30:00`. */
      due_datetime: string;
      rename: string;
      status: 'completed' | 'needs_action';
    }
  >;
  'tts.clear_cache': PlainService;
  'tts.speak': EntityService<
    { media_player_entity_id: string; message: string },
    { cache: boolean; language: string; options: unknown }
  >;
  'update.clear_skipped': EntityService;
  'update.install': EntityService<NoFields, { backup: boolean; version: string }>;
  'update.skip': EntityService;
  'utility_meter.calibrate': TargetedService<{ value: string }>;
  'utility_meter.reset': TargetedService;
  'vacuum.clean_area': EntityService<{ cleaning_area_id: Several<string> }>;
  'vacuum.clean_spot': EntityService;
  'vacuum.locate': EntityService;
  'vacuum.pause': EntityService;
  'vacuum.return_to_base': EntityService;
  'vacuum.send_command': EntityService<{ command: string }, { params: unknown }>;
  'vacuum.set_fan_speed': EntityService<{ fan_speed: string }>;
  'vacuum.start': EntityService;
  'vacuum.stop': EntityService;
  'valve.close_valve': EntityService;
  'valve.open_valve': EntityService;
  'valve.set_valve_position': EntityService<{
    /** 0 to 100 %. */
    position: number;
  }>;
  'valve.stop_valve': EntityService;
  'valve.toggle': EntityService;
  'water_heater.set_away_mode': EntityService<{ away_mode: boolean }>;
  'water_heater.set_operation_mode': EntityService<{ operation_mode: string }>;
  'water_heater.set_temperature': EntityService<
    {
      /** 0 to 250 °. */
      temperature: number;
    },
    { operation_mode: string }
  >;
  'water_heater.turn_off': EntityService;
  'water_heater.turn_on': EntityService;
  'weather.get_forecasts': EntityService<{ type: 'daily' | 'hourly' | 'twice_daily' }, NoFields, Forecasts>;
  'zone.reload': PlainService;
}
