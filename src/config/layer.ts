import { resolve } from 'node:path';
import { isSecret, placeAt, readText } from './place.ts';
import { problemAt, type Origin, type Problem } from './problem.ts';
import { isTree, mapValues, valueAt, withValue, type Path, type Tree } from './tree.ts';
import { readVariables, type Setting } from './variables.ts';

/** What one source says, and how it is named in messages. */
export interface Layer {
  readonly tree: Tree;
  readonly originOf: (path: Path) => Origin;
}

/** Reads the file that a `…_FILE` variable names; undefined if it cannot be read. */
export type ReadSecret = (file: string) => Promise<string | undefined>;

export interface VariableLayer extends Layer {
  readonly problems: readonly Problem[];
  readonly secrets: readonly string[];
}

/** Where variables come from: the environment, or a `.env`. */
export interface VariableSource {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly originOf: (variable: string) => Origin;
  /** What relative paths in it count from. */
  readonly folder: string;
}

/** What a file says where it says nothing (`apps:` with all its lines commented out) is the default. */
export function withoutNothing(tree: Tree, schema: Tree, path: Path = []): Tree {
  const entries = Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
    const here = [...path, key];
    const place = placeAt(schema, here);
    if (isTree(value)) return [[key, withoutNothing(value, schema, here)]];
    if (value !== null || place === undefined || place.free) return [[key, value]];
    return place.holdsSettings ? [[key, {}]] : [];
  });
  return Object.fromEntries(entries);
}

/** Makes the relative paths of a source absolute. */
export function withAbsolutePaths(tree: Tree, schema: Tree, folder: string): Tree {
  return mapValues(tree, (value, path) =>
    typeof value === 'string' && value !== '' && placeAt(schema, path)?.isPath === true
      ? resolve(folder, value)
      : value,
  );
}

/** The layer that the `HASSETTE_…` variables of a source make. */
export async function variableLayer(
  source: VariableSource,
  schema: Tree,
  below: Tree,
  readSecret: ReadSecret,
): Promise<VariableLayer> {
  const { settings, unknown } = readVariables(source.variables, schema, below);
  const problems: Problem[] = unknown.map(({ variable, nearest }) =>
    problemAt(source.originOf(variable), [], 'no setting has this name', { found: variable, nearest }),
  );
  const secrets: string[] = [];
  const saidBy = new Map<string, Setting>();
  let tree: Tree = {};
  for (const setting of settings) {
    const key = JSON.stringify(setting.path);
    const other = saidBy.get(key);
    if (other !== undefined) {
      problems.push(
        problemAt(source.originOf(setting.variable), setting.path, `${other.variable} sets the same`, {
          hint: 'Remove one of them.',
        }),
      );
      continue;
    }
    saidBy.set(key, setting);
    const file = setting.fromFile ? resolve(source.folder, setting.text) : undefined;
    const text = file === undefined ? setting.text : await readSecret(file);
    if (text === undefined) {
      problems.push(problemAt(source.originOf(setting.variable), setting.path, `the file "${file}" cannot be read`));
      continue;
    }
    if (setting.fromFile) secrets.push(text);
    const place = placeAt(schema, setting.path);
    tree = withValue(tree, setting.path, place === undefined || setting.fromFile ? text : readText(text, place));
  }
  const originOf = (path: Path): Origin => {
    for (let length = path.length; length > 0; length -= 1) {
      const setting = saidBy.get(JSON.stringify(path.slice(0, length)));
      if (setting !== undefined) return source.originOf(setting.variable);
    }
    return { kind: 'nowhere' };
  };
  return { tree: withAbsolutePaths(tree, schema, source.folder), originOf, problems, secrets };
}

/** Who said what stands at a path: the highest layer that has it, or that has what lies around it. */
export function originIn(layers: readonly Layer[], path: Path): Origin {
  for (let length = path.length; length > 0; length -= 1) {
    const around = path.slice(0, length);
    const layer = layers.findLast(({ tree }) => valueAt(tree, around) !== undefined);
    if (layer !== undefined) return layer.originOf(around);
  }
  return layers[0]?.originOf([]) ?? { kind: 'nowhere' };
}

/** The password of an address, as it is written and as it is meant: a server may name it in either way. */
function passwordIn(text: string): readonly string[] {
  const [, written] = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*?:(.*)@/i.exec(text) ?? [];
  if (written === undefined) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written]; // A % that is none of an address: it is told as a problem of its own.
  }
}

/** All texts that stand where secrets do, and the passwords of addresses among them. */
export function secretsIn(tree: Tree, schema: Tree): readonly string[] {
  const secrets: string[] = [];
  mapValues(tree, (value, path) => {
    if (typeof value === 'string' && isSecret(schema, path)) secrets.push(value, ...passwordIn(value));
    return value;
  });
  return secrets;
}
