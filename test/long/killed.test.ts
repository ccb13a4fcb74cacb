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
/** How long each wait lasts. */
const WAIT_MS = 150;
/** When nobody has heard the answer to a question, it is over by then. */
const UNANSWERED_MS = 600;
/** Before the call, and after it. */
const HALF_HANDLER_MS = 60;
/** From the change that begins the waits to well after their handlers. */
const LIFE_MS = WAIT_MS + 2 * HALF_HANDLER_MS + 100;
/** What is to happen happens by then, on a machine that is busy too. */
const LATEST_MS = 30_000;
const PHONE = 'mobile_app_anna';

interface Wait {
  readonly kind: 'hold' | 'job' | 'question' | 'rule';
  readonly policy: 'run-again' | 'skip';
  readonly name: string;
}

const DURABLE = ['hold', 'job', 'question'] as const;
const WAITS: readonly Wait[] = [
  ...DURABLE.flatMap((kind) =>
    (['run-again', 'skip'] as const).map((policy) => ({ kind, policy, name: `${kind}_${policy.replace('-', '_')}` })),
  ),
  // What a rule had not done to its end is done again, which is no news.
  { kind: 'rule', policy: 'run-again', name: 'rule' },
];

/** Each wait begins as its sensor goes off, and turns off its light; one that it begins itself says when that is stored. */
const app = `
  import { App } from 'hassette';
  const half = { milliseconds: ${HALF_HANDLER_MS} };
  export class Killed extends App {
    override onInitialize() {
      // A rule is about levels: that it was off for less time than it takes to write that down is nothing that it tells.
      const nothing = this.scheduler.register('nothing', () => undefined);
      const written = () => this.tasks.sleep(half).then(() => nothing.submit(undefined, { durable: true }).stored);
      for (const { kind, policy, name } of ${JSON.stringify(WAITS)}) {
        const sensor = 'binary_sensor.' + name;
        const options = { onInterrupted: policy };
        const handle = async (at) => {
          await this.api.call('light.toggle', { target: 'light.' + name, data: { transition: at } });
          await this.tasks.sleep(half);
          await this.api.call('light.turn_off', { target: 'light.' + name, data: { transition: at } });
          await this.tasks.sleep(half);
          this.logger.info(name + ' is done');
        };
        const begun = () => this.api.call('light.turn_on', { target: 'light.' + name });
        const at = () => this.states.get('input_number.round').number;
        if (kind === 'hold') {
          const hold = { to: 'off', for: { milliseconds: ${WAIT_MS} }, name, durable: true, ...options };
          this.bus.onStateChange(sensor, hold, () => handle(at()));
        } else if (kind === 'job') {
          const job = this.scheduler.register(name, options, (run) => handle(run.args));
          this.bus.onStateChange(sensor, { to: 'off' }, async () => {
            if (await job.submit(at(), { in: { milliseconds: ${WAIT_MS} }, durable: true }).stored) await begun();
          });
        } else if (kind === 'rule') {
          const hold = { enter: { milliseconds: ${WAIT_MS} } };
          this.whenever(() => this.states.is(sensor, 'off'), { name, hold, enter: () => handle(at()) });
        } else {
          const over = (answer) => handle(answer.args);
          const question = this.api.question(name, { onAnswer: over, onExpired: over, ...options });
          this.bus.onStateChange(sensor, { to: 'off' }, async () => {
            const timeout = { milliseconds: ${UNANSWERED_MS} };
            await question.ask('${PHONE}', { message: 'Off?', actions: ['Yes'], timeout, args: at() });
            await begun();
          });
        }
        this.bus.onStateChange(sensor, { to: 'on' }, async () => {
          if (kind === 'rule') await written();
          this.logger.info(name + ' may begin');
        });
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
  /** Whether it had begun for good when the daemon was killed. */
  readonly begun: boolean;
  /** How often a handler was seen to begin. */
  readonly entered: number;
  readonly runs: number;
  readonly told: boolean;
}

const clock = new SystemClock();
const after = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, 'a test', resolve));

/** A home with a person who takes a while to answer. */
function inhabitedHome(): SimulatedHome {
  const states = WAITS.flatMap(({ name }) => [`binary_sensor.${name}`, `light.${name}`].map((id) => [id, 'on']));
  const home = new SimulatedHome({
    ...{ clock, notifiers: [PHONE] },
    // In any home there is something that nothing happens to: were all of it new, it would have been restarted.
    states: { ...Object.fromEntries(states), 'input_number.round': '0', 'zone.home': '0' },
  });
  home.add({
    name: 'somebody answers',
    command: (command, _connection, pass) => {
      pass(command);
      const action = /"action":"([^"]+)"/.exec(JSON.stringify(command))?.[1];
      if (command.type !== 'call_service' || action === undefined) return;
      clock.after(WAIT_MS, 'an answer', () => home.fireEvent('mobile_app_notification_action', { action }));
    },
  });
  return home;
}

/** One daemon after the other on the same data: each is killed at some moment, and the next one is to make good. */
async function lineage(moments: readonly number[]): Promise<readonly Outcome[]> {
  const home = inhabitedHome();
  await using server = await SimulatorServer.listen(home);
  const configuration = `homes: { default: { url: "${server.url}", token: "${home.token}" } }\napps: { killed: { class: Killed } }`;
  await using first = new Spawned(['run'], { files: { 'hassette.yaml': configuration, 'apps/killed.ts': app } });
  await first.logged('it goes on');
  // A daemon that is killed in the first moments of its first life leaves no word of having been there.
  await after(LIFE_MS);
  const outcomes: Outcome[] = [];
  let daemon = first;
  for (const [round, killedAfterMs] of moments.entries()) {
    const before = home.calls.length;
    home.setState('input_number.round', String(round));
    for (const { name } of WAITS) home.setState(`binary_sensor.${name}`, 'off');
    await after(killedAfterMs);
    daemon.signal('SIGKILL');
    await daemon.ended;
    const callsOf = (service: string, { name }: Wait) =>
      home.calls
        .slice(before)
        .filter((call) => call.service === service && [call.target['entity_id']].flat().includes(`light.${name}`));
    const begun = new Map(
      WAITS.map((wait) => [wait, wait.kind === 'hold' || wait.kind === 'rule' || callsOf('turn_on', wait).length > 0]),
    );

    const next = new Spawned(['run'], { folder: first.folder });
    await next.logged('it goes on');
    const ofThisRound = (service: string, wait: Wait): number =>
      callsOf(service, wait).filter(({ data }) => data['transition'] === round).length;
    const outcomesNow = (): readonly Outcome[] =>
      WAITS.map((wait) => ({
        ...wait,
        killedAfterMs,
        begun: begun.get(wait) === true,
        entered: ofThisRound('toggle', wait),
        runs: ofThisRound('turn_off', wait),
        told: next.log.some(({ msg }) => msg.includes(`"${wait.name}"`) && msg.includes('was cut short')),
      }));
    const isOver = ({ begun: hasBegun, policy, name, runs, told }: Outcome): boolean =>
      told ? policy === 'skip' || next.log.some(({ msg }) => msg === `${name} is done`) : runs > 0 || !hasBegun;
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

function isWrong({ kind, begun, policy, entered, runs, told }: Outcome): boolean {
  if (kind === 'rule') return runs === 0 || runs > 2;
  if (policy === 'skip') return entered > 1 || (runs === 0 && begun && !told);
  // Cut short before its call or after it, it begins a second time: that is told either way.
  return (runs === 0 && begun) || entered > 2 || (entered === 2 && !told);
}

describe('what is durable, in a daemon that is killed at any moment', () => {
  it(`is met, once or told, after each of ${KILLS} kills`, { timeout: 1_200_000 }, async () => {
    const chance = seededChance(SEED);
    const moments = Array.from({ length: KILLS }, () => chance() * LIFE_MS);
    const shares = Array.from({ length: AT_ONCE }, (_, of) => moments.filter((_moment, at) => at % AT_ONCE === of));
    const outcomes = (await Promise.all(shares.map(lineage))).flat();
    expect(outcomes).toHaveLength(WAITS.length * KILLS);
    expect(outcomes.filter(isWrong), `with KILLS_SEED=${SEED}`).toEqual([]);
    // Each was killed before it began, while it waited, while its handler ran, and after: otherwise nothing was tried.
    for (const kind of DURABLE) {
      const count = (which: (outcome: Outcome) => boolean): number =>
        outcomes.filter((outcome) => outcome.kind === kind && which(outcome)).length;
      expect(count(({ begun }) => begun)).toBeGreaterThan(KILLS);
      expect(count(({ told }) => told)).toBeGreaterThan(KILLS / 10);
      expect(count(({ told }) => !told)).toBeGreaterThan(KILLS / 4);
      expect(count(({ policy, runs }) => policy === 'run-again' && runs === 2)).toBeGreaterThan(0);
      expect(count(({ policy, runs, begun }) => policy === 'skip' && runs === 0 && begun)).toBeGreaterThan(0);
    }
  });
});
