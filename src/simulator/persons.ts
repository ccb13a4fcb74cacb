import type { CommandDefinition } from './command-table.ts';
import { Refusal } from './failures.ts';
import type { JsonObject } from './json.ts';
import { slugOf } from './registries/named-records.ts';
import { entityIds, misfit, optional, required, text } from './schema.ts';
import type { HelpersHome } from './stored-helpers.ts';

export interface PersonSetup {
  readonly id: string;
  readonly name: string;
  readonly user_id?: string | null | undefined;
  readonly device_trackers?: readonly string[] | undefined;
  readonly picture?: string | null | undefined;
}

const name = (value: unknown): unknown => {
  if (text(value) === '') throw misfit('value must not be empty');
  return value;
};

const fields = {
  name: required(name),
  user_id: optional((value) => (value === null ? value : text(value))),
  device_trackers: optional(entityIds),
  picture: optional((value) => (value === null ? value : text(value))),
};

/** The people of a home, as they are kept in the interface. Each has an entity. */
export class Persons {
  readonly #home: HelpersHome;
  readonly #persons = new Map<string, JsonObject>();

  constructor(home: HelpersHome) {
    this.#home = home;
  }

  /** Takes in somebody who was there from the start, and whose entity is. */
  load(person: PersonSetup): void {
    this.#persons.set(person.id, { device_trackers: [], ...person });
  }

  commands(): Record<string, CommandDefinition> {
    return {
      'person/list': {
        run: ({ id }, connection) => connection.result(id, { storage: [...this.#persons.values()], config: [] }),
      },
      'person/create': {
        fields,
        admin: true,
        run: ({ id, type: _, ...given }, connection) => {
          const own = slugOf(String(given.name), (slug) => this.#persons.has(slug));
          connection.result(id, this.#keep({ id: own, device_trackers: [], ...given }));
        },
      },
      'person/update': {
        fields: { ...fields, name: optional(name), person_id: required(text) },
        admin: true,
        run: ({ id, type: _, person_id: of, ...given }, connection) =>
          connection.result(id, this.#keep({ ...this.#found(of), ...given })),
      },
      'person/delete': {
        fields: { person_id: required(text) },
        admin: true,
        run: ({ id, person_id: of }, connection) => {
          this.#found(of);
          this.#persons.delete(String(of));
          this.#home.removeState(`person.${String(of)}`);
          connection.result(id);
        },
      },
    };
  }

  #found(id: unknown): JsonObject {
    const person = this.#persons.get(String(id));
    if (person !== undefined) return person;
    throw new Refusal('not_found', `Unable to find person_id ${String(id)}`);
  }

  #keep(person: JsonObject): JsonObject {
    const id = String(person.id);
    this.#persons.set(id, person);
    const present = this.#home.states.get(`person.${id}`)?.state;
    this.#home.setState(`person.${id}`, present ?? 'unknown', {
      editable: true,
      id,
      device_trackers: person.device_trackers,
      friendly_name: String(person.name),
      ...(typeof person.user_id === 'string' ? { user_id: person.user_id } : {}),
    });
    return person;
  }
}
