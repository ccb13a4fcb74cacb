import type {
  HomeSocket,
  HomeTransport,
  RestRequest,
  RestResponse,
  SocketListener,
} from '../home-assistant/protocol/transport.ts';
import type { Clock } from '../kernel/clock.ts';
import { HassetteError } from '../kernel/errors.ts';
import type { Connection, Peer } from './connection.ts';

/** What a transport in memory needs of the home at its other end. */
export interface MemoryHome {
  readonly clock: Clock;
  /** Undefined where nothing answers. */
  open(peer: Peer): Connection | undefined;
  request(request: RestRequest): Promise<RestResponse>;
}

/** Nothing answers at a simulated home: it is down, or told not to. Its code is that of a real home's silence. */
export class SimulatedHomeAway extends HassetteError {
  readonly code = 'HOME_UNREACHABLE';
  readonly audience = 'network';

  constructor() {
    super('The simulated home refuses the connection');
  }
}

/**
 * A client and a simulated home in one process. Whatever goes from one to the other arrives in a later turn of the
 * event loop, as from a network, so that virtual time waits for it.
 */
export class MemoryTransport implements HomeTransport {
  readonly #home: MemoryHome;

  constructor(home: MemoryHome) {
    this.#home = home;
  }

  async connect(listener: SocketListener, signal: AbortSignal): Promise<HomeSocket> {
    await this.#turn(signal);
    const wire = new MemoryWire(this.#home.clock, listener);
    if (!wire.open(this.#home)) throw new SimulatedHomeAway();
    return wire.socket;
  }

  async request(request: RestRequest, signal: AbortSignal): Promise<RestResponse> {
    await this.#turn(signal);
    const answer = await this.#home.request(request);
    await this.#turn(signal);
    return answer;
  }

  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        turn.cancel();
        reject(signal.reason);
      };
      const turn = this.#home.clock.defer(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}

type Arrival = { readonly text: string } | { readonly closed: number };

/** One connection: the client's socket on one side, the home's peer on the other. */
class MemoryWire implements Peer {
  readonly socket: HomeSocket;
  readonly #clock: Clock;
  readonly #listener: SocketListener;
  #connection: Connection | undefined;
  #paused = false;
  #over = false;
  readonly #toHome: string[] = [];
  /** What arrived while the client did not read. */
  readonly #unread: Arrival[] = [];

  constructor(clock: Clock, listener: SocketListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.socket = {
      send: (text) => this.#sendToHome(text),
      pause: () => {
        this.#paused = true;
      },
      resume: () => this.#resume(),
      close: () => this.#later(() => this.#over || this.#connection?.receiveClose() !== true || this.#end(1000)),
      terminate: () => this.#terminate(),
      bufferedBytes: 0,
    };
  }

  /** @returns whether the home answers. */
  open(home: MemoryHome): boolean {
    this.#connection = home.open(this);
    return this.#connection !== undefined;
  }

  // --- As the home sees the client; it writes in a turn of its own ----------------------------------------------------

  get writable(): boolean {
    return !this.#paused;
  }

  send(text: string): void {
    this.#arrive({ text });
  }

  close(code: number): void {
    this.#arrive({ closed: code });
  }

  drop(): void {
    this.#arrive({ closed: 1006 });
  }

  ping(): void {
    this.#later(() => this.#connection?.receivePong());
  }

  #arrive(arrival: Arrival): void {
    if (this.#over) return;
    if (this.#paused) this.#unread.push(arrival);
    else if ('text' in arrival) this.#listener.onText(arrival.text);
    else this.#end(arrival.closed);
  }

  #end(code: number): void {
    this.#over = true;
    this.#unread.length = 0;
    this.#listener.onClose(code, '');
  }

  // --- As the client's socket -----------------------------------------------------------------------------------------

  #sendToHome(text: string): void {
    if (this.#over) return;
    this.#toHome.push(text);
    if (this.#toHome.length > 1) return;
    this.#later(() => {
      for (const sent of this.#toHome.splice(0)) this.#connection?.receive(sent);
    });
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#later(() => {
      while (!this.#paused) {
        const arrival = this.#unread.shift();
        if (arrival === undefined) break;
        this.#arrive(arrival);
      }
      if (!this.#paused) this.#connection?.drained();
    });
  }

  #terminate(): void {
    this.#later(() => {
      if (this.#over) return;
      this.#connection?.gone();
      this.#end(1006);
    });
  }

  #later(act: () => void): void {
    this.#clock.defer(act);
  }
}
