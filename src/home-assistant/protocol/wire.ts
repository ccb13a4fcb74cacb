/**
 * What goes over Home Assistant's WebSocket, as it is spelled there. The client and the simulated home are both written
 * against these types. Seen on releases 2026.4 to 2026.11.
 */

/** A command without its id, which the connection gives it. */
export interface Command {
  readonly type: string;
  readonly [field: string]: unknown;
}

// --- Messages from the home -----------------------------------------------------------------------------------------

export interface AuthRequiredMessage {
  readonly type: 'auth_required';
  readonly ha_version: string;
}

export interface AuthOkMessage {
  readonly type: 'auth_ok';
  readonly ha_version: string;
}

export interface AuthInvalidMessage {
  readonly type: 'auth_invalid';
  readonly message: string;
}

export type ResultMessage = ResultSuccess | ResultFailure;

export interface ResultSuccess {
  readonly id: number;
  readonly type: 'result';
  readonly success: true;
  readonly result: unknown;
}

export interface ResultFailure {
  /** As it was given: null where it was missing, 0 where the message was no object. */
  readonly id: number | null;
  readonly type: 'result';
  readonly success: false;
  readonly error: WireError;
}

export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly translation_key?: string;
  readonly translation_domain?: string;
  readonly translation_placeholders?: Readonly<Record<string, string>>;
}

/** Something that a subscription brought; `event` is shaped by the command that subscribed. */
export interface EventMessage {
  readonly id: number;
  readonly type: 'event';
  readonly event: unknown;
}

export interface PongMessage {
  readonly id: number;
  readonly type: 'pong';
}

export type AuthMessage = AuthRequiredMessage | AuthOkMessage | AuthInvalidMessage;
export type HomeMessage = AuthMessage | ResultMessage | EventMessage | PongMessage;

// --- Events and states ----------------------------------------------------------------------------------------------

/** Who or what caused an event or a state. */
export interface WireContext {
  readonly id: string;
  readonly parent_id: string | null;
  readonly user_id: string | null;
}

/** An event of the home's bus, as `subscribe_events` brings it. */
export interface WireEvent<Data = Readonly<Record<string, unknown>>> {
  readonly event_type: string;
  readonly data: Data;
  readonly origin: string;
  /** ISO 8601 with microseconds and an offset. */
  readonly time_fired: string;
  readonly context: WireContext;
}

/** A state in full, as `get_states`, `state_changed` and REST have it. */
export interface WireState {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly last_changed: string;
  readonly last_reported?: string;
  readonly last_updated: string;
  readonly context: WireContext;
}

export interface StateChangedData {
  readonly entity_id: string;
  readonly old_state: WireState | null;
  readonly new_state: WireState | null;
}

/** A state as `subscribe_entities` has it when an entity is new to the subscriber. */
export interface CompressedState {
  /** The state. */
  readonly s: string;
  /** The attributes. */
  readonly a: Readonly<Record<string, unknown>>;
  /** The context: its id alone where it has neither a parent nor a user. */
  readonly c: string | WireContext;
  /** `last_changed`, in seconds since the epoch, with a fraction. */
  readonly lc: number;
  /** `last_updated`, left out where it equals `lc`. */
  readonly lu?: number;
}

/** What became of a known entity. Whatever is not named stays as it was. */
export interface CompressedDifference {
  readonly '+'?: {
    readonly s?: string;
    /** The attributes that are new or have another value. */
    readonly a?: Readonly<Record<string, unknown>>;
    /** A string is the new id alone, the rest of the context stays; an object has the fields that differ. */
    readonly c?: string | Partial<WireContext>;
    /** Given, `last_updated` is the same. */
    readonly lc?: number;
    readonly lu?: number;
  };
  /** Names of attributes that are gone. */
  readonly '-'?: { readonly a?: readonly string[] };
}

/** One event of `subscribe_entities`: entities that are new, changed and gone. */
export interface EntitiesMessage {
  readonly a?: Readonly<Record<string, CompressedState>>;
  readonly c?: Readonly<Record<string, CompressedDifference>>;
  readonly r?: readonly string[];
}

// --- Results --------------------------------------------------------------------------------------------------------

export type CoreState = 'NOT_RUNNING' | 'STARTING' | 'RUNNING' | 'STOPPING' | 'FINAL_WRITE' | 'STOPPED';

/** The part of `get_config` that is relied on; the rest is there as it came. */
export interface HomeConfig {
  readonly location_name: string;
  readonly latitude: number;
  readonly longitude: number;
  /** Metres. */
  readonly elevation: number;
  /** An IANA name. */
  readonly time_zone: string;
  readonly unit_system: Readonly<Record<string, string>>;
  readonly version: string;
  readonly state: CoreState;
  readonly components: readonly string[];
  readonly language?: string;
  readonly country?: string | null;
  readonly currency?: string;
  readonly [field: string]: unknown;
}

/** The result of `get_services`: descriptions by domain and service. */
export type ServicesResult = Readonly<Record<string, Readonly<Record<string, ServiceDescription>>>>;

export interface ServiceDescription {
  readonly name?: string;
  readonly description?: string;
  readonly fields: Readonly<Record<string, ServiceField>>;
  readonly target?: Readonly<Record<string, unknown>> | null;
  readonly response?: { readonly optional: boolean };
}

/** A field, or a section of fields (`fields`), which is shown as a group and sent flat. */
export interface ServiceField {
  readonly required?: boolean;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly selector?: Readonly<Record<string, unknown>>;
  readonly fields?: Readonly<Record<string, ServiceField>>;
  readonly [field: string]: unknown;
}

/** The result of `call_service`. */
export interface CallServiceResult {
  readonly context: WireContext;
  /** There where `return_response` was asked for. */
  readonly response?: unknown;
}
