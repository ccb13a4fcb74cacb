import { isObject } from '../json.ts';
import { shown } from '../python-text.ts';
import { Float, isTrue, numberOf, readNumber, TemplateError, textOf, Undefined } from './values.ts';

type Named = Readonly<Record<string, unknown>>;
type Filter = (given: readonly unknown[], named: Named) => unknown;
type Test = (value: unknown, given: readonly unknown[]) => boolean;

/** A number as it was read, or what is to stand in its place; without that it is an error. */
function read(name: 'float' | 'int', make: (number: number) => unknown): Filter {
  return ([value, otherwise], named) => {
    const number = readNumber(value);
    if (number !== undefined) return make(number);
    const fallback = otherwise === undefined ? named['default'] : otherwise;
    if (fallback !== undefined) return fallback;
    throw new TemplateError(
      'ValueError',
      `Template error: ${name} got invalid input '${textOf(value)}' when rendering template '' but no default was specified`,
    );
  };
}

const orDefault: Filter = ([value, otherwise = '', evenIfFalse = false]) =>
  value instanceof Undefined || (isTrue(evenIfFalse) && !isTrue(value)) ? otherwise : value;

const count: Filter = ([value]) => itemsOf(value).length;

/** The filters that a simulated home knows. */
export const filters: Readonly<Record<string, Filter>> = {
  float: read('float', (number) => new Float(number)),
  int: read('int', Math.trunc),
  round: ([value, places = 0, method = 'common']) => {
    const number = readNumber(value);
    if (number === undefined) throw new TemplateError('ValueError', `round got invalid input '${textOf(value)}'`);
    const digits = numberOf(places) ?? 0;
    const scaled = number * 10 ** digits;
    const cut = method === 'floor' ? Math.floor(scaled) : method === 'ceil' ? Math.ceil(scaled) : Math.round(scaled);
    return digits > 0 ? new Float(cut / 10 ** digits) : cut / 10 ** digits;
  },
  default: orDefault,
  d: orDefault,
  abs: ([value]) => {
    const number = Math.abs(numberOf(value) ?? Number.NaN);
    return value instanceof Float ? new Float(number) : number;
  },
  upper: ([value]) => textOf(value).toUpperCase(),
  lower: ([value]) => textOf(value).toLowerCase(),
  trim: ([value]) => textOf(value).trim(),
  string: ([value]) => textOf(value),
  bool: ([value]) =>
    typeof value === 'string' ? ['true', 'yes', 'on', 'enable', '1'].includes(value.toLowerCase()) : isTrue(value),
  count,
  length: count,
  list: ([value]) => itemsOf(value),
  first: ([value]) => itemsOf(value)[0] ?? new Undefined('first'),
  last: ([value]) => itemsOf(value).at(-1) ?? new Undefined('last'),
  join: ([value, between = '']) => itemsOf(value).map(textOf).join(textOf(between)),
  replace: ([value, from, to]) => textOf(value).replaceAll(textOf(from), textOf(to)),
  is_number: ([value]) => readNumber(value) !== undefined,
};

/** The tests that a simulated home knows: what follows `is`. */
export const tests: Readonly<Record<string, Test>> = {
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  number: (value) => typeof value === 'number' || value instanceof Float,
  string: (value) => typeof value === 'string',
};

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return Array.from(value);
  if (isListed(value)) return value.items();
  if (isObject(value)) return Object.keys(value);
  throw new TemplateError('TypeError', `${shown(value)} has no length`);
}

/** A value of the home's own that is a list of things. */
export interface Listed {
  items(): readonly unknown[];
}

function isListed(value: unknown): value is Listed {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && 'items' in value;
}
