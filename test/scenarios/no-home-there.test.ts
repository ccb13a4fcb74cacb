import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freePort, PATIENT, SECRET, Spawned, spawned } from './spawned.ts';

const key = readFileSync(new URL('../fixtures/tls/key.pem', import.meta.url));
const cert = readFileSync(new URL('../fixtures/tls/cert.pem', import.meta.url));

interface Stranger {
  readonly port: number;
  /** How often somebody came. */
  visits(): number;
}

/** Something that is no Home Assistant, on a port of its own. */
async function stranger(server: Server): Promise<Stranger> {
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, visits: () => sockets.length };
}

it('whatever else answers in place of a home is told once with a hint, and tried again', PATIENT, async () => {
  const page = await stranger(createHttpServer((_request, response) => response.end('<h1>My blog</h1>')));
  const proxy = await stranger(createHttpServer((_request, response) => response.writeHead(502).end()));
  const selfSigned = await stranger(createTlsServer({ key, cert }));
  const other = await stranger(
    createTcpServer((socket) => socket.end('220 mail ESMTP\r\n').on('error', () => undefined)),
  );
  const mute = await stranger(createTcpServer((socket) => socket.on('error', () => undefined)));
  const homes: Readonly<Record<string, readonly [url: string, message: RegExp, hint: RegExp]>> = {
    nobody: [`http://127.0.0.1:${await freePort()}`, /cannot be reached: .*ECONNREFUSED/, /Is Home Assistant running/],
    nowhere: ['http://no-such-host.invalid', /cannot be reached: .*(ENOTFOUND|EAI_AGAIN)/, /Check its spelling/],
    page: [`http://127.0.0.1:${page.port}`, /answered 200 where Home Assistant/, /8123 unless changed/],
    proxy: [`http://127.0.0.1:${proxy.port}`, /A proxy at .* answered 502/, /may be starting/],
    tls: [`https://127.0.0.1:${selfSigned.port}`, /TLS with .* failed: self-signed certificate/, /`ca`.*`verifyTls/],
    other: [`http://127.0.0.1:${other.port}`, /does not speak as Home Assistant does/, /https:\/\//],
    mute: [`http://127.0.0.1:${mute.port}`, /did not answer within 0\.5 s/, /firewall/],
  };
  const urls = Object.entries(homes).map(([name, [url]]) => `  ${name}: { url: "${url}", token: ${SECRET} }`);
  const files = {
    'hassette.yaml': [
      'homes:',
      '  simulated: simulated',
      ...urls,
      'connection: { connectTimeout: 500ms, firstRetry: 50ms, lastRetry: 100ms }',
      'apps: { well: { class: Well, home: simulated }, waits: { class: Well, home: page } }',
    ].join('\n'),
    'apps/well.ts': `
      import { App } from 'hassette';
      export class Well extends App { override async onInitialize() { this.logger.info(this.name + ' runs'); } }`,
  };

  await using daemon = new Spawned(['run'], { files });
  const [check] = await Promise.all([
    spawned(['check', '--home'], { files }),
    daemon.logged('well runs'),
    ...Object.values(homes).map(([, message]) => daemon.logged(message)),
  ]);

  expect(check.code).toBe(1);
  for (const [name, [, message, hint]] of Object.entries(homes)) {
    const [, told = ''] = check.stderr.split(`home "${name}"\n`);
    expect(told.split('\n', 1)[0], name).toMatch(message);
    expect(told.split('\n', 1)[0], name).toMatch(hint);
  }

  // From the check one, and then some.
  await expect
    .poll(() => Math.min(...[page, proxy, selfSigned, other, mute].map((each) => each.visits())), PATIENT)
    .toBeGreaterThan(3);
  for (const [name, [, message, hint]] of Object.entries(homes)) {
    const [line, ...more] = daemon.log.filter(({ logger, level }) => logger === `home.${name}` && level !== 'info');
    expect(line, name).toMatchObject({
      level: 'warn',
      msg: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(line?.msg).toMatch(/\. It is tried again until it works\.$/);
    expect(more, name).toEqual([]);
  }
  const { health, problems, apps } = await daemon.status();
  expect(health).toBe('degraded');
  expect(problems.map(({ where }) => where)).toEqual(Object.keys(homes).map((name) => `home.${name}`));
  expect(apps.map(({ status }) => status)).toEqual(['running', 'waiting for home']);
  expect((await daemon.stop()).code).toBe(0);
  expect(daemon.output + check.output).not.toContain(SECRET);
});
