import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client.ts';
import { type ContractHome, hasUserToken, openHome } from './homes.ts';
import { RawClient } from './raw-client.ts';

let home: ContractHome;
beforeAll(async () => {
  home = await openHome();
});
afterAll(() => home[Symbol.asyncDispose]());

describe('the handshake', () => {
  it('greets, and lets in who has a token', async () => {
    using client = await RawClient.connect(home);
    expect(await client.next()).toEqual({ type: 'auth_required', ha_version: expect.any(String) });
    client.send({ type: 'auth', access_token: home.token });
    expect(await client.next()).toEqual({ type: 'auth_ok', ha_version: expect.any(String) });
  });

  it.each([
    ['a token that is none', { type: 'auth', access_token: 'not-a-valid-token' }],
    ['no token', { type: 'auth' }],
    ['a command', { id: 1, type: 'get_states' }],
    ['an array', [1, 2]],
    ['a key too many', { type: 'auth', access_token: 'x', id: 1 }],
  ])('refuses %s, and closes', async (_what, message) => {
    using client = await RawClient.connect(home);
    await client.next();
    client.send(message);
    expect(await client.next()).toEqual({ type: 'auth_invalid', message: expect.any(String) });
    expect(await client.closed()).toBe(1000);
  });

  it('closes without a word on what is no JSON', async () => {
    using client = await RawClient.connect(home);
    await client.next();
    client.sendText('hello');
    expect(await client.closed()).toBe(1000);
  });
});

describe('the connection', () => {
  it('is let in, and knows the home', async () => {
    await using client = await Client.ready(home);
    expect(client.sink.told).toEqual(['closed', 'connecting', 'authenticating', 'syncing', 'snapshot', 'ready']);
    const [snapshot] = client.sink.snapshots;
    expect(snapshot?.config).toMatchObject({
      state: 'RUNNING',
      time_zone: expect.any(String),
      latitude: expect.any(Number),
    });
    expect(snapshot?.restarted).toBe(false);
    expect(Object.keys(snapshot?.entities ?? {}).length).toBeGreaterThan(2);
  });

  it('with a refused token says so, and what to do', async () => {
    await using client = new Client(home, { token: 'not-a-valid-token' });
    await client.connection.start();
    await client.sink.until(() => client.sink.phases.at(-1) === 'refused');
    expect(client.sink.statuses.at(-1)?.problem).toMatchObject({
      code: 'AUTH_REFUSED',
      hint: expect.stringContaining('long-lived access token'),
    });
  });

  it.runIf(hasUserToken)('of a user who is no administrator goes on without the events of calls', async () => {
    await using client = await Client.ready(home, { token: home.userToken ?? '' });
    const status = client.sink.statuses.at(-1);
    expect(status?.problem).toMatchObject({ code: 'NOT_PERMITTED', message: expect.stringContaining('call_service') });
    expect(Object.keys(client.sink.snapshots[0]?.entities ?? {}).length).toBeGreaterThan(2);
  });

  it('at an address that is no Home Assistant’s says so', async () => {
    await using client = new Client({ ...home, url: `${home.url}/somewhere/else` });
    await client.connection.start();
    await client.sink.until(() => client.sink.phases.at(-1) === 'lost');
    expect(client.sink.statuses.at(-1)?.problem).toMatchObject({
      code: 'NOT_HOME_ASSISTANT',
      message: expect.stringContaining('404'),
      hint: expect.stringContaining('8123'),
    });
  });
});
