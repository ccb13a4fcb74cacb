import { describe, expect, it } from 'vitest';
import { startSimulatedHouse } from './simulated-house.ts';

describe('an entity that is renamed', () => {
  it('is followed by subscriptions, which are told of no change', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.lamp', hear);
    t.bus.onStateChange('light.lamp', { every: true, to: 'off' }, hear);
    t.bus.onStateChange({ area: 'kitchen' }, hear);
    await t.change(({ entities }) => entities.update('light.lamp', { entity_id: 'light.kitchen_main' }));
    expect(told).toEqual([]);
    await t.set('light.kitchen_main', 'on');
    expect(told).toEqual(['light.kitchen_main off→on', 'light.kitchen_main off→on']);
    expect(t.warnings()).toEqual([
      'home "default": "light.lamp" is "light.kitchen_main" now. 3 subscriptions follow it there; change it where it is named.',
    ]);
  });

  it('keeps its hold, which lasts as long as it would have', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.lamp', { to: 'on', for: '5m' }, hear);
    await t.set('light.lamp', 'on');
    await t.clock.advanceBy(240_000);
    await t.change(({ entities }) => entities.update('light.lamp', { entity_id: 'light.kitchen_main' }));
    await t.clock.advanceBy(59_000);
    expect(told).toEqual([]);
    await t.clock.advanceBy(1000);
    expect(told).toEqual(['light.kitchen_main off→on']);
  });

  it('keeps its last good value', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.lamp', hear);
    await t.set('light.lamp', 'unavailable');
    await t.change(({ entities }) => entities.update('light.lamp', { entity_id: 'light.kitchen_main' }));
    await t.set('light.kitchen_main', 'off');
    await t.set('light.kitchen_main', 'on');
    expect(told).toEqual(['light.kitchen_main off→on']);
  });

  it('is found by its old id, by new subscriptions too, until another entity has it', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    await t.change(({ entities }) => entities.update('light.lamp', { entity_id: 'light.kitchen_main' }));
    expect(t.home.mirror.get('light.lamp')?.entityId).toBe('light.kitchen_main');
    t.bus.onStateChange('light.lamp', hear);
    await t.set('light.kitchen_main', 'on');
    t.simulated.setState('light.lamp', 'off');
    await t.clock.settle();
    expect(t.home.mirror.get('light.lamp')?.entityId).toBe('light.lamp');
    await t.set('light.kitchen_main', 'off');
    expect(told).toEqual(['light.kitchen_main off→on', 'light.kitchen_main on→off']);
  });

  it('may be renamed again, and back', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    const subscription = t.bus.onStateChange('light.lamp', hear);
    await t.change(({ entities }) => entities.update('light.lamp', { entity_id: 'light.b' }));
    await t.change(({ entities }) => entities.update('light.b', { entity_id: 'light.c' }));
    await t.set('light.c', 'on');
    await t.change(({ entities }) => entities.update('light.c', { entity_id: 'light.lamp' }));
    await t.set('light.lamp', 'off');
    expect(told).toEqual(['light.c off→on', 'light.lamp on→off']);
    subscription.cancel();
    expect(t.home.states.count).toBe(0);
  });

  it('while the connection is away is told as that, and not as gone and come', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.lamp', hear);
    t.bus.onStateChange('light.lamp', { to: 'off', for: '10m', immediate: true }, hear);
    await t.away(() => void t.simulated.registries.entities.update('light.lamp', { entity_id: 'light.kitchen_main' }));
    expect(told).toEqual([]);
    await t.clock.advanceBy(600_000);
    await t.set('light.kitchen_main', 'on');
    expect(told).toEqual(['light.kitchen_main ∅→off initial', 'light.kitchen_main off→on']);
  });

  it('and switched while the connection is away is told as switched', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange('light.lamp', hear);
    await t.away(() => {
      t.simulated.registries.entities.update('light.lamp', { entity_id: 'light.kitchen_main' });
      t.simulated.setState('light.kitchen_main', 'on');
    });
    expect(told).toEqual(['light.kitchen_main off→on resync']);
  });

  it('is another one where it only looks alike', async () => {
    await using t = await startSimulatedHouse();
    await t.known();
    const { told, hear } = t.ear();
    t.bus.onStateChange(['light.lamp', 'light.new'], hear);
    await t.away(() => {
      t.simulated.registries.entities.remove('light.lamp');
      t.simulated.removeState('light.lamp');
      t.simulated.registries.registerEntity('light.new', { area: 'kitchen', name: 'New' });
      t.simulated.setState('light.new', 'off');
    });
    expect(told).toEqual(['light.lamp off→∅ removed resync', 'light.new ∅→off added resync']);
  });
});
