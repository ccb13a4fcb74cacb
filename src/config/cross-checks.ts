import { access, constants, stat } from 'node:fs/promises';
import { nearest } from '../kernel/nearest.ts';
import { problemAt, type Origin, type Problem } from './problem.ts';
import type { Configuration } from './schema.ts';
import { isTree, type Path, type Tree } from './tree.ts';

/** The values of one key in each of a section's entries, whatever else is wrong with those. */
function textsIn(section: unknown, key: string): readonly (readonly [string, string])[] {
  if (!isTree(section)) return [];
  return Object.entries(section).flatMap(([name, entry]) => {
    const text = isTree(entry) ? entry[key] : undefined;
    return typeof text === 'string' ? [[name, text] as const] : [];
  });
}

/** Apps whose home is not configured. */
export function appProblems(tree: Tree, originOf: (path: Path) => Origin): readonly Problem[] {
  const homes = isTree(tree['homes']) ? Object.keys(tree['homes']) : [];
  const expected = homes.map((home) => `"${home}"`).join(', ');
  return textsIn(tree['apps'], 'home').flatMap(([name, home]) => {
    if (homes.length === 0 || homes.includes(home)) return [];
    const path = ['apps', name, 'home'];
    const message = `there is no home "${home}", only ${expected}`;
    return [problemAt(originOf(path), path, message, { found: home, expected, nearest: nearest(home, homes) })];
  });
}

/** Apps asked for on the command line that are not configured. */
export function selectionProblems(only: readonly string[], apps: readonly string[]): readonly Problem[] {
  return only
    .filter((name) => !apps.includes(name))
    .map((name) =>
      problemAt({ kind: 'command line', flag: '--app' }, ['apps', name], `no app of this name is configured`, {
        found: name,
        expected: apps.join(', '),
        nearest: nearest(name, apps),
      }),
    );
}

/** Files of certificates that are not there, or not ours to read. */
export async function missingAuthorities(tree: Tree, originOf: (path: Path) => Origin): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const storage = textsIn({ storage: tree['storage'] }, 'ca').map(([, file]) => [['storage', 'ca'], file] as const);
  const homes = textsIn(tree['homes'], 'ca').map(([home, file]) => [['homes', home, 'ca'], file] as const);
  for (const [path, file] of [...homes, ...storage]) {
    if (await isReadableFile(file)) continue;
    problems.push(
      problemAt(originOf(path), path, `there is no file "${file}" that can be read`, {
        found: file,
        expected: 'a PEM file with certificates',
      }),
    );
  }
  return problems;
}

async function isReadableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return (await stat(path)).isFile();
  } catch {
    return false; // Not there, or not ours, which is the answer.
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // As above.
  }
}

export function missingConfiguration(folder: string): Problem {
  return problemAt({ kind: 'nowhere' }, [], `there is no configuration in "${folder}"`, {
    expected: 'hassette.yaml, .toml, .json or .ts, there or in config/ there',
    hint: 'Name it with --config, let `hassette init DIR` make one, or try `hassette run --simulate`.',
  });
}

export async function missingAppsFolder(
  { paths, apps = {} }: Partial<Pick<Configuration, 'paths' | 'apps'>>,
  originOf: (path: Path) => Origin,
): Promise<readonly Problem[]> {
  const wanted = Object.values(apps).some(({ enabled }) => enabled);
  if (paths === undefined || !wanted || (await isFolder(paths.apps))) return [];
  const hint = 'Make it and put your apps there, or say where they are with --apps or in "paths.apps".';
  return [
    problemAt(originOf(['paths', 'apps']), ['paths', 'apps'], `there is no folder "${paths.apps}"`, {
      found: paths.apps,
      expected: 'a folder with apps',
      hint,
    }),
  ];
}
