import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDifference } from '../../src/home-assistant/protocol/compressed-state.ts';
import type { CompressedState, EntitiesMessage } from '../../src/home-assistant/protocol/wire.ts';
import { differenceJson, StateRecord } from '../../src/simulator/state-record.ts';

const context = fc.record({
  id: fc.constantFrom('01A', '01B'),
  parent_id: fc.constantFrom(null, '01P'),
  user_id: fc.constantFrom(null, 'u1', 'u2'),
});
const attributes = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 1 }));
const instant = fc.integer({ min: 1_795_266_924_000_000, max: 1_795_266_924_000_009 });
const records = fc
  .tuple(fc.constantFrom('on', 'off'), attributes, instant, instant, context)
  .map(
    ([state, held, one, other, of]) =>
      new StateRecord('light.a', state, held, Math.min(one, other), Math.max(one, other), of),
  );

function compressed(record: StateRecord): CompressedState | undefined {
  const snapshot = JSON.parse(`{"a":{${record.compressedJson}}}`) as EntitiesMessage;
  return snapshot.a?.['light.a'];
}

describe('differenceJson', () => {
  it('says enough for a client to have the new state', () => {
    fc.assert(
      fc.property(records, records, (from, to) => {
        const message = JSON.parse(differenceJson(from, to)) as EntitiesMessage;
        const before = compressed(from);
        const difference = message.c?.['light.a'];
        if (before === undefined || difference === undefined) throw new Error('not told');
        // A newer state is never dated before the older one.
        fc.pre(to.lastChanged >= from.lastChanged && to.lastUpdated >= from.lastUpdated);
        fc.pre(to.lastChanged === from.lastChanged || to.lastChanged === to.lastUpdated);
        expect(applyDifference(before, difference)).toEqual(compressed(to));
      }),
    );
  });
});
