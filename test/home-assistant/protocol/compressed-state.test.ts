import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyDifference,
  compressState,
  differenceBetween,
  entitiesMessageOf,
  epochSeconds,
  expandContext,
  newestMs,
  snapshotOf,
} from '../../../src/home-assistant/protocol/compressed-state.ts';
import type { CompressedState, WireState } from '../../../src/home-assistant/protocol/wire.ts';

const USER = '49af5669daf84879bd19da889f2e09f7';

function state(changes: Partial<WireState> = {}): WireState {
  return {
    entity_id: 'sensor.contract_posted',
    state: '1',
    attributes: { a: 1, gone: true },
    last_changed: '2026-11-21T13:15:40.047274+00:00',
    last_updated: '2026-11-21T13:15:40.047274+00:00',
    context: { id: '01A', parent_id: null, user_id: USER },
    ...changes,
  };
}

describe('compressState', () => {
  it('leaves out an update time that is that of the change', () => {
    expect(compressState(state())).toEqual({
      s: '1',
      a: { a: 1, gone: true },
      c: { id: '01A', parent_id: null, user_id: USER },
      lc: 1795266940.047274,
    });
  });

  it('gives the update time where it is another', () => {
    expect(compressState(state({ last_updated: '2026-11-21T13:15:41.5+00:00' })).lu).toBe(1795266941.5);
  });

  it('gives the id alone of a context that has nothing else', () => {
    expect(compressState(state({ context: { id: '01A', parent_id: null, user_id: null } })).c).toBe('01A');
  });
});

describe('epochSeconds', () => {
  it('keeps microseconds, and minds the offset', () => {
    expect(epochSeconds('2026-11-21T14:15:40.047274+01:00')).toBe(1795266940.047274);
  });
});

describe('entitiesMessageOf', () => {
  it('tells an entity that is new', () => {
    expect(entitiesMessageOf({ entity_id: 'sensor.contract_posted', old_state: null, new_state: state() })).toEqual({
      a: { 'sensor.contract_posted': compressState(state()) },
    });
  });

  it('tells one that is gone', () => {
    expect(entitiesMessageOf({ entity_id: 'sensor.contract_posted', old_state: state(), new_state: null })).toEqual({
      r: ['sensor.contract_posted'],
    });
  });

  it('tells a change in the words of a real home: state and id', () => {
    const after = state({
      state: '2',
      last_changed: '2026-11-21T13:15:40.200458+00:00',
      last_updated: '2026-11-21T13:15:40.200458+00:00',
      context: { id: '01B', parent_id: null, user_id: USER },
    });
    expect(entitiesMessageOf({ entity_id: 'sensor.contract_posted', old_state: state(), new_state: after })).toEqual({
      c: { 'sensor.contract_posted': { '+': { s: '2', lc: 1795266940.200458, c: '01B' } } },
    });
  });

  it('tells attributes that changed and went, with the time of the update', () => {
    const after = state({
      attributes: { a: 2 },
      last_updated: '2026-11-21T13:15:40.353318+00:00',
      context: { id: '01C', parent_id: null, user_id: USER },
    });
    expect(entitiesMessageOf({ entity_id: 'sensor.contract_posted', old_state: state(), new_state: after })).toEqual({
      c: { 'sensor.contract_posted': { '+': { lu: 1795266940.353318, c: '01C', a: { a: 2 } }, '-': { a: ['gone'] } } },
    });
  });

  it('tells which fields of the context are others', () => {
    const after = state({ context: { id: '01D', parent_id: '01A', user_id: null } });
    expect(entitiesMessageOf({ entity_id: 'sensor.contract_posted', old_state: state(), new_state: after })).toEqual({
      c: { 'sensor.contract_posted': { '+': { c: { id: '01D', parent_id: '01A', user_id: null } } } },
    });
  });

  it('takes attributes for equal that are so in depth', () => {
    const before = state({ attributes: { b: { c: [1, { d: null }] } } });
    const after = state({ attributes: { b: { c: [1, { d: null }] } }, state: '2' });
    expect(entitiesMessageOf({ entity_id: 'x.y', old_state: before, new_state: after })).toEqual({
      c: { 'x.y': { '+': { s: '2' } } },
    });
  });
});

const name = fc.constantFrom('a', 'b', 'brightness', 'constructor', 'friendly_name');
const compressed: fc.Arbitrary<CompressedState> = fc
  .record({
    s: fc.constantFrom('on', 'off', '21.5', 'unavailable'),
    a: fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true }),
    id: fc.constantFrom('01A', '01B'),
    parent_id: fc.constantFrom(null, '01P'),
    user_id: fc.constantFrom(null, USER),
    lc: fc.integer({ min: 1, max: 3 }),
    later: fc.constantFrom(0, 0, 1, 2),
  })
  .map(({ s, a, id, parent_id, user_id, lc, later }) => ({
    s,
    a,
    c: parent_id === null && user_id === null ? id : { id, parent_id, user_id },
    lc,
    ...(later === 0 ? {} : { lu: lc + later }),
  }));

describe('differenceBetween and applyDifference', () => {
  it('lead from any state to any later one', () => {
    fc.assert(
      fc.property(compressed, compressed, (before, after) => {
        // A new state never has an older update time under the same time of change.
        fc.pre(before.lc !== after.lc || (before.lu ?? before.lc) <= (after.lu ?? after.lc));
        const arrived = applyDifference(before, differenceBetween(before, after));
        expect({ ...arrived, c: expandContext(arrived.c) }).toEqual(asTold(before, after));
      }),
    );
  });

  it('leave what was before as it was, and share what did not change', () => {
    const before: CompressedState = Object.freeze({ s: 'on', a: Object.freeze({ a: 1 }), c: '01A', lc: 1 });
    const after = applyDifference(before, { '+': { s: 'off', lc: 2, c: '01B' } });
    expect(after).toEqual({ s: 'off', a: { a: 1 }, c: '01B', lc: 2 });
    expect(after.a).toBe(before.a);
  });

  it('keep user and parent where only the id is told', () => {
    const before: CompressedState = { s: 'on', a: {}, c: { id: '01A', parent_id: null, user_id: USER }, lc: 1 };
    expect(applyDifference(before, { '+': { c: '01B' } }).c).toEqual({ id: '01B', parent_id: null, user_id: USER });
  });
});

/** With a new time of change the wire tells no other of the update: a change is one. */
function asTold(before: CompressedState, after: CompressedState): CompressedState {
  const { lu, ...rest } = { ...after, c: expandContext(after.c) };
  return before.lc !== after.lc || lu === undefined ? rest : { ...rest, lu };
}

describe('snapshotOf', () => {
  it('has every state under its entity id', () => {
    expect(snapshotOf([state(), state({ entity_id: 'light.bed', state: 'on' })])).toEqual({
      'sensor.contract_posted': compressState(state()),
      'light.bed': compressState(state({ state: 'on' })),
    });
  });
});

describe('newestMs', () => {
  it('is the latest moment that is dated', () => {
    expect(
      newestMs({
        a: { 'a.a': { s: '', a: {}, c: '', lc: 5, lu: 7 } },
        c: { 'a.b': { '+': { lc: 6 } }, 'a.c': { '+': { lu: 8 } }, 'a.d': { '-': { a: ['x'] } } },
      }),
    ).toBe(8000);
  });

  it('is nothing where nothing is dated', () => {
    expect(newestMs({ r: ['a.a'] })).toBeUndefined();
  });
});
