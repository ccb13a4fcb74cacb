import type {
  CompressedDifference,
  CompressedState,
  EntitiesMessage,
  WireContext,
  WireState,
} from '../../../src/home-assistant/protocol/wire.ts';
import { isObject, type JsonObject } from '../../../src/simulator/json.ts';
import type { Sample } from './samples.ts';

/** A state with its dates in microseconds. */
export interface KnownState {
  readonly entityId: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly lastChanged: number;
  readonly lastUpdated: number;
  readonly lastReported: number;
  readonly context: WireContext;
}

export type KnownStates = Map<string, KnownState>;

/** What a recording shows of the states after it, laid over what was known before. */
export function applyEvidence(known: KnownStates, sample: Sample): void {
  for (const message of incoming(sample)) {
    for (const list of listings(message)) for (const state of list) remember(known, state);
    const event = isObject(message.event) ? message.event : {};
    if (event.event_type === 'state_changed' && isObject(event.data)) {
      if (isState(event.data.new_state)) remember(known, event.data.new_state);
      else known.delete(String(event.data.entity_id));
    }
    applyCompressed(known, event);
  }
  const { request, response } = sample;
  if (request === undefined || response === undefined || response.status >= 300) return;
  const { body } = response;
  const states = Array.isArray(body)
    ? body
    : isObject(body) && Array.isArray(body.changed_states)
      ? body.changed_states
      : [body];
  for (const state of states) if (isState(state)) remember(known, state);
  if (request.method === 'DELETE') known.delete(request.path.split('/').at(-1) ?? '');
}

/**
 * What a recording shows of the states before it: whole listings that it begins with, first snapshots, and the old
 * state of each entity's first change.
 */
export function applyOwnEvidence(known: KnownStates, sample: Sample): void {
  const touched = new Set<string>();
  let hasSnapshot = false;
  for (const message of incoming(sample)) {
    const event = isObject(message.event) ? message.event : {};
    if (event.event_type === 'state_changed' && isObject(event.data)) {
      const { entity_id: entityId, old_state: old } = event.data;
      if (touched.has(String(entityId))) continue;
      touched.add(String(entityId));
      if (isState(old)) remember(known, old);
      else known.delete(String(entityId));
    } else if (touched.size === 0) {
      for (const list of listings(message)) replaceAll(known, list);
      if (isObject(event.a) && !hasSnapshot) applyCompressed(known, event);
      hasSnapshot ||= isObject(event.a);
    }
    for (const entityId of Object.keys(isObject(event.c) ? event.c : {})) touched.add(entityId);
  }
  const { request, response } = sample;
  if (request?.method !== 'GET' || response?.status !== 200) return;
  if (Array.isArray(response.body) && response.body.every(isState)) replaceAll(known, response.body);
  else if (isState(response.body)) remember(known, response.body);
}

function incoming(sample: Sample): JsonObject[] {
  return sample.frames
    .filter((frame) => frame.dir === 'in')
    .flatMap((frame): unknown[] => (Array.isArray(frame.data) ? frame.data : [frame.data]))
    .filter(isObject);
}

/** Whole listings of states in a message. */
function listings(message: JsonObject): WireState[][] {
  const { result } = message;
  return Array.isArray(result) && result.length > 0 && result.every(isState) ? [result] : [];
}

function isState(value: unknown): value is WireState {
  return (
    isObject(value) &&
    typeof value.entity_id === 'string' &&
    isObject(value.context) &&
    typeof value.last_updated === 'string'
  );
}

function replaceAll(known: KnownStates, states: readonly WireState[]): void {
  if (states.length < 2) return;
  known.clear();
  for (const state of states) remember(known, state);
}

function remember(known: KnownStates, wire: WireState): void {
  const {
    entity_id: entityId,
    state,
    attributes,
    last_changed,
    last_updated,
    last_reported = last_updated,
    context,
  } = wire;
  const [lastChanged, lastUpdated, lastReported] = [last_changed, last_updated, last_reported].map(microseconds) as [
    number,
    number,
    number,
  ];
  known.set(entityId, { entityId, state, attributes, lastChanged, lastUpdated, lastReported, context });
}

export function microseconds(iso: string): number {
  return Number(Temporal.Instant.from(iso).epochNanoseconds / 1000n);
}

function applyCompressed(known: KnownStates, { a = {}, c = {}, r = [] }: EntitiesMessage & JsonObject): void {
  for (const [entityId, state] of Object.entries(a))
    if (isCompressed(state)) known.set(entityId, stateOf(entityId, state));
  for (const [entityId, difference] of Object.entries(c)) {
    const present = known.get(entityId);
    if (present !== undefined) known.set(entityId, changed(present, difference));
  }
  for (const entityId of r) known.delete(entityId);
}

function isCompressed(value: unknown): value is CompressedState {
  return isObject(value) && typeof value.s === 'string' && typeof value.lc === 'number';
}

function stateOf(entityId: string, { s, a, c, lc, lu = lc }: CompressedState): KnownState {
  const context = typeof c === 'string' ? { id: c, parent_id: null, user_id: null } : c;
  const lastUpdated = Math.round(lu * 1e6);
  return {
    entityId,
    state: s,
    attributes: a,
    lastChanged: Math.round(lc * 1e6),
    lastUpdated,
    lastReported: lastUpdated,
    context,
  };
}

function changed(state: KnownState, { '+': plus = {}, '-': minus = {} }: CompressedDifference): KnownState {
  const { s = state.state, a = {}, c = {}, lc, lu } = plus;
  const gone = new Set(minus.a);
  const kept = Object.entries(state.attributes).filter(([name]) => !gone.has(name));
  const lastUpdated = Math.round((lc ?? lu ?? state.lastUpdated / 1e6) * 1e6);
  return {
    entityId: state.entityId,
    state: s,
    attributes: { ...Object.fromEntries(kept), ...a },
    lastChanged: lc === undefined ? state.lastChanged : Math.round(lc * 1e6),
    lastUpdated,
    lastReported: lastUpdated,
    context: { ...state.context, ...(typeof c === 'string' ? { id: c } : c) },
  };
}
