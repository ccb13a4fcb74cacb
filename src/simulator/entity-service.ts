import type { ServiceField } from '../home-assistant/protocol/wire.ts';
import { Refusal } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import type { JsonObject } from './json.ts';
import { fit, type Shape } from './schema.ts';
import type { Service, ServiceCall } from './service-registry.ts';
import type { StateRecord } from './state-record.ts';
import { assertTarget, selectEntities, targetShape, withFeatures, withoutTarget } from './targets.ts';

/** A service that acts on entities of its domain, each by itself. */
export interface EntityService {
  /** What it takes beside the target. */
  readonly shape?: Shape;
  /** What `get_services` tells of it. */
  readonly fields?: Readonly<Record<string, ServiceField>>;
  /** Entities need all bits of one of these; without: any entity will do. */
  readonly features?: readonly number[];
  /** Looks at the data as a whole, once its parts fit. */
  readonly check?: (data: JsonObject) => JsonObject;
  /** Whether it answers with data; `only` has to be asked to. */
  readonly response?: 'optional' | 'only';
  /** Whatever it gives is the entity's part of a response. */
  readonly run: (entity: StateRecord, call: ServiceCall) => unknown;
}

/** Makes a service of it: schema, target, features, all entities at once. */
function entityService(home: HomeCore, domain: string, spec: EntityService): Service {
  const shape = { ...targetShape, ...spec.shape };
  return {
    description: { fields: spec.fields ?? {}, target: { entity: [selectorOf(domain, spec.features)] } },
    ...(spec.response === undefined ? {} : { response: spec.response }),
    check: (given) => {
      const data = fit(shape, given);
      assertTarget(data);
      return spec.check?.(data) ?? data;
    },
    run: async (call) => {
      const selection = selectEntities(home, call.data, (of) => of === domain);
      const entities =
        spec.features === undefined
          ? selection.entities
          : withFeatures(selection, spec.features, call.domain, call.service);
      if (entities.length === 0 && call.returnResponse) {
        throw new Refusal(
          'home_assistant_error',
          'Service call requested response data but did not match any entities',
        );
      }
      const own = { ...call, data: withoutTarget(call.data) };
      const parts = await Promise.all(
        entities.map(async (entity): Promise<[string, unknown]> => [entity.entityId, await spec.run(entity, own)]),
      );
      return Object.fromEntries(parts);
    },
  };
}

function selectorOf(domain: string, features: readonly number[] | undefined): JsonObject {
  return features === undefined ? { domain: [domain] } : { domain: [domain], supported_features: features };
}

/** Registers the services of one domain. */
export function registerEntityServices(
  home: HomeCore,
  domain: string,
  specs: Readonly<Record<string, EntityService>>,
): void {
  for (const [name, spec] of Object.entries(specs))
    home.services.register(domain, name, entityService(home, domain, spec));
}
