import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenApi, openApi, openApiHome, NUMBER } from './api-client.ts';
import { openBus } from './bus-client.ts';
import { type ContractHome, hasMortalHome, hasUserToken, LIGHT, openMortalHome, MORTAL_LIMIT_MS } from './homes.ts';

const BOOLEAN = 'input_boolean.guest_mode';
const LIST = 'todo.chores';

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

const set = (on: boolean): Promise<void> => t.api.call(`input_boolean.turn_${on ? 'on' : 'off'}`, { target: BOOLEAN });

describe('bus.onTrigger', () => {
  it('tells what Home Assistant evaluates', async () => {
    await using b = await openBus(t);
    await set(false);
    const seen: unknown[] = [];
    const state = { trigger: 'state', entity_id: BOOLEAN, to: 'on', id: 'switched' } as const;
    const event = { trigger: 'event', event_type: 'contract_live', event_data: { a: 1 } } as const;
    const subscription = b.bus.onTrigger([state, event], ({ trigger, context }) => {
      seen.push([trigger.id, trigger.platform, trigger.entity_id, typeof context?.userId]);
    });
    const number = { trigger: 'numeric_state', entity_id: NUMBER, above: 50 } as const;
    b.bus.onTrigger(number, ({ trigger }) => void seen.push([trigger.platform, trigger['above']]));
    // The answer to a later command comes when the triggers stand.
    await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 20 } });
    await set(true);
    await t.api.fireEvent('contract_live', { a: 2 });
    await t.api.fireEvent('contract_live', { a: 1 });
    await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 60 } });
    await expect.poll(() => seen.length).toBe(3);
    expect(seen).toEqual([
      ['switched', 'state', BOOLEAN, 'string'],
      ['1', 'event', undefined, 'string'],
      ['numeric_state', 50],
    ]);
    subscription.cancel();
    await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 20 } });
    await set(false);
    await set(true);
    await t.api.config();
    expect(seen).toHaveLength(3);
    await set(false);
  });

  it('says what Home Assistant refuses', async () => {
    await using b = await openBus(t);
    b.bus.onTrigger({ trigger: 'no_such_trigger' }, () => undefined);
    await expect.poll(() => b.warnings).toEqual([expect.stringContaining('onTrigger(no_such_trigger)')]);
  });

  it.skipIf(!hasUserToken)('is for administrators', async () => {
    await using user = await openApi(contract, contract.userToken);
    await using b = await openBus(user);
    b.bus.onTrigger({ trigger: 'state', entity_id: BOOLEAN }, () => undefined);
    await expect.poll(() => b.warnings).toEqual([expect.stringContaining('unauthorized')]);
  });

  it.skipIf(!hasMortalHome)('goes on after a crash of the home', { timeout: MORTAL_LIMIT_MS }, async () => {
    await using mortal = await openMortalHome();
    await using own = await openApi(mortal);
    await using b = await openBus(own);
    const seen: unknown[] = [];
    b.bus.onTrigger(
      { trigger: 'state', entity_id: LIGHT, to: 'on' },
      ({ trigger }) => void seen.push(trigger.entity_id),
    );
    await own.api.call('light.turn_off', { target: LIGHT });
    await own.api.call('light.turn_on', { target: LIGHT });
    await expect.poll(() => seen.length).toBe(1);
    await mortal.kill();
    await expect.poll(() => own.home.ready).toBe(false);
    await mortal.start();
    own.connection.retryNow();
    await expect.poll(() => own.home.ready, { timeout: MORTAL_LIMIT_MS }).toBe(true);
    await own.api.call('light.turn_off', { target: LIGHT, timeout: '2m', validate: false });
    await own.api.call('light.turn_on', { target: LIGHT, validate: false });
    await expect.poll(() => seen.length).toBe(2);
    expect(seen).toEqual([LIGHT, LIGHT]);
  });
});

describe('bus.onCondition', () => {
  it('tells whether it holds, and when that changes', async () => {
    await using b = await openBus(t);
    await set(false);
    const seen: boolean[] = [];
    b.bus.onCondition({ condition: 'state', entity_id: BOOLEAN, state: 'on' }, ({ met }) => void seen.push(met));
    await expect.poll(() => seen.length).toBe(1);
    await set(true);
    await expect.poll(() => seen.length).toBe(2);
    await set(false);
    await expect.poll(() => seen).toEqual([false, true, false]);
  });
});

describe('bus.onTodoChange', () => {
  it('tells what stands in a list, now and after each change', async () => {
    await using b = await openBus(t);
    const seen: string[][] = [];
    b.bus.onTodoChange(LIST, ({ items }) => void seen.push(items.map(({ summary }) => summary)));
    await expect.poll(() => seen.length).toBe(1);
    await t.api.todo.add(LIST, 'Live milk');
    await t.api.todo.remove(LIST, 'Live milk');
    await expect.poll(() => seen.length).toBe(3);
    expect(seen[1]).toEqual([...(seen[0] ?? []), 'Live milk']);
    expect(seen[2]).toEqual(seen[0]);
  });
});

describe('bus.onTemplate', () => {
  it('tells what it gives, and when that is something else', async () => {
    await using b = await openBus(t);
    await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 20 } });
    const seen: unknown[] = [];
    const template = `{{ states('${NUMBER}') | float > limit }}`;
    b.bus.onTemplate(template, { variables: { limit: 30 } }, ({ result }) => void seen.push(result));
    await expect.poll(() => seen).toEqual([false]);
    await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 25 } });
    await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 35 } });
    await expect.poll(() => seen).toEqual([false, true]);
    await t.api.call('input_number.set_value', { target: NUMBER, data: { value: 20 } });
  });

  it('reports one that fails', async () => {
    await using b = await openBus(t);
    b.bus.onTemplate('{{ 1 / 0 }}', { name: 'shaky' }, () => undefined);
    b.bus.onTemplate('{{ states( }}', { name: 'broken' }, () => undefined);
    await expect.poll(() => b.failures.length).toBe(2);
    expect(b.failures.map(({ name, error }) => [name, error])).toEqual([
      ['shaky', expect.objectContaining({ code: 'EVALUATION_FAILED' })],
      ['broken', expect.objectContaining({ code: 'EVALUATION_FAILED' })],
    ]);
  });
});
