import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AtCalendar } from '../../src/scheduler/calendar-trigger.ts';
import { CronSchedule } from '../../src/scheduler/cron.ts';
import { Custom } from '../../src/scheduler/custom-trigger.ts';
import { DayWindow } from '../../src/scheduler/day-window.ts';
import { AtEntityTime } from '../../src/scheduler/entity-time-trigger.ts';
import { readPhrase } from '../../src/scheduler/phrase-reader.ts';
import { ByPhrase } from '../../src/scheduler/phrase-trigger.ts';
import { SUN_EVENTS, type SunPlace } from '../../src/scheduler/sun-times.ts';
import { AtSun } from '../../src/scheduler/sun-trigger.ts';
import { Aligned, AtLocal, ByCron, Daily, Every, type Trigger } from '../../src/scheduler/triggers.ts';
import { Within } from '../../src/scheduler/within.ts';
import { SaidHome, TROMSO } from './said-home.ts';
import { DAY, HOUR, makeScheduler, MINUTE, SECOND } from './scheduler-fixture.ts';
import { inSomeZone, timeline, ZONES } from './zones.ts';

const PLACES: readonly SunPlace[] = [
  { latitude: 52.5, longitude: 13.4, elevationM: 0 },
  { latitude: -0.2, longitude: -78.5, elevationM: 2850 },
  { latitude: -33.9, longitude: 151.2, elevationM: 30 },
  TROMSO,
];

const times = fc
  .integer({ min: 0, max: 1439 })
  .map((minutes) => new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60));
const offsets = fc.integer({ min: -12 * 60, max: 12 * 60 }).map((minutes) => minutes * MINUTE);
const dst = fc.record({
  gap: fc.constantFrom('after', 'skip'),
  overlap: fc.constantFrom('first', 'second', 'both'),
});
const place = fc.constantFrom(...PLACES);

const sun = fc.record({ event: fc.constantFrom(...SUN_EVENTS), place, offsetMs: offsets, clamped: fc.boolean() }).map(
  ({ event, place: where, offsetMs, clamped }) =>
    new AtSun({
      moment: event,
      offsetMs,
      clamp: clamped
        ? { earliest: Temporal.PlainTime.from('06:30'), latest: Temporal.PlainTime.from('22:00') }
        : undefined,
      place: () => where,
    }),
);
const daily = fc.tuple(times, dst).map(([time, policy]) => new Daily(time, policy));
const paced = fc
  .tuple(fc.constantFrom(MINUTE, 15 * MINUTE, HOUR, 4 * HOUR), times, times)
  .filter(([, from, to]) => !from.equals(to))
  .map(([everyMs, from, to]) => new Within(new Aligned(everyMs), new DayWindow(from, to), (ms) => ms));
const phrases = fc
  .tuple(
    fc.constantFrom(
      'every weekday at 7:30 and 20 minutes before sunset',
      'every 15 minutes between 22:00 and 6:00 on weekends',
      'on the last day of the month at 2:30',
      'from november to february at dawn',
      'every hour; on sunday at 2:15',
    ),
    place,
    dst,
  )
  .map(([words, where, policy]) => new ByPhrase(readPhrase(words), { dst: policy, place: () => where }));
const entities = fc.tuple(times, offsets).map(([time, offsetMs]) => {
  const home = new SaidHome();
  home.say(time.toString());
  return new AtEntityTime({ source: home.value('sensor.alarm'), what: 'it', offsetMs, onUnreadable: () => undefined });
});
const own = fc
  .constantFrom(1, 7, 90)
  .map((minutes) => new Custom({ next: (after) => after.add({ minutes }), describe: () => 'one of my own' }));
const recurring: fc.Arbitrary<Trigger> = fc.oneof(sun, daily, paced, phrases, entities);

describe('every trigger', () => {
  it('has a time that is later, if it has one', () => {
    fc.assert(
      fc.property(inSomeZone, fc.oneof(recurring, own), ([zone, afterMs], trigger) => {
        const nextMs = trigger.next(afterMs, timeline(zone));
        if (nextMs !== undefined) expect(nextMs).toBeGreaterThan(afterMs);
      }),
      { numRuns: 800 },
    );
  });

  it('leaves nothing out, and gives no time twice', () => {
    fc.assert(
      fc.property(
        inSomeZone,
        recurring,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ([zone, afterMs], trigger, part) => {
          const nextMs = trigger.next(afterMs, timeline(zone));
          if (nextMs === undefined) return;
          const betweenMs = Math.min(nextMs - 1, Math.floor(afterMs + (nextMs - afterMs) * part));
          expect(trigger.next(betweenMs, timeline(zone))).toBe(nextMs);
          const followingMs = trigger.next(nextMs, timeline(zone));
          expect(followingMs === undefined || followingMs >= nextMs + SECOND).toBe(true);
        },
      ),
      { numRuns: 800 },
    );
  });

  it('keeps to its window, at any change of the clocks', () => {
    fc.assert(
      fc.property(
        inSomeZone,
        times,
        times,
        fc.constantFrom(MINUTE, 15 * MINUTE, HOUR),
        ([zone, afterMs], from, to, everyMs) => {
          const window = new DayWindow(from, to);
          const nextMs = new Within(new Every(afterMs - 7, everyMs), window, (ms) => ms).next(afterMs, timeline(zone));
          if (nextMs !== undefined) expect(window.includes(nextMs, timeline(zone))).toBe(true);
        },
      ),
    );
  });

  it('is within its clamp on each day of a year, wherever the home is', () => {
    const clamp = { earliest: Temporal.PlainTime.from('06:30'), latest: Temporal.PlainTime.from('22:00') };
    for (const where of PLACES) {
      for (const moment of ['sunrise', 'sunset', 'dusk'] as const) {
        const trigger = new AtSun({ moment, offsetMs: 0, clamp, place: () => where });
        const zone = timeline('Europe/Berlin');
        let ms = Temporal.Instant.from('2026-01-01T00:00Z').epochMilliseconds;
        const endMs = Temporal.Instant.from('2027-01-01T00:00Z').epochMilliseconds;
        let days = 0;
        for (
          let nextMs = trigger.next(ms, zone);
          nextMs !== undefined && nextMs < endMs;
          nextMs = trigger.next(ms, zone)
        ) {
          const time = zone.dateOf(nextMs).toPlainTime();
          expect(Temporal.PlainTime.compare(time, clamp.earliest)).toBeGreaterThanOrEqual(0);
          expect(Temporal.PlainTime.compare(time, clamp.latest)).toBeLessThanOrEqual(0);
          days += 1;
          ms = nextMs;
        }
        expect(days).toBe(365);
      }
    }
  });

  it('has calendar days begin when the clocks of the zone say so', () => {
    const home = new SaidHome();
    fc.assert(
      fc.property(inSomeZone, ([zone, afterMs]) => {
        const day = timeline(zone).dateOf(afterMs).toPlainDate().add({ days: 2 });
        home.plan({ summary: 'day', start: day, end: day.add({ days: 1 }) });
        const options = { feed: home.calendar('calendar.all', { backMs: 0, aheadMs: 0 }), calendar: 'calendar.all' };
        const trigger = new AtCalendar({
          ...options,
          at: 'start',
          offsetMs: 0,
          match: undefined,
          zone: () => timeline(zone),
        });
        const nextMs = trigger.next(afterMs, timeline(zone));
        expect(nextMs).toBe(day.toZonedDateTime(zone).epochMilliseconds);
        expect(trigger.argsAt(nextMs ?? NaN)).toHaveLength(1);
      }),
    );
  });
});

describe('cron', () => {
  const patterns = [
    '*/5 * * * *',
    '30 7 * * 1-5',
    '0 0 1 * *',
    '15 9 29 2 *',
    '0 */3 * 6-8 *',
    '0 12 * * 0',
    '*/20 30 8 * * *',
  ];

  it.each(ZONES)("agrees with croner's own answers in %s, away from changes of the clocks", (zone) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...patterns),
        fc.integer({ min: 0, max: 16 * 365 }),
        fc.nat(DAY),
        (pattern, day, ms) => {
          const afterMs = Temporal.Instant.from('2020-01-01T00:00Z').epochMilliseconds + day * DAY + ms;
          const theirs = new Cron(pattern, { timezone: zone, paused: true, mode: '5-or-6-parts' }).nextRun(
            new Date(afterMs),
          );
          const ours = new ByCron(new CronSchedule(pattern)).next(afterMs, timeline(zone));
          if (theirs === null || ours === undefined) throw new Error(`${pattern} does not come`);
          const around = [ours - DAY, ours + DAY].map((each) => timeline(zone).segmentAt(each));
          // What happens at a change is our own affair, and told in the table of the reference.
          if (around[0] === around[1]) expect(ours).toBe(theirs.getTime());
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a year', () => {
  it('goes by without drift for runEvery', async () => {
    const { scheduler, clock } = await makeScheduler();
    const startMs = clock.nowMs();
    let runs = 0;
    let offMs = 0;
    scheduler.runEvery('7m', (run) => {
      runs += 1;
      offMs = Math.max(offMs, Math.abs(run.scheduledFor.epochMilliseconds - startMs - runs * 7 * MINUTE));
    });
    await clock.advanceBy(365 * DAY);
    expect(runs).toBe(Math.floor((365 * DAY) / (7 * MINUTE)));
    expect(offMs).toBe(0);
  });

  it('has one run a day for a local moment, and one for each date', () => {
    const zone = timeline('Australia/Lord_Howe');
    // The clocks go half an hour: 02:00 to 02:30 in October.
    const gap = new AtLocal(Temporal.PlainDateTime.from('2026-10-04T02:10'));
    const gapMs = gap.next(Temporal.Instant.from('2026-10-01T00:00Z').epochMilliseconds, zone) ?? NaN;
    expect(zone.dateOf(gapMs).toPlainTime().toString()).toBe('02:30:00');
    const troll = timeline('Antarctica/Troll');
    const skipped = new Daily(Temporal.PlainTime.from('01:30'));
    const trollMs = skipped.next(Temporal.Instant.from('2026-03-28T12:00Z').epochMilliseconds, troll) ?? NaN;
    expect(troll.dateOf(trollMs).toPlainTime().toString()).toBe('03:00:00');
  });
});
