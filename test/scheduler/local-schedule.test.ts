import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CronSchedule } from '../../src/scheduler/cron.ts';
import { type DstPolicy, nextInstant } from '../../src/scheduler/local-schedule.ts';
import { Aligned, AtLocal, ByCron, Daily, type Trigger } from '../../src/scheduler/triggers.ts';
import { ZoneTimeline } from '../../src/scheduler/zone-timeline.ts';
import { inSomeZone, timeline, ZONES } from './zones.ts';
import { DAY, HOUR, MINUTE, SECOND } from './scheduler-fixture.ts';

const timesOfDay = fc
  .oneof(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 4 * 60 }))
  .map((minutes) => new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60));
const policies: fc.Arbitrary<DstPolicy> = fc.record({
  gap: fc.constantFrom('after', 'skip'),
  overlap: fc.constantFrom('first', 'second', 'both'),
});

/** The same by Temporal alone: what a local time comes to under a policy. */
function instantsOf(local: Temporal.PlainDateTime, zone: string, dst: DstPolicy): number[] {
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' });
  if (earlier.equals(later)) return [earlier.epochMilliseconds];
  if (!earlier.toPlainDateTime().equals(local)) {
    const change = earlier.getTimeZoneTransition('next');
    return dst.gap === 'skip' || change === null ? [] : [change.epochMilliseconds];
  }
  if (dst.overlap === 'first') return [earlier.epochMilliseconds];
  return dst.overlap === 'second' ? [later.epochMilliseconds] : [earlier.epochMilliseconds, later.epochMilliseconds];
}

function nextDailyByTemporal(time: Temporal.PlainTime, afterMs: number, zone: string, dst: DstPolicy): number {
  const today = Temporal.Instant.fromEpochMilliseconds(afterMs).toZonedDateTimeISO(zone).toPlainDate();
  const candidates = [-1, 0, 1, 2, 3].flatMap((days) =>
    instantsOf(today.add({ days }).toPlainDateTime(time), zone, dst),
  );
  return Math.min(...candidates.filter((candidateMs) => candidateMs > afterMs));
}

const triggers: fc.Arbitrary<Trigger> = fc.oneof(
  fc.tuple(timesOfDay, policies).map(([time, dst]) => new Daily(time, dst)),
  fc
    .constantFrom(SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 8 * HOUR, DAY)
    .map((everyMs) => new Aligned(everyMs)),
  fc
    .constantFrom(
      '* * * * *',
      '*/7 * * * *',
      '30 2 * * *',
      '0 0 * * *',
      '15,45 1-3 * * *',
      '0 7 * * 1-5',
      '0 0 1 * *',
      '*/10 * * * * *',
      '30 */2 * * 0',
    )
    .map((pattern) => new ByCron(new CronSchedule(pattern))),
);

describe('ZoneTimeline', () => {
  it('knows the offset of every moment', () => {
    fc.assert(
      fc.property(inSomeZone, ([zone, ms]) => {
        const segment = timeline(zone).segmentAt(ms);
        const date = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
        expect(segment.offsetMs).toBe(date.offsetNanoseconds / 1e6);
        expect(segment.startMs <= ms && ms < segment.endMs).toBe(true);
      }),
    );
  });

  it('meets the next stretch where one ends', () => {
    const zone = new ZoneTimeline('Europe/Berlin');
    const changeMs = Temporal.Instant.from('2026-03-29T01:00Z').epochMilliseconds;
    expect(zone.segmentAt(changeMs - 1)).toMatchObject({ endMs: changeMs, offsetMs: HOUR });
    expect(zone.segmentAt(changeMs)).toMatchObject({ startMs: changeMs, offsetMs: 2 * HOUR });
    expect(zone.dateOf(changeMs).toPlainTime().toString()).toBe('03:00:00');
  });

  it('refuses what is no zone', () => {
    expect(() => new ZoneTimeline('Europe/Berlim')).toThrow('"Europe/Berlim" is not a time zone');
  });
});

describe('nextInstant', () => {
  it('agrees with Temporal about a time of day, under every policy', () => {
    fc.assert(
      fc.property(inSomeZone, timesOfDay, policies, ([zone, afterMs], time, dst) => {
        expect(new Daily(time, dst).next(afterMs, timeline(zone))).toBe(nextDailyByTemporal(time, afterMs, zone, dst));
      }),
      { numRuns: 2000 },
    );
  });

  it('has a cron pattern of one time of day come whenever that does, under every policy', () => {
    fc.assert(
      fc.property(inSomeZone, timesOfDay, policies, ([zone, afterMs], time, dst) => {
        const cron = new ByCron(new CronSchedule(`${time.minute} ${time.hour} * * *`), dst);
        expect(cron.next(afterMs, timeline(zone))).toBe(new Daily(time, dst).next(afterMs, timeline(zone)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is always later, and leaves nothing out in between', () => {
    fc.assert(
      fc.property(
        inSomeZone,
        triggers,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        ([zone, afterMs], trigger, part) => {
          const nextMs = trigger.next(afterMs, timeline(zone));
          if (nextMs === undefined) throw new Error('never comes');
          expect(nextMs).toBeGreaterThan(afterMs);
          const betweenMs = Math.min(nextMs - 1, Math.floor(afterMs + (nextMs - afterMs) * part));
          expect(trigger.next(betweenMs, timeline(zone))).toBe(nextMs);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('never gives a time that the clocks do not show, unless it stands for a skipped one', () => {
    fc.assert(
      fc.property(inSomeZone, timesOfDay, ([zone, afterMs], time) => {
        const date = Temporal.Instant.fromEpochMilliseconds(
          new Daily(time).next(afterMs, timeline(zone)) ?? NaN,
        ).toZonedDateTimeISO(zone);
        if (date.toPlainTime().equals(time)) return;
        const before = date.subtract({ milliseconds: 1 });
        expect(before.offsetNanoseconds).toBeLessThan(date.offsetNanoseconds);
        // What it stands for may be of the day before: Nuuk skips the last hour of a day.
        const isSkipped = [before, date].some((day) => {
          const wall = day.toPlainDate().toPlainDateTime(time);
          return (
            Temporal.PlainDateTime.compare(before.toPlainDateTime(), wall) < 0 &&
            Temporal.PlainDateTime.compare(wall, date.toPlainDateTime()) < 0
          );
        });
        expect(isSkipped).toBe(true);
      }),
      { numRuns: 2000, examples: [[['America/Nuuk', 2_026_947_599_999], Temporal.PlainTime.from('23:00')]] },
    );
  });

  it.each(ZONES)('runs exactly once on each day of sixteen years in %s', (zone) => {
    const endMs = Temporal.PlainDate.from('2036-01-01').toZonedDateTime(zone).epochMilliseconds;
    for (const text of ['00:00', '00:30', '01:45', '02:00', '02:15', '02:30', '03:00', '23:59']) {
      const trigger = new Daily(Temporal.PlainTime.from(text));
      let ms: number | undefined = Temporal.PlainDate.from('2020-01-01').toZonedDateTime(zone).epochMilliseconds - 1;
      let runs = 0;
      for (ms = trigger.next(ms, timeline(zone)); ms !== undefined && ms < endMs; ms = trigger.next(ms, timeline(zone)))
        runs += 1;
      expect(runs, text).toBe(5844);
    }
  });

  it.each(ZONES)('keeps its pace through every change of sixteen years in %s', (zone) => {
    const trigger = new Aligned(15 * MINUTE);
    const startMs = Temporal.PlainDate.from('2020-01-01').toZonedDateTime(zone).epochMilliseconds;
    const endMs = Temporal.PlainDate.from('2036-01-01').toZonedDateTime(zone).epochMilliseconds;
    let ms = startMs;
    for (
      let nextMs = trigger.next(ms, timeline(zone));
      nextMs !== undefined && nextMs < endMs;
      nextMs = trigger.next(ms, timeline(zone))
    ) {
      if (nextMs - ms !== 15 * MINUTE)
        throw new Error(`${new Date(ms).toISOString()} → ${new Date(nextMs).toISOString()}`);
      ms = nextMs;
    }
    expect(ms).toBe(endMs - 15 * MINUTE);
  });

  it.each([
    ['30 2 * * *', '2026-03-29T03:00', '2026-03-30T02:30'],
    ['15,45 2 * * *', '2026-03-29T03:00', '2026-03-30T02:15'],
    ['30 * * * *', '2026-03-29T00:30', '2026-03-29T01:30', '2026-03-29T03:30'],
    ['0 */2 * * *', '2026-03-29T00:00', '2026-03-29T03:00', '2026-03-29T04:00'],
  ])('in spring cron %s runs in Berlin at %s, %s, …', (pattern, ...expected) => {
    const trigger = new ByCron(new CronSchedule(pattern));
    const zone = timeline('Europe/Berlin');
    let ms = Temporal.ZonedDateTime.from('2026-03-28T23:59[Europe/Berlin]').epochMilliseconds;
    for (const local of expected) {
      ms = trigger.next(ms, zone) ?? NaN;
      expect(zone.dateOf(ms).toPlainDateTime().toString({ smallestUnit: 'minute' })).toBe(local);
    }
  });

  it.each([
    ['30 2 * * *', ['02:30+02:00', '02:30+01:00 next']],
    ['30 * * * *', ['00:30+02:00', '01:30+02:00', '02:30+02:00', '02:30+01:00', '03:30+01:00']],
  ])('in autumn cron %s runs in Berlin at %s', (pattern, expected) => {
    const trigger = new ByCron(new CronSchedule(pattern));
    const zone = timeline('Europe/Berlin');
    const start = Temporal.ZonedDateTime.from('2026-10-25T00:00[Europe/Berlin]');
    let ms = start.epochMilliseconds;
    const seen = expected.map(() => {
      ms = trigger.next(ms, zone) ?? NaN;
      const date = zone.dateOf(ms);
      return `${date.toPlainTime().toString({ smallestUnit: 'minute' })}${date.offset}${date.day === start.day ? '' : ' next'}`;
    });
    expect(seen).toEqual(expected);
  });

  it('finds a rare date, and gives up on one that has passed', () => {
    const zone = timeline('America/New_York');
    const afterMs = Temporal.Instant.from('2026-03-01T00:00Z').epochMilliseconds;
    expect(
      zone
        .dateOf(new ByCron(new CronSchedule('0 6 29 2 *')).next(afterMs, zone) ?? NaN)
        .toPlainDate()
        .toString(),
    ).toBe('2028-02-29');
    expect(new AtLocal(Temporal.PlainDateTime.from('2026-01-01T00:00')).next(afterMs, zone)).toBeUndefined();
  });

  it('finds the second pass of a single time', () => {
    const zone = timeline('Europe/Berlin');
    const firstMs = Temporal.Instant.from('2026-10-25T00:30Z').epochMilliseconds;
    const time = Temporal.PlainDateTime.from('2026-10-25T02:30');
    expect(new AtLocal(time).next(firstMs - 1, zone)).toBe(firstMs);
    expect(new AtLocal(time).next(firstMs, zone)).toBeUndefined();
    expect(new AtLocal(time, { overlap: 'both' }).next(firstMs, zone)).toBe(firstMs + HOUR);
    expect(new AtLocal(time, { overlap: 'second' }).next(0, zone)).toBe(firstMs + HOUR);
  });

  it('goes on where there are no more changes', () => {
    const zone = timeline('Asia/Kathmandu');
    expect(nextInstant({ nextLocal: () => undefined }, 0, zone, { gap: 'after', overlap: 'first' })).toBeUndefined();
  });
});
