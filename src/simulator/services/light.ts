import { type EntityService, registerEntityServices } from '../entity-service.ts';
import type { HomeCore } from '../home-core.ts';
import type { JsonObject } from '../json.ts';
import {
  clamped,
  exclusive,
  numberRead,
  numbers,
  oneOf,
  optional,
  positive,
  type Shape,
  textual,
  wholeRead,
  within,
  type Check,
} from '../schema.ts';
import type { ServiceCall } from '../service-registry.ts';
import type { Attributes, StateRecord } from '../state-record.ts';
import { colourNames, type Hs, hsOfRgb, type Rgb, rgbOfHs, rgbOfKelvin, xyOfRgb } from './colour.ts';

const featureEffect = 4;

const byte = clamped(0, 255, wholeRead);
const transition: Check = clamped(0, 6553, numberRead);

const turnOffShape: Shape = {
  transition: optional(transition),
  flash: optional(oneOf('short', 'long')),
};

const turnOnShape: Shape = {
  ...turnOffShape,
  brightness: exclusive('brightness', byte),
  brightness_pct: exclusive('brightness', within(0, 100, numberRead, 'expected a percentage between 0 and 100')),
  brightness_step: exclusive('brightness', clamped(-255, 255, wholeRead)),
  brightness_step_pct: exclusive('brightness', clamped(-100, 100, numberRead)),
  color_name: exclusive('color', textual),
  color_temp_kelvin: exclusive('color', positive),
  hs_color: exclusive('color', numbers(within(0, 360, numberRead, 'value must be at most 360'), numberRead)),
  rgb_color: exclusive('color', numbers(byte, byte, byte)),
  effect: optional(textual),
};

const pick = { mode: 'slider', step: 1 };

const turnOnFields = {
  transition: { selector: { number: { min: 0, max: 300, unit_of_measurement: 'seconds', ...pick } } },
  rgb_color: { example: '[255, 100, 100]', selector: { color_rgb: {} } },
  color_temp_kelvin: { selector: { color_temp: { unit: 'kelvin', min: 2000, max: 6500 } } },
  brightness_pct: { selector: { number: { min: 0, max: 100, unit_of_measurement: '%', ...pick } } },
  brightness_step_pct: { selector: { number: { min: -100, max: 100, unit_of_measurement: '%', ...pick } } },
  effect: { selector: { text: {} } },
  additional_fields: {
    collapsed: true,
    fields: {
      color_name: { selector: { select: { options: Object.keys(colourNames) } } },
      hs_color: { example: '[300, 70]', selector: { object: {} } },
      brightness: { selector: { number: { min: 0, max: 255, ...pick } } },
      brightness_step: { selector: { number: { min: -225, max: 255, ...pick } } },
      flash: { selector: { select: { options: ['long', 'short'] } } },
    },
  },
};

const turnOffFields = {
  transition: turnOnFields.transition,
  additional_fields: { collapsed: true, fields: { flash: turnOnFields.additional_fields.fields.flash } },
};

/** What a lamp is set to. It keeps that while it is off, and does not show it then. */
interface Setting {
  brightness: number;
  mode: 'color_temp' | 'hs' | 'brightness' | 'onoff';
  kelvin: number;
  hs: Hs;
  effect: string | null;
}

/** `light`: brightness, white and colour, by what each lamp says it can do. */
export function registerLight(home: HomeCore): void {
  const lamps = new Lamps(home);
  const on: EntityService = {
    shape: turnOnShape,
    fields: turnOnFields,
    run: (entity, call) => lamps.turnOn(entity, call),
  };
  registerEntityServices(home, 'light', {
    turn_on: on,
    turn_off: { shape: turnOffShape, fields: turnOffFields, run: (entity, call) => lamps.turnOff(entity, call) },
    toggle: {
      ...on,
      run: (entity, call) => (entity.state === 'on' ? lamps.turnOff(entity, call) : lamps.turnOn(entity, call)),
    },
  });
}

class Lamps {
  readonly #home: HomeCore;
  readonly #settings = new Map<string, Setting>();

  constructor(home: HomeCore) {
    this.#home = home;
    home.states.watch('light', ({ from }) => {
      if (from?.state === 'on') this.#settings.set(from.entityId, settingOf(from.attributes));
    });
  }

  turnOn(entity: StateRecord, call: ServiceCall): void {
    const setting = { ...this.#settingOf(entity) };
    adjust(setting, call.data, entity);
    if (setting.brightness === 0) return this.turnOff(entity, call);
    this.#home.write(entity, { state: 'on', attributes: shownWhenOn(setting, entity.attributes) }, call.context);
  }

  turnOff(entity: StateRecord, { context }: ServiceCall): void {
    const attributes = Object.fromEntries(
      Object.keys(entity.attributes)
        .filter((key) => shownOnlyOn.has(key))
        .map((key) => [key, null]),
    );
    this.#home.write(entity, { state: 'off', attributes }, context);
  }

  #settingOf(entity: StateRecord): Setting {
    if (entity.state === 'on') return settingOf(entity.attributes);
    return this.#settings.get(entity.entityId) ?? settingOf({ ...entity.attributes, color_mode: undefined });
  }
}

const shownOnlyOn = new Set([
  'effect',
  'color_mode',
  'brightness',
  'color_temp_kelvin',
  'hs_color',
  'rgb_color',
  'xy_color',
  'rgbw_color',
  'rgbww_color',
]);

function modesOf({ supported_color_modes: modes }: Attributes): readonly unknown[] {
  return Array.isArray(modes) ? modes : ['onoff'];
}

function settingOf(attributes: Attributes): Setting {
  const { brightness, color_mode: mode, color_temp_kelvin: kelvin, hs_color: hs, effect } = attributes;
  const modes = modesOf(attributes);
  const known = (['color_temp', 'hs', 'brightness', 'onoff'] as const).filter((candidate) => modes.includes(candidate));
  return {
    brightness: typeof brightness === 'number' ? brightness : 255,
    mode: known.find((candidate) => candidate === mode) ?? known[0] ?? 'onoff',
    kelvin: typeof kelvin === 'number' ? kelvin : 2700,
    hs: isPair(hs) ? hs : [0, 0],
    effect: typeof effect === 'string' ? effect : null,
  };
}

function isPair(value: unknown): value is Hs {
  return Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === 'number');
}

/** Sets what is asked for, as far as the lamp can do it; the rest passes over. */
function adjust(setting: Setting, asked: JsonObject, entity: StateRecord): void {
  const modes = modesOf(entity.attributes);
  const before = entity.state === 'on' ? setting.brightness : 0;
  if (typeof asked.brightness === 'number') setting.brightness = asked.brightness;
  if (typeof asked.brightness_pct === 'number') setting.brightness = Math.round((255 * asked.brightness_pct) / 100);
  if (typeof asked.brightness_step === 'number') setting.brightness = bounded(before + asked.brightness_step);
  if (typeof asked.brightness_step_pct === 'number') {
    setting.brightness = bounded(
      Math.round(((Math.round((before / 255) * 100) + asked.brightness_step_pct) / 100) * 255),
    );
  }
  const kelvin = asked.color_temp_kelvin;
  const colour = colourOf(asked);
  if (typeof kelvin === 'number' && modes.includes('color_temp'))
    Object.assign(setting, { mode: 'color_temp', kelvin });
  else if (typeof kelvin === 'number' && modes.includes('hs'))
    Object.assign(setting, { mode: 'hs', hs: hsOfRgb(rgbOfKelvin(kelvin)) });
  if (colour !== undefined && modes.includes('hs')) Object.assign(setting, { mode: 'hs', hs: colour });
  const hasEffects = (Number(entity.attributes.supported_features ?? 0) & featureEffect) !== 0;
  if (hasEffects && typeof asked.effect === 'string') setting.effect = asked.effect;
}

function bounded(brightness: number): number {
  return Math.min(255, Math.max(0, brightness));
}

function colourOf({ hs_color: hs, rgb_color: rgb, color_name: name }: JsonObject): Hs | undefined {
  if (isPair(hs)) return hs;
  if (isTriple(rgb)) return hsOfRgb(rgb);
  return typeof name === 'string'
    ? hsOfRgb(colourNames[name.replaceAll(' ', '').toLowerCase()] ?? [255, 255, 255])
    : undefined;
}

function isTriple(value: unknown): value is Rgb {
  return Array.isArray(value) && value.length === 3 && value.every((item) => typeof item === 'number');
}

const allKinds: Attributes = {
  min_color_temp_kelvin: 2000,
  max_color_temp_kelvin: 6535,
  supported_color_modes: ['color_temp', 'hs'],
};

/** What a new lamp shows, by what it can do; without a word it can do all kinds of light. */
export function attributesOfLamp(state: string, given: Attributes): Attributes {
  const able: Attributes = given.supported_color_modes === undefined ? allKinds : {};
  const shown = shownWhenOn(settingOf({ ...able, ...given }), { ...able, ...given });
  const dark = Object.fromEntries(Object.keys(shown).map((key) => [key, null]));
  return { ...able, ...(state === 'on' ? shown : dark), supported_features: 0 };
}

/** In the order in which Home Assistant has them. */
function shownWhenOn(setting: Setting, present: Attributes): Attributes {
  const modes = modesOf(present);
  const colours = modes.includes('color_temp') || modes.includes('hs');
  const hs = setting.mode === 'color_temp' ? hsOfRgb(rgbOfKelvin(setting.kelvin)) : setting.hs;
  const rgb = rgbOfHs(hs);
  return {
    ...(Object.hasOwn(present, 'effect') ? { effect: setting.effect } : {}),
    color_mode: setting.mode,
    ...(setting.mode === 'onoff' ? {} : { brightness: setting.brightness }),
    ...(modes.includes('color_temp')
      ? { color_temp_kelvin: setting.mode === 'color_temp' ? setting.kelvin : null }
      : {}),
    ...(colours ? { hs_color: hs, rgb_color: rgb, xy_color: xyOfRgb(rgb) } : {}),
  };
}
