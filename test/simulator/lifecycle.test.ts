import { describe, expect, it } from 'vitest';
import { isObject } from '../../src/simulator/json.ts';
import { readSamples } from './recordings/samples.ts';
import { errorCode, TestClient } from './test-client.ts';

/** What is compared of a start: the home's own events. */
const milestones = new Set(['core_config_updated', 'homeassistant_start', 'homeassistant_started']);

function eventTypes(events: readonly unknown[]): unknown[] {
  return events
    .map((event) => (isObject(event) ? event.event_type : undefined))
    .filter((type) => milestones.has(String(type)));
}

async function coreState(client: TestClient): Promise<unknown> {
  const answer = await client.command('get_config');
  return isObject(answer?.result) ? answer.result.state : undefined;
}

describe('restart', () => {
  it('goes down and comes up at the pace and in the order of a real home', async () => {
    const client = await TestClient.connected({ states: { 'light.bed': 'on' } });
    client.post('call_service', { domain: 'homeassistant', service: 'restart' });
    await client.clock.advanceBy(11);
    expect(client.answerTo(1)).toBeUndefined();
    expect(client.ends).toEqual(['<closed 1000>']);

    await client.clock.advanceBy(1900);
    await expect(client.open()).rejects.toMatchObject({ code: 'HOME_UNREACHABLE' });
    await expect(client.rest('GET', '/api/')).rejects.toMatchObject({ code: 'HOME_UNREACHABLE' });

    await client.clock.advanceBy(100);
    await client.connect();
    expect(await coreState(client)).toBe('NOT_RUNNING');
    expect(await client.command('get_states')).toMatchObject({ result: [] });
    expect(errorCode(await client.call('light.turn_on', 'light.bed'))).toBe('not_found');
    await client.command('subscribe_events');
    const subscription = 4;

    await client.clock.advanceBy(1989);
    expect(await coreState(client)).toBe('NOT_RUNNING');
    expect(client.home.state('light.bed')).toBe('on');
    await client.clock.advanceBy(15);
    expect(await coreState(client)).toBe('RUNNING');
    const sample = readSamples().find(({ name }) => name === 'ws/lifecycle/restart');
    const recorded = (sample?.frames ?? []).flatMap(({ data }) =>
      isObject(data) && data.type === 'event' ? [data.event] : [],
    );
    expect(eventTypes(client.events(subscription))).toEqual(eventTypes(recorded));
  });

  it('brings entities back as new ones, later than they were', async () => {
    const client = await TestClient.connected({ states: { 'light.bed': 'on' } });
    const before = client.home.states.get('light.bed')?.lastChanged ?? 0;
    client.home.restart();
    await client.clock.advanceBy(5000);
    expect(client.home.states.get('light.bed')).toMatchObject({ state: 'on' });
    expect(client.home.states.get('light.bed')?.lastChanged).toBeGreaterThan(before + 2_000_000);
  });

  it('can be slow', async () => {
    const client = new TestClient();
    client.home.restart({ downMs: 10_000, startMs: 60_000 });
    await client.clock.advanceBy(10_000);
    await client.connect();
    await client.clock.advanceBy(59_000);
    expect(await coreState(client)).toBe('NOT_RUNNING');
    await client.clock.advanceBy(1005);
    expect(await coreState(client)).toBe('RUNNING');
  });

  it('shows afterwards what was changed while it was down', async () => {
    const client = new TestClient({ states: { 'light.bed': 'on', 'sensor.gone': '1' } });
    client.home.restart();
    client.home.setState('light.bed', 'off');
    client.home.setState('sensor.new', '1');
    client.home.removeState('sensor.gone');
    expect(client.home.state('light.bed')).toBe('off');
    await client.clock.advanceBy(5000);
    await client.connect();
    const { result } = (await client.command('get_states')) ?? {};
    expect(result).toMatchObject([{ entity_id: 'light.bed', state: 'off' }, { entity_id: 'sensor.new' }]);
  });

  it('answers over REST before it goes', async () => {
    const client = new TestClient();
    const answer = await client.rest('POST', '/api/services/homeassistant/restart');
    expect(answer.status).toBe(200);
    await client.clock.advanceBy(11);
    expect(client.home.isUp).toBe(false);
  });
});

describe('kill', () => {
  it('ends connections without a closing frame, and nobody answers until the start', async () => {
    const client = await TestClient.connected();
    client.home.kill();
    await client.clock.advanceBy(3_600_000);
    expect(client.ends).toEqual(['<closed 1006>']);
    await expect(client.open()).rejects.toMatchObject({ code: 'HOME_UNREACHABLE' });
    client.home.start();
    await client.connect();
    expect(await coreState(client)).toBe('NOT_RUNNING');
  });

  it('may come while it is starting', async () => {
    const client = new TestClient({ states: { 'light.bed': 'on' } });
    client.home.restart();
    await client.clock.advanceBy(3500);
    client.home.kill();
    client.home.start();
    await client.clock.advanceBy(5000);
    expect(client.home.state('light.bed')).toBe('on');
    expect(client.home.config().state).toBe('RUNNING');
  });
});
