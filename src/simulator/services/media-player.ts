import { type EntityService, registerEntityServices } from '../entity-service.ts';
import type { HomeCore } from '../home-core.ts';
import { isoOf } from '../instants.ts';
import {
  type Check,
  dict,
  entityIds,
  flag,
  misfit,
  numberRead,
  oneOf,
  optional,
  required,
  textual,
  within,
} from '../schema.ts';
import type { ServiceCall } from '../service-registry.ts';
import type { Attributes, StateRecord } from '../state-record.ts';

const feature = {
  pause: 1,
  seek: 2,
  volumeSet: 4,
  volumeMute: 8,
  previous: 16,
  next: 32,
  turnOn: 128,
  turnOff: 256,
  playMedia: 512,
  volumeStep: 1024,
  selectSource: 2048,
  stop: 4096,
  clearPlaylist: 8192,
  play: 16_384,
  shuffle: 32_768,
  selectSoundMode: 65_536,
  repeat: 262_144,
  grouping: 524_288,
};

const volumeStep = 0.1;

/** What of a player is seen whether it is on or off. */
const shownAlways = new Set([
  'friendly_name',
  'icon',
  'device_class',
  'supported_features',
  'source_list',
  'sound_mode_list',
  'group_members',
]);

/** `media_player`: plays, pauses, is loud and quiet; what it was set to is there again when it is turned on. */
export function registerMediaPlayer(home: HomeCore): void {
  const players = new Players(home);
  registerEntityServices(home, 'media_player', { ...players.playing(), ...players.sound(), ...players.choosing() });
}

const level: Check = within(0, 1, numberRead, 'value must be at most 1');

class Players {
  readonly #home: HomeCore;
  /** What was seen of each before it was turned off. */
  readonly #hidden = new Map<string, Attributes>();

  constructor(home: HomeCore) {
    this.#home = home;
  }

  playing(): Record<string, EntityService> {
    const turnOn: EntityService['run'] = (entity, call) => this.#turnOn(entity, call);
    const turnOff: EntityService['run'] = (entity, call) => this.#turnOff(entity, call);
    const play = this.#become('playing');
    const pause = this.#become('paused');
    return {
      turn_on: { features: [feature.turnOn], run: turnOn },
      turn_off: { features: [feature.turnOff], run: turnOff },
      toggle: {
        features: [feature.turnOn | feature.turnOff],
        run: (entity, call) => (isOff(entity) ? turnOn(entity, call) : turnOff(entity, call)),
      },
      media_play_pause: {
        features: [feature.play | feature.pause],
        run: (entity, call) => (entity.state === 'playing' ? pause : play)(entity, call),
      },
      media_play: { features: [feature.play], run: play },
      media_pause: { features: [feature.pause], run: pause },
      media_stop: { features: [feature.stop], run: turnOff },
      media_next_track: { features: [feature.next], run: (entity, call) => this.#skip(entity, 1, call) },
      media_previous_track: { features: [feature.previous], run: (entity, call) => this.#skip(entity, -1, call) },
      clear_playlist: { features: [feature.clearPlaylist], run: turnOff },
      media_seek: {
        shape: { seek_position: required(numberRead) },
        fields: { seek_position: { required: true, selector: { number: { min: 0, step: 0.01, mode: 'box' } } } },
        features: [feature.seek],
        run: (entity, call) => this.#set(entity, this.#positionAt(Number(call.data.seek_position)), call),
      },
      play_media: {
        shape: {
          media_content_id: optional(textual),
          media_content_type: optional(textual),
          media: optional(dict),
          enqueue: optional(oneOf('add', 'next', 'play', 'replace')),
          announce: optional(flag),
          extra: optional(dict),
        },
        fields: { media: { required: true, selector: { media: {} } } },
        features: [feature.playMedia],
        check: (data) => {
          const missing = ['media_content_type', 'media_content_id'].find((key) => data[key] === undefined);
          if (data.media === undefined && missing !== undefined) throw misfit('required key not provided', missing);
          return data;
        },
        run: (entity, call) => this.#playMedia(entity, call),
      },
    };
  }

  sound(): Record<string, EntityService> {
    const move = (by: number): EntityService => ({
      features: [feature.volumeSet, feature.volumeStep],
      run: (entity, call) => {
        const present = Number(entity.attributes.volume_level ?? 0);
        const next = Math.round((present + by) * 100) / 100;
        this.#set(entity, { volume_level: Math.min(1, Math.max(0, next)) }, call);
      },
    });
    return {
      volume_up: move(volumeStep),
      volume_down: move(-volumeStep),
      volume_set: this.#setting('volume_level', required(level), feature.volumeSet),
      volume_mute: this.#setting('is_volume_muted', required(flag), feature.volumeMute),
      select_sound_mode: this.#setting('sound_mode', required(textual), feature.selectSoundMode),
    };
  }

  choosing(): Record<string, EntityService> {
    return {
      select_source: this.#setting('source', required(textual), feature.selectSource),
      shuffle_set: this.#setting('shuffle', required(flag), feature.shuffle),
      repeat_set: this.#setting('repeat', required(oneOf('off', 'all', 'one')), feature.repeat),
      join: {
        shape: { group_members: required(entityIds) },
        fields: { group_members: { required: true, selector: { entity: { multiple: true } } } },
        features: [feature.grouping],
        run: (entity, call) => {
          const others = Array.isArray(call.data.group_members) ? call.data.group_members : [];
          this.#set(entity, { group_members: [...new Set([entity.entityId, ...others])] }, call);
        },
      },
      unjoin: { features: [feature.grouping], run: (entity, call) => this.#set(entity, { group_members: [] }, call) },
    };
  }

  #become(state: string): EntityService['run'] {
    return (entity, { context }) => this.#home.write(entity, { state }, context);
  }

  #setting(name: string, field: ReturnType<typeof required>, supported: number): EntityService {
    return {
      shape: { [name]: field },
      fields: { [name]: { required: true, selector: { text: {} } } },
      features: [supported],
      run: (entity, call) => this.#set(entity, { [name]: call.data[name] }, call),
    };
  }

  /** Of a player that is off it is kept until it is seen again. */
  #set(entity: StateRecord, attributes: Attributes, { context }: ServiceCall): void {
    const always = Object.keys(attributes).every((name) => shownAlways.has(name));
    if (always || !isOff(entity)) return this.#home.write(entity, { attributes }, context);
    this.#hidden.set(entity.entityId, { ...this.#hidden.get(entity.entityId), ...attributes });
  }

  #turnOff(entity: StateRecord, { context }: ServiceCall): void {
    const hidden = Object.entries(entity.attributes).filter(([name]) => !shownAlways.has(name));
    if (hidden.length > 0) this.#hidden.set(entity.entityId, Object.fromEntries(hidden));
    const attributes = Object.fromEntries(hidden.map(([name]) => [name, undefined]));
    this.#home.write(entity, { state: 'off', attributes }, context);
  }

  #turnOn(entity: StateRecord, { context }: ServiceCall): void {
    const attributes = isOff(entity) ? (this.#hidden.get(entity.entityId) ?? {}) : {};
    this.#home.write(entity, { state: 'playing', attributes }, context);
  }

  #skip(entity: StateRecord, by: 1 | -1, call: ServiceCall): void {
    const { media_track: track } = entity.attributes;
    if (typeof track === 'number') this.#set(entity, { media_track: Math.max(1, track + by) }, call);
  }

  #playMedia(entity: StateRecord, { data, context }: ServiceCall): void {
    const { media } = data;
    const given = typeof media === 'object' && media !== null ? { ...data, ...media } : data;
    const { media_content_id: id, media_content_type: type } = given as Attributes;
    const attributes = { ...this.#hidden.get(entity.entityId), media_content_id: id, media_content_type: type };
    this.#home.write(entity, { state: 'playing', attributes }, context);
  }

  #positionAt(seconds: number): Attributes {
    return { media_position: seconds, media_position_updated_at: isoOf(this.#home.instants.next()) };
  }
}

function isOff({ state }: StateRecord): boolean {
  return state === 'off' || state === 'unknown';
}
