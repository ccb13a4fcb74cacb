import { Refusal } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import { fit, required, type Shape, textual, entityIds } from '../schema.ts';
import type { Service, ServiceCall } from '../service-registry.ts';
import { assertTarget, selectEntities, targetShape } from '../targets.ts';

const nothing: Shape = {};

/** `homeassistant`: services over several domains, and those that steer the home itself. */
export function registerHomeassistant(home: HomeCore): void {
  const register = (name: string, service: Service): void => home.services.register('homeassistant', name, service);
  for (const name of ['turn_off', 'turn_on', 'toggle']) register(name, generic(home, name));
  register('stop', {
    description: { fields: {} },
    admin: true,
    check: (data) => fit(nothing, data),
    run: () => home.stop(),
  });
  register('restart', {
    description: { fields: {} },
    admin: true,
    check: (data) => fit(nothing, data),
    run: () => home.restartByService(),
  });
  register('check_config', {
    description: { fields: {} },
    admin: true,
    check: (data) => fit(nothing, data),
    run: () => undefined,
  });
  register('update_entity', {
    description: { fields: { entity_id: { required: true, selector: { entity: { multiple: true } } } } },
    check: (data) => fit({ entity_id: required(entityIds) }, data),
    run: () => undefined,
  });
  register('reload_config_entry', {
    description: { fields: { entry_id: { selector: { config_entry: {} } } }, target: {} },
    admin: true,
    check: (data) => fit({ ...targetShape, entry_id: required(textual) }, data),
    run: ({ data }) => {
      // There are no config entries.
      throw new Refusal('home_assistant_error', String(data.entry_id));
    },
  });
}

function generic(home: HomeCore, name: string): Service {
  return {
    description: { fields: {}, target: {} },
    check: (given) => {
      const data = fit(targetShape, given);
      assertTarget(data);
      return data;
    },
    run: async (call: ServiceCall) => {
      const knows = (domain: string): boolean =>
        domain !== 'homeassistant' && home.services.find(domain, name) !== undefined;
      const { entities } = selectEntities(home, call.data, knows);
      const byDomain = Map.groupBy(entities, (entity) => entity.domain);
      await Promise.all(
        [...byDomain].map(([domain, members]) => {
          const data = { entity_id: members.map((entity) => entity.entityId) };
          return home.services.call({ domain, service: name, data, context: call.context, user: call.user });
        }),
      );
    },
  };
}
