import { Refusal } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import { isObject, type JsonObject } from './json.ts';
import { isEntityId, misfit } from './schema.ts';

/** A condition that was understood. */
export interface HomeCondition {
  /** The entities that it reads: it is looked at again when one of them changes. */
  readonly entityIds: readonly string[];
  /** @throws Refusal where it cannot be said. */
  readonly holds: () => boolean;
}

/**
 * Understands a condition. Those on states and numbers, and what joins them, are known; all others are refused as Home
 * Assistant refuses what it does not know.
 *
 * @throws Refusal
 */
export function readCondition(home: HomeCore, given: unknown): HomeCondition {
  if (!isObject(given)) {
    throw new Refusal('invalid_format', 'The simulated home evaluates no templates, as conditions neither');
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
