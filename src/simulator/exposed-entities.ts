import type { CommandDefinition } from './command-table.ts';
import type { HomeCore } from './home-core.ts';
import { isObject } from './json.ts';
import { entityIds, flag, listOf, oneOf, optional, required } from './schema.ts';
import type { StateRecord } from './state-record.ts';

/** What an assistant hears of unless somebody said otherwise (`homeassistant/exposed_entities.py`, 2026.11). */
const domains = new Set([
  'climate',
  'cover',
  'fan',
  'humidifier',
  'light',
  'media_player',
  'scene',
  'switch',
  'todo',
  'vacuum',
  'water_heater',
]);
const classes: Readonly<Record<string, ReadonlySet<unknown>>> = {
  binary_sensor: new Set(['door', 'garage_door', 'lock', 'motion', 'opening', 'presence', 'window']),
  sensor: new Set([
    'aqi',
    'carbon_monoxide',
    'carbon_dioxide',
    'humidity',
    'pm10',
    'pm25',
    'temperature',
    'volatile_organic_compounds',
  ]),
};

const assistant = oneOf('conversation', 'cloud.alexa', 'cloud.google_assistant');

/** The commands by which it is said which entities an assistant may hear of. */
export function exposedEntityCommands(home: HomeCore): Record<string, CommandDefinition> {
  const said = new Map<string, Readonly<Record<string, unknown>>>();
  /** What was said of it, by the registry too; else what is usual. */
  const exposed = (entityId: string): Readonly<Record<string, unknown>> => {
    const entry = home.registries.entities.get(entityId);
    const record = home.states.get(entityId);
    const isHidden = entry !== undefined && (entry.hidden_by !== null || entry.entity_category !== null);
    const own = entry?.options['conversation'];
    const kept = isObject(own) ? own.should_expose === true : !isHidden && record !== undefined && isUsual(record);
    return { conversation: kept, ...said.get(entityId) };
  };
  const known = (): ReadonlySet<string> =>
    new Set([
      ...Array.from(home.states.all(), ({ entityId }) => entityId),
      ...home.registries.entities.all().map(({ entity_id: entityId }) => entityId),
    ]);
  return {
    'homeassistant/expose_entity/list': {
      admin: true,
      run: ({ id }, connection) => {
        const entries = Array.from(known(), (entityId): [string, Readonly<Record<string, unknown>>] => [
          entityId,
          Object.fromEntries(Object.entries(exposed(entityId)).filter(([, isExposed]) => isExposed === true)),
        ]);
        connection.result(id, {
          exposed_entities: Object.fromEntries(entries.filter(([, to]) => Object.keys(to).length > 0)),
        });
      },
    },
    'homeassistant/expose_entity': {
      fields: {
        assistants: required(listOf(assistant)),
        entity_ids: required(entityIds),
        should_expose: optional(flag, true),
      },
      admin: true,
      run: ({ id, assistants, entity_ids: ids, should_expose: exposes }, connection) => {
        const names = Array.isArray(assistants) ? assistants.map(String) : [];
        for (const entityId of Array.isArray(ids) ? ids.map(String) : []) {
          const changes = Object.fromEntries(names.map((name) => [name, exposes]));
          said.set(entityId, { ...said.get(entityId), ...changes });
        }
        connection.result(id);
      },
    },
  };
}

function isUsual({ domain, attributes }: StateRecord): boolean {
  return domains.has(domain) || classes[domain]?.has(attributes.device_class) === true;
}
