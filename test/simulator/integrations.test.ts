import { describe, expect, it } from 'vitest';
import { errorCode, TestClient } from './test-client.ts';

const integrations = {
  configEntries: [
    { entry_id: 'one', domain: 'hue', title: 'Bridge' },
    { entry_id: 'two', domain: 'local_todo', title: 'Chores' },
  ],
  manifests: [{ domain: 'local_todo', name: 'Local to-do', integration_type: 'service' }],
};

describe('config entries of the simulated home', () => {
  it('are listed by integration and by kind, and followed while they change', async () => {
    const client = await TestClient.connected({ integrations });
    const titles = async (filter: object): Promise<unknown> => {
      const { result } = (await client.command('config_entries/get', { ...filter })) ?? {};
      return (result as readonly { readonly title: string }[]).map(({ title }) => title);
    };
    expect(await titles({})).toEqual(['Bridge', 'Chores']);
    expect(await titles({ domain: 'hue' })).toEqual(['Bridge']);
    expect(await titles({ type_filter: ['service'] })).toEqual(['Chores']);
    const id = client.post('config_entries/subscribe');
    await client.clock.settle();
    client.events(id);
    await client.command('config_entries/disable', { entry_id: 'one', disabled_by: 'user' });
    expect(client.events(id)).toMatchObject([[{ type: 'updated', entry: { entry_id: 'one', state: 'not_loaded' } }]]);
    await client.rest('DELETE', '/api/config/config_entries/entry/two');
    expect(client.events(id)).toMatchObject([[{ type: 'removed', entry: { entry_id: 'two' } }]]);
    expect(await titles({})).toEqual(['Bridge']);
  });

  it.each(['config_entries/get_single', 'config_entries/disable'])(
    'are not found by %s where there is none',
    async (type) => {
      const client = await TestClient.connected();
      const more = type.endsWith('disable') ? { disabled_by: null } : {};
      const answer = await client.command(type, { entry_id: 'nope', ...more });
      expect(answer).toMatchObject({ error: { code: 'not_found', message: 'Config entry not found' } });
    },
  );
});

describe('a user who is no administrator', () => {
  it.each([
    ['config_entries/get', {}, undefined],
    ['config_entries/subscribe', {}, undefined],
    ['validate_config', { triggers: [] }, undefined],
    ['config_entries/get_single', { entry_id: 'one' }, 'unauthorized'],
    ['subscribe_system_state', {}, 'unauthorized'],
    ['trace/list', { domain: 'automation' }, 'unauthorized'],
    ['person/create', { name: 'X' }, 'unauthorized'],
  ])('asking %s with %o is answered with %s', async (type, fields, code) => {
    const client = new TestClient({ integrations });
    await client.connect(client.home.userToken);
    expect(errorCode(await client.command(type, fields))).toBe(code);
  });
});

describe('a signed path', () => {
  it('is answered without a token until it ends, and stands for no other path', async () => {
    const client = await TestClient.connected({ states: { 'light.a': 'on' } });
    const answer = await client.command('auth/sign_path', { path: '/api/states/light.a', expires: 10 });
    const { path } = (answer as { readonly result: { readonly path: string } }).result;
    const status = async (of: string): Promise<number> => (await client.rest('GET', of, undefined, 'none')).status;
    expect(await status(path)).toBe(200);
    expect(await status(path.replace('/light.a', ''))).toBe(401);
    await client.clock.advanceBy(10_000);
    expect(await status(path)).toBe(401);
  });
});

describe('persons', () => {
  it('have an entity each, which goes with them', async () => {
    const client = await TestClient.connected();
    expect(await client.command('person/create', { name: 'Zed' })).toMatchObject({
      result: { id: 'zed', name: 'Zed' },
    });
    expect(client.home.attributes('person.zed')).toMatchObject({ friendly_name: 'Zed' });
    await client.command('person/update', { person_id: 'zed', name: 'Zoe' });
    expect(client.home.attributes('person.zed')).toMatchObject({ friendly_name: 'Zoe' });
    await client.command('person/delete', { person_id: 'zed' });
    expect(client.home.state('person.zed')).toBeUndefined();
    expect(await client.command('person/delete', { person_id: 'zed' })).toMatchObject({ error: { code: 'not_found' } });
  });
});

describe('entities that an assistant may hear of', () => {
  it('are those of the usual domains until somebody says otherwise', async () => {
    const client = await TestClient.connected({ states: { 'light.a': 'on', 'lock.b': 'locked' } });
    const listed = async (): Promise<unknown> => (await client.command('homeassistant/expose_entity/list'))?.['result'];
    expect(await listed()).toEqual({ exposed_entities: { 'light.a': { conversation: true } } });
    const say = { assistants: ['conversation'], entity_ids: ['light.a'], should_expose: false };
    await client.command('homeassistant/expose_entity', say);
    expect(await listed()).toEqual({ exposed_entities: {} });
  });
});

describe('what devices offer', () => {
  const registries = {
    devices: { lamp: { name: 'Lamp' } },
    entities: { 'light.lamp': { device: 'lamp' }, 'cover.blind': { device: 'lamp' } },
  };
  const states = { 'light.lamp': 'off', 'cover.blind': 'closed' };

  it('are the triggers, conditions and actions of their entities', async () => {
    const client = await TestClient.connected({ registries, states });
    const types = async (kind: string): Promise<unknown> => {
      const { result } = (await client.command(`device_automation/${kind}/list`, { device_id: 'lamp' })) ?? {};
      return (result as readonly { readonly type: string }[]).map(({ type }) => type);
    };
    expect(await types('trigger')).toEqual(
      expect.arrayContaining(['changed_states', 'turned_off', 'turned_on', 'opened', 'closed']),
    );
    expect(await types('condition')).toEqual(expect.arrayContaining(['is_on', 'is_off', 'is_open', 'is_closed']));
    expect(await types('action')).toEqual(expect.arrayContaining(['turn_on', 'toggle', 'open', 'close']));
  });

  it('fire as triggers, each under the name of the device', async () => {
    const client = await TestClient.connected({ registries, states });
    const trigger = {
      trigger: 'device',
      device_id: 'lamp',
      domain: 'light',
      entity_id: 'light.lamp',
      type: 'turned_on',
    };
    const id = client.post('subscribe_trigger', { trigger });
    await client.clock.settle();
    expect(client.answerTo(id)).toMatchObject({ success: true });
    await client.call('light.turn_on', 'light.lamp');
    expect(client.events(id)).toMatchObject([
      { variables: { trigger: { platform: 'device', entity_id: 'light.lamp', to_state: { state: 'on' } } } },
    ]);
  });

  it.each([
    [{ device_id: 'nope' }, "Unknown device 'nope'"],
    [{ type: 'exploded' }, "knows no 'exploded' of a device's light"],
  ])('are refused as a trigger with %o', async (wrong, message) => {
    const client = await TestClient.connected({ registries, states });
    const right = { trigger: 'device', device_id: 'lamp', domain: 'light', entity_id: 'light.lamp', type: 'turned_on' };
    const answer = await client.command('subscribe_trigger', { trigger: { ...right, ...wrong } });
    expect(answer).toMatchObject({ success: false, error: { message: expect.stringContaining(message) as unknown } });
  });
});

describe('a webhook', () => {
  it('fires its trigger with what came, and answers an unknown id as a known one', async () => {
    const client = await TestClient.connected();
    const id = client.post('subscribe_trigger', { trigger: { trigger: 'webhook', webhook_id: 'bell' } });
    await client.clock.settle();
    const post = async (to: string, body: string): Promise<number> => {
      const headers = { 'content-type': 'application/json' };
      const request = { method: 'POST', path: `/api/webhook/${to}`, headers, body };
      return (await client.clock.pump(client.home.transport.request(request, new AbortController().signal))).status;
    };
    expect([await post('bell', '{"n":1}'), await post('other', '{}')]).toEqual([200, 200]);
    expect(client.events(id)).toMatchObject([{ variables: { trigger: { webhook_id: 'bell', json: { n: 1 } } } }]);
  });
});
