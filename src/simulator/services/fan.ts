import { type EntityService, registerEntityServices } from '../entity-service.ts';
import { notValid } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import { flag, oneOf, optional, required, textual } from '../schema.ts';
import type { ServiceCall } from '../service-registry.ts';
import type { StateRecord } from '../state-record.ts';
import { percentage, percentField } from './cover.ts';

const feature = { setSpeed: 1, oscillate: 2, direction: 4, presetMode: 8, turnOff: 16, turnOn: 32 };

/** `fan`: a speed in percent or a preset, of which a fan that is on has one. */
export function registerFan(home: HomeCore): void {
  const fans = new Fans(home);
  const preset = {
    shape: required(textual),
    field: { required: true, selector: { state: { attribute: 'preset_mode' } } },
  };
  registerEntityServices(home, 'fan', {
    turn_on: {
      shape: { percentage: optional(percentage), preset_mode: optional(textual) },
      fields: { percentage: { ...percentField, required: false }, preset_mode: { selector: preset.field.selector } },
      features: [feature.turnOn],
      run: (entity, call) => fans.turnOn(entity, call),
    },
    turn_off: { features: [feature.turnOff], run: (entity, call) => fans.set(entity, 0, call) },
    toggle: {
      run: (entity, call) => (entity.state === 'on' ? fans.set(entity, 0, call) : fans.turnOn(entity, call)),
    },
    increase_speed: fans.step(1),
    decrease_speed: fans.step(-1),
    oscillate: {
      shape: { oscillating: required(flag) },
      fields: { oscillating: { required: true, selector: { boolean: {} } } },
      features: [feature.oscillate],
      run: (entity, { data, context }) =>
        home.write(entity, { attributes: { oscillating: data.oscillating } }, context),
    },
    set_direction: {
      shape: { direction: required(oneOf('forward', 'reverse')) },
      fields: { direction: { required: true, selector: { select: { options: ['forward', 'reverse'] } } } },
      features: [feature.direction],
      run: (entity, { data, context }) => home.write(entity, { attributes: { direction: data.direction } }, context),
    },
    set_percentage: {
      shape: { percentage: required(percentage) },
      fields: { percentage: percentField },
      features: [feature.setSpeed],
      run: (entity, call) => fans.set(entity, Number(call.data.percentage), call),
    },
    set_preset_mode: {
      shape: { preset_mode: preset.shape },
      fields: { preset_mode: preset.field },
      features: [feature.presetMode],
      run: (entity, call) => fans.preset(entity, String(call.data.preset_mode), call),
    },
  });
}

class Fans {
  readonly #home: HomeCore;
  /** The speed that each had last: what it is turned on with. */
  readonly #speeds = new Map<string, number>();

  constructor(home: HomeCore) {
    this.#home = home;
    home.states.watch('fan', ({ entityId, from }) => {
      const speed = from?.attributes.percentage;
      if (typeof speed === 'number' && speed > 0) this.#speeds.set(entityId, speed);
    });
  }

  turnOn(entity: StateRecord, call: ServiceCall): void {
    const { percentage: wanted, preset_mode: mode } = call.data;
    if (typeof mode === 'string') this.preset(entity, mode, call);
    else this.set(entity, typeof wanted === 'number' ? wanted : (this.#speeds.get(entity.entityId) ?? 100), call);
  }

  set(entity: StateRecord, speed: number, { context }: ServiceCall): void {
    const { percentage: present, preset_mode: mode } = entity.attributes;
    const attributes = {
      ...(present === undefined ? {} : { percentage: speed }),
      ...(mode === undefined ? {} : { preset_mode: null }),
    };
    this.#home.write(entity, { state: speed === 0 ? 'off' : 'on', attributes }, context);
  }

  preset(entity: StateRecord, mode: string, { context }: ServiceCall): void {
    const { preset_modes: known } = entity.attributes;
    const modes = Array.isArray(known) ? known.map(String) : [];
    if (!modes.includes(mode)) {
      throw notValid(`Preset mode ${mode} is not valid, valid preset modes are: ${modes.join(', ')}`, {
        domain: 'fan',
        key: 'not_valid_preset_mode',
        placeholders: { preset_mode: mode, preset_modes: modes.join(', ') },
      });
    }
    this.#home.write(entity, { state: 'on', attributes: { percentage: null, preset_mode: mode } }, context);
  }

  /** One of the fan's own steps up or down, or by so many percent. */
  step(by: 1 | -1): EntityService {
    return {
      shape: { percentage_step: optional(percentage) },
      fields: {
        additional_fields: {
          collapsed: true,
          fields: { percentage_step: { ...percentField, required: false } },
        },
      },
      features: [feature.setSpeed],
      run: (entity, call) => {
        const present = Number(entity.attributes.percentage ?? 0);
        const { percentage_step: given } = call.data;
        const count = Math.round(100 / Number(entity.attributes.percentage_step ?? 1));
        const index = Math.ceil((present * count) / 100) + by;
        const next = typeof given === 'number' ? present + given * by : Math.floor((index * 100) / count);
        this.set(entity, Math.min(100, Math.max(0, next)), call);
      },
    };
  }
}
