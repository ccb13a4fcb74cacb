import type { HomeSocket, RestResponse } from '../../src/home-assistant/protocol/transport.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { isObject, type JsonObject } from '../../src/simulator/json.ts';
import { SimulatedHome, type SimulatedHomeOptions } from '../../src/simulator/simulated-home.ts';

/** A simulated home in memory, and one client of it that speaks frames. */
export class TestClient {
  readonly clock: VirtualClock;
  readonly home: SimulatedHome;
  /** Frames as they came; a text in `<…>` is the end. */
  readonly frames: unknown[] = [];
  #socket: HomeSocket | undefined;
  #lastId = 0;

  constructor(options: Partial<SimulatedHomeOptions> = {}, home?: SimulatedHome, clock?: VirtualClock) {
    this.clock = clock ?? new VirtualClock({ now: Temporal.Instant.from('2026-11-21T12:00:00Z') });
    this.home = home ?? new SimulatedHome({ clock: this.clock, ...options });
  }

  /** Of a home that was made elsewhere. */
  static async to(home: SimulatedHome, clock: VirtualClock): Promise<TestClient> {
    const client = new TestClient({}, home, clock);
    await client.connect();
    return client;
  }

  static async connected(options: Partial<SimulatedHomeOptions> = {}): Promise<TestClient> {
    const client = new TestClient(options);
    await client.connect();
    return client;
  }

  get socket(): HomeSocket {
    if (this.#socket === undefined) throw new Error('Not connected');
    return this.#socket;
  }

  /** Messages, however many a frame held. */
  get messages(): JsonObject[] {
    return this.frames.flat().filter(isObject);
  }

  get ends(): unknown[] {
    return this.frames.filter((frame) => typeof frame === 'string');
  }

  /** Opens a socket and says the token. What came until then is forgotten. */
  async connect(token = this.home.token): Promise<void> {
    await this.open();
    this.send({ type: 'auth', access_token: token });
    await this.clock.settle();
    this.frames.length = 0;
    this.#lastId = 0;
  }

  async open(): Promise<void> {
    const listener = {
      onText: (text: string) => void this.frames.push(JSON.parse(text)),
      onClose: (code: number) => void this.frames.push(`<closed ${code}>`),
    };
    this.#socket = await this.clock.pump(this.home.transport.connect(listener, new AbortController().signal));
    await this.clock.settle();
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Sends a command; gives its answer, once all is quiet. */
  async command(type: string, fields: JsonObject = {}): Promise<JsonObject | undefined> {
    const id = this.post(type, fields);
    await this.clock.settle();
    return this.answerTo(id);
  }

  /** Sends a command and does not wait. */
  post(type: string, fields: JsonObject = {}): number {
    this.#lastId += 1;
    this.send({ id: this.#lastId, type, ...fields });
    return this.#lastId;
  }

  answerTo(id: number): JsonObject | undefined {
    return this.messages.find((message) => message.id === id && message.type !== 'event');
  }

  /** What a subscription has brought since the last look. */
  events(subscription: number): unknown[] {
    const events = this.messages
      .filter(({ id, type }) => id === subscription && type === 'event')
      .map(({ event }) => event);
    this.frames.length = 0;
    return events;
  }

  async call(service: string, target: string, data: JsonObject = {}): Promise<JsonObject | undefined> {
    const [domain, name] = service.split('.');
    return this.command('call_service', { domain, service: name, target: { entity_id: target }, service_data: data });
  }

  async rest(method: string, path: string, body?: unknown, token = this.home.token): Promise<RestResponse> {
    const headers = { authorization: `Bearer ${token}` };
    const request = { method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    return this.clock.pump(this.home.transport.request(request, new AbortController().signal));
  }
}

export function errorCode(answer: JsonObject | undefined): unknown {
  return isObject(answer?.error) ? answer.error.code : undefined;
}
