import type { TopicEvent } from '../bus/topics.ts';
import type { HomeEvent, LifecycleEvent, ServiceCallEvent } from '../home-assistant/subscriptions/home-events.ts';
import type {
  ConditionEvent,
  TemplateEvent,
  TodoEvent,
  TriggerEvent,
} from '../home-assistant/subscriptions/live-events.ts';
import type {
  EntityAdded,
  EntityRemoved,
  StateChanged,
  StateHeld,
} from '../home-assistant/subscriptions/state-types.ts';
import type { StateRevision } from '../home-assistant/states/entity-state.ts';
import { InvalidArgument } from '../kernel/errors.ts';

/** Whatever a handler of the bus can be called with, told apart by `kind`. */
export type MiddlewareEvent =
  | StateChanged<string, string, string>
  | EntityAdded<string, string>
  | EntityRemoved<string, string>
  | StateHeld<string, string>
  | HomeEvent
  | ServiceCallEvent
  | TopicEvent
  | TriggerEvent
  | TemplateEvent
  | ConditionEvent
  | TodoEvent
  | LifecycleEvent;

/** What a middleware may have otherwise in an event that goes on. */
export interface EventChanges {
  /** Of events, calls and topics. */
  readonly data?: unknown;
  /** Of changes of states: another text, other attributes. */
  readonly from?: StateRevision | undefined;
  /** Of changes of states: another text, other attributes. */
  readonly to?: StateRevision | undefined;
}

/**
 * What an app puts before its handlers by `bus.use`. It calls `next` at once for an event that is to go on, with what is
 * to be otherwise in it; an event for which it does not is left out.
 */
export type BusMiddleware = (event: MiddlewareEvent, next: (changes?: EventChanges) => void) => void;

/** What `bus.use` gives back. There is no need to keep it: it ends with the app. */
export interface MiddlewareHandle extends Disposable {
  /** Takes the middleware away again. */
  cancel(): void;
}

/** @throws InvalidArgument if it is none. */
export function assertMiddleware(middleware: unknown): void {
  if (typeof middleware === 'function') return;
  throw new InvalidArgument('use was given no middleware', { hint: 'It is a function: (event, next) => …' });
}
