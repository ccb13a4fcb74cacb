import type { CommandRefused } from './home-errors.ts';
import type { ProvenanceNews } from './provenance/own-call.ts';
import type { RestRequest, RestResponse } from './protocol/transport.ts';
import type {
  Command,
  CompressedDifference,
  CompressedState,
  EntitiesMessage,
  HomeConfig,
  WireEvent,
} from './protocol/wire.ts';

/**
 * What an app host knows of a home's connection. It carries plain data only: in the daemon's own thread it is the
 * connection itself, in a worker thread a proxy of it over a message port.
 */
export interface HomeLink {
  /** The home's name in the configuration. */
  readonly home: string;

  /**
   * Tells the sink the present status before it returns, then everything that comes. A sink that joins a home that is
   * ready is told `syncing`, a snapshot of its own and `ready`, as on a new connection. Returns what detaches it.
   */
  attach(sink: HomeSink): () => void;

  /**
   * Brings events of one type to all sinks for as long as somebody follows it. `call_service` always is followed,
   * where the token's user may. Returns what ends it; ending twice does nothing.
   */
  followEvents(eventType: string): () => void;

  /**
   * Keeps up a subscription of whatever kind: made as soon as the home is ready, again on every connection, and again a
   * few times where the home refuses it, since what it is about may not have been set up yet.
   *
   * @returns what ends it; ending twice does nothing.
   */
  subscribe(subscription: HomeSubscription, sink: SubscriptionSink): () => void;

  /** Tries to connect at once, where it waits to: somebody knows that the home, or the way to it, is back. */
  retryNow(): void;

  /**
   * Sends a WebSocket command and gives its result.
   *
   * @throws HomeError - `CommandRefused` and its kin where the home refused, `ConnectionLost` where the connection went
   * with the command in flight, `HomeAway` and `NoAnswer` at the time limit.
   * @throws Cancelled - where the signal was aborted.
   */
  command(command: Command, options: CallOptions): Promise<unknown>;

  /** Asks the home's REST API. Whatever status it answers is given back; it rejects where no answer came. */
  rest(request: RestRequest, options: CallOptions): Promise<RestResponse>;
}

/** The calls of a home, as they are now. */
export interface CallCounters {
  /** That wait for their answer. */
  readonly inFlight: number;
  /** That wait for the home, or for their turn. */
  readonly waiting: number;
  /** That were refused, since the daemon started, because too many of the app's own were in line. */
  readonly refused: number;
  /** How many calls of apps may be in flight at once. */
  readonly limit: number;
}

export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Who asks: apps take turns. What the daemon itself asks, without a name, waits for none of them. */
  readonly app?: string | undefined;
  readonly executionId?: string | undefined;
}

/** A command that subscribes to something, and what its events are like. */
export interface HomeSubscription {
  readonly command: Command;
  /**
   * Who asks for the same as another can share its subscription at the home, where what comes makes sense to both:
   * `moments` happen and are past; of `values` each replaces the one before, and who joins later is told the last one;
   * `alone`: each needs its own from the beginning.
   */
  readonly sharing: 'moments' | 'values' | 'alone';
}

/** Who has subscribed to something. */
export interface SubscriptionSink {
  /** The home has accepted it: for the first time, and after each reconnect. */
  onStanding?(): void;
  /** What it brings is shaped by the command. */
  onEvent(event: unknown): void;
  /** The home refused it. `isFinal`: it is not asked again before the next connection. */
  onRefused(error: CommandRefused, isFinal: boolean): void;
}

/** What a link tells. Calls come one after the other, in the order in which the home told it. */
export interface HomeSink {
  onStatus(status: HomeStatus): void;
  /** Everything there is, as it is now: what was known before is replaced. */
  onSnapshot(snapshot: HomeSnapshot): void;
  /** The wire's own differences, uncopied: they are not to be changed. */
  onDifferences(differences: EntitiesMessage): void;
  /** A difference of one entity: most of what a home says, so it comes without anything around it. */
  onDifference(entityId: string, difference: CompressedDifference): void;
  onEvent(event: WireEvent): void;
  /** The home's configuration (time zone, position, units) was changed since the snapshot. */
  onConfig(config: HomeConfig): void;
  /** What becomes of the calls of all apps, in its place among the events and differences that they cause. */
  onProvenance?(news: ProvenanceNews): void;
}

export interface HomeSnapshot {
  /** Counts the connections; what is known from an older one is past. */
  readonly generation: number;
  readonly entities: Readonly<Record<string, CompressedState>>;
  readonly config: HomeConfig;
  /** Home Assistant itself has been restarted since the snapshot before. Never so in the first. */
  readonly restarted: boolean;
  readonly clockOffsetMs: number;
}

export type HomePhase =
  /** A socket is being opened. */
  | 'connecting'
  | 'authenticating'
  /** Let in; configuration and states are asked for. */
  | 'syncing'
  /** Connected to a home that is not up yet; its snapshot comes when it is. */
  | 'starting'
  /** The states are known and followed. */
  | 'ready'
  /** There is no connection; it waits, longer each time, to try again. */
  | 'lost'
  /** The home refused the token. It is tried again, slowly. */
  | 'refused'
  /** Not begun yet, or stopped. */
  | 'closed';

export interface HomeStatus {
  readonly phase: HomePhase;
  readonly generation: number;
  /** What stands in the way, or what the connection has to do without. */
  readonly problem?: HomeProblem | undefined;
  /** How far the home's clock is ahead of ours. */
  readonly clockOffsetMs: number;
  readonly roundTripMs?: number | undefined;
}

export interface HomeProblem {
  /** The code of an error, as in `docs/errors.md`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}
