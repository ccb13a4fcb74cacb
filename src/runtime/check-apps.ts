import { checkAppConfig, checkDefaults, homeReferences, type HomeReference } from '../apps/app-config.ts';
import { appHomeName, appSchema } from '../apps/app.ts';
import { AppLoader } from '../apps/app-loader.ts';
import { chooseHome, unknownHome } from '../apps/home-choice.ts';
import { problemAt, type Origin, type Problem } from '../config/problem.ts';
import type { AppConfiguration } from '../config/schema.ts';
import type { Path } from '../config/tree.ts';
import type { Clock } from '../kernel/clock.ts';
import { HassetteError } from '../kernel/errors.ts';

export interface AppsToCheck {
  readonly apps: Readonly<Record<string, AppConfiguration>>;
  readonly appsFolder: string;
  /** The names of the homes; none where they are not known. */
  readonly homes: readonly string[];
  readonly clock: Clock;
  /** Who said what stands in the configuration. */
  readonly originOf: (path: Path) => Origin;
}

/** What was found out about an app without starting it. */
export interface CheckedApp {
  readonly name: string;
  /** Where its class is, as `file.ts#Name`. */
  readonly class: string | undefined;
  /** The home that it works on. */
  readonly home: string | undefined;
  readonly problems: readonly Problem[];
  /** What of the home its configuration names. */
  readonly references: readonly HomeReference[];
}

function told(error: unknown, origin: Origin, path: Path): Problem {
  const hint = error instanceof HassetteError ? error.hint : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return problemAt(origin, path, message.replace(/\.$/, ''), { hint });
}

/** The home that an app works on. One that the configuration names has been looked for there already. */
function checkHomeOf(
  name: string,
  configured: string | undefined,
  ofClass: string | undefined,
  { homes, originOf }: AppsToCheck,
): Pick<CheckedApp, 'home' | 'problems'> {
  const named = configured ?? ofClass;
  if (configured !== undefined || homes.length === 0) return { home: named, problems: [] };
  const path = ofClass === undefined ? ['apps', name] : ['apps', name, 'class'];
  try {
    return { home: chooseHome({ app: name, configured, ofClass }, homes), problems: [] };
  } catch (error) {
    return { home: named, problems: [told(error, originOf(path), path)] };
  }
}

/** Homes that a schema names and that are not configured. */
function homesMissing(
  name: string,
  references: readonly HomeReference[],
  { homes, originOf }: AppsToCheck,
): readonly Problem[] {
  if (homes.length === 0) return [];
  return references.flatMap(({ home, path }) => {
    if (home === undefined || homes.includes(home)) return [];
    const error = unknownHome(home, homes, { hint: 'The schema of its class says so.' });
    const at = ['apps', name, 'config'];
    const problem = told(error, originOf(at), at);
    return [{ ...problem, path: `${problem.path}.${path}` }];
  });
}

async function checkApp(
  name: string,
  app: AppConfiguration,
  loader: AppLoader,
  toCheck: AppsToCheck,
): Promise<CheckedApp> {
  const { originOf } = toCheck;
  const path = ['apps', name];
  const classPath = [...path, 'class'];
  try {
    const { appClass, file, name: exported } = await loader.find(app.class);
    const { home, problems } = checkHomeOf(name, app.home, appClass[appHomeName], toCheck);
    const found = { name, class: `${file}#${exported}`, home };
    const schema = appClass[appSchema];
    // Without a schema nothing reads the configuration: whatever stands there is in vain, and harms nobody.
    if (schema === undefined) return { ...found, problems, references: [] };
    checkDefaults(schema, exported);
    const checked = await checkAppConfig(schema, app.config, [...path, 'config'], originOf);
    const references = homeReferences(schema, app.config);
    return {
      ...found,
      problems: [
        ...problems,
        ...(checked.kind === 'right' ? [] : checked.problems),
        ...homesMissing(name, references, toCheck),
      ],
      references,
    };
  } catch (error) {
    const problems = [told(error, originOf(classPath), classPath)];
    return { name, class: undefined, home: app.home, problems, references: [] };
  }
}

/** Loads the class of each app that is to start and holds its configuration against its schema. Nothing is started. */
export async function checkApps(toCheck: AppsToCheck): Promise<readonly CheckedApp[]> {
  const { apps, appsFolder, clock } = toCheck;
  using loader = new AppLoader({ folder: appsFolder, clock });
  const checked: CheckedApp[] = [];
  for (const [name, app] of Object.entries(apps)) {
    if (app.enabled) checked.push(await checkApp(name, app, loader, toCheck));
  }
  return checked;
}
