import { BusEvent, revise, type SignalSource } from '../../bus/event.ts';
import { refuseOtherChanges } from '../../bus/middleware.ts';
import type { SubscriptionHappening } from '../../bus/subscription.ts';
import {
  EntityState,
  peekAttribute,
  revisedState,
  type StateContext,
  type StateRevision,
} from '../states/entity-state.ts';
import { appBehind, type Cause, OWN_HINT } from '../provenance/cause.ts';
import type { AttributedWrite, CauseAsker, Change } from '../provenance/provenance.ts';

/** What a state event is made of. */
export interface StateOccurrence {
  readonly kind: 'changed' | 'added' | 'removed' | 'initial';
  readonly entityId: string;
  readonly from: EntityState | null;
  readonly to: EntityState | null;
  readonly resync: boolean;
  readonly backfill: boolean;
  readonly stale: boolean;
  /** On Home Assistant's clock; by default the time of the update itself. */
  readonly firedAtMs: number | undefined;
  /** The state whose cause is the event's, where it is not `to`: that in which a hold began. */
  readonly origin: EntityState | null;
  /** Home Assistant was restarted before it was found. */
  readonly restarted: boolean;
}

/** What a handler of `onStateChange` is called with; its types are those of `state-types.ts`. */
export class StateChange extends BusEvent {
  readonly kind: 'changed' | 'added' | 'removed' | 'initial';
  readonly entityId: string;
  readonly from: EntityState | null;
  readonly to: EntityState | null;
  readonly resync: boolean;
  readonly backfill: boolean;
  readonly stale: boolean;
  readonly #firedAtMs: number | undefined;
  readonly #asker: CauseAsker;
  readonly #origin: EntityState | null;
  readonly #writes: readonly AttributedWrite[];
  readonly #restarted: boolean;
  #cause: Cause | undefined;

  constructor(occurrence: StateOccurrence, source: SignalSource, asker: CauseAsker) {
    super(source);
    this.kind = occurrence.kind;
    this.entityId = occurrence.entityId;
    this.from = occurrence.from;
    this.to = occurrence.to;
    this.resync = occurrence.resync;
    this.backfill = occurrence.backfill;
    this.stale = occurrence.stale;
    this.#firedAtMs = occurrence.firedAtMs;
    this.#asker = asker;
    this.#origin = occurrence.origin;
    // As they are now: those that come later have not caused it.
    this.#writes = asker.provenance.writesOn(occurrence.entityId);
    this.#restarted = occurrence.restarted;
    // A subclass has more to add, and freezes what it has made.
    if (new.target === StateChange) Object.freeze(this);
  }

  override get firedAt(): Temporal.Instant {
    if (this.#firedAtMs === undefined && this.to !== null) return this.to.lastUpdated;
    return Temporal.Instant.fromEpochMilliseconds(Math.floor(this.#firedAtMs ?? 0));
  }

  get cause(): Cause {
    this.#cause ??= Object.freeze(this.#asker.provenance.causeOf(this.#change(), this.#asker.app));
    return this.#cause;
  }

  get context(): StateContext | undefined {
    return (this.to ?? this.from)?.context;
  }

  /** @internal */
  override [revise](changes: object, source: SignalSource): StateChange {
    return new StateChange(this.revised(changes), source, this.#asker);
  }

  /** What the same event with other states is made of. @internal */
  protected revised(changes: object): StateOccurrence {
    refuseOtherChanges(changes, ['from', 'to']);
    const { kind, entityId, resync, backfill, stale } = this;
    const { from, to }: { from?: StateRevision; to?: StateRevision } = changes;
    return {
      ...{ kind, entityId, resync, backfill, stale },
      from: this.from === null || from === undefined ? this.from : revisedState(this.from, from),
      to: this.to === null || to === undefined ? this.to : revisedState(this.to, to),
      firedAtMs: this.#firedAtMs,
      origin: this.#origin ?? this.to,
      restarted: this.#restarted,
    };
  }

  /** @internal */
  protected get asker(): CauseAsker {
    return this.#asker;
  }

  #change(): Change {
    const { entityId, from, resync, kind } = this;
    const seen = !resync && kind !== 'initial';
    return { entityId, from, to: this.#origin ?? this.to, writes: this.#writes, seen, restarted: this.#restarted };
  }
}

/** What a handler of `onAttributeChange` is called with. */
export class AttributeChange extends StateChange {
  readonly attribute: string;

  constructor(occurrence: StateOccurrence, source: SignalSource, asker: CauseAsker, attribute: string) {
    super(occurrence, source, asker);
    this.attribute = attribute;
    Object.freeze(this);
  }

  get value(): unknown {
    return attributeOf(this.to, this.attribute);
  }

  /** @internal */
  override [revise](changes: object, source: SignalSource): AttributeChange {
    return new AttributeChange(this.revised(changes), source, this.asker, this.attribute);
  }

  get previous(): unknown {
    return attributeOf(this.from, this.attribute);
  }
}

/** How a change is remembered: by its two states, whoever heard of it and for whatever attribute. */
export const STATE_HAPPENING: SubscriptionHappening<StateChange> = {
  kind: { kind: 'state', read: (now, was) => ({ from: plainState(was), to: plainState(now) }) },
  subject: (event) => event.entityId,
  by: ({ cause }, app) => appBehind(cause, app),
  ownHint: OWN_HINT,
  was: (event) => event.from,
  now: (event) => event.to,
};

function plainState(state: unknown): { readonly state: string; readonly attributes: unknown } | null {
  return state instanceof EntityState ? { state: state.state, attributes: state.attributes } : null;
}

/** A state event in words, for reports of failures. */
export function describeStateChange(event: StateChange): string {
  if (event instanceof AttributeChange) {
    return `${event.entityId} ${event.attribute}: ${JSON.stringify(event.previous)} → ${JSON.stringify(event.value)}`;
  }
  return `${event.entityId}: ${event.from?.state ?? 'nothing'} → ${event.to?.state ?? 'nothing'}`;
}

function attributeOf(state: EntityState | null, name: string): unknown {
  if (state === null || peekAttribute(state, name) === undefined) return undefined;
  return state.attributes[name];
}
