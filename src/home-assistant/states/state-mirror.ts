import { type Attributes, domainOf, EntityState, isAvailable } from './entity-state.ts';
import { sameJson } from './same-json.ts';
import type { CompressedDifference, CompressedState, EntitiesMessage, WireContext } from '../protocol/wire.ts';

/** How the state of an entity became another. */
export interface StateTransition {
  readonly entityId: string;
  /** Null where the entity was added. */
  readonly from: EntityState | null;
  /** Null where the entity was removed. */
  readonly to: EntityState | null;
  /** The last state before this change that was neither `unavailable` nor `unknown`. */
  readonly lastGood: EntityState | undefined;
  readonly kind: 'changed' | 'added' | 'removed';
  /** Found by comparing with a snapshot: it happened while the connection was away, and may stand for several. */
  readonly resync: boolean;
  /** Home Assistant has been restarted in between, so `lastChanged` of `to` says nothing about the thing itself. */
  readonly restarted: boolean;
  /** The id that the entity had until now. Its value may be the same as before. */
  readonly renamedFrom?: string | undefined;
  /** It is from the history: the entity was something else soon after. */
  readonly backfill?: boolean | undefined;
}

/** Who wants to know. It is asked before anything is made for it. */
export interface MirrorObserver {
  watches(entityId: string): boolean;
  /** Calls `tell` for each of some transitions that belong together. */
  together(work: () => void): void;
  tell(transition: StateTransition): void;
  /** An entity has a state that had none. It comes before the transition that says so. */
  appeared(entityId: string): void;
}

/** Where transitions come from. */
interface Occasion {
  readonly resync: boolean;
  readonly restarted: boolean;
}

const LIVE: Occasion = { resync: false, restarted: false };

/**
 * What is known of the states of a home, fed by `subscribe_entities`.
 *
 * It is the hottest place of the daemon: of a thousand differences a handful concern anybody. So an entity is a record
 * that is written over, and an `EntityState` is made of it only where somebody watches or looks. What such a state has
 * captured is copied before it is written again. What came from the wire is never written to.
 */
export class StateMirror {
  readonly #observer: MirrorObserver;
  readonly #records = new Map<string, EntityRecord>();
  readonly #domains = new Map<string, Set<string>>();
  /** Ids that entities had once, and what they are called now. */
  readonly #formerly = new Map<string, string>();
  /** Entities that have another id from now on, and whose going under the old one has yet to come. */
  readonly #leaving = new Map<string, string>();
  /** What they were, by their new ids, until they come under these. */
  readonly #kept = new Map<string, EntityRecord>();

  constructor(observer: MirrorObserver) {
    this.#observer = observer;
  }

  /** How many entities there are. */
  get size(): number {
    return this.#records.size;
  }

  has(entityId: string): boolean {
    return this.#record(entityId) !== undefined;
  }

  /** The present state, or what was known last where the home is away. */
  get(entityId: string): EntityState | undefined {
    return this.#record(entityId)?.capture();
  }

  /** The present state as Home Assistant's string, without an object being made. */
  stateOf(entityId: string): string | undefined {
    return this.#record(entityId)?.state;
  }

  /** The present attributes as they are kept, which the next difference may write over. */
  attributesOf(entityId: string): Attributes | undefined {
    return this.#record(entityId)?.attributes;
  }

  /** The last state that was neither `unavailable` nor `unknown`: the present one, or one before it. */
  lastGood(entityId: string): EntityState | undefined {
    return this.#record(entityId)?.lastGood();
  }

  /** Whether there was no update at or before a moment of Home Assistant's clock: a restart dates all anew. */
  isAllNewerThan(ms: number): boolean {
    for (const record of this.#records.values()) if (record.lastUpdatedS * 1000 <= ms) return false;
    return this.#records.size > 0;
  }

  /** What an entity was before anything was known of it here. It counts as long as the entity has no value. */
  remember(state: EntityState): void {
    this.#record(state.entityId)?.remember(state);
  }

  /** When the latest of all updates was, on Home Assistant's clock. Undefined where there are no entities. */
  latestUpdateMs(): number | undefined {
    let latestS = Number.NEGATIVE_INFINITY;
    for (const { lastUpdatedS } of this.#records.values()) latestS = Math.max(latestS, lastUpdatedS);
    return this.#records.size === 0 ? undefined : latestS * 1000;
  }

  /** Whether any entity is known under an id that it had once. */
  get hasRenames(): boolean {
    return this.#formerly.size > 0;
  }

  /** What an entity is called now that was called so; any other id is given back as it is. */
  presentId(entityId: string): string {
    return this.#formerly.size === 0 ? entityId : (this.#formerly.get(entityId) ?? entityId);
  }

  /**
   * An entity has another id from now on. Its state, which goes and comes under the new one, is carried over: that is
   * told as a transition from what it was. It is found by the old id too, until another entity has that.
   */
  rename(from: string, to: string): void {
    for (const [id, present] of this.#formerly) if (present === from) this.#formerly.set(id, to);
    this.#formerly.delete(to);
    this.#formerly.set(from, to);
    const kept = this.#kept.get(from);
    if (this.#records.has(from)) this.#leaving.set(from, to);
    else if (kept !== undefined) {
      this.#kept.delete(from);
      this.#kept.set(to, kept);
    }
  }

  /** When the newest thing that is known was written, on Home Assistant's clock. */
  newestMs(): number {
    let newestS = 0;
    for (const { lastUpdatedS } of this.#records.values()) if (lastUpdatedS > newestS) newestS = lastUpdatedS;
    return newestS * 1000;
  }

  /** Entity ids in the order in which they became known. */
  entityIds(domain?: string): Iterable<string> {
    return domain === undefined ? this.#records.keys() : (this.#domains.get(domain) ?? []);
  }

  /** The domains of which there is an entity. */
  domains(): Iterable<string> {
    return this.#domains.keys();
  }

  /** Takes the first snapshot: everything is news, so nothing is told. */
  fill(entities: Readonly<Record<string, CompressedState>>): void {
    for (const [entityId, wire] of Object.entries(entities)) this.#add(entityId, wire);
  }

  /**
   * Takes a later snapshot in place of what was known, and tells what differs as transitions from what was known last.
   *
   * Without a restart in between a newer `last_updated` is a change, even to the same value: it was another meanwhile.
   * A restart gives every entity new times, so there only a different value is one.
   */
  replace(entities: Readonly<Record<string, CompressedState>>, restarted: boolean): void {
    const occasion = { resync: true, restarted };
    const transitions: StateTransition[] = [];
    for (const entityId of this.#records.keys()) {
      if (!Object.hasOwn(entities, entityId)) this.#remove(entityId, occasion, transitions);
    }
    for (const [entityId, wire] of Object.entries(entities)) {
      const record = this.#records.get(entityId);
      if (record === undefined) this.#appear(entityId, wire, occasion, transitions);
      else if (record.differsFrom(wire, restarted)) this.#rewrite(record, wire, occasion, transitions);
      else if (restarted) record.take(wire);
    }
    this.#removeKept(occasion, transitions);
    this.#tell(transitions);
  }

  /** Takes one message of differences, whole, and then tells of it. */
  apply(message: EntitiesMessage): void {
    const transitions: StateTransition[] = [];
    if (message.r !== undefined) for (const entityId of message.r) this.#remove(entityId, LIVE, transitions);
    if (message.a !== undefined) {
      for (const entityId in message.a) {
        const wire = message.a[entityId];
        if (wire === undefined) continue;
        const record = this.#records.get(entityId);
        if (record === undefined) this.#appear(entityId, wire, LIVE, transitions);
        else this.#rewrite(record, wire, LIVE, transitions);
      }
    }
    if (message.c !== undefined) {
      for (const entityId in message.c) {
        const difference = message.c[entityId];
        const record = this.#records.get(entityId);
        if (difference === undefined || record === undefined) continue;
        const transition = this.#change(record, difference);
        if (transition !== undefined) transitions.push(transition);
      }
    }
    this.#tell(transitions);
  }

  /** Takes what became of one entity, and tells of it. */
  applyOne(entityId: string, difference: CompressedDifference): void {
    const record = this.#records.get(entityId);
    // A difference of an entity that was never told of says too little to be of use.
    if (record === undefined) return;
    const transition = this.#change(record, difference);
    if (transition !== undefined) this.#observer.tell(transition);
  }

  #change(record: EntityRecord, difference: CompressedDifference): StateTransition | undefined {
    if (!this.#observer.watches(record.entityId)) {
      record.merge(difference);
      return undefined;
    }
    const from = record.capture();
    const lastGood = record.lastGood();
    record.merge(difference);
    return transitionOf(record.entityId, from, record.capture(), lastGood, LIVE);
  }

  #rewrite(record: EntityRecord, wire: CompressedState, occasion: Occasion, transitions: StateTransition[]): void {
    if (!this.#observer.watches(record.entityId)) {
      record.take(wire);
      return;
    }
    const from = record.capture();
    const lastGood = record.lastGood();
    record.take(wire);
    transitions.push(transitionOf(record.entityId, from, record.capture(), lastGood, occasion));
  }

  #appear(entityId: string, wire: CompressedState, occasion: Occasion, transitions: StateTransition[]): void {
    const record = this.#add(entityId, wire);
    this.#observer.appeared(entityId);
    const before = this.#kept.size === 0 ? undefined : this.#kept.get(entityId);
    if (before !== undefined) {
      this.#kept.delete(entityId);
      record.inherit(before);
    }
    if (!this.#observer.watches(entityId)) return;
    if (before === undefined) transitions.push(transitionOf(entityId, null, record.capture(), undefined, occasion));
    else transitions.push(renameOf(before, record, occasion));
  }

  /** Renamed entities that did not come back under their new ids. */
  #removeKept(occasion: Occasion, transitions: StateTransition[]): void {
    this.#leaving.clear();
    for (const [entityId, record] of this.#kept) {
      if (this.#observer.watches(entityId)) {
        transitions.push(transitionOf(entityId, record.capture(), null, record.lastGood(), occasion));
      }
    }
    this.#kept.clear();
  }

  #remove(entityId: string, occasion: Occasion, transitions: StateTransition[]): void {
    const record = this.#records.get(entityId);
    if (record === undefined) return;
    this.#records.delete(entityId);
    const domain = domainOf(entityId);
    const siblings = this.#domains.get(domain);
    siblings?.delete(entityId);
    if (siblings?.size === 0) this.#domains.delete(domain);
    const renamed = this.#leaving.get(entityId);
    if (renamed !== undefined) {
      this.#leaving.delete(entityId);
      this.#kept.set(renamed, record);
      return;
    }
    if (!this.#observer.watches(entityId)) return;
    transitions.push(transitionOf(entityId, record.capture(), null, record.lastGood(), occasion));
  }

  #add(entityId: string, wire: CompressedState): EntityRecord {
    const record = new EntityRecord(entityId, wire);
    if (this.#formerly.size > 0) this.#formerly.delete(entityId);
    this.#records.set(entityId, record);
    const domain = domainOf(entityId);
    const siblings = this.#domains.get(domain);
    if (siblings === undefined) this.#domains.set(domain, new Set([entityId]));
    else siblings.add(entityId);
    return record;
  }

  #record(entityId: string): EntityRecord | undefined {
    const record = this.#records.get(entityId);
    if (record !== undefined || this.#formerly.size === 0) return record;
    return this.#records.get(this.#formerly.get(entityId) ?? entityId);
  }

  #tell(transitions: readonly StateTransition[]): void {
    if (transitions.length === 0) return;
    this.#observer.together(() => {
      for (const transition of transitions) this.#observer.tell(transition);
    });
  }
}

/** What is known of one entity, written over with each change. */
class EntityRecord {
  readonly entityId: string;
  state: string;
  #attributes: Attributes;
  /** Set while the attributes belong to somebody else as well: the wire, or a state that was given away. */
  #attributesShared = true;
  #lastChangedS: number;
  #lastUpdatedS: number;
  #contextId = '';
  #parentId: string | null = null;
  #userId: string | null = null;
  /** The present state, where one was made. */
  #captured: EntityState | undefined;
  /** Only while the present state is no good. */
  #lastGood: EntityState | undefined;

  constructor(entityId: string, wire: CompressedState) {
    this.entityId = entityId;
    this.state = wire.s;
    this.#attributes = wire.a;
    this.#lastChangedS = wire.lc;
    this.#lastUpdatedS = wire.lu ?? wire.lc;
    this.#takeContext(wire.c);
  }

  get attributes(): Attributes {
    return this.#attributes;
  }

  get lastUpdatedS(): number {
    return this.#lastUpdatedS;
  }

  remember(state: EntityState): void {
    if (!isAvailable(this.state)) this.#lastGood ??= state;
  }

  /** It is the same entity as another record's. */
  inherit(before: EntityRecord): void {
    if (!isAvailable(this.state)) this.#lastGood = before.lastGood();
  }

  capture(): EntityState {
    if (this.#captured !== undefined) return this.#captured;
    this.#attributesShared = true;
    this.#captured = new EntityState({
      entityId: this.entityId,
      state: this.state,
      attributes: this.#attributes,
      lastChangedS: this.#lastChangedS,
      lastUpdatedS: this.#lastUpdatedS,
      contextId: this.#contextId,
      parentId: this.#parentId,
      userId: this.#userId,
    });
    return this.#captured;
  }

  lastGood(): EntityState | undefined {
    return isAvailable(this.state) ? this.capture() : this.#lastGood;
  }

  merge(difference: CompressedDifference): void {
    const added = difference['+'];
    const removed = difference['-']?.a;
    if (added?.s !== undefined && added.s !== this.state) this.#become(added.s);
    this.#captured = undefined;
    if (removed !== undefined) this.#replaceAttributes(without(this.#attributes, removed));
    if (added !== undefined) {
      if (added.a !== undefined) this.#mergeAttributes(added.a);
      if (added.lc !== undefined) {
        this.#lastChangedS = added.lc;
        this.#lastUpdatedS = added.lu ?? added.lc;
      } else if (added.lu !== undefined) {
        this.#lastUpdatedS = added.lu;
      }
      if (typeof added.c === 'string') this.#contextId = added.c;
      else if (added.c !== undefined) this.#mergeContext(added.c);
    }
  }

  /** Becomes what a full state says. */
  take(wire: CompressedState): void {
    if (wire.s !== this.state) this.#become(wire.s);
    this.#captured = undefined;
    this.#attributes = wire.a;
    this.#attributesShared = true;
    this.#lastChangedS = wire.lc;
    this.#lastUpdatedS = wire.lu ?? wire.lc;
    this.#parentId = null;
    this.#userId = null;
    this.#takeContext(wire.c);
  }

  differsFrom(wire: CompressedState, restarted: boolean): boolean {
    if (!restarted) return (wire.lu ?? wire.lc) !== this.#lastUpdatedS || wire.s !== this.state;
    return wire.s !== this.state || !sameJson(wire.a, this.#attributes);
  }

  #become(state: string): void {
    if (isAvailable(state)) this.#lastGood = undefined;
    else if (isAvailable(this.state)) this.#lastGood = this.capture();
    this.state = state;
  }

  #mergeAttributes(changed: Attributes): void {
    if (this.#attributesShared) this.#replaceAttributes({ ...this.#attributes, ...changed });
    else Object.assign(this.#attributes, changed);
  }

  #replaceAttributes(attributes: Attributes): void {
    this.#attributes = attributes;
    this.#attributesShared = false;
  }

  #takeContext(context: string | WireContext): void {
    if (typeof context === 'string') this.#contextId = context;
    else this.#mergeContext(context);
  }

  #mergeContext(context: Partial<WireContext>): void {
    if (context.id !== undefined) this.#contextId = context.id;
    if (context.parent_id !== undefined) this.#parentId = context.parent_id;
    if (context.user_id !== undefined) this.#userId = context.user_id;
  }
}

function transitionOf(
  entityId: string,
  from: EntityState | null,
  to: EntityState | null,
  lastGood: EntityState | undefined,
  occasion: Occasion,
): StateTransition {
  const kind = from === null ? 'added' : to === null ? 'removed' : 'changed';
  return { entityId, from, to, lastGood, kind, resync: occasion.resync, restarted: occasion.restarted };
}

/** The times of the new state say when it was renamed, and nothing about the thing itself: as after a restart. */
function renameOf(before: EntityRecord, record: EntityRecord, { resync }: Occasion): StateTransition {
  const { entityId } = record;
  const occasion = { resync, restarted: true };
  const transition = transitionOf(entityId, before.capture(), record.capture(), before.lastGood(), occasion);
  return { ...transition, renamedFrom: before.entityId };
}

/** A copy without some names. `delete` would make the object a slow one for the rest of its life. */
function without(attributes: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}
