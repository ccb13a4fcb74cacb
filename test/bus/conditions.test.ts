import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  above,
  available,
  below,
  between,
  compileChange,
  compileCondition,
  decreased,
  describeCondition,
  increased,
  mentions,
  not,
  numberOf,
  oneOf,
} from '../../src/bus/conditions.ts';
import { compileDataPattern, type DataPattern, JSON_VALUE } from '../../src/bus/data-pattern.ts';

const holds = (condition: unknown, value: unknown): boolean =>
  compileCondition(condition, JSON_VALUE, '"to" of test')(value);
const changes = (change: unknown, from: unknown, to: unknown): boolean =>
  compileChange(
    change,
    JSON_VALUE,
    (predicate, before, after) => predicate(before, after),
    '"changed" of test',
  )(from, to);

describe('conditions', () => {
  it.each<[string, unknown, readonly unknown[], readonly unknown[]]>([
    ['a text', 'on', ['on'], ['off', 'ON', '', undefined, null, 1]],
    ['a number', 5, [5], ['5', 5.1, undefined]],
    ['null', null, [null], [undefined, 'null', 0]],
    ['a list', ['on', 'dim', 3], ['on', 'dim', 3], ['off', '3', undefined]],
    ['a RegExp', /^o/i, ['on', 'OFF'], ['no', 0, undefined]],
    ['above', above(20), [20.1, '21', ' 22 ', '1e3'], [20, '20', 'abc', '', undefined, null, Number.NaN, '0x30']],
    ['below', below(0), [-1, '-0.5'], [0, '', ' ', undefined, 'abc']],
    ['between', between(1, 2), [1, 2, '1.5'], [0.9, 2.1, '', undefined]],
    ['oneOf', oneOf('a', below(0), /^z/), ['a', -3, 'zoo'], ['b', 3, undefined]],
    ['not', not('a'), ['b', undefined, 3], ['a']],
    ['not a list', not(['a', 'b']), ['c'], ['a', 'b']],
    ['not a number', not(above(20)), [20, 'abc', undefined], [21]],
    ['available', available, ['', 0, false], [undefined, null]],
    ['a function', (value: unknown) => value === 7, [7], [8]],
  ])('%s is held against a value', (_what, condition, right, wrong) => {
    for (const value of right) expect([value, holds(condition, value)]).toEqual([value, true]);
    for (const value of wrong) expect([value, holds(condition, value)]).toEqual([value, false]);
  });

  it('asks a RegExp with g or y anew each time', () => {
    const test = compileCondition(/on/gy, JSON_VALUE, 'test');
    expect([test('on'), test('on'), test('on')]).toEqual([true, true, true]);
  });

  it.each<[string, unknown, readonly [unknown, unknown][], readonly [unknown, unknown][]]>([
    [
      'increased',
      increased(),
      [
        [1, 2],
        ['9', '10'],
      ],
      [
        [2, 1],
        [1, 1],
        ['a', 2],
        [1, undefined],
      ],
    ],
    [
      'decreased',
      decreased(),
      [
        [2, 1],
        ['10', '9'],
      ],
      [
        [1, 2],
        [1, 1],
        [undefined, 1],
      ],
    ],
    ['a function of both', (from: unknown, to: unknown) => from === 1 && to === 3, [[1, 3]], [[3, 1]]],
  ])('%s compares two values', (_what, change, right, wrong) => {
    for (const [from, to] of right) expect(changes(change, from, to)).toBe(true);
    for (const [from, to] of wrong) expect(changes(change, from, to)).toBe(false);
  });

  it.each<[unknown, string]>([
    [{ above: 5 }, 'which is no condition'],
    [undefined, 'which is no condition'],
    [increased(), 'increased(), which is no condition'],
    [[], 'is an empty list, which is never true'],
  ])('refuses %j', (condition, message) => {
    expect(() => compileCondition(condition, JSON_VALUE, '"to" of test')).toThrow(message);
  });

  it('refuses limits that can never be met', () => {
    expect(() => above(Number.NaN)).toThrow('above(NaN)');
    expect(() => between(5, 1)).toThrow('between(5, 1) is never true');
    expect(() => Reflect.apply(oneOf, undefined, [])).toThrow('never true');
    expect(() => Reflect.apply(below, undefined, ['5'])).toThrow('below("5")');
  });

  it('refuses what compares nothing as a change', () => {
    expect(() => changes(above(5), 1, 2)).toThrow('which compares nothing');
  });

  it('refuses a promise for an answer, which would always count as true', () => {
    expect(() => holds(async () => false, 1)).toThrow('"to" of test is asynchronous');
    expect(() => changes(async () => false, 1, 2)).toThrow('"changed" of test is asynchronous');
  });

  it('knows which values are named in a condition', () => {
    expect(mentions('a', 'a')).toBe(true);
    expect(mentions(['b', 'a'], 'a')).toBe(true);
    expect(mentions(not(oneOf('b', not('a'))), 'a')).toBe(true);
    expect(mentions(oneOf('b', available), available)).toBe(true);
    expect(mentions(/a/, 'a')).toBe(false);
    expect(mentions(() => true, 'a')).toBe(false);
    expect(mentions(above(3), 'a')).toBe(false);
    expect(mentions(undefined, 'a')).toBe(false);
    expect(mentions('a', available)).toBe(false);
  });

  it('says in words what it is', () => {
    const all = [
      above(5),
      below(5),
      between(1, 2),
      oneOf('a', 'b'),
      not(['a', 'b']),
      available,
      increased(),
      /x/,
      'on',
      () => true,
    ];
    expect(all.map(describeCondition)).toEqual([
      'above 5',
      'below 5',
      'between 1 and 2',
      'a or b',
      'not a or b',
      'available',
      'increased',
      '/x/',
      'on',
      'a function',
    ]);
  });

  it('is never satisfied and not satisfied at once', () => {
    const leaf = fc.oneof(
      fc.constantFrom('a', 'b', '1', '2'),
      fc.integer({ min: -3, max: 3 }).map(above),
      fc.constant(available),
    );
    const condition = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(leaf, { minLength: 1 }).map((members) => oneOf(members[0], ...members)),
        tie('node').map((inner) => not(inner)),
      ),
    })).node;
    const value = fc.oneof(fc.constantFrom('a', 'b', '1', '2', undefined, null), fc.integer({ min: -5, max: 5 }));
    fc.assert(fc.property(condition, value, (one, other) => holds(not(one), other) === !holds(one, other)));
  });
});

describe('numberOf', () => {
  it.each<[unknown, number | undefined]>([
    [5, 5],
    ['5', 5],
    ['-.5', -0.5],
    ['+1e3', 1000],
    ['', undefined],
    ['  ', undefined],
    ['0x10', undefined],
    ['5 W', undefined],
    ['Infinity', undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [true, undefined],
    [null, undefined],
    [[5], undefined],
  ])('%j is %j', (value, number) => expect(numberOf(value)).toBe(number));
});

describe('a pattern of data', () => {
  const data = {
    command: 'toggle',
    args: [3, 1],
    device: { ieee: '00:11', lqi: 200 },
    entity_id: ['light.a', 'light.b'],
    none: null,
  };

  it.each<[string, DataPattern, boolean]>([
    ['nothing', {}, true],
    ['a value', { command: 'toggle' }, true],
    ['another value', { command: 'on' }, false],
    ['a list of values', { command: ['on', 'toggle'] }, true],
    ['a key that is not there', { missing: 'x' }, false],
    ['the absence of a key', { missing: not(available) }, true],
    ['null', { none: null }, true],
    ['a condition', { device: { lqi: above(100) } }, true],
    ['a condition that is not satisfied', { device: { lqi: above(300) } }, false],
    ['an item of a list', { entity_id: 'light.b' }, true],
    ['an item that is not in the list', { entity_id: 'light.c' }, false],
    ['no such item', { entity_id: not('light.b') }, false],
    ['a list as it is', { args: [3, 1] }, true],
    ['a function of the whole value', { args: (value) => Array.isArray(value) && value.length === 2 }, true],
    ['a RegExp', { command: /^tog/ }, true],
    ['something within what is no object', { command: { x: 1 } }, false],
    ['what every object has', { toString: available }, false],
  ])('holds %s against it', (_what, pattern, expected) => {
    expect(compileDataPattern(pattern, '"data" of test')(data)).toBe(expected);
  });

  it('says where it is no condition', () => {
    const pattern: object = { device: { lqi: undefined } };
    expect(() => compileDataPattern(pattern as DataPattern, '"data" of test')).toThrow(
      '"data" of test.device.lqi is undefined',
    );
  });
});
