import { isObject } from '../json.ts';
import { floatText, shown } from '../python-text.ts';

/** A number that is a float there: it is written with a fraction. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A name without a value. */
export class Undefined {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Something that went wrong in a template, by the class that it has there. */
export class TemplateError extends Error {
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.name = 'TemplateError';
    this.kind = kind;
  }
}

/** What can be called in a template. */
export type Callable = (given: readonly unknown[], named: Readonly<Record<string, unknown>>) => unknown;

export function isCallable(value: unknown): value is Callable {
  return typeof value === 'function';
}

export function numberOf(value: unknown): number | undefined {
  if (value instanceof Float) return value.value;
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' ? value : undefined;
}

/** As a number is read from a text there. */
export function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : numberOf(value);
  return number === undefined || Number.isNaN(number) ? undefined : number;
}

export function isTrue(value: unknown): boolean {
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Undefined || value === null || value === undefined) return false;
  if (Array.isArray(value)) return value.length > 0;
  return isObject(value) && Object.getPrototypeOf(value) === Object.prototype
    ? Object.keys(value).length > 0
    : Boolean(value);
}

/** As it stands in the text that a template gives. */
export function textOf(value: unknown): string {
  if (value instanceof Undefined) return '';
  return typeof value === 'string' ? value : quoted(value);
}

function quoted(value: unknown): string {
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Temporal.ZonedDateTime) return value.toString({ timeZoneName: 'never' }).replace('T', ' ');
  if (Array.isArray(value)) return `[${value.map(quoted).join(', ')}]`;
  if (isObject(value) && !(value instanceof Undefined)) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${shown(key)}: ${quoted(item)}`)
      .join(', ')}}`;
  }
  return shown(value);
}
