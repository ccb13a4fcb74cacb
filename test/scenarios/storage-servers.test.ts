import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { isThere, postgresAt, postgresPlace, redisAt, redisPlace } from '../storage/real-servers.ts';
import { PATIENT, Spawned } from './spawned.ts';

const app = `
  import { createRequire } from 'node:module';
  import { App, z } from 'hassette';

  const loaded = () => Object.keys(createRequire(import.meta.url).cache);
  const libraries = () => ['pg', 'ioredis'].filter((name) => loaded().some((file) => file.includes('/node_modules/' + name + '/')));

  export class Keeper extends App {
    readonly starts = this.store.value('starts', z.number().default(0));

    override async onInitialize() {
      const starts = await this.starts.update((before) => before + 1);
      this.whenever(() => this.states.is('switch.hall', 'on'), {
        name: 'hall',
        enter: () => this.logger.info('the hall is on'),
        exit: () => this.logger.info('the hall is off'),
      });
      this.bus.onStateChange('light.hall', { to: 'on', for: '5s', name: 'burning', durable: true }, () =>
        this.logger.info('the light has burnt'));
      this.bus.onStateChange('light.hall', { to: 'on' }, () => this.logger.info('the light is on'));
      this.logger.info('start ' + starts + ' with ' + (libraries().join(' and ') || 'neither'));
    }
  }
`;

const places = [
  {
    name: 'PostgreSQL',
    isThere: await isThere('PostgreSQL', postgresAt),
    place: postgresPlace(),
    library: 'pg',
    settings: (name: string) =>
      `{ url: "postgres://${postgresAt.user}@${postgresAt.host}:${postgresAt.port}/${postgresAt.database}", schema: ${name} }`,
  },
  {
    name: 'Redis',
    isThere: await isThere('Redis', redisAt),
    place: redisPlace(),
    library: 'ioredis',
    settings: (name: string) =>
      `{ url: "redis://${redisAt.host}:${redisAt.port}/${redisAt.database}", prefix: "${name}" }`,
  },
  {
    name: 'a file',
    isThere: true,
    place: { name: 'kept.db', [Symbol.asyncDispose]: () => Promise.resolve() },
    library: 'neither',
    settings: (name: string) => `{ file: ${name} }`,
  },
];

describe.concurrent.for(places.filter((each) => each.isThere))(
  'with its storage in $name',
  ({ place, library, settings }) => {
    it('a daemon knows after a restart what its apps had stored and where they stood', PATIENT, async () => {
      await using _cleared = place;
      const home = new SimulatedHome({
        clock: new SystemClock(),
        states: { 'switch.hall': 'off', 'light.hall': 'off' },
      });
      await using server = await SimulatorServer.listen(home);
      const files = {
        'hassette.yaml': `
        homes: { default: { url: "${server.url}", token: "${home.token}" } }
        apps: { keeper: { class: Keeper } }
        storage: ${settings(place.name)}`,
        'apps/keeper.ts': app,
      };
      await using first = new Spawned(['run'], { files });
      await first.logged(`start 1 with ${library}`);
      home.setState('switch.hall', 'on');
      await first.logged('the hall is on');
      home.setState('light.hall', 'on');
      await first.logged('the light is on');
      expect((await first.stop()).code).toBe(0);

      home.setState('switch.hall', 'off');
      await using second = new Spawned(['run'], { folder: first.folder });
      await second.logged(`start 2 with ${library}`);
      await second.logged('the hall is off');
      await second.logged('the light has burnt');
      expect((await second.stop()).code).toBe(0);
      expect([...first.complaints, ...second.complaints]).toEqual([]);
    });
  },
);
