import type { Command } from './wire.ts';

/** Whom a service call is for. Keys with an empty list are left out. */
export interface WireTarget {
  readonly entity_id?: string | readonly string[] | undefined;
  readonly device_id?: string | readonly string[] | undefined;
  readonly area_id?: string | readonly string[] | undefined;
  readonly floor_id?: string | readonly string[] | undefined;
  readonly label_id?: string | readonly string[] | undefined;
}

/** The only message without an id; it answers `auth_required`. */
export function authMessage(token: string): string {
  return JSON.stringify({ type: 'auth', access_token: token });
}

/** Lets the home put messages that are queued in one go into one array frame. */
export function supportedFeatures(): Command {
  return { type: 'supported_features', features: { coalesce_messages: 1 } };
}

/** Answered by `pong` in place of a result. */
export function ping(): Command {
  return { type: 'ping' };
}

/** The result is a `HomeConfig`. */
export function getConfig(): Command {
  return { type: 'get_config' };
}

/** Whose token it is: `id`, `is_admin`, and more. Open to every user. */
export function currentUser(): Command {
  return { type: 'auth/current_user' };
}

/** The result is an array of `WireState`. */
export function getStates(): Command {
  return { type: 'get_states' };
}

/** The result is a `ServicesResult`. */
export function getServices(): Command {
  return { type: 'get_services' };
}

/** First a null result, then an event with all entities as `a`, then the differences. */
export function subscribeEntities(): Command {
  return { type: 'subscribe_entities' };
}

/**
 * Events of one type. Who is no administrator may subscribe to a few types only; `state_changed`, `core_config_updated`
 * and those of services and registries are among them.
 */
export function subscribeEvents(eventType: string): Command {
  return { type: 'subscribe_events', event_type: eventType };
}

/** Ends a subscription of whatever kind, named by the id of the command that began it. */
export function unsubscribe(subscription: number): Command {
  return { type: 'unsubscribe_events', subscription };
}

export interface ServiceCall {
  readonly domain: string;
  readonly service: string;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly target?: WireTarget | undefined;
  readonly returnResponse?: boolean | undefined;
}

/** The result is a `CallServiceResult`. */
export function callService(call: ServiceCall): Command {
  const { domain, service, data, target, returnResponse } = call;
  return {
    type: 'call_service',
    domain,
    service,
    ...(data === undefined ? {} : { service_data: data }),
    ...(target === undefined ? {} : { target }),
    ...(returnResponse === true ? { return_response: true } : {}),
  };
}

/**
 * The result is, by entity id, all that was written between the two moments, both left out; the end is left open
 * without `untilMoment`. What the recorder has not written yet is not among it.
 */
export function historyDuringPeriod(entityIds: readonly string[], fromMoment: string, untilMoment?: string): Command {
  return {
    type: 'history/history_during_period',
    start_time: fromMoment,
    ...(untilMoment === undefined ? {} : { end_time: untilMoment }),
    entity_ids: entityIds,
    include_start_time_state: false,
    significant_changes_only: false,
    minimal_response: false,
    no_attributes: false,
  };
}

/** The result has the event's context. Only for administrators. */
export function fireEvent(eventType: string, data: Readonly<Record<string, unknown>>): Command {
  return { type: 'fire_event', event_type: eventType, event_data: data };
}

/**
 * A subscription: a null result, then an event with the rendered `result`, and another whenever what the template
 * reads has changed. Open to every user, unlike the REST way.
 */
export function renderTemplate(template: string, variables?: Readonly<Record<string, unknown>>): Command {
  return { type: 'render_template', template, ...(variables === undefined ? {} : { variables }) };
}
