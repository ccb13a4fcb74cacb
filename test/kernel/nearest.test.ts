import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../src/kernel/nearest.ts';

describe('nearest', () => {
  it.each([
    ['light.kitchn', ['light.kitchen', 'light.living_room'], 'light.kitchen'],
    ['brightnes_pct', ['brightness', 'brightness_pct', 'color_name'], 'brightness_pct'],
    ['tokne', ['token', 'url'], 'token'],
    ['URL', ['url'], 'url'],
    ['motion', ['lux', 'offAfter'], undefined],
    ['x', [], undefined],
    ['to', ['from', 'for'], undefined],
  ])('of %s among %j is %s', (word, known, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });

  it('takes the first of several equally near', () => {
    expect(nearest('cat', ['bat', 'hat'])).toBe('bat');
    expect(nearest('cat', ['bat', 'hat', 'cat'])).toBe('cat');
  });

  it('goes no further than its limit', () => {
    expect(nearest('kitchen', ['kitten'], 2)).toBe('kitten');
    expect(nearest('kitchen', ['kitten'], 1)).toBeUndefined();
  });
});

describe('editDistance', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', '_'), maxLength: 8 });

  it('is a distance', () => {
    fc.assert(
      fc.property(words, words, (left, right) => {
        expect(editDistance(left, right, 20)).toBe(editDistance(right, left, 20));
        expect(editDistance(left, right, 20) === 0).toBe(left === right);
      }),
    );
  });

  it('stops at its limit', () => {
    fc.assert(
      fc.property(words, words, fc.nat({ max: 8 }), (left, right, limit) => {
        expect(editDistance(left, right, limit)).toBe(Math.min(editDistance(left, right, 20), limit + 1));
      }),
    );
  });

  it('counts a swap of neighbours as one edit', () => {
    expect(editDistance('lihgt', 'light', 5)).toBe(1);
  });
});
