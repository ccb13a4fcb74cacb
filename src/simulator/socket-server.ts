import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { RestRequest, RestResponse } from '../home-assistant/protocol/transport.ts';
import { HassetteError } from '../kernel/errors.ts';
import type { Connection, Peer } from './connection.ts';
import type { Limits } from './limits.ts';

/** What a server needs of the home that it puts on the network. */
export interface ServedHome {
  readonly limits: Limits;
  readonly isUp: boolean;
  onAvailability(listener: (up: boolean) => void): () => void;
  open(peer: Peer): Connection | undefined;
  request(request: RestRequest): Promise<RestResponse>;
}

export interface ListenOptions {
  /**
   * 0 takes any that is free.
   *
   * @defaultValue 0
   */
  readonly port?: number | undefined;
  /** @defaultValue '127.0.0.1' */
  readonly host?: string | undefined;
}

/** The simulated home cannot have the port it was told to take. */
export class PortInUse extends HassetteError {
  readonly code = 'PORT_IN_USE';
  readonly audience = 'operator';
  readonly port: number;

  constructor(host: string, port: number, cause: unknown) {
    super(`Port ${port} of ${host} is in use`, {
      cause,
      hint: 'End what listens there, or choose another port; 0 takes any that is free.',
    });
    this.port = port;
  }
}

/** As much as Home Assistant takes in one request. */
const longestBodyBytes = 16 * 1024 * 1024;
/** What may wait in a socket before the home holds back the rest. */
const socketBufferBytes = 1024 * 1024;

/** Puts a simulated home on a port: WebSocket and REST, as a real one answers there. */
export class SimulatorServer {
  readonly #home: ServedHome;
  readonly #host: string;
  readonly #sockets: WebSocketServer;
  readonly #wires = new Set<SocketPeer>();
  readonly #stopListening: () => void;
  #port: number;
  #http: Server | undefined;
  /** Opening and closing the port come one after the other. */
  #turn: Promise<void> = Promise.resolve();
  /** Why the port could not be opened again. */
  #failure: Error | undefined;

  private constructor(home: ServedHome, host: string, port: number) {
    this.#home = home;
    this.#host = host;
    this.#port = port;
    this.#sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: true,
      maxPayload: home.limits.messageBytes,
      autoPong: false,
    });
    this.#stopListening = home.onAvailability((up) => {
      this.#turn = this.#turn
        .then(() => (up ? this.#open() : this.#shut()))
        .catch((error: unknown) => {
          this.#failure = error instanceof Error ? error : new Error(String(error));
        });
    });
  }

  /** @throws PortInUse */
  static async listen(
    home: ServedHome,
    { port = 0, host = '127.0.0.1' }: ListenOptions = {},
  ): Promise<SimulatorServer> {
    const server = new SimulatorServer(home, host, port);
    try {
      await server.#open();
    } catch (error) {
      server.#stopListening();
      throw error;
    }
    if (!home.isUp) server.#shut();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://${this.#host.includes(':') ? `[${this.#host}]` : this.#host}:${this.#port}`;
  }

  get wsUrl(): string {
    return `${this.url.replace('http', 'ws')}/api/websocket`;
  }

  /**
   * When the port is as the home is: open while it is up.
   *
   * @throws PortInUse - where somebody has taken it while the home was down.
   */
  async settled(): Promise<void> {
    await this.#turn;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends all connections, and frees the port. */
  async close(): Promise<void> {
    this.#stopListening();
    await this.#turn;
    for (const wire of this.#wires) wire.drop();
    const http = this.#http;
    this.#shut();
    http?.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open(): Promise<void> {
    if (this.#http !== undefined) return;
    const http = createServer((request, response) => void this.#answer(request, response));
    http.on('upgrade', (request, socket: Socket, head: Buffer) => this.#upgrade(request, socket, head));
    await new Promise<void>((resolve, reject) => {
      http.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'EADDRINUSE' ? new PortInUse(this.#host, this.#port, error) : error);
      });
      http.listen(this.#port, this.#host, resolve);
    });
    this.#http = http;
    this.#port = (http.address() as AddressInfo).port;
  }

  #shut(): void {
    const http = this.#http;
    this.#http = undefined;
    http?.close();
    // What is being answered is answered; the home itself ends its sockets.
    http?.closeIdleConnections();
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (request.url !== '/api/websocket') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const wire = new SocketPeer(webSocket, () => this.#wires.delete(wire));
      this.#wires.add(wire);
      if (!wire.open(this.#home)) webSocket.terminate();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await bodyOf(request);
      if (body === undefined) {
        response.writeHead(413).end();
        return;
      }
      const answer = await this.#home.request({
        method: request.method ?? 'GET',
        path: request.url ?? '/',
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
        body,
      });
      response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
    } catch {
      // The home has gone down meanwhile: no answer, as from a process that has ended.
      response.destroy();
    }
  }
}

/** Undefined where it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    bytes += chunk.length;
    if (bytes > longestBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** A client at the other end of a socket. */
class SocketPeer implements Peer {
  readonly #socket: WebSocket;
  readonly #onGone: () => void;
  #connection: Connection | undefined;

  constructor(socket: WebSocket, onGone: () => void) {
    this.#socket = socket;
    this.#onGone = onGone;
  }

  open(home: ServedHome): boolean {
    const connection = home.open(this);
    if (connection === undefined) return false;
    this.#connection = connection;
    this.#socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) connection.receiveBinary(data);
      else connection.receive(data.toString());
    });
    this.#socket.on('ping', (data) => {
      if (connection.receivePing()) this.#socket.pong(data);
    });
    this.#socket.on('pong', () => connection.receivePong());
    // A frame that breaks the rules; ws closes with the right code by itself.
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#onGone();
      connection.gone();
    });
    return true;
  }

  get writable(): boolean {
    return this.#socket.bufferedAmount < socketBufferBytes;
  }

  send(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(text, () => {
      if (this.writable) this.#connection?.drained();
    });
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  drop(): void {
    this.#socket.terminate();
  }
}
