import { loadConfiguration } from '../config/load-configuration.ts';
import { DaemonNotRunning } from '../runtime/control-socket.ts';
import { sayError } from './say-error.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';

/** How a command finds the daemon that it asks something. */
export interface DaemonOptions {
  readonly config?: string;
  readonly data?: string;
  /** Says nothing of why there is none. */
  readonly quiet?: boolean;
}

/**
 * Talks to the daemon of a data folder, and gives the exit code. Where there is none, that is said.
 *
 * What else is wrong with the configuration is no matter here: the daemon may be running for weeks on another one.
 */
export async function withDaemon(
  options: DaemonOptions,
  at: Surroundings,
  talk: (dataFolder: string) => Promise<number>,
): Promise<number> {
  const loaded = await loadConfiguration({ folder: at.folder, environment: at.environment, flags: options });
  const paths = loaded.kind === 'valid' ? loaded.configuration.paths : loaded.usable.paths;
  if (paths === undefined) {
    if (options.quiet !== true)
      at.say('The configuration does not say where the data folder is; name it by --data FOLDER.');
    return exitCodes.configuration;
  }
  try {
    return await talk(paths.data);
  } catch (error) {
    if (!(error instanceof DaemonNotRunning)) throw error;
    if (options.quiet !== true) sayError(at, error);
    return exitCodes.failed;
  }
}
