import { nearest } from '../kernel/nearest.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import { askDaemon } from '../runtime/control-socket.ts';
import type { Reconnecting } from '../runtime/homes.ts';
import { exitCodes, type Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { type DaemonOptions, withDaemon } from './with-daemon.ts';

export interface ReconnectOptions extends Omit<DaemonOptions, 'quiet'> {
  readonly json?: boolean;
}

/** `hassette reconnect`: has the daemon of a data folder try at once to connect to homes that are away. */
export function reconnect(home: string | undefined, options: ReconnectOptions, at: Surroundings): Promise<number> {
  return withDaemon(options, at, async (dataFolder) => {
    const question = { ask: 'reconnect', ...(home !== undefined && { home }) } as const;
    // What answers is a daemon, which gives its own kind of answer or refuses the question.
    const answer = (await askDaemon(dataFolder, question, new SystemClock())) as Reconnecting;
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
  });
}
