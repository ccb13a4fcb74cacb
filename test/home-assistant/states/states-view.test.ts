import { describe, expect, it } from 'vitest';
import { StatesView } from '../../../src/home-assistant/states/states-view.ts';
import { startHome } from '../home-fixture.ts';

async function startStates() {
  const t = await startHome();
  t.link.connect({ 'light.a': 'on', 'light.b': 'unavailable', 'sensor.lux': '35.5', 'sensor.word': 'sunny' });
  return { ...t, states: new StatesView(t.home) };
}

describe('StatesView', () => {
  it('reads states as they are now', async () => {
    await using t = await startStates();
    expect(t.states.get('light.a')?.state).toBe('on');
    expect(t.states.get('light.c')).toBeUndefined();
    expect(t.states.has('light.b')).toBe(true);
    expect(t.states.size).toBe(4);
    t.link.change('light.a', 'off');
    expect(t.states.get('light.a')?.state).toBe('off');
  });

  it('holds a state against one or several', async () => {
    await using t = await startStates();
    expect(t.states.is('light.a', 'on')).toBe(true);
    expect(t.states.is('light.a', ['off', 'on'])).toBe(true);
    expect(t.states.is('light.b', 'on')).toBe(false);
    expect(t.states.is('light.b', 'unavailable')).toBe(true);
    expect(t.states.is('light.c', 'off')).toBe(false);
  });

  it('reads numbers, and says so where there is none', async () => {
    await using t = await startStates();
    expect(t.states.number('sensor.lux')).toBe(35.5);
    expect(t.states.number('sensor.word', { or: 0 })).toBe(0);
    expect(t.states.number('sensor.gone', { or: undefined })).toBeUndefined();
    expect(() => t.states.number('light.b')).toThrow('The state of "light.b" is "unavailable", which is no number');
    expect(() => t.states.number('sensor.lx')).toThrow(
      expect.objectContaining({ code: 'ENTITY_UNAVAILABLE', hint: 'Did you mean "sensor.lux"?' }),
    );
  });

  it('compares numbers; what has none is neither above nor below', async () => {
    await using t = await startStates();
    expect(t.states.above('sensor.lux', 35)).toBe(true);
    expect(t.states.above('sensor.lux', 35.5)).toBe(false);
    expect(t.states.below('sensor.lux', 36)).toBe(true);
    expect(t.states.above('light.b', -1) || t.states.below('light.b', 1)).toBe(false);
  });

  it('goes through all entities, or those of a domain', async () => {
    await using t = await startStates();
    expect(t.states.entityIds('light')).toEqual(['light.a', 'light.b']);
    expect(t.states.entityIds()).toHaveLength(4);
    expect(t.states.all('light').map(({ state }) => state)).toEqual(['on', 'unavailable']);
    expect([...t.states].map(({ entityId }) => entityId)).toEqual(['light.a', 'light.b', 'sensor.lux', 'sensor.word']);
    expect(t.states.all('lock')).toEqual([]);
  });

  it('knows the states of a domain by type', async () => {
    await using t = await startStates();
    const state: 'on' | 'off' | 'unavailable' | 'unknown' | undefined = t.states.get('light.a')?.state;
    expect(state).toBe('on');
    // @ts-expect-error A light is never "onn".
    expect(t.states.is('light.a', 'onn')).toBe(false);
    // @ts-expect-error Nor is one of several.
    expect(t.states.is('light.a', ['on', 'dimmed'])).toBe(true);
  });
});
