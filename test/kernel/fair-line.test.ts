import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairLine, type Place } from '../../src/kernel/fair-line.ts';

function drain<T>(line: FairLine<T>): T[] {
  const taken: T[] = [];
  for (let item = line.take(); item !== undefined; item = line.take()) taken.push(item);
  return taken;
}

describe('FairLine', () => {
  it('lets keys take turns, and keeps the order within one', () => {
    const line = new FairLine<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) line.push(item.slice(0, 1), item);
    expect(line.size).toBe(6);
    expect(drain(line)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
    expect(line.size).toBe(0);
    expect([...line.keys()]).toEqual([]);
  });

  it('serves a newcomer before the second of whoever has thousands', () => {
    const line = new FairLine<string>();
    for (let index = 0; index < 10_000; index += 1) line.push('greedy', `greedy ${index}`);
    line.take();
    line.push('modest', 'modest 0');
    expect([line.take(), line.take()]).toContain('modest 0');
  });

  it('takes that of a named key, whose turn is over then', () => {
    const line = new FairLine<string>();
    for (const item of ['a1', 'a2', 'b1', 'b2']) line.push(item.slice(0, 1), item);
    expect(line.takeOf('b')).toBe('b1');
    expect(line.takeOf('c')).toBeUndefined();
    expect(drain(line)).toEqual(['a1', 'b2', 'a2']);
  });

  it('forgets whoever leaves, wherever they stand, once', () => {
    const line = new FairLine<number>();
    const places = [1, 2, 3, 4].map((item) => line.push('a', item));
    for (const index of [1, 3, 3]) {
      const place = places[index];
      if (place !== undefined) line.leave(place);
    }
    expect(line.sizeOf('a')).toBe(2);
    expect(drain(line)).toEqual([1, 3]);
    for (const place of places) line.leave(place);
    expect(line.size).toBe(0);
  });

  it('passes nobody over, whatever comes and goes', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('push' as const), key: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ do: fc.constant('take' as const) }),
      fc.record({ do: fc.constant('leave' as const), which: fc.nat(50) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const line = new FairLine<number>();
        const model = new Map<string, { item: number; place: Place<number> }[]>();
        /** How often others were served since a key had its turn, or came into the line. */
        const passed = new Map<string, Map<string, number>>();
        let last = 0;
        for (const one of steps) {
          if (one.do === 'push') {
            last += 1;
            const waiting = model.get(one.key) ?? [];
            if (waiting.length === 0) passed.set(one.key, new Map());
            model.set(one.key, [...waiting, { item: last, place: line.push(one.key, last) }]);
          } else if (one.do === 'leave') {
            const all = [...model].flatMap(([key, waiting]) => waiting.map((entry) => ({ key, ...entry })));
            const gone = all[one.which];
            if (gone === undefined) continue;
            line.leave(gone.place);
            model.set(gone.key, model.get(gone.key)?.filter(({ item }) => item !== gone.item) ?? []);
          } else {
            const item = line.take();
            const [key, waiting] = [...model].find(([, entries]) => entries[0]?.item === item) ?? ['', []];
            if (item === undefined) expect([...model.values()].flat()).toEqual([]);
            else expect(key).not.toBe('');
            model.set(key, waiting.slice(1));
            passed.set(key, new Map());
            for (const [other, entries] of model) {
              if (other === key || entries.length === 0) continue;
              const times = (passed.get(other)?.get(key) ?? 0) + 1;
              passed.get(other)?.set(key, times);
              expect(times, `${key} was served ${times} times while ${other} waited`).toBe(1);
            }
          }
          expect(line.size).toBe([...model.values()].flat().length);
          for (const [key, waiting] of model) expect(line.sizeOf(key)).toBe(waiting.length);
        }
      }),
    );
  });
});
