import { deflateSync, gzipSync } from 'node:zlib';
import type { RestRequest, RestResponse } from '../home-assistant/protocol/transport.ts';
import { Refusal, ServiceMissing } from './failures.ts';
import { restEventOf } from './calendars.ts';
import { restHistory, restLogbook } from './history-commands.ts';
import {
  authProviders,
  authToken,
  automationConfig,
  configEntries,
  reloadEntry,
  removeEntry,
  webhook,
} from './household-views.ts';
import { microsecondsOf } from './instants.ts';
import { isObject } from './json.ts';
import { shown } from './python-text.ts';
import { NotFitting } from './schema.ts';
import { HomeTemplate } from './template/home-template.ts';
import {
  type Answer,
  type Asked,
  badRequest,
  broken,
  message,
  plain,
  type RestHome,
  unauthorized,
} from './rest-answer.ts';
import { isEntityId } from './schema.ts';

type View = (asked: Asked) => Answer | Promise<Answer>;

interface Route {
  readonly path: RegExp;
  /** Asked without a token. */
  readonly open?: boolean;
  readonly views: Readonly<Record<string, View>>;
}

const routes: readonly Route[] = [
  { path: /^\/api\/$/, views: { GET: () => message('API running.') } },
  { path: /^\/api\/config$/, views: { GET: ({ home }) => ({ json: home.config() }) } },
  { path: /^\/api\/core\/state$/, views: { GET: coreState } },
  { path: /^\/api\/components$/, views: { GET: ({ home }) => ({ json: home.config().components }) } },
  {
    path: /^\/api\/states$/,
    views: {
      GET: ({ home }) => ({
        text: { json: `[${Array.from(home.states.all(), ({ json }) => json).join(',')}]`, compress: true },
      }),
    },
  },
  { path: /^\/api\/states\/([^/]+)$/, views: { GET: getState, POST: setState, DELETE: removeState } },
  { path: /^\/api\/events\/([^/]+)$/, views: { POST: fireEvent } },
  {
    path: /^\/api\/services$/,
    views: {
      GET: ({ home }) => ({
        json: Object.entries(home.describeServices()).map(([domain, services]) => ({ domain, services })),
      }),
    },
  },
  { path: /^\/api\/services\/([^/]+)\/([^/]+)$/, views: { POST: callService } },
  { path: /^\/api\/config\/core\/check_config$/, views: { POST: checkConfig } },
  { path: /^\/api\/calendars$/, views: { GET: ({ home }) => ({ json: home.household.calendars.list() }) } },
  { path: /^\/api\/calendars\/([^/]+)$/, views: { GET: calendarEvents } },
  { path: /^\/api\/history\/period\/?([^/]*)$/, views: { GET: history } },
  { path: /^\/api\/logbook\/?([^/]*)$/, views: { GET: logbook } },
  { path: /^\/api\/template$/, views: { POST: template } },
  { path: /^\/api\/error_log$/, views: { GET: errorLog } },
  { path: /^\/api\/config\/config_entries\/entry$/, views: { GET: configEntries } },
  { path: /^\/api\/config\/config_entries\/entry\/([^/]+)$/, views: { DELETE: removeEntry } },
  { path: /^\/api\/config\/config_entries\/entry\/([^/]+)\/reload$/, views: { POST: reloadEntry } },
  { path: /^\/api\/config\/automation\/config\/([^/]+)$/, views: { GET: automationConfig } },
  {
    path: /^\/api\/webhook\/([^/]+)$/,
    open: true,
    views: { GET: webhook, HEAD: webhook, POST: webhook, PUT: webhook },
  },
  { path: /^\/auth\/providers$/, open: true, views: { GET: authProviders } },
  { path: /^\/auth\/token$/, open: true, views: { POST: authToken } },
];

/** Answers a request as Home Assistant's REST API does. */
export async function answerRequest(home: RestHome, request: RestRequest): Promise<RestResponse> {
  const url = new URL(request.path, 'http://home');
  const headers = new Map(Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return sealed(await dispatch(home, request, url, headers), headers.get('accept-encoding') ?? '');
}

async function dispatch(
  home: RestHome,
  request: RestRequest,
  url: URL,
  headers: ReadonlyMap<string, string>,
): Promise<Answer> {
  if (url.pathname === '/api/websocket') {
    return { status: 400, plain: 'No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".' };
  }
  const route = routes.find(({ path }) => path.test(url.pathname));
  if (route === undefined) return plain(404, 'Not Found');
  const view = route.views[request.method.toUpperCase()];
  if (view === undefined)
    return plain(405, 'Method Not Allowed', { allow: [...Object.keys(route.views), 'OPTIONS'].toSorted().join(',') });
  const parts = (route.path.exec(url.pathname) ?? []).slice(1).map((part) => decodeURIComponent(part));
  const token = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? '';
  const signature = url.searchParams.get('authSig');
  const user =
    route.open === true
      ? home.users.user
      : signature === null || request.method.toUpperCase() !== 'GET'
        ? home.users.byToken(token)
        : home.household.signedPaths.userOf(url.pathname, signature);
  if (user === undefined) {
    const resource = `http://${headers.get('host') ?? 'homeassistant.local:8123'}/.well-known/oauth-protected-resource`;
    return { ...unauthorized, headers: { 'www-authenticate': `Bearer resource_metadata="${resource}"` } };
  }
  const asked = { home, user, parts, query: url.searchParams, body: request.body ?? '' };
  return view({ ...asked, method: request.method.toUpperCase(), contentType: headers.get('content-type') ?? '' });
}

// --- Views ------------------------------------------------------------------------------------------------------------

function coreState({ home }: Asked): Answer {
  return {
    json: { state: home.config().state, recorder_state: { migration_in_progress: false, migration_is_live: false } },
  };
}

function getState({ home, parts: [entityId = ''] }: Asked): Answer {
  const record = home.states.get(entityId);
  return record === undefined ? message('Entity not found.', 404) : { text: { json: record.json, compress: false } };
}

const longestState = 255;

function setState({ home, user, parts: [entityId = ''], body }: Asked): Answer {
  if (!user.isAdmin) return unauthorized;
  const data = readBody(body);
  if (data === unreadable) return message('Invalid JSON specified.', 400);
  if (!isObject(data)) return message('State data should be a JSON object.', 400);
  const { state, attributes, force_update: force } = data;
  if (state === undefined || state === null) return message('No state specified.', 400);
  const id = entityId.toLowerCase();
  if (!isEntityId(id)) return message('Invalid entity ID specified.', 400);
  const text = typeof state === 'string' ? state : shown(state);
  if (text.length > longestState) return message('Invalid state specified.', 400);
  const isNew = home.states.get(id) === undefined;
  home.states.set(id, text, isObject(attributes) ? attributes : {}, {
    context: home.newContext(user),
    force: force === true,
  });
  const json = home.states.get(id)?.json ?? 'null';
  return {
    status: isNew ? 201 : 200,
    headers: { location: `/api/states/${entityId}` },
    text: { json, compress: false },
  };
}

function removeState({ home, user, parts: [entityId = ''] }: Asked): Answer {
  if (!user.isAdmin) return unauthorized;
  return home.states.remove(entityId.toLowerCase()) === undefined
    ? message('Entity not found.', 404)
    : message('Entity removed.');
}

function fireEvent({ home, user, parts: [type = ''], body }: Asked): Answer {
  if (!user.isAdmin) return unauthorized;
  const data = readBody(body);
  if (data === unreadable) return message('Event data should be valid JSON.', 400);
  if (data !== null && !isObject(data)) return message('Event data should be a JSON object', 400);
  home.fire(type, data ?? {}, { context: home.newContext(user), origin: 'REMOTE' });
  return message(`Event ${type} fired.`);
}

async function callService({ home, user, parts: [domain = '', name = ''], query, body }: Asked): Promise<Answer> {
  const data = readBody(body);
  if (data === unreadable) return message('Data should be valid JSON.', 400);
  const service = home.services.find(domain, name);
  if (service === undefined) return badRequest;
  const returnResponse = query.has('return_response');
  if (returnResponse && service.response === undefined) {
    return message('Service does not support responses. Remove return_response from request.', 400);
  }
  if (!returnResponse && service.response === 'only') {
    return message(
      'Service call requires responses but caller did not ask for responses. Add ?return_response to query parameters.',
      400,
    );
  }
  if (data !== null && !isObject(data)) return badRequest;
  const context = home.newContext(user);
  const changed: string[] = [];
  const stopListening = home.states.listen(({ to, context: of }) => {
    if (to !== undefined && of.id === context.id) changed.push(to.json);
  });
  try {
    const response = await home.services.call({
      domain,
      service: name,
      data: data ?? {},
      context,
      user,
      returnResponse,
    });
    const states = `[${changed.join(',')}]`;
    const json = returnResponse
      ? `{"changed_states":${states},"service_response":${JSON.stringify(response ?? {})}}`
      : states;
    return { text: { json, compress: true } };
  } catch (error) {
    return refused(error);
  } finally {
    stopListening();
  }
}

function refused(error: unknown): Answer {
  if (error instanceof NotFitting || error instanceof ServiceMissing) return badRequest;
  if (!(error instanceof Refusal)) throw error;
  if (error.kind === 'unauthorized') return unauthorized;
  return message(error.message, error.kind === 'service_validation_error' ? 400 : 500);
}

function checkConfig({ user }: Asked): Answer {
  return user.isAdmin ? { json: { result: 'valid', errors: null, warnings: null } } : unauthorized;
}

/** There is nothing in the body of its refusals. */
const empty = { status: 400, nothing: true } as const;

function calendarEvents({ home, parts: [entityId = ''], query }: Asked): Answer {
  const [start, end] = [query.get('start'), query.get('end')].map((time) => momentOf(time));
  if (start === undefined || end === undefined) return empty;
  const events = home.household.calendars.between(entityId, start, end);
  return events === undefined ? empty : { json: events.map(restEventOf) };
}

const dayUs = 86_400_000_000;

function history({ home, parts: [time = ''], query }: Asked): Answer {
  const span = spanOf(home, time, query);
  if ('status' in span) return span;
  const filter = query.get('filter_entity_id');
  if (filter === null || filter === '') return message('filter_entity_id is missing', 400);
  const entityIds = filter.toLowerCase().split(',');
  if (!entityIds.every((entityId) => isEntityId(entityId))) return message('Invalid filter_entity_id', 400);
  const options = { minimal: query.has('minimal_response'), withoutAttributes: query.has('no_attributes') };
  return { json: restHistory(home.household.recorder, entityIds, span.from, span.to, options) };
}

function logbook({ home, parts: [time = ''], query }: Asked): Answer {
  const span = spanOf(home, time, query);
  if ('status' in span) return span;
  const entityIds = query.get('entity')?.toLowerCase().split(',');
  return { json: restLogbook(home, home.household.recorder, entityIds, span.from, span.to) };
}

/** A day from a moment on, or the last one, in microseconds. */
function spanOf(
  home: RestHome,
  time: string,
  query: URLSearchParams,
): { readonly from: number; readonly to: number } | (Answer & { readonly status: number }) {
  const nowUs = Math.floor(home.clock.nowMs() * 1000) + 1;
  const start = momentOf(time);
  if (time !== '' && start === undefined) return { status: 400, json: { message: 'Invalid datetime' } };
  const from = start === undefined ? nowUs - dayUs : microsecondsOf(start.toString());
  const end = query.get('end_time');
  if (end === null) return { from, to: Math.min(from + dayUs, nowUs) };
  const until = momentOf(end);
  if (until === undefined) return { status: 400, json: { message: 'Invalid end_time' } };
  return { from, to: microsecondsOf(until.toString()) };
}

function momentOf(text: string | null): Temporal.Instant | undefined {
  try {
    return Temporal.Instant.from(text ?? '');
  } catch {
    // It is no moment, of which the caller tells.
    return undefined;
  }
}

function template({ home, user, body }: Asked): Answer {
  if (!user.isAdmin) return unauthorized;
  const data = readBody(body);
  if (data === unreadable) return message('Invalid JSON specified.', 400);
  const { template: text, variables } = isObject(data) ? data : {};
  if (typeof text !== 'string') return broken;
  const rendered = new HomeTemplate(home, text, isObject(variables) ? variables : {}).render();
  return rendered.kind === 'text'
    ? { plain: rendered.text }
    : message(`Error rendering template: ${rendered.error}`, 400);
}

function errorLog({ home, user }: Asked): Answer {
  if (!user.isAdmin) return unauthorized;
  return { plain: home.household.log.text, headers: { 'content-type': 'application/octet-stream' } };
}

// --- Bodies -----------------------------------------------------------------------------------------------------------

const unreadable = Symbol('unreadable');

/** Null where there is none. */
function readBody(body: string): unknown {
  if (body === '') return null;
  try {
    return JSON.parse(body);
  } catch {
    return unreadable;
  }
}

/** Shorter answers fit into a packet as they are. */
const compressedFromBytes = 1024;

const always = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
};

function sealed(answer: Answer, accepted: string): RestResponse {
  const hasNoJson = answer.plain !== undefined || answer.nothing === true;
  const json = answer.text?.json ?? (hasNoJson ? undefined : JSON.stringify(answer.json));
  const bytes = Buffer.from(json ?? answer.plain ?? '');
  const compress = json !== undefined && answer.text?.compress !== false && bytes.length > compressedFromBytes;
  const encoding = compress ? ['deflate', 'gzip'].find((name) => accepted.includes(name)) : undefined;
  const body = encoding === undefined ? bytes : encoding === 'gzip' ? gzipSync(bytes) : deflateSync(bytes);
  return {
    status: answer.status ?? 200,
    headers: {
      ...(answer.nothing === true
        ? {}
        : { 'content-type': json === undefined ? 'text/plain; charset=utf-8' : 'application/json' }),
      ...answer.headers,
      ...(answer.broken === true ? {} : always),
      'content-length': String(body.length),
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    },
    body,
  };
}
