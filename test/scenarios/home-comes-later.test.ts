import { expect, it } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { freePort, PATIENT, Spawned, spawned } from './spawned.ts';

const app = `
  import { App } from 'hassette';
  export class Lamp extends App {
    override async onInitialize() {
      this.bus.onConnected(() => this.logger.info('it is back'));
      this.bus.onDisconnected(() => this.logger.info('it is gone'));
      this.bus.onStateChange('switch.hall', { to: 'on' }, async () => {
        await this.api.call('light.turn_on', { target: 'light.hall' });
        this.logger.info('switched on');
      });
      this.logger.info('up in ' + this.clock.now().timeZoneId);
    }
  }
`;

it('a daemon that is up before its home waits for it, and shows how it is', PATIENT, async () => {
  const home = new SimulatedHome({
    clock: new SystemClock(),
    states: { 'light.hall': 'off', 'switch.hall': 'off' },
    config: { time_zone: 'Europe/Lisbon' },
  });
  const port = await freePort();
  const files = {
    'hassette.yaml': [
      `homes: { default: { url: "http://127.0.0.1:${port}", token: "${home.token}" } }`,
      'apps: { lamp: { class: Lamp } }',
      'connection: { firstRetry: 50ms, lastRetry: 100ms }',
    ].join('\n'),
    'apps/lamp.ts': app,
  };
  await using daemon = new Spawned(['run'], { files });
  await daemon.logged('cannot be reached');
  await expect.poll(async () => (await daemon.status()).apps[0]?.status, PATIENT).toBe('waiting for home');
  expect(await daemon.status()).toMatchObject({
    health: 'degraded',
    homes: [{ phase: expect.stringMatching(/lost|connecting/), entities: 0 }],
    problems: [{ where: 'home.default', hint: expect.stringContaining('Is Home Assistant running') }],
  });
  // Docker asks this of its container: a home that is away is no reason to restart the daemon.
  expect((await spawned(['status', '--quiet'], { folder: daemon.folder })).code).toBe(0);

  const server = await SimulatorServer.listen(home, { port });
  await daemon.logged('up in Europe/Lisbon');
  await expect.poll(async () => (await daemon.status()).health, PATIENT).toBe('ok');
  expect(await daemon.status()).toMatchObject({ problems: [], apps: [{ status: 'running' }] });

  await server.close();
  await daemon.logged('it is gone');
  const status = await spawned(['status'], { folder: daemon.folder });
  expect(status.code).toBe(0);
  expect(status.stdout).toMatch(/ is degraded, /);
  expect(status.stdout).toMatch(/^ {2}lamp +running/m);
  expect(status.stdout).toMatch(/^Problems\n {2}home\.default: /m);

  await using again = await SimulatorServer.listen(home, { port });
  await daemon.logged('it is back');
  home.setState('switch.hall', 'on');
  await daemon.logged('switched on');
  expect(home.state('light.hall')).toBe('on');
  expect((await daemon.status()).health).toBe('ok');

  expect((await daemon.stop()).code).toBe(0);
  expect(again.port).toBe(port);
  // Once while it was not there yet; that it went is told as well where it had been there for ten seconds.
  expect([1, 2]).toContain(daemon.complaints.length);
  expect(daemon.output).not.toContain(home.token);
});
