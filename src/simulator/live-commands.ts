import type { CommandDefinition } from './command-table.ts';
import { Refusal } from './failures.ts';
import { readCondition } from './home-conditions.ts';
import type { HomeCore } from './home-core.ts';
import { readTriggers } from './home-triggers.ts';
import { isObject } from './json.ts';
import { dict, optional, required } from './schema.ts';

const anything = (value: unknown): unknown => value;

/** The commands by which the home evaluates triggers and conditions. */
export function liveCommands(home: HomeCore): Record<string, CommandDefinition> {
  return {
    subscribe_trigger: {
      fields: { trigger: required(anything), variables: optional(dict) },
      admin: true,
      run: ({ id, trigger, variables }, connection) => {
        const more = isObject(variables) ? variables : {};
        const begin = readTriggers(trigger);
        connection.result(id);
        const end = begin(home, (fired, context) =>
          connection.event(id, { variables: { ...more, trigger: fired }, context }),
        );
        connection.subscribe(id, end);
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
    test_condition: {
      fields: { condition: required(anything), variables: optional(dict) },
      admin: true,
      run: ({ id, condition }, connection) => connection.result(id, { result: readCondition(home, condition).holds() }),
    },
  };
}

function evaluated(holds: () => boolean): { readonly result: boolean } | { readonly error: string } {
  try {
    return { result: holds() };
  } catch (error) {
    if (error instanceof Refusal) return { error: error.message };
    throw error;
  }
}
