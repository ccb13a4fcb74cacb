import type { Timer } from '../kernel/clock.ts';
import { deviceTriggerAsState } from './device-offers.ts';
import { Refusal } from './failures.ts';
import { entitiesOf, isWithin, listOf } from './home-conditions.ts';
import type { HomeCore } from './home-core.ts';
import { isObject, sameJson, type JsonObject } from './json.ts';
import { secondsOfSpan } from './services/timer.ts';
import type { StateChange } from './state-machine.ts';
import type { StateRecord } from './state-record.ts';
import { templateTrigger } from './template-trigger.ts';
import { patternTrigger, timeTrigger } from './time-triggers.ts';
import { missing, type Trigger, type TriggerListener } from './trigger.ts';

/**
 * Understands triggers. Those on states, numbers, templates, events, time, webhooks, devices and the home itself are
 * known. Of others that a real home knows it is said that they are not simulated; the rest is refused as Home Assistant
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
    case 'template':
      return templateTrigger(given, spanOf);
    case 'webhook':
      return webhookTrigger(given);
    case 'homeassistant':
      return startTrigger(given);
    case 'device':
      return deviceTrigger(given);
    default:
      if (notSimulated.has(kind)) {
        throw new Refusal('not_supported', `The simulated home has no triggers of the kind '${kind}'`);
      }
      throw new Refusal('invalid_format', `Invalid trigger '${kind}' specified`);
  }
}

/** Kinds that a real home knows, and a simulated one has nothing for. */
const notSimulated = new Set([
  'calendar',
  'conversation',
  'geo_location',
  'mqtt',
  'persistent_notification',
  'sun',
  'tag',
  'zone',
]);

/** As a device offers it: the trigger of its entity's state that it stands for. */
function deviceTrigger(given: JsonObject): Trigger {
  if (given.device_id === undefined) throw missing('device_id');
  return (home, fire) =>
    readTrigger(deviceTriggerAsState(home, given))(home, (variables, context) =>
      fire({ ...variables, platform: 'device' }, context),
    );
}

function webhookTrigger(given: JsonObject): Trigger {
  const { webhook_id: id } = given;
  if (typeof id !== 'string') throw missing('webhook_id');
  const methods = given.allowed_methods === undefined ? undefined : listOf(given.allowed_methods).map(String);
  return (home, fire) =>
    home.webhooks.listen(
      id,
      ({ query, body, contentType }) => {
        const content = contentType.startsWith('application/json')
          ? { json: jsonOf(body) }
          : { data: Object.fromEntries(new URLSearchParams(body)) };
        fire({ platform: 'webhook', webhook_id: id, ...content, query, description: 'webhook' }, null);
      },
      methods,
    );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A body that is no JSON is as good as none.
    return null;
  }
}

/** The start of the home; who subscribes when it runs hears of the next. */
function startTrigger(given: JsonObject): Trigger {
  const { event } = given;
  if (event !== 'start' && event !== 'shutdown')
    throw new Refusal('invalid_format', "expected 'start' or 'shutdown' at 'event'");
  const type = event === 'start' ? 'homeassistant_started' : 'homeassistant_stop';
  const description = event === 'start' ? 'Home Assistant starting' : 'Home Assistant stopping';
  return (home, fire) =>
    home.bus.listen(type, ({ origin }) => fire({ platform: 'homeassistant', event, description }, origin.context));
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

/** Without what was found: that is how a trigger is refused. */
function named<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal('invalid_format', error.message);
    throw error;
  }
}
