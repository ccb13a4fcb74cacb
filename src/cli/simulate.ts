import { loadConfiguration } from '../config/load-configuration.ts';
import { problemsText } from '../config/problem.ts';
import type { Configuration } from '../config/schema.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import { type LivingHome, livingHome } from '../runtime/living-home.ts';
import { SimulatorServer } from '../simulator/socket-server.ts';
import { demoClock } from './demo-clock.ts';
import { exitCodes, type StopRequests, type Surroundings } from './surroundings.ts';
import { table } from './table.ts';

export interface SimulateOptions extends Partial<Configuration['simulate']> {
  readonly config?: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

function listEntities(living: LivingHome, { json }: SimulateOptions, at: Surroundings): void {
  living.step();
  const entities = [...living.home.states.all()].toSorted((left, right) => (left.entityId < right.entityId ? -1 : 1));
  if (json === true) {
    const states = entities.map(({ entityId, state, attributes }) => [entityId, { state, attributes }]);
    at.print(JSON.stringify(Object.fromEntries(states), undefined, 2));
  } else {
    at.print(table(entities.map(({ entityId, state }) => [entityId, state])));
  }
}

/** Keeps the home on its port until somebody wants an end of it. */
async function serve(
  living: LivingHome,
  simulated: Configuration['simulate'],
  json: boolean,
  at: Surroundings,
  stopRequests: StopRequests,
): Promise<number> {
  const stopped = new Promise<void>((resolve) => stopRequests.whenHeard(resolve));
  const server = await SimulatorServer.listen(living.home, { host: simulated.host, port: simulated.port });
  const { url, wsUrl } = server;
  const { token, userToken } = living.home;
  living.start();
  at.print(
    json
      ? JSON.stringify({ url, wsUrl, token, userToken })
      : table([
          ['url', url],
          ['token', token],
        ]),
  );
  const whose = simulated.home === undefined ? 'Two people live in it.' : `It begins as ${simulated.home} says.`;
  at.say(`${whose} Ctrl+C ends it.`);
  await stopped;
  living.stop();
  await server.close();
  return exitCodes.done;
}

/** `hassette simulate`: the simulated home for clients of any kind, or what is in it. */
export async function simulate(
  options: SimulateOptions,
  at: Surroundings,
  stopRequests: StopRequests,
): Promise<number> {
  const loaded = await loadConfiguration({
    folder: at.folder,
    environment: at.environment,
    flags: { ...options, simulate: true },
  });
  // What is wrong with apps is no matter here.
  const simulated = loaded.kind === 'valid' ? loaded.configuration.simulate : loaded.usable.simulate;
  if (loaded.kind === 'invalid' && simulated === undefined) at.say(problemsText(loaded.problems));
  if (simulated === undefined) return exitCodes.configuration;
  const living = await livingHome(simulated, demoClock(new SystemClock(), simulated));
  if (options.list === true) {
    listEntities(living, options, at);
    return exitCodes.done;
  }
  return serve(living, simulated, options.json === true, at, stopRequests);
}
