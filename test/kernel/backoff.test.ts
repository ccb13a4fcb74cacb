import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/kernel/backoff.ts';

const POLICY = { firstMs: 1000, maxMs: 60_000, factor: 2, jitter: 0.5 };

describe('backoffMs', () => {
  it('grows by its factor up to its limit', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failures) => backoffMs(failures, POLICY, 0));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('is shortened by chance, never lengthened', () => {
    expect(backoffMs(3, POLICY, 0.5)).toBe(3000);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, random) => {
          const fullMs = backoffMs(failures, POLICY, 0);
          const waitMs = backoffMs(failures, POLICY, random);
          expect(waitMs).toBeLessThanOrEqual(fullMs);
          expect(waitMs).toBeGreaterThanOrEqual(fullMs * (1 - POLICY.jitter));
        },
      ),
    );
  });
});
