import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../src/kernel/errors.ts';
import { readSaidTime } from '../../src/scheduler/said-time.ts';
import { SaidHome } from './said-home.ts';
import { DAY, HOUR, makeScheduler, MINUTE } from './scheduler-fixture.ts';

async function alarmAt(value: unknown, now = '2026-03-02T06:00[Europe/Berlin]') {
  const homeTimes = new SaidHome();
  homeTimes.say(value);
  return { homeTimes, ...(await makeScheduler({ now, homeTimes })) };
}

const ALARM = 'sensor.alarm';

describe('readSaidTime', () => {
  it.each([
    ['a timestamp sensor', '2026-03-02T06:30:00+00:00', 'instant 2026-03-02T06:30:00Z'],
    ['a timestamp with microseconds', '2026-03-02T06:30:00.123456+00:00', 'instant 2026-03-02T06:30:00.123Z'],
    ['a datetime entity', '2026-03-02T06:30:00Z', 'instant 2026-03-02T06:30:00Z'],
    ['one with its zone', '2026-03-02T07:30:00+01:00[Europe/Berlin]', 'instant 2026-03-02T06:30:00Z'],
    ['an input_datetime with both', '2026-03-02 07:30:00', 'local 2026-03-02T07:30:00'],
    ['a local time with T', '2026-03-02T07:30', 'local 2026-03-02T07:30:00'],
    ['one digit for the hour', '2026-03-02 7:30', 'local 2026-03-02T07:30:00'],
    ['an input_datetime with a date', '2026-03-02', 'local 2026-03-02T00:00:00'],
    ['an input_datetime with a time', '07:30:00', 'daily 07:30:00'],
    ['a time without seconds', '7:05', 'daily 07:05:00'],
    ['a time of an American clock', '07:30 PM', 'daily 19:30:00'],
    ['midnight of one', '12:15 am', 'daily 00:15:00'],
    ['seconds since 1970', 1_772_433_000, 'instant 2026-03-02T06:30:00Z'],
    ['seconds since 1970 as a state', '1772433000.5', 'instant 2026-03-02T06:30:00.5Z'],
    ['milliseconds since 1970', 1_772_433_000_000, 'instant 2026-03-02T06:30:00Z'],
    ['seconds since midnight', 27_000, 'daily 07:30:00'],
  ])('reads %s', (_what, value, expected) => {
    const said = readSaidTime(value);
    if (said === undefined || said === 'none') throw new Error('it was not read');
    const text =
      said.kind === 'instant'
        ? Temporal.Instant.fromEpochMilliseconds(said.epochMs).toString()
        : said.kind === 'local'
          ? said.date.toString()
          : said.time.toString();
    expect(`${said.kind} ${text}`).toBe(expected);
  });

  it.each([undefined, null, '', 'unknown', 'unavailable', 'None'])('takes %j for no time', (value) => {
    expect(readSaidTime(value)).toBe('none');
  });

  it.each([
    'on hold',
    '2026-13-02',
    '25:00',
    '07:61',
    '13:00 pm',
    '2026-02-30T10:00:00+00:00',
    -5,
    NaN,
    true,
    {},
    1e300,
  ])('cannot read %j', (value) => expect(readSaidTime(value)).toBeUndefined());
});

describe('runAtEntityTime', () => {
  it('runs at the moment that a sensor says, once', async () => {
    const { scheduler, clock, log, note } = await alarmAt('2026-03-02T06:30:00+00:00');
    const job = scheduler.runAtEntityTime(ALARM, { offset: '-10m' }, note());
    expect(job.trigger).toBe('10m before the time of sensor.alarm');
    await clock.advanceBy(DAY);
    expect(log).toEqual(['02 07:20:00']);
    expect(job.status).toBe('waiting');
    expect(job.nextRun).toBeUndefined();
  });

  it('runs each day at a time of day', async () => {
    const { scheduler, clock, log, note } = await alarmAt('07:30:00');
    scheduler.runAtEntityTime(ALARM, note());
    await clock.advanceBy(2 * DAY);
    expect(log).toEqual(['02 07:30:00', '03 07:30:00']);
  });

  it('waits while there is none, and for one that comes', async () => {
    const { scheduler, homeTimes, clock, log, note } = await alarmAt('unavailable');
    const job = scheduler.runAtEntityTime(ALARM, note());
    expect(job.status).toBe('waiting');
    await clock.advanceBy(HOUR);
    homeTimes.say('2026-03-02T07:00:00+00:00');
    expect(job.status).toBe('scheduled');
    await clock.advanceBy(DAY);
    expect(log).toEqual(['02 08:00:00']);
  });

  it('follows when it is put off, and when it is called off', async () => {
    const { scheduler, homeTimes, clock, log, note } = await alarmAt('2026-03-02T06:30:00+00:00');
    scheduler.runAtEntityTime(ALARM, note());
    await clock.advanceBy(HOUR);
    homeTimes.say('2026-03-02T07:15:00+00:00');
    await clock.advanceBy(HOUR);
    homeTimes.say('unknown');
    await clock.advanceBy(DAY);
    expect(log).toEqual([]);
  });

  it('runs at a time that its sensor replaces by the next in that very moment', async () => {
    const { scheduler, homeTimes, clock, log, note, self } = await alarmAt('2026-03-02T06:30:00+00:00');
    expect(self).toBeDefined();
    scheduler.runAtEntityTime(ALARM, note());
    // Before the scheduler, whose timer was set later.
    clock.after(90 * MINUTE, 'the alarm goes off', () => homeTimes.say('2026-03-03T06:30:00+00:00'));
    await clock.advanceBy(26 * HOUR);
    expect(log).toEqual(['02 07:30:00', '03 07:30:00']);
  });

  it('does not run at a time that has passed when it is told', async () => {
    const { scheduler, homeTimes, clock, log, note } = await alarmAt('unknown');
    scheduler.runAtEntityTime(ALARM, { offset: '-2h' }, note());
    homeTimes.say('2026-03-02T06:30:00+00:00');
    await clock.advanceBy(DAY);
    expect(log).toEqual([]);
  });

  it('takes local times by the clocks of the home', async () => {
    const { scheduler, clock, log, note } = await alarmAt('2026-03-29 02:30:00', '2026-03-28T12:00[Europe/Berlin]');
    scheduler.runAtEntityTime(ALARM, note());
    await clock.advanceBy(DAY);
    expect(log).toEqual(['29 03:00:00']);
  });

  it('reads an attribute', async () => {
    const { scheduler, homeTimes, clock, log, note } = await alarmAt('unknown');
    homeTimes.say('2026-03-02T11:00:00+00:00', 'sun.sun', 'next_noon');
    scheduler.runAtEntityTime({ entityId: 'sun.sun', attribute: 'next_noon' }, note());
    await clock.advanceBy(DAY);
    expect(log).toEqual(['02 12:00:00']);
  });

  it('says once of a value that is no time that it waits', async () => {
    const { scheduler, homeTimes, note, warnings } = await alarmAt('snoozed');
    scheduler.runAtEntityTime(ALARM, note());
    homeTimes.tell();
    homeTimes.say('snoozed again');
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('"snoozed" is neither a date, nor a time, nor both');
  });

  it('lets go of the entity when it ends', async () => {
    const { scheduler, homeTimes, life, note } = await alarmAt('07:30:00');
    scheduler.runAtEntityTime(ALARM, note()).cancel();
    expect(homeTimes.followed).toBe(0);
    scheduler.runAtEntityTime(ALARM, note());
    expect(homeTimes.followed).toBe(1);
    life.stop(new Cancelled('the app stops'));
    expect(homeTimes.followed).toBe(0);
  });

  it.each([['alarm'], [''], [{ entityId: 'sensor.alarm', attribute: '' }]])('refuses %j', async (source) => {
    const { scheduler, note } = await alarmAt('07:30:00');
    expect(() => scheduler.runAtEntityTime(source, note())).toThrow('which is no entity');
  });
});

describe('runAtCalendar', () => {
  const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
  const waste = {
    summary: 'Paper',
    start: Temporal.PlainDate.from('2026-03-04'),
    end: Temporal.PlainDate.from('2026-03-05'),
  };
  const glass = { ...waste, summary: 'Glass' };
  const dentist = { summary: 'Dentist', start: at('2026-03-03T09:00Z'), end: at('2026-03-03T09:30Z') };

  it('runs at the start of what it is to match, with all that begin then', async () => {
    const { scheduler, homeTimes, clock } = await alarmAt('unknown');
    const seen: string[] = [];
    const job = scheduler.runAtCalendar('calendar.waste', { offset: '-6h' }, (run) => {
      seen.push(`${run.scheduledFor.toPlainDateTime().toString()} ${run.args.map(({ summary }) => summary).join('+')}`);
    });
    expect(job.status).toBe('waiting');
    homeTimes.plan(waste, dentist, glass);
    await clock.advanceBy(3 * DAY);
    expect(seen).toEqual(['2026-03-03T04:00:00 Dentist', '2026-03-03T18:00:00 Paper+Glass']);
    expect(homeTimes.reach?.aheadMs).toBeGreaterThan(DAY);
  });

  it('runs at the end, of those with a text, an expression, or for which a function says so', async () => {
    const { scheduler, homeTimes, clock, log, note } = await alarmAt('unknown');
    homeTimes.plan(waste, dentist, glass);
    scheduler.runAtCalendar('calendar.all', { at: 'end', match: 'dent' }, note('text'));
    scheduler.runAtCalendar('calendar.all', { at: 'end', match: /^gl/i }, note('expression'));
    scheduler.runAtCalendar(
      'calendar.all',
      { at: 'end', match: ({ start }) => start instanceof Temporal.PlainDate },
      note('days'),
    );
    await clock.advanceBy(4 * DAY);
    expect(log).toEqual(['03 10:30:00 text', '05 00:00:00 expression', '05 00:00:00 days']);
  });

  it('follows events that are moved and taken out', async () => {
    const { scheduler, homeTimes, clock, log, note } = await alarmAt('unknown');
    homeTimes.plan(dentist);
    scheduler.runAtCalendar('calendar.all', note());
    await clock.advanceBy(HOUR);
    homeTimes.plan({ ...dentist, start: at('2026-03-03T12:00Z') });
    await clock.advanceBy(2 * DAY);
    homeTimes.plan();
    expect(log).toEqual(['03 13:00:00']);
  });

  it('refuses what is no calendar, and what matches nothing', async () => {
    const { scheduler, note } = await alarmAt('unknown');
    expect(() => scheduler.runAtCalendar('sensor.waste', note())).toThrow('which is no calendar');
    expect(() => scheduler.runAtCalendar('calendar.waste', { match: '' }, note())).toThrow('"match" of runAtCalendar');
  });
});
