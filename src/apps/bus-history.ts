import type { EventHistory, Happening, HappeningKind } from '../bus/event-history.ts';
import { type Door, refuseUnknownOptions, wrong } from '../bus/handler-options.ts';
import { patternTest } from '../bus/key-pattern.ts';
import type { TopicData } from '../bus/topics.ts';
import { type PastInput, pastMoment } from '../home-assistant/api/moment.ts';
import { InvalidArgument } from '../kernel/errors.ts';

/** What `bus.history` can be asked for. Of `entity`, `event`, `service` and `topic`, each a name or a glob, one at most. */
export interface HistoryQuery {
  /** Changes of an entity. */
  readonly entity?: string | undefined;
  /** Events of a type, on Home Assistant's own bus. */
  readonly event?: string | undefined;
  /** Calls of a service. */
  readonly service?: string | undefined;
  /** What apps told each other under a topic. */
  readonly topic?: string | undefined;
  /** Only what was told so lately: a moment, or how long ago that was. */
  readonly since?: PastInput | undefined;
  /** The newest so many. @defaultValue all that are remembered */
  readonly limit?: number | undefined;
}

interface Past {
  /** When it was told here. */
  readonly at: Temporal.Instant;
  readonly home: string;
  /** The apps that were told of it. */
  readonly heardBy: readonly string[];
}

/** What an entity was at a change that is remembered. */
export interface PastState {
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A change of an entity that is remembered. */
export interface PastStateChange extends Past {
  readonly kind: 'state';
  readonly entityId: string;
  readonly from: PastState | null;
  readonly to: PastState | null;
}

/** An event of Home Assistant's own bus that is remembered: as it came, whatever a schema made of it. */
export interface PastEvent extends Past {
  readonly kind: 'event';
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly origin: string;
}

/** The call of a service that is remembered. */
export interface PastCall extends Past {
  readonly kind: 'call';
  readonly service: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What an app told others, and is remembered. */
export interface PastTopic<Topic extends string = string> extends Past {
  readonly kind: 'topic';
  readonly topic: Topic;
  /** The app that told. */
  readonly from: string;
  readonly data: TopicData<Topic>;
}

/** A change of the connection to the home that is remembered. */
export interface PastConnection extends Past {
  readonly kind: 'connection';
  readonly what: 'connected' | 'disconnected' | 'home-assistant-start';
}

/** What a trigger, template, condition or list told that Home Assistant evaluates. */
export interface PastEvaluation extends Past {
  readonly kind: 'evaluated';
  readonly of: string;
  readonly value: unknown;
}

/** Something that happened, and is remembered: plain data, frozen. */
export type PastHappening = PastStateChange | PastEvent | PastCall | PastTopic | PastConnection | PastEvaluation;

/** What a query is answered with. */
export type HistoryOf<Query> = Query extends { readonly entity: string }
  ? PastStateChange
  : Query extends { readonly event: string }
    ? PastEvent
    : Query extends { readonly service: string }
      ? PastCall
      : Query extends { readonly topic: infer Topic extends string }
        ? PastTopic<Topic>
        : PastHappening;

/** Which kind each part of a query asks for. */
export const HISTORY_SUBJECTS = {
  entity: 'state',
  event: 'event',
  service: 'call',
  topic: 'topic',
} as const satisfies Readonly<Record<string, HappeningKind['kind']>>;

const DOOR: Door = { method: 'bus.history', options: [...Object.keys(HISTORY_SUBJECTS), 'since', 'limit'] };

/** By what name a subject is told. */
const SUBJECT_KEYS: Readonly<Record<HappeningKind['kind'], string>> = {
  state: 'entityId',
  event: 'type',
  call: 'service',
  topic: 'topic',
  connection: 'what',
  evaluated: 'of',
};

/**
 * What happened lately, as an app asks for it.
 *
 * @throws InvalidArgument if the query is not what it has to be.
 */
export function readBusHistory(history: EventHistory, query: HistoryQuery, now: Temporal.Instant): readonly object[] {
  refuseUnknownOptions(query, DOOR);
  const asked = Object.entries(HISTORY_SUBJECTS).flatMap(([key, kind]) => {
    const subject: unknown = query[key as keyof typeof HISTORY_SUBJECTS];
    if (subject === undefined) return [];
    if (typeof subject !== 'string' || subject === '') throw wrong(DOOR, key, subject, 'a name or a glob');
    return [{ key, kind, subject }];
  });
  const [first, second] = asked;
  if (first !== undefined && second !== undefined) {
    throw new InvalidArgument(`bus.history was asked for both "${first.key}" and "${second.key}"`, {
      hint: 'Ask for one at a time: nothing is both.',
    });
  }
  const { since, limit } = query;
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0))
    throw wrong(DOOR, 'limit', limit, 'a whole number above 0');
  const found = history.read({
    kind: first?.kind,
    isMeant: first === undefined ? undefined : patternTest(first.subject),
    sinceMs: since === undefined ? undefined : pastMoment(since, now, '"since" of bus.history').epochMilliseconds,
    limit,
  });
  return Object.freeze(found.map(pastOf));
}

function pastOf({ kind, home, subject, atMs, heardBy, data }: Happening): object {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs));
  const told = { kind, at, home, [SUBJECT_KEYS[kind]]: subject, ...plainCopy(data) };
  return Object.freeze({ ...told, heardBy: Object.freeze([...heardBy]) });
}

/** As text for JSON: what is told on the command line. */
export function writtenHappening({ kind, home, subject, atMs, heardBy, data }: Happening): WrittenHappening {
  const at = new Date(atMs).toISOString();
  return { at, home, kind, [SUBJECT_KEYS[kind]]: subject, ...data, heardBy };
}

/** A happening as `hassette events --json` prints it. */
export type WrittenHappening = { readonly at: string; readonly home: string; readonly kind: string } & Readonly<
  Record<string, unknown>
>;

/** What apps told may be theirs still, and change: it is given as it is now. */
function plainCopy(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return deepFrozen(cloned(data));
}

function cloned<T>(data: T): T {
  try {
    return structuredClone(data);
  } catch {
    // A function in it, or another thing that is no data: what is left of it as JSON.
    const json: unknown = JSON.parse(JSON.stringify(data));
    return json as T;
  }
}

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  // What has contents of its own cannot be frozen: a Map, bytes.
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFrozen(inner);
  return value;
}
