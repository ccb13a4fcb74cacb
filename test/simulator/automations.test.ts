import { describe, expect, it } from 'vitest';
import type { AutomationDefinition } from '../../src/simulator/automations.ts';
import { TestClient } from './test-client.ts';

const states = { 'light.lamp': 'off', 'input_boolean.guest': 'off', 'sensor.t': '20' } as const;
const alias = 'Night light';
const entity = 'automation.night_light';

function connected(automation: Omit<AutomationDefinition, 'alias'>): Promise<TestClient> {
  return TestClient.connected({ states, automations: { one: { alias, ...automation } } });
}

const triggers = [{ trigger: 'state', entity_id: 'input_boolean.guest', to: 'on' }];
const actions = [
  { action: 'light.turn_on', target: { entity_id: 'light.lamp' }, data: { brightness: '{{ 40 + 2 }}' } },
];

describe('an automation of the simulated home', () => {
  it('does what it says when its trigger fires, by a context of its own', async () => {
    const client = await connected({ triggers, actions });
    const answer = await client.call('input_boolean.turn_on', 'input_boolean.guest');
    const { id } = (answer as { readonly result: { readonly context: { readonly id: string } } }).result.context;
    expect(client.home.state('light.lamp')).toBe('on');
    expect(client.home.calls.at(-1)).toMatchObject({ data: { brightness: 42 }, context: { parent_id: id } });
    expect(client.home.attributes(entity)).toMatchObject({ current: 0, last_triggered: expect.any(String) as unknown });
    const runs = await client.command('trace/list', { domain: 'automation' });
    expect(runs).toMatchObject({ result: [{ item_id: 'one', script_execution: 'finished' }] });
  });

  it('does nothing while it is off, or where a condition does not hold', async () => {
    const cold = { condition: 'numeric_state', entity_id: 'sensor.t', below: 10 };
    const client = await connected({ triggers, actions, conditions: [cold] });
    await client.call('input_boolean.turn_on', 'input_boolean.guest');
    expect(client.home.state('light.lamp')).toBe('off');
    client.home.setState('sensor.t', '5');
    await client.call('automation.turn_off', entity);
    await client.call('input_boolean.toggle', 'input_boolean.guest');
    await client.call('input_boolean.toggle', 'input_boolean.guest');
    expect(client.home.state('light.lamp')).toBe('off');
    await client.call('automation.toggle', entity);
    await client.call('input_boolean.toggle', 'input_boolean.guest');
    await client.call('input_boolean.toggle', 'input_boolean.guest');
    expect(client.home.state('light.lamp')).toBe('on');
  });

  it('is set off by hand, and takes the ways that its conditions say', async () => {
    const guest = { condition: 'state', entity_id: 'input_boolean.guest', state: 'on' };
    const fire = (event: string): { readonly event: string } => ({ event });
    const client = await connected({
      triggers,
      actions: [
        // oxlint-disable-next-line unicorn/no-thenable -- the word of Home Assistant's scripts
        { if: [guest], then: [fire('guest')], else: [fire('alone')] },
        { choose: [{ conditions: [guest], sequence: [fire('first')] }], default: [fire('second')] },
        guest,
        fire('never'),
      ],
    });
    const id = client.post('subscribe_events', {});
    await client.clock.settle();
    await client.call('automation.trigger', entity);
    const types = client.events(id).map((event) => (event as { readonly event_type: string }).event_type);
    expect(types.filter((type) => ['guest', 'alone', 'first', 'second', 'never'].includes(type))).toEqual([
      'alone',
      'second',
    ]);
  });

  it('that fails is told so by its trace alone', async () => {
    const client = await connected({ triggers, actions: [{ action: 'no_such.service' }] });
    await client.call('input_boolean.turn_on', 'input_boolean.guest');
    const runs = await client.command('trace/list', { domain: 'automation' });
    expect(runs).toMatchObject({ result: [{ script_execution: 'error' }] });
  });

  it('shows what it is made of', async () => {
    const client = await connected({ triggers, actions });
    const shown = await client.command('automation/config', { entity_id: entity });
    expect(shown).toMatchObject({ result: { config: { id: 'one', alias, triggers, actions } } });
    expect((await client.rest('GET', '/api/config/automation/config/one')).status).toBe(200);
    expect((await client.rest('GET', '/api/config/automation/config/two')).status).toBe(404);
  });
});
