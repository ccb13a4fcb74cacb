import { BusEvent, type SignalSource } from '../../bus/event.ts';
import type { HappeningKind } from '../../bus/event-history.ts';
import type { StateContext } from '../states/entity-state.ts';
import type { TriggerVariables } from './home-triggers.ts';
import type { TodoItem } from '../api/todo-item.ts';

/** Something that the home keeps telling. */
abstract class LiveEvent extends BusEvent {
  readonly #firedAtMs: number;

  constructor(firedAtMs: number, source: SignalSource) {
    super(source);
    this.#firedAtMs = firedAtMs;
  }

  /** When it arrived here. */
  override get firedAt(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(this.#firedAtMs);
  }
}

/** What a handler of `onTrigger` is called with. */
export class TriggerEvent extends LiveEvent {
  readonly kind = 'trigger';
  /** What an automation of Home Assistant knows as `trigger`: plain JSON. */
  readonly trigger: TriggerVariables;
  /** Of what set it off; null where nothing in the home did, such as the time. */
  readonly context: StateContext | null;

  constructor(trigger: TriggerVariables, context: StateContext | null, firedAtMs: number, source: SignalSource) {
    super(firedAtMs, source);
    this.trigger = trigger;
    this.context = context;
    Object.freeze(this);
  }
}

/** What a handler of `onTemplate` is called with. */
export class TemplateEvent extends LiveEvent {
  readonly kind = 'template';
  /** What the template gives: a number, a list and so on where Home Assistant takes it for one, else its text. */
  readonly result: unknown;

  constructor(result: unknown, firedAtMs: number, source: SignalSource) {
    super(firedAtMs, source);
    this.result = result;
    Object.freeze(this);
  }
}

/** What a handler of `onCondition` is called with. */
export class ConditionEvent extends LiveEvent {
  readonly kind = 'condition';
  /** Whether it holds now. */
  readonly met: boolean;

  constructor(met: boolean, firedAtMs: number, source: SignalSource) {
    super(firedAtMs, source);
    this.met = met;
    Object.freeze(this);
  }
}

/** What a handler of `onTodoChange` is called with. */
export class TodoEvent extends LiveEvent {
  readonly kind = 'todo';
  /** The list: `todo.shopping`. */
  readonly entityId: string;
  /** All that stands in it now, in its order. */
  readonly items: readonly TodoItem[];

  constructor(entityId: string, items: readonly TodoItem[], firedAtMs: number, source: SignalSource) {
    super(firedAtMs, source);
    this.entityId = entityId;
    this.items = items;
    Object.freeze(this);
  }
}

/** How what the home has evaluated is remembered. */
export const LIVE_HAPPENING: HappeningKind = { kind: 'evaluated', read: (value) => ({ value }) };

/** What such an event tells. */
export function liveValueOf(event: BusEvent): unknown {
  if (event instanceof TriggerEvent) return event.trigger;
  if (event instanceof TemplateEvent) return event.result;
  if (event instanceof ConditionEvent) return event.met;
  return event instanceof TodoEvent ? event.items : undefined;
}
