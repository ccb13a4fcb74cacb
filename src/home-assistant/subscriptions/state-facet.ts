import { numberOf, type Predicate, type Subject } from '../../bus/conditions.ts';
import { type EntityState, lastChangedMs, peekAttribute } from '../states/entity-state.ts';
import { sameJson } from '../states/same-json.ts';

/** The side of a state that a subscription looks at: the state itself, or one of its attributes. */
export interface StateFacet extends Subject<EntityState> {
  readonly differs: (from: EntityState, to: EntityState) => boolean;
  /** Whether an update that leaves the facet as it is counts where each change counts. */
  readonly countsEveryUpdate: boolean;
  /** Asks a person's function of two. */
  readonly compare: (predicate: Predicate, from: EntityState, to: EntityState) => unknown;
  /** Since when the facet is as it is in `to`, on Home Assistant's clock. */
  readonly sinceMs: (from: EntityState | null, to: EntityState) => number;
  /** Whether a newer `lastChanged` of the same state says that the facet was another meanwhile. */
  readonly followsLastChanged: boolean;
}

export const STATE_FACET: StateFacet = {
  value: (state) => state.state,
  number: (state) => state.number,
  available: (state) => state.available,
  ask: (predicate, state) => predicate(state),
  differs: (from, to) => from.state !== to.state,
  countsEveryUpdate: true,
  compare: (predicate, from, to) => predicate(from, to),
  // A condition on attributes may become true while the state stays: then it is the update that counts.
  sinceMs: (from, to) => (from === null || from.state !== to.state ? lastChangedMs(to) : lastUpdatedMs(to)),
  followsLastChanged: true,
};

export function attributeFacet(name: string): StateFacet {
  const peek = (state: EntityState): unknown => peekAttribute(state, name);
  const value = (state: EntityState): unknown =>
    Object.hasOwn(state.attributes, name) ? state.attributes[name] : undefined;
  return {
    value: peek,
    number: (state) => numberOf(peek(state)),
    available: (state) => (peek(state) ?? null) !== null,
    ask: (predicate, state) => predicate(value(state), state),
    differs: (from, to) => !sameJson(peek(from), peek(to)),
    countsEveryUpdate: false,
    compare: (predicate, from, to) => predicate(value(from), value(to)),
    sinceMs: (_from, to) => lastUpdatedMs(to),
    followsLastChanged: false,
  };
}

function lastUpdatedMs(state: EntityState): number {
  return state.lastUpdated.epochMilliseconds;
}
