import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:tls';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { swallow } from '../../src/simulator/faults.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { SimulatorServer } from '../../src/simulator/socket-server.ts';
import { PATIENT, Spawned } from './spawned.ts';

const certificates = new URL('../fixtures/tls/', import.meta.url);
const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(new URL(name, certificates), 'utf8'));

/** A proxy with a certificate of its own before a home. */
async function behindTls(server: SimulatorServer): Promise<string> {
  const proxy = createTlsServer({ key, cert }, (client) => {
    const home = connect(server.port, '127.0.0.1');
    client.pipe(home).pipe(client);
    for (const socket of [client, home]) socket.on('error', () => void [client.destroy(), home.destroy()]);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

const app = `
  import { App } from 'hassette';
  export class Chatty extends App {
    override async onInitialize() {
      this.logger.debug('whispers of ' + this.name);
      this.logger.info('words of ' + this.name);
      this.bus.onStateChange('switch.hall', { to: 'on' }, async () => {
        await this.api.call('light.toggle', { target: 'light.' + this.name });
        for (let n = 0; n < 40; n += 1) this.logger.info(n + ' of ' + this.name);
        this.logger.info(this.name + ' is done');
      });
      this.bus.onStateChange('switch.off', async () => {
        await this.api.call('light.toggle', { target: 'light.' + this.name }).catch((error) => this.logger.info(this.name + ': ' + error.message));
      });
    }
  }
`;

it('each setting has its effect: certificates, dry runs, levels, log files, limits of calls', PATIENT, async () => {
  const home = new SimulatedHome({
    clock: new SystemClock(),
    states: { 'switch.hall': 'off', 'switch.off': 'on', 'light.here': 'off', 'light.there': 'off', 'light.dry': 'off' },
  });
  await using server = await SimulatorServer.listen(home);
  const files = {
    'hassette.yaml': [
      `homes: { default: { url: "${await behindTls(server)}", token: "${home.token}", ca: own.pem } }`,
      'apps:',
      '  here: { class: Chatty, logLevel: debug }',
      '  there: { class: Chatty, isolation: thread, logLevel: debug }',
      '  dry: { class: Chatty, dryRun: true }',
      'connection: { callTimeout: 1s }',
      'logging: { file: logs/daemon.log, levels: { app.dry: warn }, rotate: { size: 4k, keep: 2 } }',
    ].join('\n'),
    'own.pem': cert ?? '',
    'apps/chatty.ts': app,
  };
  await using daemon = new Spawned(['run'], { files });
  await Promise.all([daemon.logged('words of here'), daemon.logged('words of there')]);
  await expect.poll(async () => (await daemon.status()).health, PATIENT).toBe('ok');
  home.setState('switch.hall', 'on');
  await Promise.all([daemon.logged('here is done'), daemon.logged('there is done')]);
  expect(home.calls.map(({ target }) => String(target['entity_id'])).toSorted()).toEqual(['light.here', 'light.there']);
  expect(daemon.output).toMatch(/whispers of here[^]*words of here/);
  expect(daemon.output).toContain('whispers of there');
  expect(daemon.output).not.toMatch(/(words|whispers) of dry/);

  // From here on the home is silent: calls end by their limit.
  home.add(swallow(({ type }) => type === 'call_service'));
  home.setState('switch.off', 'off');
  await Promise.all(
    ['here', 'there'].map((name) => daemon.logged(`${name}: Home "default" did not answer light.toggle within 1s`)),
  );
  expect((await daemon.stop()).code).toBe(0);

  const logs = join(daemon.folder, 'logs');
  const names = readdirSync(logs).toSorted();
  expect(names).toEqual(['daemon.log', 'daemon.log.1', 'daemon.log.2']);
  for (const name of names) expect(statSync(join(logs, name)).size).toBeLessThanOrEqual(4000);
  const lines = names.toReversed().flatMap((name) => readFileSync(join(logs, name), 'utf8').trim().split('\n'));
  expect(daemon.stdout).toContain(lines.join('\n'));
  expect(daemon.output).not.toContain(home.token);
});
