import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openApi } from '../contract/api-client.ts';
import { ChangeStream, STREAM, Told } from '../contract/change-stream.ts';
import { LIGHT, startRealHome } from '../contract/homes.ts';
import { TcpProxy } from '../contract/tcp-proxy.ts';
import { heapMb } from './heap.ts';

/** The scripts that start a real Home Assistant. */
const scripts = process.env['REAL_HA'];
const canStart = scripts !== undefined && existsSync(join(scripts, 'start'));

const MINUTES = Number(process.env['SOAK_MINUTES'] || 10);
const CHANGE_EVERY_MS = 10;
const CALL_EVERY_MS = 500;
/** From one fault to the next; each lasts up to half of it. */
const FAULT_EVERY_MS = 20_000;
/** A home needs as long as this to start on a machine that has much else to do. */
const BACK_WITHIN_MS = 120_000;

/** What two minutes of a warm daemon may differ by from two others. */
const MORE_MB = 4;

describe.runIf(canStart)('a real home over a network that fails', () => {
  it(
    `is followed for ${MINUTES} minutes without a gap, and leaves nothing in memory`,
    { timeout: (MINUTES + 8) * 60_000 },
    async () => {
      await using home = await startRealHome(scripts ?? '');
      await using proxy = await TcpProxy.open(home.url);
      await using stream = new ChangeStream(home, CHANGE_EVERY_MS);
      await stream.more(1);
      const ping = { pingIntervalMs: 2000, backoff: { firstMs: 100, maxMs: 2000, factor: 2, jitter: 0.3 } };
      await using t = await openApi({ ...home, url: proxy.url }, home.token, ping);
      const told = new Told(t);

      const faults: readonly (() => Promise<void>)[] = [
        async () => proxy.cut(),
        async () => {
          proxy.refuse(true);
          proxy.cut();
          await sleep(5000);
          proxy.refuse(false);
        },
        async () => {
          proxy.stall();
          await sleep(1000);
          proxy.resume();
        },
        async () => {
          proxy.stall();
          await sleep(8000);
          proxy.resume();
        },
        async () => {
          proxy.throttle(20_000);
          await sleep(8000);
          proxy.throttle();
        },
        async () => {
          home.freeze();
          await sleep(6000);
          home.thaw();
        },
        async () => {
          await t.api.call('homeassistant.restart', { validate: false }).catch(() => undefined); // It goes with the home.
        },
        async () => {
          await home.kill();
          await home.start();
        },
      ];

      const over = new AbortController();
      let answered = 0;
      let failed = 0;
      const calling = (async () => {
        for (let call = 0; !over.signal.aborted; call += 1) {
          const service = call % 2 === 0 ? 'light.turn_on' : 'light.turn_off';
          await t.api.call(service, { target: LIGHT, timeout: '10s', validate: false }).then(
            () => (answered += 1),
            () => (failed += 1),
          );
          await sleep(CALL_EVERY_MS);
        }
      })();

      const heap: number[] = [];
      const endMs = performance.now() + MINUTES * 60_000;
      for (let fault = 0; performance.now() < endMs; fault += 1) {
        const begunMs = performance.now();
        await faults[fault % faults.length]?.();
        await sleep(Math.max(0, FAULT_EVERY_MS - (performance.now() - begunMs)));
        heap.push(heapMb());
      }
      over.abort();
      await calling;
      const last = await stream.end();
      const deadline = AbortSignal.timeout(BACK_WITHIN_MS);
      while (!(told.known === last && t.home.ready)) {
        deadline.throwIfAborted();
        await sleep(100);
      }

      expect(told.gaps).toEqual([]);
      expect(t.home.mirror.stateOf(STREAM)).toBe(last);
      expect(told.times('disconnected')).toBe(told.times('connected'));
      expect(told.times('connected')).toBeGreaterThan(heap.length / 2);
      expect(answered).toBeGreaterThan(failed);
      const quarter = Math.max(1, Math.floor(heap.length / 4));
      const first = Math.min(...heap.slice(0, quarter));
      expect(Math.min(...heap.slice(-quarter)) - first).toBeLessThan(MORE_MB);
    },
  );
});
