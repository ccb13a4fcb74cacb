import { EntityUnavailable } from '../calls/call-errors.ts';
import type { DomainState, Unavailable } from './domain-states.ts';
import type { EntityState } from './entity-state.ts';
import type { Home } from '../home.ts';
import { nearestEntity } from '../calls/service-check.ts';
import { readSelection } from '../registries/selection.ts';
import type { DomainOf, EntityIdOf, Selection } from '../subscriptions/state-types.ts';

/** The state of an entity, with the states that its domain can have. */
export type StateOf<Id extends string> = EntityState<DomainState<DomainOf<Id>> | Unavailable>;

/** The ids of a domain, or of what a selection means. */
type IdOf<Wanted> = Wanted extends string ? `${Wanted}.${string}` : EntityIdOf<Wanted>;

/**
 * The states of a home as they are now: `this.states`. Reading costs nothing and waits for nothing; while a change is
 * handled, it is in it already.
 *
 * @example
 * ```ts
 * if (this.states.is('binary_sensor.hallway', 'on') && this.states.below('sensor.lux', 40)) this.logger.info('dark');
 * for (const light of this.states.all('light')) this.logger.info(`${light.entityId} is ${light.state}`);
 * ```
 */
export class StatesView {
  readonly #home: Pick<Home, 'home' | 'mirror' | 'selections'>;

  constructor(home: Pick<Home, 'home' | 'mirror' | 'selections'>) {
    this.#home = home;
  }

  /** How many entities there are. */
  get size(): number {
    return this.#home.mirror.size;
  }

  /** The state of an entity; undefined where the home has no such entity. */
  get<const Id extends string>(entityId: Id): StateOf<Id> | undefined {
    // What states a domain has is Home Assistant's word, as the types tell it.
    return this.#home.mirror.get(entityId) as StateOf<Id> | undefined;
  }

  /**
   * The last state of an entity that was one: its present state unless that is `unavailable` or `unknown`; undefined
   * where it never had any.
   */
  lastGood<const Id extends string>(entityId: Id): EntityState<DomainState<DomainOf<Id>>> | undefined {
    return this.#home.mirror.lastGood(entityId) as EntityState<DomainState<DomainOf<Id>>> | undefined;
  }

  /** Whether the home has such an entity, whatever its state. */
  has(entityId: string): boolean {
    return this.#home.mirror.has(entityId);
  }

  /** Whether an entity is in a state, or in one of several. What is not there is in none. */
  is<const Id extends string>(
    entityId: Id,
    state: DomainState<DomainOf<Id>> | Unavailable | readonly (DomainState<DomainOf<Id>> | Unavailable)[],
  ): boolean {
    const wanted: string | readonly string[] = state;
    const present = this.#home.mirror.stateOf(entityId);
    return present !== undefined && (typeof wanted === 'string' ? wanted === present : wanted.includes(present));
  }

  /**
   * The state of an entity as a number.
   *
   * @example
   * ```ts
   * const lux = this.states.number('sensor.lux', { or: 0 });
   * ```
   * @throws EntityUnavailable where it has none at present, unless a value is given to take instead.
   */
  number<Or = never>(entityId: string, instead?: { readonly or: Or }): number | Or {
    const number = this.#home.mirror.get(entityId)?.number;
    if (number !== undefined) return number;
    if (instead !== undefined) return instead.or;
    throw this.#unavailable(entityId);
  }

  /** Whether an entity has a number above the limit. It has not while it is unavailable. */
  above(entityId: string, limit: number): boolean {
    const number = this.#home.mirror.get(entityId)?.number;
    return number !== undefined && number > limit;
  }

  /** Whether an entity has a number below the limit. It has not while it is unavailable. */
  below(entityId: string, limit: number): boolean {
    const number = this.#home.mirror.get(entityId)?.number;
    return number !== undefined && number < limit;
  }

  /**
   * The ids of all entities, of those of a domain, or of those that a selection means.
   *
   * @throws InvalidArgument where the selection is none.
   */
  entityIds<const Wanted extends string | Selection = string>(wanted?: Wanted): readonly IdOf<Wanted>[] {
    // The mirror keeps them by what stands before the dot.
    return this.#ids(wanted) as readonly IdOf<Wanted>[];
  }

  /**
   * The states of all entities, of those of a domain, or of those that a selection means.
   *
   * @example
   * ```ts
   * const lit = this.states.all({ domain: 'light', area: 'kitchen' }).filter((light) => light.state === 'on');
   * ```
   * @throws InvalidArgument where the selection is none.
   */
  all<const Wanted extends string | Selection = string>(wanted?: Wanted): readonly StateOf<IdOf<Wanted>>[] {
    const states: readonly EntityState[] = this.#ids(wanted).flatMap((id) => this.#home.mirror.get(id) ?? []);
    return states as readonly StateOf<IdOf<Wanted>>[];
  }

  #ids(wanted: string | Selection | undefined): readonly string[] {
    const { mirror, selections } = this.#home;
    if (typeof wanted !== 'object') return [...mirror.entityIds(wanted)];
    return selections.resolve(readSelection(wanted, 'states')).filter((entityId) => mirror.has(entityId));
  }

  [Symbol.iterator](): Iterator<EntityState> {
    return this.all().values();
  }

  #unavailable(entityId: string): EntityUnavailable {
    const { home, mirror } = this.#home;
    const state = mirror.stateOf(entityId);
    if (state === undefined) {
      return new EntityUnavailable(`No entity "${entityId}" in home "${home}"`, {
        hint: nearestEntity(entityId, mirror),
      });
    }
    return new EntityUnavailable(`The state of "${entityId}" is "${state}", which is no number`, {
      hint: 'Give a value to take instead: `states.number(…, { or: 0 })`.',
    });
  }
}
