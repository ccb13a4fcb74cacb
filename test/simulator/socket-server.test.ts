import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { PortInUse, SimulatorServer } from '../../src/simulator/socket-server.ts';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const disposable of open.splice(0)) await disposable[Symbol.asyncDispose]();
});

async function serve(): Promise<{ clock: VirtualClock; home: SimulatedHome; server: SimulatorServer }> {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-21T12:00:00Z') });
  const home = new SimulatedHome({ clock, states: { 'light.a': 'off' } });
  const server = await SimulatorServer.listen(home);
  open.push(server);
  return { clock, home, server };
}

async function next(socket: WebSocket): Promise<unknown> {
  const [data]: unknown[] = await once(socket, 'message');
  return JSON.parse(String(data));
}

async function connect(server: SimulatorServer, token: string): Promise<WebSocket> {
  const socket = new WebSocket(server.wsUrl);
  expect(await next(socket)).toMatchObject({ type: 'auth_required' });
  socket.send(JSON.stringify({ type: 'auth', access_token: token }));
  expect(await next(socket)).toMatchObject({ type: 'auth_ok' });
  return socket;
}

async function codeOf(socket: WebSocket): Promise<unknown> {
  socket.on('error', () => undefined);
  const [code]: unknown[] = await once(socket, 'close');
  return code;
}

describe('SimulatorServer', () => {
  it('speaks the WebSocket, compressed where the client offers it', async () => {
    const { home, server } = await serve();
    const socket = await connect(server, home.token);
    expect(socket.extensions).toContain('permessage-deflate');
    socket.send(JSON.stringify({ id: 1, type: 'get_states' }));
    expect(await next(socket)).toMatchObject({ id: 1, result: [{ entity_id: 'light.a' }] });
    socket.close();
    expect(await codeOf(socket)).toBe(1005);
  });

  it('answers REST, compressed where the answer is long', async () => {
    const { home, server } = await serve();
    const headers = { authorization: `Bearer ${home.token}` };
    const services = await fetch(`${server.url}/api/services`, { headers });
    expect(services.headers.get('content-encoding')).toBe('deflate');
    expect(await services.json()).toContainEqual(expect.objectContaining({ domain: 'light' }));
    const call = await fetch(`${server.url}/api/services/light/turn_on`, {
      method: 'POST',
      headers,
      body: '{"entity_id":"light.a"}',
    });
    expect(await call.json()).toMatchObject([{ entity_id: 'light.a', state: 'on' }]);
    expect((await fetch(`${server.url}/api/`)).status).toBe(401);
  });

  it('ends a connection over which more than 4 MiB come with code 1009', async () => {
    const { home, server } = await serve();
    const socket = await connect(server, home.token);
    socket.send(JSON.stringify({ id: 1, type: 'ping', pad: 'x'.repeat(4 * 1024 * 1024) }));
    expect(await codeOf(socket)).toBe(1009);
  });

  it('answers pings', async () => {
    const { home, server } = await serve();
    const socket = await connect(server, home.token);
    socket.ping();
    await once(socket, 'pong');
    socket.terminate();
  });

  it('refuses while the home is down, and answers on the same port when it is up again', async () => {
    const { clock, home, server } = await serve();
    const { port } = server;
    const socket = await connect(server, home.token);
    home.kill();
    expect(await codeOf(socket)).toBe(1006);
    await expect(fetch(`${server.url}/api/`)).rejects.toThrow('fetch failed');
    home.start();
    await clock.advanceBy(5000);
    await server.settled();
    expect(server.port).toBe(port);
    (await connect(server, home.token)).terminate();
  });

  it('says so when somebody has taken the port while the home was down', async () => {
    const { clock, home, server } = await serve();
    home.kill();
    await server.settled();
    const other = await SimulatorServer.listen(new SimulatedHome({ clock }), { port: server.port });
    open.push(other);
    home.start();
    await expect(server.settled()).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  });

  it('says who stands in the way when the port is taken', async () => {
    const { home, server } = await serve();
    const refused = await SimulatorServer.listen(home, { port: server.port }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PortInUse);
    expect(refused).toMatchObject({
      code: 'PORT_IN_USE',
      message: `Port ${server.port} of 127.0.0.1 is in use`,
      hint: expect.stringContaining('another port'),
    });
  });

  it('frees its port and ends its connections when it is closed', async () => {
    const { home, server } = await serve();
    const socket = await connect(server, home.token);
    const ended = codeOf(socket);
    await server.close();
    expect(await ended).toBe(1006);
    const again = await SimulatorServer.listen(home, { port: server.port });
    open.push(again);
    expect(again.url).toBe(server.url);
  });

  it('sends 404 to an upgrade of another path', async () => {
    const { server } = await serve();
    const socket = new WebSocket(`${server.wsUrl}/x`);
    const [error]: unknown[] = await once(socket, 'error');
    expect(String(error)).toContain('404');
  });
});
