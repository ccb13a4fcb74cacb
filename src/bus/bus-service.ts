import type { Executor } from '../kernel/executor.ts';
import type { Failure } from '../kernel/failure.ts';
import type { Life } from '../kernel/life.ts';
import { Resource } from '../kernel/resource.ts';
import { Channel } from './channel.ts';
import type { BusEvent } from './event.ts';
import {
  HandlerSubscription,
  type OpenSubscription,
  type SubscriptionDescription,
  type SubscriptionOwner,
  type SubscriptionSpec,
} from './subscription.ts';
import type { Emission } from './topics.ts';

/** In whose name subscriptions are made. */
export interface ScopeOptions {
  readonly life: Life;
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

  constructor(owner: Resource, options: { readonly executor: Executor }) {
    super('bus', owner);
    this.#executor = options.executor;
  }

  /** Opens a scope; it closes with its life. */
  scope(options: ScopeOptions): BusScope {
    const scope = new BusScope(
      {
        ...options,
        onError: options.onError,
        executor: this.#executor,
        clock: this.clock,
        leave: (subscription) => scope.forget(subscription),
      },
      () => this.#scopes.delete(scope),
    );
    this.#scopes.add(scope);
    return scope;
  }

  /** What apps tell each other in a home. */
  topics(home: string): Channel<Emission> {
    let topics = this.#topics.get(home);
    if (topics === undefined) {
      topics = new Channel(`topics of ${home}`, (work) => this.clock.defer(work));
      this.#topics.set(home, topics);
    }
    return topics;
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
    return { subscriptions };
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
