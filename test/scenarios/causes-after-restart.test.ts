import { expect, it } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { PATIENT, Spawned } from './spawned.ts';

const app = `
  import { App } from 'hassette';
  export class Lamp extends App {
    override async onInitialize() {
      this.bus.onStateChange('switch.hall', { to: 'on' }, async () => {
        await this.api.call('light.turn_on', { target: 'light.hall' });
        await this.api.call('light.turn_on', { target: 'light.stairs' });
        this.logger.info('switched on');
      });
      this.bus.onStateChange('light.hall', { every: true }, ({ cause, to }) => {
        const override = this.entity('light.hall').override();
        this.logger.info('hall ' + to?.state + ': ' + cause.kind + ' ' + cause.certain + ', overridden by ' + (override?.by.kind ?? 'nobody'));
      });
      this.logger.info('up; stairs overridden by ' + (this.entity('light.stairs').override()?.by.kind ?? 'nobody'));
    }
  }
`;

const somebody = (id: string) => ({ context: { id, parent_id: null, user_id: 'a-person' } });

it('a daemon that was killed knows afterwards what its apps had done, and what others did since', PATIENT, async () => {
  const home = new SimulatedHome({
    clock: new SystemClock(),
    states: { 'light.hall': 'off', 'light.stairs': 'off', 'switch.hall': 'off' },
  });
  await using server = await SimulatorServer.listen(home);
  const files = {
    'hassette.yaml': `homes: { default: { url: "${server.url}", token: "${home.token}" } }\napps: { lamp: { class: Lamp } }`,
    'apps/lamp.ts': app,
  };
  await using first = new Spawned(['run'], { files });
  await first.logged('up; stairs overridden by nobody');
  home.setState('switch.hall', 'on');
  await first.logged('switched on');
  await first.logged('hall on: self true, overridden by nobody');
  const waiting = async (): Promise<unknown> =>
    (await first.status()).resources.children.find(({ name }) => name === 'own-calls')?.details?.['waiting'];
  await expect.poll(waiting, PATIENT).toBe(0);
  first.signal('SIGKILL');
  await first.ended;
  const [call] = home.calls;

  home.setState('light.stairs', 'off', {}, somebody('01JAAAAAAAAAAAAAAAAAAAAAAA'));
  await using second = new Spawned(['run'], { folder: first.folder });
  await second.logged('up; stairs overridden by user');
  // A late echo of the call, as of a lamp that takes its time.
  home.setState('light.hall', 'on', { brightness: 99 }, { context: call?.context });
  await second.logged('hall on: self true, overridden by nobody');
  home.setState('light.hall', 'off', {}, somebody('01JBBBBBBBBBBBBBBBBBBBBBBB'));
  await second.logged('hall off: user true, overridden by user');
  expect((await second.stop()).code).toBe(0);
  expect(second.complaints).toEqual([]);
});
