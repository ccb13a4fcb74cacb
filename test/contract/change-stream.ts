import { NetworkTransport } from '../../src/home-assistant/connection/network-transport.ts';
import type { EntityState } from '../../src/home-assistant/states/entity-state.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import type { OpenApi } from './api-client.ts';
import type { ContractHome } from './homes.ts';

/** An entity of those tests' own, made by REST. */
export const STREAM = 'sensor.contract_stream';
/** A home that is down is asked again after this. */
const AGAIN_MS = 20;

/** Changes that go on while something happens, made beside the network that it happens to. */
export class ChangeStream implements AsyncDisposable {
  /** What was written last. */
  last = 0;
  readonly #transport: NetworkTransport;
  readonly #home: ContractHome;
  readonly #clock = new SystemClock();
  readonly #everyMs: number;
  readonly #ended = new AbortController();
  readonly #told: (() => void)[] = [];
  readonly #running: Promise<void>;

  /** @param everyMs - from one change to the next; 0 is as fast as the home takes them. */
  constructor(home: ContractHome, everyMs = 0) {
    this.#home = home;
    this.#everyMs = everyMs;
    this.#transport = new NetworkTransport({ clock: this.#clock, url: home.url });
    this.#running = this.#run();
  }

  /** Waits until so many more were written. */
  async more(count: number): Promise<void> {
    const wanted = this.last + count;
    while (this.last < wanted) await new Promise<void>((resolve) => this.#told.push(resolve));
  }

  /** Ends it. @returns the last state. */
  async end(): Promise<string> {
    this.#ended.abort();
    await this.#running;
    return String(this.last);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await this.#transport[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    for (let next = 1; !this.#ended.signal.aborted; next += 1) {
      await this.#write(String(next));
      this.last = next;
      for (const wake of this.#told.splice(0)) wake();
      if (this.#everyMs > 0) await this.#pause(this.#everyMs);
    }
  }

  #pause(forMs: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(forMs, 'a stream of changes', resolve));
  }

  /** A home that is down or not up yet is asked again until it has it. */
  async #write(state: string): Promise<void> {
    for (;;) {
      const written = await this.#transport
        .request(
          {
            method: 'POST',
            path: `/api/states/${STREAM}`,
            headers: { authorization: `Bearer ${this.#home.token}` },
            body: JSON.stringify({ state, attributes: { padding: 'x'.repeat(500) } }),
          },
          AbortSignal.timeout(10_000),
        )
        .then(
          ({ status }) => status < 300,
          () => false,
        );
      if (written) return;
      await this.#pause(AGAIN_MS);
    }
  }
}

/** What is told of the stream, each step of which has to begin where the one before it ended. */
export class Told {
  readonly gaps: string[] = [];
  known: string | undefined;
  count = 0;
  resyncs = 0;
  readonly lifecycle: string[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor({ home }: OpenApi) {
    this.known = home.mirror.stateOf(STREAM);
    home.states.subscribe('*', ({ entityId, from, to, resync }) => {
      if (entityId === STREAM) this.#take(from, to, resync);
    });
    home.lifecycle.subscribe('*', ({ kind }) => {
      this.lifecycle.push(kind);
      this.#wake();
    });
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  times(kind: string): number {
    return this.lifecycle.filter((each) => each === kind).length;
  }

  #take(from: EntityState | null, to: EntityState | null, resync: boolean): void {
    if (from?.state !== this.known) this.gaps.push(`${this.known} was told, and then ${from?.state}→${to?.state}`);
    if (from !== null && to !== null && from.lastUpdated.equals(to.lastUpdated)) this.gaps.push(`twice ${to.state}`);
    this.known = to?.state;
    this.count += 1;
    if (resync) this.resyncs += 1;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
