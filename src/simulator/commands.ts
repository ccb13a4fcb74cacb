import type { HomeConfig, ServicesResult } from '../home-assistant/protocol/wire.ts';
import type { ClientConnection } from './client-connection.ts';
import type { CommandDefinition, CommandTable } from './command-table.ts';
import { calendarCommands } from './calendars.ts';
import { entityFilter } from './entity-filter.ts';
import { Refusal, ServiceMissing, unauthorized, wireErrorOf } from './failures.ts';
import { exposedEntityCommands } from './exposed-entities.ts';
import { forecastCommands } from './forecasts.ts';
import { historyCommands } from './history-commands.ts';
import type { Household } from './household.ts';
import { integrationCommands } from './integration-commands.ts';
import { isObject, type JsonObject } from './json.ts';
import { liveCommands } from './live-commands.ts';
import { notificationCommands } from './persistent-notifications.ts';
import { registryCommands } from './registries/registry-commands.ts';
import {
  dict,
  entityIds,
  flag,
  listOf,
  mapOf,
  object,
  optional,
  positive,
  required,
  type Shape,
  text,
  textual,
  whole,
} from './schema.ts';
import { statisticsCommands } from './statistics/statistics-commands.ts';
import { type HelpersHome, helperCommands } from './stored-helpers.ts';
import { systemCommands } from './system-commands.ts';
import { systemLogCommands } from './system-log.ts';
import { todoCommands } from './todo-lists.ts';
import { ScriptRun, scriptSteps } from './script-run.ts';
import { targetShape } from './targets.ts';
import { templateCommands } from './template/template-commands.ts';

/** What commands have of the home beside its core. */
export interface CommandsHome extends HelpersHome {
  readonly household: Household;
  config(): HomeConfig;
  describeServices(): ServicesResult;
}

/** The commands that a simulated home knows. Everything else is unknown to it. */
export function standardCommands(home: CommandsHome): CommandTable {
  return new Map(
    Object.entries({
      ...basics(home),
      ...events(home),
      ...entities(home),
      ...services(home),
      ...registryCommands(home),
      ...householdCommands(home),
    }),
  );
}

type Definitions = Record<string, CommandDefinition>;

function householdCommands(home: CommandsHome): Definitions {
  const {
    todo,
    calendars,
    forecasts,
    notifications,
    log,
    recorder,
    statistics,
    persons,
    signedPaths,
    deviceOffers,
    automations,
  } = home.household;
  return {
    ...liveCommands(home),
    ...templateCommands(home),
    ...helperCommands(home),
    ...systemCommands(home),
    ...integrationCommands(home),
    ...exposedEntityCommands(home),
    ...persons.commands(),
    ...signedPaths.commands(),
    ...deviceOffers.commands(),
    ...automations.commands(),
    ...todoCommands(home, todo),
    ...calendarCommands(calendars),
    ...forecastCommands(forecasts),
    ...notificationCommands(notifications),
    ...systemLogCommands(log),
    ...historyCommands(home, recorder),
    ...statisticsCommands(home, statistics),
  };
}

function basics(home: CommandsHome): Definitions {
  return {
    ping: { run: ({ id }, connection) => connection.push({ id, type: 'pong' }) },
    supported_features: {
      fields: { features: required(mapOf(whole)) },
      run: ({ id, features }, connection) => {
        connection.coalesce = isObject(features) && Object.hasOwn(features, 'coalesce_messages');
        connection.result(id);
      },
    },
    get_config: { run: ({ id }, connection) => connection.result(id, home.config()) },
    get_services: { run: ({ id }, connection) => connection.result(id, home.describeServices()) },
    get_states: {
      run: ({ id }, connection) =>
        connection.resultJson(id, `[${Array.from(home.states.all(), ({ json }) => json).join(',')}]`),
    },
    'auth/current_user': { run: ({ id }, connection) => connection.result(id, currentUser(connection)) },
  };
}

function currentUser({ user }: ClientConnection): JsonObject {
  return {
    id: user.id,
    name: user.name,
    is_owner: user.isOwner,
    is_admin: user.isAdmin,
    credentials: [{ auth_provider_type: 'homeassistant', auth_provider_id: null }],
    mfa_modules: [{ id: 'totp', name: 'Authenticator app', enabled: false }],
  };
}

/** What a user who is no administrator may hear of. */
const harmless = new Set([
  'area_registry_updated',
  'category_registry_updated',
  'component_loaded',
  'core_config_updated',
  'device_registry_updated',
  'entity_registry_updated',
  'floor_registry_updated',
  'label_registry_updated',
  'labs_updated',
  'lovelace_updated',
  'panels_updated',
  'recorder_5min_statistics_generated',
  'recorder_hourly_statistics_generated',
  'repairs_issue_registry_updated',
  'service_registered',
  'service_removed',
  'shopping_list_updated',
  'state_changed',
  'themes_updated',
]);

const longestEventType = 64;

function events(home: CommandsHome): Definitions {
  return {
    subscribe_events: {
      fields: { event_type: optional(text, '*') },
      run: ({ id, event_type: type }, connection) => {
        if (!connection.user.isAdmin && !harmless.has(String(type))) throw unauthorized();
        if (type === 'state_reported') {
          throw new Refusal('home_assistant_error', 'Event filter is required for event state_reported');
        }
        const unsubscribe = home.bus.listen(type === '*' ? undefined : String(type), (event) =>
          connection.pushShared(event.frameHead, id),
        );
        connection.subscribe(id, unsubscribe);
        connection.result(id);
      },
    },
    unsubscribe_events: {
      fields: { subscription: required(positive) },
      run: ({ id, subscription }, connection) => {
        if (connection.unsubscribe(Number(subscription))) connection.result(id);
        else throw new Refusal('not_found', 'Subscription not found.');
      },
    },
    fire_event: {
      fields: { event_type: required(text), event_data: optional(dict) },
      admin: true,
      run: ({ id, event_type: type, event_data: data }, connection) => {
        const context = home.newContext(connection.user);
        assertEventType(String(type));
        home.fire(String(type), isObject(data) ? data : {}, { context });
        connection.result(id, { context });
      },
    },
  };
}

function assertEventType(type: string): void {
  if (type.length <= longestEventType) return;
  throw new Refusal(
    'home_assistant_error',
    `Value ${type} for property event_type has a maximum length of ${longestEventType} characters`,
    {
      domain: 'homeassistant',
      key: 'max_length_exceeded',
      placeholders: { value: type, property_name: 'event_type', max_length: String(longestEventType) },
    },
  );
}

const filterShape: Shape = {
  domains: optional(listOf(textual)),
  entities: optional(entityIds),
  entity_globs: optional(listOf(textual)),
};

function entities(home: CommandsHome): Definitions {
  return {
    subscribe_entities: {
      fields: {
        entity_ids: optional(entityIds),
        include: optional(object(filterShape)),
        exclude: optional(object(filterShape)),
      },
      run: ({ id, ...wanted }, connection) => {
        const matches = entityFilter(wanted);
        const unsubscribe = home.states.listen((change) => {
          if (matches === undefined || matches(change.entityId)) connection.pushShared(change.differenceFrameHead, id);
        });
        connection.subscribe(id, unsubscribe);
        connection.result(id);
        const known = [...home.states.all()].filter((record) => matches === undefined || matches(record.entityId));
        connection.eventJson(id, `{"a":{${known.map((record) => record.compressedJson).join(',')}}}`);
      },
    },
  };
}

function services(home: CommandsHome): Definitions {
  return {
    call_service: {
      fields: {
        domain: required(text),
        service: required(text),
        target: optional(object(targetShape)),
        service_data: optional(dict),
        return_response: optional(flag, false),
      },
      run: (message, connection) => callService(home, message, connection),
    },
    execute_script: {
      fields: { sequence: required(scriptSteps), variables: optional(dict) },
      admin: true,
      run: async ({ id, sequence, variables }, connection) => {
        const { user } = connection;
        const context = home.newContext(user);
        const run = new ScriptRun({ home, context, user, variables: isObject(variables) ? variables : {} });
        try {
          connection.result(id, { context, response: (await run.run(scriptSteps(sequence))) ?? null });
        } catch (error) {
          if (!(error instanceof ServiceMissing)) throw error;
          connection.fail(id, wireErrorOf(error, error.message, 'service_validation_error'));
        }
      },
    },
  };
}

async function callService(
  home: CommandsHome,
  message: JsonObject & { readonly id: number },
  connection: ClientConnection,
): Promise<void> {
  const { user } = connection;
  const context = home.newContext(user);
  const [domain, service] = [String(message.domain), String(message.service)];
  const returnResponse = message.return_response === true;
  try {
    const response = await home.services.call({
      domain,
      service,
      ...(isObject(message.service_data) ? { data: message.service_data } : {}),
      ...(isObject(message.target) ? { target: message.target } : {}),
      context,
      user,
      returnResponse,
    });
    connection.result(message.id, returnResponse ? { context, response } : { context });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    connection.fail(message.id, serviceError(error, domain.toLowerCase(), service.toLowerCase()));
  }
}

/** How a refused call is told over the WebSocket, where codes differ from those of other commands. */
function serviceError(error: Refusal, domain: string, service: string): JsonObject {
  if (error instanceof ServiceMissing) {
    if (error.domain === domain && error.service === service)
      return wireErrorOf(error, `Service ${domain}.${service} not found.`);
    const child = new Refusal(
      'home_assistant_error',
      `Service ${error.domain}.${error.service} called service ${domain}.${service} which was not found.`,
      {
        domain: 'websocket_api',
        key: 'child_service_not_found',
        placeholders: { domain, service, child_domain: error.domain, child_service: error.service },
      },
    );
    return wireErrorOf(child);
  }
  if (error.kind === 'service_validation_error') return wireErrorOf(error, `Validation error: ${error.message}`);
  if (error.kind === 'unauthorized') return wireErrorOf(error, 'Unauthorized', 'home_assistant_error');
  return wireErrorOf(error);
}
