import { AppBus } from '../../../src/apps/app-bus.ts';
import { BusService } from '../../../src/bus/bus-service.ts';
import { Api } from '../../../src/home-assistant/api/api.ts';
import { HomeConnection } from '../../../src/home-assistant/connection/home-connection.ts';
import { Home } from '../../../src/home-assistant/home.ts';
import { Cancelled } from '../../../src/kernel/errors.ts';
import { Executor } from '../../../src/kernel/executor.ts';
import { Life } from '../../../src/kernel/life.ts';
import { memoryWaits } from '../../storage/memory-storage.ts';
import { Logging } from '../../../src/kernel/logging.ts';
import { Resource, type ResourceContext } from '../../../src/kernel/resource.ts';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';
import type { RegistrySetup } from '../../../src/simulator/registries/registries.ts';
import { SimulatedHome } from '../../../src/simulator/simulated-home.ts';
import { inWords, type Told } from '../house-fixture.ts';

class Host extends Resource {
  constructor(context: ResourceContext) {
    super('host', context);
  }
}

/** Two rooms on two floors, with a lamp on a device, a motion sensor with a battery, and a hidden light. */
const ROOMS: RegistrySetup = {
  floors: { ground: {}, first: {} },
  areas: { kitchen: { floor: 'ground' }, study: { floor: 'first', labels: ['night'] } },
  labels: { night: {} },
  devices: { lamp: { area: 'kitchen' }, motion: { area: 'kitchen' } },
  entities: {
    'light.lamp': { device: 'lamp', integration: 'hue' },
    'light.desk': { area: 'study', integration: 'zha' },
    'light.hidden': { area: 'kitchen', hidden: true },
    'binary_sensor.motion': { device: 'motion', integration: 'zha' },
    'sensor.motion_battery': { device: 'motion', integration: 'zha', category: 'diagnostic' },
  },
};

/** A simulated home, and the real connection, home, bus and api on it, in memory under virtual time. */
export async function startSimulatedHouse(
  options: {
    /** The token is that of a user who is no administrator. */
    readonly asUser?: boolean;
    /** Before anybody connects. */
    readonly prepare?: (simulated: SimulatedHome) => void;
  } = {},
) {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-21T12:00:00Z') });
  const simulated = new SimulatedHome({
    clock,
    registries: ROOMS,
    states: {
      'light.lamp': 'off',
      'light.desk': 'off',
      'light.hidden': 'off',
      'light.stray': 'off',
      'binary_sensor.motion': { state: 'off', attributes: { device_class: 'motion' } },
      'sensor.motion_battery': { state: '80', attributes: { device_class: 'battery' } },
    },
  });
  options.prepare?.(simulated);
  const logging = new Logging({ clock, format: 'silent', level: 'debug' });
  const lines: { readonly level: string; readonly msg: string }[] = [];
  logging.tap(({ level, msg }) => lines.push({ level, msg }));
  const executor = new Executor({ clock, logger: logging.logger('executor') });
  clock.addActivity(executor);
  const host = new Host({ clock, logging });
  const token = options.asUser === true ? simulated.userToken : simulated.token;
  const connection = new HomeConnection(host, { home: 'default', transport: simulated.transport, token });
  const home = new Home(host, connection);
  const service = new BusService(host, { executor });
  await clock.pump(host.start());
  const life = new Life('hallway');
  const logger = logging.logger('app.hallway');
  const bus = new AppBus({
    service,
    home,
    life,
    clock,
    logger,
    waits: memoryWaits({ clock, logging }, 'hallway'),
    self: () => undefined,
  });
  const api = new Api({ home, life, clock, logger, app: 'hallway' });
  const known = (): Promise<void> => clock.pump(home.whenKnown(life.signal));
  return {
    clock,
    simulated,
    home,
    bus,
    api,
    known,
    warnings: () => lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg),
    /** Does something to the home's registries, and lets it be heard of. */
    async change(act: (registries: SimulatedHome['registries']) => unknown): Promise<void> {
      act(simulated.registries);
      await clock.settle();
    },
    async set(entityId: string, state: string): Promise<void> {
      simulated.setState(entityId, state);
      await clock.settle();
    },
    /** The connection goes, something is done, and it comes back. */
    async away(act: () => void): Promise<void> {
      simulated.dropConnections();
      act();
      await clock.advanceBy(5000);
      await known();
    },
    ear() {
      const told: string[] = [];
      return { told, hear: (event: Told) => void told.push(inWords(event)) };
    },
    async [Symbol.asyncDispose]() {
      life.stop(new Cancelled('the test is over'));
      await clock.pump(host.stop());
    },
  };
}
