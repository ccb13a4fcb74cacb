import type { BusScope, BusService } from '../bus/bus-service.ts';
import { available, type Available, not, type Not } from '../bus/conditions.ts';
import type { HandlerOptions } from '../bus/handler-options.ts';
import type { Checked, HandlerAfter, Only } from '../bus/only.ts';
import type { PayloadOf } from '../bus/payload-schema.ts';
import type { Subscription } from '../bus/subscription.ts';
import { subscribeToTopic } from '../bus/topic-subscriptions.ts';
import { assertTopic, type TopicData, type TopicEvent } from '../bus/topics.ts';
import {
  type CallServiceOptions,
  type EventOptions,
  type EventSubscriber,
  type EventWaitOptions,
  STATES_ONLY,
  subscribeToCalls,
  subscribeToEvents,
  subscribeToLifecycle,
  type ValidService,
  waitForEvent,
} from '../home-assistant/subscriptions/event-subscriptions.ts';
import type { HomeCondition, HomeTrigger, ValidTrigger } from '../home-assistant/subscriptions/home-triggers.ts';
import type { HomeEvent, LifecycleEvent, ServiceCallEvent } from '../home-assistant/subscriptions/home-events.ts';
import type { Home, HomeLifecycleEvent } from '../home-assistant/home.ts';
import type {
  ConditionEvent,
  TemplateEvent,
  TodoEvent,
  TriggerEvent,
} from '../home-assistant/subscriptions/live-events.ts';
import {
  type LiveTemplateOptions,
  subscribeToCondition,
  subscribeToTemplate,
  subscribeToTodo,
  subscribeToTrigger,
} from '../home-assistant/subscriptions/live-subscriptions.ts';
import { ServiceCalls } from '../home-assistant/calls/service-calls.ts';
import {
  assertAttributeName,
  type StateSubscriber,
  subscribeToStates,
  waitForState,
} from '../home-assistant/subscriptions/state-subscriptions.ts';
import type {
  AttributeChangeEvent,
  AttributeOptions,
  AvailabilityOptions,
  EntityIdOf,
  StateChangeEvent,
  StateOptions,
  StateTarget,
  ValidTarget,
  WaitOptions,
  WaitResult,
} from '../home-assistant/subscriptions/state-types.ts';
import { type CauseCondition, compileCause } from '../home-assistant/provenance/cause.ts';
import { UnknownEntities } from '../home-assistant/states/unknown-entities.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Failure } from '../kernel/failure.ts';
import { assertMayAct, type Life } from '../kernel/life.ts';
import type { Logger } from '../kernel/logging.ts';
import type { WaitLedger } from '../storage/wait-ledger.ts';
import { assertMiddleware, type BusMiddleware, type MiddlewareHandle } from './bus-middleware.ts';
import { type HistoryOf, type HistoryQuery, readBusHistory } from './bus-history.ts';

export interface AppBusOptions {
  readonly service: BusService;
  readonly home: Home;
  readonly life: Life;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly waits: WaitLedger;
  /** What `this` is in handlers: the app. Asked when one is called, for the bus is there before the app is. */
  readonly self: () => unknown;
  /** Told of failures of handlers that have no `onError` of their own. */
  readonly onError?: ((failure: Failure) => unknown) | undefined;
}

/**
 * What happens in the home and between apps: `this.bus`. Whatever an app subscribes to ends with the app.
 *
 * Each method takes the handler last and, where there are any, the options before it. A method of the app can be given
 * as it is: its `this` is the app.
 */
export class AppBus {
  readonly #service: BusService;
  readonly #home: string;
  readonly #life: Life;
  readonly #scope: BusScope;
  readonly #subscriber: StateSubscriber & EventSubscriber;

  constructor(options: AppBusOptions) {
    const { service, home, life, clock, logger, self, onError, waits } = options;
    this.#service = service;
    this.#home = home.home;
    this.#life = life;
    this.#scope = service.scope({ life, self, onError, home: home.home });
    const unknown = new UnknownEntities(home, logger);
    this.#subscriber = { home, calls: new ServiceCalls(home), scope: this.#scope, life, clock, logger, unknown, waits };
  }

  /**
   * Calls the handler when the state of an entity becomes another: of one entity, of several, of all that a glob or a
   * selection means.
   *
   * Conditions fire when they *become* true. `unavailable` and `unknown` are looked through unless one is named.
   *
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.onStateChange('binary_sensor.door', { to: 'on', for: '5m' }, () => this.logger.warn('the door is open'));
   * this.bus.onStateChange('sensor.*_battery', { to: below(20) }, (event) => this.logger.info(event.entityId));
   * ```
   */
  onStateChange<
    const Target extends StateTarget,
    const Options extends
      | StateOptions<EntityIdOf<Target>>
      | ((event: StateChangeEvent<EntityIdOf<Target>, {}>) => unknown),
  >(
    target: Target & ValidTarget<Target>,
    options: Checked<Options, StateOptions>,
    ...handler: HandlerAfter<Options, StateChangeEvent<EntityIdOf<Target>, Options>>
  ): Subscription {
    return subscribeToStates(this.#subscriber, { method: 'onStateChange', target, ...split(options, handler) });
  }

  /**
   * Calls the handler when an attribute of an entity becomes another. Conditions are held against its value.
   *
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.onAttributeChange('climate.living_room', 'current_temperature', { changed: increased() }, (event) =>
   *   this.logger.info(`it is ${event.value} degrees now`));
   * ```
   */
  onAttributeChange<
    const Target extends StateTarget,
    const Options extends
      | AttributeOptions<EntityIdOf<Target>>
      | ((event: AttributeChangeEvent<EntityIdOf<Target>, {}>) => unknown),
  >(
    target: Target & ValidTarget<Target>,
    attribute: string,
    options: Checked<Options, AttributeOptions>,
    ...handler: HandlerAfter<Options, AttributeChangeEvent<EntityIdOf<Target>, Options>>
  ): Subscription {
    assertAttributeName(attribute, 'onAttributeChange');
    return subscribeToStates(this.#subscriber, {
      method: 'onAttributeChange',
      target,
      attribute,
      ...split(options, handler),
    });
  }

  /**
   * Calls the handler when an entity ceases to have a value: it becomes `unavailable` or `unknown`.
   *
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.onUnavailable('sensor.freezer', { for: '1h' }, () => this.logger.warn('nothing from the freezer for an hour'));
   * ```
   */
  onUnavailable<
    const Target extends StateTarget,
    const Options extends
      | AvailabilityOptions<EntityIdOf<Target>>
      | ((event: StateChangeEvent<EntityIdOf<Target>, { readonly to: Not<Available> }>) => unknown),
  >(
    target: Target & ValidTarget<Target>,
    options: Checked<Options, AvailabilityOptions>,
    ...handler: HandlerAfter<Options, StateChangeEvent<EntityIdOf<Target>, Options & { readonly to: Not<Available> }>>
  ): Subscription {
    const criteria = { to: not(available) };
    return subscribeToStates(this.#subscriber, {
      method: 'onUnavailable',
      target,
      criteria,
      ...split(options, handler),
    });
  }

  /**
   * Calls the handler when an entity has a value again.
   *
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.onAvailable('climate.living_room', (event) => this.logger.info(`back, and ${event.to.state}`));
   * ```
   */
  onAvailable<
    const Target extends StateTarget,
    const Options extends
      | AvailabilityOptions<EntityIdOf<Target>>
      | ((event: StateChangeEvent<EntityIdOf<Target>, { readonly to: Available }>) => unknown),
  >(
    target: Target & ValidTarget<Target>,
    options: Checked<Options, AvailabilityOptions>,
    ...handler: HandlerAfter<Options, StateChangeEvent<EntityIdOf<Target>, Options & { readonly to: Available }>>
  ): Subscription {
    return subscribeToStates(this.#subscriber, {
      method: 'onAvailable',
      target,
      criteria: { to: available },
      ...split(options, handler),
    });
  }

  /**
   * Calls the handler for each event of a type on Home Assistant's own bus. The home is asked for such events only
   * while somebody listens.
   *
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.onEvent('zha_event', { data: { command: 'toggle' } }, (event) => this.logger.info(event.data));
   *
   * const Press = z.object({ command: z.string(), args: z.array(z.number()) });
   * this.bus.onEvent('zha_event', { schema: Press }, (event) => this.logger.info(event.data.command));
   * ```
   */
  onEvent<const Type extends string, const Options extends EventOptions<Type> | ((event: HomeEvent<Type>) => unknown)>(
    type: Type,
    options: Checked<Options, EventOptions>,
    ...handler: HandlerAfter<Options, HomeEvent<Type, PayloadOf<Options>>>
  ): Subscription {
    const given = split(options, handler);
    return subscribeToEvents(this.#subscriber, type, given.options, given.handler);
  }

  /**
   * Calls the handler when a service is called in the home, by whomever, just before it does its work.
   *
   * @param service - Domain and name, or a glob: `light.turn_on`, `light.*`.
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.onCallService('light.turn_on', { data: { brightness_pct: above(80) } }, () => this.logger.info('bright'));
   * ```
   */
  onCallService<
    const Service extends string,
    const Options extends CallServiceOptions<Service> | ((event: ServiceCallEvent<Service>) => unknown),
  >(
    service: Service & ValidService<Service>,
    options: Checked<Options, CallServiceOptions>,
    ...handler: HandlerAfter<Options, ServiceCallEvent<Service>>
  ): Subscription {
    const given = split(options, handler);
    return subscribeToCalls(this.#subscriber, service, given.options, given.handler);
  }

  /**
   * Calls the handler when a trigger fires that Home Assistant itself evaluates: one of a device, of the sun, of a zone,
   * or any other of its automations. It is subscribed to again after every reconnect. Only administrators may.
   *
   * @param trigger - As it is written in an automation of Home Assistant; one or several.
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped. A trigger
   * that Home Assistant refuses is told in the log.
   *
   * @example
   * ```ts
   * this.bus.onTrigger({ trigger: 'sun', event: 'sunset', offset: '-00:20:00' }, () => this.logger.info('soon dark'));
   * ```
   */
  onTrigger<
    const Trigger extends HomeTrigger | readonly HomeTrigger[],
    const Options extends HandlerOptions<TriggerEvent> | ((event: TriggerEvent) => unknown),
  >(
    trigger: Trigger & ValidTrigger<Trigger>,
    options: Checked<Options, HandlerOptions<never>>,
    ...handler: HandlerAfter<Options, TriggerEvent>
  ): Subscription {
    const given = split(options, handler);
    return subscribeToTrigger(this.#subscriber, trigger, given.options, given.handler);
  }

  /**
   * Calls the handler with what a template of Home Assistant gives: at once, and whenever that has changed. Home
   * Assistant renders it anew when something that it reads has changed.
   *
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped. A template
   * that fails is told as a failure of the handler, one that is wrong in itself in the log.
   *
   * @example
   * ```ts
   * this.bus.onTemplate("{{ states.light | selectattr('state', 'eq', 'on') | list | count }}", (event) =>
   *   this.logger.info(`${event.result} lights are on`));
   * ```
   */
  onTemplate<const Options extends LiveTemplateOptions | ((event: TemplateEvent) => unknown)>(
    template: string,
    options: Checked<Options, LiveTemplateOptions>,
    ...handler: HandlerAfter<Options, TemplateEvent>
  ): Subscription {
    const given = split(options, handler);
    return subscribeToTemplate(this.#subscriber, template, given.options, given.handler);
  }

  /**
   * Calls the handler with whether a condition holds that Home Assistant itself evaluates: at first, and whenever that
   * has changed. Only administrators may.
   *
   * @param condition - As it is written in an automation of Home Assistant.
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.onCondition({ condition: 'sun', after: 'sunset' }, (event) => this.logger.info(event.met ? 'dark' : 'light'));
   * ```
   */
  onCondition<const Options extends HandlerOptions<ConditionEvent> | ((event: ConditionEvent) => unknown)>(
    condition: HomeCondition,
    options: Checked<Options, HandlerOptions<never>>,
    ...handler: HandlerAfter<Options, ConditionEvent>
  ): Subscription {
    const given = split(options, handler);
    return subscribeToCondition(this.#subscriber, condition, given.options, given.handler);
  }

  /**
   * Calls the handler with what stands in a to-do list: at once, and whenever that has changed.
   *
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.onTodoChange('todo.shopping', ({ items }) => this.logger.info(`${items.length} things to buy`));
   * ```
   */
  onTodoChange<const Options extends HandlerOptions<TodoEvent> | ((event: TodoEvent) => unknown)>(
    entityId: `todo.${string}`,
    options: Checked<Options, HandlerOptions<never>>,
    ...handler: HandlerAfter<Options, TodoEvent>
  ): Subscription {
    const given = split(options, handler);
    return subscribeToTodo(this.#subscriber, entityId, given.options, given.handler);
  }

  /**
   * Calls the handler once for each restart of Home Assistant, when it is running again.
   *
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.onHomeAssistantStart(() => this.logger.info('Home Assistant has been restarted'));
   * ```
   */
  onHomeAssistantStart<const Options extends LifecycleOptions<'home-assistant-start'>>(
    options: Checked<Options, HandlerOptions<never>>,
    ...handler: HandlerAfter<Options, LifecycleEvent<'home-assistant-start'>>
  ): Subscription {
    const given = split(options, handler);
    return subscribeToLifecycle(
      this.#subscriber,
      'home-assistant-start',
      'onHomeAssistantStart',
      given.options,
      given.handler,
    );
  }

  /**
   * Calls the handler when the connection to the home is back. What was missed meanwhile has been told by then.
   *
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.onConnected((event) => this.logger.info(`"${event.home}" is back`));
   * ```
   */
  onConnected<const Options extends LifecycleOptions<'connected'>>(
    options: Checked<Options, HandlerOptions<never>>,
    ...handler: HandlerAfter<Options, LifecycleEvent<'connected'>>
  ): Subscription {
    const given = split(options, handler);
    return subscribeToLifecycle(this.#subscriber, 'connected', 'onConnected', given.options, given.handler);
  }

  /**
   * Calls the handler when the connection to the home is lost. Apps stay up, and states are those known last.
   *
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.onDisconnected({ debounce: '5m' }, (event) => this.logger.warn(`"${event.home}" is away: ${event.problem?.message}`));
   * ```
   */
  onDisconnected<const Options extends LifecycleOptions<'disconnected'>>(
    options: Checked<Options, HandlerOptions<never>>,
    ...handler: HandlerAfter<Options, LifecycleEvent<'disconnected'>>
  ): Subscription {
    const given = split(options, handler);
    return subscribeToLifecycle(this.#subscriber, 'disconnected', 'onDisconnected', given.options, given.handler);
  }

  /**
   * Calls the handler for what apps tell under a topic of this home, or under those that a glob means. What a topic
   * carries is said by the interface `Topics`.
   *
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.on('garage.opened', (event) => this.logger.info(`opened, says ${event.from}`));
   * ```
   */
  on<const Topic extends string, const Options extends TopicOptions<Topic> | ((event: TopicEvent<Topic>) => unknown)>(
    topic: Topic,
    options: Checked<Options, TopicOptions>,
    ...handler: HandlerAfter<Options, TopicEvent<Topic>>
  ): Subscription {
    const given = split(options, handler);
    const subscriber = {
      service: this.#service,
      home: this.#home,
      scope: this.#scope,
      life: this.#life,
      elsewhere: STATES_ONLY,
      isMeant: toldBy(given.options, topic, this.#life.name),
    };
    return subscribeToTopic(subscriber, topic, given.options, given.handler);
  }

  /**
   * Tells all who listen in this home that something has come to pass. Apps of another home hear it where they listen
   * by `this.homes`.
   *
   * @throws InvalidArgument if the topic is none; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.bus.emit('garage.opened', { by: 'car' });
   * ```
   */
  emit<const Topic extends string>(topic: Topic, ...data: EmittedData<TopicData<Topic>>): void {
    assertMayAct(this.#life, `bus.emit('${topic}')`);
    assertTopic(topic, 'emit', 'exact');
    this.#service.emit({ home: this.#home, topic, data: data[0], from: this.#life.name });
  }

  /**
   * Puts something before the handlers of all subscriptions of this app in this home, those included that there are: a
   * filter of one's own, or a change to what they are told. An event that satisfied the conditions of a subscription
   * comes to each middleware in the order of their registration, then to `where`. An event for which `next` is not called
   * is left out, and counted as `filtered`.
   *
   * It decides at once. One that throws is a failure of the app, and the event does not go on.
   *
   * @throws InvalidArgument if it is no function; Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * // Nothing that was missed while the connection was away, in any handler of this app.
   * this.bus.use((event, next) => {
   *   if (!('resync' in event) || !event.resync) next();
   * });
   *
   * // A sensor that reads half a degree too high.
   * this.bus.use((event, next) => {
   *   if (event.kind !== 'changed' || event.entityId !== 'sensor.attic') return next();
   *   next({ to: { state: String((event.to.number ?? NaN) - 0.5) } });
   * });
   * ```
   */
  use(middleware: BusMiddleware): MiddlewareHandle {
    assertMayAct(this.#life, 'bus.use');
    assertMiddleware(middleware);
    // The events of a bus are those of its doors, which is what the type of a middleware says.
    const cancel = this.#scope.use(middleware as never);
    return { cancel, [Symbol.dispose]: cancel };
  }

  /**
   * What happened lately in the home, the oldest first: changes, events and calls that some app was told of, and what
   * apps told each other. It is kept in memory, so much as `limits.historyEvents` and its neighbours say.
   *
   * An app in a thread of its own is given what was told there.
   *
   * @throws InvalidArgument if the query is not what it has to be.
   *
   * @example
   * ```ts
   * const rings = this.bus.history({ entity: 'binary_sensor.doorbell', since: '10m' });
   * this.logger.info(`${rings.length} rings, told to ${rings.flatMap((ring) => ring.heardBy)}`);
   * ```
   */
  history<const Query extends HistoryQuery = {}>(
    query?: Query & Only<Query, HistoryQuery>,
  ): readonly HistoryOf<Query>[] {
    const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(this.#subscriber.clock.nowMs()));
    // Each kind is read as the types of this file say.
    return readBusHistory(this.#service.history(this.#home), query ?? {}, now) as readonly HistoryOf<Query>[];
  }

  /**
   * Waits for a change of a state. A condition that holds already is met at once; `{ next: true }` asks for a later
   * change.
   *
   * @returns the change, or null at the time limit.
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the execution that waits is
   * called off or the app stops.
   *
   * @example
   * ```ts
   * await this.api.call('lock.lock', { target: 'lock.front' });
   * const locked = await this.bus.waitFor('lock.front', { to: 'locked', timeout: '30s' });
   * if (locked === null) this.logger.warn('the front door did not lock');
   * ```
   */
  async waitFor<const Target extends StateTarget, const Options extends WaitOptions<EntityIdOf<Target>>>(
    target: Target & ValidTarget<Target>,
    options?: Checked<Options, WaitOptions>,
  ): Promise<WaitResult<EntityIdOf<Target>, Options>> {
    const change = await waitForState(this.#subscriber, target, (options ?? {}) as never);
    // What the options promise of the change is what they have been held to.
    return change as unknown as WaitResult<EntityIdOf<Target>, Options>;
  }

  /**
   * Waits for an event on Home Assistant's own bus.
   *
   * @returns the event, or null at the time limit.
   * @throws InvalidArgument if something given is not what it has to be; Cancelled once the execution that waits is
   * called off or the app stops.
   *
   * @example
   * ```ts
   * const scanned = await this.bus.waitForEvent('tag_scanned', { data: { tag_id: 'door' }, timeout: '1m' });
   * ```
   */
  async waitForEvent<const Type extends string, const Options extends EventWaitOptions<Type>>(
    type: Type,
    options?: Checked<Options, EventWaitOptions>,
  ): Promise<HomeEvent<Type, PayloadOf<Options>> | (Options extends { readonly timeout: {} } ? null : never)> {
    const event = await waitForEvent(this.#subscriber, type, (options ?? {}) as never);
    // Its data is what the schema gave, where there is one.
    return event as never;
  }
}

/** What `on` can be given. */
export interface TopicOptions<Topic extends string = string> extends HandlerOptions<TopicEvent<Topic>> {
  /** Only what these have told is handled: `'self'` is this app, `'app'` any other. */
  readonly cause?: CauseCondition | undefined;
}

type LifecycleOptions<Kind extends HomeLifecycleEvent['kind']> =
  | HandlerOptions<LifecycleEvent<Kind>>
  | ((event: LifecycleEvent<Kind>) => unknown);

/** The data that has to be given with a topic: none where it carries none, any or none where that is not known. */
type EmittedData<Data> = unknown extends Data
  ? [data?: unknown]
  : undefined extends Data
    ? [data?: Data]
    : [data: Data];

/** Whether a topic was told by those that are meant. Who told it is certain, and is an app. */
function toldBy(options: unknown, topic: string, app: string): ((event: TopicEvent) => boolean) | undefined {
  // Anything else is refused by whoever reads the options.
  if (typeof options !== 'object' || options === null || !('cause' in options)) return undefined;
  const isMeant = compileCause(options.cause, { method: `on(${topic})`, options: [] });
  return isMeant && (({ from }) => isMeant({ kind: from === app ? 'self' : 'app', app: from, certain: true }));
}

/**
 * Tells options and handler apart. What types they are is the affair of the doors above, which have been held to it by
 * the compiler, and of the rooms below, which check at run time what they are given: here they fit whatever is asked.
 */
function split(second: unknown, third: readonly unknown[]): { readonly options: never; readonly handler: never } {
  const [options, handler] = typeof second === 'function' ? [{}, second] : [second, third[0]];
  return { options: options as never, handler: handler as never };
}
