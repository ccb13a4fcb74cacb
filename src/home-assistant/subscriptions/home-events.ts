import { BusEvent, revise, type SignalSource } from '../../bus/event.ts';
import { refuseOtherChanges } from '../../bus/middleware.ts';
import type { SubscriptionHappening } from '../../bus/subscription.ts';
import type { StateContext } from '../states/entity-state.ts';
import type { HomeProblem } from '../home-link.ts';
import type { HomeLifecycleEvent } from '../home.ts';
import { appBehind, type Cause, OWN_HINT } from '../provenance/cause.ts';
import type { CauseAsker } from '../provenance/provenance.ts';
import type { WireEvent } from '../protocol/wire.ts';

/**
 * What a handler of `onEvent` is called with.
 *
 * @typeParam Data - What it carries: the output of the `schema`, where there is one.
 */
export class HomeEvent<Type extends string = string, Data = Readonly<Record<string, unknown>>> extends BusEvent {
  readonly kind = 'event';
  readonly type: Type;
  /** `LOCAL`, or `REMOTE` where it came into Home Assistant from outside. */
  readonly origin: string;
  /** What the event carries, as the `schema` gives it, or else as it came: plain JSON. Deeply frozen. */
  readonly data: Data;
  readonly #wire: WireEvent;
  readonly #asker: CauseAsker;

  constructor(type: Type, wire: WireEvent, data: Data, source: SignalSource, asker: CauseAsker) {
    super(source);
    this.#asker = asker;
    this.type = type;
    this.origin = wire.origin;
    this.data = deepFrozen(data);
    this.#wire = wire;
    Object.freeze(this);
  }

  get context(): StateContext {
    return contextOf(this.#wire);
  }

  /** Who or what caused it. */
  get cause(): Cause {
    return this.#asker.provenance.causeOfEvent(this.context, this.#asker.app, false);
  }

  override get firedAt(): Temporal.Instant {
    return Temporal.Instant.from(this.#wire.time_fired);
  }

  /** @internal */
  override [revise](changes: object, source: SignalSource): HomeEvent<Type, unknown> {
    refuseOtherChanges(changes, ['data']);
    const data = 'data' in changes ? changes.data : this.data;
    return new HomeEvent<Type, unknown>(this.type, this.#wire, data, source, this.#asker);
  }
}

/** What a handler of `onCallService` is called with: somebody called a service, whatever became of it. */
export class ServiceCallEvent<Service extends string = string> extends BusEvent {
  readonly kind = 'call';
  /** Domain and name: `light.turn_on`. */
  readonly service: Service;
  /** The data that it was called with, the target's ids among them: plain JSON, deeply frozen. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly #wire: WireEvent;
  readonly #asker: CauseAsker;

  constructor(
    service: Service,
    wire: WireEvent,
    source: SignalSource,
    asker: CauseAsker,
    data: Readonly<Record<string, unknown>> = serviceDataOf(wire),
  ) {
    super(source);
    this.#asker = asker;
    this.service = service;
    this.data = deepFrozen(data);
    this.#wire = wire;
    Object.freeze(this);
  }

  get context(): StateContext {
    return contextOf(this.#wire);
  }

  /** Who called it. */
  get cause(): Cause {
    return this.#asker.provenance.causeOfEvent(this.context, this.#asker.app, true);
  }

  override get firedAt(): Temporal.Instant {
    return Temporal.Instant.from(this.#wire.time_fired);
  }

  /** @internal */
  override [revise](changes: object, source: SignalSource): ServiceCallEvent<Service> {
    refuseOtherChanges(changes, ['data']);
    const data = 'data' in changes && isRecord(changes.data) ? changes.data : this.data;
    return new ServiceCallEvent(this.service, this.#wire, source, this.#asker, data);
  }
}

/** The connection to a home is up, and its states are the present ones. */
export interface Connected {
  readonly kind: 'connected';
  readonly home: string;
  /** It was connected before; what was missed meanwhile has been told already. */
  readonly again: boolean;
  /** Home Assistant has been restarted meanwhile. */
  readonly restarted: boolean;
}

/** The connection to a home is gone; states are those known last. */
export interface Disconnected {
  readonly kind: 'disconnected';
  readonly home: string;
  /** What stands in the way. */
  readonly problem: HomeProblem | undefined;
}

/** Home Assistant has been restarted and is running. */
export interface HomeAssistantStarted {
  readonly kind: 'home-assistant-start';
  readonly home: string;
}

/** What a handler of `onConnected`, `onDisconnected` or `onHomeAssistantStart` is called with. */
export type LifecycleEvent<Kind extends HomeLifecycleEvent['kind'] = HomeLifecycleEvent['kind']> = BusEvent &
  Extract<Connected | Disconnected | HomeAssistantStarted, { readonly kind: Kind }>;

/** The same, whichever kind it is. */
export type HomeMoment = BusEvent & HomeLifecycleEvent;

/** Makes the event of a change of the connection. */
export function homeMoment(change: HomeLifecycleEvent, firedAtMs: number, source: SignalSource): HomeMoment {
  const event = Object.assign(new Moment(firedAtMs, source), change);
  Object.freeze(event);
  return event;
}

class Moment extends BusEvent {
  readonly #firedAtMs: number;

  constructor(firedAtMs: number, source: SignalSource) {
    super(source);
    this.#firedAtMs = firedAtMs;
  }

  override get firedAt(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(this.#firedAtMs);
  }
}

/** How an event of the home is remembered: as it came. */
export const EVENT_HAPPENING: SubscriptionHappening<HomeEvent> = {
  kind: { kind: 'event', read: (wire) => (isRecord(wire) ? { data: wire['data'], origin: wire['origin'] } : {}) },
  subject: (event) => event.type,
  by: ({ cause }, app) => appBehind(cause, app),
  ownHint: OWN_HINT,
};

/** How the call of a service is remembered. */
export const CALL_HAPPENING: SubscriptionHappening<ServiceCallEvent> = {
  kind: { kind: 'call', read: (wire) => ({ data: serviceDataOf(wire as WireEvent) }) },
  subject: (event) => event.service,
  by: ({ cause }, app) => appBehind(cause, app),
  ownHint: OWN_HINT,
};

/** How a change of the connection is remembered. */
export const LIFECYCLE_HAPPENING: SubscriptionHappening<HomeMoment> = {
  kind: {
    kind: 'connection',
    read: (change) => {
      const { kind: _kind, home: _home, ...rest } = change as HomeLifecycleEvent;
      return rest;
    },
  },
  subject: (event) => event.kind,
};

/** The service that a `call_service` event is of; undefined where the event says none. */
export function serviceOf({ data }: WireEvent): string | undefined {
  const { domain, service } = data;
  return typeof domain === 'string' && typeof service === 'string' ? `${domain}.${service}` : undefined;
}

/** The data that a service was called with. */
export function serviceDataOf({ data }: WireEvent): Readonly<Record<string, unknown>> {
  const { service_data: given } = data;
  return isRecord(given) ? given : {};
}

function contextOf({ context }: WireEvent): StateContext {
  return Object.freeze({ id: context.id, parentId: context.parent_id, userId: context.user_id });
}

/** An event is one object for all its handlers. */
/** Data, frozen throughout. What a schema has made that is more than data is left as it is. */
function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || !isData(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFrozen(inner);
  return value;
}

function isData(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
