import { describe, expect, it } from 'vitest';
import { HomeConnection } from '../../../src/home-assistant/connection/home-connection.ts';
import type { Clock, Timer } from '../../../src/kernel/clock.ts';
import { Logging } from '../../../src/kernel/logging.ts';
import { VirtualClock } from '../../../src/kernel/virtual-clock.ts';
import { SimulatedHome } from '../../../src/simulator/simulated-home.ts';
import { RecordingSink } from '../recording-sink.ts';

/** The clock of a process in which each turn of the event loop takes long, and each look a slice of it. */
class BusyClock implements Clock {
  turnMs = 0;
  readonly #clock: VirtualClock;
  #lookedAtMs = 0;
  #looks = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  monotonicMs(): number {
    const nowMs = this.#clock.monotonicMs();
    if (this.turnMs === 0) return nowMs;
    this.#looks = nowMs === this.#lookedAtMs ? Math.min(this.#looks + 1, 20) : 0;
    this.#lookedAtMs = nowMs;
    return nowMs + this.#looks * 5;
  }

  after(delayMs: number, label: string, fire: () => void): Timer {
    return this.#clock.after(delayMs, label, fire);
  }

  defer(fire: () => void): Timer {
    return this.turnMs === 0 ? this.#clock.defer(fire) : this.#clock.after(this.turnMs, 'a long turn', fire);
  }
}

async function setUp(eventBuffer: number) {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T12:00:00Z') });
  const busy = new BusyClock(clock);
  const home = new SimulatedHome({ clock, states: { 'sensor.storm': '0' } });
  const logging = new Logging({ clock, level: 'info', format: 'silent' });
  const log: { readonly level: string; readonly msg: string; readonly atMs: number }[] = [];
  const startMs = clock.monotonicMs();
  logging.tap(({ level, msg }) => log.push({ level, msg, atMs: clock.monotonicMs() - startMs }));
  const connection = new HomeConnection(
    { clock: busy, logging, random: () => 0 },
    { home: 'default', transport: home.transport, token: home.token, eventBuffer },
  );
  const sink = new RecordingSink();
  connection.attach(sink);
  await connection.start();
  await clock.settle();
  log.length = 0;
  return {
    clock,
    busy,
    home,
    connection,
    sink,
    log,
    told: (words: string) => log.filter(({ msg }) => msg.includes(words)),
    /** A change each ten milliseconds. Gives when the home had enough of it. */
    async storm(changes: number): Promise<number | undefined> {
      let cutMs: number | undefined;
      for (let change = 1; change <= changes; change += 1) {
        home.setState('sensor.storm', String(change));
        await clock.advanceBy(10);
        if (home.connectionCount === 0) cutMs ??= clock.monotonicMs() - startMs;
      }
      return cutMs;
    },
    [Symbol.asyncDispose]: () => clock.pump(connection.stop()),
  };
}

describe('a daemon that reads a home too slowly', () => {
  it('says so once, long before the home has enough of it, and comes back whole when it was cut off', async () => {
    await using t = await setUp(500);
    t.busy.turnMs = 200;
    const cutMs = await t.storm(4000);
    const [warning, ...others] = t.told('is read too slowly');
    expect(others).toEqual([]);
    expect(warning?.level).toBe('warn');
    expect(warning?.atMs).toBeLessThan(3000);
    expect(cutMs).toBeGreaterThan((warning?.atMs ?? 0) + 10_000);

    t.busy.turnMs = 0;
    await t.clock.advanceBy(60_000);
    expect(t.told('was read too slowly when its connection ended')).toHaveLength(1);
    expect(t.sink.told.at(-1)).toBe('ready');
    expect(t.sink.snapshots.at(-1)?.entities['sensor.storm']).toMatchObject({ s: '4000' });
    expect(t.connection.reading).toEqual({ waiting: 0, oldestMs: 0, paused: false, behind: false });
  });

  it('shows how far behind it is, loses nothing where it catches up, and says so once', async () => {
    await using t = await setUp(10_000);
    t.busy.turnMs = 100;
    await t.storm(600);
    expect(t.connection.reading).toMatchObject({ behind: true, paused: false });
    expect(t.connection.reading.waiting).toBeGreaterThan(300);
    expect(t.connection.reading.oldestMs).toBeGreaterThan(2000);
    t.busy.turnMs = 0;
    await t.clock.advanceBy(2000);
    expect(t.connection.reading).toMatchObject({ waiting: 0, behind: true });
    await t.clock.advanceBy(10_000);
    expect(t.log.map(({ msg }) => msg.replace(/\d.*/, ''))).toEqual([
      'home "default" is read too slowly, ',
      'home "default" is read in time again; up to ',
    ]);
    expect(t.connection.reading.behind).toBe(false);
    expect(t.sink.differences).toHaveLength(600);
  });

  it('says nothing of a burst that it works off', async () => {
    await using t = await setUp(10_000);
    for (let change = 1; change <= 3000; change += 1) t.home.setState('sensor.storm', String(change));
    await t.clock.advanceBy(30_000);
    expect(t.log).toEqual([]);
  });
});
