import { Refusal } from './failures.ts';
import { isObject, type JsonObject } from './json.ts';
import { shown } from './python-text.ts';

/** One thing that is wrong with given data, and where. */
export interface Problem {
  readonly text: string;
  readonly path: string;
}

/** Data that does not fit. Texts are those of the schema library of Home Assistant 2026.11. */
export class NotFitting extends Refusal {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(
      'invalid_format',
      problems
        .slice(0, 1)
        .map(({ text, path }) => text + place(path))
        .join(),
    );
    this.problems = problems;
  }

  /** All that is wrong, with what was found: how a command is refused. */
  quoting(data: unknown): string {
    return this.problems.map(({ text, path }) => `${text}${place(path)}. Got ${shown(found(data, path))}`).join('\n');
  }
}

export function misfit(text: string, path = ''): NotFitting {
  return new NotFitting([{ text, path }]);
}

function place(path: string): string {
  return path === '' ? '' : ` at '${path}'`;
}

function found(data: unknown, path: string): unknown {
  let value = data;
  for (const step of path.match(/[^.[\]]+/g) ?? [])
    value = isObject(value) || Array.isArray(value) ? Reflect.get(value, step) : undefined;
  return value;
}

/** Gives the value as it is to be used, or throws `NotFitting` with paths below the value. */
export type Check = (value: unknown) => unknown;

export interface Field {
  readonly check: Check;
  readonly required?: boolean;
  readonly fallback?: unknown;
  /** Of the fields of one group no two may be given. */
  readonly group?: string;
}

export type Shape = Readonly<Record<string, Field>>;

export const required = (check: Check): Field => ({ check, required: true });
export const optional = (check: Check, fallback?: unknown): Field => ({ check, fallback });
export const exclusive = (group: string, check: Check): Field => ({ check, group });

/** Holds an object against a shape: what is given in the order given, then what is missing. */
export function fit(shape: Shape, data: unknown, notAnObject = 'expected dict'): Record<string, unknown> {
  if (!isObject(data)) throw misfit(notAnObject);
  const problems: Problem[] = [];
  const fitting: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (field === undefined) problems.push({ text: 'not a valid option', path: key });
    else collect(problems, key, () => void (fitting[key] = field.check(value)));
  }
  for (const [key, field] of Object.entries(shape)) {
    if (Object.hasOwn(data, key)) continue;
    if (field.required === true) problems.push({ text: 'required key not provided', path: key });
    else if (field.fallback !== undefined) fitting[key] = field.fallback;
  }
  const crowded = crowdedGroup(shape, data);
  if (crowded !== undefined) {
    problems.push({ text: `two or more values in the same group of exclusion '${crowded}'`, path: `<${crowded}>` });
  }
  if (problems.length > 0) throw new NotFitting(problems);
  return fitting;
}

function crowdedGroup(shape: Shape, data: JsonObject): string | undefined {
  const seen = new Set<string>();
  for (const key of Object.keys(data)) {
    const group = Object.hasOwn(shape, key) ? shape[key]?.group : undefined;
    if (group === undefined) continue;
    if (seen.has(group)) return group;
    seen.add(group);
  }
  return undefined;
}

function collect(problems: Problem[], key: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof NotFitting)) throw error;
    for (const { text, path } of error.problems) problems.push({ text, path: joined(key, path) });
  }
}

function joined(key: string, path: string): string {
  return path === '' || path.startsWith('<') ? key : path.startsWith('[') ? key + path : `${key}.${path}`;
}

export const text: Check = (value) => {
  if (typeof value !== 'string') throw misfit('expected str');
  return value;
};

/** Takes numbers for text as well. */
export const textual: Check = (value) => {
  if (value === null || value === undefined) throw misfit('string value is None');
  if (typeof value === 'object') throw misfit('value should be a string');
  return typeof value === 'string' ? value : shown(value);
};

export const flag: Check = (value) => {
  if (typeof value !== 'boolean') throw misfit('expected bool');
  return value;
};

export const dict: Check = (value) => {
  if (!isObject(value)) throw misfit('expected dict');
  return value;
};

export const whole: Check = (value) => {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw misfit('expected int');
  return value;
};

/** Takes whatever can be read as a whole number, and cuts off a fraction. */
export const wholeRead: Check = (value) => Math.trunc(read(value, 'expected int'));

export const numberRead: Check = (value) => read(value, 'expected float');

function read(value: unknown, otherwise: string): number {
  const number =
    typeof value === 'string' && value.trim() !== '' ? Number(value) : value === true ? 1 : value === false ? 0 : value;
  if (typeof number !== 'number' || Number.isNaN(number)) throw misfit(otherwise);
  return number;
}

/** The text where the number lies outside. */
export function within(min: number, max: number, check: Check, otherwise: string): Check {
  return (value) => {
    const number = Number(check(value));
    if (number < min || number > max) throw misfit(otherwise);
    return number;
  };
}

export const positive: Check = within(0, Infinity, wholeRead, 'value must be at least 0');

export function clamped(min: number, max: number, check: Check): Check {
  return (value) => Math.min(max, Math.max(min, Number(check(value))));
}

export function oneOf(...known: readonly string[]): Check {
  return (value) => {
    if (typeof value !== 'string' || !known.includes(value)) {
      throw misfit(`expected ${known.map((item) => shown(item)).join(' or ')}`);
    }
    return value;
  };
}

export function object(shape: Shape): Check {
  return (value) => fit(shape, value);
}

/** Any keys, each value held against the check. */
export function mapOf(check: Check): Check {
  return (value) => {
    if (!isObject(value)) throw misfit('expected dict');
    return fit(Object.fromEntries(Object.keys(value).map((key) => [key, required(check)])), value);
  };
}

/** A list, or one thing that stands for a list of one. */
export function listOf(check: Check): Check {
  return (value) => {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    const problems: Problem[] = [];
    const fitting: unknown[] = [];
    items.forEach((item, index) => collect(problems, `[${index}]`, () => void fitting.push(check(item))));
    if (problems.length > 0) throw new NotFitting(problems);
    return fitting;
  };
}

/** Exactly so many numbers. */
export function numbers(...checks: readonly Check[]): Check {
  return (value) => {
    if (!Array.isArray(value)) throw misfit('expected a sequence');
    if (value.length !== checks.length) throw misfit(`expected a sequence of ${checks.length} items`);
    return checks.map((check, index) => check(value[index]));
  };
}

/** A list of entity ids, or one text with commas. */
export const entityIds: Check = (value) => {
  const items: unknown = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
  if (!Array.isArray(items)) throw misfit('expected a list of entity IDs');
  return items.map((item: unknown) => {
    const id = typeof item === 'string' ? item.toLowerCase() : '';
    if (!isEntityId(id))
      throw misfit(`Entity ID ${typeof item === 'string' ? item : shown(item)} is an invalid entity ID`);
    return id;
  });
};

export function isEntityId(id: string): boolean {
  return /^(?!.+__)(?!_)[\da-z_]+(?<!_)\.(?!_)[\da-z_]+(?<!_)$/.test(id);
}
