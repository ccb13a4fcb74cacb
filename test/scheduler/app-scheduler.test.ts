import { describe, expect, it } from 'vitest';
import { Cancelled, InvalidArgument, TimedOut } from '../../src/kernel/errors.ts';
import { currentExecution } from '../../src/kernel/execution.ts';
import { sleep } from '../../src/kernel/waiting.ts';
import type { JobRun } from '../../src/scheduler/job.ts';
import { DAY, HOUR, makeScheduler, MINUTE, SECOND } from './scheduler-fixture.ts';

describe('AppScheduler', () => {
  it('runs once after a delay, however long', async () => {
    const { clock, scheduler, log, note } = await makeScheduler();
    const job = scheduler.runIn('10m', note());
    scheduler.runIn({ days: 60 }, note());
    expect(job).toMatchObject({ status: 'scheduled', runs: 0, trigger: 'once, after 10m' });
    expect(job.nextRun?.toString()).toBe('2026-03-02T12:10:00+01:00[Europe/Berlin]');
    await clock.advanceBy(10 * MINUTE - 1);
    expect(log).toEqual([]);
    await clock.advanceBy(1);
    expect(log).toEqual(['02 12:10:00']);
    expect(job).toMatchObject({ status: 'done', runs: 1, failures: 0, nextRun: undefined });
    expect(job.lastRun?.toString()).toBe('2026-03-02T12:10:00+01:00[Europe/Berlin]');
    await clock.advanceBy(60 * DAY);
    expect(log).toEqual(['02 12:10:00', '01 13:00:00']);
    expect(scheduler.list()).toEqual([]);
  });

  it('runs after a delay of nothing in a later turn', async () => {
    const { clock, scheduler, log, note } = await makeScheduler();
    scheduler.runIn('0s', note());
    expect(log).toEqual([]);
    await clock.advanceBy(0);
    expect(log).toEqual(['02 12:00:00']);
  });

  it.each([
    ['18:30', '2026-03-02T18:30:00+01:00[Europe/Berlin]'],
    ['12:00', '2026-03-03T12:00:00+01:00[Europe/Berlin]'],
    ['07:30:15', '2026-03-03T07:30:15+01:00[Europe/Berlin]'],
    ['2026-07-01T06:00', '2026-07-01T06:00:00+02:00[Europe/Berlin]'],
    ['2026-07-01', '2026-07-01T00:00:00+02:00[Europe/Berlin]'],
    ['2026-07-01T06:00Z', '2026-07-01T08:00:00+02:00[Europe/Berlin]'],
    ['2026-07-01T06:00-04:00', '2026-07-01T12:00:00+02:00[Europe/Berlin]'],
    ['2026-07-01T06:00[America/New_York]', '2026-07-01T12:00:00+02:00[Europe/Berlin]'],
    [Temporal.PlainTime.from('18:30'), '2026-03-02T18:30:00+01:00[Europe/Berlin]'],
    [Temporal.PlainDateTime.from('2026-07-01T06:00'), '2026-07-01T06:00:00+02:00[Europe/Berlin]'],
    [Temporal.Instant.from('2026-07-01T06:00Z'), '2026-07-01T08:00:00+02:00[Europe/Berlin]'],
    [Temporal.ZonedDateTime.from('2026-07-01T06:00[UTC]'), '2026-07-01T08:00:00+02:00[Europe/Berlin]'],
  ])('runs once at %s', async (moment, expected) => {
    const { clock, scheduler, log, note } = await makeScheduler();
    const job = scheduler.runAt(moment, note());
    expect(job.nextRun?.toString()).toBe(expected);
    await clock.advanceBy(150 * DAY);
    expect(log).toHaveLength(1);
    expect(job.status).toBe('done');
  });

  it('runs again and again, counted from now', async () => {
    const { clock, scheduler, log, note } = await makeScheduler({ now: '2026-03-02T12:07[Europe/Berlin]' });
    scheduler.runEvery('15m', note());
    await clock.advanceBy(HOUR);
    expect(log).toEqual(['02 12:22:00', '02 12:37:00', '02 12:52:00', '02 13:07:00']);
  });

  it('runs at the marks of the clock', async () => {
    const { clock, scheduler, log, note } = await makeScheduler({ now: '2026-03-02T22:07[Asia/Kathmandu]' });
    scheduler.runEvery('15m', { align: true, name: 'quarter' }, note('quarter'));
    scheduler.runEvery({ hours: 6 }, { align: true }, note('six'));
    await clock.advanceBy(2 * HOUR);
    expect(log).toEqual([
      '02 22:15:00 quarter',
      '02 22:30:00 quarter',
      '02 22:45:00 quarter',
      '02 23:00:00 quarter',
      '02 23:15:00 quarter',
      '02 23:30:00 quarter',
      '02 23:45:00 quarter',
      '03 00:00:00 quarter',
      '03 00:00:00 six',
    ]);
  });

  it('runs daily at a time of day, whatever the clocks do', async () => {
    const { clock, scheduler, log, note } = await makeScheduler({ now: '2026-03-28T12:00[Europe/Berlin]' });
    scheduler.runDaily('07:30', note());
    scheduler.runDaily('02:30', note('in the gap'));
    scheduler.runDaily('02:30', { dst: { gap: 'skip' } }, note('not in the gap'));
    await clock.advanceBy(2 * DAY);
    expect(log).toEqual([
      '29 03:00:00 in the gap',
      '29 07:30:00',
      '30 02:30:00 in the gap',
      '30 02:30:00 not in the gap',
      '30 07:30:00',
    ]);
  });

  it('runs once, or twice if asked to, in an hour that comes twice', async () => {
    const { clock, scheduler, log } = await makeScheduler({ now: '2026-10-24T12:00[Europe/Berlin]' });
    const note = (what: string) => (run: JobRun) =>
      log.push(`${run.scheduledFor.toPlainTime().toString()}${run.scheduledFor.offset} ${what}`);
    for (const overlap of ['first', 'second', 'both'] as const)
      scheduler.runDaily('02:30', { dst: { overlap } }, note(overlap));
    await clock.advanceBy(DAY);
    expect(log).toEqual([
      '02:30:00+02:00 first',
      '02:30:00+02:00 both',
      '02:30:00+01:00 second',
      '02:30:00+01:00 both',
    ]);
  });

  it('runs by a cron pattern', async () => {
    const { clock, scheduler, log, note } = await makeScheduler({ now: '2026-03-06T12:00[Europe/Berlin]' });
    const job = scheduler.runCron('0 7 * * 1-5', note());
    expect(job).toMatchObject({ trigger: 'cron 0 7 * * 1-5', name: 'cron 0 7 * * 1-5' });
    await clock.advanceBy(4 * DAY);
    expect(log).toEqual(['09 07:00:00', '10 07:00:00']);
  });

  it('takes another time zone than the home has', async () => {
    const { clock, scheduler, log, note } = await makeScheduler();
    scheduler.runDaily('09:30', { timeZone: 'America/New_York' }, note());
    await clock.advanceBy(DAY);
    expect(log).toEqual(['02 15:30:00']);
  });

  it('plans anew when the home has another time zone', async () => {
    const { clock, home, scheduler, service, log, note } = await makeScheduler();
    const own = scheduler.runDaily('18:00', note('own'));
    const fixed = scheduler.runDaily('18:00', { timeZone: 'Europe/Berlin' }, note('fixed'));
    const once = scheduler.runAt('18:00', note('once'));
    home.timeZone = 'UTC';
    service.refreshHomes();
    expect([own, once].map((job) => job.nextRun?.toString())).toEqual(Array(2).fill('2026-03-02T18:00:00+00:00[UTC]'));
    expect(fixed.nextRun?.toString()).toBe('2026-03-02T18:00:00+01:00[Europe/Berlin]');
    await clock.advanceBy(10 * HOUR);
    expect(log).toEqual(['02 17:00:00 fixed', '02 18:00:00 own', '02 18:00:00 once']);
  });

  it('notices another time zone by itself', async () => {
    const { clock, home, scheduler, log, note } = await makeScheduler({ steady: false });
    scheduler.runDaily('18:00', note());
    home.timeZone = 'UTC';
    await clock.advanceBy(10 * HOUR);
    expect(log).toEqual(['02 18:00:00']);
  });

  it('gives the handler its run, with the app as `this`', async () => {
    const { clock, scheduler, self } = await makeScheduler();
    const seen: unknown[] = [];
    const job = scheduler.runDaily('18:00', { jitter: '10m', name: 'evening' }, function (this: unknown, run) {
      seen.push(
        this,
        run.job,
        run.args,
        run.scheduledFor.toPlainTime().toString(),
        run.signal.aborted,
        currentExecution()?.name,
      );
    });
    await clock.advanceBy(DAY);
    expect(seen).toEqual([self, job, undefined, '18:00:00', false, 'evening']);
  });

  it('puts runs off by a random time, and keeps to the times themselves', async () => {
    let chance = 0;
    const { clock, scheduler, log, note } = await makeScheduler({ random: () => (chance = (chance + 0.3) % 1) });
    scheduler.runDaily('18:00', { jitter: '10m' }, note());
    await clock.advanceBy(3 * DAY);
    expect(log).toEqual(['02 18:03:00', '03 18:06:00', '04 18:09:00']);
  });

  it('asks `where` when a run is due', async () => {
    const { clock, scheduler, log, note, failures } = await makeScheduler();
    const job = scheduler.runEvery('1h', { where: (run) => run.scheduledFor.hour % 2 === 1 }, note());
    scheduler.runIn(
      '1h',
      {
        name: 'bad',
        where: () => {
          throw new Error('in where');
        },
      },
      note('never'),
    );
    await clock.advanceBy(4 * HOUR);
    expect(log).toEqual(['02 13:00:00', '02 15:00:00']);
    expect(job.runs).toBe(2);
    expect(failures).toMatchObject([{ kind: 'job', name: 'bad', app: 'hallway_light' }]);
  });

  it('leaves out a run while the one before goes on, unless told otherwise', async () => {
    const { clock, scheduler, log, note, lines } = await makeScheduler();
    const slow = (what: string) => async (run: JobRun) => {
      note(what)();
      await sleep(clock, 90 * SECOND, run.signal, 'a nap');
    };
    scheduler.runEvery('1m', slow('single'));
    scheduler.runEvery('1m', { mode: 'parallel' }, slow('parallel'));
    await clock.advanceBy(3 * MINUTE);
    expect(log).toEqual([
      '02 12:01:00 single',
      '02 12:01:00 parallel',
      '02 12:02:00 parallel',
      '02 12:03:00 single',
      '02 12:03:00 parallel',
    ]);
    expect(lines.map((line) => line.msg)).toEqual([
      expect.stringContaining('1 left out, since the run before had not ended'),
    ]);
  });

  it('counts failures, tells onError of them and goes on', async () => {
    const { clock, scheduler } = await makeScheduler();
    const told: unknown[] = [];
    const job = scheduler.runEvery(
      '1h',
      { timeout: '1m', onError: (failure) => told.push(failure.error) },
      async (run) => {
        if (run.scheduledFor.hour === 13) throw new Error('at one');
        await sleep(clock, HOUR, run.signal, 'a nap');
      },
    );
    await clock.advanceBy(2 * HOUR + MINUTE);
    expect(told).toEqual([new Error('at one'), expect.any(TimedOut)]);
    expect(job).toMatchObject({ runs: 2, failures: 2, status: 'scheduled' });
  });

  it('runs those due at the same time by priority, then in the order in which they were made', async () => {
    const { clock, scheduler, log, note } = await makeScheduler();
    scheduler.runIn('1m', note('a'));
    scheduler.runIn('1m', note('b'));
    scheduler.runIn('1m', { priority: 10 }, note('first'));
    scheduler.runIn('1m', { priority: -1 }, note('last'));
    await clock.advanceBy(MINUTE);
    expect(log.map((line) => line.split(' ')[2])).toEqual(['first', 'a', 'b', 'last']);
  });

  describe('a job', () => {
    it('can be paused and resumed, and goes on with its next time', async () => {
      const { clock, scheduler, log, note } = await makeScheduler();
      const job = scheduler.runEvery('1h', note());
      job.pause();
      expect(job).toMatchObject({ status: 'paused', nextRun: undefined });
      await clock.advanceBy(150 * MINUTE);
      job.resume();
      expect(job.nextRun?.toPlainTime().toString()).toBe('15:00:00');
      await clock.advanceBy(HOUR);
      expect(log).toEqual(['02 15:00:00']);
    });

    it('is due at once when resumed after its only time', async () => {
      const { clock, scheduler, log, note } = await makeScheduler();
      const [early, late] = [scheduler.runIn('1h', note('early')), scheduler.runAt('18:00', note('late'))];
      early.pause();
      late.pause();
      await clock.advanceBy(2 * HOUR);
      early.resume();
      late.resume();
      await clock.advanceBy(8 * HOUR);
      expect(log).toEqual(['02 14:00:00 early', '02 18:00:00 late']);
    });

    it('can be run now, beside its times, also while it is paused', async () => {
      const { clock, scheduler, log, note } = await makeScheduler();
      const job = scheduler.runIn('1h', note());
      job.runNow();
      job.pause();
      job.runNow();
      job.resume();
      await clock.advanceBy(HOUR);
      expect(log).toEqual(['02 12:00:00', '02 12:00:00', '02 13:00:00']);
      expect(() => job.runNow()).toThrow('has run for the last time');
    });

    it('can be cancelled, more than once and by its own handler', async () => {
      const { clock, scheduler, log, note } = await makeScheduler();
      const job = scheduler.runEvery('1h', () => {
        note()();
        job.cancel();
      });
      {
        using _scoped = scheduler.runIn('1m', note('never'));
      }
      await clock.advanceBy(DAY);
      job.cancel();
      expect(log).toEqual(['02 13:00:00']);
      expect(job.status).toBe('cancelled');
      expect(() => job.runNow()).toThrow(InvalidArgument);
      expect(clock.timers()).toEqual([]);
    });

    it('that is done lets a long run come to its end', async () => {
      const { clock, scheduler, log, note, executor } = await makeScheduler();
      scheduler.runIn('1m', async (run) => {
        await sleep(clock, MINUTE, run.signal, 'a nap');
        note()();
      });
      await clock.advanceBy(2 * MINUTE);
      expect(log).toEqual(['02 12:02:00']);
      expect([...executor.lanes()]).toEqual([]);
    });

    it('that is registered runs when it is asked to, with what is submitted', async () => {
      const { scheduler } = await makeScheduler();
      const seen: unknown[] = [];
      const flash = scheduler.register('flash', (run: JobRun<{ times: number }>) => seen.push(run.args.times));
      const plain = scheduler.register('plain', { group: 'g' }, (run) => seen.push(run.args));
      flash.submit({ times: 3 });
      plain.submit();
      plain.runNow();
      expect(seen).toEqual([3, undefined, undefined]);
      expect(flash).toMatchObject({ status: 'manual', runs: 1, name: 'flash', nextRun: undefined });
      expect(() => scheduler.register('flash', () => 1)).toThrow('A job "flash" is registered already');
      flash.cancel();
      scheduler.register('flash', () => 1);
    });
  });

  it('lists jobs, and deals with groups of them', async () => {
    const { clock, scheduler, service, log, note } = await makeScheduler();
    scheduler.runIn('1h', { group: 'holiday', name: 'a' }, note('a'));
    scheduler.runIn('2h', { group: 'holiday', name: 'b' }, note('b'));
    scheduler.runDaily('18:00', { name: 'c' }, note('c'));
    expect(scheduler.list().map((job) => job.name)).toEqual(['a', 'b', 'c']);
    const holiday = scheduler.group('holiday');
    expect(holiday.jobs.map((job) => job.name)).toEqual(['a', 'b']);
    holiday.pause();
    holiday.runNow();
    await clock.advanceBy(4 * HOUR);
    expect(log).toEqual(['02 12:00:00 a', '02 12:00:00 b']);
    holiday.cancel();
    expect(service.list()).toEqual([
      {
        app: 'hallway_light',
        name: 'c',
        group: undefined,
        status: 'scheduled',
        trigger: 'daily at 18:00',
        nextRunMs: Temporal.Instant.from('2026-03-02T17:00Z').epochMilliseconds,
        lastRunMs: undefined,
        runs: 0,
        failures: 0,
      },
    ]);
  });

  it('ends with the app, and refuses what comes after', async () => {
    const { clock, life, scheduler, service, log, note } = await makeScheduler();
    const job = scheduler.runEvery('1h', note());
    life.stop(new Cancelled('the app stops'));
    await clock.advanceBy(DAY);
    expect(log).toEqual([]);
    expect(job.status).toBe('cancelled');
    expect([...service.jobs()]).toEqual([]);
    expect(() => scheduler.runIn('1h', note())).toThrow(Cancelled);
    expect(clock.timers()).toEqual([]);
  });

  it.each<[string, RegExp, (scheduler: Awaited<ReturnType<typeof makeScheduler>>['scheduler']) => unknown]>([
    ['a negative delay', /The delay of runIn is "-5m", which is negative/, (s) => s.runIn('-5m', () => 1)],
    ['no delay', /The delay of runIn is "soon", which is not a duration/, (s) => s.runIn('soon', () => 1)],
    [
      'no time of day',
      /The time of runDaily is "25:00", which is not a time of day/,
      (s) => s.runDaily('25:00', () => 1),
    ],
    ['a time of day with one digit', /"7:30"/, (s) => s.runAt('7:30', () => 1)],
    ['no moment', /"sometime" is not a moment/, (s) => s.runAt('sometime', () => 1)],
    [
      'a moment that has passed',
      /runAt was given 2026-03-01T18:00, which has passed: it is 2026-03-02T12:00:00/,
      (s) => s.runAt('2026-03-01T18:00', () => 1),
    ],
    ['an instant that has passed', /has passed/, (s) => s.runAt('2026-03-01T18:00Z', () => 1)],
    ['no cron pattern', /"every day" is not a cron pattern: it has 2 fields$/, (s) => s.runCron('every day', () => 1)],
    [
      'a cron pattern out of range',
      /"61 \* \* \* \*" is not a cron pattern: Invalid value for minute: 61/,
      (s) => s.runCron('61 * * * *', () => 1),
    ],
    [
      'a cron pattern whose time never comes',
      /The time of "0 0 30 2 \*" never comes/,
      (s) => s.runCron('0 0 30 2 *', () => 1),
    ],
    ['no distance', /no time at all/, (s) => s.runEvery('0s', () => 1)],
    ['an odd distance to align', /runEvery cannot align 7m/, (s) => s.runEvery('7m', { align: true }, () => 1)],
    ['no time zone', /"Berlin" is not a time zone/, (s) => s.runDaily('07:30', { timeZone: 'Berlin' }, () => 1)],
    // @ts-expect-error -- an option that there is not
    ['an unknown option', /runDaily has no option "nam"/, (s) => s.runDaily('07:30', { nam: 'x' }, () => 1)],
    // @ts-expect-error -- a delay has no time zone
    ['an option of others', /runIn has no option "timeZone"/, (s) => s.runIn('5m', { timeZone: 'UTC' }, () => 1)],
    // @ts-expect-error -- no such mode
    ['an unknown mode', /"mode" of runIn is "singel"/, (s) => s.runIn('5m', { mode: 'singel' }, () => 1)],
    // @ts-expect-error -- no handler
    ['no handler', /runIn was given no handler/, (s) => s.runIn('5m', {})],
  ])('refuses %s, and says what to do', async (_, message, act) => {
    const { scheduler } = await makeScheduler();
    expect(() => act(scheduler)).toThrow(message);
    try {
      act(scheduler);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidArgument);
      expect((error as InvalidArgument).hint).toBeTruthy();
    }
    expect(scheduler.list()).toEqual([]);
  });

  it('types what handlers are given', async () => {
    const { scheduler } = await makeScheduler();
    const job = scheduler.register('a', (run: JobRun<number>) => run.args.toFixed());
    // @ts-expect-error -- a number is to be submitted
    const bad = () => job.submit('1');
    // @ts-expect-error -- something is to be submitted
    const none = () => job.submit();
    scheduler.runIn('5m', (run) => run.signal);
    // @ts-expect-error -- there is no such member
    scheduler.runIn('5m', (run) => run.nothing);
    // @ts-expect-error -- there is no such member
    scheduler.runIn('5m', { name: 'x' }, (run) => run.nothing);
    const one = (): number => 1;
    // @ts-expect-error -- nothing comes after the handler
    scheduler.runIn('5m', one, one);
    expect([bad, none]).toHaveLength(2);
  });
});

describe('moments in words', () => {
  it.each([
    ['next friday at 8', '2026-04-03T08:00:00'],
    ['tomorrow at 8pm', '2026-03-28T20:00:00'],
    ['at noon on 1 april', '2026-04-01T12:00:00'],
    ['24 december at 18:00', '2026-12-24T18:00:00'],
    ['in 2 hours', '2026-03-27T14:00:00'],
    // By the clocks it is a day and 23 hours.
    ['in 48 hours', '2026-03-29T13:00:00'],
    ['sunday at 2:30', '2026-03-29T03:00:00'],
    ['friday at 8 UTC', '2026-04-03T10:00:00'],
  ])('runAt takes "%s"', async (words, expected) => {
    const { scheduler, note } = await makeScheduler({ now: '2026-03-27T12:00[Europe/Berlin]' });
    expect(scheduler.runAt(words, note()).nextRun?.toPlainDateTime().toString()).toBe(expected);
  });

  it.each([
    ['tomorrow', 'says no time of day'],
    ['see you tomorrow at 8', 'is not a moment'],
    ['tomorrow at 8 to 10', 'is not a moment'],
    ['soon', 'is not a moment'],
    ['yesterday at 8', 'which has passed'],
  ])('runAt refuses "%s"', async (words, message) => {
    const { scheduler, note } = await makeScheduler({ now: '2026-03-27T12:00[Europe/Berlin]' });
    expect(() => scheduler.runAt(words, note())).toThrow(message);
  });
});
