import { domainOf, type EntityState, isAvailable } from '../states/entity-state.ts';
import { isMomentDomain } from '../states/domain-states.ts';
import type { StateTransition } from '../states/state-mirror.ts';
import type { Sight } from './state-test.ts';

/**
 * How one subscription sees the states of its entities: `unavailable` and `unknown` are looked through, unless it has
 * named one of them or wants them raw.
 *
 * It keeps nothing for most entities: the mirror knows the last good state of each.
 */
export class LookThrough {
  readonly #sight: Sight;
  /** Added without a value, and so not told yet. */
  #newcomers: Set<string> | undefined;
  /** The state seen last, of entities whose present one is not seen. Only where one of the two is named. */
  #lastSeen: Map<string, EntityState> | undefined;

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  /** Whether a state is one that the subscription sees. */
  sees(state: string): boolean {
    if (this.#sight === 'raw' || isAvailable(state)) return true;
    return state === this.#sight;
  }

  /**
   * What the state of a transition follows upon, as the subscription sees it: null if the entity was added with it,
   * `undefined` if there is nothing to tell, since the new state is looked through or the first one known.
   */
  before(transition: StateTransition): EntityState | null | undefined {
    const { to, from } = transition;
    if (to === null || this.#sight === 'raw') return from;
    if (!this.sees(to.state)) {
      this.#note(transition);
      return undefined;
    }
    const last = this.#sight === 'good' ? transition.lastGood : this.#seenBefore(transition);
    if (last !== undefined) return last;
    if (from === null || this.#newcomers?.delete(transition.entityId) === true) return null;
    // The state of a button or an event is the moment of its last one: the first moment is news.
    return from.state === 'unknown' && isMomentDomain(domainOf(transition.entityId)) ? from : undefined;
  }

  /** What an entity was, as the subscription saw it, when it was removed. */
  beforeRemoval({ entityId, from, lastGood }: StateTransition): EntityState | null {
    this.#newcomers?.delete(entityId);
    this.#lastSeen?.delete(entityId);
    return this.#sight === 'good' ? (lastGood ?? from) : from;
  }

  /** An entity has another id. */
  rename(from: string, to: string): void {
    if (this.#newcomers?.delete(from) === true) this.#newcomers.add(to);
    const seen = this.#lastSeen?.get(from);
    if (seen !== undefined) this.#lastSeen?.set(to, seen);
    this.#lastSeen?.delete(from);
  }

  /** An entity is looked at no longer. */
  forget(entityId: string): void {
    this.#newcomers?.delete(entityId);
    this.#lastSeen?.delete(entityId);
  }

  #note({ entityId, from }: StateTransition): void {
    if (from === null) (this.#newcomers ??= new Set()).add(entityId);
    else if (this.#sight !== 'good' && this.sees(from.state)) (this.#lastSeen ??= new Map()).set(entityId, from);
  }

  #seenBefore({ entityId, from, lastGood }: StateTransition): EntityState | undefined {
    if (from !== null && this.sees(from.state)) return from;
    const seen = this.#lastSeen?.get(entityId) ?? lastGood;
    this.#lastSeen?.delete(entityId);
    return seen;
  }
}
