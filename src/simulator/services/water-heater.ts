import { registerEntityServices } from '../entity-service.ts';
import { notValid } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import { flag, numberRead, optional, required, textual } from '../schema.ts';
import type { ServiceCall } from '../service-registry.ts';
import type { StateRecord } from '../state-record.ts';

const feature = { temperature: 1, operationMode: 2, awayMode: 4, onOff: 8 };

/** `water_heater`: its state is the mode in which it heats. */
export function registerWaterHeater(home: HomeCore): void {
  const setMode = (entity: StateRecord, mode: string, { context }: ServiceCall): void => {
    assertMode(entity, mode);
    home.write(entity, { state: mode, attributes: { operation_mode: mode } }, context);
  };
  const operation = { selector: { state: { hide_states: ['unavailable', 'unknown'] } } };
  registerEntityServices(home, 'water_heater', {
    turn_on: { features: [feature.onOff], run: (entity, call) => setMode(entity, modesOf(entity)[0] ?? 'eco', call) },
    turn_off: {
      features: [feature.onOff],
      run: (entity, { context }) =>
        home.write(entity, { state: 'off', attributes: { operation_mode: 'off' } }, context),
    },
    set_away_mode: {
      shape: { away_mode: required(flag) },
      fields: { away_mode: { required: true, selector: { boolean: {} } } },
      features: [feature.awayMode],
      run: (entity, { data, context }) =>
        home.write(entity, { attributes: { away_mode: data.away_mode === true ? 'on' : 'off' } }, context),
    },
    set_temperature: {
      shape: { temperature: required(numberRead), operation_mode: optional(textual) },
      fields: {
        temperature: { required: true, selector: { number: { min: 0, max: 250, step: 0.5, mode: 'box' } } },
        operation_mode: operation,
      },
      features: [feature.temperature],
      run: (entity, call) => {
        const { operation_mode: mode, temperature } = call.data;
        if (typeof mode === 'string') setMode(entity, mode, call);
        const present = home.states.get(entity.entityId) ?? entity;
        home.write(present, { attributes: { temperature } }, call.context);
      },
    },
    set_operation_mode: {
      shape: { operation_mode: required(textual) },
      fields: { operation_mode: { required: true, ...operation } },
      features: [feature.operationMode],
      run: (entity, call) => setMode(entity, String(call.data.operation_mode), call),
    },
  });
}

function modesOf({ attributes }: StateRecord): readonly string[] {
  return Array.isArray(attributes.operation_list) ? attributes.operation_list.map(String) : [];
}

function assertMode(entity: StateRecord, mode: string): void {
  const modes = modesOf(entity);
  if (modes.includes(mode)) return;
  const of = entity.entityId;
  throw notValid(`Operation mode ${mode} is not valid for ${of}. Valid operation modes are: ${modes.join(', ')}`, {
    domain: 'water_heater',
    key: 'not_valid_operation_mode',
    placeholders: { entity_id: of, operation_mode: mode, operation_list: modes.join(', ') },
  });
}
