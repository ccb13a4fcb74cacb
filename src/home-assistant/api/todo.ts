import { InvalidArgument } from '../../kernel/errors.ts';
import type { HomeRequests } from '../calls/home-requests.ts';
import type { AskOptions, ServiceCallOptions } from '../calls/service-call.ts';
import { recordIn, recordsIn } from './answer.ts';
import { type TodoDue, type TodoItem, todoItemOf } from './todo-item.ts';

/** Calls a service in the name of a method. */
export type CallService = (service: string, options: ServiceCallOptions<string>) => Promise<unknown>;

/** What can be said of an item beside its text. What is null is taken away. */
export interface TodoDetails {
  /** A day, or a moment. Not every list can. */
  readonly due?: TodoDue | null | undefined;
  readonly description?: string | null | undefined;
}

export interface TodoChanges extends TodoDetails {
  readonly summary?: string | undefined;
  readonly status?: TodoItem['status'] | undefined;
}

/** An item: its `uid`, its text, or the item itself as it was read. */
export type TodoChoice = string | TodoItem;

/** To-do lists. To be told of changes there is `this.bus.onTodoChange`. */
export class ApiTodo {
  readonly #requests: HomeRequests;
  readonly #call: CallService;

  constructor(requests: HomeRequests, call: CallService) {
    this.#requests = requests;
    this.#call = call;
  }

  /**
   * What stands in a list, in its order.
   *
   * @throws CommandRefused (`not_found`) where there is no such list.
   *
   * @example
   * ```ts
   * const open = (await this.api.todo.items('todo.shopping')).filter(({ status }) => status === 'needs_action');
   * ```
   */
  async items(list: string, options?: AskOptions): Promise<readonly TodoItem[]> {
    const what = `api.todo.items('${list}')`;
    const answer = await this.#requests.command(what, { type: 'todo/item/list', entity_id: list }, options);
    return recordsIn(recordIn(answer, what)['items'], what).map((item) => todoItemOf(item, what));
  }

  /**
   * Adds an item.
   *
   * @throws CommandRefused where the list cannot take it, or not with such details.
   *
   * @example
   * ```ts
   * await this.api.todo.add('todo.shopping', 'Milk', { due: Temporal.PlainDate.from('2026-11-23') });
   * ```
   */
  async add(list: string, summary: string, details: TodoDetails & AskOptions = {}): Promise<void> {
    const { timeout, ...given } = details;
    await this.#call('todo.add_item', { target: list, data: { item: summary, ...dataOf(given) }, timeout });
  }

  /**
   * Changes an item.
   *
   * @throws CommandRefused (`service_validation_error`) where there is none such.
   *
   * @example
   * ```ts
   * await this.api.todo.update('todo.shopping', 'Milk', { status: 'completed' });
   * ```
   */
  async update(list: string, item: TodoChoice, changes: TodoChanges & AskOptions): Promise<void> {
    const { timeout, summary, status, ...details } = changes;
    const data = {
      item: keyOf(item),
      ...(summary === undefined ? {} : { rename: summary }),
      ...(status === undefined ? {} : { status }),
      ...dataOf(details),
    };
    if (Object.keys(data).length === 1) {
      throw new InvalidArgument(`api.todo.update('${list}') was given nothing to change`, {
        hint: 'Give one or more of summary, status, due and description.',
      });
    }
    await this.#call('todo.update_item', { target: list, data, timeout });
  }

  /** Takes one item or several out. @throws CommandRefused where there is none such. */
  async remove(list: string, items: TodoChoice | readonly TodoChoice[], options?: AskOptions): Promise<void> {
    const item = isSeveral(items) ? items.map(keyOf) : [keyOf(items)];
    await this.#call('todo.remove_item', { target: list, data: { item }, timeout: options?.timeout });
  }

  /** Takes out what is done. */
  async removeCompleted(list: string, options?: AskOptions): Promise<void> {
    await this.#call('todo.remove_completed_items', { target: list, timeout: options?.timeout });
  }
}

function isSeveral(items: TodoChoice | readonly TodoChoice[]): items is readonly TodoChoice[] {
  return Array.isArray(items);
}

function keyOf(item: TodoChoice): string {
  return typeof item === 'string' ? item : (item.uid ?? item.summary);
}

function dataOf({ due, description }: TodoDetails): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  if (due === null) data['due_date'] = null;
  else if (due instanceof Temporal.PlainDate) data['due_date'] = due.toString();
  else if (due !== undefined) data['due_datetime'] = due.toString();
  if (description !== undefined) data['description'] = description;
  return data;
}
