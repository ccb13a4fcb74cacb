import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenApi, openApi, openApiHome } from './api-client.ts';
import { onRealHome, type ContractHome } from './homes.ts';
import { RawClient } from './raw-client.ts';

let contract: ContractHome;
let t: OpenApi;
beforeAll(async () => {
  contract = await openApiHome();
  t = await openApi(contract);
});
afterAll(async () => {
  await t[Symbol.asyncDispose]();
  await contract[Symbol.asyncDispose]();
});

describe('statistics', () => {
  it('that were brought in are told by the hour and by the day, in other units, and as one figure', async () => {
    using client = await RawClient.enter(contract);
    let id = 0;
    const ask = async (type: string, more: object): Promise<Readonly<Record<string, unknown>>> => {
      id += 1;
      return client.ask({ id, type: `recorder/${type}`, ...more });
    };
    const day = new Date(0);
    day.setUTCFullYear(2025, 5, 1);
    const start = (hour: number): string => new Date(day.getTime() + hour * 3_600_000).toISOString();
    const statistic = 'contract:meter';
    const metadata = {
      has_mean: false,
      mean_type: 0,
      has_sum: true,
      name: 'Contract meter',
      source: 'contract',
      statistic_id: statistic,
      unit_class: 'energy',
      unit_of_measurement: 'kWh',
    };
    const stats = [8, 9, 10, 11].map((hour, index) => ({ start: start(hour), state: 50 + index * 2, sum: index * 2 }));
    expect(await ask('import_statistics', { metadata, stats })).toMatchObject({ success: true });
    const span = { start_time: start(9), end_time: start(11), statistic_ids: [statistic] };
    const told = async (more: object): Promise<unknown> =>
      ((await ask('statistics_during_period', { ...span, ...more }))['result'] as Readonly<Record<string, unknown>>)[
        statistic
      ];
    await expect
      .poll(() => told({ period: 'hour', types: ['change', 'sum', 'state'] }), { timeout: 10_000 })
      .toMatchObject([
        { start: Date.parse(start(9)), end: Date.parse(start(10)), change: 2, sum: 2, state: 52 },
        { change: 2, sum: 4, state: 54 },
      ]);
    expect(await told({ period: 'hour', types: ['change'], units: { energy: 'Wh' } })).toMatchObject([
      { change: 2000 },
      { change: 2000 },
    ]);
    expect(await told({ period: 'day', types: ['sum', 'state'] })).toMatchObject([{ sum: 6, state: 56 }]);
    const fixed = { fixed_period: { start_time: start(8), end_time: start(12) }, statistic_id: statistic };
    expect(await ask('statistic_during_period', fixed)).toMatchObject({ result: { change: 6, mean: null } });
    expect(await ask('get_statistics_metadata', { statistic_ids: [statistic] })).toMatchObject({
      result: [{ statistic_id: statistic, name: 'Contract meter', unit_class: 'energy', has_sum: true }],
    });
    expect(await ask('statistics_during_period', { ...span, period: 'fortnight' })).toMatchObject({
      error: { code: 'invalid_format' },
    });
    const wrong = { metadata, stats: [{ start: start(8).replace(':00:00', ':30:00'), sum: 1 }] };
    expect(await ask('import_statistics', wrong)).toMatchObject({ success: false });
    expect(await ask('clear_statistics', { statistic_ids: [statistic] })).toMatchObject({ success: true });
  });
});

describe('triggers that the home evaluates', () => {
  it.each([
    [{ trigger: 'template', value_template: '{{ x' }, 'invalid_format'],
    [{ trigger: 'template' }, 'invalid_format'],
    [
      { trigger: 'device', device_id: 'x', domain: 'light', type: 'turned_on', entity_id: 'light.x' },
      'home_assistant_error',
    ],
    [{ trigger: 'no_such' }, 'invalid_format'],
  ])('are refused where they are %o', async (trigger, code) => {
    using client = await RawClient.enter(contract);
    expect(await client.ask({ id: 1, type: 'subscribe_trigger', trigger })).toMatchObject({ error: { code } });
  });

  it('fire by webhooks, with what came', async () => {
    using client = await RawClient.enter(contract);
    const hook = `contract_${onRealHome ? 'real' : 'simulated'}_hook`;
    const trigger = { trigger: 'webhook', webhook_id: hook, allowed_methods: ['POST'], local_only: true };
    expect(await client.ask({ id: 1, type: 'subscribe_trigger', trigger })).toMatchObject({ success: true });
    const headers = { 'content-type': 'application/json' };
    const post = await fetch(`${contract.url}/api/webhook/${hook}`, { method: 'POST', headers, body: '{"n":1}' });
    expect(post.status).toBe(200);
    const { event } = await client.nextWhere(({ type }) => type === 'event');
    expect(event).toMatchObject({ variables: { trigger: { platform: 'webhook', webhook_id: hook, json: { n: 1 } } } });
  });
});
