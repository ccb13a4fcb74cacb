import type { ServiceDescription, ServiceField } from '../protocol/wire.ts';

/** What a home says of one of its services, as far as a call can be held against it. */
export interface KnownService {
  /** As in `light.turn_on`. */
  readonly id: string;
  readonly domain: string;
  /** By name, those in sections included: sections are for forms only. */
  readonly fields: ReadonlyMap<string, ServiceField>;
  /** Whether it is described as one that takes a target. */
  readonly takesTarget: boolean;
  /** It acts on entities of its own domain: those needs Home Assistant for it, and others it passes over. */
  readonly actsOnOwnEntities: boolean;
  readonly response: 'none' | 'optional' | 'always';
  readonly description: ServiceDescription;
}

/** Reads the description of a service. */
export function knownService(id: string, description: ServiceDescription): KnownService {
  const domain = id.slice(0, id.indexOf('.'));
  const target = description.target ?? undefined;
  return {
    id,
    domain,
    fields: new Map(flatFields(description.fields)),
    takesTarget: target !== undefined,
    actsOnOwnEntities: target !== undefined && domainsOf(target['entity']).includes(domain),
    response: description.response === undefined ? 'none' : description.response.optional ? 'optional' : 'always',
    description,
  };
}

function* flatFields(fields: Readonly<Record<string, ServiceField>>): Generator<[string, ServiceField]> {
  for (const [name, field] of Object.entries(fields)) {
    if (field.fields === undefined) yield [name, field];
    else yield* flatFields(field.fields);
  }
}

/** The domains in a target's `entity`: filters, each with a domain or a list of them. */
function domainsOf(filters: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(filters) ? filters : [filters];
  return list.flatMap((filter) => {
    if (typeof filter !== 'object' || filter === null || !('domain' in filter)) return [];
    const domains: readonly unknown[] = Array.isArray(filter.domain) ? filter.domain : [filter.domain];
    return domains.filter((domain): domain is string => typeof domain === 'string');
  });
}
