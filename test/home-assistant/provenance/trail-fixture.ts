import { AppBus } from '../../../src/apps/app-bus.ts';
import { BusService } from '../../../src/bus/bus-service.ts';
import { Api } from '../../../src/home-assistant/api/api.ts';
import { Home } from '../../../src/home-assistant/home.ts';
import { HomeConnection } from '../../../src/home-assistant/connection/home-connection.ts';
import type { Cause } from '../../../src/home-assistant/provenance/cause.ts';
import type { OwnCallStore } from '../../../src/home-assistant/provenance/own-call-store.ts';
import type { HomeTransport } from '../../../src/home-assistant/protocol/transport.ts';
import { Cancelled } from '../../../src/kernel/errors.ts';
import { Executor } from '../../../src/kernel/executor.ts';
import { Life } from '../../../src/kernel/life.ts';
import { memoryWaits } from '../../storage/memory-storage.ts';
import { Logging, type LogRecord } from '../../../src/kernel/logging.ts';
import { Resource, type ResourceContext } from '../../../src/kernel/resource.ts';
import { durationMs } from '../../../src/kernel/duration.ts';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';
import { AppScheduler } from '../../../src/scheduler/app-scheduler.ts';
import { SchedulerService } from '../../../src/scheduler/scheduler-service.ts';
import type { JsonObject } from '../../../src/simulator/json.ts';
import { SimulatedHome } from '../../../src/simulator/simulated-home.ts';

class Daemon extends Resource {
  constructor(context: ResourceContext) {
    super('daemon', context);
  }
}

/** A cause in words: `self`, `app cellar`, `user?`. */
export function inWords({ kind, app, certain }: Cause): string {
  return `${kind}${kind === 'app' ? ` ${app}` : ''}${certain ? '' : '?'}`;
}

/** A simulated home under virtual time, which a test may join with any number of daemons. */
export function makeHouse(states: Readonly<Record<string, string>> = {}) {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-21T12:00:00Z') });
  const home = new SimulatedHome({
    clock,
    states: { 'light.a': 'off', 'light.b': 'off', 'switch.a': 'off', ...states },
  });
  const person = home.users.add('Ada', { isAdmin: true });
  return {
    clock,
    home,
    person,
    /** Somebody calls a service, as a person does by the home's own interface. */
    async call(service: string, data: JsonObject, context = home.newContext(person)): Promise<void> {
      const [domain = '', name = ''] = service.split('.');
      await home.services.call({ domain, service: name, data, context, user: person });
      await clock.settle();
    },
    /** An automation of the home calls a service: for something that happened, or at a time of its own. */
    async automation(service: string, data: JsonObject, parent?: string): Promise<void> {
      const of = parent === undefined ? undefined : { id: parent, parent_id: null, user_id: null };
      const [domain = '', name = ''] = service.split('.');
      await home.services.call({ domain, service: name, data, context: home.newContext(undefined, of) });
      await clock.settle();
    },
    /** The thing itself reports a state. */
    async device(entityId: string, state: string, attributes: JsonObject = {}): Promise<void> {
      home.setState(entityId, state, attributes);
      await clock.settle();
    },
    advance: (duration: string) => clock.advanceBy(durationMs(duration)),
  };
}

export type TestHouse = ReturnType<typeof makeHouse>;

/** A daemon that is connected to it, and apps in it. */
export async function startDaemon(
  { clock, home }: TestHouse,
  options: {
    readonly token?: string;
    readonly store?: OwnCallStore;
    readonly transport?: HomeTransport;
    /** Comes back while the home is away. */
    readonly early?: boolean;
  } = {},
) {
  const logging = new Logging({ clock, level: 'info', format: 'silent' });
  const lines: LogRecord[] = [];
  logging.tap((record) => lines.push(record));
  const executor = new Executor({ clock, logger: logging.logger('executor') });
  const forget = clock.addActivity(executor);
  const root = new Daemon({ clock, logging });
  const connection = new HomeConnection(root, {
    home: 'default',
    transport: options.transport ?? home.transport,
    token: options.token ?? home.token,
    ownCalls: options.store,
  });
  const hosted = new Home(root, connection);
  const service = new BusService(root, { executor });
  const jobs = new SchedulerService(root, { executor });
  await clock.pump(root.start());
  if (options.early !== true) await clock.pump(hosted.firstReady);
  await clock.settle();
  const lives: Life[] = [];
  return {
    connection,
    hosted,
    lines,
    app(name: string) {
      const life = new Life(name);
      lives.push(life);
      const logger = logging.logger(`app.${name}`);
      const bus = new AppBus({
        service,
        home: hosted,
        life,
        clock,
        logger,
        waits: memoryWaits({ clock, logging }, name),
        self: () => undefined,
      });
      const api = new Api({ home: hosted, life, clock, logger, app: name });
      const told: string[] = [];
      const scheduler = new AppScheduler({ service: jobs, life, self: undefined, timeZone: () => 'UTC' });
      return {
        bus,
        api,
        life,
        scheduler,
        /** Who caused the changes of states and attributes of `light.a`, in words. */
        told,
        listen(entityId = 'light.a') {
          bus.onStateChange(entityId, { every: true }, (event) => void told.push(inWords(event.cause)));
        },
        override: (entityId = 'light.a') => hosted.overrides.of(entityId, name),
        /** Calls `light.turn_on` and the like, and waits until all is quiet. */
        async call(called: string, data: JsonObject, target: string | JsonObject = 'light.a'): Promise<void> {
          await clock.pump(api.call<string>(called, { target, data, validate: false }));
          await clock.settle();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      for (const life of lives) life.stop(new Cancelled('the test is over'));
      await clock.pump(root.stop());
      forget();
    },
  };
}
