import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import * as home from './home.ts';

/**
 * The home of the bench, in a process of its own. What it sends in a burst was made beforehand and is written as bytes,
 * so that what is measured is the receiver and never the sender.
 */
export type FeedCommand =
  /** As many changes as fast as they are taken. */
  | { readonly do: 'burst'; readonly count: number; readonly calls?: CallsInBurst | undefined }
  | { readonly do: 'pace'; readonly perSecond: number; readonly seconds: number }
  /** Changes that are to be answered by a call: each after the answer to the one before, or so many a second. */
  | { readonly do: 'provoke'; readonly count: number; readonly perSecond?: number | undefined }
  /** The connection breaks off; on the next, so many sensors are another. A change follows that is to be answered. */
  | { readonly do: 'interrupt'; readonly changed: number }
  /** A change that is to be answered by so many calls, which get no answer until more is said. */
  | { readonly do: 'hold'; readonly calls: number };

/** Each tenth change of a burst is caused by a call that is told of before it: one of the client's, or somebody else's. */
export type CallsInBurst = 'own' | 'of others';

export type FeedReport =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'sent'; readonly count: number; readonly largestBacklogBytes: number }
  | { readonly kind: 'reactions'; readonly latenciesMs: readonly number[] }
  /** From the new socket to the answer to a change after it. */
  | { readonly kind: 'returned'; readonly tookMs: number; readonly snapshotBytes: number }
  | { readonly kind: 'held'; readonly calls: number };

/** What a client asks, as far as it matters here. */
interface Question {
  readonly id?: number;
  readonly type: string;
  readonly event_type?: string;
  readonly service_data?: { readonly transition?: number };
}

/** So many changes the home puts into one frame, for those who take that, when it has many to tell. */
const COALESCED = 32;
/** Bytes are written by so much at a time, about as much as the receiver reads in one go. */
const CHUNK_BYTES = 64 * 1024;
const BACKLOG_LIMIT_BYTES = 4 * 1024 * 1024;
const ANSWER_LIMIT_MS = 5000;
/** So many calls of the client are remembered, to cause changes. */
const REMEMBERED_CALLS = 500;
const CHANGES_A_CALL = 10;

const ENTITIES = Number(process.argv[2] ?? 500);
let sequence = 0;
let client: Client | undefined;
let situation: home.Situation = { burst: 'off', trigger: '0', changed: 0, interruptions: 0 };
let snapshotJson = JSON.stringify(home.snapshot(ENTITIES, situation));
const ownCalls: number[] = [];
let holds = false;
let onHeld: (() => void) | undefined;
let onConnected: (() => void) | undefined;

/** Whoever is connected: it has subscribed to differences, or to `state_changed`. */
class Client {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  #coalesces = false;
  #say: ((change: home.Change) => string) | undefined;
  #followsCalls: number | undefined;
  /** When each change was said that a call is awaited for. */
  readonly provoked = new Map<number, number>();
  onReaction: ((latencyMs: number) => void) | undefined;
  /** All states were said. */
  onFollowed: (() => void) | undefined;

  constructor(socket: WebSocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
    socket.on('message', (data: Buffer) => this.#answer(JSON.parse(data.toString())));
    this.#send(home.greeting);
  }

  get backlogBytes(): number {
    return this.#stream.writableLength;
  }

  /** The bytes that tell of changes, in chunks. */
  chunks(changes: readonly home.Change[]): readonly Buffer[] {
    const say = this.#say;
    if (say === undefined) throw new Error('nobody has subscribed to the states');
    const messages = changes.flatMap((change) => [...this.#callsBefore(change), say(change)]);
    const frames = this.#coalesces ? coalesced(messages) : messages;
    const chunks: Buffer[] = [];
    let waiting: Buffer[] = [];
    let bytes = 0;
    for (const frame of frames.map(frameOf)) {
      waiting.push(frame);
      bytes += frame.length;
      if (bytes < CHUNK_BYTES) continue;
      chunks.push(Buffer.concat(waiting));
      waiting = [];
      bytes = 0;
    }
    if (waiting.length > 0) chunks.push(Buffer.concat(waiting));
    return chunks;
  }

  write(chunk: Buffer): void {
    this.#stream.write(chunk);
  }

  async roomToWrite(): Promise<void> {
    if (this.backlogBytes > BACKLOG_LIMIT_BYTES) await once(this.#stream, 'drain');
  }

  /** Ends the connection without a word. */
  drop(): void {
    this.#socket.terminate();
  }

  #callsBefore({ call }: home.Change): readonly string[] {
    if (call === undefined || this.#followsCalls === undefined) return [];
    return [home.asCallService('light', 'turn_on', {}, call, this.#followsCalls)];
  }

  #send(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  #answer(message: Question): void {
    const { id = 0 } = message;
    const result = (value: unknown): void => this.#send({ id, type: 'result', success: true, result: value });
    switch (message.type) {
      case 'auth':
        return this.#send(home.welcome);
      case 'supported_features':
        this.#coalesces = true;
        return result(null);
      case 'ping':
        return this.#send({ id, type: 'pong' });
      case 'subscribe_entities':
        this.#say = (change) => home.asDifference(change, id);
        result(null);
        this.#socket.send(`{"type":"event","event":${snapshotJson},"id":${id}}`);
        return this.onFollowed?.();
      case 'subscribe_events':
        if (message.event_type === 'state_changed') this.#say = (change) => home.asStateChanged(change, id);
        if (message.event_type === 'call_service') this.#followsCalls = id;
        return result(null);
      case 'get_config':
        return result(home.config);
      case 'get_services':
        return result(home.services);
      case 'call_service':
        return this.#called(message, result);
      default:
        // Of registries and the like the home has nothing to list.
        return result(message.type.endsWith('/list') ? [] : null);
    }
  }

  #called({ service_data: data }: Question, result: (value: unknown) => void): void {
    const nowMs = performance.now();
    sequence += 1;
    if (this.#followsCalls !== undefined) {
      this.#socket.send(home.asCallService('light', 'turn_on', data, sequence, this.#followsCalls));
    }
    if (holds) return onHeld?.();
    ownCalls.push(sequence);
    if (ownCalls.length > REMEMBERED_CALLS) ownCalls.shift();
    result({ context: { id: home.contextId(sequence), parent_id: null, user_id: null } });
    const saidMs = this.provoked.get(data?.transition ?? 0);
    if (saidMs !== undefined) this.onReaction?.(nowMs - saidMs);
  }
}

function coalesced(messages: readonly string[]): readonly string[] {
  const frames: string[] = [];
  for (let from = 0; from < messages.length; from += COALESCED) {
    const some = messages.slice(from, from + COALESCED);
    frames.push(some.length === 1 ? some.join('') : `[${some.join(',')}]`);
  }
  return frames;
}

/** A text as an unmasked WebSocket frame. */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const header = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  header[0] = 0x81;
  if (length < 126) header[1] = length;
  else if (length < 65_536) {
    header[1] = 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, payload]);
}

function nextChanges(count: number, calls?: CallsInBurst): readonly home.Change[] {
  const changes = Array.from({ length: count }, (_, index) => {
    const change = home.sensorChange(sequence + index, ENTITIES);
    if (calls === undefined || index % CHANGES_A_CALL !== 0) return change;
    return { ...change, call: calls === 'own' ? ownCalls[index % ownCalls.length] : change.sequence };
  });
  sequence += count;
  return changes;
}

function burstMark(to: 'on' | 'off'): home.Change {
  return { entityId: home.BURST, from: to === 'on' ? 'off' : 'on', to, sequence };
}

function present(): Client {
  if (client === undefined) throw new Error('nobody is connected');
  return client;
}

async function burst(count: number, calls: CallsInBurst | undefined): Promise<void> {
  const to = present();
  const changes = nextChanges(count, calls);
  const chunks = [...to.chunks([burstMark('on')]), ...to.chunks(changes), ...to.chunks([burstMark('off')])];
  for (const chunk of chunks) {
    to.write(chunk);
    await to.roomToWrite();
  }
  tell({ kind: 'sent', count, largestBacklogBytes: 0 });
}

async function pace(perSecond: number, seconds: number): Promise<void> {
  const to = present();
  const all = perSecond * seconds;
  let sent = 0;
  let largestBacklogBytes = 0;
  const beganMs = performance.now();
  while (sent < all) {
    const due = Math.min(all, Math.floor(((performance.now() - beganMs) / 1000) * perSecond)) - sent;
    if (due > 0) for (const chunk of to.chunks(nextChanges(due))) to.write(chunk);
    sent += due;
    largestBacklogBytes = Math.max(largestBacklogBytes, to.backlogBytes);
    await sleep(1);
  }
  tell({ kind: 'sent', count: sent, largestBacklogBytes });
}

async function provoke(count: number, perSecond: number | undefined): Promise<void> {
  const to = present();
  const latenciesMs: number[] = [];
  const beganMs = performance.now();
  for (let index = 0; index < count; index += 1) {
    const answered = Promise.withResolvers<void>();
    to.onReaction = (latencyMs) => {
      latenciesMs.push(latencyMs);
      answered.resolve();
    };
    sequence += 1;
    const change = { entityId: home.TRIGGER, from: String(sequence - 1), to: String(sequence), sequence };
    const [chunk] = to.chunks([change]);
    if (chunk === undefined) throw new Error('a change without bytes');
    to.provoked.set(sequence, performance.now());
    to.write(chunk);
    if (perSecond === undefined) await withinLimit(answered.promise);
    else await sleep(Math.max(0, beganMs + ((index + 1) * 1000) / perSecond - performance.now()));
  }
  for (let waitedMs = 0; latenciesMs.length < count && waitedMs < ANSWER_LIMIT_MS; waitedMs += 10) await sleep(10);
  if (latenciesMs.length < count)
    throw new Error(`${count - latenciesMs.length} of ${count} changes were not answered`);
  to.provoked.clear();
  tell({ kind: 'reactions', latenciesMs });
}

async function interrupt(changed: number): Promise<void> {
  const before = present();
  for (const chunk of before.chunks([burstMark('on')])) before.write(chunk);
  const { trigger, interruptions } = situation;
  situation = { burst: 'on', trigger, changed, interruptions: interruptions + 1 };
  snapshotJson = JSON.stringify(home.snapshot(ENTITIES, situation));
  await sleep(100);
  const answered = Promise.withResolvers<number>();
  onConnected = () => {
    const beganMs = performance.now();
    const to = present();
    to.onReaction = answered.resolve;
    to.onFollowed = () => {
      to.onFollowed = undefined;
      provokeOnce(to, beganMs);
    };
  };
  before.drop();
  const tookMs = await withinLimit(answered.promise);
  onConnected = undefined;
  const to = present();
  for (const chunk of to.chunks([burstMark('off')])) to.write(chunk);
  tell({ kind: 'returned', tookMs, snapshotBytes: snapshotJson.length });
}

/** A change that is to be answered. */
function provokeOnce(to: Client, sinceMs: number): void {
  sequence += 1;
  const change = { entityId: home.TRIGGER, from: situation.trigger, to: String(sequence), sequence };
  situation = { ...situation, trigger: String(sequence) };
  to.provoked.set(sequence, sinceMs);
  for (const chunk of to.chunks([change])) to.write(chunk);
}

async function hold(calls: number): Promise<void> {
  const all = Promise.withResolvers<void>();
  let held = 0;
  holds = true;
  onHeld = () => {
    held += 1;
    if (held === calls) all.resolve();
  };
  provokeOnce(present(), performance.now());
  await withinLimit(all.promise);
  tell({ kind: 'held', calls: held });
}

async function withinLimit<T>(work: Promise<T>): Promise<T> {
  const limit = new AbortController();
  const late = sleep(ANSWER_LIMIT_MS, undefined, { signal: limit.signal }).then((): never => {
    throw new Error(`a change was not answered within ${ANSWER_LIMIT_MS} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    limit.abort();
  }
}

function tell(report: FeedReport): void {
  process.send?.(report);
}

async function obey(command: FeedCommand): Promise<void> {
  switch (command.do) {
    case 'burst':
      return burst(command.count, command.calls);
    case 'pace':
      return pace(command.perSecond, command.seconds);
    case 'provoke':
      return provoke(command.count, command.perSecond);
    case 'interrupt':
      return interrupt(command.changed);
    case 'hold':
      return hold(command.calls);
  }
}

const server = createServer();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
server.on('upgrade', (request, stream, head) => {
  sockets.handleUpgrade(request, stream, head, (socket) => {
    client = new Client(socket, stream);
    onConnected?.();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
process.on('message', (command: FeedCommand) => void obey(command));
process.on('disconnect', () => process.exit(0));
tell({ kind: 'listening', port: typeof address === 'object' && address !== null ? address.port : 0 });
