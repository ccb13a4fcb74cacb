import type { Executor } from '../kernel/executor.ts';
import type { Failure } from '../kernel/failure.ts';
import type { Life } from '../kernel/life.ts';
import { Resource } from '../kernel/resource.ts';
import { Channel } from './channel.ts';
import type { BusEvent } from './event.ts';
import {
  EventHistory,
  type Happening,
  HISTORY_LIMITS,
  type HistoryLimits,
  type HistoryQuestion,
} from './event-history.ts';
import {
  HandlerSubscription,
  type OpenSubscription,
  type SubscriptionDescription,
  type SubscriptionOwner,
  type SubscriptionSpec,
} from './subscription.ts';
import { type AnsweringApps, FeedbackWatch } from './feedback-watch.ts';
import { type AnyMiddleware, MiddlewareChain } from './middleware.ts';
import { type Emission, TOPIC_HAPPENING } from './topics.ts';

/** In whose name subscriptions are made. */
export interface ScopeOptions {
  readonly life: Life;
  /** Where what is told to its subscriptions happens, so that it is remembered. */
  readonly home?: string | undefined;
  /** What `this` is in handlers; asked when one is called. */
  readonly self: () => unknown;
  /** Told of failures of handlers that have no `onError` of their own. */
  readonly onError?: ((failure: Failure) => unknown) | undefined;
}

/** The bus of an app host: the topics that the apps of each home share, and all subscriptions by those who made them. */
export class BusService extends Resource {
  readonly #executor: Executor;
  readonly #topics = new Map<string, Channel<Emission>>();
  readonly #scopes = new Set<BusScope>();
  readonly #answering: AnsweringApps = new Map();
  readonly #histories = new Map<string, EventHistory>();
  readonly #historyLimits: HistoryLimits;

  constructor(owner: Resource, options: { readonly executor: Executor; readonly history?: HistoryLimits | undefined }) {
    super('bus', owner);
    this.#executor = options.executor;
    this.#historyLimits = options.history ?? HISTORY_LIMITS;
  }

  /** Opens a scope; it closes with its life. */
  scope(options: ScopeOptions): BusScope {
    const scope = new BusScope(
      {
        ...options,
        onError: options.onError,
        executor: this.#executor,
        clock: this.clock,
        middleware: new MiddlewareChain(),
        feedback: this.#feedbackWatch(options.life.name),
        history: options.home === undefined ? undefined : this.history(options.home),
        leave: (subscription) => scope.forget(subscription),
      },
      () => this.#scopes.delete(scope),
    );
    this.#scopes.add(scope);
    return scope;
  }

  #feedbackWatch(app: string): FeedbackWatch {
    const logger = this.context.logging.logger(`app.${app}`);
    return new FeedbackWatch(app, this.clock, this.#answering, ({ message, hint }) => logger.warn({ hint }, message));
  }

  /** What apps tell each other in a home. */
  topics(home: string): Channel<Emission> {
    let topics = this.#topics.get(home);
    if (topics === undefined) {
      topics = new Channel(`topics of ${home}`, (work) => this.clock.defer(work));
      this.#topics.set(home, topics);
      // Also what nobody listens to: whoever looks for it wants to know whether it was told at all.
      const history = this.history(home);
      const note = (emission: Emission): void =>
        history.note(TOPIC_HAPPENING, emission.topic, emission, undefined, undefined);
      this.own(topics.subscribe('*', note, Number.POSITIVE_INFINITY));
    }
    return topics;
  }

  /** What happened lately in a home, as far as it was told here. */
  history(home: string): EventHistory {
    let history = this.#histories.get(home);
    if (history === undefined)
      this.#histories.set(home, (history = new EventHistory(home, this.clock, this.#historyLimits)));
    return history;
  }

  /** What happened lately in all homes. The oldest first. */
  readHistories(question: HistoryQuestion): readonly Happening[] {
    return [...this.#histories.values()]
      .flatMap((history) => history.read(question))
      .toSorted((a, b) => a.atMs - b.atMs);
  }

  /** Tells all who listen to the topic of the home. */
  emit(told: Omit<Emission, 'firedAtMs'>): void {
    const topics = this.topics(told.home);
    if (topics.watches(told.topic)) topics.publish(told.topic, { ...told, firedAtMs: this.clock.nowMs() });
  }

  /** All subscriptions, in the order in which they were made. */
  subscriptions(): readonly SubscriptionDescription[] {
    return [...this.#scopes].flatMap((scope) => scope.subscriptions());
  }

  protected override onStop(): void {
    for (const scope of [...this.#scopes]) scope.close();
  }

  protected override details(): Readonly<Record<string, unknown>> {
    let subscriptions = 0;
    for (const scope of this.#scopes) subscriptions += scope.size;
    let remembered = 0;
    for (const history of this.#histories.values()) remembered += history.size.events;
    return { subscriptions, remembered };
  }
}

/** The subscriptions of one app. */
export class BusScope {
  readonly #owner: SubscriptionOwner;
  readonly #leave: () => void;
  readonly #subscriptions = new Set<OpenSubscription>();

  constructor(owner: SubscriptionOwner, leave: () => void) {
    this.#owner = owner;
    this.#leave = leave;
    owner.life.signal.addEventListener('abort', () => this.close(), { once: true });
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  /** Makes a subscription that is not yet attached to anything. */
  open<E extends BusEvent>(spec: SubscriptionSpec<E>): HandlerSubscription<E> {
    const subscription = new HandlerSubscription(this.#owner, spec);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** Puts something before the handlers of all subscriptions, those included that there are. */
  use(middleware: AnyMiddleware): () => void {
    return this.#owner.middleware.add(middleware);
  }

  forget(subscription: OpenSubscription): void {
    this.#subscriptions.delete(subscription);
  }

  subscriptions(): readonly SubscriptionDescription[] {
    return Array.from(this.#subscriptions, (subscription) => subscription.describe());
  }

  /** Ends all of them. */
  close(): void {
    for (const subscription of [...this.#subscriptions]) subscription.cancel();
    this.#leave();
  }
}
