import type { HomeConfig, ServicesResult } from '../home-assistant/protocol/wire.ts';
import type { CommandDefinition } from './command-table.ts';
import { Refusal } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import type { Integrations } from './integrations.ts';
import { isObject, type JsonObject } from './json.ts';
import { extractTarget } from './registries/extract-target.ts';
import { slugOf } from './registries/named-records.ts';
import { listOf, object, oneOf, optional, required, text } from './schema.ts';
import type { StateRecord } from './state-record.ts';
import { targetShape } from './targets.ts';

export interface IntegrationsHome extends HomeCore {
  readonly household: { readonly integrations: Integrations };
  config(): HomeConfig;
  describeServices(): ServicesResult;
}

const kinds = oneOf('device', 'helper', 'hub', 'service', 'system', 'entity', 'virtual', 'hardware');

/** What is asked of integrations, and of what they bring with them. */
export function integrationCommands(home: IntegrationsHome): Record<string, CommandDefinition> {
  return { ...manifests(home), ...configEntries(home), ...ofEntities(home), ...ofTheSystem() };
}

function manifests(home: IntegrationsHome): Record<string, CommandDefinition> {
  const { integrations } = home.household;
  const found = (domain: string): JsonObject => {
    const manifest = integrations.manifest(domain);
    if (manifest !== undefined) return manifest;
    throw new Refusal('not_found', 'Integration not found');
  };
  return {
    'manifest/get': {
      fields: { integration: required(text) },
      run: ({ id, integration }, connection) => connection.result(id, found(String(integration))),
    },
    'manifest/list': {
      fields: { integrations: optional(listOf(text)) },
      run: ({ id, integrations: asked }, connection) => {
        const domains = Array.isArray(asked) ? asked.map(String) : integrations.domains();
        connection.result(
          id,
          domains.flatMap((domain) => integrations.manifest(domain) ?? []),
        );
      },
    },
    'integration/wait': {
      fields: { domain: required(text) },
      run: ({ id, domain }, connection) =>
        connection.result(id, { integration_loaded: integrations.isLoaded(String(domain)) }),
    },
    'repairs/list_issues': { run: ({ id }, connection) => connection.result(id, { issues: integrations.issues }) },
  };
}

function configEntries(home: IntegrationsHome): Record<string, CommandDefinition> {
  const { integrations } = home.household;
  const found = (id: unknown): JsonObject => {
    const entry = integrations.entry(String(id));
    if (entry !== undefined) return entry;
    throw new Refusal('not_found', 'Config entry not found');
  };
  const kindsOf = (filter: unknown): readonly string[] | undefined =>
    Array.isArray(filter) ? filter.map(String) : undefined;
  return {
    'config_entries/get': {
      fields: { domain: optional(text), type_filter: optional(listOf(kinds)) },
      run: ({ id, domain, type_filter: filter }, connection) =>
        connection.result(id, integrations.entries(typeof domain === 'string' ? domain : undefined, kindsOf(filter))),
    },
    'config_entries/get_single': {
      fields: { entry_id: required(text) },
      admin: true,
      run: ({ id, entry_id: entryId }, connection) => connection.result(id, { config_entry: found(entryId) }),
    },
    'config_entries/disable': {
      fields: {
        entry_id: required(text),
        disabled_by: required((value) => (value === null ? value : oneOf('user')(value))),
      },
      admin: true,
      run: ({ id, entry_id: entryId, disabled_by: by }, connection) => {
        found(entryId);
        integrations.disable(String(entryId), typeof by === 'string' ? by : null);
        connection.result(id, { require_restart: false });
      },
    },
    'config_entries/subscribe': {
      fields: { type_filter: optional(listOf(kinds)) },
      run: ({ id, type_filter: filter }, connection) => {
        const wanted = kindsOf(filter);
        const unlisten = integrations.listen((type, entry) => connection.event(id, [{ type, entry }]));
        connection.subscribe(id, unlisten);
        connection.result(id);
        connection.event(
          id,
          integrations.entries(undefined, wanted).map((entry) => ({ type: null, entry })),
        );
      },
    },
  };
}

/** Of which integration an entity is, where the registry does not know it. */
function sourceOf({ entityId, domain }: StateRecord, home: IntegrationsHome): string {
  const known = home.registries.entities.get(entityId)?.platform;
  return known ?? (domain === 'scene' ? 'homeassistant' : domain);
}

function ofEntities(home: IntegrationsHome): Record<string, CommandDefinition> {
  return {
    'entity/source': {
      run: ({ id }, connection) => {
        const sources = Array.from(home.states.all(), (record) => [
          record.entityId,
          { domain: sourceOf(record, home) },
        ]);
        connection.result(id, Object.fromEntries(sources));
      },
    },
    get_services_for_target: {
      fields: { target: required(object(targetShape)) },
      run: ({ id, target }, connection) => {
        const meant = extractTarget(home.registries, isObject(target) ? target : {}).entities;
        const records = [...meant].flatMap((entityId) => home.states.get(entityId) ?? []);
        const fitting = Object.entries(home.describeServices()).flatMap(([domain, services]) =>
          Object.entries(services)
            .filter(([, { target: wanted }]) => isObject(wanted) && records.some((record) => isMeant(record, wanted)))
            .map(([service]) => `${domain}.${service}`),
        );
        connection.result(id, fitting);
      },
    },
  };
}

/** Whether a service's target takes in an entity: by its domain, and by its features where it names some. */
function isMeant(record: StateRecord, { entity }: JsonObject): boolean {
  if (!Array.isArray(entity) || entity.length === 0) return true;
  const supported = Number(record.attributes.supported_features ?? 0);
  return entity.filter(isObject).some(({ domain, supported_features: features }) => {
    if (Array.isArray(domain) && !domain.includes(record.domain)) return false;
    return !Array.isArray(features) || features.some((bits) => (supported & Number(bits)) === Number(bits));
  });
}

function ofTheSystem(): Record<string, CommandDefinition> {
  return {
    slugify: {
      fields: { text: required(text) },
      run: ({ id, text: given }, connection) => {
        const slug = slugOf(String(given), () => false);
        connection.result(id, { slug: slug === '' && given !== '' ? 'unknown' : slug });
      },
    },
    // Nothing of it ever changes: no restart is asked for, and no integration is long in loading.
    subscribe_system_state: {
      admin: true,
      run: ({ id }, connection) => {
        connection.subscribe(id, () => undefined);
        connection.result(id);
        connection.event(id, {
          home_assistant_restart_dismissed: false,
          home_assistant_restart_required: false,
          home_assistant_restart_sources: [],
          host_reboot_dismissed: false,
          host_reboot_required: false,
        });
      },
    },
    subscribe_bootstrap_integrations: {
      run: ({ id }, connection) => {
        connection.subscribe(id, () => undefined);
        connection.result(id);
      },
    },
  };
}
