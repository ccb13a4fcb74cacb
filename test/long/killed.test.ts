import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { seededChance } from '../../src/simulator/chance.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { Spawned } from '../scenarios/spawned.ts';

/** How often a daemon is killed. The next one goes on with its data. */
const KILLS = Number(process.env['KILLS'] ?? 200);
const SEED = Number(process.env['KILLS_SEED'] ?? 20_261_121);
/** So many daemons at a time, each with a home and a folder of its own. */
const AT_ONCE = 2;
const HOLD_MS = 150;
/** Before the call, and after it. */
const HALF_HANDLER_MS = 60;
/** From the change that begins a wait to well after its handler. */
const LIFE_MS = HOLD_MS + 2 * HALF_HANDLER_MS + 100;
/** What is to happen happens by then, on a machine that is busy too. */
const LATEST_MS = 30_000;

const WAITS = (['run-again', 'skip'] as const).map((policy) => ({ policy, name: policy.replace('-', '_') }));
type Wait = (typeof WAITS)[number];

const app = `
  import { App } from 'hassette';
  const half = { milliseconds: ${HALF_HANDLER_MS} };
  export class Killed extends App {
    override onInitialize() {
      for (const { policy, name } of ${JSON.stringify(WAITS)}) {
        const sensor = 'binary_sensor.' + name;
        this.bus.onStateChange(sensor, {
          to: 'off', for: { milliseconds: ${HOLD_MS} }, name, durable: true, onInterrupted: policy,
        }, async () => {
          await this.tasks.sleep(half);
          await this.api.call('light.turn_off', { target: 'light.' + name });
          await this.tasks.sleep(half);
          this.logger.info(name + ' is done');
        });
        this.bus.onStateChange(sensor, { to: 'on' }, () => this.logger.info(name + ' may begin'));
      }
    }
    // What was interrupted has been told by now.
    override afterInitialize() {
      this.logger.info('it goes on');
    }
  }
`;

interface Outcome extends Wait {
  readonly killedAfterMs: number;
  readonly runs: number;
  readonly told: boolean;
}

const clock = new SystemClock();
const after = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, 'a test', resolve));

/** One daemon after the other on the same data: each is killed at some moment, and the next one is to make good. */
async function lineage(moments: readonly number[]): Promise<readonly Outcome[]> {
  const states = WAITS.flatMap(({ name }) => [`binary_sensor.${name}`, `light.${name}`].map((id) => [id, 'on']));
  const home = new SimulatedHome({ clock, states: Object.fromEntries(states) });
  await using server = await SimulatorServer.listen(home);
  const configuration = `homes: { default: { url: "${server.url}", token: "${home.token}" } }\napps: { killed: { class: Killed } }`;
  await using first = new Spawned(['run'], { files: { 'hassette.yaml': configuration, 'apps/killed.ts': app } });
  await first.logged('it goes on');
  const outcomes: Outcome[] = [];
  let daemon = first;
  for (const killedAfterMs of moments) {
    const before = home.calls.length;
    for (const { name } of WAITS) home.setState(`binary_sensor.${name}`, 'off');
    await after(killedAfterMs);
    daemon.signal('SIGKILL');
    await daemon.ended;

    const next = new Spawned(['run'], { folder: first.folder });
    await next.logged('it goes on');
    const outcomesNow = (): readonly Outcome[] =>
      WAITS.map((wait) => ({
        ...wait,
        killedAfterMs,
        runs: home.calls
          .slice(before)
          .filter(({ target }) => [target['entity_id']].flat().includes(`light.${wait.name}`)).length,
        told: next.log.some(({ msg }) => msg.startsWith(`"${wait.name}" of `) && msg.includes('was cut short')),
      }));
    const isOver = ({ policy, name, runs, told }: Outcome): boolean =>
      told ? policy === 'skip' || next.log.some(({ msg }) => msg === `${name} is done`) : runs > 0;
    await expect
      .poll(() => outcomesNow().filter((outcome) => !isOver(outcome)), { timeout: LATEST_MS, interval: 20 })
      .toEqual([]);
    // Time for what may not come any more.
    await after(LIFE_MS);
    outcomes.push(...outcomesNow());
    for (const { name } of WAITS) home.setState(`binary_sensor.${name}`, 'on');
    for (const { name } of WAITS) await next.logged(`${name} may begin`);
    if (daemon !== first) await daemon[Symbol.asyncDispose]();
    daemon = next;
  }
  await daemon[Symbol.asyncDispose]();
  return outcomes;
}

function isWrong({ policy, runs, told }: Outcome): boolean {
  if (policy === 'skip') return runs > 1 || (runs === 0 && !told);
  return runs === 0 || runs > 2 || (runs === 2 && !told);
}

describe('what is durable, in a daemon that is killed at any moment', () => {
  it(`is met, once or told, after each of ${KILLS} kills`, { timeout: 1_200_000 }, async () => {
    const chance = seededChance(SEED);
    const moments = Array.from({ length: KILLS }, () => chance() * LIFE_MS);
    const shares = Array.from({ length: AT_ONCE }, (_, of) => moments.filter((_moment, at) => at % AT_ONCE === of));
    const outcomes = (await Promise.all(shares.map(lineage))).flat();
    expect(outcomes).toHaveLength(WAITS.length * KILLS);
    expect(outcomes.filter(isWrong), `with KILLS_SEED=${SEED}`).toEqual([]);
    // It was killed while it waited, while the handler ran, and after: otherwise nothing was tried.
    const count = (which: (outcome: Outcome) => boolean): number => outcomes.filter(which).length;
    expect(count(({ told }) => told)).toBeGreaterThan(KILLS / 10);
    expect(count(({ told }) => !told)).toBeGreaterThan(KILLS / 4);
    expect(count(({ policy, runs }) => policy === 'run-again' && runs === 2)).toBeGreaterThan(0);
    expect(count(({ policy, runs }) => policy === 'skip' && runs === 0)).toBeGreaterThan(0);
  });
});
