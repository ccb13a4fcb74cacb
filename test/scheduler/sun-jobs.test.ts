import { describe, expect, it } from 'vitest';
import { InvalidArgument } from '../../src/kernel/errors.ts';
import type { SunMoment } from '../../src/scheduler/sun-times.ts';
import { SaidHome, TROMSO } from './said-home.ts';
import { DAY, HOUR, makeScheduler } from './scheduler-fixture.ts';

const BERLIN_MARCH = '2026-03-02T12:00[Europe/Berlin]';

async function sunOver(now: string, position = TROMSO) {
  const homeTimes = new SaidHome(now.includes('Oslo') ? position : undefined);
  return { homeTimes, ...(await makeScheduler({ now, homeTimes })) };
}

describe('runSun', () => {
  it('runs at the sun of the home, day by day', async () => {
    const { scheduler, note, log, clock } = await sunOver(BERLIN_MARCH);
    scheduler.runSun('sunset', note('set'));
    scheduler.runSun('sunrise', { offset: '-20m' }, note('before rise'));
    await clock.advanceBy(2 * DAY);
    expect(log.map((line) => line.replace(/:\d\d(\.\d+)? /, ' '))).toEqual([
      '02 17:47 set',
      '03 06:28 before rise',
      '03 17:48 set',
      '04 06:26 before rise',
    ]);
  });

  it('runs at an elevation on the way up or down, and in a direction', async () => {
    const { scheduler, clock, log, note } = await sunOver(BERLIN_MARCH);
    scheduler.runSun({ elevation: 20, going: 'up' }, note('up'));
    scheduler.runSun({ elevation: 20, going: 'down' }, note('down'));
    scheduler.runSun({ azimuth: 180 }, note('south'));
    scheduler.runSun('noon', note('noon'));
    await clock.advanceBy(DAY);
    expect(log.map((line) => line.slice(3, 8) + line.slice(line.lastIndexOf(' ')))).toEqual([
      '12:18 south',
      '12:18 noon',
      '15:11 down',
      '09:22 up',
    ]);
  });

  it('says in words when it runs', async () => {
    const { scheduler, note } = await sunOver(BERLIN_MARCH);
    const words = (moment: SunMoment, options: object = {}): string =>
      scheduler.runSun(moment, options, note()).trigger;
    expect(words('sunset')).toBe('at sunset');
    expect(words('dawn', { offset: '-20m' })).toBe('20m before dawn');
    expect(words('sunrise', { offset: '1h', clamp: ['06:30', '09:00'] })).toBe(
      '1h after sunrise, no earlier than 06:30 and no later than 09:00',
    );
    expect(words({ elevation: -4, going: 'down' })).toBe('at the sun at -4° sinking');
    expect(words({ azimuth: 120 })).toBe('at the sun at 120°');
  });

  it('is no earlier and no later than its clamp, the offset included', async () => {
    const { scheduler, clock, log, note } = await sunOver(BERLIN_MARCH);
    scheduler.runSun('sunset', { clamp: ['18:30', '22:00'] }, note('late'));
    scheduler.runSun('sunset', { offset: '3h', clamp: ['15:00', '20:00'] }, note('early'));
    await clock.advanceBy(DAY);
    expect(log).toEqual(['02 18:30:00 late', '02 20:00:00 early']);
  });

  it.each([
    ['sunset', '2026-06-01T12:00[Europe/Oslo]', /^2026-07-2\d$/],
    ['sunrise', '2026-12-01T12:00[Europe/Oslo]', /^2027-01-1\d$/],
  ] as const)('does not run on days without %s', async (event, now, date) => {
    const { scheduler, note } = await sunOver(now);
    expect(scheduler.runSun(event, note()).nextRun?.toPlainDate().toString()).toMatch(date);
  });

  it.each([
    ['sunset', '2026-06-10T09:00[Europe/Oslo]', '10 22:00:00'],
    ['sunrise', '2026-06-10T04:00[Europe/Oslo]', '10 06:30:00'],
    ['sunset', '2026-12-10T05:00[Europe/Oslo]', '10 06:30:00'],
    ['sunrise', '2026-12-10T09:00[Europe/Oslo]', '10 22:00:00'],
  ] as const)('runs at an end of its clamp where the sun does not rise or set: %s, %s', async (event, now, ran) => {
    const { scheduler, clock, log, note } = await sunOver(now);
    scheduler.runSun(event, { clamp: ['06:30', '22:00'] }, note());
    await clock.advanceBy(20 * HOUR);
    expect(log).toEqual([ran]);
  });

  it.each([
    ['run-once', ['02 20:00:30 3 at 17:47']],
    ['skip', []],
  ] as const)('has missed a sunset that the machine slept through: %s', async (misfire, expected) => {
    const given = { now: BERLIN_MARCH, homeTimes: new SaidHome(), steady: false };
    const { scheduler, clock, log, home } = await makeScheduler(given);
    scheduler.runSun('sunset', { misfire }, (run) => {
      const now = Temporal.Instant.fromEpochMilliseconds(clock.nowMs()).toZonedDateTimeISO(home.timeZone);
      const late = Math.round(now.since(run.scheduledFor).total('hours') + 1);
      const time = run.scheduledFor.toPlainTime().toString({ smallestUnit: 'minute' });
      log.push(`02 ${now.toPlainTime().toString({ smallestUnit: 'second' })} ${late} at ${time}`);
    });
    clock.sleepMachine(8 * HOUR);
    await clock.advanceBy(HOUR / 60);
    expect(log).toEqual(expected);
    expect(scheduler.list()[0]?.nextRun?.toPlainDate().toString()).toBe('2026-03-03');
  });

  it('follows the home when it moves', async () => {
    const { scheduler, homeTimes, service, note } = await sunOver(BERLIN_MARCH);
    const job = scheduler.runSun('sunset', note());
    const before = job.nextRun;
    homeTimes.position = { latitude: 48.2, longitude: 16.37, elevationM: 0 };
    service.refreshHomes();
    // Vienna is 3° further east and 4° further south.
    expect(job.nextRun?.since(before ?? job.nextRun).total('minutes')).toBeCloseTo(-8, -1);
    expect(job.nextRun?.equals(before ?? '')).toBe(false);
  });

  it('leaves out what is not between two times', async () => {
    const { scheduler, clock, log, note } = await sunOver(BERLIN_MARCH);
    scheduler.runSun('sunset', { between: ['18:00', '22:00'] }, note());
    await clock.advanceBy(12 * DAY);
    expect(log[0]).toMatch(/^10 18:01/);
  });

  it.each<[string, () => SunMoment, string]>([
    ['a slip', () => 'sunst' as SunMoment, 'is no hour of the sun'],
    ['no direction', () => ({ elevation: 4 }) as SunMoment, "is no moment of the sun's day"],
    ['a wrong azimuth', () => ({ azimuth: 400 }), "is no moment of the sun's day"],
    ['a height that it never has', () => ({ elevation: 80, going: 'up' }), 'never comes at this home'],
  ])('refuses %s', async (_what, moment, message) => {
    const { scheduler, note } = await sunOver(BERLIN_MARCH);
    expect(() => scheduler.runSun(moment(), note())).toThrow(message);
  });

  it('suggests the nearest hour', async () => {
    const { scheduler, note } = await sunOver(BERLIN_MARCH);
    const attempt = (): unknown => scheduler.runSun('sunst' as 'sunset', note());
    expect(attempt).toThrow(expect.objectContaining({ hint: `Did you mean 'sunset'?` }) as Error);
  });

  it('refuses a clamp upside down, an offset of a day, and clamp beside between', async () => {
    const { scheduler, note } = await sunOver(BERLIN_MARCH);
    expect(() => scheduler.runSun('sunset', { clamp: ['22:00', '06:30'] }, note())).toThrow(InvalidArgument);
    expect(() => scheduler.runSun('sunset', { offset: '24h' }, note())).toThrow('is a day or more');
    const both: object = { clamp: ['06:30', '22:00'], between: ['06:30', '22:00'] };
    expect(() => scheduler.runSun('sunset', both, note())).toThrow('contradict each other');
  });

  it('needs to know where the home is', async () => {
    const { scheduler, homeTimes, note } = await sunOver(BERLIN_MARCH);
    homeTimes.position = undefined;
    expect(() => scheduler.runSun('sunset', note())).toThrow('Where the home is, is not known yet');
  });
});
