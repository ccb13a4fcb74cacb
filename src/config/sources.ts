import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { readConfigurationFile, type ConfigurationFile } from './configuration-file.ts';
import { fileOrigin } from './file-formats.ts';
import { flagLayer, type Flags } from './flags.ts';
import { interpolate, referencedVariables, type Variable } from './interpolate.ts';
import {
  originIn,
  secretsIn,
  variableLayer,
  withAbsolutePaths,
  withoutNothing,
  type Layer,
  type VariableSource,
} from './layer.ts';
import { problemAt, type Origin, type Problem } from './problem.ts';
import { isTree, merge, type Path, type Tree } from './tree.ts';

export interface ConfigurationRequest {
  /** The current folder: where to look for a file, and what relative paths of environment and command line count from. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: Flags | undefined;
}

/** All sources in one tree, not yet held against the schema. */
export interface Gathered {
  readonly tree: Tree;
  readonly originOf: (path: Path) => Origin;
  /** What is wrong with the sources themselves. */
  readonly problems: readonly Problem[];
  readonly fileKind: ConfigurationFile['kind'];
  readonly file: string | undefined;
  /** Where the file lies, and its `.env`. */
  readonly folder: string;
  /** What was read, in words for the log. */
  readonly sources: readonly string[];
  /** Texts that may not be shown or logged. */
  readonly secrets: readonly string[];
}

interface CheckedLayer extends Layer {
  readonly problems: readonly Problem[];
  readonly secrets: readonly string[];
}

/** Shorter texts are found everywhere: hiding them would garble a message and protect nothing. */
const shortestSecret = 4;

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined; // Missing or not ours to read: the caller says what that means.
  }
}

async function readSecret(file: string): Promise<string | undefined> {
  return (await textOf(file))?.trim();
}

/** Finds the variables that a file names: in the environment, else in `.env`, each also by a `…_FILE`. */
async function lookUp(
  names: Iterable<string>,
  sources: readonly VariableSource[],
): Promise<ReadonlyMap<string, Variable>> {
  const found = new Map<string, Variable>();
  for (const name of names) {
    for (const { variables, folder } of sources) {
      const text = variables[name] ?? '';
      const file = variables[`${name}_FILE`] ?? '';
      const fromFile = text === '' && file !== '';
      const value = fromFile ? await readSecret(resolve(folder, file)) : text;
      if (value === undefined || value === '') continue;
      found.set(name, { text: value, fromFile });
      break;
    }
  }
  return found;
}

async function fileLayer(
  source: ConfigurationFile,
  said: Tree,
  schema: Tree,
  variableSources: readonly VariableSource[],
): Promise<CheckedLayer> {
  if (source.kind !== 'found') {
    return {
      tree: {},
      originOf: () => ({ kind: 'nowhere' }),
      problems: source.kind === 'problems' ? source.problems : [],
      secrets: [],
    };
  }
  const folder = dirname(source.file);
  const originOf = (path: Path): Origin => fileOrigin(source.file, source.document.locate(path));
  const variables = await lookUp(referencedVariables(said), variableSources);
  const { tree, unset, secrets } = interpolate(said, schema, (name) => variables.get(name));
  const problems = unset.map(({ variable, path }) =>
    problemAt(originOf(path), path, `the variable ${variable} is not set, or empty`, {
      found: 'nothing',
      expected: `a value in the environment variable ${variable}`,
      hint: `Set it in the environment or in "${join(folder, '.env')}", or name a file that holds it in ${variable}_FILE.`,
    }),
  );
  return { tree: withAbsolutePaths(tree, schema, folder), originOf, problems, secrets };
}

/** The names of all homes that a tree has, or the one that is meant without any. */
function homeNames({ homes }: Tree): readonly string[] {
  const names = isTree(homes) ? Object.keys(homes) : [];
  return names.length === 0 ? ['default'] : names;
}

function withoutHomes({ homes: _, ...rest }: Tree): Tree {
  return rest;
}

function withoutHomeVariables({ variables, ...source }: VariableSource): VariableSource {
  const others = Object.entries(variables).filter(([name]) => !name.startsWith('HASSETTE_HOMES'));
  return { ...source, variables: Object.fromEntries(others) };
}

/**
 * Reads every source and puts one over the other: file, `.env`, environment, command line.
 *
 * Simulated homes take the place of the configured ones before anything is made of those, so that their variables need
 * not be set.
 */
export async function gatherSources(
  { folder: current, environment, flags = {} }: ConfigurationRequest,
  schema: Tree,
): Promise<Gathered> {
  const source = await readConfigurationFile(flags.config, current);
  const folder = source.kind === 'found' ? dirname(source.file) : source.folder;
  const dotEnvFile = join(folder, '.env');
  const dotEnvText = await textOf(dotEnvFile);
  const dotEnv: VariableSource = {
    variables: parseEnv(dotEnvText?.replace(/^\uFEFF/, '') ?? ''),
    originOf: (variable) => ({ kind: '.env', file: dotEnvFile, variable }),
    folder,
  };
  const outside: VariableSource = {
    variables: environment,
    originOf: (variable) => ({ kind: 'environment', variable }),
    folder: current,
  };
  const simulate = flags.simulate === true;
  const inFile = source.kind === 'found' ? withoutNothing(source.document.tree, schema) : {};
  const said = simulate ? withoutHomes(inFile) : inFile;
  const settingsOf = (from: VariableSource, below: Tree) =>
    variableLayer(simulate ? withoutHomeVariables(from) : from, schema, below, readSecret);

  const fromFile = await fileLayer(source, said, schema, [outside, dotEnv]);
  const fromDotEnv = await settingsOf(dotEnv, said);
  const fromOutside = await settingsOf(outside, merge(said, fromDotEnv.tree));
  const checked: readonly CheckedLayer[] = [fromFile, fromDotEnv, fromOutside];
  const layers: readonly Layer[] = [...checked, flagLayer(flags, current, simulate ? homeNames(inFile) : [])];
  const tree = layers.reduce<Tree>((merged, layer) => merge(merged, layer.tree), {});
  const secrets = [...checked.flatMap((layer) => layer.secrets), ...secretsIn(tree, schema)];

  return {
    tree,
    originOf: (path) => originIn(layers, path),
    problems: checked.flatMap((layer) => layer.problems),
    fileKind: source.kind,
    file: source.kind === 'found' ? source.file : undefined,
    folder,
    sources: [
      ...(source.kind === 'found' ? [source.file] : []),
      ...(dotEnvText === undefined ? [] : [dotEnvFile]),
      ...(Object.keys(fromOutside.tree).length === 0 ? [] : ['the environment']),
    ],
    // The longest first: one secret may be part of another.
    secrets: [...new Set(secrets)]
      .filter((secret) => secret.length >= shortestSecret && !secret.includes('${'))
      .toSorted((left, right) => right.length - left.length),
  };
}
