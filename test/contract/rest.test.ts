import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, textOf } from './client.ts';
import { type ContractHome, LIGHT, openHome } from './homes.ts';

let home: ContractHome;
let client: Client;
beforeAll(async () => {
  home = await openHome();
  client = await Client.ready(home);
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

describe('the REST API', () => {
  it('says that it runs', async () => {
    const response = await client.rest('GET', '/api/');
    expect(response.status).toBe(200);
    expect(JSON.parse(textOf(response))).toEqual({ message: 'API running.' });
  });

  it('gives a state', async () => {
    const response = await client.rest('GET', `/api/states/${LIGHT}`);
    expect(response.status).toBe(200);
    expect(JSON.parse(textOf(response))).toMatchObject({ entity_id: LIGHT, state: expect.any(String), attributes: {} });
  });

  it('writes a state: first 201, then 200', async () => {
    const first = await client.rest('POST', '/api/states/sensor.contract_rest', { state: 'ä' });
    const second = await client.rest('POST', '/api/states/sensor.contract_rest', { state: 'ö' });
    await client.rest('DELETE', '/api/states/sensor.contract_rest');
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(JSON.parse(textOf(second))).toMatchObject({ state: 'ö' });
  });

  it.each([
    ['an entity that is not there', 'GET', '/api/states/light.nobody', undefined, 404],
    ['a path that is not there', 'GET', '/api/nowhere', undefined, 404],
    ['a method that is not there', 'DELETE', '/api/config', undefined, 405],
    ['a service that is not there', 'POST', '/api/services/light/nothing', {}, 400],
    ['data that does not fit', 'POST', '/api/services/light/turn_on', { brightness: 'very' }, 400],
  ])('answers to %s with its status', async (_what, method, path, body, status) => {
    expect((await client.rest(method, path, body)).status).toBe(status);
  });

  it('lets nobody in with another token', async () => {
    const response = await client.connection.rest({ method: 'GET', path: '/api/', headers: {} }, { timeoutMs: 30_000 });
    expect(response.status).toBe(200);
    const refused = await fetch(`${home.url}/api/`, { headers: { authorization: 'Bearer nonsense' } });
    expect([refused.status, await refused.text()]).toEqual([401, '401: Unauthorized']);
  });
});
