import { describe, expect, it } from 'vitest';
import { above, App, not } from 'hassette';
import { runApp } from 'hassette/testing';

const LIGHTS = ['light.ceiling', 'light.counter', 'light.hall'];
const registries = {
  areas: { kitchen: {} },
  entities: { 'light.ceiling': { area: 'kitchen' }, 'light.counter': { area: 'kitchen' } },
};

class Plain extends App {}

class Kitchen extends App {
  readonly rule = this.whenever(() => this.states.any({ domain: 'light', area: 'kitchen' }, 'on'), { name: 'lit' });
  readonly all = this.whenever(() => this.states.all(['light.ceiling', 'light.counter'], 'on'), { name: 'all' });
  readonly many = this.whenever(() => this.states.count('light', 'on') >= 2, { name: 'many' });
  phases(): readonly unknown[] {
    return [this.rule.phase, this.all.phase, this.many.phase];
  }
}

const off = Object.fromEntries(LIGHTS.map((id) => [id, 'off']));

describe('any, all and count', () => {
  it('are asked of a selection, of entities by name, of a domain and of a glob', async () => {
    await using t = await runApp(Plain, {
      home: { ...off, 'light.hall': 'on', 'sensor.a_temperature': '31' },
      registries,
    });
    const { states } = t.app;
    expect(states.any({ domain: 'light', area: 'kitchen' }, 'on')).toBe(false);
    expect(states.any('light', 'on')).toBe(true);
    expect(states.all('light', 'on')).toBe(false);
    expect(states.all(['light.hall'], 'on')).toBe(true);
    expect(states.count('light.*', ['on', 'off'])).toBe(3);
    expect(states.count('sensor.*_temperature', above(30))).toBe(1);
    expect(states.any(['light.ceiling', 'light.hall'], not('on'))).toBe(true);
    expect(states.all('light').map(({ entityId }) => entityId)).toEqual(LIGHTS);
    expect(states.all('light.c*').map(({ entityId }) => entityId)).toEqual(['light.ceiling', 'light.counter']);
  });

  it('say nothing of nothing: none of it is any, nor all', async () => {
    await using t = await runApp(Plain, { home: off });
    const { states } = t.app;
    expect([states.any('lock', 'locked'), states.all('lock', 'locked'), states.count('lock', 'locked')]).toEqual([
      false,
      false,
      0,
    ]);
    expect(states.all(['light.hall', 'light.none'], 'off')).toBe(false);
  });

  it('take what is unavailable for no state outside of a rule, unless that is asked for', async () => {
    await using t = await runApp(Plain, { home: { ...off, 'light.hall': 'on' } });
    await t.set('light.hall', 'unavailable');
    const { states } = t.app;
    expect([states.any('light', 'on'), states.all('light', 'off'), states.count('light', 'unavailable')]).toEqual([
      false,
      false,
      1,
    ]);
  });

  it('refuse a function, and an entity that can be none', async () => {
    await using t = await runApp(Plain, { home: off });
    const { states } = t.app;
    expect(() => states.any('light', (() => true) as never)).toThrow('states.any was given a function');
    expect(() => states.count('Light.Kitchen' as 'light.kitchen', 'on')).toThrow('which is no entity id');
    expect(() => states.all([] as readonly string[], 'on')).toThrow('states.all was given an empty list');
    expect(() => states.any('', 'on')).toThrow('states.any was given an empty text');
  });
});

describe('a rule that counts', () => {
  it('follows the entities that are meant, whichever they are', async () => {
    await using t = await runApp(Kitchen, { home: off, registries });
    expect(t.app.phases()).toEqual(['off', 'off', 'off']);
    await t.set('light.hall', 'on');
    expect(t.app.phases()).toEqual(['off', 'off', 'off']);
    await t.set('light.ceiling', 'on');
    expect(t.app.phases()).toEqual(['on', 'off', 'on']);
    await t.set('light.counter', 'on');
    expect(t.app.phases()).toEqual(['on', 'on', 'on']);
    await t.remove('light.hall');
    expect(t.app.phases()).toEqual(['on', 'on', 'on']);
    await t.remove('light.counter');
    expect(t.app.phases()).toEqual(['on', 'on', 'off']);
  });

  it('counts what is unavailable as what it was last', async () => {
    await using t = await runApp(Kitchen, { home: off, registries });
    await t.set('light.ceiling', 'on');
    for (const state of ['unavailable', 'unknown', 'unavailable']) await t.set('light.ceiling', state);
    expect(t.app.rule.phase).toBe('on');
    await t.set('light.ceiling', 'off');
    expect(t.app.rule.phase).toBe('off');
  });

  it('waits where nothing is known of any of them', async () => {
    await using t = await runApp(Kitchen, {
      home: { 'light.ceiling': 'unavailable', 'light.counter': 'unavailable' },
      registries,
    });
    expect(t.app.rule.explain().suspended).toBe('none of domain light, area kitchen has a value');
    await t.set('light.counter', 'on');
    expect(t.app.rule.phase).toBe('on');
  });

  it('is asked only when its answer becomes another, and once for what changes together', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => `light.l${index}`);
    class Big extends App {
      readonly rule = this.whenever(() => this.states.any('light', 'on') && !this.states.any('switch', 'on'), {});
    }
    await using t = await runApp(Big, {
      home: { ...Object.fromEntries(ids.map((id) => [id, 'off'])), 'switch.a': 'off' },
    });
    const asked = (): number => t.app.rule.explain().evaluations;
    expect(asked()).toBe(1);
    for (const id of ids.slice(0, 20)) await t.set(id, 'on');
    expect(asked()).toBe(2);
    for (const id of ids) await t.set(id, 'on', { brightness: 3 });
    expect(asked()).toBe(2);
    for (const id of ids) t.home.setState(id, 'off');
    await t.settle();
    expect(asked()).toBe(3);
  });

  it('sees all of a moment or nothing of it', async () => {
    class Handover extends App {
      readonly seen: string[] = [];
      readonly rule = this.whenever(
        () => !this.states.any(['light.ceiling'], 'on') && !this.states.any(['light.counter'], 'on'),
        {
          enter: () => this.seen.push('dark'),
        },
      );
    }
    await using t = await runApp(Handover, { home: { 'light.ceiling': 'on', 'light.counter': 'off' } });
    t.home.dropConnections();
    t.home.setState('light.ceiling', 'off');
    t.home.setState('light.counter', 'on');
    await t.advance('1m');
    expect(t.app.seen).toEqual([]);
    expect(t.app.rule.explain().evaluations).toBe(2);
  });
});
