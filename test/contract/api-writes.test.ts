import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HelperFields, HelperKind } from '../../src/home-assistant/api/stored-helpers.ts';
import { type OpenApi, openApi, openApiHome } from './api-client.ts';
import { type ContractHome, hasUserToken, onRealHome } from './homes.ts';

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

describe('api.todo', () => {
  it('adds, changes and removes', async () => {
    const due = Temporal.PlainDate.from('2026-11-25');
    await t.api.todo.add(LIST, 'Milk', { due, description: 'two litres' });
    await t.api.todo.add(LIST, 'Call', { due: Temporal.Instant.from('2026-11-25T09:00:00Z') });
    const added = await t.api.todo.items(LIST);
    const [milk, call] = ['Milk', 'Call'].map((summary) => added.find((item) => item.summary === summary));
    expect(milk).toMatchObject({ status: 'needs_action', description: 'two litres', completed: undefined });
    expect(milk?.due?.toString()).toBe('2026-11-25');
    expect(call?.due?.toString()).toBe('2026-11-25T09:00:00Z');
    if (milk === undefined || call === undefined) throw new Error('not added');
    await t.api.todo.update(LIST, milk, { summary: 'Oat milk', status: 'completed', due: null });
    const changed = (await t.api.todo.items(LIST)).find(({ uid }) => uid === milk.uid);
    expect(changed).toMatchObject({ summary: 'Oat milk', status: 'completed', due: undefined });
    expect(changed?.completed).toBeInstanceOf(Temporal.Instant);
    await t.api.todo.removeCompleted(LIST);
    await t.api.todo.remove(LIST, [call]);
    const left = (await t.api.todo.items(LIST)).map(({ uid }) => uid);
    expect(left).not.toContain(milk.uid);
    expect(left).not.toContain(call.uid);
  });

  it('says what cannot be', async () => {
    await expect(t.api.todo.items('todo.no_such')).rejects.toMatchObject({ homeCode: 'not_found' });
    await expect(t.api.todo.update(LIST, 'no such item', { status: 'completed' })).rejects.toMatchObject({
      homeCode: 'service_validation_error',
    });
    await expect(t.api.todo.remove(LIST, 'no such item')).rejects.toMatchObject({
      homeCode: 'service_validation_error',
    });
    await expect(t.api.todo.update(LIST, 'Milk', {})).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

const HELPERS: { readonly [Kind in HelperKind]: readonly [HelperFields[Kind], entityState: string] } = {
  input_boolean: [{ name: 'Contract boolean', icon: 'mdi:test-tube' }, 'off'],
  input_button: [{ name: 'Contract button' }, 'unknown'],
  input_number: [{ name: 'Contract number', min: 1, max: 9, step: 0.5, mode: 'box', initial: 3 }, '3.0'],
  input_text: [{ name: 'Contract text', min: 0, max: 20, initial: 'hi' }, 'hi'],
  input_select: [{ name: 'Contract select', options: ['a', 'b'], initial: 'b' }, 'b'],
  input_datetime: [{ name: 'Contract datetime', has_date: false, has_time: true, initial: '07:30:00' }, '07:30:00'],
  counter: [{ name: 'Contract counter', initial: 4, step: 2, maximum: 10 }, '4'],
  timer: [{ name: 'Contract timer', duration: '00:05:00' }, 'idle'],
};

describe('api.helpers', () => {
  it.each(Object.keys(HELPERS) as HelperKind[])('makes, changes and removes an %s', async (kind) => {
    const [fields, state] = HELPERS[kind];
    const id = fields.name.toLowerCase().replace(' ', '_');
    const made = await t.api.helpers.create(kind, fields);
    expect(made).toMatchObject({ id, name: fields.name });
    expect(await t.api.helpers.list(kind)).toContainEqual(made);
    await expect.poll(() => t.home.mirror.stateOf(`${kind}.${id}`)).toBe(state);
    const renamed = await t.api.helpers.update(kind, id, { ...made, name: 'Renamed' });
    expect(renamed).toEqual({ ...made, name: 'Renamed' });
    await expect.poll(() => t.home.mirror.get(`${kind}.${id}`)?.attributes['friendly_name']).toBe('Renamed');
    await t.api.helpers.delete(kind, id);
    await expect.poll(() => t.home.mirror.has(`${kind}.${id}`)).toBe(false);
    await expect(t.api.helpers.delete(kind, id)).rejects.toMatchObject({ homeCode: 'not_found' });
    expect((await t.api.helpers.list(kind)).map((helper) => helper.id)).not.toContain(id);
  });

  it('says what does not fit together', async () => {
    const wrong = t.api.helpers.create('input_number', { name: 'Bad', min: 10, max: 1 });
    await expect(wrong).rejects.toMatchObject({ code: 'COMMAND_REFUSED', homeCode: 'invalid_format' });
  });

  it.skipIf(!hasUserToken)('are for administrators', async () => {
    await using user = await openApi(contract, contract.userToken);
    const made = user.api.helpers.create('input_button', { name: 'Contract' });
    await expect(made).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
  });
});

describe('api.notifications', () => {
  it('shows and dismisses', async () => {
    await t.api.notifications.show({ id: 'contract_api', message: 'hello', title: 'Contract' });
    await t.api.notifications.show({ id: 'contract_api', message: 'again' });
    const shown = await t.api.notifications.list();
    expect(shown.filter(({ id }) => id === 'contract_api')).toEqual([
      { id: 'contract_api', message: 'again', title: undefined, createdAt: expect.any(Temporal.Instant) },
    ]);
    await t.api.notifications.dismiss('contract_api');
    await t.api.notifications.dismiss('contract_api');
    expect((await t.api.notifications.list()).map(({ id }) => id)).not.toContain('contract_api');
  });

  it('says that there is no such phone', async () => {
    const sent = t.api.notifications.send('mobile_app_no_such', { message: 'hello' });
    await expect(sent).rejects.toMatchObject({ code: 'UNKNOWN_SERVICE' });
    const asked = t.api.ask('mobile_app_no_such', { message: 'hello', actions: ['Yes'], timeout: '1m' });
    await expect(asked).rejects.toMatchObject({ code: 'UNKNOWN_SERVICE' });
  });
});

describe('api.system', () => {
  it('says what went wrong, and how it is', async () => {
    await expect(t.api.system.checkConfig()).resolves.toMatchObject({ valid: true, errors: undefined });
    const health = await t.api.system.health({ timeout: '20s' });
    expect(health['homeassistant']).toMatchObject({ version: expect.any(String), timezone: t.home.timeZone });
  });

  it('keeps a log', async () => {
    await t.api.call('system_log.clear');
    await t.api.call('system_log.write', {
      data: { message: 'contract says hello', level: 'error', logger: 'contract' },
    });
    await expect
      .poll(async () => (await t.api.system.log()).map(({ messages }) => messages))
      .toContainEqual(['contract says hello']);
    const entry = (await t.api.system.log()).find(({ name }) => name === 'contract');
    expect(entry).toMatchObject({ level: 'ERROR', count: 1, exception: undefined });
    expect(entry?.lastAt.equals(entry.firstAt)).toBe(true);
    await expect(t.api.system.logText()).resolves.toContain('contract says hello');
  });

  it('knows its users and backups', async () => {
    const users = await t.api.system.users();
    expect(users.find(({ isOwner }) => isOwner)).toMatchObject({
      isAdmin: true,
      isActive: true,
      systemGenerated: false,
    });
    expect(users.some(({ isAdmin }) => !isAdmin)).toBe(true);
    await expect(t.api.system.backups()).resolves.toEqual([]);
  });
});

describe('the rest of what a home can be asked', () => {
  it('tests conditions', async () => {
    const condition = (state: string) => ({ condition: 'state', entity_id: 'input_select.house_mode', state });
    await t.api.call('input_select.select_option', { target: 'input_select.house_mode', data: { option: 'home' } });
    await expect(t.api.testCondition(condition('home'))).resolves.toBe(true);
    await expect(t.api.testCondition(condition('away'))).resolves.toBe(false);
    const unknown = t.api.testCondition({ condition: 'state', entity_id: 'light.no_such', state: 'on' });
    await expect(unknown).rejects.toMatchObject({ code: 'COMMAND_REFUSED', homeCode: 'home_assistant_error' });
  });

  it('talks', async () => {
    const reply = await t.api.conversation.process('open the pod bay doors', { language: 'en' });
    expect(reply).toMatchObject({ kind: 'error', errorCode: expect.any(String), continues: false });
    expect(reply?.speech).toMatch(/^Sorry/);
    expect((await t.api.conversation.agents()).map(({ id }) => id)).toContain('conversation.home_assistant');
    const agent = 'conversation.home_assistant';
    expect(await t.api.conversation.process('open the pod bay doors', { agent })).toMatchObject({ kind: 'error' });
    await expect(t.api.conversation.process('hello', { agent: 'no_such' })).rejects.toMatchObject({
      code: 'COMMAND_REFUSED',
      homeCode: 'invalid_format',
    });
  });

  it.skipIf(!onRealHome)('knows repairs and integrations', async () => {
    const [issue] = await t.api.repairs.list();
    expect(issue).toMatchObject({ domain: 'homeassistant', severity: 'warning', ignored: false });
    if (issue === undefined) return;
    await t.api.repairs.ignore(issue);
    expect((await t.api.repairs.list()).find(({ id }) => id === issue.id)).toMatchObject({ ignored: true });
    await t.api.repairs.ignore(issue, false);
    const [demo] = await t.api.configEntries.list({ domain: 'demo' });
    expect(demo).toMatchObject({ title: 'Demo', state: 'loaded', disabledBy: undefined });
    await expect(t.api.configEntries.reload('no_such')).rejects.toMatchObject({ code: 'REST_REFUSED', status: 404 });
    await expect(t.api.configEntries.setDisabled('no_such', true)).rejects.toMatchObject({ homeCode: 'not_found' });
  });
});
