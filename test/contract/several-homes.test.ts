import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Logging } from '../../src/kernel/logging.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { checkHome } from '../../src/runtime/check-home.ts';
import { configurationOf } from '../../src/runtime/configuration-of.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { TemporaryFolder } from '../apps/temporary-folder.ts';
import { type ContractHome, hasMortalHome, hasUserToken, LIGHT, openHome, openMortalHome } from './homes.ts';

/** Looks after two homes: what happens in the one is done in the other. */
const BRIDGE = `
import { App } from 'hassette';

export class Bridge extends App {
  override async onInitialize() {
    const { cabin } = this.homes;
    await cabin.whenReady({ timeout: '10s' });
    const say = (what: string) => this.logger.info(what);
    this.bus.onDisconnected(() => say('house away'));
    this.bus.onConnected(() => say('house back'));
    cabin.bus.onStateChange('binary_sensor.door', async ({ to }) => {
      say(\`cabin door \${to?.state}\`);
      const service = to?.state === 'on' ? 'light.turn_on' : 'light.turn_off';
      await this.api.call(service, { target: '${LIGHT}', timeout: '1m' });
      say(\`house told \${to?.state}\`);
    });
    this.bus.onStateChange('${LIGHT}', async ({ to, cause }) => {
      say(\`house light \${to?.state} by \${cause.kind}\`);
      await cabin.entity('light.porch').call(\`turn_\${to?.state}\`);
    });
    cabin.bus.onStateChange('light.porch', ({ to, cause }) => say(\`cabin light \${to?.state} by \${cause.kind}\`));
    say(\`\${this.clock.timeZone} and \${cabin.clock.timeZone}\`);
  }
}
`;

/** The daemon with the home of the suite, and a simulated one in the Azores. */
async function openDaemon(house: ContractHome) {
  const clock = new SystemClock();
  const logging = new Logging({ clock, level: 'info', format: 'silent' });
  const said: string[] = [];
  const listeners = new Set<() => void>();
  logging.tap(({ logger, msg }) => {
    if (logger !== 'app.bridge') return;
    said.push(msg);
    for (const listener of listeners) listener();
  });
  const cabin = new SimulatedHome({
    clock,
    seed: 2,
    states: { 'binary_sensor.door': 'off', 'light.porch': 'off' },
    config: { time_zone: 'Atlantic/Azores' },
  });
  const folder = new TemporaryFolder({ 'bridge.ts': BRIDGE });
  const runtime = Runtime.create({
    clock,
    logging,
    version: 'test',
    configuration: configurationOf({
      homes: { default: { url: house.url, token: house.token }, cabin: 'simulated' },
      apps: { bridge: { class: 'Bridge' } },
      connection: { pingInterval: '1s', firstRetry: '100ms', lastRetry: '1s' },
    }),
    appsFolder: folder.path,
    homes: { cabin: { transport: cabin.transport, token: cabin.token } },
  });
  onTestFinished(async () => {
    await runtime.stop();
    folder[Symbol.dispose]();
  });
  await runtime.start();
  await runtime.apps.started();
  return {
    runtime,
    cabin,
    said,
    /** Waits until the app has said so, from what it has said last time on. */
    async heard(...lines: readonly string[]): Promise<void> {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (!lines.every((line) => said.includes(line))) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      });
      said.length = 0;
    },
  };
}

describe.skipIf(!hasMortalHome)('a home beside another', () => {
  it('is heard of and acted upon by one app, and lost by itself', async () => {
    await using house = await openMortalHome();
    const { runtime, cabin, said, heard } = await openDaemon(house);
    expect(said).toEqual([expect.stringMatching(/^Europe\/\w+ and Atlantic\/Azores$/)]);

    cabin.setState('binary_sensor.door', 'on');
    await heard('cabin door on', 'house told on', 'house light on by self', 'cabin light on by self');

    await house.kill();
    await heard('house away');
    expect(runtime.runtimeStatus()).toMatchObject({
      health: 'degraded',
      homes: [{ name: 'default' }, { name: 'cabin', phase: 'ready' }],
      // A machine that is busy may read slowly meanwhile, which is told as well.
      problems: expect.arrayContaining([expect.objectContaining({ where: 'home.default' })]),
    });
    cabin.setState('binary_sensor.door', 'off');
    cabin.setState('light.porch', 'off');
    await heard('cabin door off', 'cabin light off by device');

    await house.start();
    await heard('house back', 'house told off');
    expect(runtime.runtimeStatus()).toMatchObject({ homes: [{ phase: 'ready' }, { phase: 'ready' }] });
  });
});

describe('what is advised of a home', () => {
  const clock = new SystemClock();
  const context = { clock, logging: new Logging({ clock, format: 'silent' }) };
  let contract: ContractHome;
  beforeAll(async () => {
    contract = await openHome();
  });
  afterAll(async () => {
    await contract[Symbol.asyncDispose]();
  });

  const checked = (token: string) =>
    checkHome(
      {
        name: 'contract',
        home: { url: contract.url, token, verifyTls: true },
        simulate: configurationOf({ homes: { default: 'simulated' } }).simulate,
        references: [],
        limitMs: 20_000,
      },
      context,
    );

  it("is a user of the daemon's own, where the token is the owner's", async () => {
    expect(await checked(contract.token)).toMatchObject({
      kind: 'answered',
      user: { isAdmin: true },
      advice: [{ about: 'user', message: expect.stringContaining('it is the owner, by whom the home was set up') }],
    });
  });

  it.skipIf(!hasUserToken)('is the right to hear of others, where the user is no administrator', async () => {
    expect(await checked(contract.userToken ?? '')).toMatchObject({
      kind: 'answered',
      user: { isAdmin: false },
      advice: [{ about: 'rights' }],
    });
  });
});
