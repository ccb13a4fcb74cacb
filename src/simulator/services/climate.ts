import { type EntityService, registerEntityServices } from '../entity-service.ts';
import { notValid } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import type { JsonObject } from '../json.ts';
import { floatText } from '../python-text.ts';
import { exclusive, misfit, numberRead, oneOf, optional, required, textual, wholeRead } from '../schema.ts';
import type { ServiceCall } from '../service-registry.ts';
import type { StateRecord } from '../state-record.ts';

const feature = {
  targetTemperature: 1,
  targetTemperatureRange: 2,
  targetHumidity: 4,
  fanMode: 8,
  presetMode: 16,
  swingMode: 32,
  turnOff: 128,
  turnOn: 256,
  swingHorizontalMode: 512,
};

const hvacMode = oneOf('off', 'heat', 'cool', 'heat_cool', 'auto', 'dry', 'fan_only');
const temperatures = ['temperature', 'target_temp_high', 'target_temp_low'] as const;
const degrees = { selector: { number: { min: 0, max: 250, step: 0.1, mode: 'box' } } };

/** `climate`: modes and targets. What the room makes of them is the home's physics, not the service's. */
export function registerClimate(home: HomeCore): void {
  registerEntityServices(home, 'climate', {
    turn_on: { features: [feature.turnOn], run: (entity, call) => setMode(home, entity, modeWhenOn(entity), call) },
    turn_off: { features: [feature.turnOff], run: (entity, call) => setMode(home, entity, 'off', call) },
    toggle: {
      features: [feature.turnOff | feature.turnOn],
      run: (entity, call) => setMode(home, entity, entity.state === 'off' ? modeWhenOn(entity) : 'off', call),
    },
    set_hvac_mode: {
      shape: { hvac_mode: required(hvacMode) },
      fields: { hvac_mode: { selector: { state: { hide_states: ['unavailable', 'unknown'] } } } },
      run: (entity, call) => setMode(home, entity, String(call.data.hvac_mode), call),
    },
    set_preset_mode: listed(home, 'preset', feature.presetMode),
    set_temperature: setTemperature(home),
    set_humidity: {
      shape: { humidity: required(wholeRead) },
      fields: { humidity: { required: true, selector: { number: { min: 30, max: 99, unit_of_measurement: '%' } } } },
      features: [feature.targetHumidity],
      run: (entity, { data, context }) => home.write(entity, { attributes: { humidity: data.humidity } }, context),
    },
    set_fan_mode: listed(home, 'fan', feature.fanMode),
    set_swing_mode: listed(home, 'swing', feature.swingMode),
    set_swing_horizontal_mode: listed(home, 'swing_horizontal', feature.swingHorizontalMode),
  });
}

function modesOf(entity: StateRecord, attribute: string): string[] {
  const modes = entity.attributes[attribute];
  return Array.isArray(modes) ? modes.map(String) : [];
}

function assertMode(kind: string, key: string, mode: string, known: readonly string[]): void {
  if (known.includes(mode)) return;
  const modes = known.join(', ');
  const name = kind === 'hvac' ? 'HVAC' : kind;
  throw notValid(
    `${name.charAt(0).toUpperCase()}${name.slice(1)} mode ${mode} is not valid. Valid ${name} modes are: ${modes}`,
    {
      domain: 'climate',
      key,
      placeholders: { mode, modes },
    },
  );
}

function setMode(home: HomeCore, entity: StateRecord, mode: string, { context }: ServiceCall): void {
  assertMode('hvac', 'not_valid_hvac_mode', mode, modesOf(entity, 'hvac_modes'));
  home.write(entity, { state: mode }, context);
}

function modeWhenOn(entity: StateRecord): string {
  const modes = modesOf(entity, 'hvac_modes').filter((mode) => mode !== 'off');
  const usual = ['heat_cool', 'heat', 'cool'].find((mode) => modes.includes(mode));
  return (modes.length === 1 ? modes[0] : usual) ?? 'off';
}

/** A mode of which the entity lists the possible ones. */
function listed(
  home: HomeCore,
  kind: 'preset' | 'fan' | 'swing' | 'swing_horizontal',
  supported: number,
): EntityService {
  const attribute = `${kind}_mode`;
  const words = kind === 'swing_horizontal' ? 'horizontal swing' : kind;
  const key = `not_valid_${words.replace(' ', '_')}_mode`;
  return {
    shape: { [attribute]: required(textual) },
    fields: { [attribute]: { required: true, selector: { state: { attribute } } } },
    features: [supported],
    run: (entity, { data, context }) => {
      assertMode(words, key, String(data[attribute]), modesOf(entity, `${attribute}s`));
      home.write(entity, { attributes: { [attribute]: data[attribute] } }, context);
    },
  };
}

function setTemperature(home: HomeCore): EntityService {
  return {
    shape: {
      temperature: exclusive('temperature', numberRead),
      target_temp_high: optional(numberRead),
      target_temp_low: optional(numberRead),
      hvac_mode: optional(hvacMode),
    },
    fields: {
      temperature: degrees,
      temperature_range: { collapsed: true, fields: { target_temp_high: degrees, target_temp_low: degrees } },
      hvac_mode: { selector: { state: { hide_states: ['unavailable', 'unknown'] } } },
    },
    features: [feature.targetTemperature, feature.targetTemperatureRange],
    check: assertSomeTemperature,
    run: (entity, { data, context }) => {
      const given = temperatures.filter((name) => typeof data[name] === 'number');
      for (const name of given) assertInRange(entity, Number(data[name]));
      const state = typeof data.hvac_mode === 'string' ? { state: data.hvac_mode } : {};
      home.write(
        entity,
        { ...state, attributes: Object.fromEntries(given.map((name) => [name, data[name]])) },
        context,
      );
    },
  };
}

function assertSomeTemperature(data: JsonObject): JsonObject {
  if (temperatures.some((name) => Object.hasOwn(data, name))) return data;
  throw misfit("at least one of ['temperature', 'target_temp_high', 'target_temp_low'] is required");
}

function assertInRange(entity: StateRecord, degree: number): void {
  const min = Number(entity.attributes.min_temp ?? 7);
  const max = Number(entity.attributes.max_temp ?? 35);
  if (degree >= min && degree <= max) return;
  const placeholders = { check_temp: floatText(degree), min_temp: String(min), max_temp: String(max) };
  throw notValid(`Provided temperature ${floatText(degree)} is not valid. Accepted range is ${min} to ${max}`, {
    domain: 'climate',
    key: 'temp_out_of_range',
    placeholders,
  });
}
