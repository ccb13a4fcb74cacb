import { Api } from '../../src/home-assistant/api/api.ts';
import { HomeConnection } from '../../src/home-assistant/connection/home-connection.ts';
import { Home } from '../../src/home-assistant/home.ts';
import { Life } from '../../src/kernel/life.ts';
import { Logging } from '../../src/kernel/logging.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { SimulatedHome, type SimulatedHomeOptions } from '../../src/simulator/simulated-home.ts';

/** What an app has of a simulated home, under virtual time. */
export async function openSimulatedApi(
  options: Omit<SimulatedHomeOptions, 'clock'> = {},
  { dryRun }: { readonly dryRun?: boolean } = {},
) {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-21T12:00:00Z') });
  const logging = new Logging({ clock, level: 'info', format: 'silent' });
  const warnings: string[] = [];
  logging.tap(({ level, msg }) => {
    if (level === 'warn') warnings.push(msg);
  });
  const simulated = new SimulatedHome({ clock, ...options });
  const connection = new HomeConnection(
    { clock, logging, random: () => 0.5 },
    { home: 'default', transport: simulated.transport, token: simulated.token },
  );
  const home = new Home({ clock, logging }, connection);
  await home.start();
  await connection.start();
  await clock.pump(home.firstReady);
  const life = new Life('hallway');
  const api = new Api({ home, life, clock, logger: logging.logger('app.hallway'), app: 'hallway', dryRun });
  await clock.pump(home.untilCheckable(life.signal));
  return {
    clock,
    simulated,
    home,
    life,
    api,
    warnings,
    /** Waits for an answer, while virtual time stands still or moves on as it has to. */
    given: <T>(work: Promise<T>): Promise<T> => clock.pump(work),
    async [Symbol.asyncDispose]() {
      await home.stop();
      await clock.pump(connection.stop());
    },
  };
}
