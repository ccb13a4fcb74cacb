import type { Clock } from '../kernel/clock.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import type { Executor } from '../kernel/executor.ts';
import type { Failure } from '../kernel/failure.ts';
import { type Lane, QueueFull } from '../kernel/lane.ts';
import type { Life } from '../kernel/life.ts';
import { truth } from './conditions.ts';
import { type BusEvent, handOver } from './event.ts';
import type { EventHistory, HappeningKind } from './event-history.ts';
import type { FeedbackWatch, WatchedRun } from './feedback-watch.ts';
import type { HandlerSettings } from './handler-options.ts';
import type { MiddlewareChain } from './middleware.ts';
import { Debounce, Throttle } from './pacing.ts';

/** How often what has happened to a subscription. */
export interface SubscriptionCounters {
  /** Changes or events of what it is subscribed to. */
  readonly received: number;
  /** Those that satisfied its conditions. */
  readonly matched: number;
  /** Left out since their data did not fit the `schema`. */
  readonly invalid: number;
  /** Left out by what the app has put before its handlers (`bus.use`). */
  readonly filtered: number;
  /** Runs of the handler. */
  readonly run: number;
  /** Left out by `debounce` or `throttle`. */
  readonly coalesced: number;
  /** Left out since the handler was busy. */
  readonly dropped: number;
  /** Runs that threw or took too long, and conditions that threw. */
  readonly failed: number;
}

/** What a registration gives back. There is no need to keep it: it ends with the app. */
export interface Subscription extends Disposable {
  readonly name: string;
  /** False once it was cancelled, has done its one run (`once`), or its app has stopped. */
  readonly active: boolean;
  readonly counters: SubscriptionCounters;
  /** Ends it: nothing more is handled, what waits in line is dropped, and a run under way goes on. */
  cancel(): void;
}

/** A subscription as data, for whoever shows it. */
export interface SubscriptionDescription {
  readonly app: string;
  readonly name: string;
  /** The method by which it was made: `onStateChange`. */
  readonly method: string;
  /** What it is subscribed to, in words. */
  readonly target: string;
  readonly counters: SubscriptionCounters;
}

/** What is known of a subscription whatever its events are. */
export interface OpenSubscription {
  cancel(): void;
  describe(): SubscriptionDescription;
}

export interface SubscriptionSpec<E extends BusEvent> {
  readonly method: string;
  readonly target: string;
  readonly settings: HandlerSettings<E>;
  readonly handler: (event: E) => unknown;
  /** An event in words, for reports of failures. */
  readonly describe: (event: E) => string;
  /** How events are remembered. */
  readonly happening?: SubscriptionHappening<E> | undefined;
}

/** What an event is remembered as. */
export interface SubscriptionHappening<E> {
  readonly kind: HappeningKind;
  readonly subject: (event: E) => string;
  /** What it was before, where there is such a thing. */
  readonly was?: ((event: E) => unknown) | undefined;
  /** The app that caused it, if one did, as `app` sees it. */
  readonly by?: ((event: E, app: string) => string | undefined) | undefined;
  /** How a handler leaves out what its own app does. */
  readonly ownHint?: string | undefined;
  /** What it is known by, where it is not what it was made of. */
  readonly now?: ((event: E) => unknown) | undefined;
}

/** In whose name a subscription is made. */
export interface SubscriptionOwner {
  readonly executor: Executor;
  readonly clock: Clock;
  readonly life: Life;
  /** What `this` is in handlers. */
  readonly self: () => unknown;
  readonly onError: ((failure: Failure) => unknown) | undefined;
  /** Where what happens is noted. */
  readonly history: EventHistory | undefined;
  /** Looks for handlers that answer their own app. */
  readonly feedback: FeedbackWatch;
  /** What an event is led through before the handlers. */
  readonly middleware: MiddlewareChain;
  /** Told of a subscription that has ended. */
  readonly leave: (subscription: OpenSubscription) => void;
}

/** Something that kept an event from the handler, thrown in its lane so that it is reported as the handler's own. */
interface Refusal {
  readonly error: unknown;
  readonly input: string;
}

/** From an event that matched to the run of its handler: filter, pace, lane. Bus rooms decide what matches. */
export class HandlerSubscription<E extends BusEvent> implements Subscription, OpenSubscription {
  readonly name: string;
  readonly #owner: SubscriptionOwner;
  readonly #spec: SubscriptionSpec<E>;
  readonly #lane: Lane<E>;
  readonly #where: ((event: E) => boolean) | undefined;
  readonly #once: boolean;
  readonly #debounce: Debounce<E> | undefined;
  readonly #throttle: Throttle | undefined;
  readonly #sources: (() => void)[] = [];
  #refusals: Lane<Refusal> | undefined;
  #active = true;
  #received = 0;
  #matched = 0;
  #coalesced = 0;
  #invalid = 0;
  #filtered = 0;

  constructor(owner: SubscriptionOwner, spec: SubscriptionSpec<E>) {
    const { settings, handler, target, method } = spec;
    if (typeof handler !== 'function') {
      throw new InvalidArgument(`${method}(${target}) was given no handler`, {
        hint: 'The handler is the last argument: (event) => …',
      });
    }
    const { self } = owner;
    this.name = settings.name ?? (handler.name.replace(/^bound /, '') || `${method} ${target}`);
    this.#owner = owner;
    this.#spec = spec;
    this.#where = settings.where;
    this.#once = settings.once;
    this.#lane = owner.executor.lane<E>({
      ...this.#laneOptions(),
      paced: true,
      mode: settings.mode,
      maxPending: settings.maxPending,
      overflow: settings.overflow,
      timeoutMs: settings.timeoutMs,
      describe: spec.describe,
      run: (event, execution) => {
        handOver(event, execution);
        return handler.call(self(), event);
      },
    });
    const { debounceMs, throttleMs } = settings;
    if (debounceMs !== undefined) {
      this.#debounce = new Debounce(
        owner.clock,
        debounceMs,
        `debounce of "${this.name}" of ${owner.life.name}`,
        (event) => this.#run(event),
      );
    }
    if (throttleMs !== undefined) this.#throttle = new Throttle(owner.clock, throttleMs);
  }

  get active(): boolean {
    return this.#active;
  }

  get counters(): SubscriptionCounters {
    const { started, dropped, failed, timedOut } = this.#lane.counters;
    return {
      received: this.#received,
      matched: this.#matched,
      invalid: this.#invalid,
      filtered: this.#filtered,
      run: started,
      coalesced: this.#coalesced,
      dropped,
      failed: failed + timedOut + (this.#refusals?.counters.failed ?? 0),
    };
  }

  /** Takes what brings it its events, to be called when it ends. */
  attach(source: () => void): void {
    if (this.#active) this.#sources.push(source);
    else source();
  }

  /** Something that it is subscribed to has happened; whether it matches is yet to be seen. */
  countReceived(): void {
    this.#received += 1;
  }

  /** An event was left out, since its data does not fit. */
  countInvalid(): void {
    this.#invalid += 1;
  }

  /**
   * Takes an event that satisfied its conditions.
   *
   * @param source - What the event was made of, which is the same for all who hear of it.
   * @returns whether it goes on to the handler, then or later.
   */
  take(told: E, source?: object): boolean {
    if (!this.#active) return false;
    const event = this.#owner.middleware.size === 0 ? told : this.#led(told);
    if (event === undefined || (this.#where !== undefined && !this.#isWanted(this.#where, event))) return false;
    this.#matched += 1;
    const { happening } = this.#spec;
    if (happening !== undefined) {
      const { kind, subject, was, now } = happening;
      const { history, life } = this.#owner;
      // As it came, so that it is the same for all who hear of it.
      history?.note(kind, subject(told), now === undefined ? source : now(told), was?.(told), life.name);
    }
    if (this.#debounce !== undefined) {
      if (this.#debounce.push(event)) this.#coalesced += 1;
    } else if (this.#throttle !== undefined && !this.#throttle.pass()) {
      this.#coalesced += 1;
      return false;
    } else {
      this.#run(event);
    }
    return true;
  }

  /** Reports, as a failure of the handler, what kept an event from it: a person's condition that threw. */
  refuse(error: unknown, input: string): void {
    this.#refusals ??= this.#owner.executor.lane<Refusal>({
      ...this.#laneOptions(),
      mode: 'parallel',
      describe: (refusal) => refusal.input,
      run: (refusal) => {
        throw refusal.error;
      },
    });
    this.#refusals.submit({ error, input });
  }

  cancel(): void {
    if (!this.#active) return;
    this.#end();
    this.#detach();
    this.#close();
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  describe(): SubscriptionDescription {
    const { method, target } = this.#spec;
    return { app: this.#owner.life.name, name: this.name, method, target, counters: this.counters };
  }

  #run(event: E): void {
    if (this.#once) this.#end();
    const { feedback } = this.#owner;
    if (feedback.count()) feedback.look(this.#watched(event));
    try {
      this.#lane.submit(event);
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      this.refuse(error, this.#spec.describe(event));
    }
    if (!this.#once) return;
    // What is to outlive the daemon is not forgotten before its handler has ended.
    void this.#lane.idle.then(() => {
      this.#detach();
      this.#close();
    });
  }

  #watched(event: E): WatchedRun {
    const { happening, describe } = this.#spec;
    const by = happening?.by?.(event, this.#owner.life.name);
    return { handler: this.name, by, what: describe(event), hint: happening?.ownHint ?? '' };
  }

  /** As the app's middleware lets it go on. */
  #led(event: E): E | undefined {
    const { middleware, self, life } = this.#owner;
    try {
      const led = middleware.lead(event, self(), life);
      if (led === undefined) this.#filtered += 1;
      return led;
    } catch (error) {
      this.refuse(error, this.#spec.describe(event));
      return undefined;
    }
  }

  #isWanted(where: (event: E) => boolean, event: E): boolean {
    try {
      return truth(where.call(this.#owner.self(), event), `"where" of "${this.name}"`);
    } catch (error) {
      this.refuse(error, this.#spec.describe(event));
      return false;
    }
  }

  #laneOptions() {
    const { life, onError } = this.#owner;
    const { settings } = this.#spec;
    return {
      life,
      kind: 'handler',
      name: this.name,
      priority: settings.priority,
      onError: settings.onError ?? onError,
    } as const;
  }

  /** It takes nothing any more. */
  #end(): void {
    this.#active = false;
    this.#debounce?.cancel();
    this.#owner.leave(this);
  }

  #detach(): void {
    for (const source of this.#sources.splice(0)) source();
  }

  #close(): void {
    this.#lane.close();
    this.#refusals?.close();
  }
}
