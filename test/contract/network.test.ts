import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetworkTransport } from '../../src/home-assistant/connection/network-transport.ts';
import type { EntityState } from '../../src/home-assistant/states/entity-state.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { type OpenApi, openApi } from './api-client.ts';
import { hasMortalHome, LIGHT, type MortalHome, openMortalHome } from './homes.ts';
import { TcpProxy } from './tcp-proxy.ts';

const LIMIT_MS = 60_000;
/** An entity of this file's own, made by REST. */
const STREAM = 'sensor.contract_stream';
const PING_MS = 500;
const QUICKLY = { pingIntervalMs: PING_MS, backoff: { firstMs: 50, maxMs: 200, factor: 2, jitter: 0.3 } };

/** Changes that go on while something happens, made beside the network that it happens to. */
class ChangeStream implements AsyncDisposable {
  /** What was written last. */
  last = 0;
  readonly #transport: NetworkTransport;
  readonly #home: MortalHome;
  readonly #ended = new AbortController();
  #told: (() => void)[] = [];
  readonly #running: Promise<void>;

  constructor(home: MortalHome) {
    this.#home = home;
    this.#transport = new NetworkTransport({ clock: new SystemClock(), url: home.url });
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
    }
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
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** What is told of the stream, each step of which has to begin where the one before it ended. */
class Told {
  readonly gaps: string[] = [];
  known: string | undefined;
  count = 0;
  resyncs = 0;
  readonly lifecycle: string[] = [];
  #waiting: (() => void)[] = [];

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

describe.runIf(hasMortalHome)('a stream of changes', { timeout: LIMIT_MS }, () => {
  let home: MortalHome;
  beforeAll(async () => {
    home = await openMortalHome();
  }, LIMIT_MS);
  afterAll(() => home[Symbol.asyncDispose](), LIMIT_MS);

  /** A client behind a network of its own, while the stream runs. */
  async function behindNetwork() {
    const proxy = await TcpProxy.open(home.url);
    const stream = new ChangeStream(home);
    await stream.more(1);
    const t = await openApi({ ...home, url: proxy.url }, home.token, QUICKLY);
    const told = new Told(t);
    await stream.more(20);
    return {
      ...t,
      proxy,
      stream,
      told,
      /** Peace: all is known in the end, and was told without a gap. */
      async expectAllTold(): Promise<void> {
        const last = await stream.end();
        await told.until(() => told.known === last && t.home.ready);
        expect(t.home.mirror.stateOf(STREAM)).toBe(last);
        expect(told.gaps).toEqual([]);
        await t.api.call('light.turn_on', { target: LIGHT });
        expect(t.home.mirror.stateOf(LIGHT)).toBe('on');
        await t.api.call('light.turn_off', { target: LIGHT });
      },
      async [Symbol.asyncDispose]() {
        await stream[Symbol.asyncDispose]();
        await t[Symbol.asyncDispose]();
        await proxy[Symbol.asyncDispose]();
      },
    };
  }

  it('through a network that cuts again and again: each gap is closed', async () => {
    await using t = await behindNetwork();
    for (let cut = 1; cut <= 5; cut += 1) {
      t.proxy.cut();
      await t.told.until(() => t.told.times('connected') === cut);
      await t.stream.more(30);
    }
    await t.expectAllTold();
    expect(t.told.times('disconnected')).toBe(5);
    expect(t.told.resyncs).toBeLessThanOrEqual(5);
    expect(t.told.resyncs).toBeGreaterThan(0);
  });

  it('through one that is gone for a while: it is found at its next attempt', async () => {
    await using t = await behindNetwork();
    t.proxy.refuse(true);
    t.proxy.cut();
    await t.told.until(() => t.told.times('disconnected') === 1);
    await t.stream.more(100);
    expect(t.home.ready).toBe(false);
    t.proxy.refuse(false);
    await t.told.until(() => t.told.times('connected') === 1);
    await t.expectAllTold();
    expect(t.told.resyncs).toBe(1);
  });

  it('through one that stalls for a moment: nothing is lost, and nobody is told', async () => {
    await using t = await behindNetwork();
    t.proxy.stall();
    await t.stream.more(30);
    t.proxy.resume();
    await t.expectAllTold();
    expect(t.told.lifecycle).toEqual([]);
    expect(t.told.count).toBeGreaterThan(30);
  });

  it('through one that stalls for longer: it is noticed, and what arrives too late is nobody’s', async () => {
    await using t = await behindNetwork();
    t.proxy.stall();
    await t.told.until(() => t.told.times('disconnected') === 1);
    await t.stream.more(30);
    t.proxy.resume();
    await t.told.until(() => t.told.times('connected') === 1);
    await t.expectAllTold();
  });

  it('through a thin one: all of it comes, late', async () => {
    await using t = await behindNetwork();
    t.proxy.throttle(40_000);
    await t.stream.more(150);
    t.proxy.throttle();
    await t.expectAllTold();
  });

  it('of a home that is frozen and thawed', async () => {
    await using t = await behindNetwork();
    home.freeze();
    await t.told.until(() => t.told.times('disconnected') === 1);
    home.thaw();
    await t.told.until(() => t.told.times('connected') >= 1);
    await t.stream.more(30);
    await t.expectAllTold();
  });

  it('of a home that is killed and started again', async () => {
    await using t = await behindNetwork();
    await home.kill();
    await t.told.until(() => t.told.times('disconnected') === 1);
    await home.start();
    await t.told.until(() => t.told.times('home-assistant-start') === 1);
    await t.stream.more(30);
    await t.expectAllTold();
    expect(t.told.times('home-assistant-start')).toBe(1);
  });
});
