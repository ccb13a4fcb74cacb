import { stat } from 'node:fs/promises';
import { nearest } from '../kernel/nearest.ts';
import { problemAt, type Origin, type Problem } from './problem.ts';
import type { AppConfiguration, Configuration } from './schema.ts';
import type { Path } from './tree.ts';

/** Apps whose home is not configured. */
export function appProblems(
  apps: Readonly<Record<string, AppConfiguration>>,
  homes: readonly string[],
  originOf: (path: Path) => Origin,
): readonly Problem[] {
  const expected = homes.map((home) => `"${home}"`).join(', ');
  return Object.entries(apps).flatMap(([name, { home }]) => {
    if (home === undefined || homes.length === 0 || homes.includes(home)) return [];
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

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // Not there, which is the answer.
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
