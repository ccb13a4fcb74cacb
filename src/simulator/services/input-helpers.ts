import { type EntityService, registerEntityServices } from '../entity-service.ts';
import { notValid } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import { isoOf } from '../instants.ts';
import { floatText } from '../python-text.ts';
import { flag, listOf, misfit, numberRead, optional, required, textual, wholeRead } from '../schema.ts';
import type { ServiceCall } from '../service-registry.ts';
import type { StateRecord } from '../state-record.ts';
import { registerInputDatetime } from './input-datetime.ts';
import { toggling } from './switch.ts';

/** The helpers that people make in the interface: `input_boolean` and its kin, and `counter`. */
export function registerInputHelpers(home: HomeCore): void {
  registerEntityServices(home, 'input_boolean', toggling(home));
  registerEntityServices(home, 'input_number', inputNumber(home));
  registerEntityServices(home, 'input_select', inputSelect(home));
  registerEntityServices(home, 'input_text', inputText(home));
  registerEntityServices(home, 'input_button', {
    press: { run: (entity, { context }) => home.write(entity, { state: isoOf(home.instants.next()) }, context) },
  });
  registerEntityServices(home, 'counter', counter(home));
  registerInputDatetime(home);
}

function numberAttribute(entity: StateRecord, name: string, otherwise: number): number {
  const value = entity.attributes[name];
  return typeof value === 'number' ? value : otherwise;
}

const numberField = {
  required: true,
  selector: { number: { step: 0.001, mode: 'box' } },
};

function inputNumber(home: HomeCore): Record<string, EntityService> {
  const set = (entity: StateRecord, value: number, { context }: ServiceCall): void => {
    const min = numberAttribute(entity, 'min', 0);
    const max = numberAttribute(entity, 'max', 100);
    if (value < min || value > max) {
      throw misfit(
        `Invalid value for ${entity.entityId}: ${floatText(value)} (range ${floatText(min)} - ${floatText(max)})`,
      );
    }
    home.write(entity, { state: floatText(value) }, context);
  };
  const step = (entity: StateRecord): number => numberAttribute(entity, 'step', 1);
  return {
    set_value: {
      shape: { value: required(numberRead) },
      fields: { value: numberField },
      run: (entity, call) => set(entity, Number(call.data.value), call),
    },
    increment: {
      run: (entity, call) =>
        set(entity, Math.min(Number(entity.state) + step(entity), numberAttribute(entity, 'max', 100)), call),
    },
    decrement: {
      run: (entity, call) =>
        set(entity, Math.max(Number(entity.state) - step(entity), numberAttribute(entity, 'min', 0)), call),
    },
  };
}

function inputSelect(home: HomeCore): Record<string, EntityService> {
  const optionsOf = ({ attributes }: StateRecord): string[] =>
    Array.isArray(attributes.options) ? attributes.options.filter((option) => typeof option === 'string') : [];
  const select = (entity: StateRecord, option: unknown, { context }: ServiceCall): void => {
    const options = optionsOf(entity);
    if (typeof option === 'string' && options.includes(option)) return home.write(entity, { state: option }, context);
    const known = options.join(', ');
    throw notValid(`Option ${String(option)} is not valid for ${entity.entityId}. Valid options are: ${known}`, {
      domain: 'input_select',
      key: 'invalid_option',
      placeholders: { entity_id: entity.entityId, option, options: known },
    });
  };
  const move = (by: 1 | -1): EntityService => ({
    shape: { cycle: optional(flag, true) },
    fields: { cycle: { default: true, selector: { boolean: {} } } },
    run: (entity, call) => {
      const options = optionsOf(entity);
      const next = options.indexOf(entity.state) + by;
      const wrapped =
        call.data.cycle === true
          ? (next + options.length) % options.length
          : Math.min(Math.max(next, 0), options.length - 1);
      select(entity, options[wrapped], call);
    },
  });
  return {
    select_first: { run: (entity, call) => select(entity, optionsOf(entity).at(0), call) },
    select_last: { run: (entity, call) => select(entity, optionsOf(entity).at(-1), call) },
    select_next: move(1),
    select_option: {
      shape: { option: required(textual) },
      fields: { option: { required: true, selector: { text: {} } } },
      run: (entity, call) => select(entity, call.data.option, call),
    },
    select_previous: move(-1),
    set_options: {
      shape: { options: required(listOf(textual)) },
      fields: { options: { required: true, selector: { text: { multiple: true } } } },
      run: (entity, { data, context }) => {
        const options = Array.isArray(data.options) ? data.options.map(String) : [];
        home.write(
          entity,
          {
            state: options.includes(entity.state) ? entity.state : (options[0] ?? entity.state),
            attributes: { options },
          },
          context,
        );
      },
    },
  };
}

function inputText(home: HomeCore): Record<string, EntityService> {
  return {
    set_value: {
      shape: { value: required(textual) },
      fields: { value: { required: true, selector: { text: {} } } },
      run: (entity, { data, context }) => {
        const value = String(data.value);
        // Outside its length Home Assistant logs a warning, and the call succeeds.
        if (value.length < numberAttribute(entity, 'min', 0) || value.length > numberAttribute(entity, 'max', 100))
          return;
        home.write(entity, { state: value }, context);
      },
    },
  };
}

function counter(home: HomeCore): Record<string, EntityService> {
  const set = (entity: StateRecord, value: number, { context }: ServiceCall): void => {
    const kept = Math.min(
      numberAttribute(entity, 'maximum', Infinity),
      Math.max(numberAttribute(entity, 'minimum', -Infinity), value),
    );
    home.write(entity, { state: String(kept) }, context);
  };
  return {
    increment: { run: (entity, call) => set(entity, Number(entity.state) + numberAttribute(entity, 'step', 1), call) },
    decrement: { run: (entity, call) => set(entity, Number(entity.state) - numberAttribute(entity, 'step', 1), call) },
    reset: { run: (entity, call) => set(entity, numberAttribute(entity, 'initial', 0), call) },
    set_value: {
      shape: { value: required(wholeRead) },
      fields: { value: numberField },
      run: (entity, call) => set(entity, Number(call.data.value), call),
    },
  };
}
