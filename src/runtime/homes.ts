import type { Configuration } from '../config/schema.ts';
import { HomeConnection } from '../home-assistant/home-connection.ts';
import type { HomeStatus } from '../home-assistant/home-link.ts';
import type { HomeTransport } from '../home-assistant/protocol/transport.ts';
import { Resource } from '../kernel/resource.ts';
import type { HomeReport } from './runtime-status.ts';

/** How a home is reached. */
export interface HomeAccess {
  readonly transport: HomeTransport;
  readonly token: string;
}

/** The connections to all homes, and whether any of them lets us in. */
export class Homes extends Resource {
  readonly connections: readonly HomeConnection[];
  readonly #refused = new Set<string>();
  readonly #onAllRefused: () => void;
  #everReady = false;

  /** @param onAllRefused - called once, if every home refuses its token before any was ready. */
  constructor(
    owner: Resource,
    accesses: ReadonlyMap<string, HomeAccess>,
    settings: Configuration['connection'],
    onAllRefused: () => void,
  ) {
    super('homes', owner);
    this.#onAllRefused = onAllRefused;
    const { pingIntervalMs, connectTimeoutMs, firstRetryMs, lastRetryMs } = settings;
    this.connections = Array.from(
      accesses,
      ([home, { transport, token }]) =>
        new HomeConnection(this, {
          home,
          transport,
          token,
          pingIntervalMs,
          limitsMs: { connecting: connectTimeoutMs, authenticating: connectTimeoutMs },
          backoff: { firstMs: firstRetryMs, maxMs: lastRetryMs, factor: 2, jitter: 0.3 },
        }),
    );
    for (const connection of this.connections) {
      const onStatus = (status: HomeStatus): void => this.#judge(connection.home, status);
      this.own(
        connection.attach({ onStatus, onSnapshot: ignore, onDifferences: ignore, onEvent: ignore, onConfig: ignore }),
      );
    }
  }

  reports(): readonly Omit<HomeReport, 'entities' | 'version' | 'timeZone'>[] {
    return this.connections.map((connection) => {
      const { phase, problem, roundTripMs, clockOffsetMs } = connection.homeStatus;
      return { name: connection.home, phase, problem, roundTripMs, clockOffsetMs };
    });
  }

  #judge(home: string, { phase }: HomeStatus): void {
    if (phase === 'ready') this.#everReady = true;
    if (phase !== 'refused' || this.#everReady || this.#refused.has(home)) return;
    this.#refused.add(home);
    if (this.#refused.size === this.connections.length) this.#onAllRefused();
  }
}

function ignore(): void {}
