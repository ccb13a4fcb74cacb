import type { CompressedState, WireContext, WireState } from '../home-assistant/protocol/wire.ts';
import { isoOf, secondsOf } from './instants.ts';
import { sameJson } from './json.ts';

export type Attributes = Readonly<Record<string, unknown>>;

/** One state of one entity. It never changes; a write makes a new one. Texts are made when first asked for, and kept. */
export class StateRecord {
  readonly entityId: string;
  readonly state: string;
  readonly attributes: Attributes;
  /** Dates are microseconds since the epoch. */
  readonly lastChanged: number;
  readonly lastUpdated: number;
  readonly context: WireContext;
  #lastReported: number;
  #json: string | undefined;
  #compressedJson: string | undefined;

  constructor(
    entityId: string,
    state: string,
    attributes: Attributes,
    lastChanged: number,
    lastUpdated: number,
    context: WireContext,
  ) {
    this.entityId = entityId;
    this.state = state;
    this.attributes = attributes;
    this.lastChanged = lastChanged;
    this.lastUpdated = lastUpdated;
    this.context = context;
    this.#lastReported = lastUpdated;
  }

  get domain(): string {
    return domainOf(this.entityId);
  }

  /** The same was written again. A text that was made before does not show it, as with the real one (2026.11). */
  report(at: number): void {
    this.#lastReported = at;
  }

  /** As `get_states`, `state_changed` and REST have it. */
  toWire(): WireState {
    return {
      entity_id: this.entityId,
      state: this.state,
      attributes: this.attributes,
      last_changed: isoOf(this.lastChanged),
      last_reported: isoOf(this.#lastReported),
      last_updated: isoOf(this.lastUpdated),
      context: this.context,
    };
  }

  toCompressed(): CompressedState {
    const { parent_id, user_id, id } = this.context;
    return {
      s: this.state,
      a: this.attributes,
      c: parent_id === null && user_id === null ? id : this.context,
      lc: secondsOf(this.lastChanged),
      ...(this.lastUpdated === this.lastChanged ? {} : { lu: secondsOf(this.lastUpdated) }),
    };
  }

  get json(): string {
    return (this.#json ??= JSON.stringify(this.toWire()));
  }

  /** A key and its value, for an object of them. */
  get compressedJson(): string {
    return (this.#compressedJson ??= `${JSON.stringify(this.entityId)}:${JSON.stringify(this.toCompressed())}`);
  }
}

export function domainOf(entityId: string): string {
  return entityId.slice(0, entityId.indexOf('.'));
}

/** What `subscribe_entities` tells of a change. */
export function differenceJson(from: StateRecord | undefined, to: StateRecord | undefined): string {
  if (to === undefined) return from === undefined ? '{}' : `{"r":[${JSON.stringify(from.entityId)}]}`;
  if (from === undefined) return `{"a":{${to.compressedJson}}}`;
  const added: Record<string, unknown> = {};
  if (from.state !== to.state) added.s = to.state;
  if (from.lastChanged !== to.lastChanged) added.lc = secondsOf(to.lastChanged);
  else if (from.lastUpdated !== to.lastUpdated) added.lu = secondsOf(to.lastUpdated);
  const context = contextDifference(from.context, to.context);
  if (context !== undefined) added.c = context;
  const difference: Record<string, unknown> = { '+': added };
  if (from.attributes !== to.attributes) compareAttributes(from.attributes, to.attributes, added, difference);
  return `{"c":{${JSON.stringify(to.entityId)}:${JSON.stringify(difference)}}}`;
}

/** The new id alone where nothing else differs, else an object of what does. */
function contextDifference(from: WireContext, to: WireContext): string | Partial<WireContext> | undefined {
  if (from === to) return undefined;
  const rest = {
    ...(from.parent_id === to.parent_id ? {} : { parent_id: to.parent_id }),
    ...(from.user_id === to.user_id ? {} : { user_id: to.user_id }),
  };
  if (from.parent_id !== to.parent_id || from.user_id !== to.user_id) {
    return from.id === to.id ? rest : { ...rest, id: to.id };
  }
  return from.id === to.id ? undefined : to.id;
}

function compareAttributes(
  from: Attributes,
  to: Attributes,
  added: Record<string, unknown>,
  difference: Record<string, unknown>,
): void {
  const changed: Record<string, unknown> = {};
  for (const key of Object.keys(to)) {
    if (!Object.hasOwn(from, key) || !sameJson(from[key], to[key])) changed[key] = to[key];
  }
  if (Object.keys(changed).length > 0) added.a = changed;
  const removed = Object.keys(from).filter((key) => !Object.hasOwn(to, key));
  if (removed.length > 0) difference['-'] = { a: removed };
}
