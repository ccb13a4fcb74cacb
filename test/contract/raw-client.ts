import { WebSocket } from 'ws';
import { isRecord } from './records.ts';
import type { ContractHome } from './homes.ts';

export type Frame = unknown;

/** A client that says whatever it is told to, to see what the home makes of it. */
export class RawClient implements Disposable {
  readonly #socket: WebSocket;
  readonly #frames: Frame[] = [];
  #closeCode: number | undefined;
  #onNews: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#frames.push(JSON.parse(data.toString('utf8')));
      this.#onNews();
    });
    socket.on('close', (code) => {
      this.#closeCode = code;
      this.#onNews();
    });
    socket.on('error', () => undefined);
  }

  static async connect(home: Pick<ContractHome, 'url'>): Promise<RawClient> {
    const socket = new WebSocket(`${home.url.replace('http', 'ws')}/api/websocket`);
    const client = new RawClient(socket);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  /** A client that the home has let in. */
  static async enter(home: Pick<ContractHome, 'token' | 'url'>, token = home.token): Promise<RawClient> {
    const client = await RawClient.connect(home);
    await client.next();
    client.send({ type: 'auth', access_token: token });
    await client.next();
    return client;
  }

  send(message: unknown): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  sendBinary(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  /** The next frame. */
  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      if (this.#closeCode !== undefined) throw new Error(`closed with ${this.#closeCode}`);
      await this.#news();
    }
  }

  /** The next frame for which something holds; those before it are passed over. */
  async nextWhere(
    holds: (frame: Readonly<Record<string, unknown>>) => boolean,
  ): Promise<Readonly<Record<string, unknown>>> {
    for (;;) {
      const frame = await this.next();
      if (isRecord(frame) && holds(frame)) return frame;
    }
  }

  /** Sends a command and waits for its answer. */
  async ask(command: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    this.send(command);
    return this.nextWhere(({ id, type }) => id === command['id'] && (type === 'result' || type === 'pong'));
  }

  /** The code with which the home closes the connection. */
  async closed(): Promise<number> {
    while (this.#closeCode === undefined) await this.#news();
    return this.#closeCode;
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#onNews = resolve;
    });
  }
}
