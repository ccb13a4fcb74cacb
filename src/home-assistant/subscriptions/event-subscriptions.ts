import type { BusScope } from '../../bus/bus-service.ts';
import { truth } from '../../bus/conditions.ts';
import { compileDataPattern, type DataPattern } from '../../bus/data-pattern.ts';
import type { BusEvent } from '../../bus/event.ts';
import {
  choiceOf,
  type Door,
  HANDLER_OPTIONS,
  type HandlerOptions,
  lengthOf,
  readHandlerOptions,
  refuseUnknownOptions,
  wrong,
} from '../../bus/handler-options.ts';
import { compilePayload, type Payload, type PayloadSchema } from '../../bus/payload-schema.ts';
import { isGlob } from '../../bus/key-pattern.ts';
import type { HandlerSubscription, Subscription } from '../../bus/subscription.ts';
import { waitUntil } from '../../bus/wait-until.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { DurationInput } from '../../kernel/duration.ts';
import { DropNotice } from '../../kernel/drop-notice.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import { currentExecution } from '../../kernel/execution.ts';
import { assertMayAct, type Life } from '../../kernel/life.ts';
import type { Logger } from '../../kernel/logging.ts';
import { type Cause, type CauseCondition, compileCause } from '../provenance/cause.ts';
import { PayloadInvalid } from '../home-errors.ts';
import {
  CALL_HAPPENING,
  EVENT_HAPPENING,
  HomeEvent,
  type HomeMoment,
  homeMoment,
  LIFECYCLE_HAPPENING,
  ServiceCallEvent,
  serviceDataOf,
  serviceOf,
} from './home-events.ts';
import type { WireEvent } from '../protocol/wire.ts';
import type { Home, HomeLifecycleEvent } from '../home.ts';
import type { ServiceCalls } from '../calls/service-calls.ts';

/** In whose name the events of a home are subscribed to and waited for. */
export interface EventSubscriber {
  readonly home: Home;
  readonly calls: ServiceCalls;
  readonly scope: BusScope;
  readonly life: Life;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** What `onEvent` can be given. */
export interface EventOptions<Type extends string = string> extends HandlerOptions<HomeEvent<Type>> {
  /** What the event's data has to hold, key by key. It is held against the data as it came, before the schema is. */
  readonly data?: DataPattern | undefined;
  /** Checks the event's data: what does not fit is not handed over, and `event.data` is what the schema makes of it. */
  readonly schema?: PayloadSchema | undefined;
  /**
   * What becomes of an event whose data does not fit the schema. `'warn'` says where and what was found, once a minute
   * at most; `'ignore'` only counts it; `'error'` reports it as a failure of the handler, to `onError` too.
   *
   * @defaultValue 'warn'
   */
  readonly invalid?: 'warn' | 'ignore' | 'error' | undefined;
  /** Only what these have caused is handled: `'user'`, `not('self')`. */
  readonly cause?: CauseCondition | undefined;
}

/** What `onCallService` can be given. */
export interface CallServiceOptions<Service extends string = string> extends HandlerOptions<ServiceCallEvent<Service>> {
  /** What the service has to be called with, key by key. */
  readonly data?: DataPattern | undefined;
  /** Only calls by these are handled: `'user'`, `not('self')`. */
  readonly cause?: CauseCondition | undefined;
}

/** What `waitForEvent` can be given. */
export interface EventWaitOptions<Type extends string = string> {
  /** What the event's data has to hold, key by key. */
  readonly data?: DataPattern | undefined;
  /** Checks the event's data. What does not fit is not what is waited for. */
  readonly schema?: PayloadSchema | undefined;
  /** Only what these have caused counts: `'user'`, `not('self')`. */
  readonly cause?: CauseCondition | undefined;
  /** Only an event for which it gives true counts. */
  readonly where?: ((event: HomeEvent<Type>) => boolean) | undefined;
  /** Gives null when none has come by then. @defaultValue it is waited for as long as the execution may last */
  readonly timeout?: DurationInput | undefined;
}

/** Refuses literals that can be no service. */
export type ValidService<Service> = string extends Service
  ? unknown
  : Service extends `${string}.${string}`
    ? unknown
    : NoService<Service>;

/** What a text would have to be that is no service, for the compiler's message. */
export interface NoService<Service> {
  readonly noService: Service;
  readonly writeItLike: 'light.turn_on';
}

const NOT_FOR_EVENTS =
  'It belongs to onStateChange and onAttributeChange: an event has no state that could hold, before or after it.';

/** Options that state subscriptions have and others have not. */
export const STATES_ONLY: Readonly<Record<string, string>> = Object.fromEntries(
  ['from', 'to', 'changed', 'for', 'immediate', 'every', 'availability', 'resync', 'backfill'].map((option) => [
    option,
    NOT_FOR_EVENTS,
  ]),
);

const CALL_OPTIONS = ['data', 'cause', ...HANDLER_OPTIONS];
const EVENT_OPTIONS = ['schema', 'invalid', ...CALL_OPTIONS];
const EVENT_WAIT_OPTIONS = ['data', 'schema', 'cause', 'where', 'timeout'];

/**
 * Subscribes to a type of event of the home's own bus.
 *
 * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
 */
export function subscribeToEvents(
  { home, scope, life, clock, logger }: EventSubscriber,
  type: string,
  options: EventOptions,
  handler: (event: HomeEvent) => unknown,
): Subscription {
  assertMayAct(life, 'bus.onEvent');
  const door = eventDoor('onEvent', type, EVENT_OPTIONS);
  const settings = readHandlerOptions(options, door);
  const matches = compileData(options.data, door);
  const check = compilePayload(options.schema, door);
  const invalid = choiceOf(options.invalid, ['warn', 'ignore', 'error'], 'invalid', door) ?? 'warn';
  const isCausedBy = compileCause(options.cause, door);
  const asker = { provenance: home.provenance, app: life.name };
  const describe = (event: HomeEvent): string => `${event.type} ${JSON.stringify(event.data)}`;
  const subscription = scope.open<HomeEvent>({
    ...{ method: 'onEvent', target: type, settings, handler, describe },
    happening: EVENT_HAPPENING,
  });
  subscription.attach(home.link.followEvents(type));
  const misfits = new Misfits(subscription, door.method, invalid, clock, logger);
  subscription.attach(() => misfits.close());
  const remove = home.events.subscribe(
    type,
    (wire) =>
      take(
        subscription,
        wire,
        () => matches(wire.data),
        type,
        () => {
          const payload = checked(check, wire.data);
          // Without a schema it is as it came; with one, the types of the door say what it is.
          if (payload.fits) return new HomeEvent(type, wire, payload.data as HomeEvent['data'], life, asker);
          misfits.note(payload.problem);
          return undefined;
        },
        isCausedBy,
      ),
    settings.priority,
  );
  subscription.attach(remove);
  return subscription;
}

/**
 * Subscribes to the calls of a service, or of those that a glob means.
 *
 * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
 */
export function subscribeToCalls(
  { home, calls, scope, life }: EventSubscriber,
  service: string,
  options: CallServiceOptions,
  handler: (event: ServiceCallEvent) => unknown,
): Subscription {
  assertMayAct(life, 'bus.onCallService');
  assertServiceName(service);
  const door: Door = { method: `onCallService(${service})`, options: CALL_OPTIONS, elsewhere: STATES_ONLY };
  const settings = readHandlerOptions(options, door);
  const matches = compileData(options.data, door);
  const isCausedBy = compileCause(options.cause, door);
  const asker = { provenance: home.provenance, app: life.name };
  const describe = (event: ServiceCallEvent): string => `${event.service} ${JSON.stringify(event.data)}`;
  const subscription = scope.open<ServiceCallEvent>({
    method: 'onCallService',
    target: service,
    settings,
    handler,
    describe,
    happening: CALL_HAPPENING,
  });
  const remove = calls.subscribe(
    service,
    (wire) => {
      const called = serviceOf(wire) ?? service;
      take(
        subscription,
        wire,
        () => matches(serviceDataOf(wire)),
        called,
        () => new ServiceCallEvent(called, wire, life, asker),
        isCausedBy,
      );
    },
    settings.priority,
  );
  subscription.attach(remove);
  return subscription;
}

/**
 * Subscribes to a change of the connection to the home.
 *
 * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
 */
export function subscribeToLifecycle(
  { home, scope, life, clock }: EventSubscriber,
  kind: HomeLifecycleEvent['kind'],
  method: string,
  options: HandlerOptions<HomeMoment>,
  handler: (event: HomeMoment) => unknown,
): Subscription {
  assertMayAct(life, `bus.${method}`);
  const settings = readHandlerOptions(options, { method, options: HANDLER_OPTIONS, elsewhere: STATES_ONLY });
  const describe = (event: HomeLifecycleEvent): string => `${event.kind} of home "${event.home}"`;
  const subscription = scope.open<HomeMoment>({
    ...{ method, target: home.home, settings, handler, describe },
    happening: LIFECYCLE_HAPPENING,
  });
  const remove = home.lifecycle.subscribe(
    kind,
    (change) => {
      subscription.countReceived();
      subscription.take(homeMoment(change, clock.nowMs(), life), change);
    },
    settings.priority,
  );
  subscription.attach(remove);
  return subscription;
}

/**
 * Waits for an event of the home's own bus.
 *
 * @returns the event, or null at the time limit.
 * @throws InvalidArgument if something given is not what it has to be; Cancelled once the execution is called off or
 * the app stops; whatever a condition of the caller throws.
 */
export async function waitForEvent(
  { home, life, clock }: EventSubscriber,
  type: string,
  options: EventWaitOptions,
): Promise<HomeEvent | null> {
  assertMayAct(life, 'bus.waitForEvent');
  const door = eventDoor('waitForEvent', type, EVENT_WAIT_OPTIONS);
  refuseUnknownOptions(options, door);
  const timeoutMs = lengthOf(options.timeout, 'timeout', door);
  const matches = compileData(options.data, door);
  const check = compilePayload(options.schema, door);
  const isMeant = compileCause(options.cause, door);
  const { where } = options;
  const source = currentExecution() ?? life;
  return waitUntil<HomeEvent>({ life, clock, timeoutMs, what: door.method }, (settle, fail) => {
    const unfollow = home.link.followEvents(type);
    const remove = home.events.subscribe(type, (wire) => {
      try {
        if (!matches(wire.data)) return;
        const payload = checked(check, wire.data);
        if (!payload.fits) return;
        const asker = { provenance: home.provenance, app: life.name };
        const event = new HomeEvent(type, wire, payload.data as HomeEvent['data'], source, asker);
        if (isMeant?.(event.cause) === false) return;
        if (where === undefined || truth(where(event), `"where" of ${door.method}`)) settle(event);
      } catch (error) {
        fail(error);
      }
    });
    return () => {
      remove();
      unfollow();
    };
  });
}

function take<E extends BusEvent & { readonly cause: Cause }>(
  subscription: HandlerSubscription<E>,
  wire: WireEvent,
  matches: () => boolean,
  what: string,
  make: () => E | undefined,
  isCausedBy: ((cause: Cause) => boolean) | undefined,
): void {
  subscription.countReceived();
  let event: E | undefined;
  try {
    if (!matches()) return;
    event = make();
    if (event === undefined) return;
    if (isCausedBy?.(event.cause) === false) return;
  } catch (error) {
    subscription.refuse(error, what);
    return;
  }
  subscription.take(event, wire);
}

function checked(check: ((data: unknown) => Payload) | undefined, data: unknown): Payload {
  return check === undefined ? { fits: true, data } : check(data);
}

/** Those events of a subscription whose data does not fit its schema. */
class Misfits {
  readonly #subscription: HandlerSubscription<HomeEvent>;
  readonly #method: string;
  readonly #invalid: 'warn' | 'ignore' | 'error';
  readonly #notice: DropNotice;
  #last = '';

  constructor(
    subscription: HandlerSubscription<HomeEvent>,
    method: string,
    invalid: 'warn' | 'ignore' | 'error',
    clock: Clock,
    logger: Pick<Logger, 'warn'>,
  ) {
    this.#subscription = subscription;
    this.#method = method;
    this.#invalid = invalid;
    this.#notice = new DropNotice(clock, `"${subscription.name}"`, (count) => {
      const events = count === 1 ? 'an event was' : `${count} events were`;
      logger.warn(
        { subscription: subscription.name, invalid: count },
        `"${subscription.name}": ${events} not handed over, since the data does not fit the schema: ${this.#last}`,
      );
    });
  }

  note(problem: string): void {
    this.#subscription.countInvalid();
    this.#last = problem;
    if (this.#invalid === 'warn') this.#notice.note();
    if (this.#invalid !== 'error') return;
    const error = new PayloadInvalid(`An event for ${this.#method} does not fit the schema: ${problem}`, {
      hint: 'Change the schema to what Home Assistant sends, or leave such events out by `data`.',
    });
    this.#subscription.refuse(error, problem);
  }

  close(): void {
    this.#notice.close();
  }
}

function compileData(data: unknown, door: Door): (data: unknown) => boolean {
  if (data === undefined) return () => true;
  if (!isDataPattern(data)) throw wrong(door, 'data', data, 'an object of keys and what they have to hold');
  return compileDataPattern(data, `"data" of ${door.method}`);
}

function isDataPattern(data: unknown): data is DataPattern {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function eventDoor(method: string, type: unknown, options: readonly string[]): Door {
  if (typeof type !== 'string' || type === '')
    throw new InvalidArgument(`${method} was given no type of event`, { hint: "Name one: 'zha_event'." });
  if (isGlob(type)) {
    throw new InvalidArgument(`${method} was given the glob "${type}"`, {
      hint: 'Home Assistant is asked for one type of event at a time. Subscribe to each.',
    });
  }
  return { method: `${method}(${type})`, options, elsewhere: STATES_ONLY };
}

function assertServiceName(service: unknown): void {
  if (typeof service === 'string' && /^[\da-z_*?]+\.[\da-z_*?]+$/.test(service)) return;
  throw new InvalidArgument(
    `onCallService was given ${typeof service === 'string' ? `"${service}"` : String(service)}, which is no service`,
    {
      hint: "Write its domain and name, 'light.turn_on', or a glob: 'light.*'.",
    },
  );
}
