import type { Clock } from '../../src/kernel/clock.ts';
import type {
  HomeSocket,
  HomeTransport,
  RestRequest,
  RestResponse,
  SocketListener,
} from '../../src/home-assistant/protocol/transport.ts';
import type { CompressedState, CoreState, EntitiesMessage, WireEvent } from '../../src/home-assistant/protocol/wire.ts';

/** A command as it arrived. */
export interface Received {
  readonly id: number;
  readonly type: string;
  readonly [field: string]: unknown;
}

type Reply =
  | { readonly result: unknown }
  | { readonly error: { readonly code: string; readonly message: string } }
  | 'silence';

export const CONFIG = {
  location_name: 'Scripted',
  latitude: 52.37,
  longitude: 4.89,
  elevation: 2,
  time_zone: 'Europe/Amsterdam',
  unit_system: {},
  version: '2026.11.0',
  components: [],
};

export const GREETING = JSON.stringify({ type: 'auth_required', ha_version: CONFIG.version });

/**
 * The other end of the wire, that says what a test lets it say: for faults that no honest home has, and for looking at
 * what was really sent. All else is tested on the simulated home.
 */
export class ScriptedHome implements HomeTransport {
  token = 'good';
  coreState: CoreState = 'RUNNING';
  entities: Record<string, CompressedState> = { 'light.bed': { s: 'off', a: {}, c: '01A', lc: 1 } };
  timeZone = CONFIG.time_zone;
  /** What an attempt to connect meets instead of a socket. */
  obstacle: 'none' | 'stall' | Error = 'none';
  /** What the home greets with; undefined where it keeps silent. */
  greeting: string | undefined = GREETING;
  readonly sockets: ScriptedSocket[] = [];
  readonly requests: RestRequest[] = [];
  attempts = 0;
  readonly #clock: Clock;
  readonly #replies = new Map<string, (command: Received) => Reply>();
  rest: (request: RestRequest) => Promise<RestResponse> = () =>
    Promise.resolve({ status: 200, headers: {}, body: '{"message":"API running."}' });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The present connection. */
  get socket(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('nobody has connected yet');
    return socket;
  }

  /** Lets commands of a type be answered in another way. */
  on(type: string, reply: (command: Received) => Reply): void {
    this.#replies.set(type, reply);
  }

  connect(listener: SocketListener, signal: AbortSignal): Promise<HomeSocket> {
    this.attempts += 1;
    if (this.obstacle instanceof Error) return Promise.reject(this.obstacle);
    if (this.obstacle === 'stall') {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    }
    const socket = new ScriptedSocket(this.#clock, listener, (text) => this.#take(socket, text));
    this.sockets.push(socket);
    if (this.greeting !== undefined) socket.sayText(this.greeting);
    return Promise.resolve(socket);
  }

  request(request: RestRequest, _signal: AbortSignal): Promise<RestResponse> {
    this.requests.push(request);
    return this.rest(request);
  }

  /** The commands of a type that arrived on the present connection. */
  received(type: string): readonly Received[] {
    return this.socket.received.filter((command) => command.type === type);
  }

  /** Tells differences to who subscribed to entities. */
  tell(differences: EntitiesMessage): void {
    for (const { id } of this.received('subscribe_entities'))
      this.socket.say({ id, type: 'event', event: differences });
  }

  fire(event: WireEvent): void {
    for (const { id } of this.socket.subscriptionsTo(event.event_type)) this.socket.say({ id, type: 'event', event });
  }

  #take(socket: ScriptedSocket, text: string): void {
    const command: Received = JSON.parse(text);
    if (command.type === 'auth') {
      const good = command['access_token'] === this.token;
      socket.say(
        good
          ? { type: 'auth_ok', ha_version: CONFIG.version }
          : { type: 'auth_invalid', message: 'Invalid access token or password' },
      );
      if (!good) socket.drop(1000);
      return;
    }
    socket.received.push(command);
    const reply = this.#replies.get(command.type)?.(command) ?? this.#reply(command);
    if (reply === 'silence') return;
    if ('error' in reply) {
      socket.say({ id: command.id, type: 'result', success: false, error: reply.error });
      return;
    }
    if (command.type === 'ping') {
      socket.say({ id: command.id, type: 'pong' });
      return;
    }
    socket.say({ id: command.id, type: 'result', success: true, result: reply.result });
    if (command.type === 'subscribe_entities') {
      socket.say({ id: command.id, type: 'event', event: { a: this.entities } });
    }
  }

  #reply(command: Received): Reply {
    if (command.type === 'get_config') {
      return { result: { ...CONFIG, time_zone: this.timeZone, state: this.coreState } };
    }
    if (command.type === 'render_template') return { error: { code: 'unknown_command', message: 'Unknown command.' } };
    return { result: null };
  }
}

export class ScriptedSocket implements HomeSocket {
  readonly bufferedBytes = 0;
  readonly received: Received[] = [];
  /** Nothing arrives any more, neither here nor there, and nobody is told. */
  halfOpen = false;
  paused = false;
  ended = false;
  readonly #clock: Clock;
  readonly #listener: SocketListener;
  readonly #onText: (text: string) => void;
  #waiting: string[] = [];

  constructor(clock: Clock, listener: SocketListener, onText: (text: string) => void) {
    this.#clock = clock;
    this.#listener = listener;
    this.#onText = onText;
  }

  say(message: unknown): void {
    this.sayText(JSON.stringify(message));
  }

  sayText(text: string): void {
    this.#clock.defer(() => {
      if (this.ended || this.halfOpen) return;
      if (this.paused) this.#waiting.push(text);
      else this.#listener.onText(text);
    });
  }

  /** The other side ends the connection. */
  drop(code: number): void {
    this.#clock.defer(() => {
      if (this.ended) return;
      this.ended = true;
      this.#listener.onClose(code, '');
    });
  }

  subscriptionsTo(eventType: string): readonly Received[] {
    const ended = this.received
      .filter(({ type }) => type === 'unsubscribe_events')
      .map((command) => command['subscription']);
    return this.received.filter(
      (command) =>
        command.type === 'subscribe_events' && command['event_type'] === eventType && !ended.includes(command.id),
    );
  }

  send(text: string): void {
    this.#clock.defer(() => {
      if (!this.halfOpen && !this.ended) this.#onText(text);
    });
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const text of waiting) this.sayText(text);
  }

  close(): void {
    if (!this.halfOpen) this.drop(1000);
  }

  terminate(): void {
    this.ended = true;
  }
}
