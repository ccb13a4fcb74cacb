import { gunzipSync, inflateSync } from 'node:zlib';
import type { RestRequest } from '../../../src/home-assistant/protocol/transport.ts';
import type { VirtualClock } from '../../../src/kernel/virtual-clock.ts';
import type { Connection, Peer } from '../../../src/simulator/connection.ts';
import type { SimulatedHome } from '../../../src/simulator/simulated-home.ts';
import type { Frame, RecordedRequest, RecordedResponse, Sample } from './samples.ts';

/** A home that was made ready for a recording, and its clock. */
export interface Stage {
  readonly home: SimulatedHome;
  readonly clock: VirtualClock;
}

/** Does to the simulated home what the recording did to the real one, at the same pace; gives all frames of both ways. */
export async function replayFrames(sample: Sample, { home, clock }: Stage): Promise<Frame[]> {
  const client = new RecordingClient(home, clock, sample);
  if (!isAboutAuthentication(sample)) await client.authenticate();
  client.begin();
  const asides = asidesOf(sample).map(({ ms, request }) => ({ ms, act: () => client.ask(request) }));
  const sent = sample.frames
    .filter(({ dir }) => dir === 'out')
    .map(({ ms, data }) => ({ ms, act: () => client.perform(data) }));
  for (const { ms, act } of [...sent, ...asides].toSorted((one, other) => one.ms - other.ms)) {
    await clock.advanceTo(client.beganMs + ms);
    act();
    await clock.settle();
  }
  const lastMs = sample.frames.at(-1)?.ms ?? 0;
  await clock.advanceTo(client.beganMs + lastMs + slackMs);
  return client.frames;
}

/** Time that the last answers of a recording may take longer here. */
const slackMs = 20;

function isAboutAuthentication({ frames: [first] }: Sample): boolean {
  return JSON.stringify(first?.data ?? '').includes('auth_required');
}

/** Recordings in which text that is no JSON was sent; in a recording it looks like a string that is. */
const sentAsTheyAre = new Set(['ws/auth/not-json', 'ws/protocol/invalid-json', 'ws/protocol/empty-text']);

/** What two recordings did over REST meanwhile, of which their notes tell. */
function asidesOf({ name, frames }: Sample): { readonly ms: number; readonly request: RestRequest }[] {
  const path = '/api/states/sensor.contract_posted';
  const post = (state: string, attributes: object, more: object = {}): RestRequest => ({
    method: 'POST',
    path,
    body: JSON.stringify({ state, attributes, ...more }),
  });
  const force = { force_update: true };
  const told = frames.filter(
    ({ dir, data }) => dir === 'in' && JSON.stringify(data).includes('sensor.contract_posted'),
  );
  const at = (index: number, request: RestRequest): { ms: number; request: RestRequest } => ({
    ms: told.at(index)?.ms ?? 0,
    request,
  });
  const steps = (first: object, second: object): { ms: number; request: RestRequest }[] => [
    at(0, post('1', first)),
    at(1, post('2', first)),
    at(2, post('2', second)),
    { ms: (told[2]?.ms ?? 0) + 150, request: post('2', second) },
    at(3, post('2', second, force)),
    at(-1, { method: 'DELETE', path }),
  ];
  if (name === 'ws/entities/diffs') return steps({ a: 1, b: { c: [1] }, gone: true }, { a: 2, b: { c: [1] } });
  return name === 'ws/entities/diffs-as-events' ? steps({ a: 1, gone: true }, { a: 2 }) : [];
}

class RecordingClient {
  readonly frames: Frame[] = [];
  readonly #home: SimulatedHome;
  readonly #clock: VirtualClock;
  readonly #sample: Sample;
  readonly #token: string;
  readonly #connection: Connection;
  beganMs: number;

  constructor(home: SimulatedHome, clock: VirtualClock, sample: Sample) {
    this.#home = home;
    this.#clock = clock;
    this.#sample = sample;
    this.#token = sample.user === 'owner' ? home.token : home.userToken;
    this.beganMs = clock.nowMs();
    const connection = home.open(this.#peer());
    if (connection === undefined) throw new Error('The simulated home does not answer');
    this.#connection = connection;
  }

  async authenticate(): Promise<void> {
    this.#connection.receive(JSON.stringify({ type: 'auth', access_token: this.#token }));
    await this.#clock.settle();
    this.frames.length = 0;
  }

  /** Something that the recording did over REST beside its connection. */
  ask({ method, path, body }: RestRequest): void {
    const headers = { authorization: `Bearer ${this.#home.token}` };
    void this.#home.request({ method, path, headers, ...(body === undefined ? {} : { body }) });
  }

  begin(): void {
    this.beganMs = this.#clock.nowMs();
  }

  perform(data: unknown): void {
    this.#note('out', data);
    if (typeof data === 'string' && data.startsWith('<')) return this.#do(data);
    const text = typeof data === 'string' && sentAsTheyAre.has(this.#sample.name) ? data : JSON.stringify(data);
    this.#connection.receive(
      text.replace('"TOKEN"', JSON.stringify(this.#token)).replace('<70000 times x>', 'x'.repeat(70_000)),
    );
  }

  /** What a recording says in words. */
  #do(what: string): void {
    if (what === '<binary frame of 0 bytes>') this.#connection.receiveBinary(new Uint8Array());
    else if (what === '<binary frame 0x01 0x02>') this.#connection.receiveBinary(Uint8Array.of(1, 2));
    else if (what === '<a text frame of 4 MiB and a little>')
      this.#connection.receive(JSON.stringify({ id: 1, pad: 'x'.repeat(2 ** 22) }));
    else if (what.startsWith('<another connection deletes')) this.#home.revoke(this.#token);
    else if (what.startsWith('<the server process is killed')) this.#home.kill();
    else if (!what.startsWith('<sending fails'))
      throw new Error(`The recording says ${what}, which nobody knows how to do`);
  }

  #peer(): Peer {
    return {
      writable: true,
      send: (text) => this.#note('in', JSON.parse(text)),
      ping: () => {
        this.#note('in', '<PING frame>');
        if (this.#sample.name !== 'ws/limits/heartbeat-unanswered') this.#connection.receivePong();
      },
      close: (code) => {
        this.#note('in', `<closed, code ${code}>`);
        // A recording of a stop asks the REST API afterwards.
        if (!this.#home.isUp) this.#note('in', '<GET /api/: ClientConnectorError>');
      },
      drop: () => this.#note('in', '<closed, code 1006, ClientConnectionResetError>'),
    };
  }

  #note(dir: Frame['dir'], data: unknown): void {
    this.frames.push({ ms: this.#clock.nowMs() - this.beganMs, dir, data });
  }
}

/** Asks the simulated home what the recording asked the real one. */
export async function replayRequest(
  sample: Sample,
  asked: RecordedRequest,
  { home }: Stage,
): Promise<RecordedResponse> {
  const token = sample.user === 'owner' ? home.token : home.userToken;
  const headers = Object.fromEntries(
    Object.entries(asked.headers).map(([name, value]) => [name, value.replace('TOKEN', token)]),
  );
  const {
    status,
    headers: answered,
    body,
  } = await home.request({
    method: asked.method,
    path: asked.path,
    // What the recording's client sends by itself.
    headers: { host: '127.0.0.1:8123', 'accept-encoding': 'gzip, deflate', ...lowerCased(headers) },
    ...(asked.body === undefined
      ? {}
      : { body: typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body) }),
  });
  const encoding = answered['content-encoding'];
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
  const text = (
    encoding === undefined ? bytes : encoding === 'gzip' ? gunzipSync(bytes) : inflateSync(bytes)
  ).toString();
  return { status, headers: answered, body: answered['content-type'] === 'application/json' ? JSON.parse(text) : text };
}

/** Headers by names in lower case. How long a compressed body is depends on the compressor. */
export function comparableHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const comparable = lowerCased(headers);
  if (comparable['content-encoding'] !== undefined) delete comparable['content-length'];
  return comparable;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
