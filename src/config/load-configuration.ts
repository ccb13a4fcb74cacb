import { resolve } from 'node:path';
import { HIDDEN } from '../kernel/redaction.ts';
import {
  appProblems,
  missingAppsFolder,
  missingAuthorities,
  missingConfiguration,
  selectionProblems,
} from './cross-checks.ts';
import { jsonSchema } from './json-schema.ts';
import type { Problem } from './problem.ts';
import { schemaProblems } from './schema-problems.ts';
import { ConfigurationSchema, type Configuration } from './schema.ts';
import { gatherSources, type ConfigurationRequest, type Gathered } from './sources.ts';
import { isTree, type Tree } from './tree.ts';

export type LoadedConfiguration = ValidConfiguration | InvalidConfiguration;

type Reading = Pick<Gathered, 'file' | 'folder' | 'sources' | 'secrets' | 'originOf'>;

export interface ValidConfiguration extends Reading {
  readonly kind: 'valid';
  readonly configuration: Configuration;
}

export interface InvalidConfiguration extends Reading {
  readonly kind: 'invalid';
  readonly problems: readonly Problem[];
  /** The parts that are right by themselves, for those who can do something with them. */
  readonly usable: UsableParts;
}

export type UsableParts = Partial<Pick<Configuration, 'homes' | 'paths' | 'apps' | 'simulate'>>;

type Apps = Configuration['apps'];

/** The apps, of which only those asked for are to start. */
function selected(apps: Apps, only: readonly string[] | undefined): Apps {
  if (only === undefined) return apps;
  return Object.fromEntries(
    Object.entries(apps).map(([name, app]) => [name, { ...app, enabled: only.includes(name) }]),
  );
}

/** An app, or as much of it as its class and its own configuration can be checked with. */
function usableApp(name: string, app: unknown): Apps {
  const { apps } = ConfigurationSchema.shape;
  const whole = apps.safeParse({ [name]: app }).data;
  if (whole !== undefined || !isTree(app)) return whole ?? {};
  const { class: itsClass, config, enabled } = app;
  return apps.safeParse({ [name]: { class: itsClass, config, enabled } }).data ?? {};
}

/** What of a tree is right by itself: sections, and each app. */
function usableParts(tree: Tree): UsableParts {
  const { shape } = ConfigurationSchema;
  const entries = isTree(tree['apps']) ? Object.entries(tree['apps']) : [];
  const apps = entries.map(([name, app]) => usableApp(name, app));
  const paths = shape.paths.safeParse(tree['paths']).data;
  const simulate = shape.simulate.safeParse(tree['simulate']).data;
  const homes = shape.homes.safeParse(tree['homes']).data;
  return {
    apps: Object.assign({}, ...apps),
    ...(homes === undefined ? {} : { homes }),
    ...(paths === undefined ? {} : { paths }),
    ...(simulate === undefined ? {} : { simulate }),
  };
}

/** Where a problem stands in the file, as a number; what stands elsewhere comes last. */
function placeInFile({ origin }: Problem): number {
  if (origin.kind !== 'file' || origin.line === undefined) return Number.MAX_SAFE_INTEGER;
  return origin.line * 10_000 + (origin.column ?? 0);
}

/** First what is wrong with the file, from its top to its end. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((left, right) => placeInFile(left) - placeInFile(right));
}

function withoutSecrets(problem: Problem, secrets: readonly string[]): Problem {
  const hide = (text: string): string => secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
  const texts = Object.entries(problem).map(([key, value]): [string, unknown] => [
    key,
    typeof value === 'string' ? hide(value) : value,
  ]);
  return { ...problem, ...Object.fromEntries(texts) };
}

/**
 * Reads the configuration from all its sources and checks it. What a higher source says counts: command line, then
 * environment (`HASSETTE_…`), then the `.env` beside the configuration file, then the file, then the defaults.
 *
 * It never throws for what a person wrote: everything that is wrong comes back at once.
 */
export async function loadConfiguration(request: ConfigurationRequest): Promise<LoadedConfiguration> {
  const schema = jsonSchema();
  const gathered = await gatherSources(request, schema);
  const { tree, originOf, fileKind, file, folder, sources, secrets } = gathered;
  const only = request.flags?.only;
  const complete = <Parts extends UsableParts>(parts: Parts): Parts => ({
    ...parts,
    ...(parts.paths && { paths: { apps: resolve(folder, parts.paths.apps), data: resolve(folder, parts.paths.data) } }),
    ...(parts.apps && { apps: selected(parts.apps, only) }),
  });
  const problems = [...gathered.problems];
  const parsed = ConfigurationSchema.safeParse(tree);
  const usable: UsableParts = complete(parsed.success ? parsed.data : usableParts(tree));

  if (fileKind === 'none' && tree['homes'] === undefined) {
    problems.push(missingConfiguration(folder));
  } else if (fileKind !== 'problems') {
    // A variable that is not set is told as such, and not for what its name looks like in its place.
    const told = new Set(problems.map(({ path }) => path));
    const issues = parsed.success ? [] : parsed.error.issues;
    problems.push(
      ...schemaProblems(issues, { schema, tree, originOf }).filter(({ path }) => path === '' || !told.has(path)),
    );
    problems.push(...appProblems(tree, originOf));
    problems.push(...selectionProblems(only ?? [], isTree(tree['apps']) ? Object.keys(tree['apps']) : []));
    problems.push(...(await missingAuthorities(tree, originOf)));
    problems.push(...(await missingAppsFolder(usable, originOf)));
  }
  const reading: Reading = { file, folder, sources, secrets, originOf };
  if (parsed.success && problems.length === 0) {
    return { kind: 'valid', ...reading, configuration: complete(parsed.data) };
  }
  return {
    kind: 'invalid',
    ...reading,
    usable,
    problems: inOrder(problems).map((problem) => withoutSecrets(problem, secrets)),
  };
}
