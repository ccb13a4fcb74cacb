import type { Clock } from '../../kernel/clock.ts';
import type { EntityState, StateContext } from '../states/entity-state.ts';
import type { WireEvent } from '../protocol/wire.ts';
import { CallMemory } from './call-memory.ts';
import type { Cause } from './cause.ts';
import { contradicts, isEcho, type Write } from './echo.ts';
import { calledIn, entitiesOf, type KnownCall, mayConcern, type OwnCall, type ProvenanceNews } from './own-call.ts';

/** A change whose cause is asked for. */
export interface Change {
  readonly entityId: string;
  readonly from: EntityState | null;
  readonly to: EntityState | null;
  /** The calls on the entity that came before it, as {@link Provenance.writesOn} gave them then. */
  readonly writes: readonly AttributedWrite[];
  /** It came as it happened. False of what was missed, or was so already. */
  readonly seen: boolean;
  /** Home Assistant was restarted meanwhile, which gives all states contexts of their own. */
  readonly restarted: boolean;
}

/** A call on an entity, and what its echoes are caused by. */
export interface AttributedWrite extends Write {
  readonly by: Pick<OwnCall, 'app' | 'executionId'> | 'automation' | { readonly userId: string };
}

/** Who may ask for the cause of an event. */
export interface CauseAsker {
  readonly provenance: Provenance;
  /** Its own calls are `self`. */
  readonly app: string;
}

export interface ProvenanceOptions {
  readonly clock: Clock;
  /** How far the home's clock is ahead of ours. */
  readonly offsetMs: () => number;
}

/** Calls that went with a connection may have been carried out; they are reckoned with for so long. */
const LOST_MS = 300_000;
/** Contexts of calls that nobody is named for. */
const MAX_ANONYMOUS = 5000;
/** Calls on one entity that may still have echoes. */
const MAX_WRITES = 4;
/** Entities that calls of others are remembered for. */
const MAX_WRITTEN = 10_000;

const NO_WRITES: readonly AttributedWrite[] = [];
const UNKNOWN: Cause = Object.freeze({ kind: 'unknown', certain: false });

/**
 * Knows who caused what in a home: joins the contexts of states and events with the calls of apps, which its link tells
 * of, and with the calls of others, which the home does.
 *
 * It keeps what is called, and concludes nothing before somebody asks.
 */
export class Provenance {
  readonly #options: ProvenanceOptions;
  readonly #memory = new CallMemory();
  readonly #inFlight = new Map<number, OwnCall>();
  readonly #lost = new Set<OwnCall>();
  /** Contexts of calls that have neither a parent nor a person, or only the token's own user. */
  readonly #anonymous = new Map<string, 'automation' | 'own user'>();
  readonly #writes = new Map<string, readonly AttributedWrite[]>();
  readonly #listeners = new Set<(call: KnownCall) => void>();
  #userId: string | undefined;
  #hearsCalls = false;

  constructor(options: ProvenanceOptions) {
    this.#options = options;
  }

  /** Takes what the link tells of calls. */
  take(news: ProvenanceNews): void {
    switch (news.kind) {
      case 'remembered':
        for (const call of news.calls) this.#keep(call);
        return;
      case 'user':
        this.#userId = news.userId;
        this.#hearsCalls = news.isAdmin;
        return;
      case 'sent':
        this.#inFlight.set(news.id, news.call);
        return;
      case 'known':
        this.#inFlight.delete(news.id);
        this.#keep(news.call);
        for (const listener of this.#listeners) listener(news.call);
        return;
      case 'mistaken':
        this.#memory.forget(news.contextId);
        return;
      case 'ended':
        this.#end(news.id, news.mayHaveRun);
        return;
    }
  }

  /** Takes a `call_service` event, whoever called. */
  hear(event: WireEvent): void {
    const { id, parent_id: parentId, user_id: userId } = event.context;
    if (this.#memory.get(id) !== undefined) return;
    const isOwnUser = userId !== null && userId === this.#userId;
    if (parentId === null && (userId === null || isOwnUser)) {
      this.#anonymous.set(id, isOwnUser ? 'own user' : 'automation');
      for (const [oldest] of this.#anonymous) {
        if (this.#anonymous.size <= MAX_ANONYMOUS) break;
        this.#anonymous.delete(oldest);
      }
    }
    const called = calledIn(event);
    if (called === undefined || isOwnUser) return;
    const by = userId === null || parentId !== null ? 'automation' : { userId };
    this.#write({ ...called, by, atMs: this.#homeNowMs() });
  }

  /** Told of each call of an app on this home, when its context is known. */
  onCall(listener: (call: KnownCall) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The latest calls on an entity, for {@link Change}. */
  writesOn(entityId: string): readonly AttributedWrite[] {
    return this.#writes.get(entityId) ?? NO_WRITES;
  }

  /** The last call of an app on an entity. */
  lastCall(entityId: string, app: string): KnownCall | undefined {
    return this.#memory.last(entityId, app);
  }

  /** The call that a context is of. */
  callOf(contextId: string): KnownCall | undefined {
    return this.#memory.get(contextId);
  }

  /** A call has had to do with an entity that it did not name: one of an area, or one that a script set. */
  touch(entityId: string, call: KnownCall): void {
    this.#memory.touch(entityId, call);
  }

  /** @param app - who asks: its own calls are `self`. */
  causeOf(change: Change, app: string | undefined): Cause {
    const { to, entityId } = change;
    if (to === null) return UNKNOWN;
    const { context } = to;
    const said = this.#causeOfContext(context, app, entityId, (call) => !contradicts(call, to));
    if (said !== undefined) return said;
    if (change.restarted) return UNKNOWN;
    const echoed = change.writes.findLast((write) => isEcho(write, change.from, to));
    if (echoed !== undefined) return causeOfEcho(echoed, app);
    // A step from the history, which keeps no contexts: somebody may have made it.
    if (context.id === '') return UNKNOWN;
    return { kind: 'device', certain: change.seen && this.#hearsCalls };
  }

  /** What caused an event of the home's bus. */
  causeOfEvent(context: StateContext, app: string | undefined, isCall: boolean): Cause {
    const said = this.#causeOfContext(context, app, undefined, () => true);
    return said ?? { kind: isCall ? 'automation' : 'device', certain: !isCall && this.#hearsCalls };
  }

  #causeOfContext(
    { id, parentId, userId }: StateContext,
    app: string | undefined,
    entityId: string | undefined,
    isCertain: (call: KnownCall) => boolean,
  ): Cause | undefined {
    const call = this.#memory.get(id);
    if (call !== undefined) return causeOfCall(call, app, isCertain(call));
    if (parentId !== null) return { kind: 'automation', certain: true };
    const anonymous = this.#anonymous.get(id);
    if (userId === null) return anonymous === 'automation' ? { kind: 'automation', certain: false } : undefined;
    if (this.#userId !== undefined && userId !== this.#userId) return { kind: 'user', userId, certain: true };
    const guessed = anonymous === undefined && entityId !== undefined ? this.#guess(entityId) : undefined;
    return guessed === undefined ? UNKNOWN : causeOfCall(guessed, app, false);
  }

  /** The call in flight that a change by the token's own user may be of. */
  #guess(entityId: string): OwnCall | undefined {
    this.#forgetLost();
    const calls = [...this.#inFlight.values(), ...this.#lost].filter((call) => mayConcern(call, entityId));
    return calls.find((call) => entitiesOf(call.data).includes(entityId)) ?? calls[0];
  }

  #end(id: number, mayHaveRun: boolean): void {
    const call = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    if (call === undefined || !mayHaveRun) return;
    this.#forgetLost();
    this.#lost.add(call);
  }

  #forgetLost(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const call of this.#lost) if (nowMs - call.atMs > LOST_MS) this.#lost.delete(call);
  }

  #keep(call: KnownCall): void {
    this.#memory.keep(call);
    const { service, data, app, executionId } = call;
    this.#write({ service, data, by: { app, executionId }, atMs: call.atMs + this.#options.offsetMs() });
  }

  #write(write: AttributedWrite): void {
    for (const entityId of entitiesOf(write.data)) {
      const before = this.#writes.get(entityId) ?? NO_WRITES;
      this.#writes.delete(entityId);
      // Never changed in place: whoever has them goes on with what was so then.
      this.#writes.set(entityId, [...before.slice(-MAX_WRITES + 1), write]);
    }
    for (const [oldest] of this.#writes) {
      if (this.#writes.size <= MAX_WRITTEN) break;
      this.#writes.delete(oldest);
    }
  }

  #homeNowMs(): number {
    return this.#options.clock.nowMs() + this.#options.offsetMs();
  }
}

function causeOfCall({ app, executionId }: OwnCall, asking: string | undefined, certain: boolean): Cause {
  const run = executionId === undefined ? {} : { executionId };
  return { kind: app === asking ? 'self' : 'app', app, ...run, certain };
}

function causeOfEcho({ by }: AttributedWrite, asking: string | undefined): Cause {
  if (by === 'automation') return { kind: 'automation', certain: false };
  if ('userId' in by) return { kind: 'user', userId: by.userId, certain: false };
  const run = by.executionId === undefined ? {} : { executionId: by.executionId };
  return { kind: by.app === asking ? 'self' : 'app', app: by.app, ...run, certain: false };
}
