import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterPrefix } from '../../src/storage/key-order.ts';
import { checkCommit, checkList, checkRead, jsonOf, STORAGE_LIMITS } from '../../src/storage/storable.ts';

const circle: { self?: unknown } = {};
circle.self = circle;

describe('what can be stored', () => {
  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'it is undefined'],
    ['not a number', { a: [1, Number.NaN] }, '`a[1]` is NaN'],
    ['a bigint', { n: 1n }, '`n` is a bigint'],
    ['a function', { f: () => 1 }, '`f` is a function'],
    ['a date', { since: new Date(0) }, '`since` is a Date'],
    ['a moment', { at: { from: Temporal.Instant.from('2026-01-01T00:00Z') } }, '`at.from` is a Instant'],
    ['a map', new Map(), 'it is a Map'],
    ['a circle', circle, '`self` contains itself'],
    ['a hole in a list', [undefined], '`[0]` is undefined'],
  ])('is not %s', (_what, value, message) => {
    expect(() => jsonOf(value, 'The value of "a"')).toThrow(`The value of "a" cannot be stored: ${message}`);
  });

  it('is all that JSON gives back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(jsonOf(value, 'it'))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 1 },
    );
    const twice = { a: 1 };
    expect(jsonOf({ x: twice, y: twice, left: undefined }, 'it')).toBe('{"x":{"a":1},"y":{"a":1}}');
  });

  it.each<[string, () => void, string]>([
    ['an empty key', () => checkRead({ namespace: 'a', keys: [''] }), '"" cannot be a key: it is empty'],
    ['a long key', () => checkRead({ namespace: 'a', keys: ['ä'.repeat(257)] }), 'it has 514 bytes'],
    [
      'a zero',
      () => checkRead({ namespace: 'a\0', keys: ['a'] }),
      'cannot be a namespace: it contains a zero character',
    ],
    ['half a character', () => checkRead({ namespace: 'a', keys: ['\ud83d'] }), 'half of a surrogate pair'],
    [
      'too many keys',
      () => checkRead({ namespace: 'a', keys: Array.from({ length: 1001 }, (_, n) => `${n}`) }),
      'A read of 1001 keys',
    ],
    ['no page', () => checkList({ namespace: 'a', prefix: '', limit: 0 }), 'A page of 0 entries'],
    [
      'a large value',
      () =>
        checkCommit({
          checks: [],
          writes: [{ kind: 'set', namespace: 'a', key: 'k', json: 'x'.repeat(STORAGE_LIMITS.valueBytes + 1) }],
        }),
      'The value of "k" is too large to be stored: 1025 KiB',
    ],
    [
      'a large commit',
      () =>
        checkCommit({
          checks: [],
          writes: Array.from({ length: 9 }, (_, n) => ({
            kind: 'set',
            namespace: 'a',
            key: `${n}`,
            json: 'x'.repeat(STORAGE_LIMITS.valueBytes),
          })),
        }),
      'A commit of 9216 KiB',
    ],
    [
      'a key twice',
      () =>
        checkCommit({
          checks: [],
          writes: [
            { kind: 'delete', namespace: 'a', key: 'k' },
            { kind: 'delete', namespace: 'a', key: 'k' },
          ],
        }),
      'writes "k" twice',
    ],
  ])('is asked for within limits: %s', (_what, ask, message) => {
    expect(ask).toThrow(message);
    expect(ask).toThrow(expect.objectContaining({ code: 'NOT_STORABLE', hint: expect.any(String) }));
  });
});

describe('the end of a prefix', () => {
  const bytes = (text: string): Buffer => Buffer.from(text);

  it.each([
    ['a', 'b'],
    ['az', 'a{'],
    ['\ud7ff', '\ue000'],
    ['a\u{10ffff}', 'b'],
    ['', undefined],
    ['\u{10ffff}', undefined],
  ])('of %j is %j', (prefix, end) => {
    expect(afterPrefix(prefix)).toBe(end);
  });

  it('comes after all that begin with it, and before what comes after those', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 4 });
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const end = afterPrefix(prefix);
        const isBetween =
          Buffer.compare(bytes(other), bytes(prefix)) >= 0 &&
          (end === undefined || Buffer.compare(bytes(other), bytes(end)) < 0);
        expect(isBetween).toBe(other.startsWith(prefix));
        expect(end === undefined || Buffer.compare(bytes(prefix + other), bytes(end)) < 0).toBe(true);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
