import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from './api-client.ts';
import { ChangeStream, STREAM, Told } from './change-stream.ts';
import { hasMortalHome, LIGHT, type MortalHome, openMortalHome, MORTAL_LIMIT_MS } from './homes.ts';
import { TcpProxy } from './tcp-proxy.ts';

const PING_MS = 500;
const QUICKLY = { pingIntervalMs: PING_MS, backoff: { firstMs: 50, maxMs: 200, factor: 2, jitter: 0.3 } };

describe.runIf(hasMortalHome)('a stream of changes', { timeout: MORTAL_LIMIT_MS }, () => {
  let home: MortalHome;
  beforeAll(async () => {
    home = await openMortalHome();
  }, MORTAL_LIMIT_MS);
  afterAll(() => home[Symbol.asyncDispose](), MORTAL_LIMIT_MS);

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
