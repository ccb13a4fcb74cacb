import { InvalidArgument } from '../kernel/errors.ts';
import { type Door, wrong } from './handler-options.ts';

/**
 * Something that checks data and says what it has found: a schema of zod, or of any other library that follows Standard
 * Schema (https://standardschema.dev).
 *
 * @typeParam Output - What the data is once it has been checked.
 */
export interface PayloadSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => PayloadResult<Output> | Promise<PayloadResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** What a schema found. */
export type PayloadResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly PayloadIssue[] };

export interface PayloadIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The data of an event that was subscribed to with some options: the schema's output, or as it came. */
export type PayloadOf<Options> = Options extends { readonly schema: PayloadSchema<infer Output> }
  ? Output
  : Readonly<Record<string, unknown>>;

/** What became of a payload. */
export type Payload =
  | { readonly fits: true; readonly data: unknown }
  /** `problem` says where, what was found and what was to be there. */
  | { readonly fits: false; readonly problem: string };

const SHOWN_ISSUES = 3;
const SHOWN_CHARACTERS = 60;

/**
 * Reads the option `schema`.
 *
 * @throws InvalidArgument where it is no schema; what is given back throws where the schema does, or does not answer
 * at once.
 */
export function compilePayload(schema: unknown, door: Door): ((data: unknown) => Payload) | undefined {
  if (schema === undefined) return undefined;
  if (!isSchema(schema)) throw wrong(door, 'schema', schema, 'a schema, such as z.object({ command: z.string() })');
  return (data) => {
    const result = schema['~standard'].validate(data);
    if (result instanceof Promise) {
      result.catch(() => undefined); // What it comes to is of no use to anybody.
      throw new InvalidArgument(`"schema" of ${door.method} does not answer at once`, {
        hint: 'An event is handed over or not when it comes. Ask whoever takes time in the handler, not in the schema.',
      });
    }
    if (result.issues === undefined) return { fits: true, data: result.value };
    return { fits: false, problem: problemOf(result.issues, data) };
  };
}

function isSchema(value: unknown): value is PayloadSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard: unknown = (value as { readonly '~standard'?: unknown })['~standard'];
  return typeof standard === 'object' && standard !== null && 'validate' in standard;
}

function problemOf(issues: readonly PayloadIssue[], data: unknown): string {
  const told = issues.slice(0, SHOWN_ISSUES).map((issue) => {
    const keys = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
    const place = keys.reduce<string>((path, key) => `${path}${segment(key)}`, 'data');
    return `${place} is ${shown(at(data, keys))}: ${issue.message}`;
  });
  const more = issues.length - told.length;
  return `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

function segment(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[A-Za-z_]\w*$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`;
}

function at(data: unknown, keys: readonly PropertyKey[]): unknown {
  let found = data;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Object.getOwnPropertyDescriptor(found, key)?.value;
  }
  return found;
}

function shown(value: unknown): string {
  if (value === undefined) return 'not there';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
