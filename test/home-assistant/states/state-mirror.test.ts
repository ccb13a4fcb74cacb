import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntityState } from '../../../src/home-assistant/states/entity-state.ts';
import type { CompressedState, EntitiesMessage } from '../../../src/home-assistant/protocol/wire.ts';
import { StateMirror, type StateTransition } from '../../../src/home-assistant/states/state-mirror.ts';

function mirrorOf(entities: Record<string, CompressedState>, watched: (entityId: string) => boolean = () => true) {
  const told: StateTransition[] = [];
  const mirror = new StateMirror({
    watches: watched,
    together: (work) => work(),
    tell: (transition) => told.push(transition),
    appeared: () => {},
  });
  mirror.fill(entities);
  return { mirror, told };
}

function wire(s: string, lc = 100, a: Record<string, unknown> = {}): CompressedState {
  return { s, a, c: 'C0', lc };
}

function words({ entityId, from, to, kind, resync, restarted, lastGood }: StateTransition) {
  return {
    entityId,
    from: from?.state ?? null,
    to: to?.state ?? null,
    kind,
    resync,
    restarted,
    lastGood: lastGood?.state,
  };
}

describe('StateMirror', () => {
  it('takes the first snapshot without telling anything', () => {
    const { mirror, told } = mirrorOf({ 'light.a': wire('on'), 'light.b': wire('off'), 'sensor.c': wire('5') });
    expect(told).toEqual([]);
    expect(mirror.size).toBe(3);
    expect([...mirror.entityIds()]).toEqual(['light.a', 'light.b', 'sensor.c']);
    expect([...mirror.entityIds('light')]).toEqual(['light.a', 'light.b']);
    expect([...mirror.entityIds('lock')]).toEqual([]);
    expect([...mirror.domains()]).toEqual(['light', 'sensor']);
    expect(mirror.get('sensor.c')?.number).toBe(5);
    expect(mirror.get('sensor.d')).toBeUndefined();
  });

  it('merges a difference: what is not named stays', () => {
    const { mirror, told } = mirrorOf({
      'light.a': { s: 'off', a: { x: 1, y: 2 }, c: { id: 'C0', parent_id: 'P0', user_id: 'U0' }, lc: 100, lu: 120 },
    });
    mirror.apply({ c: { 'light.a': { '+': { s: 'on', a: { y: 3, z: 4 }, c: 'C1', lc: 130 }, '-': { a: ['x'] } } } });
    const state = mirror.get('light.a');
    expect(state?.state).toBe('on');
    expect(state?.attributes).toEqual({ y: 3, z: 4 });
    expect(state?.context).toEqual({ id: 'C1', parentId: 'P0', userId: 'U0' });
    expect(state?.lastChanged.epochMilliseconds).toBe(130_000);
    expect(state?.lastUpdated.epochMilliseconds).toBe(130_000);
    expect(told.map(words)).toEqual([
      { entityId: 'light.a', from: 'off', to: 'on', kind: 'changed', resync: false, restarted: false, lastGood: 'off' },
    ]);
  });

  it('takes an object as those fields of the context that differ', () => {
    const { mirror } = mirrorOf({
      'light.a': { s: 'off', a: {}, c: { id: 'C0', parent_id: 'P0', user_id: 'U0' }, lc: 1 },
    });
    mirror.apply({ c: { 'light.a': { '+': { lu: 2, c: { id: 'C1', user_id: null } } } } });
    expect(mirror.get('light.a')?.context).toEqual({ id: 'C1', parentId: 'P0', userId: null });
    expect(mirror.get('light.a')?.lastChanged.epochMilliseconds).toBe(1000);
    expect(mirror.get('light.a')?.lastUpdated.epochMilliseconds).toBe(2000);
  });

  it('follows entities that come and go', () => {
    const { mirror, told } = mirrorOf({ 'light.a': wire('on') });
    mirror.apply({ r: ['light.a', 'light.never'], a: { 'lock.b': wire('locked') } });
    expect(mirror.get('light.a')).toBeUndefined();
    expect([...mirror.domains()]).toEqual(['lock']);
    expect(told.map(words)).toEqual([
      { entityId: 'light.a', from: 'on', to: null, kind: 'removed', resync: false, restarted: false, lastGood: 'on' },
      {
        entityId: 'lock.b',
        from: null,
        to: 'locked',
        kind: 'added',
        resync: false,
        restarted: false,
        lastGood: undefined,
      },
    ]);
  });

  it('takes an entity that comes twice as a change of the one that is there', () => {
    const { mirror, told } = mirrorOf({ 'light.a': wire('on', 1, { x: 1 }) });
    mirror.apply({ a: { 'light.a': wire('off', 2, { y: 1 }) } });
    expect(mirror.get('light.a')?.attributes).toEqual({ y: 1 });
    expect(told.map(words)).toMatchObject([{ from: 'on', to: 'off', kind: 'changed' }]);
  });

  it('passes over a difference of an entity that it was never told of', () => {
    const { mirror, told } = mirrorOf({});
    mirror.apply({ c: { 'light.a': { '+': { s: 'on' } } } });
    expect(mirror.get('light.a')).toBeUndefined();
    expect(told).toEqual([]);
  });

  it('has the whole message in it before anybody is told of any of it', () => {
    const seen: string[] = [];
    const mirror: StateMirror = new StateMirror({
      watches: () => true,
      appeared: () => {},
      together: (work) => work(),
      tell: (transition) =>
        seen.push(`${transition.entityId}: ${mirror.stateOf('light.a')} ${mirror.stateOf('light.b')}`),
    });
    mirror.fill({ 'light.a': wire('off'), 'light.b': wire('off') });
    mirror.apply({ c: { 'light.a': { '+': { s: 'on', lc: 101 } }, 'light.b': { '+': { s: 'on', lc: 101 } } } });
    expect(seen).toEqual(['light.a: on on', 'light.b: on on']);
  });

  it('tells nothing to nobody, and makes nothing for it', () => {
    const { mirror, told } = mirrorOf({ 'light.a': wire('off', 1, { x: 1 }) }, () => false);
    mirror.apply({ c: { 'light.a': { '+': { s: 'on', lc: 2, a: { x: 2 } } } } });
    mirror.apply({ r: ['light.a'], a: { 'light.b': wire('on') } });
    expect(told).toEqual([]);
    expect([...mirror.entityIds()]).toEqual(['light.b']);
  });

  it('gives the same object until something changes', () => {
    const { mirror } = mirrorOf({ 'light.a': wire('off'), 'light.b': wire('off') });
    const before = mirror.get('light.a');
    expect(mirror.get('light.a')).toBe(before);
    mirror.apply({ c: { 'light.b': { '+': { s: 'on', lc: 101 } } } });
    expect(mirror.get('light.a')).toBe(before);
    mirror.apply({ c: { 'light.a': { '+': { lu: 101 } } } });
    expect(mirror.get('light.a')).not.toBe(before);
  });

  it('never writes to what came from the wire', () => {
    const snapshot = { 'light.a': wire('off', 1, { x: 1 }) };
    const { mirror } = mirrorOf(snapshot, () => false);
    mirror.apply({ c: { 'light.a': { '+': { a: { x: 2 } } } } });
    mirror.apply({ c: { 'light.a': { '+': { a: { x: 3, y: 1 } }, '-': { a: ['nothing'] } } } });
    expect(snapshot['light.a'].a).toEqual({ x: 1 });
    expect(mirror.get('light.a')?.attributes).toEqual({ x: 3, y: 1 });
  });

  it('remembers the last good value through unavailable and unknown', () => {
    const { mirror, told } = mirrorOf({ 'sensor.a': wire('5', 1, { unit: 'W' }) }, () => false);
    mirror.apply({ c: { 'sensor.a': { '+': { s: 'unavailable', lc: 2 }, '-': { a: ['unit'] } } } });
    mirror.apply({ c: { 'sensor.a': { '+': { s: 'unknown', lc: 3 } } } });
    expect(mirror.get('sensor.a')?.state).toBe('unknown');
    expect(mirror.lastGood('sensor.a')?.state).toBe('5');
    expect(mirror.lastGood('sensor.a')?.attributes).toEqual({ unit: 'W' });
    expect(mirror.lastGood('sensor.a')?.lastChanged.epochMilliseconds).toBe(1000);
    mirror.apply({ c: { 'sensor.a': { '+': { s: '6', lc: 4 } } } });
    expect(mirror.lastGood('sensor.a')?.state).toBe('6');
    expect(told).toEqual([]);
  });

  it('tells the last good value as it was before the change', () => {
    const { mirror, told } = mirrorOf({ 'sensor.a': wire('on'), 'sensor.b': wire('unavailable') });
    mirror.apply({ c: { 'sensor.a': { '+': { s: 'unavailable', lc: 2 } } } });
    mirror.apply({ c: { 'sensor.a': { '+': { s: 'off', lc: 3 } } } });
    mirror.apply({ c: { 'sensor.b': { '+': { s: 'on', lc: 3 } } } });
    mirror.apply({ c: { 'sensor.a': { '+': { s: 'unknown', lc: 4 } } } });
    mirror.apply({ r: ['sensor.a'] });
    expect(told.map((transition) => transition.lastGood?.state)).toEqual(['on', 'on', undefined, 'off', 'off']);
  });

  describe('with a later snapshot', () => {
    it('tells what was missed as changes from what was known last, and nothing of the rest', () => {
      const { mirror, told } = mirrorOf({
        'light.same': wire('on', 10, { x: 1 }),
        'light.changed': wire('on', 10),
        'light.attribute': { ...wire('on', 10, { x: 1 }), lu: 11 },
        'light.away-and-back': wire('on', 10),
        'light.gone': wire('on', 10),
      });
      const same = mirror.get('light.same');
      mirror.replace(
        {
          'light.same': wire('on', 10, { x: 1 }),
          'light.changed': wire('off', 20),
          'light.attribute': { ...wire('on', 10, { x: 2 }), lu: 21 },
          'light.away-and-back': wire('on', 22),
          'light.new': wire('off', 23),
        },
        false,
      );
      expect(told.map(words)).toMatchObject([
        { entityId: 'light.gone', to: null, kind: 'removed' },
        { entityId: 'light.changed', from: 'on', to: 'off', kind: 'changed', lastGood: 'on' },
        { entityId: 'light.attribute', from: 'on', to: 'on', kind: 'changed' },
        { entityId: 'light.away-and-back', from: 'on', to: 'on', kind: 'changed' },
        { entityId: 'light.new', from: null, kind: 'added' },
      ]);
      expect(told.every((transition) => transition.resync && !transition.restarted)).toBe(true);
      expect(mirror.get('light.same')).toBe(same);
      expect(mirror.get('light.gone')).toBeUndefined();
    });

    it('takes a restart of Home Assistant for no storm: only what has another value is told', () => {
      const { mirror, told } = mirrorOf({
        'light.a': wire('on', 10, { list: [1, { y: null }], x: 1 }),
        'light.b': wire('on', 10),
        'light.c': wire('on', 10),
      });
      mirror.replace(
        {
          'light.a': wire('on', 500, { x: 1, list: [1, { y: null }] }),
          'light.b': wire('off', 500),
          'light.c': wire('on', 500, { x: 1 }),
        },
        true,
      );
      expect(told.map(words)).toEqual([
        { entityId: 'light.b', from: 'on', to: 'off', kind: 'changed', resync: true, restarted: true, lastGood: 'on' },
        { entityId: 'light.c', from: 'on', to: 'on', kind: 'changed', resync: true, restarted: true, lastGood: 'on' },
      ]);
      expect(mirror.get('light.a')?.lastChanged.epochMilliseconds).toBe(500_000);
    });

    it('keeps the last good value of what comes back unavailable', () => {
      const { mirror, told } = mirrorOf({ 'light.a': wire('on', 10) });
      mirror.replace({ 'light.a': wire('unavailable', 500) }, true);
      expect(mirror.lastGood('light.a')?.state).toBe('on');
      mirror.apply({ c: { 'light.a': { '+': { s: 'on', lc: 501 } } } });
      expect(told.map(words)).toMatchObject([
        { from: 'on', to: 'unavailable', resync: true },
        { from: 'unavailable', to: 'on', resync: false, lastGood: 'on' },
      ]);
    });
  });

  it('is what the home is after any differences, and leaves what it gave away as it was', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), fc.func(fc.boolean()), (messages, watched) => {
        const model = new Map<string, Model>();
        const { mirror, told } = mirrorOf({}, (entityId) => watched(entityId));
        const given: { state: EntityState; text: string }[] = [];
        for (const [index, next] of messages.entries()) {
          applyToModel(model, next);
          mirror.apply(structuredClone(next));
          for (const entityId of mirror.entityIds()) {
            if ((index + entityId.length) % 3 !== 0) continue;
            const state = mirror.get(entityId);
            if (state !== undefined) given.push({ state, text: JSON.stringify(state) });
          }
        }
        expect(new Set(mirror.entityIds())).toEqual(new Set(model.keys()));
        for (const [entityId, expected] of model) {
          const state = mirror.get(entityId);
          expect(state?.state).toBe(expected.s);
          expect(state?.attributes).toEqual(expected.a);
          expect(state?.context).toEqual(expected.context);
          expect(mirror.lastGood(entityId)?.state).toBe(expected.good);
        }
        for (const { state, text } of given) expect(JSON.stringify(state)).toBe(text);
        for (const { entityId } of told) expect(watched(entityId)).toBe(true);
      }),
    );
  });
});

interface Model {
  s: string;
  a: Record<string, unknown>;
  context: { id: string; parentId: string | null; userId: string | null };
  good: string | undefined;
}

const entityId = fc.constantFrom('light.a', 'light.b', 'sensor.c');
const state = fc.constantFrom('on', 'off', '5', 'unavailable', 'unknown');
const attributes = fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.oneof(fc.integer(), fc.array(fc.integer())));
const full = fc.record({
  s: state,
  a: attributes,
  c: fc.constantFrom('C1', 'C2'),
  lc: fc.integer({ min: 1, max: 99 }),
});
const difference = fc.record(
  {
    '+': fc.record(
      {
        s: state,
        a: attributes,
        lc: fc.integer({ min: 1, max: 99 }),
        lu: fc.integer({ min: 1, max: 99 }),
        c: fc.oneof(fc.constantFrom('C3'), fc.record({ user_id: fc.constantFrom('U1', null) }, { requiredKeys: [] })),
      },
      { requiredKeys: [] },
    ),
    '-': fc.record({ a: fc.subarray(['x', 'y', 'z']) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const message: fc.Arbitrary<EntitiesMessage> = fc.oneof(
  fc.record({ a: fc.dictionary(entityId, full, { maxKeys: 2 }) }),
  fc.record({ c: fc.dictionary(entityId, difference, { maxKeys: 2 }) }),
  fc.record({ r: fc.array(entityId, { maxLength: 1 }) }),
);

function applyToModel(model: Map<string, Model>, { a = {}, c = {}, r = [] }: EntitiesMessage): void {
  const isGood = (word: string): boolean => word !== 'unavailable' && word !== 'unknown';
  for (const id of r) model.delete(id);
  for (const [id, next] of Object.entries(a)) {
    const contextId = typeof next.c === 'string' ? next.c : next.c.id;
    const good = isGood(next.s) ? next.s : model.get(id)?.good;
    model.set(id, { s: next.s, a: { ...next.a }, context: { id: contextId, parentId: null, userId: null }, good });
  }
  for (const [id, { '+': plus = {}, '-': minus = {} }] of Object.entries(c)) {
    const known = model.get(id);
    if (known === undefined) continue;
    for (const name of minus.a ?? []) Reflect.deleteProperty(known.a, name);
    Object.assign(known.a, plus.a);
    known.s = plus.s ?? known.s;
    if (isGood(known.s)) known.good = known.s;
    if (typeof plus.c === 'string') known.context.id = plus.c;
    else if (plus.c?.user_id !== undefined) known.context.userId = plus.c.user_id;
  }
}
