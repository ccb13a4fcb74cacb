import { WebSocket } from 'ws';
import { BurstMeter } from './apps/burst-meter.ts';
import { BURST, REACTION_TARGET, sensorId, TRIGGER } from './home.ts';

/**
 * What everything is held against: the least that a program can do with a home's changes.
 *
 * `state-changed` parses each `state_changed` event and looks its entity up. `differences` parses the coalesced,
 * compressed stream and keeps a map of states: about the least that a mirror can cost.
 */
export type ReferenceMode = 'state-changed' | 'differences';
export type Watch = 'all' | 'one' | 'each';

interface State {
  s: string;
  a: Record<string, unknown>;
  c: unknown;
  lc: number;
}

/** As much as is looked at of what the home says; nothing is checked. */
interface Message {
  readonly type: string;
  readonly event?: {
    readonly data?: { readonly entity_id: string; readonly new_state: { readonly state: string } | null };
    readonly a?: Readonly<Record<string, State>>;
    readonly c?: Readonly<Record<string, { readonly '+': Partial<State> }>>;
  };
}

const [port, mode, watch, entities] = process.argv.slice(2);
const meter = new BurstMeter();
const states = new Map<string, State>();
const handlers = new Map<string, (state: string) => void>();
let lastId = 0;

const count = (): void => meter.count();
const watched = watch === 'one' ? 1 : Number(entities);
for (let index = 0; index < watched; index += 1) handlers.set(sensorId(index), count);
handlers.set(BURST, (state) => meter.mark(state));
handlers.set(TRIGGER, (state) =>
  command({
    type: 'call_service',
    domain: 'light',
    service: 'turn_on',
    service_data: { transition: Number(state) },
    target: { entity_id: REACTION_TARGET },
  }),
);

const url = `ws://127.0.0.1:${port}/api/websocket`;
let socket = connect();
process.on('disconnect', () => process.exit(0));

/** Again, at once, whenever it is over. */
function connect(): WebSocket {
  const made = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
  made.on('message', (data: Buffer) => {
    const frame: Message | readonly Message[] = JSON.parse(data.toString());
    if ('type' in frame) take(frame);
    else for (const message of frame) take(message);
  });
  made.on('close', () => {
    lastId = 0;
    socket = connect();
  });
  return made;
}

function take(message: Message): void {
  switch (message.type) {
    case 'auth_required':
      return send({ type: 'auth', access_token: 'bench' });
    case 'auth_ok':
      return subscribe();
    case 'event':
      return mode === 'differences' ? keepDifferences(message.event) : handleStateChanged(message.event);
    default:
  }
}

function subscribe(): void {
  if (mode === 'state-changed') command({ type: 'subscribe_events', event_type: 'state_changed' });
  else {
    command({ type: 'supported_features', features: { coalesce_messages: 1 } });
    command({ type: 'subscribe_entities' });
  }
  process.send?.({ kind: 'ready' });
}

function handleStateChanged(event: Message['event']): void {
  const data = event?.data;
  if (data?.new_state) handlers.get(data.entity_id)?.(data.new_state.state);
}

function keepDifferences(event: Message['event']): void {
  if (event?.a !== undefined) for (const [entityId, state] of Object.entries(event.a)) states.set(entityId, state);
  for (const entityId in event?.c) {
    const state = states.get(entityId);
    const changed = event.c[entityId]?.['+'];
    if (state === undefined || changed === undefined) continue;
    const { s, a, c, lc } = changed;
    if (s !== undefined) state.s = s;
    if (a !== undefined) Object.assign(state.a, a);
    if (c !== undefined) state.c = c;
    if (lc !== undefined) state.lc = lc;
    if (entityId === BURST) meter.mark(state.s);
    else if (entityId === TRIGGER) handlers.get(TRIGGER)?.(state.s);
    else count();
  }
}

function send(message: unknown): void {
  socket.send(JSON.stringify(message));
}

function command(message: object): void {
  lastId += 1;
  send({ id: lastId, ...message });
}
