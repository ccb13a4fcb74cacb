import { NotStorable } from './storage-errors.ts';
import type { Commit, ListRequest, ReadRequest, Write } from './storage-link.ts';

/** Anything that JSON can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  // A property that may be left out is left out.
  | { readonly [key: string]: Json | undefined };

/** Any one that JSON can hold as it is: of a type that it cannot, nothing. */
export type Storable<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends AnyFunction
    ? never
    : T extends object
      ? { readonly [Key in keyof T]: Storable<T[Key]> }
      : never;

/** What something would have to be that is no JSON, or cannot go together with it. */
export interface NotJson {
  readonly isNoJson: true;
}

type AnyFunction = (...args: never[]) => unknown;

/** How large things may be, whatever the adapter. Sizes are of UTF-8. */
export const STORAGE_LIMITS = {
  namespaceBytes: 200,
  keyBytes: 512,
  valueBytes: 1024 * 1024,
  /** Of one commit, one read or one page. */
  keys: 1000,
  commitBytes: 8 * 1024 * 1024,
} as const;

/** The text of a value. What JSON would quietly turn into something else is refused. */
export function jsonOf(value: unknown, what: string): string {
  const wrong = unstorable(value, '', new Set());
  if (wrong !== undefined) {
    throw new NotStorable(`${what} cannot be stored: ${wrong}`, {
      hint: 'Store plain JSON: text, finite numbers, true and false, null, lists and plain objects. Of a Temporal value or a Date store the text, of a Map or Set the entries as a list.',
    });
  }
  return JSON.stringify(value);
}

/** What in a value is no JSON, and where; undefined where all is. */
function unstorable(value: unknown, path: string, within: Set<object>): string | undefined {
  const at = path === '' ? 'it' : `\`${path}\``;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : `${at} is ${value}`;
    case 'object':
      break;
    case 'undefined':
      return `${at} is undefined`;
    default:
      return `${at} is a ${typeof value}`;
  }
  if (value === null) return undefined;
  if (within.has(value)) return `${at} contains itself`;
  if (!Array.isArray(value) && !isPlain(value)) return `${at} is a ${value.constructor.name}`;
  within.add(value);
  const wrong = Array.isArray(value) ? unstorableItem(value, path, within) : unstorableField(value, path, within);
  within.delete(value);
  return wrong;
}

/** Also of another realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unstorableItem(list: readonly unknown[], path: string, within: Set<object>): string | undefined {
  for (let index = 0; index < list.length; index += 1) {
    const wrong = unstorable(list[index], `${path}[${index}]`, within);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function unstorableField(fields: object, path: string, within: Set<object>): string | undefined {
  for (const [key, field] of Object.entries(fields)) {
    if (field === undefined) continue;
    const wrong = unstorable(field, path === '' ? key : `${path}.${key}`, within);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** @throws NotStorable where a request goes beyond what every adapter takes. */
export function checkRead({ namespace, keys }: ReadRequest): void {
  checkName('namespace', namespace, STORAGE_LIMITS.namespaceBytes);
  checkCount('A read', keys.length);
  for (const key of keys) checkName('key', key, STORAGE_LIMITS.keyBytes);
}

export function checkList({ namespace, prefix, after, limit }: ListRequest): void {
  checkName('namespace', namespace, STORAGE_LIMITS.namespaceBytes);
  if (prefix !== '') checkName('prefix', prefix, STORAGE_LIMITS.keyBytes);
  if (after !== undefined && after !== '') checkName('cursor', after, STORAGE_LIMITS.keyBytes);
  if (Number.isInteger(limit) && limit >= 1 && limit <= STORAGE_LIMITS.keys) return;
  throw new NotStorable(`A page of ${limit} entries cannot be had`, {
    hint: `A page has from 1 to ${STORAGE_LIMITS.keys}.`,
  });
}

export function checkCommit({ checks, writes }: Commit): void {
  checkCount('A commit', writes.length);
  checkCount('A commit', checks.length);
  for (const { namespace, key } of checks) checkPlace(namespace, key);
  const written = new Set<string>();
  let bytes = 0;
  for (const write of writes) {
    checkPlace(write.namespace, write.key);
    const place = `${write.namespace}\0${write.key}`;
    if (written.has(place)) {
      throw new NotStorable(`A commit writes "${write.key}" twice`, { hint: 'Write each key once.' });
    }
    written.add(place);
    bytes += sizeOf(write);
  }
  if (bytes <= STORAGE_LIMITS.commitBytes) return;
  throw new NotStorable(`A commit of ${inKilobytes(bytes)} is too large`, {
    hint: `It may have ${inKilobytes(STORAGE_LIMITS.commitBytes)}: write in several.`,
  });
}

function sizeOf(write: Write): number {
  if (write.kind === 'delete') return 0;
  const bytes = Buffer.byteLength(write.json);
  if (bytes <= STORAGE_LIMITS.valueBytes) return bytes;
  throw new NotStorable(`The value of "${write.key}" is too large to be stored: ${inKilobytes(bytes)} as JSON`, {
    hint: `A value may have ${inKilobytes(STORAGE_LIMITS.valueBytes)}. Keep a list as many entries with a common prefix, and large things in files.`,
  });
}

function checkPlace(namespace: string, key: string): void {
  checkName('namespace', namespace, STORAGE_LIMITS.namespaceBytes);
  checkName('key', key, STORAGE_LIMITS.keyBytes);
}

function checkName(what: 'namespace' | 'key' | 'prefix' | 'cursor', name: unknown, maxBytes: number): void {
  const wrong = wrongOf(name, maxBytes);
  if (wrong === undefined) return;
  const shown = JSON.stringify(typeof name === 'string' ? name.slice(0, 60) : name);
  throw new NotStorable(`${shown} cannot be a ${what}: it ${wrong}`, {
    hint: `A ${what} is a text of 1 to ${maxBytes} bytes.`,
  });
}

function wrongOf(name: unknown, maxBytes: number): string | undefined {
  if (typeof name !== 'string') return `is a ${typeof name}`;
  if (name === '') return 'is empty';
  // The two that some stores cannot hold, or hold as something else.
  if (name.includes('\0')) return 'contains a zero character';
  if (!name.isWellFormed()) return 'contains half of a surrogate pair';
  const bytes = Buffer.byteLength(name);
  return bytes > maxBytes ? `has ${bytes} bytes` : undefined;
}

function checkCount(what: string, count: number): void {
  if (count <= STORAGE_LIMITS.keys) return;
  throw new NotStorable(`${what} of ${count} keys is too large`, {
    hint: `It may have ${STORAGE_LIMITS.keys}: do it in several.`,
  });
}

function inKilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
