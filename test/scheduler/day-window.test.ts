import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DayWindow } from '../../src/scheduler/day-window.ts';
import { ZoneTimeline } from '../../src/scheduler/zone-timeline.ts';

const MINUTE_MS = 60_000;
/** Zones that change by an hour, by half of one, by two, and not at all; each around a change of its clocks. */
const AROUND: readonly (readonly [string, string])[] = [
  ['Europe/Berlin', '2026-03-28T12:00Z'],
  ['Europe/Berlin', '2026-10-24T12:00Z'],
  ['America/New_York', '2026-11-01T00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T00:00Z'],
  ['Antarctica/Troll', '2026-03-28T12:00Z'],
  ['Asia/Kolkata', '2026-06-01T00:00Z'],
];

const time = (minute: number): Temporal.PlainTime => new Temporal.PlainTime(Math.floor(minute / 60), minute % 60);
/** Most often at the hours at which clocks are changed. */
const minutes = fc.oneof(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 45, max: 200 }));

describe('DayWindow', () => {
  it('changes when a look at every minute sees it change, and at no other time', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...AROUND),
        minutes,
        minutes,
        fc.integer({ min: 0, max: 2160 }),
        ([id, at], from, to, after) => {
          const zone = new ZoneTimeline(id);
          const window = new DayWindow(time(from), time(to));
          const startMs = Date.parse(at) + after * MINUTE_MS;
          const isIn = window.includes(startMs, zone);
          let seenMs = startMs + MINUTE_MS;
          while (window.includes(seenMs, zone) === isIn && seenMs < startMs + 3000 * MINUTE_MS) seenMs += MINUTE_MS;
          const nextMs = window.nextChange(startMs, zone);
          if (from === to) expect(nextMs).toBeUndefined();
          else expect(nextMs).toBe(seenMs);
          if (nextMs !== undefined) expect(window.lastChange(nextMs, zone)).toBe(nextMs);
        },
      ),
      { numRuns: 300, seed: 6 },
    );
  });

  it('spans midnight where it ends before it begins', () => {
    const zone = new ZoneTimeline('UTC');
    const night = new DayWindow(time(22 * 60), time(6 * 60));
    const at = (text: string): boolean => night.includes(Date.parse(`2026-01-15T${text}Z`), zone);
    expect(['21:59', '22:00', '03:00', '05:59', '06:00'].map(at)).toEqual([false, true, true, true, false]);
  });
});
