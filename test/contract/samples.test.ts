import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppConfiguration } from '../../src/config/schema.ts';
import { type LogRecord, Logging } from '../../src/kernel/logging.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { configurationOf } from '../../src/runtime/configuration-of.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { Client } from './client.ts';
import {
  type ContractHome,
  hasMortalHome,
  LIGHT,
  type MortalHome,
  onRealHome,
  openHome,
  openMortalHome,
} from './homes.ts';

const THERMOSTAT = 'climate.heatpump';
const MODE = 'input_select.house_mode';
const NOTIFY = 'notify.persistent_notification';
const appsFolder = join(import.meta.dirname, '../../apps');

type Apps = Readonly<Record<string, Pick<AppConfiguration, 'class' | 'config'> & Partial<AppConfiguration>>>;

/** The daemon itself with sample apps, on a home, and somebody who plays that home's devices. */
class Daemon implements AsyncDisposable {
  readonly runtime: Runtime;
  readonly devices: Client;
  readonly logs: LogRecord[] = [];

  private constructor(home: ContractHome, apps: Apps, devices: Client) {
    const clock = new SystemClock();
    const logging = new Logging({ clock, format: 'silent' });
    logging.tap((record) => this.logs.push(record));
    this.devices = devices;
    this.runtime = Runtime.create({
      clock,
      logging,
      appsFolder,
      version: 'contract',
      configuration: configurationOf({
        homes: { default: { url: home.url, token: home.token } },
        connection: { firstRetry: '50ms', lastRetry: '200ms' },
        apps,
      }),
    });
  }

  static async start(home: ContractHome, apps: Apps): Promise<Daemon> {
    const devices = await Client.ready(home);
    const daemon = new Daemon(home, apps, devices);
    await daemon.runtime.start();
    await daemon.eventually(() => daemon.runtime.apps.apps().every(({ status }) => status === 'running'));
    return daemon;
  }

  /** Sets a state as a device's integration would. */
  async set(entityId: string, state: string, attributes: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.devices.rest('POST', `/api/states/${entityId}`, { state, attributes });
  }

  async remove(...entityIds: readonly string[]): Promise<void> {
    for (const entityId of entityIds) await this.devices.rest('DELETE', `/api/states/${entityId}`);
  }

  async stateOf(
    entityId: string,
  ): Promise<{ readonly state: string; readonly attributes: Readonly<Record<string, unknown>> }> {
    const { body } = await this.devices.rest('GET', `/api/states/${entityId}`);
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
  }

  async until(entityId: string, state: string): Promise<void> {
    await this.eventually(async () => (await this.stateOf(entityId)).state === state);
  }

  async untilLogged(text: string): Promise<void> {
    await this.eventually(() => this.logs.some(({ msg }) => msg.includes(text)));
  }

  /** Asks again and again; the test's own time limit ends it. */
  async eventually(met: () => boolean | Promise<boolean>): Promise<void> {
    await expect.poll(met, { timeout: 20_000, interval: 20 }).toBe(true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.runtime.stop();
    await this.devices[Symbol.asyncDispose]();
  }
}

async function openSamplesHome(): Promise<ContractHome> {
  if (onRealHome) return openHome();
  const home = new SimulatedHome({
    clock: new SystemClock(),
    notifiers: ['persistent_notification'],
    states: {
      [LIGHT]: 'off',
      [MODE]: { state: 'home', attributes: { options: ['home', 'away', 'night'] } },
      [THERMOSTAT]: { state: 'heat', attributes: { temperature: 20 } },
    },
  });
  const server = await SimulatorServer.listen(home);
  return { url: server.url, token: home.token, userToken: home.userToken, [Symbol.asyncDispose]: () => server.close() };
}

describe('the sample apps', { timeout: 60_000 }, () => {
  let home: ContractHome;
  beforeAll(async () => {
    home = await openSamplesHome();
  });
  afterAll(() => home[Symbol.asyncDispose]());

  /** Sets a state before the daemon is there. */
  async function given(entityId: string, state: string, attributes: Readonly<Record<string, unknown>> = {}) {
    await using devices = await Client.ready(home);
    await devices.rest('POST', `/api/states/${entityId}`, { state, attributes });
  }

  it('MotionLight lights and darkens a room of the home', async () => {
    const motion = 'binary_sensor.samples_motion';
    await given(motion, 'off');
    await using daemon = await Daemon.start(home, {
      hall: { class: 'MotionLight', config: { motion, light: LIGHT, offAfter: '400ms' } },
    });
    await daemon.devices.call('light.turn_off', { entity_id: LIGHT });
    await daemon.set(motion, 'on');
    await daemon.until(LIGHT, 'on');
    expect((await daemon.stateOf(LIGHT)).attributes['brightness']).toBe(153);
    await daemon.set(motion, 'off');
    await daemon.until(LIGHT, 'off');
    await daemon.remove(motion);
  });

  it('Presence keeps the mode of the house', async () => {
    const person = 'person.samples_anna';
    await given(person, 'home');
    await using daemon = await Daemon.start(home, {
      presence: { class: 'Presence', config: { mode: MODE, awayAfter: '400ms', notify: NOTIFY } },
    });
    await daemon.set(person, 'not_home');
    await daemon.until(MODE, 'away');
    await daemon.set(person, 'home');
    await daemon.until(MODE, 'home');
    await daemon.remove(person);
  });

  it('ClimateSchedule sets the thermostat, and pauses for an open window', async () => {
    const window = 'binary_sensor.samples_window';
    await using daemon = await Daemon.start(home, {
      climate: {
        class: 'ClimateSchedule',
        config: {
          thermostat: THERMOSTAT,
          windows: [window],
          openFor: '300ms',
          whileOpen: 10,
          slots: [{ at: '00:00', temperature: 22.5 }],
        },
      },
    });
    const temperatureIs = (wanted: number) => async () =>
      (await daemon.stateOf(THERMOSTAT)).attributes['temperature'] === wanted;
    await daemon.eventually(temperatureIs(22.5));
    await daemon.set(window, 'off');
    await daemon.set(window, 'on');
    await daemon.eventually(temperatureIs(10));
    await daemon.set(window, 'off');
    await daemon.eventually(temperatureIs(22.5));
    await daemon.remove(window);
  });

  it('ApplianceFinished tells the end of a programme', async () => {
    const power = 'sensor.samples_power';
    await given(power, '1', { unit_of_measurement: 'W' });
    await using daemon = await Daemon.start(home, {
      washer: {
        class: 'ApplianceFinished',
        config: { power, startsAfter: '200ms', finishedAfter: '300ms', notify: NOTIFY },
      },
    });
    const follow = daemon.devices.connection.followEvents('call_service');
    await daemon.set(power, '1900', { unit_of_measurement: 'W' });
    await daemon.untilLogged('is running');
    await daemon.set(power, '1', { unit_of_measurement: 'W' });
    await daemon.untilLogged('has finished');
    await daemon.eventually(() => daemon.devices.sink.events.some(({ data }) => data['domain'] === 'notify'));
    follow();
    await daemon.remove(power);
  });

  it('LowBatteryDigest lists what is low', async () => {
    const battery = 'sensor.samples_battery';
    await using daemon = await Daemon.start(home, {
      batteries: { class: 'LowBatteryDigest', config: { notify: NOTIFY } },
    });
    await daemon.set(battery, '7', { device_class: 'battery', friendly_name: 'Samples' });
    await daemon.eventually(() => daemon.runtime.apps.host.homes.get('default')?.hasEntity(battery) === true);
    for (const job of daemon.runtime.apps.host.scheduler.jobs()) job.runNow();
    await daemon.untilLogged('want attention');
    expect(daemon.logs.filter(({ level }) => level === 'error')).toEqual([]);
    await daemon.remove(battery);
  });
});

describe.runIf(hasMortalHome)('apps of a home that goes and comes back', { timeout: 60_000 }, () => {
  let home: MortalHome;
  beforeAll(async () => {
    home = await openMortalHome();
  }, 60_000);
  afterAll(() => home[Symbol.asyncDispose](), 60_000);

  it.each([
    ['restarted', async (daemon: Daemon) => daemon.devices.call('homeassistant.restart', {}).catch(() => undefined)],
    [
      'killed',
      async () => {
        await home.kill();
        await home.start();
      },
    ],
  ])('run on when it is %s, and work with it afterwards', async (_, takeDown) => {
    const motion = 'binary_sensor.samples_motion';
    await using daemon = await Daemon.start(home, {
      hall: { class: 'MotionLight', config: { motion, light: LIGHT, offAfter: '300ms' } },
    });
    const began = daemon.runtime.apps.app('hall')?.sinceMs;
    const connected = (): number => daemon.logs.filter(({ msg }) => msg.startsWith('connected to')).length;
    await takeDown(daemon);
    await daemon.eventually(() => connected() === 2);
    await daemon.set(motion, 'off');
    await daemon.set(motion, 'on');
    await daemon.until(LIGHT, 'on');
    await daemon.set(motion, 'off');
    await daemon.until(LIGHT, 'off');
    expect(daemon.runtime.apps.app('hall')).toMatchObject({ status: 'running', sinceMs: began });
    expect(daemon.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
