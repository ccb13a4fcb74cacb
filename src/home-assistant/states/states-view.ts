import { numberOf } from '../../bus/conditions.ts';
import type { AnyFunction } from '../../bus/only.ts';
import { currentTracker } from '../../kernel/tracked-reads.ts';
import { EntityUnavailable } from '../calls/call-errors.ts';
import { Aggregates, isUnanimous } from './aggregates.ts';
import type { DomainState, DomainValue, Unavailable } from './domain-states.ts';
import { type EntityState, isAvailable } from './entity-state.ts';
import type { Home } from '../home.ts';
import { nearestEntity } from '../calls/service-check.ts';
import { groupOf, membersOf } from './entity-group.ts';
import { readAspect, readMembers, readState, readVerdict } from './state-reads.ts';
import type { DomainOf, EntityIdOf, Selection, StateCondition } from '../subscriptions/state-types.ts';
import { type Side, Threshold, type ThresholdOptions } from './threshold.ts';

/** The state of an entity, with the states that its domain can have. */
export type StateOf<Id extends string> = EntityState<
  DomainState<DomainOf<Id>> | Unavailable,
  DomainValue<DomainOf<Id>>
>;

/** The ids of a domain, of entities that are named, or of what a glob or a selection means. */
type MemberOf<Group> = Group extends string
  ? string extends Group
    ? string
    : Group extends `${string}.${string}` | `${string}*${string}`
      ? EntityIdOf<Group>
      : `${Group}.${string}`
  : EntityIdOf<Group>;

/** Several entities: all of a domain (`'light'`), a glob, some that are named, or a selection. */
export type EntityGroup = string | readonly string[] | Selection;

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
  readonly #home: Home;
  readonly #aggregates: Aggregates;

  constructor(home: Home) {
    this.#home = home;
    this.#aggregates = new Aggregates(home);
  }

  /** How many entities there are. */
  get size(): number {
    return readMembers(this.#home, undefined, '*', () => this.#home.mirror.size);
  }

  /** The state of an entity; undefined where the home has no such entity. */
  get<const Id extends string>(entityId: Id): StateOf<Id> | undefined {
    // What states a domain has is Home Assistant's word, as the types tell it.
    return readState(this.#home, entityId) as StateOf<Id> | undefined;
  }

  /**
   * The last state of an entity that was one: its present state unless that is `unavailable` or `unknown`; undefined
   * where it never had any.
   */
  lastGood<const Id extends string>(
    entityId: Id,
  ): EntityState<DomainState<DomainOf<Id>>, DomainValue<DomainOf<Id>>> | undefined {
    // As above.
    return readAspect(this.#home, entityId, 'last value', () => this.#home.mirror.lastGood(entityId)) as
      | EntityState<DomainState<DomainOf<Id>>, DomainValue<DomainOf<Id>>>
      | undefined;
  }

  /** Whether the home has such an entity, whatever its state. */
  has(entityId: string): boolean {
    return readAspect(this.#home, entityId, 'presence', () => this.#home.mirror.has(entityId));
  }

  /**
   * Whether an entity is in a state, or in one of several. What is not there is in none. In the condition of a rule an
   * entity without a value leaves the rule as it is, unless `unavailable` or `unknown` is asked for.
   */
  is<const Id extends string>(
    entityId: Id,
    state: DomainState<DomainOf<Id>> | Unavailable | readonly (DomainState<DomainOf<Id>> | Unavailable)[],
  ): boolean {
    const wanted: readonly string[] = typeof state === 'string' ? [state] : state;
    const tracker = currentTracker();
    if (tracker === undefined) {
      const present = this.#home.mirror.stateOf(entityId);
      return present !== undefined && wanted.includes(present);
    }
    const isRaw = !wanted.every(isAvailable);
    return readVerdict(tracker, this.#home, entityId, {
      what: `is ${wanted.join(' or ')}`,
      says: (present) =>
        isRaw || (present !== undefined && isAvailable(present))
          ? present !== undefined && wanted.includes(present)
          : undefined,
      dated: true,
    });
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
    const number = readState(this.#home, entityId, instead === undefined)?.number;
    if (number !== undefined) return number;
    if (instead !== undefined) return instead.or;
    throw this.#unavailable(entityId);
  }

  /**
   * Whether an entity has a number above the limit. It has not while it is unavailable; the condition of a rule stays
   * as it is then.
   *
   * @param options - With a hysteresis, a condition of a rule that has become true stays so until the number is down
   * by so much: above 20 with one of 2 holds from above 20 until 18. Elsewhere there is nothing that could stay.
   */
  above(entityId: string, limit: number, options?: ThresholdOptions): boolean {
    return this.#compare('above', entityId, limit, options);
  }

  /**
   * Whether an entity has a number below the limit. It has not while it is unavailable; the condition of a rule stays
   * as it is then.
   *
   * @param options - With a hysteresis, a condition of a rule that has become true stays so until the number is up by
   * so much: below 40 with one of 5 holds from below 40 until 45. Elsewhere there is nothing that could stay.
   */
  below(entityId: string, limit: number, options?: ThresholdOptions): boolean {
    return this.#compare('below', entityId, limit, options);
  }

  /**
   * Whether any of several entities is in a state. In the condition of a rule an unavailable one counts as what it was
   * last; elsewhere it does not count.
   *
   * @example
   * ```ts
   * if (this.states.any({ domain: 'light', area: 'kitchen' }, 'on')) this.logger.info('light in the kitchen');
   * ```
   * @throws InvalidArgument where the entities or the state is not what it has to be.
   */
  any<const Group extends EntityGroup>(
    group: Group,
    state: Exclude<StateCondition<MemberOf<Group>>, AnyFunction>,
  ): boolean {
    return this.#aggregates.ask('any', group, state, ({ holding }) => holding > 0);
  }

  /**
   * How many of several entities are in a state. In the condition of a rule an unavailable one counts as what it was
   * last; elsewhere it does not count.
   *
   * @example
   * ```ts
   * const open = this.states.count('binary_sensor.*_window', 'on');
   * const hot = this.states.count({ device_class: 'temperature' }, above(30));
   * ```
   * @throws InvalidArgument where the entities or the state is not what it has to be.
   */
  count<const Group extends EntityGroup>(
    group: Group,
    state: Exclude<StateCondition<MemberOf<Group>>, AnyFunction>,
  ): number {
    return this.#aggregates.ask('count', group, state, ({ holding }) => holding);
  }

  /**
   * The ids of all entities, of those of a domain, or of those that a selection means.
   *
   * @throws InvalidArgument where the selection is none.
   */
  entityIds<const Group extends EntityGroup = string>(group?: Group): readonly MemberOf<Group>[] {
    // What is meant by a domain or a glob has ids of that form.
    return this.#ids(group) as readonly MemberOf<Group>[];
  }

  /**
   * The states of all entities, of those of a domain, or of those that a selection means. With a state as well: whether
   * all of them are in it, which takes one at least. In the condition of a rule an unavailable entity counts then as
   * what it was last; elsewhere it is in no state.
   *
   * @example
   * ```ts
   * const lit = this.states.all({ domain: 'light', area: 'kitchen' }).filter((light) => light.state === 'on');
   * if (this.states.all(['lock.front', 'lock.back'], 'locked')) this.logger.info('locked up');
   * ```
   * @throws InvalidArgument where the selection is none.
   */
  all<
    const Group extends EntityGroup = string,
    const Held extends Exclude<StateCondition<MemberOf<Group>>, AnyFunction> | undefined = undefined,
  >(group?: Group, state?: Held): Held extends undefined ? readonly StateOf<MemberOf<Group>>[] : boolean {
    // Which of the two it is follows from whether there is a second argument, as the type says.
    type Answer = Held extends undefined ? readonly StateOf<MemberOf<Group>>[] : boolean;
    if (state !== undefined) {
      return this.#aggregates.ask('all', group, state, (census) => isUnanimous(census)) as Answer;
    }
    const states = this.#ids(group).flatMap((id) => readState(this.#home, id, false) ?? []);
    return states as readonly EntityState[] as Answer;
  }

  #compare(side: Side, entityId: string, limit: number, options: ThresholdOptions | undefined): boolean {
    const threshold = new Threshold(side, limit, options);
    const { mirror } = this.#home;
    const tracker = currentTracker();
    if (tracker === undefined) return threshold.holds(numberOf(mirror.stateOf(entityId)), false) === true;
    const what = threshold.words;
    const latch = `${this.#home.home} ${entityId} ${what}`;
    return readVerdict(tracker, this.#home, entityId, {
      what,
      says: (present) => threshold.holds(numberOf(present), tracker.held(latch)),
      dated: false,
      latch: threshold.latches ? latch : undefined,
    });
  }

  #ids(wanted: EntityGroup | undefined): readonly string[] {
    const meant = groupOf(wanted, 'states');
    const { mirror } = this.#home;
    return readMembers(this.#home, wanted, meant, () =>
      [...membersOf(this.#home, meant)].filter((entityId) => mirror.has(entityId)),
    );
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
