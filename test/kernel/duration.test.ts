import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DurationInput,
  durationMs,
  formatDuration,
  parseDuration,
  signedDurationMs,
} from '../../src/kernel/duration.ts';
import { InvalidArgument } from '../../src/kernel/errors.ts';

describe('durationMs', () => {
  it.each<[DurationInput, number]>([
    ['500ms', 500],
    ['5s', 5000],
    ['1.5s', 1500],
    ['3m', 180_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    [' 2d ', 172_800_000],
    ['1w', 604_800_000],
    ['1w2d3h4m5s6ms', 788_645_006],
    ['0s', 0],
    ['PT5M', 300_000],
    ['pt5m', 300_000],
    ['P1W', 604_800_000],
    ['P1DT12H', 129_600_000],
    ['PT0.5S', 500],
    [Temporal.Duration.from({ minutes: 5 }), 300_000],
    [Temporal.Duration.from({ days: 1, milliseconds: 1 }), 86_400_001],
    [{ minutes: 5 }, 300_000],
    [{ hours: 1, minutes: 30 }, 5_400_000],
    [{ seconds: 0.5 }, 500],
    [{ days: 1, hours: undefined }, 86_400_000],
  ])('reads %s', (input, expected) => {
    expect(durationMs(input)).toBe(expected);
  });

  it.each<[unknown, RegExp]>([
    ['', /"", which is not a duration/],
    ['5', /"5", which is not a duration/],
    ['5 minutes', /not a duration/],
    ['m5', /not a duration/],
    ['30s5m', /not a duration/],
    ['5m5m', /not a duration/],
    ['1h30', /not a duration/],
    ['1..5s', /not a duration/],
    ['Infinityms', /not a duration/],
    ['-5m', /"-5m", which is negative/],
    ['-PT5M', /which is negative/],
    ['P1M', /years and months have no fixed length/],
    [Temporal.Duration.from({ years: 1 }), /years and months have no fixed length/],
    [{ minutes: -5 }, /which is negative/],
    [{ minuts: 5 }, /unknown field "minuts"/],
    [{ minutes: NaN }, /not a duration/],
    [{ minutes: '5' }, /not a duration/],
    [{}, /not a duration/],
    [5, /is 5, which is not a duration/],
    [null, /not a duration/],
    [undefined, /not a duration/],
  ])('refuses %j', (input, message) => {
    const act = (): number => durationMs(input as DurationInput, 'offAfter');
    expect(act).toThrow(InvalidArgument);
    expect(act).toThrow(message);
    expect(act).toThrow(/^offAfter (is|has)/);
    try {
      act();
    } catch (error) {
      expect((error as InvalidArgument).hint).toMatch(/'5m'|Fields are/);
    }
  });

  it('lets a length be negative where that has a meaning', () => {
    expect(signedDurationMs('-20m')).toBe(-1_200_000);
    expect(signedDurationMs('- 20m')).toBe(-1_200_000);
    expect(signedDurationMs({ minutes: -20 })).toBe(-1_200_000);
    expect(signedDurationMs('-PT20M')).toBe(-1_200_000);
    expect(() => signedDurationMs('--20m')).toThrow(InvalidArgument);
  });

  it('takes a day for 24 hours and does not mind a large number of them', () => {
    expect(durationMs('400d')).toBe(400 * 86_400_000);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [999, '999ms'],
    [1000, '1s'],
    [1500, '1.5s'],
    [180_000, '3m'],
    [5_400_000, '1h30m'],
    [90_061_001, '1d1h1m1.001s'],
    [-1_200_000, '-20m'],
    [-5, '-5ms'],
    [Infinity, 'Infinity'],
  ])('writes %d as %s', (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });

  it('is read back as the same', () => {
    fc.assert(
      fc.property(fc.integer(), (ms) => {
        expect(parseDuration(formatDuration(ms)) - ms).toBeCloseTo(0, 3);
      }),
    );
  });
});
