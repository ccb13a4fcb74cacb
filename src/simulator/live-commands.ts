import type { CommandDefinition } from './command-table.ts';
import { Refusal } from './failures.ts';
import { listOf, readCondition } from './home-conditions.ts';
import type { HomeCore } from './home-core.ts';
import { readTriggers } from './home-triggers.ts';
import { dict, optional, required } from './schema.ts';
import { scriptSteps } from './script-run.ts';

const anything = (value: unknown): unknown => value;

/** The commands by which the home evaluates triggers and conditions. */
export function liveCommands(home: HomeCore): Record<string, CommandDefinition> {
  return {
    subscribe_trigger: {
      fields: { trigger: required(anything), variables: optional(dict) },
      admin: true,
      run: ({ id, trigger }, connection) => {
        const begin = readTriggers(trigger);
        const end = begin(home, (fired, context) => connection.event(id, { variables: { trigger: fired }, context }));
        connection.subscribe(id, end);
        connection.result(id);
      },
    },
    subscribe_condition: {
      fields: { condition: required(anything), variables: optional(dict) },
      admin: true,
      run: ({ id, condition }, connection) => {
        const { entityIds, holds } = readCondition(home, condition);
        let last: string | undefined;
        const tell = (): void => {
          const event = evaluated(holds);
          const text = JSON.stringify(event);
          if (text !== last) connection.eventJson(id, text);
          last = text;
        };
        const ends = entityIds.map((entityId) => home.states.watch(entityId, tell));
        connection.subscribe(id, () => {
          for (const end of ends) end();
        });
        connection.result(id);
        tell();
      },
    },
    validate_config: {
      fields: { triggers: optional(anything), conditions: optional(anything), actions: optional(anything) },
      run: ({ id, triggers, conditions, actions }, connection) => {
        const verdicts = {
          triggers: triggers === undefined ? undefined : verdictOf(() => void readTriggers(triggers)),
          conditions:
            conditions === undefined
              ? undefined
              : verdictOf(() => listOf(conditions).forEach((one) => readCondition(home, one))),
          actions: actions === undefined ? undefined : verdictOf(() => void scriptSteps(actions)),
        };
        connection.result(id, verdicts);
      },
    },
    test_condition: {
      fields: { condition: required(anything), variables: optional(dict) },
      admin: true,
      run: ({ id, condition }, connection) => connection.result(id, { result: readCondition(home, condition).holds() }),
    },
  };
}

/** What is wrong with a part of an automation, in the words in which it would be refused. */
function verdictOf(read: () => void): { readonly valid: boolean; readonly error: string | null } {
  try {
    read();
    return { valid: true, error: null };
  } catch (error) {
    if (error instanceof Refusal) return { valid: false, error: error.message };
    throw error;
  }
}

function evaluated(holds: () => boolean): { readonly result: boolean } | { readonly error: string } {
  try {
    return { result: holds() };
  } catch (error) {
    if (error instanceof Refusal) return { error: error.message };
    throw error;
  }
}
