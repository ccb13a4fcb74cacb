import type { Timer } from '../kernel/clock.ts';
import type { CommandDefinition } from './command-table.ts';
import { Refusal } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import { microsecondsOf, secondsOf } from './instants.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Recorded, Recorder } from './recorder.ts';
import { flag, isEntityId, listOf, optional, required, text } from './schema.ts';
import { recordedAttributes } from './unrecorded.ts';

/** What of a history is asked for. */
interface Wanted {
  readonly entityIds: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly withStart: boolean;
  readonly minimal: boolean;
  readonly withoutAttributes: boolean;
}

const shape = {
  start_time: required(text),
  end_time: optional(text),
  entity_ids: required(listOf(text)),
  include_start_time_state: optional(flag, true),
  significant_changes_only: optional(flag, true),
  minimal_response: optional(flag, false),
  no_attributes: optional(flag, false),
};

/** The commands by which history and logbook are read and followed. */
export function historyCommands(home: HomeCore, recorder: Recorder): Record<string, CommandDefinition> {
  const now = (): number => Math.floor(home.clock.nowMs() * 1000);
  return {
    'recorder/info': {
      run: ({ id }, connection) =>
        connection.result(id, {
          backlog: 0,
          db_in_default_location: true,
          max_backlog: 65_000,
          migration_in_progress: false,
          migration_is_live: false,
          recording: true,
          thread_running: true,
        }),
    },
    'history/history_during_period': {
      fields: shape,
      run: ({ id, ...given }, connection) => {
        const wanted = wantedOf(given);
        connection.result(id, wanted.from > now() ? {} : historyOf(recorder, wanted));
      },
    },
    'history/stream': {
      fields: shape,
      run: ({ id, ...given }, connection) => {
        const wanted = wantedOf(given);
        const ids = new Set(wanted.entityIds);
        const told = new Together<[string, JsonObject]>(home, (changes) => {
          const byEntity = Map.groupBy(changes, ([entityId]) => entityId);
          const states = [...byEntity].map(([entityId, list]) => [entityId, list.map(([, state]) => state)]);
          connection.event(id, { states: Object.fromEntries(states) });
        });
        const unlisten = recorder.listen((recorded) => {
          if (!ids.has(recorded.entityId) || recorded.record === undefined) return;
          told.add([recorded.entityId, liveState(recorded, wanted)]);
        });
        connection.subscribe(id, () => {
          unlisten();
          told.end();
        });
        connection.result(id);
        const states = historyOf(recorder, wanted);
        const last = lastOf(Object.values(states));
        connection.event(id, {
          states,
          start_time: secondsOf(wanted.from),
          end_time: last ?? secondsOf(Math.min(wanted.to, now())),
        });
      },
    },
    'logbook/get_events': {
      fields: {
        start_time: required(text),
        end_time: optional(text),
        entity_ids: optional(listOf(text)),
        device_ids: optional(listOf(text)),
        context_id: optional(text),
      },
      run: ({ id, start_time: start, end_time: end, ...named }, connection) => {
        const from = moment(start, 'start_time');
        const to = end === undefined ? Number.POSITIVE_INFINITY : moment(end, 'end_time');
        connection.result(id, logbookOf(recorder, namedIn(named), from, to));
      },
    },
    'logbook/event_stream': {
      fields: {
        start_time: required(text),
        end_time: optional(text),
        entity_ids: optional(listOf(text)),
        device_ids: optional(listOf(text)),
      },
      run: ({ id, start_time: start, ...named }, connection) => {
        const from = moment(start, 'start_time');
        const ids = namedIn(named);
        const told = new Together<JsonObject>(home, (events) => connection.event(id, { events }));
        const unlisten = recorder.listen((recorded, { from: before }) => {
          const entry = ids === undefined || ids.includes(recorded.entityId) ? entryOf(recorder, recorded) : undefined;
          if (entry !== undefined && before !== undefined && before.state !== recorded.record?.state) told.add(entry);
        });
        connection.subscribe(id, () => {
          unlisten();
          told.end();
        });
        connection.result(id);
        const events = logbookOf(recorder, ids, from, Number.POSITIVE_INFINITY);
        const end = { end_time: secondsOf(now()) };
        connection.event(id, { events, start_time: secondsOf(from), ...end, partial: true });
        // What was not written to the disk yet comes after it; here all is written at once.
        const last = events.at(-1)?.when;
        const after = typeof last === 'number' ? secondsOf(Math.round(last * 1e6) + 1) : secondsOf(from);
        connection.event(id, { events: [], start_time: after, ...end });
      },
    },
  };
}

/** What happens within so long is told in one message. */
const TOGETHER_MS = 350;

/** Gathers what happens for a moment. */
class Together<T> {
  readonly #home: HomeCore;
  readonly #tell: (all: readonly T[]) => void;
  #gathered: T[] = [];
  #timer: Timer | undefined;

  constructor(home: HomeCore, tell: (all: readonly T[]) => void) {
    this.#home = home;
    this.#tell = tell;
  }

  add(one: T): void {
    this.#gathered.push(one);
    this.#timer ??= this.#home.clock.after(TOGETHER_MS, 'the simulated home gathers what happens', () => {
      const all = this.#gathered;
      this.#gathered = [];
      this.#timer = undefined;
      this.#tell(all);
    });
  }

  end(): void {
    this.#timer?.cancel();
  }
}

/** When the last of all was, in seconds. */
function lastOf(lists: readonly unknown[]): number | undefined {
  const times = lists.flat().flatMap((state) => (isObject(state) && typeof state.lu === 'number' ? state.lu : []));
  return times.length === 0 ? undefined : Math.max(...times);
}

function wantedOf(given: JsonObject): Wanted {
  const entityIds = textsOf(given.entity_ids) ?? [];
  const from = moment(given.start_time, 'start_time');
  const to = given.end_time === undefined ? Number.POSITIVE_INFINITY : moment(given.end_time, 'end_time');
  if (!entityIds.every((entityId) => isEntityId(entityId))) {
    throw new Refusal('invalid_entity_ids', 'Invalid entity_ids');
  }
  return {
    entityIds,
    from,
    to,
    withStart: given.include_start_time_state !== false,
    minimal: given.minimal_response === true,
    withoutAttributes: given.no_attributes === true,
  };
}

/** Microseconds since the epoch. */
function moment(value: unknown, name: 'start_time' | 'end_time'): number {
  try {
    return microsecondsOf(String(value));
  } catch {
    throw new Refusal(`invalid_${name}`, `Invalid ${name}`);
  }
}

function historyOf(recorder: Recorder, wanted: Wanted): JsonObject {
  const histories = wanted.entityIds.flatMap((entityId): [string, readonly JsonObject[]][] => {
    const { before, during } = recorder.between(entityId, wanted.from, wanted.to);
    const start = wanted.withStart && before?.record !== undefined ? [{ ...before, at: wanted.from }] : [];
    const states = wanted.minimal ? withoutRepetitions([...start, ...during]) : [...start, ...during];
    const list = states.map((recorded, index) => compressed(recorded, wanted, index > 0));
    return list.length === 0 ? [] : [[entityId, list]];
  });
  return Object.fromEntries(histories);
}

function withoutRepetitions(states: readonly Recorded[]): readonly Recorded[] {
  return states.filter(({ record }, index) => index === 0 || states[index - 1]?.record?.state !== record?.state);
}

function compressed({ record, at }: Recorded, wanted: Wanted, isLater: boolean): JsonObject {
  const kept = record === undefined ? {} : recordedAttributes(record.entityId, record.attributes);
  const attributes = wanted.withoutAttributes ? {} : kept;
  const bare = wanted.minimal && (isLater || wanted.withoutAttributes);
  const changed = record !== undefined && record.lastChanged !== record.lastUpdated && at === record.lastUpdated;
  return {
    s: record?.state ?? null,
    ...(bare ? {} : { a: attributes }),
    ...(changed ? { lc: secondsOf(record.lastChanged) } : {}),
    lu: secondsOf(at),
  };
}

/** As it is told while it happens: with all attributes, or with none. */
function liveState({ record, at }: Recorded, wanted: Wanted): JsonObject {
  const changed = record !== undefined && record.lastChanged !== record.lastUpdated;
  return {
    s: record?.state ?? null,
    ...(wanted.withoutAttributes ? {} : { a: record?.attributes ?? {} }),
    ...(changed ? { lc: secondsOf(record.lastChanged) } : {}),
    lu: secondsOf(at),
  };
}

function logbookOf(
  recorder: Recorder,
  entityIds: readonly string[] | undefined,
  from: number,
  to: number,
): readonly JsonObject[] {
  return (entityIds ?? recorder.entityIds())
    .flatMap((entityId) => {
      const { before, during } = recorder.between(entityId, from, to);
      // The first that is known of an entity is no news.
      return withoutRepetitions(before === undefined ? during : [before, ...during]).slice(1);
    })
    .toSorted((one, other) => one.at - other.at)
    .map((recorded) => entryOf(recorder, recorded))
    .filter((entry) => entry !== undefined);
}

function entryOf(recorder: Recorder, { entityId, record, at }: Recorded): JsonObject | undefined {
  if (record === undefined) return undefined;
  const { user_id: userId, id } = record.context;
  const call = recorder.callOf(id);
  return {
    state: record.state,
    entity_id: entityId,
    when: secondsOf(at),
    ...(userId === null ? {} : { context_user_id: userId }),
    ...(call === undefined
      ? {}
      : { context_domain: call.domain, context_service: call.service, context_event_type: 'call_service' }),
  };
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}

/**
 * The entities that are asked for; undefined where everything is. Devices have events of their own, of which none are
 * written down here: what their entities were is told where these are named.
 */
function namedIn({ entity_ids: entities, device_ids: devices }: JsonObject): readonly string[] | undefined {
  return textsOf(entities) ?? (devices === undefined ? undefined : []);
}

/** What REST answers for one entity after the other. */
export function restHistory(
  recorder: Recorder,
  entityIds: readonly string[],
  from: number,
  to: number,
  options: { readonly minimal: boolean; readonly withoutAttributes: boolean },
): readonly (readonly unknown[])[] {
  return entityIds.flatMap((entityId) => {
    const { before, during } = recorder.between(entityId, from, to);
    const all = before === undefined ? during : [before, ...during];
    const states = (options.minimal ? withoutRepetitions(all) : all).flatMap(({ record }) => record ?? []);
    if (states.length === 0) return [];
    return [
      states.map((record, index) => {
        const { last_reported: _, context: __, ...wire } = record.toWire();
        if (options.minimal && index > 0) return { state: wire.state, last_changed: wire.last_changed };
        const attributes = options.withoutAttributes ? {} : recordedAttributes(record.entityId, wire.attributes);
        return { ...wire, attributes };
      }),
    ];
  });
}

/** The logbook as REST answers it: with names, and dates as texts. */
export function restLogbook(
  home: HomeCore,
  recorder: Recorder,
  entityIds: readonly string[] | undefined,
  from: number,
  to: number,
): readonly JsonObject[] {
  return logbookOf(recorder, entityIds, from, to).map(({ state, entity_id: entityId, when, ...who }) => {
    const attributes = home.states.get(String(entityId))?.attributes;
    const name = isObject(attributes) ? attributes.friendly_name : undefined;
    const at = Temporal.Instant.fromEpochNanoseconds(BigInt(Math.round(Number(when) * 1e6)) * 1000n);
    return {
      state,
      entity_id: entityId,
      name,
      when: at.toString({ fractionalSecondDigits: 6 }).replace('Z', '+00:00'),
      ...who,
    };
  });
}
