import { loadConfiguration } from '../config/load-configuration.ts';
import { nearest } from '../kernel/nearest.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import { askDaemon, DaemonNotRunning } from '../runtime/control-socket.ts';
import type { Reconnecting } from '../runtime/homes.ts';
import { sayError } from './say-error.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';
import { table } from './table.ts';

export interface ReconnectOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** `hassette reconnect`: has the daemon of a data folder try at once to connect to homes that are away. */
export async function reconnect(
  home: string | undefined,
  options: ReconnectOptions,
  at: Surroundings,
): Promise<number> {
  const loaded = await loadConfiguration({ folder: at.folder, environment: at.environment, flags: options });
  const paths = loaded.kind === 'valid' ? loaded.configuration.paths : loaded.usable.paths;
  if (paths === undefined) {
    at.say('The configuration does not say where the data folder is; name it by --data FOLDER.');
    return exitCodes.configuration;
  }
  try {
    const question = { ask: 'reconnect', ...(home !== undefined && { home }) } as const;
    // What answers is a daemon, which gives its own kind of answer or refuses the question.
    const answer = (await askDaemon(paths.data, question, new SystemClock())) as Reconnecting;
    if (answer.kind === 'unknown-home') {
      const meant = nearest(answer.home, answer.homes);
      const advice = meant === undefined ? `It has: ${answer.homes.join(', ')}.` : `Did you mean "${meant}"?`;
      at.say(`The daemon has no home "${answer.home}". ${advice}`);
      return exitCodes.configuration;
    }
    const { homes } = answer;
    const rows = homes.map(({ name, phase, tried }) => [name, phase, tried ? 'is tried now' : 'is left alone']);
    at.print(options.json === true ? JSON.stringify({ homes }, undefined, 2) : table(rows));
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof DaemonNotRunning)) throw error;
    sayError(at, error);
    return exitCodes.failed;
  }
}
