import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** A segment of an Ethernet. */
const PIECE_BYTES = 1460;
/** As much of a throttled stream as goes at a time. */
const TICK_MS = 10;
/** As much waits here before whoever sends it is held up, as in a router. */
const BUFFER_BYTES = 64 * 1024;

/**
 * The network between a client and a home, to be cut, stalled and throttled. It hands bytes on piece by piece, so that
 * frames never arrive as they were sent.
 */
export class TcpProxy implements AsyncDisposable {
  readonly #target: URL;
  readonly #server: Server;
  readonly #streams = new Set<Stream>();
  #refuses = false;
  #stalled: PromiseWithResolvers<void> | undefined;
  #bytesPerSecond: number | undefined;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((socket) => this.#join(socket));
  }

  /** @param target - the home's address: `http://127.0.0.1:8123`. */
  static async open(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends all connections in the middle of whatever is being said, on both sides. */
  cut(): void {
    for (const { from, to } of this.#streams) for (const socket of [from, to]) socket.resetAndDestroy();
  }

  /** Whether new connections are cut at once. */
  refuse(refuses: boolean): void {
    this.#refuses = refuses;
  }

  /** Nothing moves any more, in either direction, and nobody is told. What was sent arrives when it ends. */
  stall(): void {
    this.#stalled ??= Promise.withResolvers();
    for (const stream of this.#streams) stream.from.pause();
  }

  resume(): void {
    const stalled = this.#stalled;
    this.#stalled = undefined;
    stalled?.resolve();
    for (const stream of this.#streams) stream.from.resume();
  }

  /** In each direction; without a figure, as fast as it goes. */
  throttle(bytesPerSecond?: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resume();
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    if (this.#refuses) {
      client.resetAndDestroy();
      return;
    }
    const home = connect(Number(this.#target.port), this.#target.hostname);
    for (const [from, to] of [
      [client, home],
      [home, client],
    ] as const) {
      const stream: Stream = { from, to, waiting: [], bytes: 0, moving: false, ended: false };
      this.#streams.add(stream);
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => this.#take(stream, chunk));
      from.on('end', () => {
        stream.ended = true;
        void this.#move(stream);
      });
      from.on('error', () => undefined); // It closes, which is heard.
      from.on('close', () => {
        this.#streams.delete(stream);
        if (!stream.ended) to.destroy();
      });
      if (this.#stalled !== undefined) from.pause();
    }
  }

  #take(stream: Stream, chunk: Buffer): void {
    stream.waiting.push(chunk);
    stream.bytes += chunk.length;
    if (stream.bytes > BUFFER_BYTES) stream.from.pause();
    void this.#move(stream);
  }

  async #move(stream: Stream): Promise<void> {
    if (stream.moving) return;
    stream.moving = true;
    while (stream.waiting.length > 0 && !stream.to.destroyed) {
      await this.#stalled?.promise;
      const rate = this.#bytesPerSecond;
      const piece = takeOff(stream, rate === undefined ? PIECE_BYTES : Math.ceil((rate * TICK_MS) / 1000));
      if (!stream.to.write(piece)) await roomIn(stream.to);
      if (stream.bytes <= BUFFER_BYTES / 2 && this.#stalled === undefined) stream.from.resume();
      await (rate === undefined ? turn() : sleep(TICK_MS));
    }
    stream.moving = false;
    if (stream.ended && !stream.to.destroyed) stream.to.end();
  }
}

/** What goes one way. */
interface Stream {
  readonly from: Socket;
  readonly to: Socket;
  readonly waiting: Buffer[];
  bytes: number;
  moving: boolean;
  ended: boolean;
}

/** Waits until more can be written, or nothing can. */
async function roomIn(socket: Socket): Promise<void> {
  const ended = new AbortController();
  const { signal } = ended;
  await Promise.race([once(socket, 'drain', { signal }), once(socket, 'close', { signal })]).catch(() => undefined); // It closes.
  ended.abort();
}

function takeOff(stream: Stream, bytes: number): Buffer {
  const [first = Buffer.alloc(0)] = stream.waiting;
  const piece = first.subarray(0, bytes);
  if (piece.length === first.length) stream.waiting.shift();
  else stream.waiting[0] = first.subarray(bytes);
  stream.bytes -= piece.length;
  return piece;
}
