import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTree, mapValues, merge, pathText, valueAt, withValue, type Tree } from '../../src/config/tree.ts';

const key = fc.constantFrom('a', 'b', 'c', 'toString');
const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree; value: unknown }>((tie) => ({
  tree: fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), tie('tree')),
})).tree;

describe('merge', () => {
  it('lets an empty tree change nothing, on either side', () => {
    fc.assert(
      fc.property(tree, (some) => {
        expect(merge({}, some)).toEqual(some);
        expect(merge(some, {})).toEqual(some);
      }),
    );
  });

  it('has all that the upper one says, and of the lower one what that leaves', () => {
    fc.assert(
      fc.property(tree, tree, (lower, upper) => {
        const merged = merge(lower, upper);
        mapValues(upper, (value, path) => {
          expect(valueAt(merged, path)).toBe(value);
        });
        mapValues(lower, (value, path) => {
          const covered = path.some((_, index) => !isTree(valueAt(upper, path.slice(0, index))));
          if (!covered && valueAt(upper, path) === undefined) expect(valueAt(merged, path)).toBe(value);
        });
      }),
    );
  });

  it('takes lists whole', () => {
    expect(merge({ list: [1, 2, 3] }, { list: [4] })).toEqual({ list: [4] });
  });

  it('does not reach into prototypes', () => {
    expect(valueAt(merge({}, JSON.parse('{"__proto__": {"polluted": true}}')), ['polluted'])).toBeUndefined();
    expect(valueAt({}, ['toString'])).toBeUndefined();
  });
});

describe('withValue', () => {
  it('puts in what valueAt finds', () => {
    fc.assert(
      fc.property(tree, fc.array(key, { minLength: 1, maxLength: 4 }), fc.integer(), (some, path, value) => {
        expect(valueAt(withValue(some, path, value), path)).toBe(value);
      }),
    );
  });
});

describe('mapValues', () => {
  it('visits what is neither tree nor list, with its path', () => {
    const seen: string[] = [];
    mapValues({ a: { b: 1 }, c: [{ d: 2 }, 3] }, (value, path) =>
      seen.push(`${pathText(path)}=${JSON.stringify(value)}`),
    );
    expect(seen).toEqual(['a.b=1', 'c[0].d=2', 'c[1]=3']);
  });
});

describe('isTree', () => {
  it.each([
    [{}, true],
    [[], false],
    [null, false],
    [new Date(0), false],
    ['text', false],
  ])('%j: %j', (value, answer) => {
    expect(isTree(value)).toBe(answer);
  });
});
