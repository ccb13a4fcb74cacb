import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ContractHome, hasUserToken, openHome } from './homes.ts';
import { RawClient } from './raw-client.ts';

let home: ContractHome;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home[Symbol.asyncDispose]());

const failure = (id: unknown, code: string) => ({
  id,
  type: 'result',
  success: false,
  error: expect.objectContaining({ code }),
});

describe('ids', () => {
  it('have to grow, and may skip', async () => {
    using client = await RawClient.enter(home);
    expect(await client.ask({ id: 5, type: 'ping' })).toEqual({ id: 5, type: 'pong' });
    expect(await client.ask({ id: 50, type: 'ping' })).toEqual({ id: 50, type: 'pong' });
    expect(await client.ask({ id: 7, type: 'ping' })).toEqual(failure(7, 'id_reuse'));
    expect(await client.ask({ id: 50, type: 'ping' })).toEqual(failure(50, 'id_reuse'));
    expect(await client.ask({ id: 51, type: 'ping' })).toEqual({ id: 51, type: 'pong' });
  });

  it('of unknown commands are not used up', async () => {
    using client = await RawClient.enter(home);
    expect(await client.ask({ id: 1, type: 'no_such_command' })).toEqual(failure(1, 'unknown_command'));
    expect(await client.ask({ id: 1, type: 'ping' })).toEqual({ id: 1, type: 'pong' });
  });

  it('of known commands that do not fit are', async () => {
    using client = await RawClient.enter(home);
    expect(await client.ask({ id: 1, type: 'get_states', nonsense: true })).toEqual(failure(1, 'invalid_format'));
    expect(await client.ask({ id: 1, type: 'ping' })).toEqual(failure(1, 'id_reuse'));
  });
});

describe('ill-formed messages', () => {
  it.each([
    ['no id', { type: 'ping' }, null],
    ['an id that is a text', { id: 'one', type: 'ping' }, 'one'],
    ['an id that is a fraction', { id: 1.5, type: 'ping' }, 1.5],
    ['an id below 1', { id: -1, type: 'ping' }, -1],
    ['no type', { id: 1 }, 1],
    ['a number', 7, 0],
    ['a text', 'hello', 0],
  ])('%s: are answered, and end nothing', async (_what, message, id) => {
    using client = await RawClient.enter(home);
    client.send(message);
    expect(await client.next()).toEqual(failure(id, 'invalid_format'));
    expect(await client.ask({ id: 9, type: 'ping' })).toEqual({ id: 9, type: 'pong' });
  });

  it.each([
    ['what is no JSON', (client: RawClient) => client.sendText('{"id":')],
    ['an empty text', (client: RawClient) => client.sendText('')],
    ['an empty binary frame', (client: RawClient) => client.sendBinary(new Uint8Array())],
  ])('%s: end the connection', async (_what, send) => {
    using client = await RawClient.enter(home);
    send(client);
    expect(await client.closed()).toBe(1000);
  });

  it('that are too long end it with a code of their own, or a reset', async () => {
    using client = await RawClient.enter(home);
    client.send({ id: 1, type: 'ping', padding: 'x'.repeat(5 * 1024 * 1024) });
    expect([1009, 1006]).toContain(await client.closed());
  });
});

describe('frames', () => {
  it('may hold several commands', async () => {
    using client = await RawClient.enter(home);
    client.send([
      { id: 1, type: 'ping' },
      { id: 2, type: 'ping' },
    ]);
    expect([await client.next(), await client.next()]).toEqual([
      { id: 1, type: 'pong' },
      { id: 2, type: 'pong' },
    ]);
  });

  it('hold several messages only for who says that it understands', async () => {
    using client = await RawClient.enter(home);
    await client.ask({ id: 1, type: 'supported_features', features: { coalesce_messages: 1 } });
    client.send([
      { id: 2, type: 'ping' },
      { id: 3, type: 'ping' },
    ]);
    expect(await client.next()).toEqual([
      { id: 2, type: 'pong' },
      { id: 3, type: 'pong' },
    ]);
  });
});

describe('rights', () => {
  it.runIf(hasUserToken)('are needed for most events, and for firing them', async () => {
    using client = await RawClient.enter(home, home.userToken);
    expect(await client.ask({ id: 1, type: 'subscribe_events', event_type: 'call_service' })).toEqual(
      failure(1, 'unauthorized'),
    );
    expect(await client.ask({ id: 2, type: 'fire_event', event_type: 'my_event' })).toEqual(failure(2, 'unauthorized'));
    expect(await client.ask({ id: 3, type: 'subscribe_events', event_type: 'core_config_updated' })).toMatchObject({
      success: true,
    });
    expect(await client.ask({ id: 4, type: 'subscribe_entities' })).toMatchObject({ success: true });
  });
});
