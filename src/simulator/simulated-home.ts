import type { HomeTransport, RestRequest, RestResponse } from '../home-assistant/protocol/transport.ts';
import type { HomeConfig, ServicesResult, WireContext } from '../home-assistant/protocol/wire.ts';
import type { Clock } from '../kernel/clock.ts';
import { type DurationInput, signedDurationMs } from '../kernel/duration.ts';
import { type Behaviour, Behaviours, type Removal } from './behaviours.ts';
import { type Chance, seededChance, Ulids } from './chance.ts';
import type { ClientConnection } from './client-connection.ts';
import type { CommandTable } from './command-table.ts';
import { standardCommands } from './commands.ts';
import { Connection, type Peer } from './connection.ts';
import { attributesOfNew, defaultConfig } from './default-entities.ts';
import { EventBus, HomeEvent, type EventOrigin } from './event-bus.ts';
import type { EntityChanges } from './home-core.ts';
import { HomeClock } from './home-clock.ts';
import { Household, type HouseholdOptions } from './household.ts';
import { Instants } from './instants.ts';
import type { JsonObject } from './json.ts';
import { type EntitySetup, KeptEntities } from './kept-entities.ts';
import { Lifecycle, type RestartPace, type StartPace } from './lifecycle.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { MemoryTransport, SimulatedHomeAway } from './memory-transport.ts';
import type { EntityChange } from './registries/entity-records.ts';
import { Registries, type RegistrySetup } from './registries/registries.ts';
import { StateFollowing } from './registries/state-following.ts';
import { answerRequest } from './rest.ts';
import { type AcceptedCall, type Service, ServiceRegistry } from './service-registry.ts';
import type { Scripts } from './services/script.ts';
import { registerStandardServices } from './standard-services.ts';
import { type StateChange, StateMachine, type WriteOptions } from './state-machine.ts';
import { type Attributes, StateRecord } from './state-record.ts';
import { type User, type UserNames, Users } from './users.ts';
import { Webhooks } from './webhooks.ts';

export interface SimulatedHomeOptions extends HouseholdOptions {
  readonly clock: Clock;
  /**
   * Ids, tokens and whatever else is left to chance follow from it.
   *
   * @defaultValue 1
   */
  readonly seed?: number | undefined;
  readonly config?: Partial<HomeConfig> | undefined;
  /** Entities from the start: a state, or a state with attributes. */
  readonly states?: Readonly<Record<string, string | EntitySetup>> | undefined;
  /** Floors, areas, labels, devices, and the entities that stand in them. An entity needs no entry, as in a real home. */
  readonly registries?: RegistrySetup | undefined;
  /** By the names of their services. */
  readonly scripts?: Scripts | undefined;
  /**
   * Names of `notify` services, a phone's for instance.
   *
   * @defaultValue ['notify']
   */
  readonly notifiers?: readonly string[] | undefined;
  /** What `get_services` tells, in place of what the home can really do: for a home that was recorded. */
  readonly catalogue?: ServicesResult | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly userNames?: UserNames | undefined;
}

/** A service call that was accepted. */
export interface ServiceCallRecord {
  readonly domain: string;
  readonly service: string;
  /** The data, as it was sent. */
  readonly data: JsonObject;
  /** The target, as it was sent; a target inside the data stays there. */
  readonly target: JsonObject;
  readonly context: WireContext;
  /** The home's wall time. */
  readonly atMs: number;
}

/** What a derived entity is made of. */
export type Derivation = (read: (entityId: string) => string | undefined) => EntitySetup;

/** Services that answer while integrations are still loading. */
const earlyDomains = new Set(['homeassistant', 'persistent_notification']);

/** From the call to the closed connections: Home Assistant looks through its configuration first. */
const configurationCheckMs = 10;

/**
 * A Home Assistant made of small behaviours: it speaks the real protocol to any number of clients, in memory under a
 * virtual clock or over sockets (`SimulatorServer`). It is healthy until a test adds a behaviour.
 *
 * @example
 * ```ts
 * t.home.setState('binary_sensor.hallway_motion', 'on');
 * t.home.restart();
 * await t.advance('1m');
 * ```
 */
export class SimulatedHome {
  /** Its own, which may be set. */
  readonly clock: HomeClock;
  readonly chance: Chance;
  readonly instants: Instants;
  readonly users: Users;
  readonly bus = new EventBus();
  readonly webhooks = new Webhooks();
  readonly states: StateMachine;
  readonly services: ServiceRegistry;
  readonly registries: Registries;
  /** Lists, calendars, notifications, the log, and what has happened. */
  readonly household: Household;
  readonly limits: Limits;
  readonly behaviours = new Behaviours();
  /** What is known of the WebSocket; a test may add to it. */
  readonly commands: CommandTable;
  /** All service calls that were accepted, in their order. To be emptied by whoever reads it. */
  readonly calls: ServiceCallRecord[] = [];
  /** The way to it for a client in the same process. */
  readonly transport: HomeTransport;
  readonly #ulids: Ulids;
  readonly #config: HomeConfig;
  readonly #catalogue: ServicesResult | undefined;
  readonly #connections = new Set<Connection>();
  /** What ends the requests that are not answered yet. */
  readonly #requests = new Set<(reason: Error) => void>();
  readonly #callListeners = new Set<(call: ServiceCallRecord) => void>();
  readonly #availabilityListeners = new Set<(up: boolean) => void>();
  readonly #lifecycle: Lifecycle;
  readonly #kept: KeptEntities;

  constructor(options: SimulatedHomeOptions) {
    this.clock = new HomeClock(options.clock);
    this.chance = seededChance(options.seed ?? 1);
    this.#ulids = new Ulids(this.chance);
    this.instants = new Instants(this.clock);
    this.users = new Users(this.chance, options.userNames);
    this.states = new StateMachine(this.instants, () => this.newContext());
    this.services = new ServiceRegistry((call) => this.#accepted(call));
    this.registries = this.#newRegistries(options.seed ?? 1);
    this.registries.furnish(options.registries ?? {});
    this.limits = { ...defaultLimits, ...options.limits };
    this.transport = new MemoryTransport(this);
    this.#config = { ...defaultConfig, ...options.config };
    this.#catalogue = options.catalogue;
    this.#lifecycle = new Lifecycle(options.clock, {
      onDown: () => this.#goneDown(),
      onUp: () => this.#tellAvailability(true),
      onSetUp: (entitiesMs) => this.#setUp(entitiesMs),
      onStart: () => this.#announce('homeassistant_start'),
      onStarted: () => this.#announce('homeassistant_started'),
    });
    this.#kept = new KeptEntities(this.clock, {
      comeBack: (entityId, { state, attributes = {} }) => this.states.set(entityId, state, attributes),
      // As Home Assistant does for what its registry knows.
      announce: (entityId) => {
        if (this.registries.entities.get(entityId) !== undefined)
          this.states.set(entityId, 'unavailable', { restored: true });
      },
    });
    this.household = new Household(this);
    this.commands = standardCommands(this);
    registerStandardServices(this, { scripts: options.scripts ?? {}, notifiers: options.notifiers ?? ['notify'] });
    this.household.registerServices();
    this.states.listen((change) => this.#tellChange(change));
    this.#furnish({
      ...scriptEntities(options.scripts ?? {}),
      ...this.household.furnish(options),
      ...options.states,
    });
  }

  /** The owner's token. */
  get token(): string {
    return this.users.ownerToken;
  }

  /** The token of a user who is no administrator. */
  get userToken(): string {
    return this.users.userToken;
  }

  get version(): string {
    return this.#config.version;
  }

  /** Whether somebody answers at its address. */
  get isUp(): boolean {
    return this.#lifecycle.phase !== 'down' && this.behaviours.admit();
  }

  /** How many clients are connected. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  timeZone(): string {
    return this.#config.time_zone;
  }

  config(): HomeConfig {
    const domains = this.services.names().map(([domain]) => domain);
    const all = [...new Set([...this.#config.components, ...domains])];
    const components = this.#lifecycle.isSetUp ? all : all.filter((domain) => earlyDomains.has(domain));
    return { ...this.#config, components, state: this.#lifecycle.coreState };
  }

  describeServices(): ServicesResult {
    return this.#catalogue ?? this.services.describe();
  }

  // --- What a test, a demo or a recording does to it ----------------------------------------------------------------

  /**
   * Sets a state, as the integration that the entity belongs to would. A new entity has what its domain has; of one
   * that is there, attributes which are not named stay, and undefined takes one away. While the home is down it
   * happens all the same, and is seen when the home is up again.
   */
  setState(entityId: string, state: string, attributes: Attributes = {}, options: WriteOptions = {}): void {
    const present = this.attributes(entityId);
    const merged = present === undefined ? attributesOfNew(entityId, state, attributes) : { ...present, ...attributes };
    const kept = withoutUndefined(present !== undefined && Object.keys(attributes).length === 0 ? present : merged);
    if (this.#isAway(entityId)) this.#kept.set(entityId, { state, attributes: kept });
    else this.states.set(entityId, state, kept, options);
  }

  removeState(entityId: string): void {
    this.#kept.delete(entityId);
    this.states.remove(entityId);
  }

  state(entityId: string): string | undefined {
    return this.#isAway(entityId) ? this.#kept.get(entityId)?.state : this.states.get(entityId)?.state;
  }

  attributes(entityId: string): Attributes | undefined {
    return this.#isAway(entityId) ? this.#kept.get(entityId)?.attributes : this.states.get(entityId)?.attributes;
  }

  /** Lets an entity follow others, as a template sensor does. */
  derive(entityId: string, from: readonly string[], derivation: Derivation): void {
    const update = (context?: WireContext): void => {
      const { state, attributes } = derivation((id) => this.states.get(id)?.state);
      this.setState(entityId, state, attributes, { context });
    };
    for (const source of from) this.states.watch(source, ({ context }) => update(context));
    update();
  }

  /** Fires an event of the home's bus. */
  fireEvent(type: string, data: JsonObject = {}, context = this.newContext()): void {
    this.fire(type, data, { context });
  }

  /** Adds a service, of an integration that the simulated home does not know. The function given back removes it. */
  addService(domain: string, name: string, service: Service): () => void {
    this.services.register(domain, name, service);
    this.fire('service_registered', { domain, service: name });
    return () => {
      if (this.services.remove(domain, name)) this.fire('service_removed', { domain, service: name });
    };
  }

  /**
   * Adds a behaviour, a fault for instance. The function given back takes it away, as does the end of `using`.
   *
   * @example
   * ```ts
   * const restore = t.home.add(delay('5s', 'call_service'));
   * await t.advance('1m');
   * restore();
   * ```
   */
  add(behaviour: Behaviour): Removal {
    const wasUp = this.isUp;
    const takeAway = this.behaviours.add(behaviour);
    this.#compareAvailability(wasUp);
    const remove = (): void => {
      const wasUpBefore = this.isUp;
      takeAway();
      this.#compareAvailability(wasUpBefore);
      for (const connection of this.#connections) connection.drained();
    };
    return Object.assign(remove, { [Symbol.dispose]: remove });
  }

  onCall(listener: (call: ServiceCallRecord) => void): () => void {
    this.#callListeners.add(listener);
    return () => this.#callListeners.delete(listener);
  }

  /** Told when its address begins, or ceases, to answer. */
  onAvailability(listener: (up: boolean) => void): () => void {
    this.#availabilityListeners.add(listener);
    return () => this.#availabilityListeners.delete(listener);
  }

  /** Ends a token; connections that came in by it are closed. */
  revoke(token: string): void {
    this.users.forgetToken(token);
    for (const connection of this.#connections) if (connection.token === token) connection.end();
  }

  /** Ends all connections without a closing frame, as a network that fails for a moment does. */
  dropConnections(): void {
    for (const connection of this.#connections) connection.drop();
  }

  /**
   * The network between the home and its present clients dies: nothing arrives any more, and neither side is told. New
   * connections are as they should be.
   */
  silenceConnections(): void {
    const dead = new WeakSet<ClientConnection>(this.#connections);
    this.behaviours.add({ name: 'silenced', severs: (connection) => dead.has(connection) });
  }

  /**
   * Sets the home's clock forward, or back: `'5m'`, `'-1h'`. It is the daemon's own until then.
   *
   * @throws InvalidArgument where it is no length of time.
   */
  stepClock(by: DurationInput): void {
    this.clock.step(signedDurationMs(by, 'the step of the clock'));
    this.instants.begin();
  }

  // --- Its life -----------------------------------------------------------------------------------------------------

  /** Goes down, and comes up again at the pace of a real home. */
  restart(pace: RestartPace = {}): void {
    for (const connection of this.#connections) connection.end();
    this.#lifecycle.restart(pace);
  }

  /** Goes down politely, until `start`. */
  stop(): void {
    for (const connection of this.#connections) connection.end();
    this.#lifecycle.goDown();
  }

  /** Goes down as a process that is killed does, until `start`. */
  kill(): void {
    this.dropConnections();
    for (const end of this.#requests) end(new SimulatedHomeAway());
    this.#lifecycle.goDown();
  }

  start(pace: StartPace = {}): void {
    this.#lifecycle.start(pace);
  }

  // --- What transports need -----------------------------------------------------------------------------------------

  /** A client has come; undefined where nobody answers. */
  open(peer: Peer): Connection | undefined {
    if (!this.isUp) return undefined;
    const connection = new Connection(this, peer);
    this.#connections.add(connection);
    return connection;
  }

  /** @throws SimulatedHomeAway */
  async request(request: RestRequest): Promise<RestResponse> {
    if (!this.isUp) throw new SimulatedHomeAway();
    const { promise: killed, reject } = Promise.withResolvers<never>();
    this.#requests.add(reject);
    try {
      return await Promise.race([this.behaviours.request(request, (passed) => answerRequest(this, passed)), killed]);
    } finally {
      this.#requests.delete(reject);
    }
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
  }

  // --- What services and commands need ------------------------------------------------------------------------------

  newContext(user?: User, parent?: WireContext): WireContext {
    return { id: this.#ulids.next(this.clock.nowMs()), parent_id: parent?.id ?? null, user_id: user?.id ?? null };
  }

  write(entity: StateRecord, { state, attributes }: EntityChanges, context: WireContext): void {
    const present = this.states.get(entity.entityId) ?? entity;
    const changed =
      attributes === undefined ? present.attributes : withoutUndefined({ ...present.attributes, ...attributes });
    this.states.set(entity.entityId, state ?? present.state, changed, { context });
  }

  fire(type: string, data: JsonObject, origin: Partial<EventOrigin> = {}): void {
    if (!this.bus.hasListeners(type)) return;
    const { context = this.newContext(), firedAt = this.instants.next() } = origin;
    this.bus.fire(new HomeEvent(type, () => JSON.stringify(data), { ...origin, context, firedAt }));
  }

  /** What `homeassistant.restart` does. It is done when the home is down, which no WebSocket client hears of. */
  restartByService(): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(configurationCheckMs, 'the simulated home checks its configuration', () => {
        this.restart();
        resolve();
      });
    });
  }

  #newRegistries(seed: number): Registries {
    // Chance of their own, so that a home lives the same life with and without them.
    const chance = seededChance(seed + 0x7e61);
    const ulids = new Ulids(chance);
    const following = new StateFollowing(this);
    const home = {
      nextInstant: () => this.instants.next(),
      fire: (type: string, data: JsonObject) => this.fire(type, data),
      isTaken: (entityId: string) => this.states.get(entityId) !== undefined,
      onChanged: (change: EntityChange) => following.follow(change),
    };
    return new Registries(home, chance, () => ulids.next(this.clock.nowMs()));
  }

  /** All that is there from the start has been there since the same moment. */
  #furnish(states: Readonly<Record<string, string | EntitySetup>>): void {
    const now = this.instants.next();
    for (const [entityId, setup] of Object.entries(states)) {
      const { state, attributes = {} } = typeof setup === 'string' ? { state: setup } : setup;
      const all = attributesOfNew(entityId, state, attributes);
      this.states.load(new StateRecord(entityId, state, all, now, now, this.newContext()));
    }
  }

  #tellChange(change: StateChange): void {
    if (!this.bus.hasListeners('state_changed')) return;
    this.bus.fire(
      new HomeEvent('state_changed', () => change.dataJson, { context: change.context, firedAt: change.at }),
    );
  }

  #accepted({ domain, service, serviceData, context, request }: AcceptedCall): void {
    this.household.recorder.called(context.id, { domain, service });
    this.fire('call_service', { domain, service, service_data: serviceData }, { context });
    const call = {
      domain,
      service,
      data: request.data ?? {},
      target: request.target ?? {},
      context,
      atMs: this.clock.nowMs(),
    };
    this.calls.push(call);
    for (const listener of this.#callListeners) listener(call);
  }

  #isAway(entityId: string): boolean {
    return !this.#lifecycle.isSetUp || this.#kept.has(entityId);
  }

  #goneDown(): void {
    this.#kept.hold();
    for (const { entityId, state, attributes } of this.states.clear()) {
      // What had not come back yet is still what it was.
      if (!this.#kept.has(entityId)) this.#kept.set(entityId, { state, attributes });
    }
    this.services.only(earlyDomains);
    this.#tellAvailability(false);
  }

  #setUp(entitiesMs: number): void {
    this.services.only(undefined);
    for (const component of this.config().components) this.fire('component_loaded', { component });
    for (const [domain, service] of this.services.names())
      if (!earlyDomains.has(domain)) this.fire('service_registered', { domain, service });
    this.#kept.release(entitiesMs);
  }

  #announce(type: 'homeassistant_start' | 'homeassistant_started'): void {
    this.fire('core_config_updated', {});
    this.fire(type, {});
  }

  #compareAvailability(wasUp: boolean): void {
    if (wasUp !== this.isUp) this.#tellAvailability(this.isUp);
  }

  #tellAvailability(up: boolean): void {
    for (const listener of this.#availabilityListeners) listener(up);
  }
}

function scriptEntities(scripts: Scripts): Record<string, EntitySetup> {
  const entities = Object.entries(scripts).map(([id, { alias, mode = 'single' }]): [string, EntitySetup] => {
    const max = mode === 'parallel' ? { max: 10 } : {};
    return [
      `script.${id}`,
      { state: 'off', attributes: { mode, ...max, ...(alias === undefined ? {} : { friendly_name: alias }) } },
    ];
  });
  return Object.fromEntries(entities);
}

function withoutUndefined(attributes: Attributes): Attributes {
  if (!Object.values(attributes).includes(undefined)) return attributes;
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
