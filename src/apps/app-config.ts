import { type core, z } from 'zod';
import { type Origin, type Problem, problemAt } from '../config/problem.ts';
import { schemaProblems, type Telling } from '../config/schema-problems.ts';
import { isTree, type Path, valueAt } from '../config/tree.ts';
import { AppSchemaInvalid } from './app-errors.ts';
import { definitionOf, isRecord, type Schema, schemasWithin, type ValuePath, walkValue } from './schema-walk.ts';
import { type FieldMeaning, meaningOf } from './schemas.ts';

export type CheckedConfig =
  | { readonly kind: 'right'; readonly config: unknown }
  | { readonly kind: 'wrong'; readonly problems: readonly Problem[] };

/** A value of an app's configuration that names something of the home. */
export interface HomeReference {
  readonly path: string;
  readonly meaning: FieldMeaning;
  readonly value: string;
  /** Another home than the app's own. */
  readonly home?: string | undefined;
}

/**
 * Holds an app's configuration against its class's schema. Keys that the schema does not know are wrong, unless it lets
 * any through: a misspelt one would otherwise silently be its default.
 *
 * @param at - where in the daemon's configuration it stands, for the paths of problems.
 */
export async function checkAppConfig(
  schema: Schema,
  input: unknown,
  at: Path,
  originOf: (path: Path) => Origin = () => ({ kind: 'nowhere' }),
): Promise<CheckedConfig> {
  // Whoever configures nothing may leave the whole of it out.
  const given = input ?? {};
  const parsed = await z.safeParseAsync(schema, given);
  const issues = [...(parsed.error?.issues ?? []), ...unknownKeys(schema, given)];
  if (parsed.success && issues.length === 0) return { kind: 'right', config: deepFreeze(parsed.data) };
  const description: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const telling: Telling = {
    schema: isTree(description) ? description : {},
    tree: isTree(given) ? given : {},
    originOf: (path: Path) => originOf([...at, ...path]),
  };
  const prefix = problemAt({ kind: 'nowhere' }, at, '').path;
  const rules = issues.flatMap((issue) => brokenRule(issue, telling));
  const others = issues.filter((issue) => !isRule(issue)).map(asTold);
  const problems = [...schemaProblems(others, telling), ...rules];
  return {
    kind: 'wrong',
    problems: problems.map((problem) => ({
      ...problem,
      path: `${prefix}${problem.path === '' ? '' : '.'}${problem.path}`,
    })),
  };
}

/**
 * Holds the defaults of a schema against it, which zod itself does not: a wrong one would be met in the middle of a night.
 *
 * @throws AppSchemaInvalid
 */
export function checkDefaults(schema: Schema, className: string): void {
  for (const { inner, value, path } of defaultsOf(schema)) {
    const parsed = z.safeParse(inner, value);
    if (parsed.success) continue;
    const said = parsed.error.issues.map((issue) => `expected ${issue.message}`).join('; ');
    throw new AppSchemaInvalid(
      `The default ${JSON.stringify(value)} of "${path}" in the schema of ${className} is not what that field takes: ${said}`,
      {
        hint: 'Correct the value given to .default(…).',
      },
    );
  }
}

/** What of a home a configuration names, to be held against the home itself. */
export function homeReferences(schema: Schema, input: unknown): readonly HomeReference[] {
  const found: HomeReference[] = [];
  for (const { schema: inner, value, path } of walkValue(schema, input)) {
    const meaning = meaningOf(inner);
    if (meaning !== undefined && typeof value === 'string') {
      const home = 'home' in meaning ? meaning.home : undefined;
      found.push({ path: problemAt({ kind: 'nowhere' }, path, '').path, meaning, value, ...(home && { home }) });
    }
  }
  return found;
}

function* unknownKeys(schema: Schema, input: unknown): Generator<core.$ZodIssue> {
  for (const { schema: inner, value, path } of walkValue(schema, input)) {
    const def = definitionOf(inner);
    // A strict or a loose object has a catchall, and has spoken for itself.
    if (def.type !== 'object' || def.catchall !== undefined || !isRecord(value)) continue;
    const keys = Object.keys(value).filter((key) => !Object.hasOwn(def.shape, key));
    if (keys.length > 0)
      yield { code: 'unrecognized_keys', keys, input: value, path: [...path], message: `Unknown: ${keys.join(', ')}` };
  }
}

/** Whether an issue comes from a check that the app's author wrote: it says what is wrong, and not what would be right. */
function isRule(issue: core.$ZodIssue): issue is core.$ZodIssueCustom {
  return issue.code === 'custom' && issue.params?.['expected'] === undefined;
}

function brokenRule(issue: core.$ZodIssue, telling: Telling): readonly Problem[] {
  if (!isRule(issue)) return [];
  const path = pathOf(issue);
  const value = valueAt(telling.tree, path);
  const shown = typeof value === 'number' || typeof value === 'boolean' ? ` (it is ${value})` : '';
  return [problemAt(telling.originOf(path), path, `${issue.message}${shown}`)];
}

/** Words of the schema's own are told in place of the general ones. */
function asTold(issue: core.$ZodIssue): core.$ZodIssue {
  if (issue.code === 'invalid_union' && issue.inclusive !== false)
    return { ...issue, errors: issue.errors.map((branch) => branch.map(asTold)) };
  if (issue.code === 'too_small' && issue.origin === 'array')
    return expecting(issue, `a list of at least ${issue.minimum}`);
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum > 1) {
    return expecting(issue, `a text of at least ${issue.minimum} characters`);
  }
  const ownWords = issue.code === 'invalid_type' && !issue.message.startsWith('Invalid input');
  return ownWords ? expecting(issue, issue.message) : issue;
}

function expecting({ path }: core.$ZodIssue, expected: string): core.$ZodIssue {
  return { code: 'custom', path, message: expected, params: { expected } };
}

function pathOf(issue: core.$ZodIssue): ValuePath {
  return issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
}

interface DefaultAt {
  readonly inner: Schema;
  readonly value: unknown;
  readonly path: string;
}

function* defaultsOf(schema: Schema, path = '', seen = new Set<Schema>()): Generator<DefaultAt> {
  if (seen.has(schema)) return;
  seen.add(schema);
  const def = definitionOf(schema);
  // A default is a value that comes out; where it is made from another one there is nothing to hold it against.
  if (def.type === 'default' && !isTransforming(def.innerType))
    yield { inner: def.innerType, value: def.defaultValue, path };
  if (def.type === 'object') {
    for (const [key, field] of Object.entries(def.shape))
      yield* defaultsOf(field, path === '' ? key : `${path}.${key}`, seen);
    return;
  }
  for (const inner of schemasWithin(schema)) yield* defaultsOf(inner, path, seen);
}

function isTransforming(schema: Schema, seen = new Set<Schema>()): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  const { type } = definitionOf(schema);
  return type === 'pipe' || type === 'transform' || schemasWithin(schema).some((inner) => isTransforming(inner, seen));
}

/** Freezes plain data; what else a schema may make (a `Temporal.Duration`, a `Map`) is left as it is. */
function deepFreeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
