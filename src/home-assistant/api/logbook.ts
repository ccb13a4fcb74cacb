import type { HomeRequests } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import { instantOfSeconds, type JsonRecord, optionalNumber, optionalText, recordsIn } from './answer.ts';
import { entityIdsOf } from './given-command.ts';
import { pastSpan, type Span, wireMoment } from './moment.ts';

export interface LogbookOptions extends Span, AskOptions {
  /** Of one entity or several alone. @defaultValue of everything */
  readonly entities?: string | readonly string[] | undefined;
  /** What devices tell by themselves, such as pressed buttons. What their entities were is told by `entities` alone. */
  readonly devices?: string | readonly string[] | undefined;
}

/** What the logbook says of something that happened, and by whom. */
export interface LogbookEntry {
  readonly at: Temporal.Instant;
  readonly entityId: string | undefined;
  /** Undefined where it was no change of a state: see `message`. */
  readonly state: string | undefined;
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly domain: string | undefined;
  /** Who did it, as far as Home Assistant knows. */
  readonly by: {
    readonly userId: string | undefined;
    readonly entityId: string | undefined;
    readonly name: string | undefined;
    readonly domain: string | undefined;
    readonly service: string | undefined;
    readonly eventType: string | undefined;
  };
}

export async function readLogbook(requests: HomeRequests, options: LogbookOptions): Promise<readonly LogbookEntry[]> {
  const { entities, devices, timeout } = options;
  const { since, until } = pastSpan(options, requests.homeNow());
  const what = 'api.logbook()';
  const command = {
    type: 'logbook/get_events',
    start_time: wireMoment(since),
    ...(until === undefined ? {} : { end_time: wireMoment(until) }),
    ...(entities === undefined ? {} : { entity_ids: entityIdsOf(entities, what) }),
    ...(devices === undefined ? {} : { device_ids: typeof devices === 'string' ? [devices] : devices }),
  };
  return recordsIn(await requests.command(what, command, { timeout }), what).map(entryOf);
}

function entryOf(entry: JsonRecord): LogbookEntry {
  const text = (key: string): string | undefined => optionalText(entry[key]);
  return Object.freeze({
    at: instantOfSeconds(optionalNumber(entry['when']) ?? 0),
    entityId: text('entity_id'),
    state: text('state'),
    name: text('name'),
    message: text('message'),
    domain: text('domain'),
    by: Object.freeze({
      userId: text('context_user_id'),
      entityId: text('context_entity_id'),
      name: text('context_name') ?? text('context_entity_id_name'),
      domain: text('context_domain'),
      service: text('context_service'),
      eventType: text('context_event_type'),
    }),
  });
}
