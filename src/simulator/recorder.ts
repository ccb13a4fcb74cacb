import type { HomeCore } from './home-core.ts';
import type { StateChange, StateMachine } from './state-machine.ts';
import type { StateRecord } from './state-record.ts';

/** A state as the recorder keeps it; without a record the entity was removed then. */
export interface Recorded {
  readonly entityId: string;
  readonly record: StateRecord | undefined;
  /** Microseconds since the epoch. */
  readonly at: number;
}

/** A call of a service, by which the logbook tells who did something. */
export interface RecordedCall {
  readonly domain: string;
  readonly service: string;
}

/** Of each entity this many are kept at least, twice as many at most. */
const KEPT = 500;
const KEPT_CALLS = 1000;

/** What happened in a simulated home: the recorder that history and logbook are read from. */
export class Recorder {
  readonly #home: HomeCore;
  readonly #byEntity = new Map<string, Recorded[]>();
  readonly #calls = new Map<string, RecordedCall>();
  readonly #listeners = new Set<(recorded: Recorded, change: StateChange) => void>();

  constructor(home: HomeCore, states: StateMachine) {
    this.#home = home;
    states.listen((change) => this.#changed(change));
  }

  /** Takes what happened before the home was there, in its order, for all that is known of an entity; tells nobody. */
  load(entityId: string, past: readonly StateRecord[]): void {
    this.#byEntity.set(
      entityId,
      past.map((record) => ({ entityId, record, at: record.lastUpdated })),
    );
  }

  /** Told of each change, once it is kept. */
  listen(listener: (recorded: Recorded, change: StateChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Keeps who called what, by the context's id. */
  called(contextId: string, call: RecordedCall): void {
    this.#calls.set(contextId, call);
    if (this.#calls.size <= KEPT_CALLS) return;
    for (const oldest of this.#calls.keys()) {
      this.#calls.delete(oldest);
      break;
    }
  }

  callOf(contextId: string): RecordedCall | undefined {
    return this.#calls.get(contextId);
  }

  /** What an entity was from one moment up to another, in microseconds, and what it had been before. */
  between(
    entityId: string,
    from: number,
    to: number,
  ): { readonly before: Recorded | undefined; readonly during: readonly Recorded[] } {
    const all = this.#of(entityId);
    const during = all.filter(({ at }) => at > from && at < to);
    return { before: all.findLast(({ at }) => at <= from), during };
  }

  /** The entities of which anything is known. */
  entityIds(): readonly string[] {
    return [...new Set([...this.#byEntity.keys(), ...Array.from(this.#home.states.all(), ({ entityId }) => entityId)])];
  }

  /** What was there from the start is known by its state, of which nobody was told. */
  #of(entityId: string): readonly Recorded[] {
    const kept = this.#byEntity.get(entityId);
    if (kept !== undefined) return kept;
    const record = this.#home.states.get(entityId);
    return record === undefined ? [] : [{ entityId, record, at: record.lastUpdated }];
  }

  #changed(change: StateChange): void {
    const { entityId, from, to, at } = change;
    let kept = this.#byEntity.get(entityId);
    if (kept === undefined) {
      kept = from === undefined ? [] : [{ entityId, record: from, at: from.lastUpdated }];
      this.#byEntity.set(entityId, kept);
    }
    const recorded = { entityId, record: to, at };
    kept.push(recorded);
    if (kept.length > 2 * KEPT) kept.splice(0, kept.length - KEPT);
    for (const listener of this.#listeners) listener(recorded, change);
  }
}
