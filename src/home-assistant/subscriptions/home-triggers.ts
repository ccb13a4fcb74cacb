import type { Only } from '../../bus/only.ts';
import type { Several } from '../domains/service-shapes.ts';

/** What all triggers of Home Assistant take, as they are written in its automations. */
interface TriggerBasics {
  /** Tells one of several triggers from the others: `event.trigger.id`. */
  readonly id?: string | undefined;
  readonly enabled?: boolean | string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** A length of time as Home Assistant takes it: `'HH:MM:SS'`, seconds, by parts, or a template. */
type TriggerDuration =
  | string
  | number
  | { readonly days?: number; readonly hours?: number; readonly minutes?: number; readonly seconds?: number };

/**
 * The kinds of triggers that Home Assistant documents, each with its own keys.
 *
 * @see https://www.home-assistant.io/docs/automation/trigger/
 */
interface TriggerKinds {
  readonly state: {
    readonly entity_id: Several<string>;
    readonly attribute?: string | undefined;
    readonly from?: Several<string> | null | undefined;
    readonly not_from?: Several<string> | undefined;
    readonly to?: Several<string> | null | undefined;
    readonly not_to?: Several<string> | undefined;
    readonly for?: TriggerDuration | undefined;
  };
  readonly numeric_state: {
    readonly entity_id: Several<string>;
    readonly attribute?: string | undefined;
    readonly above?: number | string | undefined;
    readonly below?: number | string | undefined;
    readonly value_template?: string | undefined;
    readonly for?: TriggerDuration | undefined;
  };
  readonly event: {
    readonly event_type: Several<string>;
    readonly event_data?: Readonly<Record<string, unknown>> | undefined;
    readonly context?: Readonly<Record<string, unknown>> | undefined;
  };
  readonly time: { readonly at: Several<string | { readonly entity_id: string; readonly offset?: TriggerDuration }> };
  readonly time_pattern: {
    readonly hours?: number | string | undefined;
    readonly minutes?: number | string | undefined;
    readonly seconds?: number | string | undefined;
  };
  readonly sun: { readonly event: 'sunrise' | 'sunset'; readonly offset?: TriggerDuration | undefined };
  readonly zone: { readonly entity_id: Several<string>; readonly zone: string; readonly event: 'enter' | 'leave' };
  readonly template: { readonly value_template: string; readonly for?: TriggerDuration | undefined };
  readonly mqtt: {
    readonly topic: string;
    readonly payload?: string | undefined;
    readonly value_template?: string | undefined;
    readonly encoding?: string | undefined;
    readonly qos?: 0 | 1 | 2 | undefined;
  };
  readonly webhook: {
    readonly webhook_id: string;
    readonly allowed_methods?: readonly ('POST' | 'PUT' | 'GET' | 'HEAD')[] | undefined;
    readonly local_only?: boolean | undefined;
  };
  readonly homeassistant: { readonly event: 'start' | 'shutdown' };
  readonly tag: { readonly tag_id: Several<string>; readonly device_id?: Several<string> | undefined };
  readonly calendar: {
    readonly entity_id: string;
    readonly event: 'start' | 'end';
    readonly offset?: TriggerDuration | undefined;
  };
  readonly conversation: { readonly command: Several<string> };
  readonly persistent_notification: {
    readonly notification_id?: string | undefined;
    readonly update_type?: Several<'added' | 'removed' | 'updated' | 'current'> | undefined;
  };
  /** What else it takes depends on the device's integration. */
  readonly device: {
    readonly device_id: string;
    readonly domain: string;
    readonly type: string;
    readonly [key: string]: unknown;
  };
}

type TriggerOf<Kind extends keyof TriggerKinds> = TriggerBasics & { readonly trigger: Kind } & TriggerKinds[Kind];

/** A trigger as it is written in an automation of Home Assistant, of a kind that it documents or of another. */
export type HomeTrigger =
  | { readonly [Kind in keyof TriggerKinds]: TriggerOf<Kind> }[keyof TriggerKinds]
  | (TriggerBasics & { readonly trigger: string & {}; readonly [key: string]: unknown });

/** Holds triggers of known kinds to their keys; others are taken as they are. */
export type ValidTrigger<Given> = Given extends readonly unknown[]
  ? { readonly [Index in keyof Given]: ValidTrigger<Given[Index]> }
  : Given extends { readonly trigger: infer Kind extends keyof TriggerKinds }
    ? TriggerOf<Kind> & Only<Given, TriggerOf<Kind>>
    : unknown;

/** A condition as it is written in an automation of Home Assistant, or a template that gives true or false. */
export type HomeCondition =
  | string
  | { readonly condition: string; readonly [key: string]: unknown }
  | { readonly [shorthand in 'and' | 'or' | 'not']?: readonly HomeCondition[] };

/** What Home Assistant tells of a trigger: the variable `trigger` of its automations. */
export interface TriggerVariables {
  /** The one that was given, or its place in the list. */
  readonly id: string;
  /** Its place in the list. */
  readonly idx: string;
  readonly alias: string | null;
  /** The kind: `state`, `sun`, `device`. */
  readonly platform: string;
  readonly description?: string;
  readonly entity_id?: string;
  readonly [variable: string]: unknown;
}
