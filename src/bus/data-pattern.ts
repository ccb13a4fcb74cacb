import {
  type Available,
  compileCondition,
  isCondition,
  negated,
  type Not,
  numberOf,
  type NumericCondition,
  type OneOf,
  type Scalar,
  type Subject,
} from './conditions.ts';

/** What one value of an event's data may be held against. */
export type ValueCondition =
  | Scalar
  | readonly Scalar[]
  | RegExp
  | NumericCondition
  | OneOf<unknown>
  | Not<unknown>
  | Available
  | ((value: unknown) => boolean);

/**
 * What an event's data has to hold, key by key and as deep as need be. Keys that are not named may hold anything.
 *
 * Where the data has a list, one of its items has to satisfy the condition: `{ entity_id: 'light.kitchen' }` also means
 * a call for several lights.
 */
export interface DataPattern {
  readonly [key: string]: ValueCondition | DataPattern;
}

/**
 * Makes a pattern into a function.
 *
 * @throws InvalidArgument if something in it is no condition.
 */
export function compileDataPattern(pattern: DataPattern, what: string): (data: unknown) => boolean {
  const tests = Object.entries(pattern).map(([key, condition]) => ({
    key,
    test: compileValue(condition, `${what}.${key}`),
  }));
  return (data) => {
    if (!isRecord(data)) return tests.length === 0;
    return tests.every(({ key, test }) => test(Object.hasOwn(data, key) ? data[key] : undefined));
  };
}

/** A value read from JSON, as conditions look at it. */
export const JSON_VALUE: Subject<unknown> = {
  value: (value) => value,
  number: numberOf,
  available: (value) => value !== undefined && value !== null,
  ask: (predicate, value) => predicate(value),
};

function compileValue(condition: unknown, what: string): (value: unknown) => boolean {
  if (isPattern(condition)) return compileItems(compileDataPattern(condition, what));
  const negation = negated(condition);
  if (negation !== undefined) {
    const inner = compileValue(negation.inner, what);
    return (value) => !inner(value);
  }
  const test = compileCondition(condition, JSON_VALUE, what);
  return typeof condition === 'function' ? test : compileItems(test);
}

function compileItems(test: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => test(value) || (Array.isArray(value) && value.some((item) => test(item)));
}

function isPattern(value: unknown): value is DataPattern {
  return isRecord(value) && !Array.isArray(value) && !(value instanceof RegExp) && !isCondition(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
