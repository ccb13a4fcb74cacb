import { isObject } from '../json.ts';
import { filters, itemsOf, tests } from './filters.ts';
import type { Expression, Node } from './syntax.ts';
import { Float, isCallable, isTrue, numberOf, TemplateError, textOf, Undefined } from './values.ts';

/** What a template can see beside what it sets itself. */
export interface Surroundings {
  /** A name's value; undefined where it has none. */
  global(name: string): unknown;
  /** A name without a value was used. In a strict template it throws. */
  missing(name: string): void;
}

/** A loop that turns more often is not rendered to its end. */
const TURNS = 200_000;

/** A template went on for too long. */
export class TemplateEndless extends Error {
  override readonly name = 'TemplateEndless';
}

/** What a template keeps in a name that loops may change: `namespace`. */
export class Namespace {
  readonly values = new Map<string, unknown>();

  member(name: string): unknown {
    return this.values.get(name);
  }
}

/** Renders what was read of a template into text. @throws TemplateError */
export function render(nodes: readonly Node[], surroundings: Surroundings): string {
  const names = new Map<string, unknown>();
  let turns = 0;
  const evaluate = (expression: Expression): unknown => evaluateIn(expression, { names, surroundings, evaluate });
  const all = (list: readonly Node[]): string => list.map(one).join('');
  const one = (node: Node): string => {
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'output': {
        const value = evaluate(node.value);
        if (value instanceof Undefined) surroundings.missing(value.name);
        return textOf(value);
      }
      case 'set':
        names.set(node.name, evaluate(node.value));
        return '';
      case 'set-member': {
        const namespace = names.get(node.of);
        if (!(namespace instanceof Namespace)) {
          throw new TemplateError('TemplateRuntimeError', 'cannot assign attribute on non-namespace object');
        }
        namespace.values.set(node.name, evaluate(node.value));
        return '';
      }
      case 'for': {
        const items = itemsOf(evaluate(node.items));
        if (items.length === 0) return all(node.otherwise);
        // What is set within a loop is not seen after it.
        const outside = new Map(names);
        const parts = items.map((item, index) => {
          turns += 1;
          if (turns > TURNS) throw new TemplateEndless('The template went on for too long');
          const given = node.names.length === 1 ? [item] : itemsOf(item);
          node.names.forEach((name, place) => names.set(name, given[place] ?? new Undefined(name)));
          names.set('loop', loopAt(index, items.length));
          return all(node.body);
        });
        names.clear();
        for (const [name, value] of outside) names.set(name, value);
        return parts.join('');
      }
      case 'if': {
        const taken = node.branches.find(({ condition }) => condition === undefined || isTrue(evaluate(condition)));
        return taken === undefined ? '' : all(taken.body);
      }
    }
  };
  return all(nodes).trim();
}

function loopAt(index: number, length: number): Readonly<Record<string, unknown>> {
  return { index: index + 1, index0: index, first: index === 0, last: index === length - 1, length };
}

interface Scope {
  readonly names: ReadonlyMap<string, unknown>;
  readonly surroundings: Surroundings;
  readonly evaluate: (expression: Expression) => unknown;
}

function evaluateIn(expression: Expression, scope: Scope): unknown {
  const { evaluate } = scope;
  switch (expression.kind) {
    case 'literal':
      return expression.isFloat === true ? new Float(Number(expression.value)) : expression.value;
    case 'list':
      return expression.items.map(evaluate);
    case 'dict':
      return Object.fromEntries(expression.entries.map(([key, value]) => [textOf(evaluate(key)), evaluate(value)]));
    case 'name':
      return nameIn(expression.name, scope);
    case 'member':
      return memberOf(evaluate(expression.of), evaluate(expression.key));
    case 'call': {
      const callee = evaluate(expression.callee);
      if (isCallable(callee)) return callee(expression.given.map(evaluate), evaluateAll(expression.named, evaluate));
      if (callee instanceof Undefined) throw new TemplateError('UndefinedError', `'${callee.name}' is undefined`);
      throw new TemplateError('TypeError', 'object is not callable');
    }
    case 'filter': {
      const filter = Object.hasOwn(filters, expression.name) ? filters[expression.name] : undefined;
      const called = filter === undefined ? scope.surroundings.global(expression.name) : undefined;
      // What is a function is a filter as well.
      if (isCallable(called)) return called(expression.given.map(evaluate), evaluateAll(expression.named, evaluate));
      if (filter === undefined) {
        throw new TemplateError('TemplateAssertionError', `No filter named '${expression.name}'.`);
      }
      return filter(expression.given.map(evaluate), evaluateAll(expression.named, evaluate));
    }
    case 'test': {
      const test = Object.hasOwn(tests, expression.name) ? tests[expression.name] : undefined;
      if (test === undefined) throw new TemplateError('TemplateAssertionError', `No test named '${expression.name}'.`);
      return test(evaluate(expression.of), expression.given.map(evaluate));
    }
    case 'unary':
      return unary(expression.operator, evaluate(expression.of));
    case 'binary':
      return binary(
        expression.operator,
        () => evaluate(expression.left),
        () => evaluate(expression.right),
      );
    case 'choice':
      if (isTrue(evaluate(expression.condition))) return evaluate(expression.chosen);
      return expression.otherwise === undefined ? '' : evaluate(expression.otherwise);
  }
}

function nameIn(name: string, { names, surroundings }: Scope): unknown {
  if (names.has(name)) return names.get(name);
  return surroundings.global(name) ?? new Undefined(name);
}

function evaluateAll(
  named: Readonly<Record<string, Expression>>,
  evaluate: (expression: Expression) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, evaluate(value)]));
}

/** Parts of a date and a time that templates read. */
const MOMENT_PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond'] as const;

function memberOf(of: unknown, key: unknown): unknown {
  const name = textOf(key);
  if (of instanceof Undefined) throw new TemplateError('UndefinedError', `'${of.name}' is undefined`);
  if (Array.isArray(of)) return of.at(Number(numberOf(key))) ?? new Undefined(name);
  if (of instanceof Temporal.ZonedDateTime) return momentMember(of, name);
  if (isMembered(of)) return of.member(name) ?? new Undefined(name);
  if (isObject(of) && Object.hasOwn(of, name)) return of[name];
  if (isObject(of) && name === 'items') return () => Object.entries(of);
  if (isObject(of) && name === 'values') return () => Object.values(of);
  if (isObject(of) && name === 'get')
    return ([wanted, other = null]: readonly unknown[]) => of[textOf(wanted)] ?? other;
  return new Undefined(name);
}

/** A value of the home's own, with members that are looked up when they are asked for. */
export interface Membered {
  member(name: string): unknown;
}

function isMembered(value: unknown): value is Membered {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && 'member' in value;
}

function momentMember(moment: Temporal.ZonedDateTime, name: string): unknown {
  const part = MOMENT_PARTS.find((known) => known === name);
  if (part !== undefined) return moment[part];
  if (name === 'timestamp') return () => new Float(Number(moment.epochNanoseconds / 1000n) / 1e6);
  if (name === 'weekday') return () => moment.dayOfWeek - 1;
  if (name === 'isoformat') return () => moment.toString({ timeZoneName: 'never' });
  return undefined;
}

function unary(operator: string, value: unknown): unknown {
  if (operator === 'not') return !isTrue(value);
  const number = numberOf(value);
  if (number === undefined) throw wrongType(operator, value);
  const signed = operator === '-' ? -number : number;
  return value instanceof Float ? new Float(signed) : signed;
}

function binary(operator: string, left: () => unknown, right: () => unknown): unknown {
  if (operator === 'and') {
    const first = left();
    return isTrue(first) ? right() : first;
  }
  if (operator === 'or') {
    const first = left();
    return isTrue(first) ? first : right();
  }
  const [one, other] = [left(), right()];
  if (operator === '~') return textOf(one) + textOf(other);
  if (operator === 'in') return isWithin(one, other);
  if (operator === '==' || operator === '!=') return isSame(one, other) === (operator === '==');
  if (typeof one === 'string' && typeof other === 'string') {
    if (operator === '+') return one + other;
    if (isOrder(operator)) return ordered(operator, one < other ? -1 : Number(one > other));
  }
  if (Array.isArray(one) && Array.isArray(other) && operator === '+') return [...one, ...other];
  for (const value of [one, other]) {
    if (value instanceof Undefined) throw new TemplateError('UndefinedError', `'${value.name}' is undefined`);
  }
  const [a, b] = [numberOf(one), numberOf(other)];
  if (a === undefined || b === undefined) throw wrongType(operator, a === undefined ? one : other);
  if (isOrder(operator)) return ordered(operator, a - b);
  return calculate(operator, a, b, one instanceof Float || other instanceof Float);
}

function calculate(operator: string, a: number, b: number, isFloat: boolean): unknown {
  if (b === 0 && ['/', '//', '%'].includes(operator)) {
    throw new TemplateError('ZeroDivisionError', 'division by zero');
  }
  if (operator === '/') return new Float(a / b);
  const result = {
    '+': a + b,
    '-': a - b,
    '*': a * b,
    '//': Math.floor(a / b),
    '%': ((a % b) + b) % b,
    '**': a ** b,
  }[operator];
  if (result === undefined) throw new TemplateError('TypeError', `unsupported operand for ${operator}`);
  return isFloat ? new Float(result) : result;
}

function isOrder(operator: string): operator is '<' | '>' | '<=' | '>=' {
  return ['<', '>', '<=', '>='].includes(operator);
}

function ordered(operator: '<' | '>' | '<=' | '>=', difference: number): boolean {
  if (difference === 0) return operator.endsWith('=');
  return operator.startsWith('<') === difference < 0;
}

function isSame(one: unknown, other: unknown): boolean {
  const [a, b] = [numberOf(one), numberOf(other)];
  if (a !== undefined || b !== undefined) return a === b;
  return one instanceof Undefined ? other instanceof Undefined : JSON.stringify(one) === JSON.stringify(other);
}

function isWithin(item: unknown, all: unknown): boolean {
  if (typeof all === 'string') return all.includes(textOf(item));
  if (Array.isArray(all)) return all.some((each) => isSame(each, item));
  return isObject(all) && Object.hasOwn(all, textOf(item));
}

function wrongType(operator: string, value: unknown): TemplateError {
  return new TemplateError('TypeError', `unsupported operand type(s) for ${operator}: ${typeof value}`);
}
