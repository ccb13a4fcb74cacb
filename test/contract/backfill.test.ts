import { describe, expect, it } from 'vitest';
import { AppBus } from '../../src/apps/app-bus.ts';
import { BusService } from '../../src/bus/bus-service.ts';
import { HomeConnection } from '../../src/home-assistant/connection/home-connection.ts';
import { NetworkTransport } from '../../src/home-assistant/connection/network-transport.ts';
import { Home } from '../../src/home-assistant/home.ts';
import { HomeUnreachable } from '../../src/home-assistant/home-errors.ts';
import type { HomeSocket, HomeTransport, SocketListener } from '../../src/home-assistant/protocol/transport.ts';
import { Cancelled } from '../../src/kernel/errors.ts';
import { Executor } from '../../src/kernel/executor.ts';
import { Life } from '../../src/kernel/life.ts';
import { memoryWaits } from '../storage/memory-storage.ts';
import { Logging } from '../../src/kernel/logging.ts';
import { Resource } from '../../src/kernel/resource.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { NUMBER, openApi, openApiHome } from './api-client.ts';
import { LIGHT } from './homes.ts';

class Root extends Resource {}

/** A way to a home that can be cut. */
class Wire implements HomeTransport {
  isCut = false;
  readonly #inner: HomeTransport;
  readonly #sockets: HomeSocket[] = [];

  constructor(inner: HomeTransport) {
    this.#inner = inner;
  }

  async connect(listener: SocketListener, signal: AbortSignal): Promise<HomeSocket> {
    if (this.isCut) throw new HomeUnreachable('the wire is cut');
    const socket = await this.#inner.connect(listener, signal);
    this.#sockets.push(socket);
    return socket;
  }

  request: HomeTransport['request'] = (request, signal) => this.#inner.request(request, signal);

  cut(): void {
    this.isCut = true;
    for (const socket of this.#sockets.splice(0)) socket.terminate();
  }
}

describe('what was missed', () => {
  it('is told step by step from the history of the home, once, before what comes then', async () => {
    await using contract = await openApiHome();
    await using other = await openApi(contract);
    const clock = new SystemClock();
    const logging = new Logging({ clock, level: 'info', format: 'silent' });
    const warnings: string[] = [];
    logging.tap(({ level, msg }) => void (level === 'warn' && warnings.push(msg)));
    await using network = new NetworkTransport({ clock, url: contract.url });
    const wire = new Wire(network);
    await using root = new Root('backfill', { clock, logging });
    const connection = new HomeConnection(root, {
      ...{ home: 'contract', transport: wire, token: contract.token },
      backoff: { firstMs: 3_600_000, maxMs: 3_600_000, factor: 1, jitter: 0 },
    });
    const home = new Home(root, connection);
    const service = new BusService(root, { executor: new Executor({ clock, logger: logging.logger('executor') }) });
    await root.start();
    await home.firstReady;
    const life = new Life('hall');
    const bus = new AppBus({
      service,
      home,
      life,
      clock,
      logger: logging.logger('app.hall'),
      waits: memoryWaits({ clock, logging }, 'hallway'),
      self: () => undefined,
    });
    const set = (value: number): Promise<unknown> =>
      other.api.call('input_number.set_value', { target: NUMBER, data: { value } });

    const told: string[] = [];
    const known = Promise.withResolvers<void>();
    const plain: string[] = [];
    bus.onStateChange(NUMBER, { backfill: true }, ({ to, resync, backfill }) => {
      told.push(`${to?.number} ${resync ? 'resync' : 'live'}${backfill ? ' backfill' : ''}`);
      if (to?.number === 99) known.resolve();
    });
    bus.onStateChange(NUMBER, ({ to, resync }) => void plain.push(`${to?.number} ${resync ? 'resync' : 'live'}`));
    const light: string[] = [];
    const brightness: string[] = [];
    bus.onStateChange(LIGHT, { backfill: true }, ({ to, backfill }) => void light.push(`${to?.state} ${backfill}`));
    // The recorder does not keep it.
    bus.onAttributeChange(LIGHT, 'brightness', { backfill: true }, ({ value, backfill }) => {
      brightness.push(`${String(value)} ${backfill}`);
    });
    const gone = Promise.withResolvers<void>();
    bus.onDisconnected(() => gone.resolve());
    wire.cut();
    await gone.promise;
    for (const value of [11, 12, 13, 14, 15]) await set(value);
    for (const value of [100, 200]) {
      await other.api.call('light.turn_on', { target: LIGHT, data: { brightness: value } });
      if (value === 100) await other.api.call('light.turn_off', { target: LIGHT });
    }
    wire.isCut = false;
    connection.retryNow();
    await home.whenReady(life.signal);
    await set(99);
    await known.promise;
    // Each subscription is told in its own time.
    await expect.poll(() => [light.length, brightness.length]).toEqual([3, 1]);

    expect(told).toEqual([...[11, 12, 13, 14].map((value) => `${value} resync backfill`), '15 resync', '99 live']);
    expect(plain).toEqual(['15 resync', '99 live']);
    expect(warnings.filter((line) => line.includes('history'))).toEqual([]);
    expect(light).toEqual(['on true', 'off true', 'on false']);
    expect(brightness).toEqual(['200 false']);
    await other.api.call('light.turn_off', { target: LIGHT });
    life.stop(new Cancelled('the test is over'));
    await set(20);
  });
});
