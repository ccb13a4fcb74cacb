import { type JsonRecord, optionalInstant, optionalText, textIn } from './answer.ts';

/** When something is due: a day, or a moment. */
export type TodoDue = Temporal.PlainDate | Temporal.Instant;

/** Something that stands in a to-do list. */
export interface TodoItem {
  /** Never changes, whatever becomes of the text. Some integrations have none. */
  readonly uid: string | undefined;
  readonly summary: string;
  readonly status: 'needs_action' | 'completed';
  readonly due: TodoDue | undefined;
  readonly description: string | undefined;
  readonly completed: Temporal.Instant | undefined;
}

/** Reads an item as Home Assistant tells it. */
export function todoItemOf(item: JsonRecord, what: string): TodoItem {
  return Object.freeze({
    uid: optionalText(item['uid']),
    summary: textIn(item, 'summary', what),
    status: item['status'] === 'completed' ? 'completed' : 'needs_action',
    due: dueOf(optionalText(item['due'])),
    description: optionalText(item['description']),
    completed: optionalInstant(item['completed']),
  });
}

function dueOf(due: string | undefined): TodoDue | undefined {
  if (due === undefined) return undefined;
  return due.includes('T') || due.includes(' ')
    ? Temporal.Instant.from(due.replace(' ', 'T'))
    : Temporal.PlainDate.from(due);
}
