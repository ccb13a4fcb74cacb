import { loadConfiguration, type LoadedConfiguration } from '../config/load-configuration.ts';
import { problemText, type Problem } from '../config/problem.ts';
import type { Configuration } from '../config/schema.ts';
import { Logging } from '../kernel/logging.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import type { CheckedApp } from '../runtime/check-apps.ts';
import type { CheckedHome, NamedReference } from '../runtime/check-home.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';

export interface CheckOptions {
  readonly config?: string;
  readonly apps?: string;
  readonly app?: readonly string[];
  readonly home?: boolean;
  readonly simulate?: boolean;
  readonly json?: boolean;
}

/** A real one may be starting, and a large one takes its time to say all it has. */
const homeLimitMs = 30_000;

interface Report {
  readonly problems: readonly Problem[];
  readonly apps: readonly CheckedApp[];
  readonly homes: readonly CheckedHome[];
}

async function appsOf(loaded: LoadedConfiguration, clock: SystemClock): Promise<readonly CheckedApp[]> {
  const { paths, apps = {} } = loaded.kind === 'valid' ? loaded.configuration : loaded.usable;
  // A folder that is not there is a problem of the configuration, and told as one.
  const noFolder = loaded.kind === 'invalid' && loaded.problems.some(({ path }) => path === 'paths.apps');
  if (paths === undefined || noFolder) return [];
  const { checkApps } = await import('../runtime/check-apps.ts');
  return checkApps({ apps, appsFolder: paths.apps, clock, originOf: loaded.originOf });
}

/** The home that an app works on: the one that is named, the only one, or `default`. */
function homeOf(app: CheckedApp, homes: readonly string[]): string {
  const only = homes.length === 1 ? homes[0] : undefined;
  return app.home ?? only ?? 'default';
}

function referencesTo(home: string, apps: readonly CheckedApp[], homes: readonly string[]): readonly NamedReference[] {
  return apps
    .filter((app) => homeOf(app, homes) === home)
    .flatMap(({ name, references }) =>
      references.map(({ path, ...reference }) => ({ ...reference, at: `apps.${name}.config.${path}` })),
    );
}

async function homesOf(
  { homes, connection, simulate }: Pick<Configuration, 'homes' | 'connection' | 'simulate'>,
  apps: readonly CheckedApp[],
  clock: SystemClock,
  at: Surroundings,
): Promise<readonly CheckedHome[]> {
  const { checkHome } = await import('../runtime/check-home.ts');
  const logging = new Logging({ clock, format: 'silent' });
  const checked: CheckedHome[] = [];
  for (const [name, home] of Object.entries(homes)) {
    at.say(`Asking home "${name}"${home === 'simulated' ? ', which is simulated,' : ` at ${home.url}`} …`);
    const references = referencesTo(name, apps, Object.keys(homes));
    checked.push(
      await checkHome(
        { name, home, simulate, references, limitMs: homeLimitMs, connectTimeoutMs: connection.connectTimeoutMs },
        { clock, logging },
      ),
    );
  }
  return checked;
}

function homeText(home: CheckedHome): string {
  if (home.kind === 'failed') {
    const { message, hint } = home.problem;
    return `  home "${home.name}"\n    ${message}.${hint === undefined ? '' : ` ${hint}`}`;
  }
  return home.missing
    .map(
      ({ at, message, nearest }) =>
        `  ${at}\n    ${message}.${nearest === undefined ? '' : ` Did you mean "${nearest}"?`}`,
    )
    .join('\n');
}

function wrongHomes(homes: readonly CheckedHome[]): readonly CheckedHome[] {
  return homes.filter((home) => home.kind === 'failed' || home.missing.length > 0);
}

function sayReport(report: Report, at: Surroundings): void {
  const { problems, apps, homes } = report;
  const wrong = wrongHomes(homes);
  if (problems.length > 0) {
    at.say(problems.length === 1 ? 'There is an error:' : `There are ${problems.length} errors:`);
    for (const problem of problems) at.say(`  ${problemText(problem)}`);
  }
  if (wrong.length > 0) {
    at.say('Asking the home did not go well:');
    for (const home of wrong) at.say(homeText(home));
  }
  if (problems.length > 0 || wrong.length > 0) return;
  const asked =
    homes.length === 0 ? '' : `, ${homes.length === 1 ? 'the home answers' : `${homes.length} homes answer`}`;
  at.say(
    `The configuration is right, and so ${apps.length === 1 ? 'is its app' : `are its ${apps.length} apps`}${asked}.`,
  );
}

/** `hassette check`: everything that can be known to be wrong without starting anything. */
export async function check(options: CheckOptions, at: Surroundings): Promise<number> {
  const clock = new SystemClock();
  const loaded = await loadConfiguration({
    folder: at.folder,
    environment: at.environment,
    flags: { ...options, only: options.app },
  });
  const apps = await appsOf(loaded, clock);
  const problems = [...(loaded.kind === 'valid' ? [] : loaded.problems), ...apps.flatMap((app) => app.problems)];
  const askHomes = options.home === true && loaded.kind === 'valid';
  const homes = askHomes ? await homesOf(loaded.configuration, apps, clock, at) : [];
  const report: Report = { problems, apps, homes };
  if (options.json === true) at.print(JSON.stringify(report, undefined, 2));
  else sayReport(report, at);
  if (problems.length > 0) return exitCodes.configuration;
  return wrongHomes(homes).length > 0 ? exitCodes.failed : exitCodes.done;
}
