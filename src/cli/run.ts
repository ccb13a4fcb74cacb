import { loadConfiguration, type ValidConfiguration } from '../config/load-configuration.ts';
import { problemsText } from '../config/problem.ts';
import { Logging } from '../kernel/logging.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import { Runtime } from '../runtime/runtime.ts';
import { ownPackage } from './own-package.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';

export interface RunOptions {
  readonly config?: string;
  readonly apps?: string;
  readonly data?: string;
  readonly app?: readonly string[];
  readonly logLevel?: string;
  readonly simulate?: boolean;
}

function openLogging({ configuration, secrets }: ValidConfiguration, clock: SystemClock, at: Surroundings): Logging {
  const { level, levels, format, file, rotate } = configuration.logging;
  const apps = Object.entries(configuration.apps).flatMap(([name, { logLevel }]) =>
    logLevel === undefined ? [] : [[`app.${name}`, logLevel] as const],
  );
  return new Logging({
    clock,
    level,
    levels: { ...Object.fromEntries(apps), ...levels },
    format: format === 'auto' ? (at.interactive ? 'pretty' : 'json') : format,
    colors: at.interactive && (at.environment['NO_COLOR'] ?? '') === '',
    file: file === undefined ? undefined : { path: file, ...rotate },
    hide: secrets,
  });
}

/** `hassette run`: the daemon, until it is told to stop or cannot go on. */
export async function run(options: RunOptions, at: Surroundings): Promise<number> {
  let stop: (() => void) | undefined;
  let requests = 0;
  const forget = at.onStopRequest((signal) => {
    requests += 1;
    if (requests > 1) at.exit(exitCodes.interrupted);
    at.say(`${signal}: stopping. A second one ends at once.`);
    stop?.();
  });
  try {
    const loaded = await loadConfiguration({
      folder: at.folder,
      environment: at.environment,
      flags: { ...options, only: options.app },
    });
    if (loaded.kind === 'invalid') {
      at.say(problemsText(loaded.problems));
      return exitCodes.configuration;
    }
    const { configuration } = loaded;
    const clock = new SystemClock();
    const logging = openLogging(loaded, clock, at);
    try {
      const { apps: appsFolder, data: dataFolder } = configuration.paths;
      const runtime = Runtime.create({
        configuration,
        appsFolder,
        dataFolder,
        clock,
        logging,
        version: ownPackage().version,
      });
      stop = () => void runtime.stop();
      if (requests > 0) return exitCodes.done;
      logging.logger('hassette').info({ sources: loaded.sources }, 'configuration read');
      // What ends a start is told by `ended` as well, together with the exit code that is right for it.
      const [started] = await Promise.allSettled([runtime.start()]);
      if (started.status === 'rejected') await runtime.stop();
      return (await runtime.ended).exitCode;
    } finally {
      await logging.close();
    }
  } finally {
    forget();
  }
}
