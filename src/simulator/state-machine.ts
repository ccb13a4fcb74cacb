import type { WireContext } from '../home-assistant/protocol/wire.ts';
import type { Instants } from './instants.ts';
import { sameJson } from './json.ts';
import { type Attributes, differenceJson, domainOf, StateRecord } from './state-record.ts';

/** A write that changed something, an entity's coming or its going. */
export class StateChange {
  readonly entityId: string;
  readonly from: StateRecord | undefined;
  readonly to: StateRecord | undefined;
  readonly context: WireContext;
  readonly at: number;
  #frameHead: string | undefined;

  constructor(
    entityId: string,
    from: StateRecord | undefined,
    to: StateRecord | undefined,
    context: WireContext,
    at: number,
  ) {
    this.entityId = entityId;
    this.from = from;
    this.to = to;
    this.context = context;
    this.at = at;
  }

  /** The `state_changed` event's data. */
  get dataJson(): string {
    return `{"entity_id":${JSON.stringify(this.entityId)},"old_state":${this.from?.json ?? 'null'},"new_state":${this.to?.json ?? 'null'}}`;
  }

  /** A frame of `subscribe_entities`, less what tells subscribers apart. It is made once for all of them. */
  get differenceFrameHead(): string {
    return (this.#frameHead ??= `{"type":"event","event":${differenceJson(this.from, this.to)}`);
  }
}

export type ChangeListener = (change: StateChange) => void;

export interface WriteOptions {
  readonly context?: WireContext | undefined;
  /** Counts as a change of the state even where nothing differs. */
  readonly force?: boolean;
}

/** The states of all entities, by the rules of Home Assistant's own state machine. */
export class StateMachine {
  readonly #records = new Map<string, StateRecord>();
  readonly #listeners = new Set<ChangeListener>();
  readonly #watchers = new Map<string, Set<ChangeListener>>();
  readonly #instants: Instants;
  readonly #newContext: () => WireContext;

  constructor(instants: Instants, newContext: () => WireContext) {
    this.#instants = instants;
    this.#newContext = newContext;
  }

  get(entityId: string): StateRecord | undefined {
    return this.#records.get(entityId) ?? this.#records.get(entityId.toLowerCase());
  }

  all(): Iterable<StateRecord> {
    return this.#records.values();
  }

  ofDomain(domain: string): StateRecord[] {
    return [...this.#records.values()].filter((record) => record.domain === domain);
  }

  /**
   * Writes a state. An identical write is no change; other attributes alone keep `last_changed`.
   *
   * @returns what changed, or undefined.
   */
  set(entityId: string, state: string, attributes: Attributes, options: WriteOptions = {}): StateChange | undefined {
    const from = this.#records.get(entityId);
    const sameState = from !== undefined && from.state === state && options.force !== true;
    const sameAttributes = from !== undefined && sameJson(from.attributes, attributes);
    const now = this.#instants.next();
    if (sameState && sameAttributes) {
      from.report(now);
      return undefined;
    }
    const context = options.context ?? this.#newContext();
    const to = new StateRecord(
      entityId,
      state,
      sameAttributes ? from.attributes : attributes,
      sameState ? from.lastChanged : now,
      now,
      context,
    );
    return this.#apply(new StateChange(entityId, from, to, context, now));
  }

  remove(entityId: string, context = this.#newContext()): StateChange | undefined {
    const from = this.#records.get(entityId);
    if (from === undefined) return undefined;
    return this.#apply(new StateChange(entityId, from, undefined, context, this.#instants.next()));
  }

  /** Puts a state there as it was elsewhere, with its dates, and tells nobody: how a home is loaded. */
  load(record: StateRecord): void {
    this.#records.set(record.entityId, record);
  }

  /** Forgets everything and tells nobody: how a home goes down. */
  clear(): StateRecord[] {
    const records = [...this.#records.values()];
    this.#records.clear();
    return records;
  }

  /** Told of every change. */
  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Told of the changes of one entity, or of one domain's. */
  watch(entityIdOrDomain: string, listener: ChangeListener): () => void {
    const watchers = this.#watchers.get(entityIdOrDomain) ?? new Set();
    this.#watchers.set(entityIdOrDomain, watchers.add(listener));
    return () => watchers.delete(listener);
  }

  #apply(change: StateChange): StateChange {
    const { entityId, to } = change;
    if (to === undefined) this.#records.delete(entityId);
    else this.#records.set(entityId, to);
    for (const listener of this.#listeners) listener(change);
    if (this.#watchers.size > 0) {
      for (const watcher of this.#watchers.get(entityId) ?? []) watcher(change);
      for (const watcher of this.#watchers.get(domainOf(entityId)) ?? []) watcher(change);
    }
    return change;
  }
}
