import type { CommandDefinition } from './command-table.ts';
import { Refusal, wireErrorOf } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import type { JsonObject } from './json.ts';
import { floatText, shown, spanText } from './python-text.ts';
import {
  fit,
  flag,
  listOf,
  misfit,
  numberRead,
  oneOf,
  optional,
  required,
  type Shape,
  text,
  textual,
  whole,
} from './schema.ts';
import { secondsOfSpan } from './services/timer.ts';
import type { Attributes } from './state-record.ts';

/** What a kind of helper is made of, and what its entity begins as. */
interface HelperKind {
  readonly shape: Shape;
  /** Looks at the whole. What it gives is kept. */
  readonly check?: (fields: JsonObject) => JsonObject;
  readonly begin: (fields: JsonObject) => { readonly state: string; readonly attributes: Attributes };
}

const basics: Shape = { name: required(text), icon: optional(text) };

const kinds: Readonly<Record<string, HelperKind>> = {
  input_boolean: {
    shape: { ...basics, initial: optional(flag) },
    begin: ({ initial }) => ({ state: initial === true ? 'on' : 'off', attributes: {} }),
  },
  input_button: { shape: basics, begin: () => ({ state: 'unknown', attributes: {} }) },
  input_number: {
    shape: {
      ...basics,
      min: required(numberRead),
      max: required(numberRead),
      initial: optional(numberRead),
      step: optional(numberRead, 1),
      mode: optional(oneOf('box', 'slider'), 'slider'),
      unit_of_measurement: optional(text),
    },
    check: (fields) => {
      const [min, max] = [Number(fields.min), Number(fields.max)];
      if (min < max) return fields;
      const floats = Object.entries(fields).map(([key, value]) => {
        const number = typeof value === 'number' ? floatText(value) : shown(value);
        return `${shown(key)}: ${number}`;
      });
      // The text has them the wrong way round (2026.11).
      throw new Refusal(
        'invalid_format',
        `Maximum (${floatText(min)}) is not greater than minimum (${floatText(max)}). Got {${floats.join(', ')}}`,
      );
    },
    begin: ({ min, max, step, mode, initial, unit_of_measurement: unit }) => ({
      state: floatText(Number(initial ?? min)),
      attributes: { min, max, step, mode, initial: initial ?? null, unit_of_measurement: unit },
    }),
  },
  input_text: {
    shape: {
      ...basics,
      min: optional(whole, 0),
      max: optional(whole, 100),
      initial: optional(text),
      pattern: optional(text),
      mode: optional(oneOf('text', 'password'), 'text'),
      unit_of_measurement: optional(text),
    },
    begin: ({ min, max, mode, pattern, initial, unit_of_measurement: unit }) => ({
      state: typeof initial === 'string' ? initial : 'unknown',
      attributes: { min, max, mode, pattern: pattern ?? null, unit_of_measurement: unit },
    }),
  },
  input_select: {
    shape: { ...basics, options: required(listOf(textual)), initial: optional(text) },
    begin: ({ options, initial }) => ({
      state: String(initial ?? (Array.isArray(options) ? options[0] : '')),
      attributes: { options },
    }),
  },
  input_datetime: {
    shape: { ...basics, has_date: optional(flag, false), has_time: optional(flag, false), initial: optional(text) },
    check: (fields) => {
      if (fields.has_date === true || fields.has_time === true) return fields;
      throw misfit('Entity needs at least a date or a time');
    },
    begin: ({ has_date: hasDate, has_time: hasTime, initial }) => ({
      state: typeof initial === 'string' ? initial : 'unknown',
      attributes: { has_date: hasDate, has_time: hasTime },
    }),
  },
  counter: {
    shape: {
      ...basics,
      initial: optional(whole, 0),
      maximum: optional(nullOr(whole), null),
      minimum: optional(nullOr(whole), null),
      restore: optional(flag, true),
      step: optional(whole, 1),
    },
    begin: ({ initial, step, minimum, maximum }) => ({
      state: String(initial),
      attributes: {
        initial,
        step,
        minimum: minimum ?? undefined,
        maximum: maximum ?? undefined,
      },
    }),
  },
  timer: {
    shape: {
      ...basics,
      duration: optional((value) => spanText(secondsOfSpan(value)), '0:00:00'),
      restore: optional(flag, false),
    },
    begin: ({ duration }) => ({ state: 'idle', attributes: { duration, last_transition: null } }),
  },
};

function nullOr(check: (value: unknown) => unknown): (value: unknown) => unknown {
  return (value) => (value === null ? null : check(value));
}

/** What the helpers' storage needs of its home. */
export interface HelpersHome extends HomeCore {
  setState(entityId: string, state: string, attributes?: Attributes): void;
  removeState(entityId: string): void;
}

/** The commands by which people list, make, change and delete helpers in the interface. */
export function helperCommands(home: HelpersHome): Record<string, CommandDefinition> {
  return Object.fromEntries(Object.entries(kinds).flatMap(([kind, spec]) => commandsOf(home, kind, spec)));
}

function commandsOf(
  home: HelpersHome,
  kind: string,
  { shape, check, begin }: HelperKind,
): [string, CommandDefinition][] {
  const kept = new Map<string, JsonObject>();
  const key = `${kind}_id`;
  const entityOf = (id: string): string => `${kind}.${id}`;
  const checked = (fields: JsonObject): JsonObject => check?.(fields) ?? fields;
  const missing = (id: unknown): Refusal => new Refusal('not_found', `Unable to find ${key} ${String(id)}`);
  const found = (id: unknown): string => {
    if (kept.has(String(id))) return String(id);
    throw missing(id);
  };
  const furnish = (id: string, fields: JsonObject, state?: string): void => {
    const { state: initial, attributes } = begin(fields);
    const icon = typeof fields.icon === 'string' ? { icon: fields.icon } : {};
    home.setState(entityOf(id), state ?? initial, {
      ...attributes,
      ...icon,
      editable: true,
      friendly_name: String(fields.name),
    });
  };
  return [
    [`${kind}/list`, { run: ({ id }, connection) => connection.result(id, [...kept.values()]) }],
    [
      `${kind}/create`,
      {
        fields: shape,
        admin: true,
        run: ({ id, type: _, ...given }, connection) => {
          const fields = checked(given);
          const name = freeName(slugOf(String(fields.name)), (slug) => home.states.get(entityOf(slug)) !== undefined);
          const helper = { id: name, ...fields };
          kept.set(name, helper);
          furnish(name, fields);
          connection.result(id, helper);
        },
      },
    ],
    [
      `${kind}/update`,
      {
        fields: { ...shape, [key]: required(text) },
        admin: true,
        run: ({ id, type: _, [key]: of, ...given }, connection) => {
          const name = found(of);
          const fields = checked(fit(shape, given));
          const helper = { id: name, ...fields };
          kept.set(name, helper);
          furnish(name, fields, home.states.get(entityOf(name))?.state);
          connection.result(id, helper);
        },
      },
    ],
    [
      `${kind}/delete`,
      {
        fields: { [key]: required(text) },
        admin: true,
        run: ({ id, [key]: of }, connection) => {
          if (kept.delete(String(of))) home.removeState(entityOf(String(of)));
          else connection.fail(id, wireErrorOf(missing(of)));
          // It answers twice where there was none (2026.11).
          connection.result(id);
        },
      },
    ],
  ];
}

function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^\da-z]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return slug === '' ? 'unknown' : slug;
}

function freeName(slug: string, isTaken: (slug: string) => boolean): string {
  if (!isTaken(slug)) return slug;
  let number = 2;
  while (isTaken(`${slug}_${number}`)) number += 1;
  return `${slug}_${number}`;
}
