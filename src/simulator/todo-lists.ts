import { uuid } from './chance.ts';
import type { ClientConnection } from './client-connection.ts';
import type { CommandDefinition } from './command-table.ts';
import { registerEntityServices } from './entity-service.ts';
import { notValid, Refusal } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import { isoOf } from './instants.ts';
import type { JsonObject } from './json.ts';
import { exclusive, listOf, misfit, oneOf, optional, required, text, textual } from './schema.ts';
import type { ServiceCall } from './service-registry.ts';
import type { StateRecord } from './state-record.ts';

/** An item of a to-do list, as the home keeps it. */
export interface TodoEntry {
  readonly uid: string;
  readonly summary: string;
  readonly status: 'needs_action' | 'completed';
  /** A date, or a date and a time with its offset. */
  readonly due?: string | undefined;
  readonly description?: string | undefined;
  readonly completed?: string | undefined;
}

/** An item by its text alone, or with more said of it. */
export type TodoSetup = string | (Partial<TodoEntry> & { readonly summary: string });

const ADD = 1;
const DELETE = 2;
const UPDATE = 4;
const EVERYTHING = 127;

/** The to-do lists of a simulated home: what stands in them, and who follows that. */
export class TodoLists {
  readonly #home: HomeCore;
  readonly #lists = new Map<string, TodoEntry[]>();
  readonly #followers = new Map<string, Set<() => void>>();

  constructor(home: HomeCore) {
    this.#home = home;
  }

  /** What stands in a list; undefined where there is no such list. */
  items(entityId: string): readonly TodoEntry[] | undefined {
    return this.#lists.get(entityId);
  }

  /** Puts a list there, with what stands in it. */
  load(entityId: string, items: readonly TodoSetup[]): void {
    this.#lists.set(
      entityId,
      items.map((item) => this.#entryOf(typeof item === 'string' ? { summary: item } : item)),
    );
  }

  /** Does something to a list; the state of its entity is how much is left to do. */
  change(entity: StateRecord, call: ServiceCall, change: (items: TodoEntry[]) => TodoEntry[]): void {
    const changed = change([...(this.#lists.get(entity.entityId) ?? [])]);
    this.#lists.set(entity.entityId, changed);
    const open = changed.filter(({ status }) => status === 'needs_action').length;
    this.#home.write(entity, { state: String(open) }, call.context);
    for (const tell of this.#followers.get(entity.entityId) ?? []) tell();
  }

  add(entity: StateRecord, call: ServiceCall): void {
    const { item, ...details } = call.data;
    const entry = this.#entryOf({ summary: String(item), ...this.#detailsOf(details) });
    this.change(entity, call, (items) => [...items, entry]);
  }

  update(entity: StateRecord, call: ServiceCall): void {
    const { item, rename, status, ...details } = call.data;
    const found = this.#find(entity, item);
    const renamed = typeof rename === 'string' ? { summary: rename } : {};
    const completed = status === 'completed' ? isoOf(this.#home.instants.next()) : undefined;
    const settled = status === 'completed' || status === 'needs_action' ? ({ status, completed } as const) : {};
    const next = { ...found, ...renamed, ...settled, ...this.#detailsOf(details) };
    this.change(entity, call, (items) => items.map((each) => (each === found ? next : each)));
  }

  remove(entity: StateRecord, call: ServiceCall): void {
    const { item } = call.data;
    const gone = new Set((Array.isArray(item) ? item : [item]).map((each) => this.#find(entity, each)));
    this.change(entity, call, (items) => items.filter((each) => !gone.has(each)));
  }

  follow(entityId: string, tell: () => void): () => void {
    const followers = this.#followers.get(entityId) ?? new Set();
    this.#followers.set(entityId, followers.add(tell));
    return () => followers.delete(tell);
  }

  #find(entity: StateRecord, item: unknown): TodoEntry {
    const found = this.#lists
      .get(entity.entityId)
      ?.find(({ uid, summary }) => uid === String(item) || summary === String(item));
    if (found !== undefined) return found;
    throw notValid(`Unable to find to-do list item: ${String(item)}`, {
      domain: 'todo',
      key: 'item_not_found',
      placeholders: { item },
    });
  }

  #entryOf(given: Partial<TodoEntry> & { readonly summary: string }): TodoEntry {
    return { uid: uuid(this.#home.chance), status: 'needs_action', ...given };
  }

  /** What is null is taken away, what is not named stays. */
  #detailsOf({ due_date: date, due_datetime: moment, description }: JsonObject): Partial<TodoEntry> {
    const due = date ?? moment;
    return {
      ...(date === undefined && moment === undefined
        ? {}
        : { due: typeof due === 'string' ? this.#inZone(due) : undefined }),
      ...(description === undefined ? {} : { description: typeof description === 'string' ? description : undefined }),
    };
  }

  /** A time without an offset is one of the home's; a date stays one. */
  #inZone(due: string): string {
    if (due.length <= 10) return due;
    const zone = this.#home.timeZone();
    const written = due.replace(' ', 'T');
    const zoned = /(Z|[+-]\d\d:\d\d)$/.test(written)
      ? Temporal.Instant.from(written).toZonedDateTimeISO(zone)
      : Temporal.PlainDateTime.from(written).toZonedDateTime(zone);
    return zoned.toString({ timeZoneName: 'never' });
  }
}

const details = {
  due_date: exclusive('due_date', nullOr(textual)),
  due_datetime: exclusive('due_date', nullOr(textual)),
  description: optional(nullOr(textual)),
};

function nullOr(check: (value: unknown) => unknown): (value: unknown) => unknown {
  return (value) => (value === null ? null : check(value));
}

/** The services of to-do lists. */
export function registerTodo(home: HomeCore, lists: TodoLists): void {
  registerEntityServices(home, 'todo', {
    add_item: {
      shape: { item: required(textual), ...details },
      fields: { item: { required: true, selector: { text: {} } }, ...detailFields },
      features: [ADD],
      run: (entity, call) => lists.add(entity, call),
    },
    update_item: {
      shape: {
        item: required(textual),
        rename: optional(textual),
        status: optional(oneOf('needs_action', 'completed')),
        ...details,
      },
      fields: {
        item: { required: true, selector: { text: {} } },
        rename: { selector: { text: {} } },
        status: { selector: { select: { options: ['needs_action', 'completed'] } } },
        ...detailFields,
      },
      features: [UPDATE],
      check: (data) => {
        if (Object.keys(data).some((key) => key in details || key === 'rename' || key === 'status')) return data;
        throw misfit('must contain at least one of rename, status, due_date, due_datetime, description.');
      },
      run: (entity, call) => lists.update(entity, call),
    },
    remove_item: {
      shape: { item: required(listOf(textual)) },
      fields: { item: { required: true, selector: { text: {} } } },
      features: [DELETE],
      run: (entity, call) => lists.remove(entity, call),
    },
    remove_completed_items: {
      features: [DELETE],
      run: (entity, call) =>
        lists.change(entity, call, (items) => items.filter(({ status }) => status === 'needs_action')),
    },
    get_items: {
      shape: { status: optional(listOf(oneOf('needs_action', 'completed'))) },
      fields: { status: { selector: { select: { options: ['needs_action', 'completed'], multiple: true } } } },
      response: 'only',
      run: (entity, { data }) => {
        const wanted = Array.isArray(data.status) ? data.status : ['needs_action', 'completed'];
        const items = (lists.items(entity.entityId) ?? []).filter(({ status }) => wanted.includes(status));
        return { items: items.map(shortOf) };
      },
    },
  });
}

const detailFields = {
  due_date: { selector: { date: {} } },
  due_datetime: { selector: { datetime: {} } },
  description: { selector: { text: {} } },
};

/** What a to-do list's entity has. */
export const todoAttributes = { supported_features: EVERYTHING };

/** The commands by which lists are read and followed. */
export function todoCommands(home: HomeCore, lists: TodoLists): Record<string, CommandDefinition> {
  const found = (entityId: unknown): readonly TodoEntry[] => {
    const items = lists.items(String(entityId));
    if (items === undefined || home.states.get(String(entityId)) === undefined) {
      throw new Refusal('not_found', 'Entity not found');
    }
    return items;
  };
  return {
    'todo/item/list': {
      fields: { entity_id: required(text) },
      run: ({ id, entity_id: entityId }, connection) => connection.result(id, { items: found(entityId).map(shortOf) }),
    },
    'todo/item/subscribe': {
      fields: { entity_id: required(text) },
      run: ({ id, entity_id: entityId }, connection) => {
        found(entityId);
        const tell = (): void => tellItems(connection, id, found(entityId));
        connection.subscribe(id, lists.follow(String(entityId), tell));
        connection.result(id);
        tell();
      },
    },
  };
}

function tellItems(connection: ClientConnection, id: number, items: readonly TodoEntry[]): void {
  const full = items.map(({ uid, summary, status, due = null, description = null, completed = null }) => ({
    summary,
    uid,
    status,
    due,
    description,
    completed,
  }));
  connection.event(id, { items: full });
}

/** As lists have it: what there is nothing of is left out. */
function shortOf({ uid, summary, status, due, description, completed }: TodoEntry): JsonObject {
  return {
    summary,
    uid,
    status,
    ...(due === undefined ? {} : { due }),
    ...(description === undefined ? {} : { description }),
    ...(completed === undefined ? {} : { completed }),
  };
}
