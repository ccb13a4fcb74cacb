import { type BackoffPolicy, backoffMs } from '../../kernel/backoff.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import { type CommandRefused, refusalOf } from '../home-errors.ts';
import type { HomeSubscription, SubscriptionSink } from '../home-link.ts';
import type { Command, ResultMessage, WireError } from '../protocol/wire.ts';
import type { WireSession } from './wire-session.ts';

/** An integration that is set up a while after Home Assistant says that it runs may know by then what it is asked for. */
const RETRY: BackoffPolicy = { firstMs: 2000, maxMs: 60_000, factor: 2, jitter: 0 };
/** A minute in all; then not before the next connection, since each refusal is a line in Home Assistant's log. */
const MAX_RETRIES = 5;
/** What waiting will not change. */
const FINAL_CODES: ReadonlySet<string> = new Set(['unauthorized', 'unknown_command']);

/** A subscription that is wanted, by everybody who shares it. */
interface Wanted {
  readonly command: Command;
  readonly key: string | undefined;
  readonly keepsLatest: boolean;
  readonly sinks: Set<SubscriptionSink>;
  /** The id of its subscription on the present connection, once it was sent. */
  id: number | undefined;
  answered: boolean;
  latest: { readonly event: unknown } | undefined;
  refusal: { readonly error: CommandRefused; readonly isFinal: boolean } | undefined;
  retries: number;
  retry: Timer | undefined;
}

/**
 * The subscriptions that are kept up at a home, whatever the commands are: each is made when the home is ready, again on
 * every connection, again a few times where the home refuses it, and ended with the last who wants it.
 */
export class HomeSubscriptions {
  readonly #home: string;
  readonly #clock: Clock;
  readonly #onFailure: (error: unknown) => void;
  readonly #wanted = new Set<Wanted>();
  readonly #shared = new Map<string, Wanted>();
  #session: WireSession | undefined;

  /** @param onFailure - told of what a sink throws. */
  constructor(home: string, clock: Clock, onFailure: (error: unknown) => void) {
    this.#home = home;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** How many are wanted. */
  get size(): number {
    return this.#wanted.size;
  }

  /** Wants it for as long as what is given back was not called. */
  subscribe({ command, sharing }: HomeSubscription, sink: SubscriptionSink): () => void {
    const key = sharing === 'alone' ? undefined : `${sharing} ${JSON.stringify(command)}`;
    const present = key === undefined ? undefined : this.#shared.get(key);
    const wanted = present ?? this.#want(command, key, sharing === 'values');
    wanted.sinks.add(sink);
    if (present === undefined) this.#ask(wanted);
    else this.#tellJoiner(present, sink);
    return () => this.#leave(wanted, sink);
  }

  /** The home is ready, on a new connection. */
  begin(session: WireSession): void {
    this.#session = session;
    for (const wanted of [...this.#wanted]) {
      wanted.retries = 0;
      this.#ask(wanted);
    }
  }

  /** The connection is gone, and its subscriptions with it. */
  end(): void {
    this.#session = undefined;
    for (const wanted of this.#wanted) {
      wanted.id = undefined;
      wanted.answered = false;
      wanted.latest = undefined;
      wanted.refusal = undefined;
      wanted.retry?.cancel();
    }
  }

  #want(command: Command, key: string | undefined, keepsLatest: boolean): Wanted {
    const wanted: Wanted = {
      command,
      key,
      keepsLatest,
      sinks: new Set(),
      id: undefined,
      answered: false,
      latest: undefined,
      refusal: undefined,
      retries: 0,
      retry: undefined,
    };
    this.#wanted.add(wanted);
    if (key !== undefined) this.#shared.set(key, wanted);
    return wanted;
  }

  #tellJoiner(wanted: Wanted, sink: SubscriptionSink): void {
    const { refusal, latest } = wanted;
    if (refusal !== undefined) this.#tell(() => sink.onRefused(refusal.error, refusal.isFinal));
    else if (wanted.answered) this.#tell(() => sink.onStanding?.());
    if (latest !== undefined) this.#tell(() => sink.onEvent(latest.event));
  }

  #ask(wanted: Wanted): void {
    const session = this.#session;
    if (session === undefined) return;
    wanted.refusal = undefined;
    wanted.answered = false;
    const id = session.subscribe(
      wanted.command,
      (event) => {
        if (wanted.id !== id) return;
        if (wanted.keepsLatest) wanted.latest = { event };
        this.#tellAll(wanted, (sink) => sink.onEvent(event));
      },
      (answer) => this.#answered(wanted, session, id, answer),
    );
    wanted.id = id;
  }

  #answered(wanted: Wanted, session: WireSession, id: number, answer: ResultMessage): void {
    if (!this.#wanted.has(wanted)) {
      // Nobody wants it any more. It could not be ended before it was there: Home Assistant works on commands side by
      // side, and one that ends a subscription which is still being made ends nothing.
      if (answer.success) session.unsubscribe(id);
      return;
    }
    if (wanted.id !== id) return;
    if (!answer.success) {
      this.#refused(wanted, answer.error);
      return;
    }
    wanted.answered = true;
    wanted.retries = 0;
    this.#tellAll(wanted, (sink) => sink.onStanding?.());
  }

  #refused(wanted: Wanted, error: WireError): void {
    wanted.id = undefined;
    const isFinal = FINAL_CODES.has(error.code) || wanted.retries >= MAX_RETRIES;
    const refusal = { error: refusalOf(wanted.command, error), isFinal };
    wanted.refusal = refusal;
    if (!isFinal) {
      wanted.retries += 1;
      const label = `${wanted.command.type} at home "${this.#home}", again`;
      wanted.retry = this.#clock.after(backoffMs(wanted.retries, RETRY, 0), label, () => this.#ask(wanted));
    }
    this.#tellAll(wanted, (sink) => sink.onRefused(refusal.error, isFinal));
  }

  #leave(wanted: Wanted, sink: SubscriptionSink): void {
    if (!wanted.sinks.delete(sink) || wanted.sinks.size > 0) return;
    this.#wanted.delete(wanted);
    if (wanted.key !== undefined) this.#shared.delete(wanted.key);
    wanted.retry?.cancel();
    if (wanted.id !== undefined && wanted.answered) this.#session?.unsubscribe(wanted.id);
  }

  #tellAll(wanted: Wanted, tell: (sink: SubscriptionSink) => void): void {
    for (const sink of [...wanted.sinks]) {
      if (wanted.sinks.has(sink)) this.#tell(() => tell(sink));
    }
  }

  #tell(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
