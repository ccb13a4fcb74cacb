import type { WireContext } from '../home-assistant/protocol/wire.ts';
import type { Timer } from '../kernel/clock.ts';
import { Refusal } from './failures.ts';
import { entitiesOf, isWithin, listOf } from './home-conditions.ts';
import type { HomeCore } from './home-core.ts';
import { isObject, sameJson, type JsonObject } from './json.ts';
import { secondsOfSpan } from './services/timer.ts';
import type { StateChange } from './state-machine.ts';
import type { StateRecord } from './state-record.ts';

/** Told when a trigger fires: the variable `trigger`, and what set it off. */
export type TriggerListener = (variables: JsonObject, context: WireContext | null) => void;

/** A trigger that was understood: begins to watch, and gives what ends it. */
type Trigger = (home: HomeCore, fire: TriggerListener) => () => void;

/**
 * Understands triggers. Those on states, numbers, events and time are known; all others are refused as Home Assistant
 * refuses what it does not know.
 *
 * @throws Refusal
 */
export function readTriggers(given: unknown): (home: HomeCore, fire: TriggerListener) => () => void {
  const triggers = listOf(given).map((each, index) => {
    const trigger = readTrigger(each);
    const { id = String(index), alias = null } = isObject(each) ? each : {};
    return (home: HomeCore, fire: TriggerListener): (() => void) =>
      trigger(home, (variables, context) => fire({ id, idx: String(index), alias, ...variables }, context));
  });
  return (home, fire) => {
    const ends = triggers.map((begin) => begin(home, fire));
    return () => {
      for (const end of ends) end();
    };
  };
}

function readTrigger(given: unknown): Trigger {
  if (!isObject(given)) {
    const shown = typeof given === 'string' ? `'${given.charAt(0)}'` : String(given);
    throw new Refusal('invalid_format', `expected a mapping at 'trigger[0]'. Got ${shown}`);
  }
  const kind = String(given.trigger ?? given.platform);
  switch (kind) {
    case 'state':
      return stateTrigger(given);
    case 'numeric_state':
      return numericTrigger(given);
    case 'event':
      return eventTrigger(given);
    case 'time':
      return timeTrigger(given);
    case 'time_pattern':
      return patternTrigger(given);
    default:
      throw new Refusal('invalid_format', `Invalid trigger '${kind}' specified`);
  }
}

function stateTrigger(given: JsonObject): Trigger {
  const entityIds = named(() => entitiesOf(given, ''));
  const { attribute = null } = given;
  const of = (record: StateRecord | undefined): unknown =>
    typeof attribute === 'string' ? record?.attributes[attribute] : record?.state;
  const accepts = (key: string, record: StateRecord | undefined): boolean => {
    const wanted = given[key];
    if (given[`not_${key}`] !== undefined) return !listOf(given[`not_${key}`]).includes(of(record));
    return wanted === undefined || wanted === null || listOf(wanted).includes(of(record));
  };
  const anyChange = ['from', 'to', 'not_from', 'not_to'].every((key) => given[key] === undefined) && attribute === null;
  const matches = ({ from, to }: StateChange): boolean =>
    (anyChange || !sameJson(of(from) ?? null, of(to) ?? null)) && accepts('from', from) && accepts('to', to);
  const tell = ({ entityId, from, to }: StateChange): JsonObject => ({
    platform: 'state',
    entity_id: entityId,
    from_state: from?.toWire() ?? null,
    to_state: to?.toWire() ?? null,
    for: spanOf(given.for),
    attribute,
    description: `state of ${entityId}`,
  });
  return (home, fire) =>
    watchHeld(home, entityIds, given.for, matches, (change) => fire(tell(change), change.context), {
      ends: ({ to }) => !accepts('to', to) || (given.to === undefined && !anyChange),
    });
}

function numericTrigger(given: JsonObject): Trigger {
  const entityIds = named(() => entitiesOf(given, ''));
  if (given.above === undefined && given.below === undefined) {
    throw new Refusal('invalid_format', 'must contain at least one of below, above.');
  }
  const { attribute, above = null, below = null } = given;
  const value = (record: StateRecord | undefined): number =>
    Number(typeof attribute === 'string' ? record?.attributes[attribute] : (record?.state ?? Number.NaN));
  const matches = ({ from, to }: StateChange): boolean =>
    isWithin(given, value(to)) && !(from !== undefined && isWithin(given, value(from)));
  const tell = ({ entityId, from, to }: StateChange): JsonObject => ({
    platform: 'numeric_state',
    entity_id: entityId,
    below,
    above,
    from_state: from?.toWire() ?? null,
    to_state: to?.toWire() ?? null,
    for: spanOf(given.for),
    description: `numeric state of ${entityId}`,
  });
  return (home, fire) =>
    watchHeld(home, entityIds, given.for, matches, (change) => fire(tell(change), change.context), {
      ends: ({ to }) => !isWithin(given, value(to)),
    });
}

function eventTrigger(given: JsonObject): Trigger {
  if (given.event_type === undefined) throw missing('event_type');
  const types = listOf(given.event_type).map(String);
  const wanted = isObject(given.event_data) ? given.event_data : {};
  return (home, fire) => {
    const ends = types.map((type) =>
      home.bus.listen(type, ({ frameHead, origin: { context } }) => {
        const { event } = JSON.parse(`${frameHead}}`) as { readonly event: JsonObject };
        const data = isObject(event.data) ? event.data : {};
        if (!Object.entries(wanted).every(([key, value]) => sameJson(data[key] ?? null, value))) return;
        fire({ platform: 'event', event, description: `event '${type}'` }, context);
      }),
    );
    return () => {
      for (const end of ends) end();
    };
  };
}

function timeTrigger(given: JsonObject): Trigger {
  if (given.at === undefined) throw missing('at');
  const times = listOf(given.at).map((at) => {
    try {
      return Temporal.PlainTime.from(String(at));
    } catch {
      throw new Refusal('invalid_format', `The simulated home knows times of day as triggers, and not '${String(at)}'`);
    }
  });
  return (home, fire) =>
    repeat(
      home,
      (now) => {
        const next = times.map((time) => {
          const today = now.withPlainTime(time);
          return Temporal.ZonedDateTime.compare(today, now) > 0 ? today : now.add({ days: 1 }).withPlainTime(time);
        });
        return next.reduce((one, other) => (Temporal.ZonedDateTime.compare(one, other) < 0 ? one : other));
      },
      (now) => fire({ platform: 'time', now, description: 'time', entity_id: null }, null),
    );
}

function patternTrigger(given: JsonObject): Trigger {
  const fields = ['hours', 'minutes', 'seconds'] as const;
  const patterns = fields.map((field) => given[field]);
  const first = patterns.findIndex((pattern) => pattern !== undefined);
  if (first === -1) throw new Refusal('invalid_format', 'must contain at least one of hours, minutes, seconds.');
  // What stands right of what is given is zero, what stands left of it is anything.
  const last = patterns.findLastIndex((pattern) => pattern !== undefined);
  const matches = patterns.map((pattern, index) => {
    if (pattern === undefined || pattern === '*') return (): boolean => index < last || pattern === '*';
    const text = typeof pattern === 'number' ? String(pattern) : typeof pattern === 'string' ? pattern : '';
    return text.startsWith('/')
      ? (value: number): boolean => value % Number(text.slice(1)) === 0
      : (value: number): boolean => value === Number(text);
  });
  const fits = ({ hour, minute, second }: Temporal.ZonedDateTime): boolean =>
    [hour, minute, second].every((value, index) => {
      if (patterns[index] === undefined && index > last) return value === 0;
      return matches[index]?.(value) === true;
    });
  return (home, fire) =>
    repeat(
      home,
      (now) => {
        let next = now.round({ smallestUnit: 'second', roundingMode: 'floor' }).add({ seconds: 1 });
        while (!fits(next)) next = next.second === 0 && last < 2 ? next.add({ minutes: 1 }) : next.add({ seconds: 1 });
        return next;
      },
      (now) => fire({ platform: 'time_pattern', now, description: 'time pattern' }, null),
    );
}

/** Fires at each of the moments that come. */
function repeat(
  home: HomeCore,
  next: (now: Temporal.ZonedDateTime) => Temporal.ZonedDateTime,
  fire: (now: string) => void,
): () => void {
  let timer: Timer;
  const arm = (): void => {
    const nowMs = Math.floor(home.clock.nowMs());
    const now = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(home.timeZone());
    const due = next(now);
    timer = home.clock.after(due.epochMilliseconds - nowMs, 'a trigger of the simulated home', () => {
      arm();
      fire(due.toString({ timeZoneName: 'never' }));
    });
  };
  arm();
  return () => timer.cancel();
}

/** Watches entities for a change, and where a length is given for what came to be by it to last so long. */
function watchHeld(
  home: HomeCore,
  entityIds: readonly string[],
  held: unknown,
  matches: (change: StateChange) => boolean,
  fire: (change: StateChange) => void,
  { ends }: { readonly ends: (change: StateChange) => boolean },
): () => void {
  const lengthMs = held === undefined ? 0 : secondsOfSpan(held) * 1000;
  const timers = new Map<string, Timer>();
  const unwatch = entityIds.map((entityId) =>
    home.states.watch(entityId, (change) => {
      if (timers.has(entityId) && ends(change)) {
        timers.get(entityId)?.cancel();
        timers.delete(entityId);
      }
      if (!matches(change)) return;
      if (lengthMs === 0) {
        fire(change);
        return;
      }
      timers.get(entityId)?.cancel();
      const timer = home.clock.after(lengthMs, 'a held trigger of the simulated home', () => {
        timers.delete(entityId);
        fire(change);
      });
      timers.set(entityId, timer);
    }),
  );
  return () => {
    for (const end of unwatch) end();
    for (const timer of timers.values()) timer.cancel();
  };
}

/** A length of time, as Home Assistant's encoder writes what JSON has no word for. */
function spanOf(value: unknown): JsonObject | null {
  if (value === undefined) return null;
  return { __type: "<class 'datetime.timedelta'>", total_seconds: secondsOfSpan(value) };
}

function missing(key: string): Refusal {
  return new Refusal('invalid_format', `required key not provided at '${key}'`);
}

/** Without what was found: that is how a trigger is refused. */
function named<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal('invalid_format', error.message);
    throw error;
  }
}
