import type { SignalSource } from '../../bus/event.ts';
import { type KeyPattern, partsOfPattern, patternTest } from '../../bus/key-pattern.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type EntityState, peekAttribute } from '../states/entity-state.ts';
import type { Home, HomeLifecycleEvent } from '../home.ts';
import type { DurableHolds } from './durable-holds.ts';
import { type Hold, Holds } from './holds.ts';
import { LookThrough } from './look-through.ts';
import { SelectedEntities } from '../registries/selected-entities.ts';
import { sameJson } from '../states/same-json.ts';
import type { CauseAsker } from '../provenance/provenance.ts';
import { AttributeChange, StateChange, type StateOccurrence } from './state-change.ts';
import { attributeFacet, STATE_FACET, type StateFacet } from './state-facet.ts';
import type { BackfillReader } from '../states/backfill.ts';
import { type MissedOf, missedChanges } from '../states/missed-changes.ts';
import type { StateTransition } from '../states/state-mirror.ts';
import { isChoice, type Meant } from './state-target.ts';
import type { StateTest } from './state-test.ts';

/** Who is told of what a watch finds. */
export interface WatchSink {
  /** A change of an entity that is watched, whether it is meant or not. */
  countReceived(): void;
  /** @returns whether it goes on to the handler. */
  take(event: StateChange): boolean;
  /** A person's condition threw. */
  refuse(error: unknown, input: string): void;
}

export interface WatchOptions {
  readonly home: Home;
  readonly clock: Clock;
  readonly meant: Meant;
  /** Whoever comes to be meant later is taken as it is, as those are that are meant from the start. */
  readonly takesPresent: boolean;
  readonly test: StateTest;
  /** The attribute that is looked at, where it is not the state. */
  readonly attribute: string | undefined;
  readonly forMs: number | undefined;
  /** What was missed while the connection was away is not told. */
  readonly ignoresMissed: boolean;
  /** What was missed is told step by step, as the history has it. */
  readonly wantsMissed: boolean;
  /** Keeps the holds over an end of the daemon. */
  readonly durable?: DurableHolds | undefined;
  readonly priority: number;
  readonly sink: WatchSink;
  /** The app in whose name it watches. */
  readonly app: string;
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
  readonly #asker: CauseAsker;
  readonly #holds: Holds | undefined;
  #removers: readonly (() => void)[] | undefined;
  #selected: SelectedEntities | undefined;
  /** What has come while it is not known yet what was missed before. */
  #held: StateTransition[] | undefined;
  /** What entities were at the moment that is told, while it is a past one. */
  #past: Map<string, Pick<StateTransition, 'from' | 'lastGood'>> | undefined;

  constructor(options: WatchOptions) {
    const { forMs, home, clock, test, attribute, label } = options;
    this.#options = options;
    this.#test = test;
    this.#sink = options.sink;
    this.#sight = new LookThrough(test.sight);
    this.#asker = { provenance: home.provenance, app: options.app };
    if (forMs === undefined) return;
    this.#holds = new Holds({
      clock,
      offsetMs: () => home.connection.clockOffsetMs,
      forMs,
      test,
      facet: facetOf(attribute),
      label: label(),
      fire: (hold, dueMs, justTold) => this.#fire(hold, dueMs, justTold),
      notes: options.durable,
    });
  }

  start(): void {
    const { home, takesPresent, durable } = this.#options;
    const holds = this.#holds;
    // Of a home that has never answered there is nothing to take yet.
    const takesFirst = (takesPresent || durable !== undefined) && home.config === undefined;
    this.#removers = [
      this.#listen(),
      ...(takesFirst ? [home.lifecycle.subscribe('connected', (event) => this.#takeFirst(event))] : []),
      ...(this.#options.wantsMissed ? [home.backfill.join(this.#reader())] : []),
      ...(holds === undefined
        ? []
        : [home.lifecycle.subscribe('connected', (event) => this.#reconnected(event, holds))]),
    ];
  }

  #listen(): () => void {
    const { home, meant, priority } = this.#options;
    const receive = (transition: StateTransition): void => this.#receive(transition);
    if (!isChoice(meant)) return home.states.subscribe(this.#presentIds(meant), receive, priority);
    const selected = new SelectedEntities({
      home,
      choice: meant,
      priority,
      receive,
      joined: (entityIds) => this.#join(entityIds),
      left: (entityIds) => this.#leave(entityIds),
    });
    this.#selected = selected;
    selected.start();
    return () => selected.stop();
  }

  #reconnected(event: HomeLifecycleEvent, holds: Holds): void {
    if (event.kind !== 'connected') return;
    holds.rearm();
    if (event.again) this.#options.durable?.reconnected((entityId) => this.#present(entityId));
  }

  /** The home has answered for the first time. */
  #takeFirst(event: HomeLifecycleEvent): void {
    // Those that a selection means are taken when they become known.
    if (event.kind === 'connected' && !event.again && !isChoice(this.#options.meant)) this.takePresent();
  }

  stop(): void {
    for (const remove of this.#removers ?? []) remove();
    this.#removers = undefined;
    this.#held = undefined;
    this.#holds?.cancel();
    this.#options.durable?.stopped();
  }

  /** Takes states that satisfy the conditions already for changes. */
  takePresent(entityIds: Iterable<string> = this.#entityIds()): void {
    const { durable, home } = this.#options;
    if (durable !== undefined && this.#holds !== undefined) {
      if (home.config !== undefined) this.#takeUp(durable, this.#holds, entityIds);
      return;
    }
    for (const entityId of entityIds) {
      const state = this.#present(entityId);
      if (state === undefined) continue;
      try {
        if (this.#removers !== undefined && this.#test.firesFirst(state)) this.#takeHeld(entityId, state);
      } catch (error) {
        this.#sink.refuse(error, `${entityId}: ${state.state}`);
      }
    }
  }

  #takeUp(durable: DurableHolds, holds: Holds, entityIds: Iterable<string>): void {
    if (this.#removers === undefined) return;
    try {
      durable.resume(
        entityIds,
        (entityId) => this.#present(entityId),
        (hold) => holds.begin(hold),
      );
      // Whom a selection means is known with the registries.
      if (!isChoice(this.#options.meant) || this.#options.home.registries.loaded) durable.resumed();
    } catch (error) {
      this.#sink.refuse(error, 'holds of an earlier life of the daemon');
    }
  }

  #receive(transition: StateTransition): void {
    if (this.#held === undefined) this.#take(transition);
    else this.#held.push(transition);
  }

  #reader(): BackfillReader {
    return {
      entityIds: () => this.#entityIds(),
      heldIds: () => (this.#held ?? []).map(({ entityId }) => entityId),
      hold: () => {
        this.#held ??= [];
        this.#holds?.suspend();
      },
      wait: () => this.#holds?.resume(),
      release: (missed) => this.#release(missed),
    };
  }

  /** Tells, in the order in which it was, what was missed and then what has come since. */
  #release(missed: (entityId: string) => Omit<MissedOf, 'told' | 'entityId'>): void {
    if (this.#held === undefined) return;
    const told = Map.groupBy(this.#held, ({ entityId }) => entityId);
    this.#held = undefined;
    const steps = [...new Set([...this.#entityIds(), ...told.keys()])]
      .flatMap((entityId) => missedChanges({ entityId, ...missed(entityId), told: told.get(entityId) ?? [] }))
      .toSorted((one, other) => one.atMs - other.atMs);
    const past = new Map<string, Pick<StateTransition, 'from' | 'lastGood'>>();
    this.#past = past;
    for (const { atMs, transition } of steps) {
      if (this.#removers === undefined) break;
      past.set(transition.entityId, transition);
      this.#holds?.passTo(transition.entityId, atMs);
      past.delete(transition.entityId);
      this.#take(transition);
    }
    this.#past = undefined;
    this.#holds?.resume();
  }

  #take(transition: StateTransition): void {
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
    if (transition.renamedFrom !== undefined && this.#carriesOver(transition, transition.renamedFrom)) return;
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
    const { resync, restarted, backfill = false } = transition;
    this.#tell({
      kind,
      entityId,
      from,
      to,
      resync,
      backfill,
      stale: false,
      firedAtMs: undefined,
      origin: null,
      restarted,
    });
  }

  /** What was known of an entity under another id is known of it still. Gives whether nothing but the id has changed. */
  #carriesOver({ entityId, from, to }: StateTransition, formerId: string): boolean {
    this.#sight.rename(formerId, entityId);
    this.#holds?.rename(formerId, entityId);
    return from?.state === to?.state && sameJson(from?.attributes, to?.attributes);
  }

  #join(entityIds: readonly string[]): boolean {
    const { takesPresent, durable } = this.#options;
    if (takesPresent || durable !== undefined) this.takePresent(entityIds);
    return takesPresent;
  }

  #leave(entityIds: readonly string[]): void {
    for (const entityId of entityIds) {
      this.#holds?.end(entityId);
      this.#sight.forget(entityId);
    }
  }

  #judgeRemoval(transition: StateTransition): void {
    const { entityId, resync, restarted } = transition;
    // A home that has only just started may not have all its entities yet: the hold waits for what it will be.
    if (!restarted) this.#holds?.end(entityId);
    const from = this.#sight.beforeRemoval(transition);
    if (resync && this.#options.ignoresMissed) return;
    if (this.#test.conditional || this.#holds !== undefined || from === null || !this.#isThere(from)) return;
    const firedAtMs = this.#homeNowMs();
    const { backfill = false } = transition;
    this.#tell({
      ...{ kind: 'removed', entityId, from, to: null, resync, backfill },
      ...{ stale: false, firedAtMs, origin: null, restarted },
    });
  }

  #takeHeld(entityId: string, state: EntityState): void {
    if (this.#holds !== undefined) {
      const sinceMs = facetOf(this.#options.attribute).sinceMs(null, state);
      this.#holds.begin({
        entityId,
        kind: 'initial',
        from: null,
        origin: state,
        sinceMs,
        resync: false,
        restarted: false,
      });
      return;
    }
    const stale = this.#isStale(entityId);
    this.#tell({
      kind: 'initial',
      entityId,
      from: null,
      to: state,
      resync: false,
      backfill: false,
      stale,
      firedAtMs: this.#homeNowMs(),
      origin: null,
      restarted: false,
    });
  }

  /** A hold has lasted: told on the last value that the subscription saw, however long ago that was. */
  #fire(hold: Hold, dueMs: number, justTold: boolean): void {
    const { entityId, kind, from, resync, restarted, origin } = hold;
    const past = this.#past?.get(entityId);
    const to = (past === undefined ? this.#present(entityId) : this.#seenIn(past)) ?? origin;
    const stale = past === undefined ? !justTold && this.#isStale(entityId) : to !== past.from;
    const backfill = past !== undefined;
    const event = this.#eventOf({
      ...{ kind, entityId, from, to, resync: resync || backfill, backfill },
      ...{ stale, firedAtMs: dueMs, origin, restarted },
    });
    const { durable } = this.#options;
    durable?.fires(hold, event);
    if (!this.#sink.take(event)) durable?.leftOut(event);
  }

  #tell(occurrence: StateOccurrence): void {
    this.#sink.take(this.#eventOf(occurrence));
  }

  #eventOf(occurrence: StateOccurrence): StateChange {
    const { attribute, source } = this.#options;
    return attribute === undefined
      ? new StateChange(occurrence, source, this.#asker)
      : new AttributeChange(occurrence, source, this.#asker, attribute);
  }

  /** The state of an entity as the subscription sees it. */
  #present(entityId: string): EntityState | undefined {
    const { mirror } = this.#options.home;
    const state = mirror.get(entityId);
    return state === undefined || this.#sight.sees(state.state) ? state : mirror.lastGood(entityId);
  }

  /** What an entity was as the subscription saw it, before a step that is told now. */
  #seenIn({ from, lastGood }: Pick<StateTransition, 'from' | 'lastGood'>): EntityState | undefined {
    return from !== null && this.#sight.sees(from.state) ? from : lastGood;
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

  /** An entity that was named by an id that it had once is meant under the one that it has. */
  #presentIds(pattern: KeyPattern): KeyPattern {
    const { mirror } = this.#options.home;
    if (typeof pattern === 'string') return mirror.presentId(pattern);
    return 'domain' in pattern ? pattern : pattern.map((entityId) => mirror.presentId(entityId));
  }

  *#entityIds(): Iterable<string> {
    const { home, meant } = this.#options;
    if (isChoice(meant)) {
      yield* [...(this.#selected?.members ?? [])];
      return;
    }
    const pattern = this.#presentIds(meant);
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
