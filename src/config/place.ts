import { isTree, type Path, type Tree } from './tree.ts';

/**
 * What the schema says of one place in a configuration. It is read from the JSON schema that editors get too, so that
 * there is one description of what can be configured.
 */
export interface Place {
  /** The settings that are known here; undefined where names are free. */
  readonly keys: readonly string[] | undefined;
  /** The values that are known here, where the schema lists them. */
  readonly values: readonly unknown[];
  /** Whether the schema ends above: an app's own configuration, whose schema is the class's. */
  readonly free: boolean;
  readonly holdsSettings: boolean;
  readonly secret: boolean;
  readonly isPath: boolean;
  readonly types: readonly string[];
}

const freePlace: Place = {
  keys: undefined,
  values: [],
  free: true,
  holdsSettings: false,
  secret: false,
  isPath: false,
  types: [],
};

function branches(node: Tree): readonly Tree[] {
  return Array.isArray(node['anyOf']) ? node['anyOf'].filter(isTree).flatMap(branches) : [node];
}

/** The schema's nodes for a child; none where the schema has no such key, undefined where it says nothing any more. */
function childNodes(nodes: readonly Tree[], key: string | number): readonly Tree[] | undefined {
  const found: Tree[] = [];
  for (const node of nodes) {
    const properties = node['properties'];
    const named = isTree(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
    const child = named ?? (typeof key === 'number' ? node['items'] : node['additionalProperties']);
    if (!isTree(child)) continue;
    if (Object.keys(child).length === 0) return undefined;
    found.push(...branches(child));
  }
  return found;
}

function describe(nodes: readonly Tree[]): Place {
  const settings = nodes.find((node) => isTree(node['properties']))?.['properties'];
  return {
    keys: isTree(settings) ? Object.keys(settings) : undefined,
    values: nodes.flatMap((node) =>
      Array.isArray(node['enum']) ? node['enum'] : 'const' in node ? [node['const']] : [],
    ),
    free: false,
    holdsSettings: nodes.some((node) => node['type'] === 'object'),
    secret: nodes.some((node) => node['secret'] === true),
    isPath: nodes.some((node) => node['path'] === true),
    types: nodes.flatMap((node) => (typeof node['type'] === 'string' ? [node['type']] : [])),
  };
}

/** The place in a JSON schema, or undefined where the schema knows no such key. */
export function placeAt(schema: Tree, path: Path): Place | undefined {
  let nodes = branches(schema);
  for (const key of path) {
    const children = childNodes(nodes, key);
    if (children === undefined) return freePlace;
    if (children.length === 0) return undefined;
    nodes = children;
  }
  return describe(nodes);
}

const secretName = /token|passw|secret|passphrase|api_?key|credential|private_?key/i;

/** Whether what stands there may not be shown: the schema says so, or its name does. */
export function isSecret(schema: Tree, path: Path): boolean {
  return placeAt(schema, path)?.secret === true || path.some((key) => typeof key === 'string' && secretName.test(key));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/**
 * What a text from outside (an environment variable, or a whole `${…}`) means at a place: numbers, true and false,
 * lists and mappings are read as JSON where the place takes such, all else is the text itself. In an app's own
 * configuration, where the schema is not known here, what is exactly a number, true or false is read as such.
 */
export function readText(text: string, place: Place): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text; // No JSON: then it can only be meant as text.
  }
  const type = typeOf(value);
  if (place.free)
    return type === 'object' || type === 'array' || type === 'string' || String(value) === text ? value : text;
  const takes = place.types.includes(type) || (type === 'integer' && place.types.includes('number'));
  return takes && type !== 'string' ? value : text;
}
