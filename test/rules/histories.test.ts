import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { App } from 'hassette';
import { runApp } from 'hassette/testing';
import { askTree, NaiveRule, NUMBER, type Tree } from './naive-rule.ts';

const IDS = ['binary_sensor.a', 'binary_sensor.b', 'binary_sensor.c'] as const;
const START = '2026-01-15T12:00:00Z';

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  fc.constantFrom(...IDS).map((id): Tree => ({ kind: 'is', id })),
  fc.record({
    kind: fc.constantFrom('below' as const, 'above' as const),
    limit: fc.constantFrom(40, 50),
    hysteresis: fc.constantFrom(0, 6),
  }),
  fc
    .constantFrom(['12:03', '12:08'], ['12:05', '12:20'])
    .map(([from = '', to = '']): Tree => ({ kind: 'between', from, to })),
  fc.record({ kind: fc.constantFrom('any' as const, 'all' as const), ids: fc.subarray([...IDS], { minLength: 2 }) }),
);
const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), left: tie('tree'), right: tie('tree') }),
    tie('tree').map((inner): Tree => ({ kind: 'not', inner })),
  ),
})).tree;

const change = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom<string[]>(...IDS), fc.constantFrom('on', 'off', 'on', 'off', 'unavailable')),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constant<string>(NUMBER),
      fc.constantFrom('30', '38', '43', '47', '53', '60', 'unavailable'),
    ),
  },
);
const minutes = fc.constantFrom(1, 1, 2, 3);
const changes = fc.array(change, { minLength: 1, maxLength: 4 });
/** What becomes of the world: something changes, time passes, the connection or the daemon is away for a while. */
const step = fc.oneof(
  { weight: 6, arbitrary: change.map((one) => ({ kind: 'change' as const, one })) },
  { weight: 4, arbitrary: minutes.map((count) => ({ kind: 'pass' as const, count })) },
  { weight: 1, arbitrary: changes.map((all) => ({ kind: 'gap' as const, all })) },
  {
    weight: 1,
    arbitrary: fc.tuple(changes, minutes).map(([all, count]) => ({ kind: 'restart' as const, all, count })),
  },
);
const holds = fc.record({ enterMs: fc.constantFrom(0, 90_000), exitMs: fc.constantFrom(0, 90_000, 150_000) });

describe('a rule that asks only where something has changed', () => {
  it('goes over the same edges as one that asks everything at every step', async () => {
    await fc.assert(
      fc.asyncProperty(
        tree,
        holds,
        fc.array(step, { minLength: 4, maxLength: 14 }),
        async (condition, length, steps) => {
          const edges: string[] = [];
          class Subject extends App {
            readonly rule = this.whenever(() => askTree(this, condition), {
              enter: ({ phase, since }) => edges.push(`${phase} since ${since.epochMilliseconds}`),
              exit: ({ phase, since }) => edges.push(`${phase} since ${since.epochMilliseconds}`),
              hold: { enter: { milliseconds: length.enterMs }, exit: { milliseconds: length.exitMs } },
            });
          }
          const home = { ...Object.fromEntries(IDS.map((id) => [id, 'off'])), [NUMBER]: '50', 'sensor.old': '1' };
          await using t = await runApp(Subject, { home, now: `${START}[UTC]` });
          const naive = new NaiveRule(condition, length, home, Date.parse(START));
          naive.start();
          for (const one of steps) {
            if (one.kind === 'change') {
              await t.set(one.one[0], one.one[1]);
              naive.see([one.one]);
            } else if (one.kind === 'pass') {
              await t.advance({ minutes: one.count });
              naive.pass(one.count * 60_000, true);
            } else if (one.kind === 'gap') {
              t.home.dropConnections();
              for (const [id, state] of one.all) t.home.setState(id, state);
              await t.advance('1m');
              naive.see(one.all);
              naive.pass(60_000, true);
            } else {
              await t.stop();
              naive.stop();
              for (const [id, state] of one.all) await t.set(id, state);
              naive.miss(one.all);
              await t.advance({ minutes: one.count });
              naive.pass(one.count * 60_000, false);
              await t.start();
              naive.start();
            }
          }
          expect(edges).toEqual(naive.edges);
          expect(t.app.rule.phase).toBe(naive.phase);
          expect(t.failures).toEqual([]);
        },
      ),
      { numRuns: 60, seed: 20261121 },
    );
  }, 120_000);
});
