import { describe, expect, it } from 'vitest';
import { HomeConnection } from '../../src/home-assistant/connection/home-connection.ts';
import { ConnectionLost } from '../../src/home-assistant/home-errors.ts';
import { callService } from '../../src/home-assistant/protocol/commands.ts';
import { Logging } from '../../src/kernel/logging.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { RecordingSink } from './recording-sink.ts';

const turnOn = callService({ domain: 'light', service: 'turn_on', target: { entity_id: 'light.bed' } });
const options = { timeoutMs: 120_000 };

async function setUp() {
  const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T12:00:00Z') });
  const logging = new Logging({ clock, level: 'info', format: 'silent' });
  const home = new SimulatedHome({ clock, states: { 'light.bed': 'off', 'sensor.power': '0' } });
  const connection = new HomeConnection(
    { clock, logging, random: () => 0.5 },
    { home: 'default', transport: home.transport, token: home.token },
  );
  const sink = new RecordingSink();
  connection.attach(sink);
  await connection.start();
  // The states are older than the connection, as those of a home are.
  await clock.advanceBy(60_000);
  return { clock, home, connection, sink, [Symbol.asyncDispose]: () => clock.pump(connection.stop()) };
}

describe('a connection to the simulated home', () => {
  it('follows it', async () => {
    await using t = await setUp();
    t.home.setState('sensor.power', '12');
    await t.clock.pump(t.connection.command(turnOn, options));
    expect(t.sink.differences).toMatchObject([
      { c: { 'sensor.power': { '+': { s: '12' } } } },
      { c: { 'light.bed': { '+': { s: 'on' } } } },
    ]);
    expect(t.sink.told.slice(-2)).toEqual(['event call_service', 'differences']);
  });

  it('says farewell, and is answered at once', async () => {
    const t = await setUp();
    const startMs = t.clock.nowMs();
    await t[Symbol.asyncDispose]();
    expect(t.clock.nowMs() - startMs).toBe(0);
    expect(t.home.connectionCount).toBe(0);
  });

  it('that fails for a moment is not a restart', async () => {
    await using t = await setUp();
    t.home.dropConnections();
    t.home.setState('sensor.power', '13');
    await t.clock.advanceBy(5000);
    expect(t.sink.snapshots.map(({ restarted }) => restarted)).toEqual([false, false]);
    expect(t.sink.snapshots[1]?.entities['sensor.power']?.s).toBe('13');
  });

  it('that is restarted is waited for, and known to have been', async () => {
    await using t = await setUp();
    t.home.restart();
    await t.clock.settle();
    const patient = t.connection.command(turnOn, options);
    await t.clock.advanceBy(30_000);
    await patient;
    expect(t.sink.phases).toContain('starting');
    expect(t.sink.snapshots.map(({ restarted }) => restarted)).toEqual([false, true]);
    expect(Object.keys(t.sink.snapshots[1]?.entities ?? {})).toContain('light.bed');
  });

  it('that is killed and met again long after it is up is known to have been', async () => {
    await using t = await setUp();
    t.home.kill();
    await t.clock.advanceBy(40_000);
    t.home.start();
    await t.clock.advanceBy(120_000);
    expect(t.sink.snapshots.map(({ restarted }) => restarted)).toEqual([false, true]);
  });

  it('that dies without a word is noticed by its silence; what was in flight may have run', async () => {
    await using t = await setUp();
    const thaw = t.home.add({ name: 'dead network', severs: () => true });
    const call = t.connection.command(turnOn, options);
    const rejected = expect(call).rejects.toThrow(ConnectionLost);
    await t.clock.advanceBy(20_000);
    await rejected;
    thaw();
    await t.clock.advanceBy(60_000);
    expect(t.sink.phases.at(-1)).toBe('ready');
    expect(t.sink.snapshots.at(-1)?.restarted).toBe(false);
  });

  it('whose token is revoked is refused, and lets us in again with a little patience', async () => {
    await using t = await setUp();
    let refusing = true;
    t.home.add({ name: 'revoked', authenticate: () => (refusing ? 'refuse' : undefined) });
    t.home.dropConnections();
    await t.clock.advanceBy(5000);
    expect(t.sink.statuses.at(-1)).toMatchObject({ phase: 'refused', problem: { code: 'AUTH_REFUSED' } });
    refusing = false;
    await t.clock.advanceBy(300_000);
    expect(t.sink.phases.at(-1)).toBe('ready');
  });

  it('leaves nothing behind when it stops', async () => {
    const t = await setUp();
    const timersOfHome = t.clock.timers().filter(({ label }) => label.includes('simulated')).length;
    await t.clock.pump(t.connection.stop());
    expect(t.clock.timers().filter(({ label }) => !label.includes('simulated'))).toEqual([]);
    expect(t.clock.timers().length).toBeLessThanOrEqual(timersOfHome);
  });
});
