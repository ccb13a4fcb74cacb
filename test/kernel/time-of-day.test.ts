import { describe, expect, it } from 'vitest';
import { InvalidArgument } from '../../src/kernel/errors.ts';
import {
  formatTimeOfDay,
  looksLikeTimeOfDay,
  parseTimeOfDay,
  type TimeOfDayInput,
} from '../../src/kernel/time-of-day.ts';

describe('parseTimeOfDay', () => {
  it.each<[TimeOfDayInput, string]>([
    ['07:30', '07:30:00'],
    ['00:00', '00:00:00'],
    ['23:59:59', '23:59:59'],
    [' 07:30 ', '07:30:00'],
    [Temporal.PlainTime.from('07:30'), '07:30:00'],
  ])('reads %s', (input, expected) => {
    expect(parseTimeOfDay(input).toString()).toBe(expected);
  });

  it.each<[unknown, RegExp]>([
    ['7:30', /^Write '07:30'\.$/],
    ['24:00', /24 hours/],
    ['07:60', /24 hours/],
    ['0730', /24 hours/],
    ['7am', /24 hours/],
    ['', /24 hours/],
    [730, /24 hours/],
    [undefined, /24 hours/],
  ])('refuses %j', (input, hint) => {
    try {
      parseTimeOfDay(input as string, 'The start of the day');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidArgument);
      expect((error as InvalidArgument).message).toMatch(/^The start of the day is .*, which is not a time of day$/);
      expect((error as InvalidArgument).hint).toMatch(hint);
    }
  });
});

describe('formatTimeOfDay', () => {
  it('shows seconds where there are any', () => {
    expect(formatTimeOfDay(Temporal.PlainTime.from('07:30'))).toBe('07:30');
    expect(formatTimeOfDay(Temporal.PlainTime.from('07:30:05'))).toBe('07:30:05');
  });
});

describe('looksLikeTimeOfDay', () => {
  it('knows the form from that of a date', () => {
    expect(['07:30', '7:3', '99:99:99'].every(looksLikeTimeOfDay)).toBe(true);
    expect(['2026-01-01T07:30', 'noon', '0730'].some(looksLikeTimeOfDay)).toBe(false);
  });
});
