import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { Instants, isoOf, microsecondsOf } from '../../src/simulator/instants.ts';

describe('isoOf', () => {
  it('writes what Temporal reads', () => {
    const microseconds = fc.integer({ min: 0, max: 4_102_444_800_000_000 });
    fc.assert(fc.property(microseconds, (at) => microsecondsOf(isoOf(at)) === at));
  });

  it('leaves out a fraction of nothing, as Python does', () => {
    expect(isoOf(1_795_266_924_000_000)).toBe('2026-11-21T13:15:24+00:00');
    expect(isoOf(1_795_266_924_000_070)).toBe('2026-11-21T13:15:24.000070+00:00');
    expect(isoOf(1_709_164_800_000_000)).toBe('2024-02-29T00:00:00+00:00');
  });
});

describe('Instants', () => {
  it('never gives the same twice, and follows the clock', async () => {
    const clock = new VirtualClock({ now: Temporal.Instant.from('2026-11-21T12:00:00Z') });
    const instants = new Instants(clock);
    const [first, second] = [instants.next(), instants.next()];
    expect(second).toBe(first + 1);
    await clock.advanceBy(1);
    expect(instants.next()).toBe(first + 1000);
  });
});
