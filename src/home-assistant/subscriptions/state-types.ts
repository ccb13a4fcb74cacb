import type { Only } from '../../bus/only.ts';
import type { Available, Not, NumericCondition, OneOf, Scalar } from '../../bus/conditions.ts';
import type { HandlerOptions } from '../../bus/handler-options.ts';
import type { DurationInput } from '../../kernel/duration.ts';
import type { WaitPolicyOptions } from '../../storage/wait-policy.ts';
import type {
  ChangeConditionOf,
  DomainState,
  DomainValue,
  NumericConditionOf,
  Unavailable,
} from '../states/domain-states.ts';
import type { StateValue } from '../domains/state-meaning.ts';
import type { EntityState, StateContext } from '../states/entity-state.ts';
import type { Cause, CauseCondition } from '../provenance/cause.ts';

/**
 * The homes that types were generated for. It is empty until `hassette generate` merges them in, and everything works
 * without them.
 */
export interface Homes {}

/** The name of a home; any, as long as no types were generated. */
export type HomeName = [keyof Homes] extends [never] ? string : keyof Homes;

// --- What is subscribed to ------------------------------------------------------------------------------------------

/**
 * Entities by what they are and where they stand, rather than by id. What is named together all has to hold; of a list
 * one is enough. It follows the home: what is moved into an area later is meant from then on.
 *
 * By area, floor, label and device it means what Home Assistant means by them in a target: not what is hidden, nor what
 * is there for configuration or diagnosis, unless that bears the label itself or a device class is named as well.
 *
 * @example
 * ```ts
 * this.bus.onStateChange({ domain: 'light', area: 'kitchen' }, { to: 'on' }, () => this.logger.info('light in the kitchen'));
 * ```
 */
export interface Selection {
  /** All entities of a domain, or of several, those that come later included. */
  readonly domain?: string | readonly string[] | undefined;
  /** Ids of areas. An entity stands in its own area, else in its device's. */
  readonly area?: string | readonly string[] | undefined;
  /** Ids of floors. */
  readonly floor?: string | readonly string[] | undefined;
  /** Ids of labels, on the entity, its device or its area. */
  readonly label?: string | readonly string[] | undefined;
  /** Ids of devices. */
  readonly device?: string | readonly string[] | undefined;
  /** Device classes, such as `motion`, by the attribute of that name. */
  readonly device_class?: string | readonly string[] | undefined;
  /** Integrations, such as `hue`. */
  readonly integration?: string | readonly string[] | undefined;
}

/** An entity id, a glob (`binary_sensor.*_window`), several of them, or a selection. */
export type StateTarget = string | readonly string[] | Selection;

/** Refuses literals that can be no entity id, and unknown keys of a selection. */
export type ValidTarget<Target> = Target extends string
  ? ValidEntityId<Target>
  : Target extends readonly unknown[]
    ? { readonly [Index in keyof Target]: ValidEntityId<Target[Index]> }
    : keyof Target extends never
      ? SelectsNothing
      : Only<Target, Selection>;

/** What a selection would have to be that names nothing, for the compiler's message. */
export interface SelectsNothing {
  readonly writeItLike: { readonly area: 'kitchen' };
}

type ValidEntityId<Id> = string extends Id
  ? unknown
  : Id extends `${string}.${string}` | `${string}*${string}`
    ? unknown
    : NoEntityId<Id>;

/** What a text would have to be that is no entity id, for the compiler's message. */
export interface NoEntityId<Id> {
  readonly noEntityId: Id;
  readonly writeItLike: 'light.kitchen';
}

/** The ids that a target stands for, as far as its type says. */
export type EntityIdOf<Target> = Target extends string
  ? Target extends `${infer Domain}.${string}`
    ? Domain extends `${string}*${string}` | `${string}?${string}`
      ? string
      : Target extends `${string}*${string}` | `${string}?${string}`
        ? `${Domain}.${string}`
        : Target
    : string
  : Target extends readonly (infer Id)[]
    ? EntityIdOf<Id>
    : Target extends { readonly domain: infer Domain }
      ? `${Extract<Domain extends readonly (infer One)[] ? One : Domain, string>}.${string}`
      : string;

/** The domain of an entity id; a word without a dot is a domain itself. */
export type DomainOf<Id extends string> = string extends Id
  ? string
  : Id extends `${infer Domain}.${string}`
    ? Domain
    : Id;

// --- Conditions -----------------------------------------------------------------------------------------------------

/** What a state may be held against; functions are given the state object. */
export type StateCondition<Id extends string> = ConditionOn<
  DomainState<DomainOf<Id>> | Unavailable,
  NumericConditionOf<DomainOf<Id>>,
  (state: EntityState<DomainState<DomainOf<Id>> | Unavailable, ValueOf<Id>>) => boolean
>;

/** What an attribute may be held against; functions are given its value, and the state object. */
export type AttributeCondition = ConditionOn<Scalar, NumericCondition, (value: unknown, state: EntityState) => boolean>;

type ConditionOn<Value, Numeric, Predicate> = Leaf<Value, Numeric> | readonly Value[] | Predicate;
type Leaf<Value, Numeric> = Plain<Value, Numeric> | OneOf<Plain<Value, Numeric>> | Not<Negatable<Value, Numeric>>;
type Negatable<Value, Numeric> = Plain<Value, Numeric> | OneOf<Plain<Value, Numeric>> | readonly Value[];
type Plain<Value, Numeric> = Value | Numeric | RegExp | Available;

/** Options that say which changes are meant. */
export interface StateCriteria<Value, Condition, Change> {
  /** The state before. Without `to`, it fires when this ends. */
  readonly from?: Value | Condition | undefined;
  /** The state after. It fires when this becomes true. */
  readonly to?: Value | Condition | undefined;
  /** Compares the two. */
  readonly changed?: Change | undefined;
  /** Fires once its condition has held for so long, counted on Home Assistant's clock. */
  readonly for?: DurationInput | undefined;
  /** Fires for each change that satisfies the conditions, not only when they become true. @defaultValue false */
  readonly every?: boolean | undefined;
  /** `'raw'` takes `unavailable` and `unknown` for states like any other. @defaultValue they are looked through */
  readonly availability?: 'raw' | undefined;
}

/** The comparison of two states: `increased()`, `decreased()`, or a function of both. */
export type StateComparison<Id extends string> =
  | ChangeConditionOf<DomainOf<Id>>
  | ((
      from: EntityState<DomainState<DomainOf<Id>> | Unavailable, ValueOf<Id>>,
      to: EntityState<DomainState<DomainOf<Id>> | Unavailable, ValueOf<Id>>,
    ) => boolean);

/** The comparison of two values of an attribute. */
export type AttributeComparison = ChangeConditionOf<'sensor'> | ((from: unknown, to: unknown) => boolean);

/** What all subscriptions to states can be given. */
export interface StateHandlerOptions<Event> extends HandlerOptions<Event>, WaitPolicyOptions {
  /** Fires at once too where the condition holds already; with `for`, counted from `lastChanged`. @defaultValue false */
  readonly immediate?: boolean | undefined;
  /** `'ignore'` leaves out what was missed while the connection was away. @defaultValue it is told, with `resync: true` */
  readonly resync?: 'ignore' | undefined;
  /** Only changes by these are handled: `'user'`, `['user', 'device']`, `not('self')`. */
  readonly cause?: CauseCondition | undefined;
  /**
   * Keeps the wait (`for`) when the daemon ends: the subscription of the same `name` goes on with it at the next start.
   * What the entity did meanwhile counts, a change that nobody saw too. `name` and `for` are needed.
   *
   * @defaultValue false
   */
  readonly durable?: boolean | undefined;
}

/** What subscriptions to changes can be given besides. */
export interface ChangeHandlerOptions<Event> extends StateHandlerOptions<Event> {
  /**
   * Tells each step that was missed while the connection was away, from Home Assistant's history, before what it has
   * come to. Without it, and where there is no history, only what it has come to is told.
   *
   * @defaultValue false
   */
  readonly backfill?: boolean | undefined;
}

/** What `onStateChange` can be given. */
export interface StateOptions<Id extends string = string>
  extends
    StateCriteria<DomainState<DomainOf<Id>> | Unavailable, StateCondition<Id>, StateComparison<Id>>,
    ChangeHandlerOptions<StateChangeEvent<Id>> {}

/** What `onAttributeChange` can be given. */
export interface AttributeOptions<Id extends string = string>
  extends
    StateCriteria<Scalar, AttributeCondition, AttributeComparison>,
    ChangeHandlerOptions<AttributeChangeEvent<Id>> {}

/** What `onUnavailable` and `onAvailable` can be given. */
export interface AvailabilityOptions<Id extends string = string> extends StateHandlerOptions<StateChangeEvent<Id>> {
  /** Fires once it has been so for so long. */
  readonly for?: DurationInput | undefined;
}

/** What `waitFor` can be given. */
export interface WaitOptions<Id extends string = string> extends StateCriteria<
  DomainState<DomainOf<Id>> | Unavailable,
  StateCondition<Id>,
  StateComparison<Id>
> {
  /** Gives null when it has not come by then. @defaultValue it is waited for as long as the execution may last */
  readonly timeout?: DurationInput | undefined;
  /** Waits for a later change even if the condition holds already. @defaultValue false */
  readonly next?: boolean | undefined;
  /** Only a change by these counts: `'user'`, `not('self')`. Of what holds already, who brought it about. */
  readonly cause?: CauseCondition | undefined;
  /** Only a change for which it gives true counts. */
  readonly where?: ((event: StateChangeEvent<Id>) => boolean) | undefined;
}

// --- Events ---------------------------------------------------------------------------------------------------------

/** What all events of state subscriptions have. */
export interface StateEventFields<Id extends string> {
  readonly entityId: Id;
  /** Home Assistant's own reference to what caused it; what it comes down to is in `cause`. */
  readonly context: StateContext;
  /** Who or what caused it: of a hold, the change that began it. */
  readonly cause: Cause;
  /** When it happened, on Home Assistant's clock; of a hold, when it was due. */
  readonly firedAt: Temporal.Instant;
  /** Aborted when the run that handles this event is called off. */
  readonly signal: AbortSignal;
  /** It was missed while the connection was away, and found by comparing. */
  readonly resync: boolean;
  /** It is from Home Assistant's history: the entity became something else before the connection was back. */
  readonly backfill: boolean;
  /** The entity is unavailable or the home away: `to` is the last good value. */
  readonly stale: boolean;
}

/** The state of an entity became another. */
export interface StateChanged<
  Id extends string,
  From extends string,
  To extends string,
  Value extends StateValue = StateValue,
> extends StateEventFields<Id> {
  readonly kind: 'changed';
  readonly from: EntityState<From, Value>;
  readonly to: EntityState<To, Value>;
}

/** An entity was added. */
export interface EntityAdded<
  Id extends string,
  To extends string,
  Value extends StateValue = StateValue,
> extends StateEventFields<Id> {
  readonly kind: 'added';
  readonly from: null;
  readonly to: EntityState<To, Value>;
}

/** An entity was removed. */
export interface EntityRemoved<
  Id extends string,
  From extends string,
  Value extends StateValue = StateValue,
> extends StateEventFields<Id> {
  readonly kind: 'removed';
  readonly from: EntityState<From, Value>;
  readonly to: null;
}

/** No change that was seen: the condition held already (`immediate`, `waitFor`), or came true while the daemon was off. */
export interface StateHeld<
  Id extends string,
  To extends string,
  Value extends StateValue = StateValue,
> extends StateEventFields<Id> {
  readonly kind: 'initial';
  readonly from: null;
  readonly to: EntityState<To, Value>;
}

/**
 * What a handler of `onStateChange` is called with. It is told apart by `kind`; which kinds there can be follows from
 * the options.
 *
 * @typeParam Id - An entity id or a domain.
 * @typeParam Options - The type of the options that were given.
 *
 * @example
 * ```ts
 * class Hallway extends App {
 *   onMotion(event: StateChangeEvent<'binary_sensor', { to: 'on' }>) { this.logger.info(event.from.state); }
 * }
 * ```
 */
export type StateChangeEvent<Id extends string = string, Options = unknown> =
  | StateChanged<WholeId<Id>, StateBefore<Id, Options>, StateAfter<Id, Options>, ValueOf<Id>>
  | (MayBeAdded<Options> extends true ? EntityAdded<WholeId<Id>, StateAfter<Id, Options>, ValueOf<Id>> : never)
  | (MayBeRemoved<Options> extends true ? EntityRemoved<WholeId<Id>, StateBefore<Id, Options>, ValueOf<Id>> : never)
  | (MayBeInitial<Options> extends true ? StateHeld<WholeId<Id>, StateAfter<Id, Options>, ValueOf<Id>> : never);

/** What the states of an entity stand for. */
type ValueOf<Id extends string> = DomainValue<DomainOf<Id>>;

/** A domain as the ids of its entities, so that events of the two are the same to the compiler. */
type WholeId<Id extends string> = Id extends `${string}.${string}`
  ? Id
  : string extends Id
    ? string
    : `${Id}.${string}`;

/** What a handler of `onAttributeChange` is called with. */
export type AttributeChangeEvent<Id extends string = string, Options = unknown> = StateChangeEvent<
  Id,
  WithoutValues<Options>
> & {
  /** The attribute's name. */
  readonly attribute: string;
  /** What it is now; undefined where it is not there. */
  readonly value: unknown;
  /** What it was before. */
  readonly previous: unknown;
};

/** What `waitFor` gives: the change, or null where there is a time limit. */
export type WaitResult<Id extends string, Options> =
  | StateChangeEvent<Id, Options extends { readonly next: true } ? Options : Options & { readonly immediate: true }>
  | (Options extends { readonly timeout: {} } ? null : never);

/** Conditions on an attribute say nothing of the state. */
type WithoutValues<Options> = unknown extends Options
  ? unknown
  : { readonly [Key in keyof Options]: Key extends 'from' | 'to' | 'changed' ? object : Options[Key] };

type HasConditions<Options> = Options extends { readonly to: {} } | { readonly from: {} } | { readonly changed: {} }
  ? true
  : false;

type IsRaw<Options> = Options extends { readonly availability: 'raw' } ? true : false;

type MayBeAdded<Options> = HasConditions<Options> extends true ? IsRaw<Options> : true;

type MayBeRemoved<Options> = HasConditions<Options> extends true ? false : true;

type MayBeInitial<Options> = unknown extends Options
  ? true
  : Options extends { readonly immediate: infer Immediate }
    ? true extends Immediate
      ? true
      : ComesBack<Options>
    : ComesBack<Options>;

/** A wait may begin with a change that was made while the daemon was off. */
type ComesBack<Options> = Options extends { readonly durable: infer Durable }
  ? true extends Durable
    ? true
    : false
  : false;

type StateBefore<Id extends string, Options> = Options extends { readonly from: infer Condition extends {} }
  ? Satisfying<Condition, VisibleState<Id, Options>>
  : VisibleState<Id, Options>;

type StateAfter<Id extends string, Options> = Options extends { readonly to: infer Condition extends {} }
  ? Satisfying<Condition, VisibleState<Id, Options>>
  : VisibleState<Id, Options>;

/** The states that a subscription sees: the good ones, and those that it names or is raw for. */
type VisibleState<Id extends string, Options> =
  | DomainState<DomainOf<Id>>
  | (IsRaw<Options> extends true ? Unavailable : NamedBy<Options>);

type NamedBy<Options> =
  | (Options extends { readonly from: infer Condition } ? Named<Condition> : never)
  | (Options extends { readonly to: infer Condition } ? Named<Condition> : never);

type Named<Condition> = Condition extends Available
  ? Unavailable
  : Condition extends Not<infer Inner>
    ? Named<Inner>
    : Condition extends OneOf<infer Member>
      ? Named<Member>
      : Condition extends readonly (infer Value)[]
        ? Named<Value>
        : Extract<Condition, Unavailable>;

/** Those of some states that satisfy a condition, as far as types can tell. */
type Satisfying<Condition, State extends string> = Condition extends string
  ? Condition
  : Condition extends Available
    ? Exclude<State, Unavailable>
    : Condition extends OneOf<infer Member>
      ? Satisfying<Member, State>
      : Condition extends Not<infer Inner>
        ? Inner extends Available
          ? Extract<State, Unavailable>
          : Exclude<State, CertainlySatisfying<Inner>>
        : Condition extends readonly (infer Value)[]
          ? Satisfying<Value, State>
          : State;

/** The states that a condition is true for whatever else it depends on: what `not` leaves out. */
type CertainlySatisfying<Condition> = Condition extends string
  ? Condition
  : Condition extends OneOf<infer Member>
    ? CertainlySatisfying<Member>
    : Condition extends readonly (infer Value)[]
      ? CertainlySatisfying<Value>
      : never;
