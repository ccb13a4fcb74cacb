import { CommandRefused } from '../../home-assistant/home-errors.ts';
import type {
  CallOptions,
  HomeLink,
  HomeSink,
  HomeSubscription,
  SubscriptionSink,
} from '../../home-assistant/home-link.ts';
import type { RestRequest, RestResponse } from '../../home-assistant/protocol/transport.ts';
import type { Command } from '../../home-assistant/protocol/wire.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import { HomeTelling, READ_AT_ONCE } from './home-telling.ts';
import type { Answering, Hearing } from './port-channel.ts';
import { errorOfPlain, plainError } from './port-errors.ts';
import type {
  CallOptionsData,
  DaemonEnd,
  DaemonNews,
  DaemonQuestions,
  SubscriptionNews,
  ThreadEnd,
  ThreadNews,
} from './thread-protocol.ts';

/** A link to a home that is connected in another thread: that thread's link, over a port. */
export class PortHomeLink implements HomeLink {
  readonly home: string;
  readonly #daemon: ThreadEnd;
  readonly #sinks = new Set<HomeSink>();
  readonly #subscriptions = new Map<number, SubscriptionSink>();
  #lastSubscription = 0;
  /** Messages that were read and not yet said to be. */
  #read = 0;

  constructor(home: string, daemon: ThreadEnd) {
    this.home = home;
    this.#daemon = daemon;
  }

  /**
   * The present status and snapshot are told as soon as they arrive, not before this returns as they are by a link of
   * the same thread. One that is attached later than the first hears what comes from then on.
   */
  attach(sink: HomeSink): () => void {
    this.#sinks.add(sink);
    if (this.#sinks.size === 1) this.#daemon.tell('home.attach', { home: this.home });
    return () => {
      if (this.#sinks.delete(sink) && this.#sinks.size === 0) this.#daemon.tell('home.detach', { home: this.home });
    };
  }

  followEvents(eventType: string): () => void {
    this.#daemon.tell('home.follow', { home: this.home, eventType });
    let following = true;
    return () => {
      if (!following) return;
      following = false;
      this.#daemon.tell('home.unfollow', { home: this.home, eventType });
    };
  }

  subscribe({ command, sharing }: HomeSubscription, sink: SubscriptionSink): () => void {
    const { home } = this;
    this.#lastSubscription += 1;
    const id = this.#lastSubscription;
    this.#subscriptions.set(id, sink);
    this.#daemon.tell('home.subscribe', { home, id, json: JSON.stringify(command), sharing });
    return () => {
      if (this.#subscriptions.delete(id)) this.#daemon.tell('home.unsubscribe', { home, id });
    };
  }

  retryNow(): void {
    this.#daemon.tell('home.retry', { home: this.home });
  }

  async command(command: Command, options: CallOptions): Promise<unknown> {
    const given = { ...optionsData(options), home: this.home, json: JSON.stringify(command) };
    return this.#daemon.ask('home.command', given, options.signal);
  }

  rest(request: RestRequest, options: CallOptions): Promise<RestResponse> {
    return this.#daemon.ask('home.rest', { ...optionsData(options), home: this.home, request }, options.signal);
  }

  /** Takes what the daemon's end tells of this home. */
  forEachSink(tell: (sink: HomeSink) => void): void {
    for (const sink of this.#sinks) tell(sink);
    this.#read += 1;
    if (this.#read < READ_AT_ONCE) return;
    this.#daemon.tell('home.read', { home: this.home, messages: this.#read });
    this.#read = 0;
  }

  /** Takes what the daemon's end tells of a subscription. One that was ended meanwhile is not told any more. */
  tellSubscription(id: number, news: SubscriptionNews): void {
    const sink = this.#subscriptions.get(id);
    if (sink === undefined) return;
    switch (news.kind) {
      case 'standing':
        sink.onStanding?.();
        return;
      case 'event':
        sink.onEvent(news.event);
        return;
      case 'refused':
        sink.onRefused(refusalOfPlain(news), news.isFinal);
        return;
    }
  }
}

function refusalOfPlain({ error }: SubscriptionNews & { readonly kind: 'refused' }): CommandRefused {
  const refusal = errorOfPlain(error);
  return refusal instanceof CommandRefused
    ? refusal
    : new CommandRefused(refusal.message, { homeCode: '', hint: refusal.hint });
}

/** What a thread's end does with what it is told of homes. */
export function hearHomes(
  links: ReadonlyMap<string, PortHomeLink>,
): Pick<
  Hearing<ThreadNews>,
  | 'home.status'
  | 'home.snapshot'
  | 'home.differences'
  | 'home.difference'
  | 'home.event'
  | 'home.config'
  | 'home.provenance'
  | 'home.subscription'
> {
  return {
    'home.status': ({ home, status }) => links.get(home)?.forEachSink((sink) => sink.onStatus(status)),
    'home.snapshot': ({ home, snapshot }) => links.get(home)?.forEachSink((sink) => sink.onSnapshot(snapshot)),
    'home.differences': ({ home, differences }) =>
      links.get(home)?.forEachSink((sink) => sink.onDifferences(differences)),
    'home.difference': ({ home, entityId, difference }) =>
      links.get(home)?.forEachSink((sink) => sink.onDifference(entityId, difference)),
    'home.event': ({ home, event }) => links.get(home)?.forEachSink((sink) => sink.onEvent(event)),
    'home.config': ({ home, config }) => links.get(home)?.forEachSink((sink) => sink.onConfig(config)),
    'home.provenance': ({ home, news }) => links.get(home)?.forEachSink((sink) => sink.onProvenance?.(news)),
    'home.subscription': ({ home, id, news }) => links.get(home)?.tellSubscription(id, news),
  };
}

const DEFAULT_CAPACITY = 10_000;

/** The daemon's end: serves its links to one thread. */
export class HomeLinkServer implements Disposable {
  readonly #links: ReadonlyMap<string, HomeLink>;
  readonly #thread: () => DaemonEnd;
  readonly #capacity: number;
  readonly #onBehind: (home: string, isBehind: boolean, unread: number) => void;
  readonly #tellings = new Map<string, HomeTelling>();
  /** What the thread follows, by home and event type, as often as it does. */
  readonly #followed = new Map<string, (() => void)[]>();
  /** What ends the thread's subscriptions, by home and the thread's own number. */
  readonly #subscribed = new Map<string, () => void>();

  /**
   * @param onBehind - told when the thread reads too slowly, and when it reads again.
   * @param capacity - messages of a home that may be on their way to the thread.
   */
  constructor(
    links: readonly HomeLink[],
    thread: () => DaemonEnd,
    onBehind: (home: string, isBehind: boolean, unread: number) => void,
    capacity = DEFAULT_CAPACITY,
  ) {
    this.#onBehind = onBehind;
    this.#capacity = capacity;
    this.#links = new Map(links.map((link) => [link.home, link]));
    this.#thread = thread;
  }

  readonly answering: Pick<Answering<DaemonQuestions>, 'home.command' | 'home.rest'> = {
    'home.command': ({ home, json, ...options }, signal) =>
      // It was a command before it was JSON.
      this.#link(home).command(JSON.parse(json) as Command, { ...options, signal }),
    'home.rest': ({ home, request, ...options }, signal) => this.#link(home).rest(request, { ...options, signal }),
  };

  readonly hearing: Pick<
    Hearing<DaemonNews>,
    | 'home.attach'
    | 'home.detach'
    | 'home.retry'
    | 'home.read'
    | 'home.follow'
    | 'home.unfollow'
    | 'home.subscribe'
    | 'home.unsubscribe'
  > = {
    'home.attach': ({ home }) => this.#attach(home),
    'home.detach': ({ home }) => this.#detach(home),
    'home.retry': ({ home }) => this.#link(home).retryNow(),
    'home.read': ({ home, messages }) => this.#tellings.get(home)?.read(messages),
    'home.follow': ({ home, eventType }) => {
      const unfollow = this.#link(home).followEvents(eventType);
      this.#following(home, eventType).push(unfollow);
    },
    'home.unfollow': ({ home, eventType }) => this.#following(home, eventType).pop()?.(),
    'home.subscribe': ({ home, id, json, sharing }) => {
      // It was a command before it was JSON.
      const command = JSON.parse(json) as Command;
      const thread = this.#thread();
      const tell = (news: SubscriptionNews): void => thread.tell('home.subscription', { home, id, news });
      const unsubscribe = this.#link(home).subscribe(
        { command, sharing },
        {
          onStanding: () => tell({ kind: 'standing' }),
          onEvent: (event) => tell({ kind: 'event', event }),
          onRefused: (error, isFinal) => tell({ kind: 'refused', error: plainError(error), isFinal }),
        },
      );
      this.#subscribed.set(`${home} ${id}`, unsubscribe);
    },
    'home.unsubscribe': ({ home, id }) => {
      this.#subscribed.get(`${home} ${id}`)?.();
      this.#subscribed.delete(`${home} ${id}`);
    },
  };

  /** The thread is gone: nothing is told to it or followed for it any more. */
  [Symbol.dispose](): void {
    for (const home of [...this.#tellings.keys()]) this.#detach(home);
    for (const unfollows of this.#followed.values()) for (const unfollow of unfollows) unfollow();
    this.#followed.clear();
    for (const unsubscribe of this.#subscribed.values()) unsubscribe();
    this.#subscribed.clear();
  }

  #attach(home: string): void {
    const thread = this.#thread();
    this.#detach(home);
    const telling = new HomeTelling({
      link: this.#link(home),
      thread,
      capacity: this.#capacity,
      onBehind: (isBehind, unread) => this.#onBehind(home, isBehind, unread),
    });
    this.#tellings.set(home, telling);
    telling.start();
  }

  #detach(home: string): void {
    this.#tellings.get(home)?.stop();
    this.#tellings.delete(home);
  }

  #following(home: string, eventType: string): (() => void)[] {
    const key = `${home} ${eventType}`;
    let following = this.#followed.get(key);
    if (following === undefined) {
      following = [];
      this.#followed.set(key, following);
    }
    return following;
  }

  #link(home: string): HomeLink {
    const link = this.#links.get(home);
    if (link === undefined) throw new InvalidArgument(`There is no link to a home "${home}"`);
    return link;
  }
}

function optionsData({ timeoutMs, app, executionId }: CallOptions): CallOptionsData {
  return { timeoutMs, app, executionId };
}
