import { describe, expect, it } from 'vitest';
import { errorCode, TestClient } from '../test-client.ts';

const dimmable = { supported_color_modes: ['brightness'], supported_features: 0 };

async function lamp(attributes = {}): Promise<TestClient> {
  return TestClient.connected({ states: { 'light.a': { state: 'off', attributes } } });
}

describe('light', () => {
  it.each([
    [{ brightness: 120 }, 120],
    [{ brightness: 300 }, 255],
    [{ brightness_pct: 50 }, 128],
    [{ brightness_step: 40 }, 40],
    [{ brightness_step_pct: 20 }, 51],
    [{}, 255],
  ])('turned on with %o shines with %i', async (data, brightness) => {
    const client = await lamp(dimmable);
    await client.call('light.turn_on', 'light.a', data);
    expect(client.home.state('light.a')).toBe('on');
    expect(client.home.attributes('light.a')).toMatchObject({ brightness, color_mode: 'brightness' });
  });

  it('steps from where it is', async () => {
    const client = await lamp(dimmable);
    await client.call('light.turn_on', 'light.a', { brightness: 100 });
    await client.call('light.turn_on', 'light.a', { brightness_step: -30 });
    expect(client.home.attributes('light.a')?.brightness).toBe(70);
  });

  it('is turned off by a brightness of nothing', async () => {
    const client = await lamp(dimmable);
    await client.call('light.turn_on', 'light.a');
    await client.call('light.turn_on', 'light.a', { brightness: 0 });
    expect(client.home.state('light.a')).toBe('off');
    expect(client.home.attributes('light.a')).toMatchObject({ brightness: null, color_mode: null });
  });

  it('remembers while it is off what it was set to', async () => {
    const client = await lamp();
    await client.call('light.turn_on', 'light.a', { brightness: 99, color_temp_kelvin: 4166 });
    await client.call('light.toggle', 'light.a');
    await client.call('light.toggle', 'light.a');
    expect(client.home.attributes('light.a')).toMatchObject({
      brightness: 99,
      color_temp_kelvin: 4166,
      rgb_color: [255, 210, 174],
    });
  });

  it.each([
    [{ rgb_color: [255, 0, 0] }, { hs_color: [0, 100], xy_color: [0.701, 0.299] }],
    [{ color_name: 'blue' }, { hs_color: [240, 100] }],
    [{ hs_color: [345, 75] }, { rgb_color: [255, 64, 112], xy_color: [0.588, 0.274] }],
  ])('takes a colour as %o', async (data, shown) => {
    const client = await lamp();
    await client.call('light.turn_on', 'light.a', data);
    expect(client.home.attributes('light.a')).toMatchObject({ color_mode: 'hs', color_temp_kelvin: null, ...shown });
  });

  it('passes over what a lamp cannot do', async () => {
    const client = await lamp(dimmable);
    expect(await client.call('light.turn_on', 'light.a', { rgb_color: [255, 0, 0], effect: 'rainbow' })).toMatchObject({
      success: true,
    });
    expect(client.home.attributes('light.a')).not.toHaveProperty('rgb_color');
  });

  it('refuses two ways to say one thing', async () => {
    const client = await lamp();
    const answer = await client.call('light.turn_on', 'light.a', { rgb_color: [1, 2, 3], color_name: 'red' });
    expect(errorCode(answer)).toBe('invalid_format');
  });
});
