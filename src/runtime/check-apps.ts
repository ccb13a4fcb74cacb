import { checkAppConfig, checkDefaults, homeReferences, type HomeReference } from '../apps/app-config.ts';
import { appHomeName, appSchema } from '../apps/app.ts';
import { AppLoader } from '../apps/app-loader.ts';
import { problemAt, type Origin, type Problem } from '../config/problem.ts';
import type { AppConfiguration } from '../config/schema.ts';
import type { Path } from '../config/tree.ts';
import type { Clock } from '../kernel/clock.ts';
import { HassetteError } from '../kernel/errors.ts';

export interface AppsToCheck {
  readonly apps: Readonly<Record<string, AppConfiguration>>;
  readonly appsFolder: string;
  readonly clock: Clock;
  /** Who said what stands in the configuration. */
  readonly originOf: (path: Path) => Origin;
}

/** What was found out about an app without starting it. */
export interface CheckedApp {
  readonly name: string;
  /** Where its class is, as `file.ts#Name`. */
  readonly class: string | undefined;
  /** The home it names, or its class does. */
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

async function checkApp(
  name: string,
  app: AppConfiguration,
  loader: AppLoader,
  originOf: AppsToCheck['originOf'],
): Promise<CheckedApp> {
  const path = ['apps', name];
  const classPath = [...path, 'class'];
  try {
    const { appClass, file, name: exported } = await loader.find(app.class);
    const found = { name, class: `${file}#${exported}`, home: app.home ?? appClass[appHomeName] };
    const schema = appClass[appSchema];
    // Without a schema nothing reads the configuration: whatever stands there is in vain, and harms nobody.
    if (schema === undefined) return { ...found, problems: [], references: [] };
    checkDefaults(schema, exported);
    const checked = await checkAppConfig(schema, app.config, [...path, 'config'], originOf);
    return {
      ...found,
      problems: checked.kind === 'right' ? [] : checked.problems,
      references: homeReferences(schema, app.config),
    };
  } catch (error) {
    const problems = [told(error, originOf(classPath), classPath)];
    return { name, class: undefined, home: app.home, problems, references: [] };
  }
}

/** Loads the class of each app that is to start and holds its configuration against its schema. Nothing is started. */
export async function checkApps({ apps, appsFolder, clock, originOf }: AppsToCheck): Promise<readonly CheckedApp[]> {
  using loader = new AppLoader({ folder: appsFolder, clock });
  const checked: CheckedApp[] = [];
  for (const [name, app] of Object.entries(apps)) {
    if (app.enabled) checked.push(await checkApp(name, app, loader, originOf));
  }
  return checked;
}
