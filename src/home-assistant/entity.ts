import type { AnyFunction, Checked, HandlerAfter } from '../bus/only.ts';
import type { Subscription } from '../bus/subscription.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import type { Api } from './api/api.ts';
import type { DomainState, DomainValue, Unavailable } from './states/domain-states.ts';
import { type Attributes, domainOf } from './states/entity-state.ts';
import type { Home } from './home.ts';
import type { Override } from './provenance/overrides.ts';
import { type Area, areaOf, type Floor, floorOf } from './registries/records.ts';
import type { AskOptions, EntityResponse, ServiceData } from './calls/service-call.ts';
import type { MayRespond } from './domains/service-shapes.ts';
import type { Services } from './domains/services.ts';
import type { DomainOf, StateChangeEvent, StateOptions, WaitOptions, WaitResult } from './subscriptions/state-types.ts';
import { readAspect, readRegistries, readState } from './states/state-reads.ts';
import type { StateOf } from './states/states-view.ts';

/**
 * An entity to work with: its state, its changes, and the services of its domain as methods.
 *
 * @example
 * ```ts
 * const lamp = this.entity('light.kitchen');
 * if (lamp.state === 'off') await lamp.turnOn({ brightness_pct: 40 });
 * const { forecast } = await this.entity('weather.home').getForecasts({ type: 'daily' });
 * ```
 */
export type EntityHandle<Id extends string = string> = Entity<Id> & EntityServices<DomainOf<Id>>;

/** Options of a service called as a method. */
export interface EntityCallOptions extends AskOptions {
  /** Whether the service's response is asked for. Those that do nothing else need not be told. */
  readonly returnResponse?: boolean | undefined;
  /** @defaultValue true */
  readonly validate?: boolean | undefined;
}

/** The services of a domain's entities as methods: `turn_on` is `turnOn`. Domains without types take what they are given. */
export type EntityServices<Domain extends string> = [EntityServiceOf<Domain>] extends [never]
  ? AnyServices
  : {
      readonly [S in EntityServiceOf<Domain> as MethodName<S>]: (
        ...args: EntityArguments<S>
      ) => Promise<MethodAnswer<S>>;
    };

/** One that responds on request alone gives nothing where it was not asked to. */
type MethodAnswer<S extends keyof Services> = [Services[S]['response']] extends [never]
  ? void
  : Services[S]['response'] extends MayRespond<infer Response>
    ? Response | undefined
    : EntityResponse<S>;

/** Services of which no more is known than that they can be called. */
export type AnyServices = Readonly<Record<'turnOn' | 'turnOff' | 'toggle', AnyService>> & {
  readonly [method: string]: AnyService;
};

export type AnyService = (data?: Readonly<Record<string, unknown>>, options?: EntityCallOptions) => Promise<unknown>;

type EntityServiceOf<Domain extends string> = string extends Domain
  ? never
  : {
      [S in keyof Services]: S extends `${Domain}.${string}`
        ? Services[S]['kind'] extends 'entity'
          ? S
          : never
        : never;
    }[keyof Services];

type EntityArguments<S extends keyof Services> = [keyof Services[S]['needs']] extends [never]
  ? [data?: ServiceData<S>, options?: EntityCallOptions]
  : [data: ServiceData<S>, options?: EntityCallOptions];

type MethodName<S extends string> = S extends `${string}.${infer Service}` ? CamelCase<Service> : never;

type CamelCase<Text extends string> = Text extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Text;

/** What an entity needs of its app. */
export interface EntityContext {
  readonly home: Home;
  readonly api: Api;
  /** The app's `bus.onStateChange`, its types forgotten. */
  readonly onStateChange: (entityId: string, optionsOrHandler: unknown, handler: unknown) => Subscription;
  /** What somebody else has changed since the app called last. */
  readonly override: (entityId: string) => Override | null;
  /** The app's `bus.waitFor`, its types forgotten. */
  readonly waitFor: (entityId: string, options: unknown) => Promise<unknown>;
}

/** What an entity has whatever its domain. */
export class Entity<Id extends string = string> {
  readonly entityId: Id;
  readonly domain: string;
  readonly #context: EntityContext;

  constructor(entityId: Id, context: EntityContext) {
    this.entityId = entityId;
    this.domain = domainOf(entityId);
    this.#context = context;
  }

  /** All of the present state, as an object that stays as it is; undefined where the home has no such entity. */
  get current(): StateOf<Id> | undefined {
    // What states a domain has is Home Assistant's word, as the types tell it.
    return readState(this.#context.home, this.entityId) as StateOf<Id> | undefined;
  }

  /** The present state; undefined where the home has no such entity. */
  get state(): DomainState<DomainOf<Id>> | Unavailable | undefined {
    return this.current?.state;
  }

  /** The present state as a number, where it is one. */
  get number(): number | undefined {
    return this.current?.number;
  }

  /** What the present state stands for: a number, a moment, a date, or the text itself. */
  get value(): DomainValue<DomainOf<Id>> | undefined {
    return this.current?.value;
  }

  /** Empty where the home has no such entity. */
  get attributes(): Attributes {
    return this.current?.attributes ?? NO_ATTRIBUTES;
  }

  /** What people call it: its friendly name, or its id where it has none. */
  get name(): string {
    const { home } = this.#context;
    return readAspect(home, this.entityId, 'name', () => {
      const name = home.mirror.get(this.entityId)?.attributes['friendly_name'];
      return typeof name === 'string' && name !== '' ? name : this.entityId;
    });
  }

  /** Whether there is a value: neither `unavailable` nor `unknown`, nor no such entity. */
  get available(): boolean {
    const { home } = this.#context;
    return readAspect(home, this.entityId, 'availability', () => home.mirror.get(this.entityId)?.available === true);
  }

  /** When the state last became what it is, on Home Assistant's clock. */
  get lastChanged(): Temporal.Instant | undefined {
    return this.current?.lastChanged;
  }

  /** The area that it stands in: its own, else its device's. Undefined where it stands in none. */
  get area(): Area | undefined {
    const { home } = this.#context;
    return readRegistries(home, `area of ${this.entityId}`, () => {
      const { index } = home.registries;
      const areaId = index.areaIdOf(this.#presentId);
      const area = areaId === undefined ? undefined : index.areas.get(areaId);
      return area === undefined ? undefined : areaOf(area);
    });
  }

  /** The floor of its area. */
  get floor(): Floor | undefined {
    const { home } = this.#context;
    return readRegistries(home, `floor of ${this.entityId}`, () => {
      const floorId = this.area?.floorId;
      const floor = floorId === undefined ? undefined : home.registries.index.floors.get(floorId);
      return floor === undefined ? undefined : floorOf(floor);
    });
  }

  /** The ids of its own labels. Those of its device and its area count in selections as well. */
  get labels(): readonly string[] {
    const { home } = this.#context;
    return readRegistries(
      home,
      `labels of ${this.entityId}`,
      () => home.registries.index.entity(this.#presentId)?.labels ?? [],
    );
  }

  /** `bus.onStateChange` for this entity. */
  onChange<const Given extends StateOptions<Id> | AnyFunction>(
    options: Checked<Given, StateOptions<Id>>,
    ...handler: HandlerAfter<Given, StateChangeEvent<Id, Given>>
  ): Subscription {
    return this.#context.onStateChange(this.entityId, options, handler[0]);
  }

  /** `bus.waitFor` for this entity. */
  async waitFor<const Given extends WaitOptions<Id>>(
    options: Given & Checked<Given, WaitOptions<Id>>,
  ): Promise<WaitResult<Id, Given>> {
    return (await this.#context.waitFor(this.entityId, options)) as WaitResult<Id, Given>;
  }

  /**
   * The last change by a person or a device after this app's last call on the entity; null where there was none, or
   * where the app has not called on it. What a device reports of a call itself, however late or rounded, is none.
   *
   * @example
   * ```ts
   * const found = this.entity('light.kitchen').override();
   * if (found === null) await this.entity('light.kitchen').turnOn();
   * else this.logger.info(`left as somebody has set it (${found.by.kind}, ${found.at})`);
   * ```
   */
  override(): Override | null {
    const { home, override } = this.#context;
    return readAspect(home, this.entityId, 'override', () => override(this.entityId));
  }

  /**
   * Calls a service of the entity's domain by Home Assistant's own name, for those that are no methods here.
   *
   * @returns this entity's part of the response, where there is one.
   */
  async call(
    service: string,
    data?: Readonly<Record<string, unknown>>,
    options: EntityCallOptions = {},
  ): Promise<unknown> {
    const id: string = `${this.domain}.${service}`;
    const { returnResponse = this.#alwaysResponds(id), timeout, validate } = options;
    const response: unknown = await this.#context.api.call(id, {
      target: this.entityId,
      data,
      returnResponse,
      timeout,
      validate,
    });
    if (typeof response !== 'object' || response === null) return response;
    return Object.hasOwn(response, this.entityId) ? Reflect.get(response, this.entityId) : response;
  }

  toJSON(): unknown {
    return this.current ?? { entityId: this.entityId };
  }

  get #presentId(): string {
    return this.#context.home.mirror.presentId(this.entityId);
  }

  #alwaysResponds(id: string): boolean {
    const service = this.#context.home.service(id);
    // As long as nothing is known of it, its name tells.
    if (service === undefined || service === 'undescribed') return /\.(get|browse|search)_/.test(id);
    return service.response === 'always';
  }
}

/** Makes the handle of an entity. @throws InvalidArgument where it can be none. */
export function entityHandle<Id extends string>(entityId: Id, context: EntityContext): EntityHandle<Id> {
  const given: unknown = entityId;
  if (typeof given !== 'string' || !given.includes('.')) {
    const shown = typeof given === 'string' ? `"${given}"` : String(given);
    throw new InvalidArgument(`${shown} is no entity id`, { hint: 'It is a domain and a name: light.kitchen.' });
  }
  // Its services are found by the end of its prototype chain, which no type can tell.
  return new Entity(entityId, context) as unknown as EntityHandle<Id>;
}

const NO_ATTRIBUTES: Attributes = Object.freeze({});

/** Names by which others find out what an object is; a handle is neither a promise nor a matcher of a test. */
const NO_SERVICES: ReadonlySet<string> = new Set([
  'then',
  'catch',
  'finally',
  'asymmetricMatch',
  'nodeType',
  'tagName',
]);

/** Stands at the end of the prototype chain, so that only names that an entity does not have come here. */
const SERVICE_METHODS: object = new Proxy(
  {},
  {
    get(target, name, receiver: unknown) {
      if (typeof name === 'symbol' || name in target || NO_SERVICES.has(name) || !/^[a-z][\dA-Za-z]*$/.test(name)) {
        return Reflect.get(target, name, receiver);
      }
      if (!(receiver instanceof Entity)) return undefined;
      const service = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return (data?: Readonly<Record<string, unknown>>, options?: EntityCallOptions) =>
        receiver.call(service, data, options);
    },
  },
);
Object.setPrototypeOf(Entity.prototype, SERVICE_METHODS);
