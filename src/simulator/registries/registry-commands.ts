import type { WireEntityDetails } from '../../home-assistant/protocol/registry-wire.ts';
import type { CommandDefinition } from '../command-table.ts';
import { Refusal } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import { isObject, type JsonObject } from '../json.ts';
import {
  type Check,
  dict,
  entityIds,
  flag,
  listOf,
  mapOf,
  misfit,
  object,
  optional,
  required,
  type Shape,
  text,
  whole,
} from '../schema.ts';
import { targetShape } from '../targets.ts';
import { entryOf } from './entity-records.ts';
import { displayOf, relatedTo } from './entity-views.ts';
import { extractTarget } from './extract-target.ts';

type Definitions = Record<string, CommandDefinition>;

const nullable =
  (check: Check): Check =>
  (value) =>
    value === null ? null : check(value);
const texts = listOf(text);
/** A Python set: each once. */
const textSet: Check = (value) => [...new Set(texts(value) as string[])];

/** What a person may set; an integration has its own ways. */
const setByUser: Check = (value) => {
  if (value === null || value === 'user') return value;
  throw misfit('not a valid value');
};

const themeColors = new Set(
  'primary accent disabled red pink purple deep-purple indigo blue light-blue cyan teal green light-green lime yellow amber orange deep-orange brown light-grey grey dark-grey blue-grey black white'.split(
    ' ',
  ),
);
const color: Check = (value) => {
  if (typeof value === 'string' && (themeColors.has(value) || /^#[\da-f]{6}$/i.test(value))) return value;
  throw misfit('Color should be in the format #RRGGBB');
};

const icon = optional(nullable(text));
const areaFields: Shape = {
  aliases: optional(textSet),
  floor_id: optional(nullable(text)),
  humidity_entity_id: optional(nullable(text)),
  icon,
  labels: optional(textSet),
  picture: optional(nullable(text)),
  temperature_entity_id: optional(nullable(text)),
};
const floorFields: Shape = { aliases: optional(textSet), icon, level: optional(nullable(whole)) };
const labelFields: Shape = { color: optional(nullable(color)), description: optional(nullable(text)), icon };

/** Everybody may read the registries; administrators may change them. */
export function registryCommands(home: HomeCore): Definitions {
  return {
    ...areas(home),
    ...floors(home),
    ...labels(home),
    ...categories(home),
    ...devices(home),
    ...entities(home),
    ...targets(home),
  };
}

function areas(home: HomeCore): Definitions {
  const { registries } = home;
  const assertSensors = (fields: JsonObject): JsonObject => {
    for (const key of ['temperature_entity_id', 'humidity_entity_id']) {
      const id = fields[key];
      if (typeof id === 'string' && home.states.get(id) === undefined)
        throw new Refusal('invalid_info', `Entity ${id} does not exist`);
    }
    return { ...fields, ...('labels' in fields ? { labels: knownLabels(home, fields.labels) } : {}) };
  };
  return {
    'config/area_registry/list': { run: ({ id }, connection) => connection.result(id, registries.areas.all()) },
    'config/area_registry/create': {
      fields: { name: required(text), ...areaFields },
      admin: true,
      run: ({ id, type: _type, ...fields }, connection) =>
        connection.result(id, registries.areas.create(assertSensors(fields))),
    },
    'config/area_registry/update': {
      fields: { area_id: required(text), name: optional(text), ...areaFields },
      admin: true,
      run: ({ id, type: _type, area_id: areaId, ...fields }, connection) =>
        connection.result(id, registries.areas.update(String(areaId), assertSensors(fields))),
    },
    'config/area_registry/delete': {
      fields: { area_id: required(text) },
      admin: true,
      run: ({ id, area_id: areaId }, connection) => {
        registries.removeArea(String(areaId));
        connection.result(id, 'success');
      },
    },
  };
}

/** Labels that are not there are left out. */
function knownLabels({ registries }: HomeCore, given: unknown): unknown {
  return Array.isArray(given) ? given.filter((label) => registries.labels.has(String(label))) : given;
}

function floors({ registries }: HomeCore): Definitions {
  return {
    'config/floor_registry/list': { run: ({ id }, connection) => connection.result(id, registries.floors.all()) },
    'config/floor_registry/create': {
      fields: { name: required(text), ...floorFields },
      admin: true,
      run: ({ id, type: _type, ...fields }, connection) => connection.result(id, registries.floors.create(fields)),
    },
    'config/floor_registry/update': {
      fields: { floor_id: required(text), name: optional(text), ...floorFields },
      admin: true,
      run: ({ id, type: _type, floor_id: floorId, ...fields }, connection) =>
        connection.result(id, registries.floors.update(String(floorId), fields)),
    },
    'config/floor_registry/delete': {
      fields: { floor_id: required(text) },
      admin: true,
      run: ({ id, floor_id: floorId }, connection) => {
        registries.removeFloor(String(floorId));
        connection.result(id);
      },
    },
  };
}

function labels({ registries }: HomeCore): Definitions {
  return {
    'config/label_registry/list': { run: ({ id }, connection) => connection.result(id, registries.labels.all()) },
    'config/label_registry/create': {
      fields: { name: required(text), ...labelFields },
      admin: true,
      run: ({ id, type: _type, ...fields }, connection) => connection.result(id, registries.labels.create(fields)),
    },
    'config/label_registry/update': {
      fields: { label_id: required(text), name: optional(text), ...labelFields },
      admin: true,
      run: ({ id, type: _type, label_id: labelId, ...fields }, connection) =>
        connection.result(id, registries.labels.update(String(labelId), fields)),
    },
    'config/label_registry/delete': {
      fields: { label_id: required(text) },
      admin: true,
      run: ({ id, label_id: labelId }, connection) => {
        registries.removeLabel(String(labelId));
        connection.result(id);
      },
    },
  };
}

function categories({ registries }: HomeCore): Definitions {
  const scope = required(text);
  return {
    'config/category_registry/list': {
      fields: { scope },
      run: ({ id, scope: of }, connection) => connection.result(id, registries.categories(String(of)).all()),
    },
    'config/category_registry/create': {
      fields: { scope, name: required(text), icon },
      admin: true,
      run: ({ id, type: _type, scope: of, ...fields }, connection) =>
        connection.result(id, registries.categories(String(of)).create(fields)),
    },
    'config/category_registry/update': {
      fields: { scope, category_id: required(text), name: optional(text), icon },
      admin: true,
      run: ({ id, type: _type, scope: of, category_id: categoryId, ...fields }, connection) =>
        connection.result(id, registries.categories(String(of)).update(String(categoryId), fields)),
    },
    'config/category_registry/delete': {
      fields: { scope, category_id: required(text) },
      admin: true,
      run: ({ id, scope: of, category_id: categoryId }, connection) => {
        registries.removeCategory(String(of), String(categoryId));
        connection.result(id);
      },
    },
  };
}

function devices({ registries }: HomeCore): Definitions {
  return {
    'config/device_registry/list': { run: ({ id }, connection) => connection.result(id, registries.devices.all()) },
    'config/device_registry/update': {
      fields: {
        device_id: required(text),
        area_id: optional(nullable(text)),
        disabled_by: optional(setByUser),
        labels: optional(textSet),
        name_by_user: optional(nullable(text)),
      },
      admin: true,
      run: ({ id, type: _type, device_id: deviceId, ...changes }, connection) =>
        connection.result(id, registries.updateDevice(String(deviceId), changes)),
    },
  };
}

/** After an entity is enabled its integration is set up anew. */
const reloadDelayS = 30;

function entities(home: HomeCore): Definitions {
  const { registries } = home;
  return {
    'config/entity_registry/list': {
      run: ({ id }, connection) => connection.result(id, registries.entities.all().map(entryOf)),
    },
    'config/entity_registry/list_for_display': {
      run: ({ id }, connection) => {
        const shown = registries.entities.all().filter((entity) => entity.disabled_by === null);
        connection.result(id, { entity_categories: { 0: 'config', 1: 'diagnostic' }, entities: shown.map(displayOf) });
      },
    },
    'config/entity_registry/get': {
      fields: { entity_id: required(text) },
      run: ({ id, entity_id: entityId }, connection) => {
        const entity = registries.entities.get(String(entityId));
        if (entity === undefined) throw new Refusal('not_found', 'Entity not found');
        connection.result(id, entity);
      },
    },
    'config/entity_registry/get_entries': {
      fields: { entity_ids: required(entityIds) },
      run: ({ id, entity_ids: ids }, connection) => {
        const asked = Array.isArray(ids) ? ids.map(String) : [];
        connection.result(
          id,
          Object.fromEntries(asked.map((entityId) => [entityId, registries.entities.get(entityId) ?? null])),
        );
      },
    },
    'config/entity_registry/update': {
      fields: entityFields,
      admin: true,
      run: ({ id, type: _type, entity_id: entityId, ...asked }, connection) => {
        const before = registries.entities.get(String(entityId));
        const entity = registries.entities.update(String(entityId), changesOf(asked, before));
        const enabled = before?.disabled_by !== entity.disabled_by && entity.disabled_by === null;
        const more = !enabled
          ? {}
          : entity.config_entry_id === null
            ? { require_restart: true }
            : { reload_delay: reloadDelayS };
        connection.result(id, { entity_entry: entity, ...more });
      },
    },
    'config/entity_registry/remove': {
      fields: { entity_id: required(text) },
      admin: true,
      run: ({ id, entity_id: entityId }, connection) => {
        registries.entities.remove(String(entityId));
        home.states.remove(String(entityId));
        connection.result(id);
      },
    },
  };
}

const entityFields: Shape = {
  entity_id: required(text),
  aliases: optional(listOf(nullable(text))),
  area_id: optional(nullable(text)),
  categories: optional(mapOf(nullable(text))),
  device_class: optional(nullable(text)),
  disabled_by: optional(setByUser),
  hidden_by: optional(setByUser),
  icon: optional(nullable(text)),
  labels: optional(textSet),
  name: optional(nullable(text)),
  new_entity_id: optional(text),
  options_domain: optional(text),
  options: optional(nullable(dict)),
};

/** What a command asks for, as the fields of the entity that it changes. */
function changesOf(
  { new_entity_id: newId, categories: given, options_domain: domain, options, ...others }: JsonObject,
  entity?: WireEntityDetails,
): JsonObject {
  const changes: Record<string, unknown> = { ...others };
  if (newId !== undefined) changes.entity_id = newId;
  if (isObject(given)) changes.categories = withoutNull({ ...entity?.categories, ...given });
  if (typeof domain === 'string') changes.options = withoutNull({ ...entity?.options, [domain]: options ?? null });
  return changes;
}

function withoutNull(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function targets(home: HomeCore): Definitions {
  const { registries } = home;
  return {
    extract_from_target: {
      fields: {
        target: required(object(targetShape)),
        expand_group: optional(flag, false),
        primary_entities_only: optional(flag, true),
      },
      run: ({ id, target, primary_entities_only: primary }, connection) => {
        const found = extractTarget(registries, isObject(target) ? target : {}, primary !== false);
        connection.result(id, {
          referenced_entities: [...found.entities],
          referenced_devices: [...found.devices],
          referenced_areas: [...found.areas],
          missing_devices: found.missingDevices,
          missing_areas: found.missingAreas,
          missing_floors: found.missingFloors,
          missing_labels: found.missingLabels,
        });
      },
    },
    'search/related': {
      fields: { item_type: required(text), item_id: required(text) },
      run: ({ id, item_type: kind, item_id: of }, connection) =>
        connection.result(id, relatedTo(home, String(kind), String(of))),
    },
  };
}
