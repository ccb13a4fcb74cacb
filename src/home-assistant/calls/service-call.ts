import type { DurationInput } from '../../kernel/duration.ts';
import type { MayRespond } from '../domains/service-shapes.ts';
import type { Services } from '../domains/services.ts';
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

/** Options of a call of a service, whichever it is. */
interface CallOptions extends AskOptions {
  /**
   * Whether the call is held against what the home says of its services and entities before it is sent.
   *
   * @defaultValue true
   */
  readonly validate?: boolean | undefined;
}

/** Options of a call of a service. */
export type ServiceCallOptions<S extends string, T extends Target = Target, R extends boolean = boolean> = CallOptions &
  ServiceParts<S, T, R>;

/** All services are gone through once: parts that each went through them would be multiplied with one another. */
type ServiceParts<S extends string, T extends Target, R extends boolean> = S extends keyof Services
  ? DataPart<S> & TargetPart<S, T> & ResponsePart<S, R>
  : {
      readonly data?: Readonly<Record<string, unknown>> | undefined;
      readonly target?: T | undefined;
      readonly returnResponse?: R | undefined;
    };

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
    : Services[S]['response'] extends MayRespond<unknown>
      ? R extends true
        ? ServiceResponse<S, T>
        : void
      : ServiceResponse<S, T>
  : R extends true
    ? ServiceResponse<S, T>
    : void;

/** The response of a service; that of a service of entities is by entity id. */
export type ServiceResponse<S extends string, T extends Target = Target> = S extends keyof Services
  ? Services[S]['kind'] extends 'entity'
    ? ByEntity<T, EntityResponse<S>>
    : EntityResponse<S>
  : Readonly<Record<string, unknown>>;

/** A response of one entity. */
export type EntityResponse<S extends string> = S extends keyof Services
  ? Services[S]['response'] extends MayRespond<infer Response>
    ? Response
    : Services[S]['response']
  : unknown;

type FieldsOf<Service> = Service extends { readonly needs: infer Needs; readonly may: infer May }
  ? { readonly [K in keyof Needs]: Needs[K] } & { readonly [K in keyof May]?: May[K] | undefined }
  : never;

type DataPart<S extends keyof Services> = [keyof Services[S]['needs'] | keyof Services[S]['may']] extends [never]
  ? { readonly data?: { readonly [field: string]: undefined } | undefined }
  : [keyof Services[S]['needs']] extends [never]
    ? { readonly data?: ServiceData<S> | undefined }
    : { readonly data: ServiceData<S> };

/**
 * What the call is for: an entity id, several, or a selection by area, device, floor or label. A service of entities
 * needs it, one of the home as a whole takes none, and others may be given one.
 */
type TargetPart<S extends keyof Services, T extends Target> = Services[S]['kind'] extends 'entity'
  ? { readonly target: T }
  : Services[S]['kind'] extends 'plain'
    ? { readonly target?: NoTarget<S> | undefined }
    : { readonly target?: T | undefined };

/** What a target would have to be where there is none, for the compiler's message. */
interface NoTarget<S> {
  readonly takesNoTarget: S;
}

/** Whether the response is asked for. A service that does nothing else needs it to be. */
type ResponsePart<S extends keyof Services, R extends boolean> = [Services[S]['response']] extends [never]
  ? { readonly returnResponse?: false | undefined }
  : Services[S]['response'] extends MayRespond<unknown>
    ? { readonly returnResponse?: R | undefined }
    : { readonly returnResponse: true };

/** Entities that are named one by one in the code are there in the response. */
type ByEntity<T extends Target, Part> = T extends string
  ? { readonly [K in T]: Part }
  : T extends readonly (infer Id extends string)[]
    ? { readonly [K in Id]: Part }
    : Readonly<Record<string, Part>>;
