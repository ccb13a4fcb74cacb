import type { Channel } from '../../bus/channel.ts';
import { type EntityState, isAvailable, lastUpdatedMs } from '../states/entity-state.ts';
import type { StateMirror, StateTransition } from '../states/state-mirror.ts';
import { sameJson } from '../states/same-json.ts';
import type { Cause } from './cause.ts';
import { goesAgainst, isControlChange } from './echo.ts';
import { entitiesOf, type KnownCall } from './own-call.ts';
import type { Provenance } from './provenance.ts';

/** A person or a device has changed what an app had set. */
export interface Override {
  readonly by: Cause;
  /** On Home Assistant's clock. */
  readonly at: Temporal.Instant;
  readonly change: {
    /** Null where only what became of it is known: it happened before the app asked for the first time. */
    readonly from: EntityState | null;
    readonly to: EntityState;
  };
}

/** The last change of an entity by a person or a device, in the order of all that was told. */
interface Noted {
  readonly order: number;
  readonly override: Override;
}

interface Followed {
  last: Noted | undefined;
  /** When each app called on it last, in the same order, and under which context. */
  readonly calls: Map<string, { readonly order: number; readonly contextId: string }>;
}

export interface OverridesOptions {
  readonly provenance: Provenance;
  readonly mirror: Pick<StateMirror, 'get'>;
  readonly states: Channel<StateTransition>;
  readonly offsetMs: () => number;
}

/**
 * Knows, for the entities that somebody asks about, the last change by a person or a device. An entity is followed from
 * the first question on.
 */
export class Overrides {
  readonly #options: OverridesOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #stops: (() => void)[] = [];
  #order = 0;

  constructor(options: OverridesOptions) {
    this.#options = options;
  }

  /** The last change by a person or a device after the app's last call on the entity; null where there is none. */
  of(entityId: string, app: string): Override | null {
    const { provenance } = this.#options;
    const followed = this.#followed.get(entityId) ?? this.#follow(entityId);
    const calledAt =
      followed.calls.get(app)?.order ?? (provenance.lastCall(entityId, app) === undefined ? undefined : 0);
    if (calledAt === undefined) return null;
    const { last } = followed;
    if (last === undefined || last.order < calledAt) return null;
    // What was so already when it was first asked for has no place in the order, only a time.
    if (last.order === 0 && !this.#isLater(last.override, entityId, app)) return null;
    return last.override;
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#followed.clear();
  }

  #follow(entityId: string): Followed {
    if (this.#followed.size === 0) {
      this.#stops.push(
        this.#options.provenance.onCall((call) => {
          for (const id of entitiesOf(call.data)) this.#called(id, call);
        }),
      );
    }
    const followed: Followed = { last: this.#present(entityId), calls: new Map() };
    this.#followed.set(entityId, followed);
    // Before any handler of the app is: it may ask about the very change that it was called for.
    this.#stops.push(
      this.#options.states.subscribe(entityId, (transition) => this.#take(followed, transition), Number.MAX_VALUE),
    );
    return followed;
  }

  #called(entityId: string, { app, contextId }: KnownCall): void {
    this.#followed.get(entityId)?.calls.set(app, { order: (this.#order += 1), contextId });
  }

  #take(followed: Followed, { entityId, from: before, to, lastGood, resync, restarted }: StateTransition): void {
    if (to === null || !isAvailable(to.state)) return;
    const { provenance } = this.#options;
    const own = provenance.callOf(to.context.id);
    if (own !== undefined) {
      if (entitiesOf(own.data).includes(entityId)) return;
      // A call for an area, or for a script: that it was about this entity is seen by what it does to it.
      if (followed.calls.get(own.app)?.contextId === own.contextId) return;
      provenance.touch(entityId, own);
      this.#called(entityId, own);
      return;
    }
    const from = before !== null && isAvailable(before.state) ? before : (lastGood ?? null);
    if (from === null) return;
    const writes = provenance.writesOn(entityId);
    const by = provenance.causeOf({ entityId, from, to, writes, seen: !resync, restarted }, undefined);
    if (!isOverride(by, from, to)) return;
    followed.last = { order: (this.#order += 1), override: overrideBy(by, from, to) };
  }

  /** The present state may be one already. What it was before is not known, so a device's has to go against the call. */
  #present(entityId: string): Noted | undefined {
    const { provenance, mirror } = this.#options;
    const to = mirror.get(entityId);
    if (to === undefined || !isAvailable(to.state)) return undefined;
    const writes = provenance.writesOn(entityId);
    const by = provenance.causeOf({ entityId, from: null, to, writes, seen: false, restarted: false }, undefined);
    const last = writes.at(-1);
    const byDevice = by.kind === 'device' && last !== undefined && goesAgainst(last, to);
    if (by.kind !== 'user' && !byDevice) return undefined;
    return { order: 0, override: overrideBy(by, null, to) };
  }

  #isLater({ change }: Override, entityId: string, app: string): boolean {
    const call = this.#options.provenance.lastCall(entityId, app);
    return call !== undefined && lastUpdatedMs(change.to) > call.atMs + this.#options.offsetMs();
  }
}

function isOverride(by: Cause, from: EntityState, to: EntityState): boolean {
  if (by.kind === 'device') return isControlChange(from, to);
  return by.kind === 'user' && (from.state !== to.state || !sameJson(from.attributes, to.attributes));
}

function overrideBy(by: Cause, from: EntityState | null, to: EntityState): Override {
  return Object.freeze({ by: Object.freeze(by), at: to.lastUpdated, change: Object.freeze({ from, to }) });
}
