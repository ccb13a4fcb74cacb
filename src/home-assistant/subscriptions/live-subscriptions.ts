import type { BusScope } from '../../bus/bus-service.ts';
import type { BusEvent } from '../../bus/event.ts';
import { HANDLER_OPTIONS, type HandlerOptions, readHandlerOptions } from '../../bus/handler-options.ts';
import type { HandlerSubscription, Subscription } from '../../bus/subscription.ts';
import type { Clock } from '../../kernel/clock.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import { assertMayAct, type Life } from '../../kernel/life.ts';
import type { Logger } from '../../kernel/logging.ts';
import { isRecord, type JsonRecord, recordsIn } from '../api/answer.ts';
import { todoItemOf } from '../api/todo-item.ts';
import { HomeError } from '../home-errors.ts';
import type { Home } from '../home.ts';
import type { HomeSubscription } from '../home-link.ts';
import type { HomeCondition, TriggerVariables } from './home-triggers.ts';
import { ConditionEvent, LIVE_HAPPENING, liveValueOf, TemplateEvent, TodoEvent, TriggerEvent } from './live-events.ts';
import { sameJson } from '../states/same-json.ts';

/** In whose name the home is asked to keep telling something. */
export interface LiveSubscriber {
  readonly home: Home;
  readonly scope: BusScope;
  readonly life: Life;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** What `onTemplate` can be given. */
export interface LiveTemplateOptions extends HandlerOptions<TemplateEvent> {
  /** Names that the template may use. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** A template or a condition that the home keeps evaluating has failed. */
export class EvaluationFailed extends HomeError {
  readonly code = 'EVALUATION_FAILED';
  readonly audience = 'author';
}

type Handler<E> = (event: E) => unknown;

/**
 * Subscribes to triggers that Home Assistant evaluates.
 *
 * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
 */
export function subscribeToTrigger(
  subscriber: LiveSubscriber,
  trigger: unknown,
  options: HandlerOptions<TriggerEvent>,
  handler: Handler<TriggerEvent>,
): Subscription {
  const triggers: readonly unknown[] = Array.isArray(trigger) ? trigger : [trigger];
  if (triggers.length === 0 || !triggers.every(isTrigger)) {
    throw new InvalidArgument(
      `onTrigger was given ${JSON.stringify(trigger) ?? String(trigger)}, which is no trigger`,
      {
        hint: "Write it as in an automation of Home Assistant: { trigger: 'sun', event: 'sunset' }.",
      },
    );
  }
  return keepUp<TriggerEvent>(subscriber, {
    method: 'onTrigger',
    target: triggers.map((each) => each['trigger'] ?? each['platform']).join(', '),
    subscription: { command: { type: 'subscribe_trigger', trigger }, sharing: 'moments' },
    options,
    handler,
    describe: ({ trigger: fired }) => `${fired.platform} ${fired.description ?? fired.id}`,
    read: (told, tell) => {
      const { variables, context } = told;
      if (!isRecord(variables) || !isTriggerVariables(variables['trigger'])) return;
      const of = isRecord(context) ? contextOf(context) : null;
      tell(new TriggerEvent(variables['trigger'], of, subscriber.clock.nowMs(), subscriber.life));
    },
  });
}

/**
 * Subscribes to what a template gives.
 *
 * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
 */
export function subscribeToTemplate(
  subscriber: LiveSubscriber,
  template: string,
  { variables, ...options }: LiveTemplateOptions,
  handler: Handler<TemplateEvent>,
): Subscription {
  if (typeof template !== 'string')
    throw new InvalidArgument('onTemplate was given no template', { hint: 'It is a text.' });
  const given = variables === undefined ? {} : { variables };
  const isNew = differsFromLast();
  return keepUp<TemplateEvent>(subscriber, {
    method: 'onTemplate',
    target: template.length > 60 ? `${template.slice(0, 60)}…` : template,
    subscription: { command: { type: 'render_template', template, report_errors: true, ...given }, sharing: 'values' },
    options,
    handler,
    describe: ({ result }) => `template gives ${JSON.stringify(result)}`,
    read: (told, tell) => {
      if ('result' in told && isNew(told['result'])) {
        tell(new TemplateEvent(told['result'], subscriber.clock.nowMs(), subscriber.life));
      }
    },
  });
}

/**
 * Subscribes to whether a condition holds.
 *
 * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
 */
export function subscribeToCondition(
  subscriber: LiveSubscriber,
  condition: HomeCondition,
  options: HandlerOptions<ConditionEvent>,
  handler: Handler<ConditionEvent>,
): Subscription {
  const isNew = differsFromLast();
  return keepUp<ConditionEvent>(subscriber, {
    method: 'onCondition',
    target: typeof condition === 'string' ? condition : Object.values(condition).join(' '),
    subscription: { command: { type: 'subscribe_condition', condition }, sharing: 'values' },
    options,
    handler,
    describe: ({ met }) => `condition ${met ? 'holds' : 'does not hold'}`,
    read: ({ result }, tell) => {
      if (typeof result === 'boolean' && isNew(result)) {
        tell(new ConditionEvent(result, subscriber.clock.nowMs(), subscriber.life));
      }
    },
  });
}

/**
 * Subscribes to what stands in a to-do list.
 *
 * @throws InvalidArgument if something given is not what it has to be; Cancelled once the app has stopped.
 */
export function subscribeToTodo(
  subscriber: LiveSubscriber,
  entityId: string,
  options: HandlerOptions<TodoEvent>,
  handler: Handler<TodoEvent>,
): Subscription {
  const isNew = differsFromLast();
  return keepUp<TodoEvent>(subscriber, {
    method: 'onTodoChange',
    target: entityId,
    subscription: { command: { type: 'todo/item/subscribe', entity_id: entityId }, sharing: 'values' },
    options,
    handler,
    describe: ({ items }) => `${entityId} has ${items.length} items`,
    read: ({ items }, tell) => {
      if (!isNew(items)) return;
      const read = recordsIn(items, `onTodoChange(${entityId})`).map((item) => todoItemOf(item, entityId));
      tell(new TodoEvent(entityId, Object.freeze(read), subscriber.clock.nowMs(), subscriber.life));
    },
  });
}

interface Live<E extends BusEvent> {
  readonly method: string;
  readonly target: string;
  readonly subscription: HomeSubscription;
  readonly options: HandlerOptions<E>;
  readonly handler: Handler<E>;
  readonly describe: (event: E) => string;
  /** Makes an event of what the home told, if it is one. */
  readonly read: (told: JsonRecord, tell: (event: E) => void) => void;
}

function keepUp<E extends BusEvent>({ home, scope, life, logger }: LiveSubscriber, live: Live<E>): Subscription {
  const { method, target, handler, describe } = live;
  assertMayAct(life, `bus.${method}`);
  const what = `${method}(${target})`;
  const settings = readHandlerOptions(live.options, { method: what, options: HANDLER_OPTIONS });
  const subscription = scope.open<E>({
    ...{ method, target, settings, handler, describe },
    happening: { kind: LIVE_HAPPENING, subject: () => target, now: liveValueOf },
  });
  const told = new Set<string>();
  let lastError: unknown;
  const unsubscribe = home.link.subscribe(live.subscription, {
    onEvent: (event) => {
      if (!isRecord(event)) return;
      const { error } = event;
      // Home Assistant tells what is wrong with a new template both before and after its result.
      if (error === undefined || error !== lastError) take(subscription, live, event);
      lastError = error;
    },
    onRefused: ({ message, code, hint }, isFinal) => {
      if (told.has(message)) return;
      told.add(message);
      const next = isFinal ? 'with the next connection' : 'as long as the home may still be setting it up';
      logger.warn({ code, hint }, `${what}: ${message}. It is asked for again ${next}.`);
    },
  });
  subscription.attach(unsubscribe);
  return subscription;
}

function take<E extends BusEvent>(subscription: HandlerSubscription<E>, live: Live<E>, event: JsonRecord): void {
  const input = live.subscription.command.type;
  const { error, level } = event;
  if (typeof error === 'string') {
    // A name that is not defined is a warning, and the template gives something all the same.
    if (level !== 'WARNING')
      subscription.refuse(new EvaluationFailed(`${live.method}(${live.target}): ${error}`), input);
    return;
  }
  try {
    live.read(event, (made) => {
      subscription.countReceived();
      subscription.take(made);
    });
  } catch (problem) {
    subscription.refuse(problem, input);
  }
}

/** After each reconnect the home tells what it is at again; that is news only if it is something else. */
function differsFromLast(): (value: unknown) => boolean {
  let last: { readonly value: unknown } | undefined;
  return (value) => {
    if (last !== undefined && sameJson(last.value, value)) return false;
    last = { value };
    return true;
  };
}

function isTrigger(value: unknown): value is JsonRecord {
  return isRecord(value) && typeof (value['trigger'] ?? value['platform']) === 'string';
}

function isTriggerVariables(value: unknown): value is TriggerVariables {
  return isRecord(value) && typeof value['platform'] === 'string';
}

function contextOf({ id, parent_id: parentId, user_id: userId }: JsonRecord): TriggerEvent['context'] {
  if (typeof id !== 'string') return null;
  return Object.freeze({
    id,
    parentId: typeof parentId === 'string' ? parentId : null,
    userId: typeof userId === 'string' ? userId : null,
  });
}
