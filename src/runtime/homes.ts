import type { Configuration } from '../config/schema.ts';
import { HomeConnection } from '../home-assistant/connection/home-connection.ts';
import type { HomePhase, HomeProblem, HomeStatus } from '../home-assistant/home-link.ts';
import type { HomeTransport } from '../home-assistant/protocol/transport.ts';
import type { OwnCallStore } from '../home-assistant/provenance/own-call-store.ts';
import { Resource } from '../kernel/resource.ts';
import type { HomeReport } from './runtime-status.ts';

/** How a home is reached. */
export interface HomeAccess {
  readonly transport: HomeTransport;
  readonly token: string;
}

export type HomesSettings = Configuration['connection'] &
  Pick<Configuration['limits'], 'eventBuffer' | 'callsInFlight' | 'callsWaiting'> & {
    /** Keeps calls over a restart of the daemon. */
    readonly ownCalls: OwnCallStore;
  };

/** What came of being asked to connect at once. */
export type Reconnecting =
  | { readonly kind: 'asked'; readonly homes: readonly ReconnectingHome[] }
  | { readonly kind: 'unknown-home'; readonly home: string; readonly homes: readonly string[] };

export interface ReconnectingHome {
  readonly name: string;
  /** How its connection was. */
  readonly phase: HomePhase;
  /** It waited to try again, and does so now. */
  readonly tried: boolean;
}

/** The connections to all homes, and whether any of them lets us in. */
export class Homes extends Resource {
  readonly connections: readonly HomeConnection[];
  readonly #refused = new Map<string, HomeProblem>();
  readonly #settings: HomesSettings;
  readonly #onAllRefused: (problems: readonly HomeProblem[]) => void;
  #everReady = false;

  /** @param onAllRefused - called if every home refuses its token before any was ready, and that is to be the end. */
  constructor(
    owner: Resource,
    accesses: ReadonlyMap<string, HomeAccess>,
    settings: HomesSettings,
    onAllRefused: (problems: readonly HomeProblem[]) => void,
  ) {
    super('homes', owner);
    this.#settings = settings;
    this.#onAllRefused = onAllRefused;
    const { pingIntervalMs, connectTimeoutMs, firstRetryMs, lastRetryMs, eventBuffer, ownCalls } = settings;
    const callLimits = { inFlight: settings.callsInFlight, waiting: settings.callsWaiting };
    this.connections = Array.from(
      accesses,
      ([home, { transport, token }]) =>
        new HomeConnection(this, {
          home,
          transport,
          token,
          pingIntervalMs,
          eventBuffer,
          ownCalls,
          callLimits,
          onRefused: (problem) => this.#goesOn(home, problem),
          limitsMs: { connecting: connectTimeoutMs, authenticating: connectTimeoutMs },
          backoff: { firstMs: firstRetryMs, maxMs: lastRetryMs, factor: 2, jitter: 0.3 },
        }),
    );
    for (const connection of this.connections) {
      const onSnapshot = (): void => void (this.#everReady = true);
      this.own(
        connection.attach({
          onSnapshot,
          onStatus: (status) => this.#heard(connection, status),
          onDifferences: ignore,
          onDifference: ignore,
          onEvent: ignore,
          onConfig: ignore,
        }),
      );
    }
  }

  reports(): readonly Omit<HomeReport, 'entities' | 'version' | 'timeZone'>[] {
    return this.connections.map((connection) => {
      const { phase, problem, roundTripMs, clockOffsetMs } = connection.homeStatus;
      return {
        name: connection.home,
        phase,
        problem,
        roundTripMs,
        clockOffsetMs,
        calls: connection.calls,
        reading: connection.reading,
      };
    });
  }

  /** Tries at once to connect to a home that is away, or to all that are. */
  reconnect(home?: string): Reconnecting {
    const meant = this.connections.filter((connection) => home === undefined || connection.home === home);
    if (home !== undefined && meant.length === 0) {
      return { kind: 'unknown-home', home, homes: this.connections.map((connection) => connection.home) };
    }
    const homes = meant.map((connection): ReconnectingHome => {
      const { phase } = connection.homeStatus;
      connection.retryNow();
      return { name: connection.home, phase, tried: phase === 'lost' || phase === 'refused' };
    });
    return { kind: 'asked', homes };
  }

  /** One home is back: maybe it was the network, and the others are too. What was refused is not tried by that. */
  #heard(connection: HomeConnection, status: HomeStatus): void {
    if (status.phase !== 'ready') return;
    for (const other of this.connections) {
      if (other !== connection && other.homeStatus.phase === 'lost') this.clock.defer(() => other.retryNow());
    }
  }

  /** Whether the daemon goes on without a home that refused its token. */
  #goesOn(home: string, problem: HomeProblem): boolean {
    this.#refused.set(home, problem);
    const { onRefused } = this.#settings;
    if (onRefused === 'retry' || this.#everReady || this.#refused.size < this.connections.length) return true;
    // Not while the connection is in the middle of a step.
    this.clock.defer(() => this.#onAllRefused([...this.#refused.values()]));
    return false;
  }
}

function ignore(): void {}
