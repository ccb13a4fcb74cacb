/** The key of a text that Home Assistant has translations of, and what goes into it. */
export interface Translation {
  readonly domain: string;
  readonly key: string;
  readonly placeholders?: Readonly<Record<string, unknown>>;
}

/** Something that the simulated home refuses. What becomes of it depends on where it was asked: see `wireErrorOf`. */
export class Refusal extends Error {
  readonly kind:
    | 'home_assistant_error'
    | 'service_validation_error'
    | 'invalid_format'
    | 'invalid_info'
    | 'unauthorized'
    | 'not_found'
    | 'not_supported'
    | 'failed'
    | 'forecast_not_supported'
    | 'invalid_entity_ids'
    | 'invalid_start_time'
    | 'invalid_end_time';
  readonly translation: Translation | undefined;

  constructor(kind: Refusal['kind'], message: string, translation?: Translation) {
    super(message);
    this.name = 'Refusal';
    this.kind = kind;
    this.translation = translation;
  }
}

/** No such service: of the call itself, or of one that a script made. */
export class ServiceMissing extends Refusal {
  readonly domain: string;
  readonly service: string;

  constructor(domain: string, service: string) {
    super('not_found', `Action ${domain}.${service} not found`, {
      domain: 'homeassistant',
      key: 'service_not_found',
      placeholders: { domain, service },
    });
    this.domain = domain;
    this.service = service;
  }
}

export function unauthorized(): Refusal {
  return new Refusal('unauthorized', 'Unauthorized');
}

/** A refusal by an integration, or by what the service itself makes sure of. */
export function notValid(message: string, translation: Translation): Refusal {
  return new Refusal('service_validation_error', message, translation);
}

/** A refusal as a result carries it. */
export function wireErrorOf(
  refusal: Refusal,
  message = refusal.message,
  code: string = refusal.kind,
): Readonly<Record<string, unknown>> {
  const error = { code, message };
  if (refusal.translation === undefined) return error;
  const { domain, key, placeholders } = refusal.translation;
  return { ...error, translation_key: key, translation_placeholders: placeholders ?? null, translation_domain: domain };
}
