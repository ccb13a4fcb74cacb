import type { ServiceDescription, ServicesResult, WireContext } from '../home-assistant/protocol/wire.ts';
import { notValid, ServiceMissing, unauthorized } from './failures.ts';
import type { JsonObject } from './json.ts';
import type { User } from './users.ts';

/** A call that was accepted, as the service sees it. */
export interface ServiceCall {
  readonly domain: string;
  readonly service: string;
  /** Held against the service's schema. */
  readonly data: JsonObject;
  readonly context: WireContext;
  readonly user: User | undefined;
  readonly returnResponse: boolean;
}

/** A service of the home. */
export interface Service {
  /** As `get_services` tells it. */
  readonly description: ServiceDescription;
  /** Whether it answers with data; `only` has to be asked to. */
  readonly response?: 'optional' | 'only';
  /** Administrators only. */
  readonly admin?: boolean;
  /** Throws where the data does not fit. */
  readonly check: (data: JsonObject) => JsonObject;
  /** Whatever it gives is the response. A promise is waited for: the caller has its answer when the work is done. */
  readonly run: (call: ServiceCall) => unknown;
}

/** What was asked of a service, before it is known whether it can be done. */
export interface CallRequest {
  readonly domain: string;
  readonly service: string;
  readonly data?: JsonObject;
  readonly target?: JsonObject;
  readonly context: WireContext;
  readonly user?: User | undefined;
  readonly returnResponse?: boolean;
}

export type AcceptedCall = ServiceCall & { readonly serviceData: JsonObject; readonly request: CallRequest };

/** The services of a home, and the way of every call to one. */
export class ServiceRegistry {
  readonly #services = new Map<string, Map<string, Service>>();
  readonly #onAccepted: (call: AcceptedCall) => void;
  #only: ReadonlySet<string> | undefined;

  /** @param onAccepted - told of each call that fits, before it runs. */
  constructor(onAccepted: (call: AcceptedCall) => void) {
    this.#onAccepted = onAccepted;
  }

  register(domain: string, name: string, service: Service): void {
    const services = this.#services.get(domain) ?? new Map<string, Service>();
    this.#services.set(domain, services.set(name, service));
  }

  /** @returns whether it was there. */
  remove(domain: string, name: string): boolean {
    const services = this.#services.get(domain);
    const removed = services?.delete(name) ?? false;
    if (services?.size === 0) this.#services.delete(domain);
    return removed;
  }

  /** Leaves the services of these domains alone there, of all the home has; undefined: all are back. */
  only(domains: ReadonlySet<string> | undefined): void {
    this.#only = domains;
  }

  /** Names are taken in lower case, as Home Assistant does. */
  find(domain: string, name: string): Service | undefined {
    const of = domain.toLowerCase();
    return this.#only?.has(of) === false ? undefined : this.#services.get(of)?.get(name.toLowerCase());
  }

  /** All that the home has, present or not. */
  names(): [domain: string, service: string][] {
    return [...this.#services].flatMap(([domain, services]) =>
      [...services.keys()].map((name): [string, string] => [domain, name]),
    );
  }

  describe(): ServicesResult {
    return Object.fromEntries(
      [...this.#services]
        .filter(([domain]) => this.#only?.has(domain) !== false)
        .map(([domain, services]) => [
          domain,
          Object.fromEntries([...services].map(([name, service]) => [name, descriptionOf(service)])),
        ]),
    );
  }

  /**
   * @returns the service's response, where one was asked for.
   * @throws Refusal
   */
  async call(request: CallRequest): Promise<unknown> {
    const domain = request.domain.toLowerCase();
    const name = request.service.toLowerCase();
    const service = this.find(domain, name);
    if (service === undefined) throw new ServiceMissing(domain, name);
    const returnResponse = request.returnResponse === true;
    assertResponse(service, returnResponse);
    const serviceData = { ...request.data, ...request.target };
    const data = service.check(serviceData);
    const { context, user } = request;
    const call: ServiceCall = { domain, service: name, data, context, user, returnResponse };
    this.#onAccepted({ ...call, serviceData, request });
    if (service.admin === true && user !== undefined && !user.isAdmin) throw unauthorized();
    const response = await service.run(call);
    return returnResponse ? (response ?? {}) : undefined;
  }
}

function assertResponse(service: Service, asked: boolean): void {
  const placeholders = { return_response: 'return_response=True' };
  if (asked && service.response === undefined) {
    throw notValid("An action which does not return responses can't be called with return_response=True", {
      domain: 'homeassistant',
      key: 'service_does_not_support_response',
      placeholders,
    });
  }
  if (!asked && service.response === 'only') {
    throw notValid('The action requires responses and must be called with return_response=True', {
      domain: 'homeassistant',
      key: 'service_lacks_response_request',
      placeholders,
    });
  }
}

/** What is told of a service: its own description, and whether it responds. */
function descriptionOf({ description, response }: Service): ServiceDescription {
  return response === undefined ? description : { ...description, response: { optional: response === 'optional' } };
}
