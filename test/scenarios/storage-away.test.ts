import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { TcpProxy } from '../contract/tcp-proxy.ts';
import { isThere, postgresAt, postgresPlace, redisAt, redisPlace } from '../storage/real-servers.ts';
import { PATIENT, SECRET, Spawned } from './spawned.ts';

const app = `
  import { App, z } from 'hassette';

  export class Bell extends App {
    readonly rings = this.store.value('rings', z.number().default(0));

    override async onInitialize() {
      this.bus.onStateChange('switch.bell', async ({ to }) => {
        this.logger.info('the bell is ' + to?.state);
        await this.rings.update((before) => before + 1);
      });
      this.logger.info('rung ' + (await this.rings.get()) + ' times');
    }
  }
`;

const places = [
  {
    name: 'PostgreSQL',
    at: postgresAt,
    isThere: await isThere('PostgreSQL', postgresAt),
    place: postgresPlace(),
    settings: (port: string, name: string) =>
      `{ url: "postgres://${postgresAt.user}:${SECRET}@127.0.0.1:${port}/${postgresAt.database}", schema: ${name} }`,
  },
  {
    name: 'Redis',
    at: redisAt,
    isThere: await isThere('Redis', redisAt),
    place: redisPlace(),
    settings: (port: string, name: string) =>
      `{ url: "redis://:${SECRET}@127.0.0.1:${port}/${redisAt.database}", prefix: "${name}" }`,
  },
];

describe.concurrent.for(places.filter((each) => each.isThere))(
  'with its storage in $name',
  ({ at, name, place, settings }) => {
    it('a daemon starts without it, waits, loses it and finds it again, and says so each time', PATIENT, async () => {
      await using _cleared = place;
      await using proxy = await TcpProxy.open(`http://${at.host}:${at.port}`);
      const home = new SimulatedHome({ clock: new SystemClock(), states: { 'switch.bell': 'off' } });
      await using server = await SimulatorServer.listen(home);
      proxy.refuse(true);
      await using daemon = new Spawned(['run'], {
        files: {
          'hassette.yaml': `
          homes: { default: { url: "${server.url}", token: "${home.token}" } }
          apps: { bell: { class: Bell } }
          storage: ${settings(new URL(proxy.url).port, place.name)}`,
          'apps/bell.ts': app,
        },
      });
      expect((await daemon.logged('the daemon goes on without it')).msg).toContain(`${name} at 127.0.0.1`);
      proxy.refuse(false);
      await daemon.logged('rung 0 times');
      home.setState('switch.bell', 'on');
      await daemon.logged('the bell is on');

      proxy.refuse(true);
      proxy.cut();
      home.setState('switch.bell', 'off');
      await daemon.logged('the storage fails: ');
      await daemon.logged('the bell is off');
      proxy.refuse(false);
      home.setState('switch.bell', 'on');
      await daemon.logged('the storage works again');
      expect((await daemon.stop()).code).toBe(0);
      expect(daemon.complaints.filter((msg) => msg.startsWith('the storage fails'))).toHaveLength(1);
      expect(daemon.output).not.toContain(SECRET);
    });
  },
);
