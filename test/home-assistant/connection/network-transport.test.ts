import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { ConnectionLost, HomeUnreachable } from '../../../src/home-assistant/home-errors.ts';
import { NetworkTransport } from '../../../src/home-assistant/connection/network-transport.ts';
import type { TlsSettings } from '../../../src/home-assistant/connection/tls-trust.ts';
import type { HomeSocket, SocketListener } from '../../../src/home-assistant/protocol/transport.ts';
import { SystemClock } from '../../../src/kernel/system-clock.ts';

const key = readFileSync(new URL('../../fixtures/tls/key.pem', import.meta.url));
const cert = readFileSync(new URL('../../fixtures/tls/cert.pem', import.meta.url));

const openThings: (() => void)[] = [];
afterEach(() => {
  for (const close of openThings.splice(0)) close();
});

/** Listens on a port of its own, and gives it. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  openThings.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function transportTo(url: string, tls: TlsSettings = {}): NetworkTransport {
  const transport = new NetworkTransport({ clock: new SystemClock(), url, ...tls });
  openThings.push(() => void transport[Symbol.asyncDispose]());
  return transport;
}

/** A listener that notes what it is told. */
class Ear implements SocketListener {
  readonly texts: string[] = [];
  readonly closed = Promise.withResolvers<number>();
  readonly #wanted: { count: number; resolve: () => void }[] = [];

  onText(text: string): void {
    this.texts.push(text);
    for (const { count, resolve } of this.#wanted) if (this.texts.length >= count) resolve();
  }

  onClose(code: number): void {
    this.closed.resolve(code);
  }

  async heard(count: number): Promise<readonly string[]> {
    if (this.texts.length < count) await new Promise<void>((resolve) => this.#wanted.push({ count, resolve }));
    return this.texts;
  }
}

async function connect(url: string, ear = new Ear(), tls: TlsSettings = {}): Promise<HomeSocket> {
  const socket = await transportTo(url, tls).connect(ear, new AbortController().signal);
  openThings.push(() => socket.terminate());
  return socket;
}

/** The error with which an attempt to connect ends. */
async function obstacle(url: string, tls: TlsSettings = {}): Promise<unknown> {
  try {
    await connect(url, new Ear(), tls);
    return undefined;
  } catch (error) {
    return error;
  }
}

async function answering(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  // Without a listener of `upgrade` the server would answer an upgrade as an ordinary request; it is to do just that.
  return listen(server);
}

describe('a WebSocket to a home', () => {
  async function echo(): Promise<{ url: string; server: WebSocketServer }> {
    const http = createServer();
    const server = new WebSocketServer({ server: http, path: '/home/api/websocket' });
    server.on('connection', (socket) => {
      socket.send('first');
      socket.on('message', (data: Buffer) => socket.send(`${data.toString('utf8')}!`));
    });
    const url = `http://127.0.0.1:${await listen(http)}/home`;
    return { url, server };
  }

  it('says nothing before whoever opened it has it, though it came along with the upgrade', async () => {
    const { url } = await echo();
    const ear = new Ear();
    const socket = await connect(url, ear);
    expect(ear.texts).toEqual([]);
    socket.send('größe');
    expect(await ear.heard(2)).toEqual(['first', 'größe!']);
  });

  it('offers no compression', async () => {
    const { url, server } = await echo();
    const offered = new Promise((resolve) => {
      server.on('connection', (_socket, request) => resolve(request.headers['sec-websocket-extensions']));
    });
    await connect(url);
    expect(await offered).toBeUndefined();
  });

  it('waits while it is paused', async () => {
    const { url } = await echo();
    const ear = new Ear();
    const socket = await connect(url, ear);
    await ear.heard(1);
    socket.pause();
    socket.send('a');
    const other = new Ear();
    await connect(url, other);
    await other.heard(1);
    expect(ear.texts).toEqual(['first']);
    socket.resume();
    expect(await ear.heard(2)).toEqual(['first', 'a!']);
  });

  it('closes politely', async () => {
    const { url, server } = await echo();
    const code = new Promise<number>((resolve) => {
      server.on('connection', (peer) => peer.on('close', resolve));
    });
    const ear = new Ear();
    const socket = await connect(url, ear);
    socket.close();
    expect(await code).toBe(1000);
    expect(await ear.closed.promise).toBe(1000);
  });

  it('tells that it broke off', async () => {
    const { url, server } = await echo();
    const ear = new Ear();
    await connect(url, ear);
    for (const peer of server.clients) peer.terminate();
    expect(await ear.closed.promise).toBe(1006);
  });

  it('can be given up while it is being opened', async () => {
    const silent = await listen(createTcpServer(() => undefined));
    const controller = new AbortController();
    const attempt = transportTo(`http://127.0.0.1:${silent}`).connect(new Ear(), controller.signal);
    controller.abort(new Error('enough'));
    await expect(attempt).rejects.toThrow('enough');
  });
});

describe('what stands in the way of a WebSocket', () => {
  it('is a port where nothing listens', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await obstacle(`http://127.0.0.1:${port}`)).toMatchObject({
      code: 'HOME_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
      hint: expect.stringContaining('Is Home Assistant running'),
    });
  });

  it('is a name that nobody has', async () => {
    expect(await obstacle('http://no-such-host.invalid:8123')).toMatchObject({
      code: 'HOME_UNREACHABLE',
      hint: expect.stringContaining('No host of that name'),
    });
  });

  it.each([
    [200, 'NOT_HOME_ASSISTANT', /8123/],
    [301, 'NOT_HOME_ASSISTANT', /Give the address that it sends to/],
    [400, 'NOT_HOME_ASSISTANT', /trusted_proxies/],
    [403, 'NOT_HOME_ASSISTANT', /ip_bans/],
    [404, 'NOT_HOME_ASSISTANT', /8123/],
    [502, 'GATEWAY_FAILED', /may be starting/],
    [503, 'GATEWAY_FAILED', /may be starting/],
  ])('is an answer of %i', async (status, code, hint) => {
    const port = await answering((_request, response) => {
      response.writeHead(status, { location: 'https://elsewhere.example' }).end('no');
    });
    expect(await obstacle(`http://127.0.0.1:${port}`)).toMatchObject({ code, hint: expect.stringMatching(hint) });
  });

  it('names where a redirection leads', async () => {
    const port = await answering((_request, response) => {
      response.writeHead(308, { location: 'https://elsewhere.example' }).end();
    });
    expect(await obstacle(`http://127.0.0.1:${port}`)).toMatchObject({
      message: expect.stringContaining('to https://elsewhere.example'),
    });
  });

  it('is something that does not speak HTTP', async () => {
    const port = await listen(createTcpServer((socket) => socket.end('220 mail.example ESMTP\r\n')));
    expect(await obstacle(`http://127.0.0.1:${port}`)).toMatchObject({ code: 'NOT_HOME_ASSISTANT' });
  });

  it('is somebody who hangs up', async () => {
    const port = await listen(createTcpServer((socket) => socket.resetAndDestroy()));
    expect(await obstacle(`http://127.0.0.1:${port}`)).toMatchObject({
      code: 'HOME_UNREACHABLE',
      hint: expect.stringContaining('https://'),
    });
  });

  it('is a certificate that nobody vouches for', async () => {
    const port = await listen(createTlsServer({ key, cert }));
    expect(await obstacle(`https://127.0.0.1:${port}`)).toMatchObject({
      code: 'TLS_REFUSED',
      message: `TLS with https://127.0.0.1:${port} failed: self-signed certificate`,
      hint: expect.stringMatching(/PEM.*`ca`.*`verifyTls: false`/),
    });
  });

  it('is a port without TLS under an address with', async () => {
    const port = await answering((_request, response) => response.end());
    expect(await obstacle(`https://127.0.0.1:${port}`)).toMatchObject({
      code: 'TLS_REFUSED',
      message: `TLS with https://127.0.0.1:${port} failed: wrong version number`,
      hint: expect.stringContaining('http://'),
    });
  });

  it('is a port with TLS under an address without', async () => {
    const port = await listen(createTlsServer({ key, cert }));
    expect(await obstacle(`http://127.0.0.1:${port}`)).toMatchObject({ hint: expect.stringContaining('https://') });
  });
});

describe('a home with a certificate of its own', () => {
  async function home(): Promise<string> {
    const server = createTlsServer({ key, cert }, (_request, response) => response.end('hello'));
    new WebSocketServer({ server, path: '/api/websocket' }).on('connection', (socket) => socket.send('first'));
    return `https://127.0.0.1:${await listen(server)}`;
  }

  it.each([
    ['its authority is known', { ca: fileURLToPath(new URL('../../fixtures/tls/cert.pem', import.meta.url)) }],
    ['none is asked for', { verifyTls: false }],
  ])('is reached where %s', async (_case, tls) => {
    const url = await home();
    const ear = new Ear();
    await connect(url, ear, tls);
    expect(await ear.heard(1)).toEqual(['first']);
    const { body } = await transportTo(url, tls).request({ method: 'GET', path: '/' }, new AbortController().signal);
    expect(Buffer.from(body).toString()).toBe('hello');
  });

  it('is not reached where the file of its authority cannot be used, which is told', async () => {
    const url = await home();
    const missing = { code: 'TLS_REFUSED', message: expect.stringContaining('/nowhere/ca.pem cannot be used: ENOENT') };
    expect(await obstacle(url, { ca: '/nowhere/ca.pem' })).toMatchObject(missing);
    const request = transportTo(url, { ca: '/nowhere/ca.pem' }).request(
      { method: 'GET', path: '/' },
      new AbortController().signal,
    );
    await expect(request).rejects.toMatchObject(missing);
    const noPem = fileURLToPath(new URL('../../../package.json', import.meta.url));
    expect(await obstacle(url, { ca: noPem })).toMatchObject({ hint: expect.stringContaining('BEGIN CERTIFICATE') });
  });
});

describe('a request to a home', () => {
  const signal = new AbortController().signal;

  it('goes below the path prefix, with its body and headers, and comes back as it is', async () => {
    const port = await answering((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        response.writeHead(201, { 'content-type': 'application/json', 'x-twice': ['a', 'b'] });
        response.end(JSON.stringify([request.method, request.url, request.headers['authorization'], body]));
      });
    });
    const response = await transportTo(`http://127.0.0.1:${port}/home/`).request(
      {
        method: 'POST',
        path: '/api/states/sensor.a?x=1',
        headers: { authorization: 'Bearer t' },
        body: '{"state":"1"}',
      },
      signal,
    );
    expect(response).toMatchObject({ status: 201, headers: { 'content-type': 'application/json', 'x-twice': 'a, b' } });
    expect(JSON.parse(Buffer.from(response.body).toString('utf8'))).toEqual([
      'POST',
      '/home/api/states/sensor.a?x=1',
      'Bearer t',
      '{"state":"1"}',
    ]);
  });

  it('that nobody took has not been carried out', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const attempt = transportTo(`http://127.0.0.1:${port}`).request({ method: 'GET', path: '/api/' }, signal);
    await expect(attempt).rejects.toThrow(HomeUnreachable);
  });

  it('whose connection broke off may have been', async () => {
    const port = await answering((request) => request.socket.destroy());
    const attempt = transportTo(`http://127.0.0.1:${port}`).request(
      { method: 'POST', path: '/api/x', body: '{}' },
      signal,
    );
    await expect(attempt).rejects.toThrow(ConnectionLost);
    await expect(attempt).rejects.toMatchObject({ mayHaveRun: true });
  });

  it('can be given up', async () => {
    const port = await answering(() => undefined);
    const controller = new AbortController();
    const attempt = transportTo(`http://127.0.0.1:${port}`).request(
      { method: 'GET', path: '/api/' },
      controller.signal,
    );
    controller.abort(new Error('enough'));
    await expect(attempt).rejects.toThrow('enough');
  });
});
