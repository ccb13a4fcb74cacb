import { describe, expect, it } from 'vitest';
import { errorCode, TestClient } from '../test-client.ts';

describe('lock', () => {
  it('takes two seconds, and says what it is doing', async () => {
    const client = await TestClient.connected({ states: { 'lock.front': 'locked' } });
    const id = client.post('call_service', { domain: 'lock', service: 'unlock', target: { entity_id: 'lock.front' } });
    await client.clock.advanceBy(1999);
    expect(client.home.state('lock.front')).toBe('unlocking');
    expect(client.answerTo(id)).toBeUndefined();
    await client.clock.advanceBy(1);
    expect(client.home.state('lock.front')).toBe('unlocked');
    expect(client.answerTo(id)).toMatchObject({ success: true });
  });

  it('opens its latch only where it can', async () => {
    const client = await TestClient.connected({ states: { 'lock.front': 'locked' } });
    expect(errorCode(await client.call('lock.open', 'lock.front'))).toBe('service_validation_error');
  });
});

describe('climate', () => {
  const connected = (): Promise<TestClient> => TestClient.connected({ states: { 'climate.room': 'heat' } });

  it('takes a temperature and a mode', async () => {
    const client = await connected();
    await client.call('climate.set_temperature', 'climate.room', { temperature: 21.5 });
    await client.call('climate.set_hvac_mode', 'climate.room', { hvac_mode: 'off' });
    expect(client.home.state('climate.room')).toBe('off');
    expect(client.home.attributes('climate.room')).toMatchObject({ temperature: 21.5 });
    await client.call('climate.turn_on', 'climate.room');
    expect(client.home.state('climate.room')).toBe('heat');
  });

  it.each([
    ['climate.set_temperature', { temperature: 50 }],
    ['climate.set_hvac_mode', { hvac_mode: 'cool' }],
    ['climate.set_preset_mode', { preset_mode: 'eco' }],
  ])('refuses %s with %o', async (service, data) => {
    const client = await connected();
    expect(errorCode(await client.call(service, 'climate.room', data))).toBe('service_validation_error');
  });
});

describe('script', () => {
  const scripts = {
    slow: {
      mode: 'parallel',
      sequence: [{ delay: { seconds: 1 } }, { action: 'switch.turn_on', target: { entity_id: 'switch.pump' } }],
    },
  } as const;

  const connected = (): Promise<TestClient> => TestClient.connected({ scripts, states: { 'switch.pump': 'off' } });

  it('is waited for when it is called by its name, and not when it is turned on', async () => {
    const client = await connected();
    const id = client.post('call_service', { domain: 'script', service: 'slow' });
    expect(await client.call('script.turn_on', 'script.slow')).toMatchObject({ success: true });
    expect(client.home.attributes('script.slow')).toMatchObject({ current: 2, last_action: 'delay 0:00:01' });
    expect(client.answerTo(id)).toBeUndefined();
    await client.clock.advanceBy(1000);
    expect(client.answerTo(id)).toMatchObject({ success: true });
    expect(client.home.state('switch.pump')).toBe('on');
    expect(client.home.state('script.slow')).toBe('off');
  });

  it('can be stopped', async () => {
    const client = await connected();
    await client.call('script.turn_on', 'script.slow');
    await client.call('script.turn_off', 'script.slow');
    await client.clock.advanceBy(5000);
    expect(client.home.state('switch.pump')).toBe('off');
    expect(client.home.state('script.slow')).toBe('off');
  });
});

describe('notify', () => {
  it('takes messages under the names that the home was given', async () => {
    const client = await TestClient.connected({ notifiers: ['mobile_app_anna'] });
    const data = { message: 'The washing is done', data: { actions: [{ action: 'OK' }] } };
    await client.command('call_service', { domain: 'notify', service: 'mobile_app_anna', service_data: data });
    expect(client.home.calls).toMatchObject([{ domain: 'notify', service: 'mobile_app_anna', data }]);
    const unknown = await client.command('call_service', { domain: 'notify', service: 'notify', service_data: data });
    expect(errorCode(unknown)).toBe('not_found');
  });
});

describe('homeassistant', () => {
  it('turns off whatever can be turned off', async () => {
    const client = await TestClient.connected({ states: { 'light.a': 'on', 'switch.b': 'on', 'sensor.c': 'on' } });
    await client.command('call_service', {
      domain: 'homeassistant',
      service: 'turn_off',
      target: { entity_id: ['light.a', 'switch.b', 'sensor.c'] },
    });
    expect(['light.a', 'switch.b', 'sensor.c'].map((id) => client.home.state(id))).toEqual(['off', 'off', 'on']);
  });
});
