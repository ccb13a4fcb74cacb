import type { HomeCore } from '../home-core.ts';
import type { JsonObject } from '../json.ts';
import type { StateRecord } from '../state-record.ts';
import { type Membered, Namespace, render, TemplateEndless } from './evaluation.ts';
import type { Listed } from './filters.ts';
import { type Expression, type Node, parseExpression, parseTemplate, TemplateSyntaxError } from './syntax.ts';
import { type Callable, Float, isTrue, readNumber, TemplateError, textOf } from './values.ts';

/** What a template has read: whatever of it changes, it is rendered anew. */
export interface Reads {
  all: boolean;
  time: boolean;
  readonly entities: Set<string>;
  readonly domains: Set<string>;
}

export type Rendered =
  | { readonly kind: 'text'; readonly text: string; readonly warnings: readonly string[]; readonly reads: Reads }
  | { readonly kind: 'error'; readonly error: string; readonly reads: Reads; readonly endless?: boolean };

/**
 * A template of Home Assistant's. What is known: `states`, `state_attr`, `is_state`, `is_state_attr`, `has_value`,
 * `now`, `utcnow`, `as_timestamp`, `float`, `int`, `range`, `namespace`, `iif`, `area_id`, `area_name`, `area_entities`,
 * `device_id`, arithmetic, comparisons, `if`, `for`, `set`, and the filters of `filters.ts`. What a real home knows beyond
 * that is refused by name; anything else is an error, as an unknown name is in a real one.
 */
export class HomeTemplate {
  readonly #home: HomeCore;
  readonly #variables: JsonObject;
  readonly #strict: boolean;
  readonly #nodes: readonly Node[] | TemplateSyntaxError;

  constructor(home: HomeCore, template: string, variables: JsonObject = {}, strict = false) {
    this.#home = home;
    this.#variables = variables;
    this.#strict = strict;
    this.#nodes = parsed(template);
  }

  render(): Rendered {
    const reads: Reads = { all: false, time: false, entities: new Set(), domains: new Set() };
    if (this.#nodes instanceof TemplateSyntaxError) {
      return { kind: 'error', error: `TemplateSyntaxError: ${this.#nodes.message}`, reads };
    }
    const warnings: string[] = [];
    try {
      const text = render(this.#nodes, {
        global: (name) => this.#global(name, reads),
        missing: (name) => {
          if (this.#strict) throw new TemplateError('UndefinedError', `'${name}' is undefined`);
          warnings.push(`'${name}' is undefined`);
        },
      });
      return { kind: 'text', text, warnings, reads };
    } catch (error) {
      if (error instanceof TemplateEndless) return { kind: 'error', error: error.message, reads, endless: true };
      if (!(error instanceof TemplateError)) throw error;
      return { kind: 'error', error: `${error.kind}: ${error.message}`, reads };
    }
  }

  #global(name: string, reads: Reads): unknown {
    if (Object.hasOwn(this.#variables, name)) return this.#variables[name];
    const state = (entityId: unknown) => {
      reads.entities.add(textOf(entityId));
      return this.#home.states.get(textOf(entityId));
    };
    const attribute = (entityId: unknown, key: unknown): unknown => state(entityId)?.attributes[textOf(key)] ?? null;
    const now = (zone: string): Temporal.ZonedDateTime => {
      reads.time = true;
      const nanoseconds = BigInt(Math.floor(this.#home.clock.nowMs() * 1000)) * 1000n;
      return Temporal.Instant.fromEpochNanoseconds(nanoseconds).toZonedDateTimeISO(zone);
    };
    const functions: Readonly<Record<string, Callable>> = {
      states: this.#states(reads, state),
      state_attr: ([entityId, key]) => attribute(entityId, key),
      is_state: ([entityId, wanted]) => {
        const present = state(entityId)?.state;
        return Array.isArray(wanted) ? wanted.includes(present) : present === textOf(wanted);
      },
      is_state_attr: ([entityId, key, wanted]) => JSON.stringify(attribute(entityId, key)) === JSON.stringify(wanted),
      has_value: ([entityId]) => !['unknown', 'unavailable', undefined].includes(state(entityId)?.state),
      now: () => now(this.#home.timeZone()),
      utcnow: () => now('UTC'),
      float: ([value, otherwise]) => numberFrom('float', value, otherwise),
      int: ([value, otherwise]) => numberFrom('int', value, otherwise),
      ...this.#places(),
      ...ofValues,
    };
    if (Object.hasOwn(functions, name)) return functions[name];
    if (notSimulated.has(name)) {
      throw new TemplateError('NotImplementedError', `The simulated home does not know '${name}' in templates`);
    }
    return undefined;
  }

  /** Where entities stand, by the registries. */
  #places(): Readonly<Record<string, Callable>> {
    const { areas, devices, entities } = this.#home.registries;
    const areaOf = (id: string): string | null => {
      const named = areas.all().find((area) => area.name === id || area.area_id === id);
      if (named !== undefined) return named.area_id;
      const entity = entities.get(id);
      const deviceId = entity?.device_id ?? id;
      return entity?.area_id ?? devices.get(deviceId)?.area_id ?? null;
    };
    return {
      area_id: ([of]) => areaOf(textOf(of)),
      area_name: ([of]) => areas.all().find((area) => area.area_id === areaOf(textOf(of)))?.name ?? null,
      area_entities: ([of]) =>
        entities
          .all()
          .map(({ entity_id: entityId }) => entityId)
          .filter((entityId) => areaOf(entityId) === areaOf(textOf(of))),
      areas: () => areas.all().map((area) => area.area_id),
      device_id: ([of]) => entities.get(textOf(of))?.device_id ?? null,
    };
  }

  /** `states('light.a')`, `states.light.a.state`, `states.light | count`, `states | count`. */
  #states(reads: Reads, state: (entityId: unknown) => StateRecord | undefined): Callable {
    const call: Callable = ([entityId]) => state(entityId)?.state ?? 'unknown';
    const ofDomain = (domain: string): Membered & Listed => ({
      member: (name) => shownState(state(`${domain}.${name}`), this.#home.timeZone()),
      items: () => {
        reads.domains.add(domain);
        return this.#home.states.ofDomain(domain).map((record) => shownState(record, this.#home.timeZone()));
      },
    });
    const members: Membered & Listed = {
      member: ofDomain,
      items: () => {
        reads.all = true;
        return Array.from(this.#home.states.all(), (record) => shownState(record, this.#home.timeZone()));
      },
    };
    return Object.assign(call, members);
  }
}

/** A state as templates see it. */
function shownState(record: StateRecord | undefined, zone: string): JsonObject | undefined {
  if (record === undefined) return undefined;
  const { entityId, domain, state, attributes, lastChanged, lastUpdated, context } = record;
  const moment = (us: number): Temporal.ZonedDateTime =>
    Temporal.Instant.fromEpochNanoseconds(BigInt(us) * 1000n).toZonedDateTimeISO(zone);
  const object = entityId.slice(domain.length + 1);
  return {
    entity_id: entityId,
    domain,
    object_id: object,
    name: attributes.friendly_name ?? object.replaceAll('_', ' '),
    state,
    attributes,
    last_changed: moment(lastChanged).withTimeZone('UTC'),
    last_updated: moment(lastUpdated).withTimeZone('UTC'),
    context,
  };
}

/** Names of Home Assistant's own that are not simulated: they are refused by name, and not as unknown. */
const notSimulated = new Set([
  'as_datetime',
  'as_local',
  'closest',
  'config_entry_id',
  'device_attr',
  'device_entities',
  'distance',
  'expand',
  'floor_areas',
  'floor_id',
  'floor_name',
  'integration_entities',
  'is_device_attr',
  'is_hidden_entity',
  'issues',
  'label_entities',
  'labels',
  'merge_response',
  'relative_time',
  'state_translated',
  'strptime',
  'time_since',
  'time_until',
  'timedelta',
  'today_at',
  'version',
]);

const LONGEST_RANGE = 200_001;

/** What depends on nothing but what it is given. */
const ofValues: Readonly<Record<string, Callable>> = {
  range: (given) => {
    const [first = 0, second, step = 1] = given.map((each) => Math.trunc(readNumber(each) ?? 0));
    const [from, to] = second === undefined ? [0, first] : [first, second];
    // No longer than what a loop may turn, so that nothing is made in vain.
    const length = step === 0 ? 0 : Math.max(0, Math.ceil((to - from) / step));
    return Array.from({ length: Math.min(length, LONGEST_RANGE) }, (_, index) => from + index * step);
  },
  namespace: (_, named) => {
    const namespace = new Namespace();
    for (const [name, value] of Object.entries(named)) namespace.values.set(name, value);
    return namespace;
  },
  iif: ([value, yes = true, no = false]) => (isTrue(value) ? yes : no),
  as_timestamp: ([value, otherwise]) => {
    if (value instanceof Temporal.ZonedDateTime) return new Float(value.epochMilliseconds / 1000);
    try {
      return new Float(Temporal.Instant.from(textOf(value)).epochMilliseconds / 1000);
    } catch {
      if (otherwise !== undefined) return otherwise;
      throw new TemplateError('ValueError', `Template error: as_timestamp got invalid input '${textOf(value)}'`);
    }
  },
};

function numberFrom(name: 'float' | 'int', value: unknown, otherwise: unknown): unknown {
  const number = readNumber(value);
  if (number !== undefined) return name === 'int' ? Math.trunc(number) : new Float(number);
  if (otherwise !== undefined) return otherwise;
  throw new TemplateError('ValueError', `Template error: ${name} got invalid input '${textOf(value)}'`);
}

function parsed(template: string): readonly Node[] | TemplateSyntaxError {
  try {
    return parseTemplate(template);
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return error;
    throw error;
  }
}

/** What is wrong with how a template is written; undefined where nothing is. */
export function syntaxErrorOf(template: string): string | undefined {
  const nodes = parsed(template);
  return nodes instanceof TemplateSyntaxError ? nodes.message : undefined;
}

/** Whether what was rendered is taken for true: as conditions and triggers do. */
export function isTrueText(rendered: Rendered): boolean {
  if (rendered.kind === 'error') return false;
  const value = nativeOf(rendered.text);
  if (typeof value === 'string') return ['true', 'yes', 'on', 'enable', '1'].includes(value.toLowerCase().trim());
  return value === true || (typeof value === 'number' && value !== 0);
}

/** What a rendered text is taken for: a number, a list and so on where it is written as one, else the text. */
export function nativeOf(text: string): unknown {
  // A number that begins with zeros is a text: it may be somebody's code.
  if (/^[+-]?0\d/.test(text)) return text;
  try {
    const value = literalOf(parseExpression(text));
    return value === NONE_OF_THEM ? text : value;
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return text;
    throw error;
  }
}

const NONE_OF_THEM = Symbol('none of them');

function literalOf(expression: Expression): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'list': {
      const items = expression.items.map(literalOf);
      return items.includes(NONE_OF_THEM) ? NONE_OF_THEM : items;
    }
    case 'dict': {
      const entries = expression.entries.map(([key, value]) => [literalOf(key), literalOf(value)] as const);
      return entries.some((entry) => entry.includes(NONE_OF_THEM)) ? NONE_OF_THEM : Object.fromEntries(entries);
    }
    case 'unary': {
      const value = literalOf(expression.of);
      return expression.operator === '-' && typeof value === 'number' ? -value : NONE_OF_THEM;
    }
    default:
      return NONE_OF_THEM;
  }
}
