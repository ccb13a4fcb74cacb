import type { BusScope } from '../../bus/bus-service.ts';
import {
  choiceOf,
  contradiction,
  type Door,
  flagOf,
  HANDLER_OPTIONS,
  type HandlerOptions,
  lengthOf,
  readHandlerOptions,
  refuseUnknownOptions,
} from '../../bus/handler-options.ts';
import { describeCondition, truth } from '../../bus/conditions.ts';
import type { Subscription } from '../../bus/subscription.ts';
import { waitUntil } from '../../bus/wait-until.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { DurationInput } from '../../kernel/duration.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import { currentExecution } from '../../kernel/execution.ts';
import { assertMayAct, type Life } from '../../kernel/life.ts';
import type { Home } from '../home.ts';
import { describeStateChange, STATE_HAPPENING, type StateChange } from './state-change.ts';
import { describeMeant, readTarget } from './state-target.ts';
import { compileStateTest, type Criteria } from './state-test.ts';
import type { Logger } from '../../kernel/logging.ts';
import type { WaitLedger } from '../../storage/wait-ledger.ts';
import {
  readWaitPolicy,
  WAIT_POLICY_OPTIONS,
  type WaitPolicy,
  type WaitPolicyOptions,
} from '../../storage/wait-policy.ts';
import { DurableHolds } from './durable-holds.ts';
import { type Cause, type CauseCondition, compileCause } from '../provenance/cause.ts';
import { facetOf, StateWatch, type WatchSink } from './state-watch.ts';
import type { UnknownEntities } from '../states/unknown-entities.ts';

/** In whose name states are subscribed to and waited for. */
export interface StateSubscriber {
  readonly home: Home;
  /** Where waits are kept that outlive the daemon. */
  readonly waits: WaitLedger;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly scope: BusScope;
  readonly life: Life;
  readonly clock: Clock;
  readonly unknown: UnknownEntities;
}

/** Options of state subscriptions, their types by domain forgotten. */
export interface StateSubscriptionOptions extends Criteria, HandlerOptions<StateChange>, WaitPolicyOptions {
  readonly durable?: boolean | undefined;
  readonly for?: DurationInput | undefined;
  readonly immediate?: boolean | undefined;
  readonly resync?: 'ignore' | undefined;
  readonly backfill?: boolean | undefined;
  readonly cause?: CauseCondition | undefined;
}

export interface StateSubscriptionRequest {
  /** The door's name, for messages. */
  readonly method: string;
  readonly target: unknown;
  /** The attribute that is looked at, where it is not the state. */
  readonly attribute?: string | undefined;
  readonly options: StateSubscriptionOptions;
  readonly handler: (event: StateChange) => unknown;
  /** Conditions that the door itself stands for. */
  readonly criteria?: Criteria | undefined;
}

/** Options of a wait for a state, their types by domain forgotten. */
export interface StateWaitOptions extends Criteria {
  readonly for?: DurationInput | undefined;
  readonly timeout?: DurationInput | undefined;
  readonly next?: boolean | undefined;
  readonly cause?: CauseCondition | undefined;
  readonly where?: ((event: StateChange) => boolean) | undefined;
}

/** More than any home has entities. */
const DURABLE_PENDING = 100_000;
/** An entity's id and the home's name go into the same key. */
const LONGEST_NAME = 200;
const DURABLE_OPTIONS = ['durable', ...WAIT_POLICY_OPTIONS];
const CRITERIA_OPTIONS = ['from', 'to', 'changed', 'for', 'every', 'availability'];
const STATE_OPTIONS = [
  ...CRITERIA_OPTIONS,
  ...DURABLE_OPTIONS,
  'immediate',
  'resync',
  'backfill',
  'cause',
  ...HANDLER_OPTIONS,
];
const AVAILABILITY_OPTIONS = [...DURABLE_OPTIONS, 'for', 'immediate', 'resync', 'cause', ...HANDLER_OPTIONS];
const WAIT_OPTIONS = [...CRITERIA_OPTIONS, 'timeout', 'next', 'cause', 'where'];

/**
 * Subscribes to changes of states.
 *
 * @throws InvalidArgument if an option, a condition or the target is not what it has to be; Cancelled once the app has stopped.
 */
export function subscribeToStates(subscriber: StateSubscriber, request: StateSubscriptionRequest): Subscription {
  const { home, scope, life, clock, unknown, waits, logger } = subscriber;
  const { method, options, attribute } = request;
  assertMayAct(life, `bus.${method}`);
  const meant = readTarget(request.target, method);
  const criteria = request.criteria ?? options;
  const target = describeTarget(describeMeant(meant), attribute, criteria);
  const door: Door = {
    method: `${method}(${target})`,
    options: request.criteria === undefined ? STATE_OPTIONS : AVAILABILITY_OPTIONS,
  };
  const read = readHandlerOptions(options, door);
  // What has lasted is not left out because much else has at the same time, as after a start.
  const isInLine = read.mode === undefined || read.mode === 'queued' || read.mode === 'parallel';
  const settings =
    options.durable === true && isInLine ? { ...read, maxPending: read.maxPending ?? DURABLE_PENDING } : read;
  const forMs = readCriteria(options, door);
  const immediate = flagOf(options.immediate, 'immediate', door);
  const isMeant = compileCause(options.cause, door);
  const ignoresMissed = choiceOf(options.resync, ['ignore'], 'resync', door) === 'ignore';
  const wantsMissed = flagOf(options.backfill, 'backfill', door);
  if (wantsMissed && ignoresMissed)
    throw contradiction(door, 'backfill', 'resync', 'one wants to know all that was missed, the other nothing of it');
  if (immediate && options.from !== undefined)
    throw contradiction(door, 'immediate', 'from', 'what holds already has no state before it');
  if (immediate && options.changed !== undefined)
    throw contradiction(door, 'immediate', 'changed', 'what holds already has not changed');
  const test = compileStateTest(criteria, facetOf(attribute), door.method);
  const policy = readDurability(options, forMs, door);
  const facet = facetOf(attribute);
  const durable =
    policy === undefined || forMs === undefined
      ? undefined
      : new DurableHolds({
          ...{ ledger: waits, name: settings.name ?? '', policy, life, logger },
          ...{ home, clock, test, facet, forMs, takesPresent: immediate },
        });

  const subscription = scope.open<StateChange>({
    method,
    target,
    settings,
    handler: durable === undefined ? request.handler : durable.guard(request.handler),
    describe: describeStateChange,
    happening: STATE_HAPPENING,
  });
  const watch = new StateWatch({
    home,
    clock,
    meant,
    takesPresent: immediate,
    test,
    attribute,
    forMs,
    ignoresMissed,
    wantsMissed,
    durable,
    priority: settings.priority,
    sink: isMeant === undefined ? subscription : causedBy(isMeant, subscription),
    app: life.name,
    source: life,
    label: () => `hold of "${subscription.name}" of ${life.name}`,
  });
  watch.start();
  subscription.attach(() => watch.stop());
  unknown.warnOf(meant, method);
  // Not before the caller has the handle and its own setup is done, and yet before anything else can happen.
  if (immediate || durable !== undefined) queueMicrotask(() => watch.takePresent());
  return subscription;
}

/**
 * Waits for a change of a state; a condition that holds already is met at once, unless `next` asks for a later change.
 *
 * @returns the change, or null at the time limit.
 * @throws InvalidArgument as {@link subscribeToStates}; Cancelled once the execution is called off or the app stops;
 * whatever a condition of the caller throws.
 */
export async function waitForState(
  subscriber: StateSubscriber,
  target: unknown,
  options: StateWaitOptions,
): Promise<StateChange | null> {
  const { home, life, clock, unknown } = subscriber;
  const method = 'waitFor';
  assertMayAct(life, `bus.${method}`);
  const meant = readTarget(target, method);
  const words = describeTarget(describeMeant(meant), undefined, options);
  const door: Door = { method: `${method}(${words})`, options: WAIT_OPTIONS };
  refuseUnknownOptions(options, door);
  const forMs = readCriteria(options, door);
  const timeoutMs = lengthOf(options.timeout, 'timeout', door);
  const next = flagOf(options.next, 'next', door);
  const isMeant = compileCause(options.cause, door);
  const test = compileStateTest(options, facetOf(undefined), door.method);
  const takesPresent = !next && test.conditional;
  unknown.warnOf(meant, method);

  return waitUntil<StateChange>({ life, clock, timeoutMs, what: door.method }, (settle, fail) => {
    const take = (event: StateChange): boolean => {
      const isWanted =
        isMeant?.(event.cause) !== false &&
        (options.where === undefined || truth(options.where(event), `"where" of ${door.method}`));
      if (isWanted) settle(event);
      return isWanted;
    };
    const sink = { countReceived: () => undefined, take, refuse: fail };
    const source = currentExecution() ?? life;
    const watch = new StateWatch({
      home,
      clock,
      meant,
      takesPresent,
      test,
      attribute: undefined,
      forMs,
      ignoresMissed: false,
      wantsMissed: false,
      priority: 0,
      sink,
      app: life.name,
      source,
      label: () => door.method,
    });
    watch.start();
    if (takesPresent) watch.takePresent();
    return () => watch.stop();
  });
}

/** @returns undefined where nothing is to outlive the daemon. */
function readDurability(
  options: StateSubscriptionOptions,
  forMs: number | undefined,
  door: Door,
): WaitPolicy | undefined {
  if (!flagOf(options.durable, 'durable', door)) {
    const without = WAIT_POLICY_OPTIONS.find((key) => options[key] !== undefined);
    if (without === undefined) return undefined;
    throw new InvalidArgument(`${door.method} was given "${without}" without "durable"`, {
      hint: `It says what becomes of a wait over an end of the daemon, which only a durable one has. Add durable: true, or leave it out.`,
    });
  }
  if (options.name === undefined) {
    throw new InvalidArgument(`${door.method} is to be durable, and has no name`, {
      hint: `Under its name it is found again after a restart: give one, as in { name: 'clear', durable: true }.`,
    });
  }
  if (encodeURIComponent(options.name).length > LONGEST_NAME) {
    throw new InvalidArgument(`The name of ${door.method} is too long to be kept: ${options.name.slice(0, 40)}…`, {
      hint: `A durable wait is written down under its name: give one of ${LONGEST_NAME} characters at most.`,
    });
  }
  if (forMs === undefined) {
    throw new InvalidArgument(`${door.method} is to be durable, and has nothing that lasts`, {
      hint: 'Durable is a wait: give `for`, or leave out `durable`.',
    });
  }
  if (options.debounce !== undefined)
    throw contradiction(door, 'durable', 'debounce', 'what has lasted is to be handled then, and not later');
  return readWaitPolicy(options, door.method);
}

/** Lets those through whose cause is meant. */
function causedBy(isMeant: (cause: Cause) => boolean, sink: WatchSink): WatchSink {
  return {
    countReceived: () => sink.countReceived(),
    refuse: (error, input) => sink.refuse(error, input),
    take: (event) => {
      let through: boolean;
      try {
        through = isMeant(event.cause);
      } catch (error) {
        sink.refuse(error, describeStateChange(event));
        return false;
      }
      return through && sink.take(event);
    },
  };
}

/** @returns the length of the hold. */
function readCriteria(
  options: Criteria & { readonly for?: DurationInput | undefined },
  door: Door,
): number | undefined {
  const every = flagOf(options.every, 'every', door);
  const forMs = lengthOf(options.for, 'for', door);
  choiceOf(options.availability, ['raw'], 'availability', door);
  if (forMs !== undefined && every) {
    throw contradiction(
      door,
      'for',
      'every',
      'one waits until a condition has lasted, the other takes each change that satisfies it',
    );
  }
  return forMs;
}

function describeTarget(entities: string, attribute: string | undefined, { from, to, changed }: Criteria): string {
  const what = attribute === undefined ? entities : `${entities} ${attribute}`;
  const before = from === undefined ? '' : ` from ${describeCondition(from)}`;
  const after = to === undefined ? '' : ` to ${describeCondition(to)}`;
  const how = changed === undefined ? '' : ` ${describeCondition(changed)}`;
  return `${what}${before}${after}${how}`;
}

/** @throws InvalidArgument if the name of an attribute is none. */
export function assertAttributeName(attribute: unknown, method: string): asserts attribute is string {
  if (typeof attribute === 'string' && attribute !== '') return;
  throw new InvalidArgument(`${method} was given no attribute`, {
    hint: "The second argument is its name: 'current_temperature'.",
  });
}
