import { loadConfiguration, type LoadedConfiguration, type UsableParts } from '../config/load-configuration.ts';
import { type Problem, problemAt } from '../config/problem.ts';
import type { Configuration } from '../config/schema.ts';
import { Logging } from '../kernel/logging.ts';
import { nearest } from '../kernel/nearest.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import type { CheckedApp } from '../runtime/check-apps.ts';
import type { CheckedHome, NamedReference } from '../runtime/check-home.ts';
import type { Surroundings } from './surroundings.ts';

export interface ExaminationOptions {
  readonly config?: string | undefined;
  readonly apps?: string | undefined;
  readonly app?: readonly string[] | undefined;
  readonly simulate?: boolean | undefined;
  /** Which homes are asked: those that are named, all or none. */
  readonly homes: readonly string[] | 'all' | 'none';
  /** What named them, for the message where one is not there. */
  readonly flag: string;
}

/** What was found out without starting anything. */
export interface Examination {
  readonly problems: readonly Problem[];
  readonly apps: readonly CheckedApp[];
  /** Those that were asked. */
  readonly homes: readonly CheckedHome[];
}

/** A real one may be starting, and a large one takes its time to say all it has. */
const HOME_LIMIT_MS = 30_000;

/** Looks through configuration and apps, and asks the homes where all of that is right. */
export async function examine(options: ExaminationOptions, at: Surroundings): Promise<Examination> {
  const clock = new SystemClock();
  const { config, apps: appsFolder, simulate, app: only, homes: wanted } = options;
  const flags = { config, apps: appsFolder, simulate, only };
  const loaded = await loadConfiguration({ folder: at.folder, environment: at.environment, flags });
  const parts: UsableParts = loaded.kind === 'valid' ? loaded.configuration : loaded.usable;
  const apps = await appsOf(loaded, parts, clock);
  const problems = [
    ...(loaded.kind === 'valid' ? [] : loaded.problems),
    ...apps.flatMap((app) => app.problems),
    ...(Array.isArray(wanted) ? unknownHomes(wanted, Object.keys(parts.homes ?? {}), options.flag) : []),
  ];
  const asks = wanted !== 'none' && loaded.kind === 'valid' && !problems.some(isOfCommandLine);
  return { problems, apps, homes: asks ? await askHomes(loaded.configuration, wanted, apps, clock, at) : [] };
}

export function isWrong(home: CheckedHome): boolean {
  return home.kind === 'failed' || home.missing.length > 0;
}

/** What is wrong with a home, a thing each: where, and what. */
export function wrongsOf(home: CheckedHome): readonly { readonly where: string; readonly what: string }[] {
  if (home.kind === 'failed') {
    const { message, hint } = home.problem;
    return [{ where: `home "${home.name}"`, what: `${message}.${hint === undefined ? '' : ` ${hint}`}` }];
  }
  return home.missing.map(({ at, message, nearest: meant }) => ({
    where: at,
    what: `${message}.${meant === undefined ? '' : ` Did you mean "${meant}"?`}`,
  }));
}

async function appsOf(
  loaded: LoadedConfiguration,
  { paths, apps = {}, homes = {} }: UsableParts,
  clock: SystemClock,
): Promise<readonly CheckedApp[]> {
  // A folder that is not there is a problem of the configuration, and told as one.
  const noFolder = loaded.kind === 'invalid' && loaded.problems.some(({ path }) => path === 'paths.apps');
  if (paths === undefined || noFolder) return [];
  const { checkApps } = await import('../runtime/check-apps.ts');
  const { originOf } = loaded;
  return checkApps({ apps, appsFolder: paths.apps, homes: Object.keys(homes), clock, originOf });
}

function unknownHomes(wanted: readonly string[], homes: readonly string[], flag: string): readonly Problem[] {
  // Where the homes are not known, what is wrong with them is told.
  if (homes.length === 0) return [];
  return wanted
    .filter((name) => !homes.includes(name))
    .map((name) =>
      problemAt({ kind: 'command line', flag }, ['homes', name], 'no home of this name is configured', {
        found: name,
        expected: homes.join(', '),
        nearest: nearest(name, homes),
      }),
    );
}

function isOfCommandLine({ origin, path }: Problem): boolean {
  return origin.kind === 'command line' && path.startsWith('homes.');
}

async function askHomes(
  { homes, connection, simulate }: Pick<Configuration, 'homes' | 'connection' | 'simulate'>,
  wanted: readonly string[] | 'all' | 'none',
  apps: readonly CheckedApp[],
  clock: SystemClock,
  at: Surroundings,
): Promise<readonly CheckedHome[]> {
  const { checkHome } = await import('../runtime/check-home.ts');
  const logging = new Logging({ clock, format: 'silent' });
  const asked = Object.entries(homes).filter(([name]) => !Array.isArray(wanted) || wanted.includes(name));
  for (const [name, home] of asked) {
    at.say(`Asking home "${name}"${home === 'simulated' ? ', which is simulated,' : ` at ${home.url}`} …`);
  }
  // One that does not answer is waited for once, and not before each of the others.
  return Promise.all(
    asked.map(([name, home]) =>
      checkHome(
        {
          ...{ name, home, simulate, references: referencesTo(name, apps) },
          limitMs: HOME_LIMIT_MS,
          connectTimeoutMs: connection.connectTimeoutMs,
        },
        { clock, logging },
      ),
    ),
  );
}

function referencesTo(home: string, apps: readonly CheckedApp[]): readonly NamedReference[] {
  return apps.flatMap(({ name, home: ownHome, references }) =>
    references
      .filter((reference) => (reference.home ?? ownHome) === home)
      .map(({ path, ...reference }) => ({ ...reference, at: `apps.${name}.config.${path}` })),
  );
}
