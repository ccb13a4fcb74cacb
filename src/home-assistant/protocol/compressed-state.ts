import { sameJson } from '../states/same-json.ts';
import type {
  CompressedDifference,
  CompressedState,
  EntitiesMessage,
  StateChangedData,
  WireContext,
  WireState,
} from './wire.ts';

/** A state as `subscribe_entities` has it. */
export function compressState(state: WireState): CompressedState {
  const lc = epochSeconds(state.last_changed);
  const lu = epochSeconds(state.last_updated);
  return {
    s: state.state,
    a: state.attributes,
    c: compressContext(state.context),
    lc,
    ...(lu === lc ? {} : { lu }),
  };
}

/** A context's id alone where there is nothing else in it. */
function compressContext(context: WireContext): string | WireContext {
  return context.parent_id === null && context.user_id === null ? context.id : context;
}

export function expandContext(context: string | WireContext): WireContext {
  return typeof context === 'string' ? { id: context, parent_id: null, user_id: null } : context;
}

/** What a difference makes of the context before it. */
function mergeContext(before: WireContext, difference: string | Partial<WireContext>): WireContext {
  return typeof difference === 'string' ? { ...before, id: difference } : { ...before, ...difference };
}

/** The difference between two states of an entity, as the home itself works it out. */
export function differenceBetween(before: CompressedState, after: CompressedState): CompressedDifference {
  const context = contextDifference(expandContext(before.c), expandContext(after.c));
  const attributes = changedAttributes(before.a, after.a);
  const removed = Object.keys(before.a).filter((name) => !Object.hasOwn(after.a, name));
  const updated = after.lu ?? after.lc;
  const plus = {
    ...(before.s === after.s ? {} : { s: after.s }),
    ...(before.lc === after.lc ? ((before.lu ?? before.lc) === updated ? {} : { lu: updated }) : { lc: after.lc }),
    ...(context === undefined ? {} : { c: context }),
    ...(attributes === undefined ? {} : { a: attributes }),
  };
  return removed.length === 0 ? { '+': plus } : { '+': plus, '-': { a: removed } };
}

/** The state after a difference. The one before stays as it was; what did not change is shared with it. */
export function applyDifference(before: CompressedState, difference: CompressedDifference): CompressedState {
  const plus = difference['+'] ?? {};
  const removed = difference['-']?.a;
  let attributes = before.a;
  if (plus.a !== undefined) attributes = { ...attributes, ...plus.a };
  if (removed !== undefined) {
    attributes = Object.fromEntries(Object.entries(attributes).filter(([name]) => !removed.includes(name)));
  }
  const lc = plus.lc ?? before.lc;
  const lu = plus.lu ?? (plus.lc === undefined ? (before.lu ?? before.lc) : lc);
  return {
    s: plus.s ?? before.s,
    a: attributes,
    c: plus.c === undefined ? before.c : compressContext(mergeContext(expandContext(before.c), plus.c)),
    lc,
    ...(lu === lc ? {} : { lu }),
  };
}

/** What `subscribe_entities` would have said where an older server says `state_changed`. */
export function entitiesMessageOf(data: StateChangedData): EntitiesMessage {
  const { entity_id: entityId, old_state: before, new_state: after } = data;
  if (after === null) return { r: [entityId] };
  if (before === null) return { a: { [entityId]: compressState(after) } };
  return { c: { [entityId]: differenceBetween(compressState(before), compressState(after)) } };
}

/** What the first event of `subscribe_entities` would have said where an older server has only `get_states`. */
export function snapshotOf(states: readonly WireState[]): Record<string, CompressedState> {
  return Object.fromEntries(states.map((state) => [state.entity_id, compressState(state)]));
}

/** The latest moment that a message of differences dates, in milliseconds since the epoch. */
export function newestMs(message: EntitiesMessage): number | undefined {
  let newest: number | undefined;
  for (const state of Object.values(message.a ?? {})) newest = Math.max(newest ?? 0, state.lu ?? state.lc);
  for (const { '+': plus } of Object.values(message.c ?? {})) {
    const seconds = plus?.lc ?? plus?.lu;
    if (seconds !== undefined) newest = Math.max(newest ?? 0, seconds);
  }
  return newest === undefined ? undefined : newest * 1000;
}

/** The seconds since the epoch that a time on the wire stands for, to the microsecond. */
export function epochSeconds(text: string): number {
  return Number(Temporal.Instant.from(text).epochNanoseconds / 1000n) / 1e6;
}

function contextDifference(before: WireContext, after: WireContext): string | Partial<WireContext> | undefined {
  const parent = before.parent_id === after.parent_id ? {} : { parent_id: after.parent_id };
  const user = before.user_id === after.user_id ? {} : { user_id: after.user_id };
  const others = { ...parent, ...user };
  if (before.id === after.id) return Object.keys(others).length === 0 ? undefined : others;
  return Object.keys(others).length === 0 ? after.id : { ...others, id: after.id };
}

function changedAttributes(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  if (before === after) return undefined;
  let changed: Record<string, unknown> | undefined;
  for (const name of Object.keys(after)) {
    if (Object.hasOwn(before, name) && sameJson(before[name], after[name])) continue;
    changed ??= {};
    changed[name] = after[name];
  }
  return changed;
}
