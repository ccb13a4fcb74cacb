import { InvalidArgument } from '../kernel/errors.ts';

/** By this a condition is known, also one that another copy of this file has made. */
const kind: unique symbol = Symbol.for('hassette.condition');

export type Scalar = string | number | boolean | null;

/** A number greater than the limit. */
export interface Above {
  readonly [kind]: 'above';
  readonly limit: number;
}

/** A number less than the limit. */
export interface Below {
  readonly [kind]: 'below';
  readonly limit: number;
}

/** A number from `low` to `high`, both included. */
export interface Between {
  readonly [kind]: 'between';
  readonly low: number;
  readonly high: number;
}

/** What is held against a number. */
export type NumericCondition = Above | Below | Between;

/** What a numeric condition would have to be where there are no numbers, for the compiler's message. */
export interface NoNumbers<Where> {
  readonly [kind]: 'above' | 'below' | 'between' | 'increased' | 'decreased';
  readonly hasNoNumbers: Where;
}

/** Any of several values or conditions. */
export interface OneOf<Member> {
  readonly [kind]: 'one-of';
  readonly members: readonly Member[];
}

/** Whatever does not satisfy a condition. */
export interface Not<Inner> {
  readonly [kind]: 'not';
  readonly inner: Inner;
}

/** There is a value. */
export interface Available {
  readonly [kind]: 'available';
}

/** A number that became greater. */
export interface Increased {
  readonly [kind]: 'increased';
}

/** A number that became less. */
export interface Decreased {
  readonly [kind]: 'decreased';
}

/** What compares a value with the one before it. */
export type ChangeCondition = Increased | Decreased;

type Condition = NumericCondition | OneOf<unknown> | Not<unknown> | Available;

/** How a condition looks at what it is held against. */
export interface Subject<S> {
  /** What plain values and regular expressions are held against. */
  readonly value: (subject: S) => unknown;
  /** What numeric conditions are held against; they are not satisfied by `undefined`. */
  readonly number: (subject: S) => number | undefined;
  readonly available: (subject: S) => boolean;
  /** Asks a person's function. */
  readonly ask: (predicate: Predicate, subject: S) => unknown;
}

/** A person's function as it comes out of the options, its types forgotten. */
export type Predicate = (...args: unknown[]) => unknown;

/**
 * A number greater than `limit`. It becomes true when the number crosses the limit, not with each further reading.
 *
 * @example
 * ```ts
 * this.bus.onStateChange('sensor.washer_power', { to: above(20) }, () => this.logger.info('it runs'));
 * ```
 */
export function above(limit: number): Above {
  return { [kind]: 'above', limit: finite(limit, 'above') };
}

/**
 * A number less than `limit`.
 *
 * @example
 * ```ts
 * this.bus.onStateChange('sensor.outdoor_temperature', { to: below(0) }, () => this.logger.info('frost'));
 * ```
 */
export function below(limit: number): Below {
  return { [kind]: 'below', limit: finite(limit, 'below') };
}

/**
 * A number from `low` to `high`, both included.
 *
 * @example
 * ```ts
 * this.bus.onStateChange('sensor.humidity', { to: not(between(40, 60)), for: '10m' }, () => this.logger.warn('air the room'));
 * ```
 */
export function between(low: number, high: number): Between {
  if (finite(low, 'between') > finite(high, 'between')) {
    throw new InvalidArgument(`between(${low}, ${high}) is never true`, { hint: `Write between(${high}, ${low}).` });
  }
  return { [kind]: 'between', low, high };
}

/**
 * Any of several values or conditions. A plain list says the same of values.
 *
 * @example
 * ```ts
 * this.bus.onStateChange('sensor.freezer', { to: oneOf(below(-30), above(-12)) }, () => this.logger.warn('look after the freezer'));
 * ```
 */
export function oneOf<const Members extends readonly [unknown, ...unknown[]]>(
  ...members: Members
): OneOf<Members[number]> {
  if (members.length === 0)
    throw new InvalidArgument('oneOf() without members is never true', {
      hint: "Name what it may be: oneOf('heat', 'cool').",
    });
  return { [kind]: 'one-of', members };
}

/**
 * Whatever does not satisfy a value, a list or a condition.
 *
 * @example
 * ```ts
 * this.bus.onStateChange('alarm_control_panel.home', { to: not('disarmed') }, () => this.logger.info('armed'));
 * ```
 */
export function not<const Inner>(inner: Inner): Not<Inner> {
  return { [kind]: 'not', inner };
}

/**
 * There is a value: the state is neither `unavailable` nor `unknown`, the attribute is there and not null.
 *
 * @example
 * ```ts
 * this.bus.onStateChange('media_player.tv', { to: available }, () => this.logger.info('the television is back'));
 * ```
 */
export const available: Available = { [kind]: 'available' };

/**
 * A number greater than the one before.
 *
 * @example
 * ```ts
 * this.bus.onAttributeChange('climate.living_room', 'current_temperature', { changed: increased() }, () => this.logger.info('warmer'));
 * ```
 */
export function increased(): Increased {
  return { [kind]: 'increased' };
}

/**
 * A number less than the one before.
 *
 * @example
 * ```ts
 * this.bus.onStateChange('sensor.battery', { changed: decreased() }, (event) => this.logger.info(`down to ${event.to.number}`));
 * ```
 */
export function decreased(): Decreased {
  return { [kind]: 'decreased' };
}

/**
 * Makes a condition into a function, once, so that holding it against a value costs no more than the comparison.
 *
 * @param what - where it was given, for messages: `to of onStateChange(light.kitchen)`.
 * @throws InvalidArgument if it is no condition.
 */
export function compileCondition<S>(condition: unknown, subject: Subject<S>, what: string): (value: S) => boolean {
  if (isScalar(condition)) return (value) => subject.value(value) === condition;
  if (isList(condition)) return compileMembers(condition, subject, what);
  if (condition instanceof RegExp) return compileExpression(condition, subject);
  if (typeof condition === 'function') return compilePredicate(condition as Predicate, subject, what);
  if (!isCondition(condition)) throw noCondition(condition, what);
  switch (condition[kind]) {
    case 'above': {
      const { limit } = condition;
      // A comparison with `undefined` is false, whichever way round; the compiler has to be told.
      return (value) => (subject.number(value) ?? Number.NaN) > limit;
    }
    case 'below': {
      const { limit } = condition;
      return (value) => (subject.number(value) ?? Number.NaN) < limit;
    }
    case 'between': {
      const { low, high } = condition;
      return (value) => {
        const number = subject.number(value) ?? Number.NaN;
        return number >= low && number <= high;
      };
    }
    case 'one-of':
      return compileMembers(condition.members, subject, what);
    case 'not': {
      const inner = compileCondition(condition.inner, subject, what);
      return (value) => !inner(value);
    }
    case 'available':
      return subject.available;
  }
}

/**
 * Makes a comparison of two values into a function.
 *
 * @throws InvalidArgument if it is none.
 */
export function compileChange<S>(
  change: unknown,
  subject: Pick<Subject<S>, 'number'>,
  ask: (predicate: Predicate, from: S, to: S) => unknown,
  what: string,
): (from: S, to: S) => boolean {
  if (typeof change === 'function') {
    return (from, to) => truth(ask(change as Predicate, from, to), what);
  }
  if (!isChange(change)) {
    throw new InvalidArgument(`${what} is ${shown(change)}, which compares nothing`, {
      hint: 'Give increased(), decreased() or a function of the two: (from, to) => …',
    });
  }
  const sign = change[kind] === 'increased' ? 1 : -1;
  return (from, to) => sign * ((subject.number(to) ?? Number.NaN) - (subject.number(from) ?? Number.NaN)) > 0;
}

/** Whether a condition names a plain value, or asks whether there is one, at any depth. */
export function mentions(condition: unknown, value: Scalar | Available): boolean {
  if (condition === value) return true;
  if (isList(condition)) return condition.some((member) => mentions(member, value));
  if (!isCondition(condition)) return false;
  switch (condition[kind]) {
    case 'one-of':
      return mentions(condition.members, value);
    case 'not':
      return mentions(condition.inner, value);
    case 'available':
      return value !== null && typeof value === 'object';
    default:
      return false;
  }
}

/** A condition in a few words, for names and messages. */
export function describeCondition(condition: unknown): string {
  if (isScalar(condition)) return String(condition);
  if (isList(condition)) return condition.map(describeCondition).join(' or ');
  if (condition instanceof RegExp) return String(condition);
  if (typeof condition === 'function') return condition.name === '' ? 'a function' : condition.name;
  if (isChange(condition)) return condition[kind];
  if (!isCondition(condition)) return shown(condition);
  switch (condition[kind]) {
    case 'above':
    case 'below':
      return `${condition[kind]} ${condition.limit}`;
    case 'between':
      return `between ${condition.low} and ${condition.high}`;
    case 'one-of':
      return condition.members.map(describeCondition).join(' or ');
    case 'not':
      return `not ${describeCondition(condition.inner)}`;
    case 'available':
      return 'available';
  }
}

/** Whether a value was made by one of the functions above that judge a single value. */
export function isCondition(value: unknown): value is Condition {
  return typeof value === 'object' && value !== null && kind in value && !isChange(value);
}

/** What `not` was given, if the condition was made by it. */
export function negated(condition: unknown): { readonly inner: unknown } | undefined {
  return isCondition(condition) && condition[kind] === 'not' ? condition : undefined;
}

/** The number that a value read from JSON is or spells. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^\s*[+-]?(\d|\.\d)/.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) && !/^\s*0[box]/i.test(value) ? number : undefined;
}

function isChange(value: unknown): value is ChangeCondition {
  if (typeof value !== 'object' || value === null || !(kind in value)) return false;
  return value[kind] === 'increased' || value[kind] === 'decreased';
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function compileMembers<S>(members: readonly unknown[], subject: Subject<S>, what: string): (value: S) => boolean {
  if (members.length === 0)
    throw new InvalidArgument(`${what} is an empty list, which is never true`, { hint: 'Name at least one value.' });
  if (members.every(isScalar)) {
    const values = new Set<unknown>(members);
    return (value) => values.has(subject.value(value));
  }
  const tests = members.map((member) => compileCondition(member, subject, what));
  return (value) => tests.some((test) => test(value));
}

function compileExpression<S>(expression: RegExp, subject: Subject<S>): (value: S) => boolean {
  // With `g` or `y` an expression remembers where it stopped, and would match every other time.
  const stateless = new RegExp(expression.source, expression.flags.replace(/[gy]/g, ''));
  return (value) => {
    const text = subject.value(value);
    return typeof text === 'string' && stateless.test(text);
  };
}

function compilePredicate<S>(predicate: Predicate, subject: Subject<S>, what: string): (value: S) => boolean {
  return (value) => truth(subject.ask(predicate, value), what);
}

/** What a person's predicate said. A promise would always count as true, so it is refused. */
export function truth(answer: unknown, what: string): boolean {
  if (typeof answer === 'object' && answer !== null && 'then' in answer) {
    throw new InvalidArgument(`${what} is asynchronous, so it cannot say whether it holds`, {
      hint: 'Make it synchronous, and wait in the handler instead.',
    });
  }
  return Boolean(answer);
}

function finite(limit: number, name: string): number {
  if (typeof limit === 'number' && Number.isFinite(limit)) return limit;
  throw new InvalidArgument(`${name}(${shown(limit)}): the limit has to be a finite number`);
}

function noCondition(condition: unknown, what: string): InvalidArgument {
  const comparison = isChange(condition) ? ' It compares two values: give it as `changed`.' : '';
  return new InvalidArgument(
    `${what} is ${isChange(condition) ? `${condition[kind]}()` : shown(condition)}, which is no condition`,
    {
      hint: `Give a value, a list, a RegExp, above(), below(), between(), oneOf(), not(), available or a function.${comparison}`,
    },
  );
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  return typeof value === 'object' && value !== null ? (JSON.stringify(value) ?? 'an object') : String(value);
}
