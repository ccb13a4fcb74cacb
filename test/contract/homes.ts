import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { halfOpen } from '../../src/simulator/faults.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { TcpProxy } from './tcp-proxy.ts';

/**
 * The homes that the contract suite runs on: the simulated one, over sockets, in `npm test`; a real one in
 * `npm run test:real`. Both have these entities, and what the suite does to them it undoes.
 */
export interface ContractHome extends AsyncDisposable {
  readonly url: string;
  /** The owner's. */
  readonly token: string;
  /** That of a user who is no administrator. */
  readonly userToken: string | undefined;
}

/** A home of the test's own, which may be taken down. */
export interface MortalHome extends ContractHome {
  /** The process is gone at once, and nothing answers until it is started again. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Nothing is heard of it any more, though all connections stand. */
  freeze(): void;
  thaw(): void;
}

/** A light that is off. */
export const LIGHT = 'light.bed_light';
/** Another, for those who watch that it is left alone. */
export const OTHER_LIGHT = 'light.ceiling_lights';

export const onRealHome = process.env['CONTRACT_HOME'] === 'real';
const realHaFolder = process.env['REAL_HA'];

/** For tests that take homes down: a busy machine needs its time to start one, and what hangs is given up. */
export const MORTAL_LIMIT_MS = 180_000;

/** Homes that may be taken down need the scripts that start a real one. */
export const hasMortalHome = !onRealHome || realHaFolder !== undefined;
export const hasUserToken = !onRealHome || process.env['HOME_ASSISTANT_USER_TOKEN'] !== undefined;

/** Whether all homes stand behind a network that hands their bytes on in pieces. */
const isFar = process.env['CONTRACT_NETWORK'] === 'far';

/** The home as clients of the suite reach it. */
export async function reached<Home extends ContractHome>(home: Home): Promise<Home> {
  if (!isFar) return home;
  const proxy = await TcpProxy.open(home.url);
  const close = async (): Promise<void> => {
    await proxy[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  };
  return { ...home, url: proxy.url, [Symbol.asyncDispose]: close };
}

/** The home that all files of the suite share; none may restart it. */
export async function openHome(): Promise<ContractHome> {
  return reached(await openNearHome());
}

async function openNearHome(): Promise<ContractHome> {
  if (!onRealHome) return openSimulatedHome();
  const url = process.env['HOME_ASSISTANT_URL'];
  const token = process.env['HOME_ASSISTANT_TOKEN'];
  if (url === undefined || token === undefined) {
    throw new Error(
      'Set HOME_ASSISTANT_URL and HOME_ASSISTANT_TOKEN to those of a Home Assistant that may be played with.',
    );
  }
  return {
    url,
    token,
    userToken: process.env['HOME_ASSISTANT_USER_TOKEN'],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A home of one's own. */
export async function openMortalHome(): Promise<MortalHome> {
  return reached(await openNearMortalHome());
}

async function openNearMortalHome(): Promise<MortalHome> {
  return realHaFolder !== undefined && onRealHome ? startRealHome(realHaFolder) : openSimulatedHome();
}

async function openSimulatedHome(): Promise<MortalHome> {
  const home = new SimulatedHome({
    clock: new SystemClock(),
    states: { [LIGHT]: 'off', [OTHER_LIGHT]: 'on', 'input_boolean.vacation': 'off' },
  });
  const server = await SimulatorServer.listen(home);
  let thaw = (): void => undefined;
  return {
    url: server.url,
    token: home.token,
    userToken: home.userToken,
    kill: () => {
      home.kill();
      return Promise.resolve();
    },
    start: () => {
      home.start({ startMs: 50 });
      return Promise.resolve();
    },
    freeze: () => {
      thaw = home.add(halfOpen());
    },
    thaw: () => thaw(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** What `start` of the scripts prints. */
interface Instance {
  readonly url: string;
  readonly token: string;
  readonly userToken: string;
  readonly pid: number;
  readonly port: number;
  readonly configDir: string;
}

/** @param folder - that of the scripts. */
export async function startRealHome(folder: string): Promise<MortalHome> {
  const run = async (script: string, ...args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(join(folder, script), args);
    return stdout;
  };
  let instance: Instance = JSON.parse(await run('start'));
  const { url, token, userToken } = instance;
  return {
    url,
    token,
    userToken,
    kill: () => {
      process.kill(instance.pid, 'SIGKILL');
      return Promise.resolve();
    },
    start: async () => {
      instance = JSON.parse(await run('start', '--resume', instance.configDir, String(instance.port)));
    },
    freeze: () => process.kill(instance.pid, 'SIGSTOP'),
    thaw: () => process.kill(instance.pid, 'SIGCONT'),
    [Symbol.asyncDispose]: async () => {
      await run('stop', String(instance.pid));
    },
  };
}
