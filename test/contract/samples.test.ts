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
  hasUserToken,
  LIGHT,
  type MortalHome,
  onRealHome,
  openHome,
  openMortalHome,
  MORTAL_LIMIT_MS,
} from './homes.ts';

const THERMOSTAT = 'climate.heatpump';
const MODE = 'input_select.house_mode';
const NOTIFY = 'notify.persistent_notification';
const BLIND = 'cover.hall_window';
const GARAGE = 'cover.garage_door';
const SWITCH = 'switch.decorative_lights';
const HELPER = 'input_boolean.guest_mode';
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
      [BLIND]: { state: 'open', attributes: { current_position: 10, supported_features: 15 } },
      [GARAGE]: { state: 'closed', attributes: { supported_features: 3 } },
      [SWITCH]: 'off',
      [HELPER]: 'off',
    },
  });
  const server = await SimulatorServer.listen(home);
  return { url: server.url, token: home.token, userToken: home.userToken, [Symbol.asyncDispose]: () => server.close() };
}

describe('the sample apps', { timeout: MORTAL_LIMIT_MS }, () => {
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

  it('ApplianceFinished tells the end of a programme, and what it has used', async () => {
    const power = 'sensor.samples_power';
    await given(power, '1', { unit_of_measurement: 'W' });
    await using daemon = await Daemon.start(home, {
      washer: {
        class: 'ApplianceFinished',
        config: { power, startsAfter: '200ms', finishedAfter: '2s', notify: NOTIFY },
      },
    });
    const follow = daemon.devices.connection.followEvents('call_service');
    await daemon.set(power, '1900', { unit_of_measurement: 'W' });
    await daemon.untilLogged('is running');
    await daemon.set(power, '1', { unit_of_measurement: 'W' });
    await daemon.untilLogged('has finished');
    const told = () => daemon.devices.sink.events.filter(({ data }) => data['domain'] === 'notify');
    await daemon.eventually(() => told().length > 0);
    expect(told()[0]?.data['service_data']).toMatchObject({ message: expect.stringMatching(/has used \d\.\d\d kWh/) });
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

  it('CoverBySun opens a cover in a storm, and is not misled by what it reports on its way', async () => {
    const wind = 'sensor.samples_wind';
    await given(wind, '10', { unit_of_measurement: 'km/h' });
    await using daemon = await Daemon.start(home, {
      blind: {
        class: 'CoverBySun',
        config: { covers: [BLIND], storm: { wind, above: 50, calmFor: '300ms', position: 60 } },
      },
    });
    const rests = async (at: (position: unknown) => boolean) => {
      const { state, attributes } = await daemon.stateOf(BLIND);
      return ['open', 'closed'].includes(state) && at(attributes['current_position']);
    };
    await daemon.eventually(() => rests((position) => position === 0 || position === 100));
    await daemon.set(wind, '60', { unit_of_measurement: 'km/h' });
    await daemon.eventually(() => rests((position) => position === 60));
    await daemon.set(wind, '10', { unit_of_measurement: 'km/h' });
    await daemon.eventually(() => rests((position) => position === 0 || position === 100));
    expect(daemon.logs.filter(({ level }) => level === 'error')).toEqual([]);
    await daemon.remove(wind);
  });

  it('GarageOpen asks, and closes the door when it is told to', async () => {
    await using daemon = await Daemon.start(home, {
      garage: { class: 'GarageOpen', config: { door: GARAGE, openFor: '300ms', phones: [NOTIFY] } },
    });
    const follow = daemon.devices.connection.followEvents('call_service');
    const asked = () =>
      daemon.devices.sink.events.flatMap(({ data }) => {
        const sent = data['service_data'] as { data?: { actions?: readonly { action: string; title: string }[] } };
        return data['domain'] === 'notify' ? (sent.data?.actions ?? []) : [];
      });
    await daemon.devices.call('cover.open_cover', { entity_id: GARAGE });
    await daemon.eventually(() => asked().length > 0);
    await daemon.devices.rest('POST', '/api/events/mobile_app_notification_action', { action: asked()[0]?.action });
    await daemon.until(GARAGE, 'closed');
    follow();
    expect(daemon.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it.runIf(hasUserToken)(
    'AdaptiveLighting sets a lamp that is turned on, and leaves what somebody has chosen',
    async () => {
      const light = { brightness: 40, kelvin: 3000 };
      await using daemon = await Daemon.start(home, {
        daylight: { class: 'AdaptiveLighting', config: { lights: [LIGHT], night: light, day: light, every: '100ms' } },
      });
      const brightness = async () => (await daemon.stateOf(LIGHT)).attributes['brightness'];
      await daemon.devices.call('light.turn_on', { entity_id: LIGHT });
      await daemon.eventually(async () => (await brightness()) === 102);
      await using person = await Client.ready({ ...home, token: home.userToken ?? '' });
      await person.call('light.turn_on', { entity_id: LIGHT, brightness: 20 });
      await daemon.eventually(async () => (await brightness()) === 20);
      const [job] = daemon.runtime.apps.host.scheduler.jobs();
      const runs = job?.runs ?? 0;
      await daemon.eventually(() => (job?.runs ?? 0) > runs + 5);
      expect(await brightness()).toBe(20);
      await daemon.devices.call('light.turn_off', { entity_id: LIGHT });
    },
  );

  it('SecurityAlarm arms, sounds, and is disarmed', async () => {
    const [door, window] = ['binary_sensor.samples_door', 'binary_sensor.samples_window'];
    for (const sensor of [door, window]) await given(sensor, 'off');
    await using daemon = await Daemon.start(home, {
      alarm: {
        class: 'SecurityAlarm',
        config: {
          ...{ armed: HELPER, doors: [door], others: [window], sirens: [SWITCH], phones: [NOTIFY] },
          ...{ exitDelay: '200ms', entryDelay: '500ms', openFor: '50ms', sirenFor: '1m' },
        },
      },
    });
    await daemon.devices.call('switch.turn_off', { entity_id: SWITCH });
    await daemon.devices.call('input_boolean.turn_on', { entity_id: HELPER });
    await daemon.untilLogged('The alarm is armed in 200ms');
    await daemon.untilLogged('now armed');
    await daemon.set(door, 'on');
    await daemon.untilLogged(`now entering ${door}`);
    await daemon.until(SWITCH, 'on');
    await daemon.devices.call('input_boolean.turn_off', { entity_id: HELPER });
    await daemon.until(SWITCH, 'off');
    await daemon.untilLogged('The alarm is disarmed');
    expect(daemon.logs.filter(({ level }) => level === 'error')).toEqual([]);
    await daemon.remove(door, window);
  });

  it('PresenceSimulation begins when the house is left, and leaves alone what has no history', async () => {
    const light = 'light.samples_new';
    await given(light, 'off');
    await using daemon = await Daemon.start(home, {
      away: { class: 'PresenceSimulation', config: { mode: MODE, goneFor: '200ms', lights: [light], daysAgo: 1 } },
    });
    await daemon.devices.call('input_select.select_option', { entity_id: MODE, option: 'away' });
    await daemon.untilLogged('nobody is in: the lights do as they did 1 days ago');
    await daemon.untilLogged(`there is no history of ${light}`);
    await daemon.devices.call('input_select.select_option', { entity_id: MODE, option: 'home' });
    expect(daemon.logs.filter(({ level }) => level === 'error')).toEqual([]);
    await daemon.remove(light);
  });
});

describe.runIf(hasMortalHome)('apps of a home that goes and comes back', { timeout: MORTAL_LIMIT_MS }, () => {
  let home: MortalHome;
  beforeAll(async () => {
    home = await openMortalHome();
  }, MORTAL_LIMIT_MS);
  afterAll(() => home[Symbol.asyncDispose](), MORTAL_LIMIT_MS);

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
