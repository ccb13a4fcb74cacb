import type { IncomingMessage } from 'node:http';
import type { Agent } from 'undici';
import type { WebSocket } from 'ws';
import type { Clock } from '../../kernel/clock.ts';
import { type HomeAddress, parseHomeAddress } from './home-address.ts';
import { ConnectionLost, HomeUnreachable } from '../home-errors.ts';
import type { HomeSocket, HomeTransport, RestRequest, RestResponse, SocketListener } from '../protocol/transport.ts';
import { type TlsSettings, type TlsTrust, tlsTrust } from './tls-trust.ts';
import { problemOfNetwork, problemOfStatus } from './transport-problems.ts';

/** The states of a large home come as one frame; this is far beyond any. */
const MAX_FRAME_BYTES = 512 * 1024 * 1024;

export interface NetworkTransportOptions extends TlsSettings {
  readonly clock: Clock;
  /** As a person writes it: `http://homeassistant.local:8123`. */
  readonly url: string;
}

/**
 * The way to a real home: WebSockets by `ws`, requests by `undici`. Neither has a time limit of its own here; those who
 * call have.
 */
export class NetworkTransport implements HomeTransport, AsyncDisposable {
  readonly address: HomeAddress;
  readonly #clock: Clock;
  readonly #tls: TlsSettings;
  #agent: Promise<Agent> | undefined;

  /** @throws AddressInvalid - where the address is none. */
  constructor(options: NetworkTransportOptions) {
    this.address = parseHomeAddress(options.url);
    this.#clock = options.clock;
    this.#tls = { verifyTls: options.verifyTls, ca: options.ca };
  }

  async connect(listener: SocketListener, signal: AbortSignal): Promise<HomeSocket> {
    const { WebSocket: Socket } = await import('ws');
    // Read anew each time: the file may have been put right since.
    const trust = await tlsTrust(this.address, this.#tls);
    signal.throwIfAborted();
    const socket = new Socket(this.address.webSocketUrl, {
      ...trust,
      // Inflating costs more time than the bytes saved do in a home's own network.
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      // What is no UTF-8 becomes a replacement character, in some attribute of some entity; it breaks nothing.
      skipUTF8Validation: true,
    });
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        reject(signal.reason);
        socket.terminate();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      socket.once('open', () => {
        signal.removeEventListener('abort', onAbort);
        // The first frame may have come along with the upgrade; nobody is told before whoever awaits this has the socket.
        socket.pause();
        this.#clock.defer(() => socket.resume());
        resolve(new NetworkSocket(socket, listener));
      });
      socket.once('unexpected-response', (_request, response: IncomingMessage) => {
        reject(problemOfStatus(this.address, response.statusCode ?? 0, response.headers.location));
        socket.terminate();
      });
      socket.on('error', (error) => reject(problemOfNetwork(this.address, error)));
    });
  }

  async request(request: RestRequest, signal: AbortSignal): Promise<RestResponse> {
    const agent = await this.#openAgent();
    try {
      const { origin, pathname } = new URL(this.address.base);
      const response = await agent.request({
        origin,
        path: `${pathname === '/' ? '' : pathname}${request.path}`,
        method: request.method,
        headers: { ...request.headers },
        body: request.body ?? null,
        signal,
      });
      const body = new Uint8Array(await response.body.arrayBuffer());
      return { status: response.statusCode, headers: plainHeaders(response.headers), body };
    } catch (error) {
      signal.throwIfAborted();
      const problem = problemOfNetwork(this.address, error);
      if (!(problem instanceof HomeUnreachable) || neverLeft(error)) throw problem;
      throw new ConnectionLost(`${request.method} ${request.path} got no answer: ${problem.message}`, {
        cause: error,
        mayHaveRun: true,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const agent = await this.#agent?.catch(() => undefined); // It was told to whoever wanted it.
    this.#agent = undefined;
    await agent?.destroy();
  }

  async #openAgent(): Promise<Agent> {
    this.#agent ??= tlsTrust(this.address, this.#tls).then(agentWith);
    try {
      return await this.#agent;
    } catch (error) {
      this.#agent = undefined;
      throw error;
    }
  }
}

class NetworkSocket implements HomeSocket {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, listener: SocketListener) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => listener.onText(data.toString('utf8')));
    socket.on('close', (code, reason) => listener.onClose(code, reason.toString('utf8')));
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    this.#socket.send(text, ignoreFailure);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.close(1000);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

/** The client costs 60 ms to load, which a start does not need. */
async function agentWith(trust: TlsTrust): Promise<Agent> {
  const { Agent: UndiciAgent } = await import('undici');
  return new UndiciAgent({ headersTimeout: 0, bodyTimeout: 0, connect: { ...trust, timeout: 0 } });
}

/** Whether a request failed before any of it was sent. */
function neverLeft(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (
    code === 'ECONNREFUSED' ||
    code === 'ENOTFOUND' ||
    code === 'EAI_AGAIN' ||
    code === 'EHOSTUNREACH' ||
    code === 'ENETUNREACH'
  );
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return plain;
}

function ignoreFailure(): void {
  // A socket that cannot send closes, which is told.
}
