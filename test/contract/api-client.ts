import { Api } from '../../src/home-assistant/api/api.ts';
import { HomeConnection, type HomeConnectionOptions } from '../../src/home-assistant/connection/home-connection.ts';
import { Home } from '../../src/home-assistant/home.ts';
import { NetworkTransport } from '../../src/home-assistant/connection/network-transport.ts';
import { Life } from '../../src/kernel/life.ts';
import { Logging } from '../../src/kernel/logging.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { type ContractHome, LIGHT, onRealHome, openHome, OTHER_LIGHT, reached } from './homes.ts';

export const SWITCH = 'switch.decorative_lights';
export const NUMBER = 'input_number.target_level';
export const SELECT = 'input_select.house_mode';

/** A home with what the API is tried on. */
export async function openApiHome(): Promise<ContractHome> {
  if (onRealHome) return openHome();
  const clock = new SystemClock();
  const inMinutes = (minutes: number): string =>
    Temporal.Instant.fromEpochMilliseconds(Math.floor(clock.nowMs())).add({ minutes }).toString();
  const future = { start: inMinutes(30), end: inMinutes(90), summary: 'Future Event' };
  const about = { description: 'Future Description', location: 'Future Location' };
  const home = new SimulatedHome({
    clock,
    calendars: { 'calendar.calendar_1': { events: [{ ...future, ...about }] } },
    todoLists: { 'todo.chores': ['Water the plants'] },
    states: {
      'input_boolean.guest_mode': 'off',
      [LIGHT]: 'off',
      [OTHER_LIGHT]: 'on',
      [SWITCH]: 'on',
      [NUMBER]: { state: '20.0', attributes: { min: 0, max: 100, step: 0.5 } },
      [SELECT]: { state: 'home', attributes: { options: ['home', 'away', 'night'] } },
    },
    scripts: {
      answer: {
        fields: { question: { required: true, selector: { text: {} } } },
        sequence: [
          { variables: ({ question }) => ({ reply: { answer: 42, question } }) },
          { stop: 'done', response_variable: 'reply' },
        ],
      },
    },
  });
  const server = await SimulatorServer.listen(home);
  const { token, userToken } = home;
  return reached({ url: server.url, token, userToken, [Symbol.asyncDispose]: () => server.close() });
}

/** Opens what an app is given of a home, as the daemon joins it. */
export async function openApi(
  contract: ContractHome,
  token = contract.token,
  options: Partial<HomeConnectionOptions> = {},
) {
  const clock = new SystemClock();
  const logging = new Logging({ clock, level: 'info', format: 'silent' });
  const warnings: string[] = [];
  logging.tap(({ level, msg }) => {
    if (level === 'warn' || level === 'error') warnings.push(msg);
  });
  const transport = new NetworkTransport({ clock, url: contract.url });
  const connection = new HomeConnection({ clock, logging }, { home: 'contract', transport, token, ...options });
  const home = new Home({ clock, logging }, connection);
  await home.start();
  await connection.start();
  await home.firstReady;
  const life = new Life('contract');
  const api = new Api({ home, life, clock, logger: logging.logger('app.contract'), app: 'contract' });
  await home.untilCheckable(life.signal);
  return {
    api,
    home,
    connection,
    warnings,
    async [Symbol.asyncDispose]() {
      await home.stop();
      await connection.stop();
      await transport[Symbol.asyncDispose]();
    },
  };
}

export type OpenApi = Awaited<ReturnType<typeof openApi>>;
