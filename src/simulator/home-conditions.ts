import { deviceConditionAsState } from './device-offers.ts';
import { Refusal } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import { isObject, type JsonObject } from './json.ts';
import { shown } from './python-text.ts';
import { isEntityId, misfit } from './schema.ts';
import { HomeTemplate, isTrueText, syntaxErrorOf } from './template/home-template.ts';

/** A condition that was understood. */
export interface HomeCondition {
  /** The entities that it reads: it is looked at again when one of them changes. */
  readonly entityIds: readonly string[];
  /** @throws Refusal where it cannot be said. */
  readonly holds: () => boolean;
}

/**
 * Understands a condition. Those on states, numbers, templates, times and devices, and what joins them, are known. Of
 * others that a real home knows it is said that they are not simulated; the rest is refused as Home Assistant refuses
 * what it does not know.
 *
 * @throws Refusal
 */
export function readCondition(home: HomeCore, given: unknown): HomeCondition {
  if (!isObject(given)) {
    if (typeof given === 'string') return templateCondition(home, given);
    throw new Refusal('invalid_format', `Expected a condition: a mapping or a template. Got ${shown(given)}`);
  }
  const kind = kindOf(given);
  switch (kind) {
    case 'and':
    case 'or':
    case 'not':
      return joined(home, kind, given);
    case 'state':
      return stateCondition(home, given);
    case 'numeric_state':
      return numericCondition(home, given);
    case 'template':
      if (typeof given.value_template === 'string') return templateCondition(home, given.value_template);
      throw misfit('required key not provided', 'condition.value_template');
    case 'time':
      return timeCondition(home, given);
    case 'device':
      return readCondition(home, deviceConditionAsState(home, given));
    case 'sun':
    case 'zone':
    case 'trigger':
      throw new Refusal('not_supported', `The simulated home has no conditions of the kind '${kind}'`);
    default:
      throw new Refusal('home_assistant_error', `Invalid condition "${kind}" specified`);
  }
}

function kindOf(given: JsonObject): string {
  const shorthand = ['and', 'or', 'not'].find((key) => Object.hasOwn(given, key));
  return shorthand ?? String(given.condition);
}

function joined(home: HomeCore, kind: 'and' | 'or' | 'not', given: JsonObject): HomeCondition {
  const inner = listOf(given[kind] ?? given.conditions).map((each) => readCondition(home, each));
  return {
    entityIds: inner.flatMap(({ entityIds }) => entityIds),
    holds: () => {
      if (kind === 'and') return inner.every(({ holds }) => holds());
      const some = inner.some(({ holds }) => holds());
      return kind === 'or' ? some : !some;
    },
  };
}

function stateCondition(home: HomeCore, given: JsonObject): HomeCondition {
  const entityIds = entitiesOf(given, 'condition');
  if (given.state === undefined) throw misfit('required key not provided', 'condition.state');
  const wanted = listOf(given.state).map(String);
  return {
    entityIds,
    holds: () =>
      entityIds.every((entityId) => wanted.includes(String(valueOf(home, entityId, given.attribute, 'state')))),
  };
}

/** It is looked at again whenever anything changes that may be read. */
function templateCondition(home: HomeCore, text: string): HomeCondition {
  const error = syntaxErrorOf(text);
  if (error !== undefined) {
    throw new Refusal('invalid_format', `invalid template (TemplateSyntaxError: ${error}) at 'value_template'`);
  }
  const template = new HomeTemplate(home, text);
  const { all, entities, domains } = template.render().reads;
  const entityIds = all ? [...home.states.all()].map(({ entityId }) => entityId) : [...entities];
  const ofDomains = [...domains].flatMap((domain) => home.states.ofDomain(domain).map(({ entityId }) => entityId));
  return { entityIds: [...new Set([...entityIds, ...ofDomains])], holds: () => isTrueText(template.render()) };
}

/** Between two times of day, the second without; on some days of the week. A span may pass midnight. */
function timeCondition(home: HomeCore, given: JsonObject): HomeCondition {
  const { after, before, weekday } = given;
  if ([after, before, weekday].every((each) => each === undefined)) {
    throw new Refusal('invalid_format', "must contain at least one of before, after, weekday at 'condition'");
  }
  const [from, to] = [timeGiven(after, 'after'), timeGiven(before, 'before')];
  const days = listOf(weekday).map(String);
  return {
    entityIds: [],
    holds: () => {
      const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(home.clock.nowMs()));
      const now = instant.toZonedDateTimeISO(home.timeZone());
      if (days.length > 0 && !days.includes(dayNames[now.dayOfWeek - 1] ?? '')) return false;
      const time = now.toPlainTime();
      const isAfter = from === undefined || Temporal.PlainTime.compare(time, from) >= 0;
      const isBefore = to === undefined || Temporal.PlainTime.compare(time, to) < 0;
      const passesMidnight = from !== undefined && to !== undefined && Temporal.PlainTime.compare(from, to) > 0;
      return passesMidnight ? isAfter || isBefore : isAfter && isBefore;
    },
  };
}

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

function timeGiven(value: unknown, key: string): Temporal.PlainTime | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : shown(value);
  try {
    return Temporal.PlainTime.from(text);
  } catch {
    throw new Refusal('invalid_format', `Invalid time specified: ${text} at 'condition.${key}'`);
  }
}

function numericCondition(home: HomeCore, given: JsonObject): HomeCondition {
  const entityIds = entitiesOf(given, 'condition');
  return {
    entityIds,
    holds: () =>
      entityIds.every((entityId) => isWithin(given, Number(valueOf(home, entityId, given.attribute, 'numeric_state')))),
  };
}

/** Whether a number lies above and below what is given, without the bounds. */
export function isWithin({ above, below }: JsonObject, number: number): boolean {
  if (Number.isNaN(number)) return false;
  if (above !== undefined && above !== null && number <= Number(above)) return false;
  return below === undefined || below === null || number < Number(below);
}

/** The entities that are named. */
export function entitiesOf(given: JsonObject, path: string): readonly string[] {
  if (given.entity_id === undefined)
    throw misfit('required key not provided', path === '' ? 'entity_id' : `${path}.entity_id`);
  return listOf(given.entity_id).map((entityId) => {
    if (typeof entityId === 'string' && isEntityId(entityId)) return entityId;
    throw misfit(
      `Entity ID ${String(entityId)} is an invalid entity ID`,
      path === '' ? 'entity_id' : `${path}.entity_id`,
    );
  });
}

/** A list, or one thing that stands for a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function valueOf(home: HomeCore, entityId: string, attribute: unknown, kind: string): unknown {
  const record = home.states.get(entityId);
  if (record === undefined) {
    throw new Refusal('home_assistant_error', `In '${kind}':\n  In '${kind}' condition: unknown entity ${entityId}`);
  }
  return typeof attribute === 'string' ? record.attributes[attribute] : record.state;
}
