import { type core, z } from 'zod';

export type Schema = core.$ZodType;
export type ValuePath = readonly (string | number)[];

/** A place in a value and the schema that holds there. A value may meet several, each within the next. */
export interface SchemaAt {
  readonly schema: Schema;
  readonly value: unknown;
  readonly path: ValuePath;
}

/** A schema as the union of all kinds, so that its definition can be told apart by its type. */
export function definitionOf(schema: Schema): core.$ZodTypes['_zod']['def'] {
  return (schema as core.$ZodTypes)._zod.def;
}

/** The schemas directly within a schema, whatever the value. */
export function schemasWithin(schema: Schema): readonly Schema[] {
  const def = definitionOf(schema);
  switch (def.type) {
    case 'object':
      return [...Object.values(def.shape), ...(def.catchall === undefined ? [] : [def.catchall])];
    case 'array':
      return [def.element];
    case 'tuple':
      return [...def.items, ...(def.rest === null ? [] : [def.rest])];
    case 'record':
      return [def.keyType, def.valueType];
    case 'union':
      return def.options;
    case 'intersection':
      return [def.left, def.right];
    case 'pipe':
      return [def.in, def.out];
    case 'lazy':
      return [def.getter()];
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return [def.innerType];
    default:
      return [];
  }
}

/**
 * Goes through a value, as it is before it is parsed, beside its schema. Where the schema has a default for what is
 * missing that default is gone through; of a union the first member that accepts the value counts.
 */
export function* walkValue(schema: Schema, value: unknown, path: ValuePath = []): Generator<SchemaAt> {
  const def = definitionOf(schema);
  if (value === undefined && (def.type === 'default' || def.type === 'prefault')) {
    yield* walkValue(def.innerType, def.defaultValue, path);
    return;
  }
  if (value === undefined) return;
  yield { schema, value, path };
  for (const [inner, innerValue, step] of valuesWithin(schema, value)) {
    yield* walkValue(inner, innerValue, step === undefined ? path : [...path, step]);
  }
}

type Within = readonly [schema: Schema, value: unknown, step?: string | number];

function valuesWithin(schema: Schema, value: unknown): readonly Within[] {
  const def = definitionOf(schema);
  switch (def.type) {
    case 'object':
      return isRecord(value) ? Object.entries(def.shape).map(([key, field]): Within => [field, value[key], key]) : [];
    case 'record':
      return isRecord(value) ? Object.entries(value).map(([key, item]): Within => [def.valueType, item, key]) : [];
    case 'array':
      return Array.isArray(value) ? value.map((item, index): Within => [def.element, item, index]) : [];
    case 'tuple':
      return Array.isArray(value) ? def.items.map((item, index): Within => [item, value[index], index]) : [];
    case 'union': {
      const accepting = def.options.find((option) => accepts(option, value));
      return accepting === undefined ? [] : [[accepting, value]];
    }
    case 'pipe':
      return [[def.in, value]];
    default:
      return schemasWithin(schema).map((inner): Within => [inner, value]);
  }
}

/** Whether a schema takes a value. Not so where only an asynchronous check could say. */
function accepts(schema: Schema, value: unknown): boolean {
  try {
    return z.safeParse(schema, value).success;
  } catch {
    return false; // A check in it is asynchronous.
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
