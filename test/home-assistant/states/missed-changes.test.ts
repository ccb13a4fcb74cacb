import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityStateOfCompressed, type EntityState } from '../../../src/home-assistant/states/entity-state.ts';
import { type MissedOf, missedChanges, reaches } from '../../../src/home-assistant/states/missed-changes.ts';
import type { StateTransition } from '../../../src/home-assistant/states/state-mirror.ts';

const ID = 'light.a';

function at(seconds: number, state: string): EntityState {
  return entityStateOfCompressed(ID, { s: state, a: {}, c: '', lc: seconds });
}

function found(from: EntityState | null, to: EntityState | null, resync = true): StateTransition {
  const kind = from === null ? 'added' : to === null ? 'removed' : 'changed';
  return { entityId: ID, from, to, lastGood: from ?? undefined, kind, resync, restarted: false };
}

function inWords(missed: Partial<MissedOf>): string[] {
  const none: MissedOf = {
    entityId: ID,
    before: null,
    lastGood: undefined,
    after: undefined,
    restarted: false,
    past: [],
    told: [],
  };
  return missedChanges({ ...none, ...missed }).map(({ transition: { from, to, resync, backfill } }) => {
    const how = backfill === true ? ' backfill' : resync ? ' resync' : '';
    return `${from?.state ?? '∅'}→${to?.state ?? '∅'}${how}`;
  });
}

const past = (seconds: number, state: string | null) => ({
  atMs: seconds * 1000,
  state: state === null ? null : at(seconds, state),
});

describe('missedChanges', () => {
  const before = at(100, 'off');
  const after = at(200, 'on');

  it.each<[string, Partial<MissedOf>, readonly string[]]>([
    ['nothing of what was not missed', { before, after: before, past: [past(100, 'off')] }, []],
    ['what was told where there is no history', { before, after, told: [found(before, after)] }, ['off→on resync']],
    [
      'the steps in between, in order, each once, and nothing of before and after',
      {
        before,
        after,
        told: [found(before, after)],
        past: [200, 150, 120, 120.0000004, 100.0000004, 90].map((s) => past(s, `at ${Math.floor(s)}`)),
      },
      ['off→at 120 backfill', 'at 120→at 150 backfill', 'at 150→on resync'],
    ],
    [
      'two writes of one millisecond',
      { before, after, told: [found(before, after)], past: [past(120, 'on'), past(120.000001, 'off')] },
      ['off→on backfill', 'on→off backfill', 'off→on resync'],
    ],
    [
      'that it had gone, and come',
      { before, after, told: [found(before, after)], past: [past(120, null), past(150, 'off')] },
      ['off→∅ backfill', '∅→off backfill', 'off→on resync'],
    ],
    [
      'once that it is gone',
      { before, told: [found(before, null)], past: [past(120, 'on'), past(130, null)] },
      ['off→on backfill', 'on→∅ resync'],
    ],
    [
      'what came to be in between from its beginning',
      { after, told: [found(null, after)], past: [past(150, 'off')] },
      ['∅→off backfill', 'off→on resync'],
    ],
    [
      'once what comparing found after a gap that another followed at once',
      {
        before,
        after: at(200, 'on'),
        restarted: true,
        past: [past(120, 'on'), past(150, 'off')],
        told: [found(before, at(120, 'on'))],
      },
      ['off→on backfill', 'on→off backfill', 'off→on resync'],
    ],
    [
      'what is as it was, and was something else',
      { before, after: at(200, 'off'), restarted: true, past: [past(150, 'on')] },
      ['off→on backfill', 'on→off resync'],
    ],
    [
      'what has come since, after all that',
      { before, after, told: [found(before, after), found(after, at(300, 'off'), false)], past: [past(150, 'dim')] },
      ['off→dim backfill', 'dim→on resync', 'on→off'],
    ],
    [
      'what was renamed as it was found',
      { before, after, told: [{ ...found(before, after), renamedFrom: 'light.old' }], past: [past(150, 'dim')] },
      ['off→on resync'],
    ],
  ])('tells %s', (_what, missed, expected) => {
    expect(inWords(missed)).toEqual(expected);
  });

  it('leads without a gap from what was known to what is so, forwards in time, and nothing twice', () => {
    const moments = fc.uniqueArray(fc.integer({ min: 101, max: 199 }), { maxLength: 12 });
    const states = fc.infiniteStream(fc.constantFrom('on', 'off', 'unavailable', null));
    fc.assert(
      fc.property(moments, states, fc.nat(3), (seconds, values, live) => {
        const rows = seconds.map((second) => past(second, values.next().value ?? null));
        const told = [found(before, after)];
        for (let index = 0; index < live; index += 1) {
          const last = told.at(-1)?.to ?? null;
          told.push(found(last, at(300 + index, `live ${index}`), false));
        }
        const steps = missedChanges({
          ...{ entityId: ID, before, lastGood: before, after, restarted: false },
          // The recorder may have written what has come since as well.
          past: [...rows, past(200, 'on'), past(300, 'live 0'), past(100, 'off')],
          told,
        });
        let known: EntityState | null = before;
        let good: EntityState = before;
        for (const { transition } of steps) {
          expect(transition.from).toBe(known);
          expect(transition.lastGood).toBe(good);
          expect(transition.from === null && transition.to === null).toBe(false);
          known = transition.to;
          if (known !== null && known.state !== 'unavailable') good = known;
        }
        expect(known).toBe(told.at(-1)?.to);
        const times = steps.map(({ atMs }) => atMs);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(new Set(steps.map(({ transition }) => transition.to)).size).toBeGreaterThanOrEqual(
          steps.filter(({ transition }) => transition.to !== null).length,
        );
        expect(steps.filter(({ transition }) => transition.backfill !== true)).toHaveLength(told.length);
      }),
    );
  });
});

describe('reaches', () => {
  const before = at(100, 'off');
  it.each([
    [before, before, [], true],
    [before, undefined, [], true],
    [before, at(200, 'on'), [150], false],
    [before, at(200, 'on'), [150, 199.9999996], true],
    [null, at(200, 'on'), [], false],
  ])('knows whether the recorder has written enough (%#)', (known, after, seconds, expected) => {
    const rows = seconds.map((second) => past(second, 'x'));
    expect(reaches(rows, { before: known, after })).toBe(expected);
  });
});
