import { loadConfiguration, type ValidConfiguration } from '../config/load-configuration.ts';
import { problemsText } from '../config/problem.ts';
import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Logger, Logging } from '../kernel/logging.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import { withTimeout } from '../kernel/waiting.ts';
import { Runtime } from '../runtime/runtime.ts';
import { ownPackage } from './own-package.ts';
import { sayError } from './say-error.ts';
import { exitCodes, type StopRequests, type Surroundings } from './surroundings.ts';

/** How long the daemon waits at its end for lines to be written. */
const LOG_CLOSE_LIMIT_MS = 1000;

export interface RunOptions {
  readonly config?: string;
  readonly apps?: string;
  readonly data?: string;
  readonly app?: readonly string[];
  readonly logLevel?: string;
  readonly simulate?: boolean;
  /** A recording that the simulated home begins as. */
  readonly home?: string;
}

function openLogging({ configuration, secrets }: ValidConfiguration, clock: Clock, at: Surroundings): Logging {
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

/** One that has a real home lives in the time of that. */
function tellOfTime({ homes, simulate: { speed, start } }: Configuration, logger: Logger): void {
  const isSimulated = Object.values(homes).map((home) => home === 'simulated');
  if (!isSimulated.includes(true) || !isSimulated.includes(false)) return;
  if (speed === 1 && start === undefined) return;
  logger.warn('simulate.speed and simulate.start are left aside: time passes as it does for the homes that are real');
}

/** A daemon whose homes are all simulated lives in their time. */
async function clockFor({ homes, simulate }: Configuration): Promise<Clock> {
  const clock = new SystemClock();
  if (!Object.values(homes).every((home) => home === 'simulated')) return clock;
  const { demoClock } = await import('./demo-clock.ts');
  return demoClock(clock, simulate);
}

/** `hassette run`: the daemon, until it is told to stop or cannot go on. */
export async function run(options: RunOptions, at: Surroundings, stopRequests: StopRequests): Promise<number> {
  const loaded = await loadConfiguration({
    folder: at.folder,
    environment: at.environment,
    flags: { ...options, only: options.app },
  });
  if (loaded.kind === 'invalid') {
    at.say(problemsText(loaded.problems));
    return exitCodes.configuration;
  }
  const { configuration, sources } = loaded;
  const clock = await clockFor(configuration);
  const logging = openLogging(loaded, clock, at);
  try {
    if (stopRequests.heard) return exitCodes.done;
    const logger = logging.logger('hassette');
    logger.info({ sources }, 'configuration read');
    tellOfTime(configuration, logger);
    const { apps: appsFolder, data: dataFolder } = configuration.paths;
    const version = ownPackage().version;
    const runtime = Runtime.create({ configuration, appsFolder, dataFolder, clock, logging, version });
    stopRequests.whenHeard(() => void runtime.stop());
    const failure = await runtime.start().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (failure !== undefined) await runtime.stop();
    const { exitCode } = await runtime.ended;
    // A start that was called off by a signal has not failed.
    if (failure === undefined || stopRequests.heard || exitCode !== exitCodes.done) return exitCode;
    sayError(at, failure.error);
    return exitCodes.failed;
  } finally {
    await closeInTime(logging);
  }
}

/** What cannot be written by then, to a disk that is stuck say, is tried once more as the process ends. */
async function closeInTime(logging: Logging): Promise<void> {
  try {
    await withTimeout(new SystemClock(), LOG_CLOSE_LIMIT_MS, 'the end of the log', () => logging.close());
  } catch {
    // There is nowhere to tell it.
  }
}
