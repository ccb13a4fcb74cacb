import type { DurationInput } from '../../kernel/duration.ts';
import type { Services } from './services.ts';
import type { Target } from './target.ts';

/** The name of a service: known ones are offered by the editor, others are taken as well. */
export type ServiceName = keyof Services | (string & {});

/** Options of everything that asks the home. */
export interface AskOptions {
  /**
   * How long it may take, the wait for the home to be connected included.
   *
   * @defaultValue '30s', or what `connection.callTimeout` of the configuration says
   */
  readonly timeout?: DurationInput | undefined;
}

/** Options of a call of a service. */
export type ServiceCallOptions<
  S extends string,
  T extends Target = Target,
  R extends boolean = boolean,
> = AskOptions & {
  /** What the call is for: an entity id, several, or a selection by area, device, floor or label. */
  readonly target?: T | undefined;
  /**
   * Whether the call is held against what the home says of its services and entities before it is sent.
   *
   * @defaultValue true
   */
  readonly validate?: boolean | undefined;
} & DataPart<S> &
  TargetPart<S> &
  ResponsePart<S, R>;

/** The arguments after the service's name: optional where nothing is needed. */
export type CallArguments<S extends string, T extends Target, R extends boolean> =
  object extends ServiceCallOptions<S>
    ? [options?: ServiceCallOptions<S, T, R>]
    : [options: ServiceCallOptions<S, T, R>];

/** The fields of a service, by Home Assistant's own names. */
export type ServiceData<S extends string> = S extends keyof Services
  ? FieldsOf<Services[S]>
  : Readonly<Record<string, unknown>>;

/** What a call gives: the response where it was asked for, else nothing. */
export type CallAnswer<S extends string, T extends Target, R extends boolean> = S extends keyof Services
  ? [Services[S]['response']] extends [never]
    ? void
    : ServiceResponse<S, T>
  : R extends true
    ? ServiceResponse<S, T>
    : void;

/** The response of a service; that of a service of entities is by entity id. */
export type ServiceResponse<S extends string, T extends Target = Target> = S extends keyof Services
  ? Services[S] extends { readonly kind: 'entity'; readonly response: infer P }
    ? ByEntity<T, P>
    : Services[S]['response']
  : Readonly<Record<string, unknown>>;

/** A response of one entity. */
export type EntityResponse<S extends string> = S extends keyof Services ? Services[S]['response'] : unknown;

type FieldsOf<Service> = Service extends { readonly needs: infer Needs; readonly may: infer May }
  ? { readonly [K in keyof Needs]: Needs[K] } & { readonly [K in keyof May]?: May[K] | undefined }
  : never;

type DataPart<S extends string> = S extends keyof Services
  ? [keyof Services[S]['needs'] | keyof Services[S]['may']] extends [never]
    ? { readonly data?: { readonly [field: string]: undefined } | undefined }
    : [keyof Services[S]['needs']] extends [never]
      ? { readonly data?: ServiceData<S> | undefined }
      : { readonly data: ServiceData<S> }
  : { readonly data?: ServiceData<S> | undefined };

type TargetPart<S extends string> = S extends keyof Services
  ? Services[S]['kind'] extends 'entity'
    ? { readonly target: Target }
    : unknown
  : unknown;

/** Whether the response is asked for. A service whose response has a type does nothing else, and needs it to be. */
type ResponsePart<S extends string, R extends boolean> = S extends keyof Services
  ? [Services[S]['response']] extends [never]
    ? { readonly returnResponse?: false | undefined }
    : { readonly returnResponse: true }
  : { readonly returnResponse?: R | undefined };

/** Entities that are named one by one in the code are there in the response. */
type ByEntity<T extends Target, Part> = T extends string
  ? { readonly [K in T]: Part }
  : T extends readonly (infer Id extends string)[]
    ? { readonly [K in Id]: Part }
    : Readonly<Record<string, Part>>;
