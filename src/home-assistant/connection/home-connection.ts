import { type BackoffPolicy, backoffMs } from '../../kernel/backoff.ts';
import type { Timer } from '../../kernel/clock.ts';
import { Resource, type ResourceContext } from '../../kernel/resource.ts';
import { type CallLimits, CallLedger, DEFAULT_CALL_LIMITS } from './call-ledger.ts';
import { ConnectionNotices } from './connection-notices.ts';
import { CONNECTION_START, type ConnectionEffect, type ConnectionInput, stepConnection } from './connection-machine.ts';
import { problemOfOpening, problemOfStall, topicOf } from './connection-problems.ts';
import { EventFollowing, isForbidden } from './event-following.ts';
import { AuthRefused, type HomeError, nameOfCommand, refusalOf } from '../home-errors.ts';
import type {
  CallCounters,
  CallOptions,
  HomeLink,
  HomeProblem,
  HomeSink,
  HomeStatus,
  HomeSubscription,
  SubscriptionSink,
} from '../home-link.ts';
import { type Entities, HomeSession } from './home-session.ts';
import { HomeSubscriptions } from './home-subscriptions.ts';
import { HomeTime } from './home-time.ts';
import { subscribeEvents } from '../protocol/commands.ts';
import { CallTrail } from '../provenance/call-trail.ts';
import type { OwnCallStore } from '../provenance/own-call-store.ts';
import type { HomeTransport, RestRequest, RestResponse } from '../protocol/transport.ts';
import type {
  Command,
  CompressedDifference,
  EntitiesMessage,
  HomeConfig,
  WireError,
  WireEvent,
} from '../protocol/wire.ts';
import { type Reading, ReadingWatch } from './reading-watch.ts';
import { SinkList } from './sink-list.ts';

export interface HomeConnectionOptions {
  /** The home's name in the configuration. */
  readonly home: string;
  readonly transport: HomeTransport;
  readonly token: string;
  /** @defaultValue 10_000 */
  readonly pingIntervalMs?: number | undefined;
  /** Messages that may wait for their turn before the socket is told to pause. @defaultValue 10_000 */
  readonly eventBuffer?: number | undefined;
  /** How many calls of apps there may be at once. @defaultValue 100 in flight, 1000 in line of one app */
  readonly callLimits?: CallLimits | undefined;
  /** How long each step of an attempt may take. */
  readonly limitsMs?: Partial<StepLimits> | undefined;
  /** Between attempts. @defaultValue 1 s, doubled up to 60 s, up to a third of it left to chance */
  readonly backoff?: BackoffPolicy | undefined;
  /** Between attempts with a refused token: Home Assistant may ban who tries often. @defaultValue 300_000 */
  readonly refusedRetryMs?: number | undefined;
  /**
   * Told of a refused token in place of the log. Gives whether the log is to say it all the same, with when it is tried
   * again.
   */
  readonly onRefused?: ((problem: HomeProblem) => boolean) | undefined;
  /** Keeps what apps have called, so that it is known for theirs after a restart of the daemon. @defaultValue nothing is kept */
  readonly ownCalls?: OwnCallStore | undefined;
}

export interface StepLimits {
  readonly connecting: number;
  readonly authenticating: number;
  readonly syncing: number;
}

const DEFAULT_LIMITS: StepLimits = { connecting: 10_000, authenticating: 10_000, syncing: 60_000 };
const DEFAULT_BACKOFF: BackoffPolicy = { firstMs: 1000, maxMs: 60_000, factor: 2, jitter: 0.3 };
/** A connection that lasted so long was a good one: the waits between attempts begin anew. */
const STEADY_MS = 10_000;
/** Events that may come between subscribing to them and the snapshot; a home that starts sends some. */
const MAX_HELD_EVENTS = 10_000;
/** How long a home may take to answer a farewell. */
const FAREWELL_MS = 500;

/** What is known of the connection that is ready. */
interface Ready {
  readonly sinceMs: number;
  config: HomeConfig;
}

/**
 * The connection to a home, for as long as the daemon runs: whatever happens to one WebSocket, there is a next one, and
 * after it the whole state of the home anew.
 *
 * It carries out what the pure tables say: `connection-machine.ts` across attempts, `protocol/handshake.ts` within one.
 */
export class HomeConnection extends Resource implements HomeLink {
  readonly home: string;
  readonly #options: HomeConnectionOptions;
  readonly #sinks: SinkList;
  readonly #calls: CallLedger;
  readonly #following: EventFollowing;
  readonly #subscriptions: HomeSubscriptions;
  readonly #trail: CallTrail;
  readonly #reading: ReadingWatch;
  readonly #notices: ConnectionNotices;
  readonly #time: HomeTime;
  #state = CONNECTION_START;
  #session: HomeSession | undefined;
  #ready: Ready | undefined;
  #problem: HomeError | undefined;
  #timer: Timer | undefined;
  #farewell: Promise<void> | undefined;
  #held: WireEvent[] = [];
  #notHeld = 0;
  #roundTripMs: number | undefined;
  /** The home was seen starting since it was last ready. */
  #seenStarting = false;

  constructor(owner: Resource | ResourceContext, options: HomeConnectionOptions) {
    super(`home.${options.home}`, owner, `home.${options.home}`);
    this.home = options.home;
    this.#options = options;
    const onFailure = (error: unknown): void =>
      this.logger.error({ err: error }, 'what the home said could not be taken in');
    const { clock } = this.context;
    const callLimits = options.callLimits ?? DEFAULT_CALL_LIMITS;
    this.#notices = new ConnectionNotices(options.home, clock, this.logger);
    this.#time = new HomeTime(clock);
    this.#sinks = new SinkList(onFailure);
    this.#subscriptions = new HomeSubscriptions(options.home, clock, onFailure);
    this.#calls = new CallLedger({
      home: options.home,
      clock,
      limits: callLimits,
      whyAway: () => this.#presentProblem(),
      onRefused: (app) => this.#notices.callRefused(app, callLimits.waiting),
    });
    this.#reading = new ReadingWatch({
      clock,
      label: `how well home "${options.home}" is read`,
      onBehind: (sight) => this.#notices.readTooSlowly(sight),
      onCaughtUp: (arrears) => this.#notices.readInTime(arrears),
    });
    this.#trail = new CallTrail({
      home: options.home,
      clock,
      store: options.ownCalls,
      tell: (news) => this.#sinks.tellProvenance(news),
    });
    this.#following = new EventFollowing({
      onEvent: (event) => this.#event(event),
      onRefusal: (eventType, error) => this.#followingRefused(eventType, error),
    });
  }

  /** What sinks that have everything are told at present. */
  get homeStatus(): HomeStatus {
    const problem = this.#presentProblem();
    return {
      phase: this.#state.phase,
      generation: this.#state.generation,
      ...(problem === undefined ? {} : { problem }),
      clockOffsetMs: this.#time.offsetMs,
      ...(this.#roundTripMs === undefined ? {} : { roundTripMs: this.#roundTripMs }),
    };
  }

  /** How many calls there are at present. */
  get calls(): CallCounters {
    return this.#calls.counters;
  }

  /** How far what the home tells has been read. */
  get reading(): Reading {
    const wire = this.#session?.wire;
    return {
      waiting: wire?.backlog ?? 0,
      oldestMs: wire?.oldestMs ?? 0,
      paused: wire?.paused ?? false,
      behind: this.#reading.behind,
    };
  }

  attach(sink: HomeSink): () => void {
    this.#sinks.add(sink);
    for (const news of this.#trail.past()) this.#sinks.tellOneProvenance(sink, news);
    this.#sinks.tellOneStatus(sink, this.homeStatus);
    const session = this.#session;
    if (this.#ready !== undefined && session !== undefined) {
      session.snapshot((entities) => {
        if (this.#ready === undefined || !this.#sinks.has(sink)) return;
        this.#sinks.tellOneSnapshot(sink, this.#snapshot(entities, this.#ready.config, false));
        this.#sinks.tellOneStatus(sink, this.homeStatus);
      });
    }
    return () => this.#sinks.remove(sink);
  }

  followEvents(eventType: string): () => void {
    return this.#following.follow(eventType);
  }

  subscribe(subscription: HomeSubscription, sink: SubscriptionSink): () => void {
    return this.#subscriptions.subscribe(subscription, sink);
  }

  command(command: Command, options: CallOptions): Promise<unknown> {
    return this.#calls.submit<unknown>(
      {
        what: nameOfCommand(command),
        onConnection: true,
        begin: (settle) => {
          const wire = this.#session?.wire;
          const onAnswer = this.#trail.sent(command, options);
          const id = wire?.ask(command, (answer) => {
            onAnswer?.(answer);
            if (answer.success) settle.resolve(answer.result);
            else settle.reject(refusalOf(command, answer.error));
          });
          return () => {
            // The answer to a service's call says whose doing a change was, also when nobody waits for it any more.
            if (id !== undefined && onAnswer === undefined) wire?.forget(id);
          };
        },
      },
      options,
    );
  }

  rest(request: RestRequest, options: CallOptions): Promise<RestResponse> {
    const { transport, token } = this.#options;
    const authorized = { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
    return this.#calls.submit<RestResponse>(
      {
        what: `${request.method} ${request.path}`,
        onConnection: false,
        begin: (settle) => {
          const controller = new AbortController();
          transport.request(authorized, controller.signal).then(
            (response) => settle.resolve(response),
            (error: unknown) => settle.reject(problemOfOpening(this.home, error)),
          );
          return () => controller.abort();
        },
      },
      options,
    );
  }

  /** Tries again at once, where it waits to: somebody knows that the network or the home is back. */
  retryNow(): void {
    this.#step({ kind: 'retry' });
  }

  protected override async onStart(): Promise<void> {
    await this.#trail.load();
    // It comes just before the changes that a call causes, and tells whose they are.
    this.own(this.#following.follow('call_service'));
    this.#step({ kind: 'start' });
  }

  protected override async onStop(): Promise<void> {
    this.#step({ kind: 'stop' });
    await this.#farewell;
  }

  protected override details(): Readonly<Record<string, unknown>> {
    return {
      ...this.homeStatus,
      version: this.#ready?.config.version,
      calls: this.#calls.counters,
      subscriptions: this.#subscriptions.size,
      backlog: this.#session?.wire.backlog ?? 0,
    };
  }

  #step(input: ConnectionInput): void {
    const before = this.#state;
    const { state, effects } = stepConnection(before, input);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    if (state.phase !== before.phase) this.#sinks.tellStatus(this.homeStatus);
  }

  #carryOut(effect: ConnectionEffect): void {
    switch (effect.do) {
      case 'open':
        this.#open();
        return;
      case 'limit':
        this.#limit(effect.phase);
        return;
      case 'unlimit':
        this.#timer?.cancel();
        return;
      case 'wait':
        this.#wait(effect.failures, effect.slowly);
        return;
      case 'tell':
        this.#tell();
        return;
      case 'close':
        this.#calls.end();
        this.#notices.close();
        this.#farewell = this.#session?.close(FAREWELL_MS);
        this.#leave();
        return;
    }
  }

  #open(): void {
    const { token, transport, eventBuffer, pingIntervalMs = 10_000 } = this.#options;
    this.#session = new HomeSession({
      home: this.home,
      token,
      clock: this.clock,
      pingIntervalMs,
      eventBuffer,
      listener: {
        onOpen: () => this.#step({ kind: 'opened' }),
        onEntered: (phase) => this.#entered(phase),
        onFollow: (wire) => {
          this.#trail.begin(wire);
          this.#following.begin(wire);
        },
        onReady: (entities, config, starting) => this.#becomeReady(entities, config, starting),
        onDifferences: (differences) => this.#differences(differences),
        onDifference: (entityId, difference) => this.#difference(entityId, difference),
        onConfig: (config) => this.#configChanged(config),
        onRoundTrip: (roundTripMs) => this.#measured(roundTripMs),
        onClock: (probe) => this.#time.probed(probe),
        onTurn: (lateMs) => this.#reading.look({ ...this.reading, heldUpMs: lateMs }),
        onEnd: (problem) => this.#end(problem),
      },
    });
    this.#session.open(transport);
  }

  #limit(phase: keyof StepLimits): void {
    this.#timer?.cancel();
    const limitMs = this.#options.limitsMs?.[phase] ?? DEFAULT_LIMITS[phase];
    this.#timer = this.clock.after(limitMs, `${phase} of home "${this.home}"`, () => {
      this.#session?.end();
      this.#end(problemOfStall(this.home, phase, limitMs));
    });
  }

  #wait(failures: number, slowly: boolean): void {
    const random = (this.context.random ?? Math.random)();
    const { refusedRetryMs = 300_000, backoff = DEFAULT_BACKOFF } = this.#options;
    const delayMs = slowly ? refusedRetryMs : backoffMs(failures, backoff, random);
    this.#timer = this.clock.after(delayMs, `next attempt to reach home "${this.home}"`, () => this.retryNow());
  }

  #entered(phase: 'syncing' | 'starting'): void {
    // It let us in, so whatever stood in the way before does no more.
    this.#problem = undefined;
    if (phase === 'starting') {
      this.#seenStarting = true;
      this.#notices.starting();
    }
    this.#step({ kind: 'entered', phase });
  }

  #becomeReady(entities: Entities, config: HomeConfig, starting: boolean): void {
    this.#ready = { sinceMs: this.clock.monotonicMs(), config };
    const restarted =
      this.#time.wasHeard && (starting || this.#seenStarting || this.#time.wroteEverythingSinceLoss(entities));
    this.#seenStarting = false;
    this.#following.retry();
    this.#notices.connected(Object.keys(entities).length, config, this.#state.generation, restarted);
    this.#sinks.tellSnapshot(this.#snapshot(entities, config, restarted));
    this.#step({ kind: 'ready' });
    this.#tellHeld();
    // After the states: whoever hears of a trigger or a template finds the mirror as it is meant to be.
    if (this.#session !== undefined) this.#subscriptions.begin(this.#session.wire);
    this.#calls.open();
  }

  #tellHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.#sinks.tellEvent(event);
    if (this.#notHeld > 0) this.#notices.eventsNotTold(this.#notHeld, MAX_HELD_EVENTS);
    this.#notHeld = 0;
  }

  #snapshot(entities: Entities, config: HomeConfig, restarted: boolean) {
    return { generation: this.#state.generation, entities, config, restarted, clockOffsetMs: this.#time.offsetMs };
  }

  #differences(differences: EntitiesMessage): void {
    if (this.#time.isListening) this.#time.hear(differences);
    this.#sinks.tellDifferences(differences);
  }

  #difference(entityId: string, difference: CompressedDifference): void {
    if (this.#time.isListening) this.#time.hear({ c: { [entityId]: difference } });
    this.#sinks.tellDifference(entityId, difference);
  }

  #event(event: WireEvent): void {
    this.#trail.heard(event);
    if (this.#ready !== undefined) {
      this.#sinks.tellEvent(event);
      return;
    }
    // The mirror does not know the home yet; whoever handles the event may want to look at it.
    if (this.#held.length < MAX_HELD_EVENTS) this.#held.push(event);
    else this.#notHeld += 1;
  }

  #configChanged(config: HomeConfig): void {
    if (this.#ready === undefined) return;
    this.#ready.config = config;
    this.#sinks.tellConfig(config);
  }

  #measured(roundTripMs: number): void {
    this.#roundTripMs = roundTripMs;
    // Once in a while, what the home dates is held against our clock.
    this.#time.listen();
  }

  #followingRefused(eventType: string, error: WireError): void {
    if (this.#ready === undefined && !isForbidden(error)) return;
    this.#notices.followingRefused(eventType, refusalOf(subscribeEvents(eventType), error));
    if (this.#ready !== undefined) this.#sinks.tellStatus(this.homeStatus);
  }

  #end(problem: HomeError): void {
    const steady = this.#ready !== undefined && this.clock.monotonicMs() - this.#ready.sinceMs >= STEADY_MS;
    if (this.#ready !== undefined && this.#session !== undefined) this.#time.lost(this.#session.wire.lastHeardMs);
    this.#problem = problem;
    this.#notices.ended(problem, this.#state.generation, this.#reading.behind);
    this.#leave();
    this.#calls.close(shown(problem));
    this.#step({ kind: 'ended', topic: topicOf(problem), refused: problem instanceof AuthRefused, steady });
  }

  #leave(): void {
    this.#reading.end();
    this.#session = undefined;
    this.#ready = undefined;
    this.#held = [];
    this.#notHeld = 0;
    this.#following.end();
    this.#trail.end();
    this.#subscriptions.end();
    this.#sinks.leave();
  }

  #presentProblem(): HomeProblem | undefined {
    if (this.#ready === undefined) return this.#problem === undefined ? undefined : shown(this.#problem);
    const refused = this.#following.refused();
    if (refused.length === 0) return undefined;
    return {
      code: 'NOT_PERMITTED',
      message: `Events that home "${this.home}" does not let the token's user follow: ${refused.join(', ')}`,
      hint: 'Use the token of an administrator, if apps need them or it matters who caused a change.',
    };
  }

  #tell(): void {
    const problem = this.#problem;
    if (problem === undefined) return;
    const { refusedRetryMs = 300_000, onRefused } = this.#options;
    if (problem instanceof AuthRefused && onRefused?.(shown(problem)) === false) return;
    this.#notices.triedAgain(problem, problem instanceof AuthRefused ? refusedRetryMs : undefined);
  }
}

function shown(problem: HomeError): HomeProblem {
  return {
    code: problem.code,
    message: problem.message,
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  };
}
