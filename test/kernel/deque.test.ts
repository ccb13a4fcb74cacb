import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deque } from '../../src/kernel/deque.ts';

describe('Deque', () => {
  it('is a queue, however it is pushed and shifted', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer(), { nil: undefined })), (actions) => {
        const deque = new Deque<number>();
        const model: number[] = [];
        for (const action of actions) {
          if (action === undefined) {
            expect(deque.shift()).toBe(model.shift());
          } else {
            deque.push(action);
            model.push(action);
          }
          expect(deque.size).toBe(model.length);
          expect(deque.peek()).toBe(model[0]);
        }
      }),
    );
  });
});
