import type { SignalSource } from '../bus/event.ts';
import { type KeyPattern, partsOfPattern, patternTest } from '../bus/key-pattern.ts';
import type { Clock } from '../kernel/clock.ts';
import { type EntityState, peekAttribute } from './entity-state.ts';
import type { Home } from './home.ts';
import { type Hold, Holds } from './holds.ts';
import { LookThrough } from './look-through.ts';
import { AttributeChange, StateChange, type StateOccurrence } from './state-change.ts';
import { attributeFacet, STATE_FACET, type StateFacet } from './state-facet.ts';
import type { StateTransition } from './state-mirror.ts';
import type { StateTest } from './state-test.ts';

/** Who is told of what a watch finds. */
export interface WatchSink {
  /** A change of an entity that is watched, whether it is meant or not. */
  countReceived(): void;
  take(event: StateChange): void;
  /** A person's condition threw. */
  refuse(error: unknown, input: string): void;
}

export interface WatchOptions {
  readonly home: Home;
  readonly clock: Clock;
  readonly pattern: KeyPattern;
  readonly test: StateTest;
  /** The attribute that is looked at, where it is not the state. */
  readonly attribute: string | undefined;
  readonly forMs: number | undefined;
  /** What was missed while the connection was away is not told. */
  readonly ignoresMissed: boolean;
  readonly priority: number;
  readonly sink: WatchSink;
  /** The signal of events that nobody handles yet. */
  readonly source: SignalSource;
  /** Names the timers. */
  readonly label: () => string;
}

/** The facet that a watch of an attribute, or of the state, looks at. */
export function facetOf(attribute: string | undefined): StateFacet {
  return attribute === undefined ? STATE_FACET : attributeFacet(attribute);
}

/**
 * Finds, among the transitions of some entities, those that are meant: looks through what is no value, holds the rest
 * against the conditions, and waits for those that have to last.
 */
export class StateWatch {
  readonly #options: WatchOptions;
  readonly #test: StateTest;
  readonly #sink: WatchSink;
  readonly #sight: LookThrough;
  readonly #holds: Holds | undefined;
  #removers: readonly (() => void)[] | undefined;

  constructor(options: WatchOptions) {
    const { forMs, home, clock, test, attribute, label } = options;
    this.#options = options;
    this.#test = test;
    this.#sink = options.sink;
    this.#sight = new LookThrough(test.sight);
    if (forMs === undefined) return;
    this.#holds = new Holds({
      clock,
      offsetMs: () => home.connection.clockOffsetMs,
      forMs,
      test,
      facet: facetOf(attribute),
      label: label(),
      fire: (hold, dueMs, justTold) => this.#fire(hold, dueMs, justTold),
    });
  }

  start(): void {
    const { home, pattern, priority } = this.#options;
    const holds = this.#holds;
    this.#removers = [
      home.states.subscribe(pattern, (transition) => this.#receive(transition), priority),
      ...(holds === undefined ? [] : [home.lifecycle.subscribe('connected', () => holds.rearm())]),
    ];
  }

  stop(): void {
    for (const remove of this.#removers ?? []) remove();
    this.#removers = undefined;
    this.#holds?.cancel();
  }

  /** Takes states that satisfy the conditions already for changes. */
  takePresent(): void {
    for (const entityId of this.#entityIds()) {
      const state = this.#present(entityId);
      if (state === undefined) continue;
      try {
        if (this.#removers !== undefined && this.#test.firesFirst(state)) this.#takeHeld(entityId, state);
      } catch (error) {
        this.#sink.refuse(error, `${entityId}: ${state.state}`);
      }
    }
  }

  #receive(transition: StateTransition): void {
    this.#sink.countReceived();
    try {
      this.#judge(transition);
    } catch (error) {
      const { entityId, from, to } = transition;
      this.#sink.refuse(error, `${entityId}: ${from?.state ?? 'nothing'} → ${to?.state ?? 'nothing'}`);
    }
  }

  #judge(transition: StateTransition): void {
    const { to, entityId } = transition;
    if (to === null) {
      this.#judgeRemoval(transition);
      return;
    }
    const from = this.#sight.before(transition);
    if (from === undefined) return;
    if (transition.resync && this.#options.ignoresMissed) {
      this.#holds?.takeUntold(from, to, transition);
      return;
    }
    if (from === null && !this.#tellsAddition(to)) {
      this.#holds?.takeUntold(from, to, transition);
      return;
    }
    if (this.#holds !== undefined) {
      this.#holds.take(from, to, transition);
      return;
    }
    if (from === null ? !this.#test.firesFirst(to) : !this.#test.fires(from, to)) return;
    const kind = from === null ? 'added' : 'changed';
    this.#tell({ kind, entityId, from, to, resync: transition.resync, stale: false, firedAtMs: undefined });
  }

  #judgeRemoval(transition: StateTransition): void {
    const { entityId, resync, restarted } = transition;
    // A home that has only just started may not have all its entities yet: the hold waits for what it will be.
    if (!restarted) this.#holds?.end(entityId);
    const from = this.#sight.beforeRemoval(transition);
    if (resync && this.#options.ignoresMissed) return;
    if (this.#test.conditional || this.#holds !== undefined || from === null || !this.#isThere(from)) return;
    this.#tell({ kind: 'removed', entityId, from, to: null, resync, stale: false, firedAtMs: this.#homeNowMs() });
  }

  #takeHeld(entityId: string, state: EntityState): void {
    if (this.#holds !== undefined) {
      const sinceMs = facetOf(this.#options.attribute).sinceMs(null, state);
      this.#holds.begin({ entityId, kind: 'initial', from: null, origin: state, sinceMs, resync: false });
      return;
    }
    const stale = this.#isStale(entityId);
    this.#tell({
      kind: 'initial',
      entityId,
      from: null,
      to: state,
      resync: false,
      stale,
      firedAtMs: this.#homeNowMs(),
    });
  }

  /** A hold has lasted: told on the last value that the subscription saw, however long ago that was. */
  #fire(hold: Hold, dueMs: number, justTold: boolean): void {
    const { entityId, kind, from, resync } = hold;
    const to = this.#present(entityId) ?? hold.origin;
    this.#tell({ kind, entityId, from, to, resync, stale: !justTold && this.#isStale(entityId), firedAtMs: dueMs });
  }

  #tell(occurrence: StateOccurrence): void {
    const { attribute, source } = this.#options;
    this.#sink.take(
      attribute === undefined
        ? new StateChange(occurrence, source)
        : new AttributeChange(occurrence, source, attribute),
    );
  }

  /** The state of an entity as the subscription sees it. */
  #present(entityId: string): EntityState | undefined {
    const { mirror } = this.#options.home;
    const state = mirror.get(entityId);
    return state === undefined || this.#sight.sees(state.state) ? state : mirror.lastGood(entityId);
  }

  #isStale(entityId: string): boolean {
    const { home } = this.#options;
    const state = home.mirror.stateOf(entityId);
    return !home.ready || state === undefined || !this.#sight.sees(state);
  }

  #tellsAddition(to: EntityState): boolean {
    return this.#test.tellsAdded && this.#isThere(to);
  }

  /** Whether a state has the attribute that is looked at. */
  #isThere(state: EntityState): boolean {
    const { attribute } = this.#options;
    return attribute === undefined || peekAttribute(state, attribute) !== undefined;
  }

  #homeNowMs(): number {
    return this.#options.clock.nowMs() + this.#options.home.connection.clockOffsetMs;
  }

  *#entityIds(): Iterable<string> {
    const { home, pattern } = this.#options;
    const { exact, domains, globs, all } = partsOfPattern(pattern);
    if (all || globs.length > 0) {
      const isMeant = patternTest(pattern);
      for (const entityId of [...home.mirror.entityIds()]) if (isMeant(entityId)) yield entityId;
      return;
    }
    yield* exact;
    for (const domain of domains) {
      for (const entityId of [...home.mirror.entityIds(domain)]) if (!exact.includes(entityId)) yield entityId;
    }
  }
}
