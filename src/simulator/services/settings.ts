import { type EntityService, registerEntityServices } from '../entity-service.ts';
import { notValid } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import { isoOf } from '../instants.ts';
import { floatText, shown } from '../python-text.ts';
import { type Check, flag, misfit, numberRead, optional, required, text, textual } from '../schema.ts';
import type { StateRecord } from '../state-record.ts';

/** What of a device can be set: `number`, `select`, `text`, `date`, `time`, `datetime`; and `button`, that is pressed. */
export function registerSettings(home: HomeCore): void {
  registerEntityServices(home, 'number', number(home));
  registerEntityServices(home, 'select', select(home));
  registerEntityServices(home, 'text', textSetting(home));
  registerEntityServices(home, 'date', moment(home, 'date', date));
  registerEntityServices(home, 'time', moment(home, 'time', time));
  registerEntityServices(home, 'datetime', moment(home, 'datetime', dateAndTime(home)));
  registerEntityServices(home, 'button', {
    press: { run: (entity, { context }) => home.write(entity, { state: isoOf(home.instants.next()) }, context) },
  });
}

function numberOf({ attributes }: StateRecord, name: string, otherwise: number): number {
  const value = attributes[name];
  return typeof value === 'number' ? value : otherwise;
}

/** As the entity writes its numbers: with a fraction where the integration does. */
function number(home: HomeCore): Record<string, EntityService> {
  return {
    set_value: {
      shape: { value: required(numberRead) },
      fields: { value: { example: 42, required: true, selector: { text: {} } } },
      run: (entity, { data, context }) => {
        const value = Number(data.value);
        const [min, max] = [numberOf(entity, 'min', 0), numberOf(entity, 'max', 100)];
        if (value >= min && value <= max) return home.write(entity, { state: floatText(value) }, context);
        const [low, high] = [floatText(min), floatText(max)];
        const of = entity.entityId;
        throw notValid(`Value ${floatText(value)} for ${of} is outside valid range ${low} - ${high}`, {
          domain: 'number',
          key: 'out_of_range',
          placeholders: { value, entity_id: of, min_value: low, max_value: high },
        });
      },
    },
  };
}

function select(home: HomeCore): Record<string, EntityService> {
  const optionsOf = ({ attributes }: StateRecord): string[] =>
    Array.isArray(attributes.options) ? attributes.options.filter((option) => typeof option === 'string') : [];
  const choose = (
    to: (entity: StateRecord, options: readonly string[]) => string | undefined,
  ): EntityService['run'] => {
    return (entity, { context }) => {
      const option = to(entity, optionsOf(entity));
      if (option !== undefined) home.write(entity, { state: option }, context);
    };
  };
  const move = (by: 1 | -1): EntityService => ({
    shape: { cycle: optional(flag, true) },
    fields: { cycle: { default: true, selector: { boolean: {} } } },
    run: (entity, call) =>
      choose(({ state }, options) => {
        const present = options.indexOf(state);
        const next = present + by;
        // Where the option is none of its own, it begins at an end.
        if (present === -1) return by === 1 ? options[0] : options.at(-1);
        if (call.data.cycle === true) return options[(next + options.length) % options.length];
        return options[Math.min(Math.max(next, 0), options.length - 1)];
      })(entity, call),
  });
  return {
    select_first: { run: choose((_, options) => options[0]) },
    select_last: { run: choose((_, options) => options.at(-1)) },
    select_next: move(1),
    select_option: {
      shape: { option: required(textual) },
      fields: { option: { required: true, selector: { text: {} } } },
      run: (entity, { data, context }) => {
        const options = optionsOf(entity);
        const option = String(data.option);
        if (options.includes(option)) return home.write(entity, { state: option }, context);
        const known = options.join(', ');
        const of = entity.entityId;
        throw notValid(`Option ${option} is not valid for entity ${of}, valid options are: ${known}`, {
          domain: 'select',
          key: 'not_valid_option',
          placeholders: { entity_id: of, option, options: known },
        });
      },
    },
    select_previous: move(-1),
  };
}

function textSetting(home: HomeCore): Record<string, EntityService> {
  return {
    set_value: {
      shape: { value: required(textual) },
      fields: { value: { required: true, example: 'Hello world!', selector: { text: {} } } },
      run: (entity, { data, context }) => {
        const value = String(data.value);
        assertText(entity, value);
        home.write(entity, { state: value }, context);
      },
    },
  };
}

function assertText(entity: StateRecord, value: string): void {
  const { entityId, attributes } = entity;
  const refuse = (why: string, key: string, more: Readonly<Record<string, string>>): never => {
    throw notValid(`Value ${value} for ${entityId} ${why}`, {
      domain: 'text',
      key,
      placeholders: { value, entity_id: entityId, ...more },
    });
  };
  const [min, max] = [numberOf(entity, 'min', 0), numberOf(entity, 'max', 255)];
  if (value.length < min) refuse(`is too short (minimum length ${min})`, 'value_too_short', { min: String(min) });
  if (value.length > max) refuse(`is too long (maximum length ${max})`, 'value_too_long', { max: String(max) });
  const { pattern } = attributes;
  if (typeof pattern !== 'string' || new RegExp(`^(?:${pattern})`, 'u').test(value)) return;
  refuse(`doesn't match pattern ${pattern}`, 'value_pattern_mismatch', { pattern });
}

function moment(home: HomeCore, key: 'date' | 'time' | 'datetime', check: Check): Record<string, EntityService> {
  return {
    set_value: {
      shape: { [key]: required(check) },
      fields: { [key]: { required: true, selector: { [key]: {} } } },
      run: (entity, { data, context }) => home.write(entity, { state: String(data[key]) }, context),
    },
  };
}

const date: Check = (value) => {
  try {
    return Temporal.PlainDate.from(String(text(value)), { overflow: 'reject' }).toString();
  } catch {
    throw misfit('Could not parse date');
  }
};

const time: Check = (value) => {
  try {
    return Temporal.PlainTime.from(String(text(value)), { overflow: 'reject' }).toString({ smallestUnit: 'second' });
  } catch {
    throw misfit(`Invalid time specified: ${typeof value === 'string' ? value : shown(value)}`);
  }
};

/** Without a zone it is the home's. */
function dateAndTime(home: HomeCore): Check {
  return (value) => {
    const given = String(text(value)).replace(' ', 'T');
    try {
      const instant = /[zZ]$|[+-]\d\d:?\d\d$/.test(given)
        ? Temporal.Instant.from(given)
        : Temporal.PlainDateTime.from(given, { overflow: 'reject' }).toZonedDateTime(home.timeZone()).toInstant();
      return instant.toString({ smallestUnit: 'second' }).replace('Z', '+00:00');
    } catch {
      throw misfit(`Invalid datetime specified: ${String(value)}`);
    }
  };
}
