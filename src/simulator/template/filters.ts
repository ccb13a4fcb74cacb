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
  title: ([value]) =>
    textOf(value).replaceAll(/[\p{L}\d']+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()),
  capitalize: ([value]) => textOf(value).charAt(0).toUpperCase() + textOf(value).slice(1).toLowerCase(),
  min: ([value]) => ordered(value).at(0) ?? new Undefined('min'),
  max: ([value]) => ordered(value).at(-1) ?? new Undefined('max'),
  sum: ([value]) => summed(itemsOf(value)),
  average: ([value]) => {
    const items = itemsOf(value).map((item) => numberOf(item) ?? Number.NaN);
    return new Float(items.reduce((sum, item) => sum + item, 0) / items.length);
  },
  sort: ([value, reverse = false], named) =>
    isTrue(named['reverse'] ?? reverse) ? ordered(value).toReversed() : ordered(value),
  unique: ([value]) =>
    itemsOf(value).filter((item, index, all) => all.findIndex((one) => textOf(one) === textOf(item)) === index),
  reverse: ([value]) =>
    typeof value === 'string' ? Array.from(value).toReversed().join('') : itemsOf(value).toReversed(),
  map: ([value, name, ...given], named) =>
    itemsOf(value).map((item) => {
      if (named['attribute'] !== undefined) return attributeOf(item, named['attribute'], named['default']);
      const filter = filters[textOf(name)];
      if (filter === undefined) throw new TemplateError('TemplateAssertionError', `No filter named '${textOf(name)}'.`);
      return filter([item, ...given], {});
    }),
  select: ([value, name, ...given]) => itemsOf(value).filter((item) => passes(item, name, given)),
  reject: ([value, name, ...given]) => itemsOf(value).filter((item) => !passes(item, name, given)),
  selectattr: ([value, attribute, name, ...given]) =>
    itemsOf(value).filter((item) => passes(attributeOf(item, attribute), name, given)),
  rejectattr: ([value, attribute, name, ...given]) =>
    itemsOf(value).filter((item) => !passes(attributeOf(item, attribute), name, given)),
  to_json: ([value]) => JSON.stringify(value),
  from_json: ([value]) => JSON.parse(textOf(value)) as unknown,
  is_number: ([value]) => readNumber(value) !== undefined,
};

/** The tests that a simulated home knows: what follows `is`. */
export const tests: Readonly<Record<string, Test>> = {
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  number: (value) => typeof value === 'number' || value instanceof Float,
  string: (value) => typeof value === 'string',
  eq: (value, [other]) => same(value, other),
  equalto: (value, [other]) => same(value, other),
  ne: (value, [other]) => !same(value, other),
  in: (value, [all]) => itemsOf(all).some((one) => same(one, value)),
  gt: (value, [other]) => (numberOf(value) ?? Number.NaN) > (numberOf(other) ?? Number.NaN),
  lt: (value, [other]) => (numberOf(value) ?? Number.NaN) < (numberOf(other) ?? Number.NaN),
  even: (value) => (numberOf(value) ?? 1) % 2 === 0,
  odd: (value) => Math.abs((numberOf(value) ?? 0) % 2) === 1,
  true: (value) => value === true,
  false: (value) => value === false,
  match: (value, [pattern]) => new RegExp(`^(?:${textOf(pattern)})`, 'u').test(textOf(value)),
  search: (value, [pattern]) => new RegExp(textOf(pattern), 'u').test(textOf(value)),
};

function same(one: unknown, other: unknown): boolean {
  const [a, b] = [numberOf(one), numberOf(other)];
  return a !== undefined || b !== undefined ? a === b : JSON.stringify(one) === JSON.stringify(other);
}

function passes(item: unknown, name: unknown, given: readonly unknown[]): boolean {
  if (name === undefined) return isTrue(item);
  const test = tests[textOf(name)];
  if (test === undefined) throw new TemplateError('TemplateAssertionError', `No test named '${textOf(name)}'.`);
  return test(item, given);
}

/** By a path: `attributes.brightness`. */
function attributeOf(item: unknown, path: unknown, otherwise?: unknown): unknown {
  let value = item;
  for (const name of textOf(path).split('.')) {
    value =
      (typeof value === 'object' || typeof value === 'function') && value !== null
        ? Reflect.get(value, name)
        : undefined;
  }
  return value ?? otherwise ?? new Undefined(textOf(path));
}

/** Numbers by how great they are, all else by its text. */
function ordered(value: unknown): readonly unknown[] {
  return itemsOf(value).toSorted((one, other) => {
    const [a, b] = [numberOf(one), numberOf(other)];
    if (a !== undefined && b !== undefined) return a - b;
    return textOf(one) < textOf(other) ? -1 : Number(textOf(one) > textOf(other));
  });
}

function summed(items: readonly unknown[]): unknown {
  const sum = items.reduce<number>((so, item) => so + (numberOf(item) ?? Number.NaN), 0);
  if (Number.isNaN(sum)) throw new TemplateError('TypeError', "unsupported operand type(s) for +: 'int' and 'str'");
  return items.some((item) => item instanceof Float) ? new Float(sum) : sum;
}

export function itemsOf(value: unknown): readonly unknown[] {
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
