import type { HomeCore } from '../home-core.ts';
import type { JsonObject } from '../json.ts';
import { type Membered, render } from './evaluation.ts';
import type { Listed } from './filters.ts';
import { type Expression, type Node, parseExpression, parseTemplate, TemplateSyntaxError } from './syntax.ts';
import { type Callable, Float, readNumber, TemplateError, textOf } from './values.ts';

/** What a template has read: whatever of it changes, it is rendered anew. */
export interface Reads {
  all: boolean;
  time: boolean;
  readonly entities: Set<string>;
  readonly domains: Set<string>;
}

export type Rendered =
  | { readonly kind: 'text'; readonly text: string; readonly warnings: readonly string[]; readonly reads: Reads }
  | { readonly kind: 'error'; readonly error: string; readonly reads: Reads };

/**
 * A template of Home Assistant's. What is known: `states`, `state_attr`, `is_state`, `is_state_attr`, `has_value`,
 * `now`, `utcnow`, `float`, `int`, arithmetic, comparisons, `if`, `set`, and the filters of `filters.ts`. Anything else
 * is an error, as an unknown name is in a real one.
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
    };
    return Object.hasOwn(functions, name) ? functions[name] : undefined;
  }

  /** `states('light.a')`, `states.light.a.state`, `states.light | count`, `states | count`. */
  #states(reads: Reads, state: (entityId: unknown) => { readonly state: string } | undefined): Callable {
    const call: Callable = ([entityId]) => state(entityId)?.state ?? 'unknown';
    const ofDomain = (domain: string): Membered & Listed => ({
      member: (name) => state(`${domain}.${name}`),
      items: () => {
        reads.domains.add(domain);
        return this.#home.states.ofDomain(domain);
      },
    });
    const members: Membered & Listed = {
      member: ofDomain,
      items: () => {
        reads.all = true;
        return [...this.#home.states.all()];
      },
    };
    return Object.assign(call, members);
  }
}

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
