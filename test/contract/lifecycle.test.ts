import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionLost } from '../../src/home-assistant/home-errors.ts';
import { fireEvent } from '../../src/home-assistant/protocol/commands.ts';
import { Client } from './client.ts';
import { hasMortalHome, LIGHT, type MortalHome, openMortalHome, MORTAL_LIMIT_MS } from './homes.ts';

describe.runIf(hasMortalHome)('a home that goes and comes back', { timeout: MORTAL_LIMIT_MS }, () => {
  let home: MortalHome;
  beforeAll(async () => {
    home = await openMortalHome();
  }, MORTAL_LIMIT_MS);
  afterAll(() => home[Symbol.asyncDispose](), MORTAL_LIMIT_MS);

  const readyTimes = (client: Client): number => client.sink.phases.filter((phase) => phase === 'ready').length;

  it('restarted by a call: the call is lost, the restart recognised, everything goes on', async () => {
    await using client = await Client.ready(home);
    client.connection.followEvents('contract_after');
    const restart = client.call('homeassistant.restart', {});
    await expect(restart).rejects.toThrow(ConnectionLost);
    await expect(restart).rejects.toMatchObject({ mayHaveRun: true });
    const patient = client.call('light.turn_on', { entity_id: LIGHT }, MORTAL_LIMIT_MS);
    await client.sink.until(() => readyTimes(client) === 2);
    await patient;
    expect(client.sink.phases).toContain('lost');
    expect(client.sink.snapshots.map(({ restarted }) => restarted)).toEqual([false, true]);
    expect(Object.keys(client.sink.snapshots[1]?.entities ?? {})).toContain(LIGHT);
    await client.connection.command(fireEvent('contract_after', {}), { timeoutMs: 30_000 });
    expect(client.sink.events.map(({ event_type }) => event_type)).toContain('contract_after');
    expect(client.log.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('killed: the connection comes back by itself, and knows that it was a restart', async () => {
    await using client = await Client.ready(home);
    await home.kill();
    await client.sink.until(() => client.sink.phases.at(-1) === 'lost');
    await home.start();
    await client.sink.until(() => readyTimes(client) === 2);
    expect(client.sink.snapshots.map(({ restarted }) => restarted)).toEqual([false, true]);
  });

  it('killed, and met again when it had long been up: the states tell', async () => {
    await using client = await Client.ready(home, {
      backoff: { firstMs: 3_600_000, maxMs: 3_600_000, factor: 1, jitter: 0 },
    });
    await home.kill();
    await client.sink.until(() => client.sink.phases.at(-1) === 'lost');
    await home.start();
    await using other = await Client.ready(home);
    expect(other.sink.phases).not.toContain('refused');
    client.connection.retryNow();
    await client.sink.until(() => readyTimes(client) === 2);
    expect(client.sink.phases.slice(5)).toEqual(['lost', 'connecting', 'authenticating', 'syncing', 'ready']);
    expect(client.sink.snapshots.map(({ restarted }) => restarted)).toEqual([false, true]);
  });

  it('frozen: nothing says so, and yet it is noticed within twice the interval of the pings', async () => {
    await using client = await Client.ready(home, { pingIntervalMs: 500 });
    home.freeze();
    await client.sink.until(() => client.sink.phases.at(-1) === 'lost');
    expect(client.sink.statuses.at(-1)?.problem?.message).toMatch(/is dead/);
    home.thaw();
    await client.sink.until(() => readyTimes(client) > 1);
    expect(client.sink.snapshots.some(({ restarted }) => restarted)).toBe(false);
  });
});
