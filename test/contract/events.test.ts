import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fireEvent } from '../../src/home-assistant/protocol/commands.ts';
import type { CallServiceResult, WireContext } from '../../src/home-assistant/protocol/wire.ts';
import { Client } from './client.ts';
import { type ContractHome, LIGHT, openHome } from './homes.ts';

let home: ContractHome;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home[Symbol.asyncDispose]());

const fired = (client: Client, eventType: string) =>
  client.sink.events.filter(({ event_type }) => event_type === eventType);

describe('events', () => {
  it('fired by one client are heard by another that follows them', async () => {
    await using speaker = await Client.ready(home);
    await using listener = await Client.ready(home);
    const unfollow = listener.connection.followEvents('contract_spoken');
    // The answer to a later command shows that the subscription, which was sent before it, stands.
    await listener.connection.command({ type: 'get_config' }, { timeoutMs: 30_000 });
    const result = (await speaker.connection.command(fireEvent('contract_spoken', { word: 'hello' }), {
      timeoutMs: 30_000,
    })) as { context: WireContext };
    await listener.sink.until(() => fired(listener, 'contract_spoken').length === 1);
    expect(fired(listener, 'contract_spoken')[0]).toMatchObject({
      data: { word: 'hello' },
      context: { id: result.context.id, user_id: expect.any(String) },
    });
    expect(fired(speaker, 'contract_spoken')).toEqual([]);

    unfollow();
    await listener.connection.command({ type: 'get_config' }, { timeoutMs: 30_000 });
    await speaker.connection.command(fireEvent('contract_spoken', { word: 'again' }), { timeoutMs: 30_000 });
    await listener.connection.command({ type: 'get_config' }, { timeoutMs: 30_000 });
    expect(fired(listener, 'contract_spoken')).toHaveLength(1);
  });

  it('come before the result of the command that fires them', async () => {
    await using client = await Client.ready(home);
    client.connection.followEvents('contract_order');
    await client.connection.command(fireEvent('contract_order', {}), { timeoutMs: 30_000 });
    expect(fired(client, 'contract_order')).toHaveLength(1);
  });

  it('of a call come before the changes that it causes, and both before its result', async () => {
    await using client = await Client.ready(home);
    await client.call('light.turn_off', { entity_id: LIGHT });
    const since = client.sink.told.length;
    const { context } = (await client.call('light.turn_on', { entity_id: LIGHT })) as CallServiceResult;
    const told = client.sink.told.slice(since);
    expect(told[0]).toBe('event call_service');
    expect(told).toContain('differences');
    expect(fired(client, 'call_service').at(-1)).toMatchObject({
      data: { domain: 'light', service: 'turn_on', service_data: { entity_id: LIGHT } },
      context: { id: context.id },
    });
    await client.call('light.turn_off', { entity_id: LIGHT });
  });
});
