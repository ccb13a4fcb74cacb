import { describe, expect, it } from 'vitest';
import { InvalidArgument } from '../../src/kernel/errors.ts';
import { sleep } from '../../src/kernel/waiting.ts';
import type { JobTrigger } from '../../src/scheduler/custom-trigger.ts';
import { SaidHome } from './said-home.ts';
import { DAY, HOUR, makeScheduler, MINUTE, SECOND } from './scheduler-fixture.ts';

const NOON = '2026-03-02T12:00[Europe/Berlin]';

/** Options as JavaScript may give them. */
function untyped(options: object): object {
  return options;
}

function hintOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
  } catch (error) {
    if (error instanceof InvalidArgument) return `${error.message} | ${error.hint ?? ''}`;
    throw error;
  }
  return undefined;
}

describe('modes of jobs', () => {
  // A run takes 25 s, and is due every 10 s: at 10, 20, 30 … 60.
  it.each([
    ['single', ['10 begun', '35 done', '40 begun', '65 done']],
    ['queued', ['10 begun', '35 done', '35 begun', '60 done', '60 begun']],
    ['restart', ['10 begun', '20 begun', '30 begun', '40 begun', '50 begun', '60 begun']],
    [
      'parallel',
      [
        '10 begun',
        '20 begun',
        '30 begun',
        '35 done',
        '40 begun',
        '45 done',
        '50 begun',
        '55 done',
        '60 begun',
        '65 done',
      ],
    ],
  ] as const)('%s', async (mode, expected) => {
    const { scheduler, clock } = await makeScheduler();
    const startMs = clock.nowMs();
    const seen: string[] = [];
    const job = scheduler.runEvery('10s', { mode }, async (run) => {
      seen.push(`${(clock.nowMs() - startMs) / SECOND} begun`);
      await sleep(clock, 25 * SECOND, run.signal, 'work');
      seen.push(`${(clock.nowMs() - startMs) / SECOND} done`);
    });
    await clock.advanceBy(66 * SECOND);
    expect(seen.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))).toEqual(expected);
    job.cancel();
  });
});

describe('options that contradict each other', () => {
  it.each([
    ['single', 'it would leave out all runs but the first'],
    ['restart', 'it would end all runs but the last'],
  ] as const)('refuses misfire run-all with mode %s', async (mode, why) => {
    const { scheduler, note } = await makeScheduler();
    const options: object = { misfire: 'run-all', mode };
    expect(hintOf(() => scheduler.runEvery('1h', options, note()))).toContain(why);
  });

  it.each([
    ['queued', 3],
    ['parallel', 3],
    [undefined, 3],
  ] as const)('lets misfire run-all stand with mode %s', async (mode, runs) => {
    const { scheduler, clock, log, note } = await makeScheduler({ steady: false });
    scheduler.runEvery('1h', { misfire: 'run-all', mode }, note());
    clock.sleepMachine(3 * HOUR + MINUTE);
    await clock.advanceBy(MINUTE);
    expect(log).toHaveLength(runs);
  });

  it.each<[string, (given: Awaited<ReturnType<typeof makeScheduler>>) => unknown, string]>([
    [
      'dst without align',
      ({ scheduler, note }) => scheduler.runEvery('1h', untyped({ dst: { gap: 'skip' } }), note()),
      'means nothing without "align"',
    ],
    [
      'align that is no yes or no',
      ({ scheduler, note }) => scheduler.runEvery('15m', untyped({ align: 'hour' }), note()),
      '"align" of runEvery is "hour", but has to be true or false',
    ],
    [
      'between of runIn',
      ({ scheduler, note }) => scheduler.runIn('1h', untyped({ between: ['07:00', '08:00'] }), note()),
      'It runs once',
    ],
    [
      'between of runAt',
      ({ scheduler, note }) => scheduler.runAt('18:00', untyped({ between: ['07:00', '08:00'] }), note()),
      'It runs once',
    ],
    [
      'between of runDaily',
      ({ scheduler, note }) => scheduler.runDaily('18:00', untyped({ between: ['07:00', '08:00'] }), note()),
      'at one time of the day',
    ],
    [
      'dst of runSun',
      ({ scheduler, note }) => scheduler.runSun('sunset', untyped({ dst: { gap: 'skip' } }), note()),
      'is not moved by a change of the clocks',
    ],
    [
      'a window that is none',
      ({ scheduler, note }) => scheduler.runEvery('1h', { between: ['07:00', '07:00'] }, note()),
      'begins when it ends',
    ],
    [
      'half a window',
      ({ scheduler, note }) => scheduler.runEvery('1h', untyped({ between: ['07:00'] }), note()),
      'two times of day',
    ],
    [
      'a window of no times',
      ({ scheduler, note }) => scheduler.runEvery('1h', { between: ['7', '22:00'] }, note()),
      'is not a time of day',
    ],
    [
      'both in and at',
      ({ scheduler, note }) => scheduler.register('off', note()).submit(undefined, { in: '1m', at: '18:00' }),
      'both say when it is to run',
    ],
    [
      'a moment that has passed',
      ({ scheduler, note }) => scheduler.register('off', note()).submit(undefined, { at: '2020-01-01T00:00' }),
      'which has passed',
    ],
    [
      'durable',
      ({ scheduler, note }) => scheduler.register('off', note()).submit(undefined, untyped({ in: '1m', durble: true })),
      'submit has no option "durble"',
    ],
  ])('refuses %s', async (_what, attempt, message) => {
    const fixture = await makeScheduler({ homeTimes: new SaidHome() });
    expect(hintOf(() => attempt(fixture))).toContain(message);
  });
});

describe('between', () => {
  it('leaves out what is outside, also of a pace that began elsewhere', async () => {
    const { scheduler, clock, log, note } = await makeScheduler({ now: '2026-03-02T12:10[Europe/Berlin]' });
    scheduler.runEvery('4h', { between: ['08:00', '20:00'] }, note());
    await clock.advanceBy(DAY);
    expect(log).toEqual(['02 16:10:00', '03 08:10:00', '03 12:10:00']);
  });

  it('includes its first moment and not its last', async () => {
    const { scheduler, clock, log, note } = await makeScheduler({ now: NOON });
    scheduler.runCron('0 * * * *', { between: ['20:00', '22:00'] }, note());
    await clock.advanceBy(DAY);
    expect(log).toEqual(['02 20:00:00', '02 21:00:00']);
  });

  it('may be a night, in another zone', async () => {
    const { scheduler, clock, log, note } = await makeScheduler({ now: NOON });
    const job = scheduler.runEvery(
      '1h',
      { align: true, between: ['23:00', '01:00'], timeZone: 'America/New_York' },
      note(),
    );
    await clock.advanceBy(DAY);
    expect(log).toEqual(['03 05:00:00', '03 06:00:00']);
    expect(job.trigger).toBe('every 1h, aligned, between 23:00 and 01:00');
    expect(job.nextRun?.timeZoneId).toBe('America/New_York');
  });

  it('waits for the window of tomorrow without asking minute by minute', async () => {
    const { scheduler, note } = await makeScheduler({ now: NOON });
    const job = scheduler.runEvery('1ms', { between: ['06:00', '06:01'] }, note());
    expect(job.nextRun?.toPlainDateTime().toString()).toBe('2026-03-03T06:00:00');
  });

  it('refuses a window without any of the times', async () => {
    const { scheduler, note } = await makeScheduler({ now: NOON });
    expect(() => scheduler.runCron('0 12 * * *', { between: ['13:00', '14:00'] }, note())).toThrow(
      'cron 0 12 * * *, between 13:00 and 14:00, never comes',
    );
  });
});

describe('schedule', () => {
  class Hourly implements JobTrigger {
    next(after: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
      return after.add({ hours: 1 }).round({ smallestUnit: 'hour', roundingMode: 'floor' });
    }
    describe(): string {
      return 'each hour';
    }
  }

  it('runs at the times of a trigger, in the zone of the home', async () => {
    const { scheduler, clock, log, note } = await makeScheduler({ now: '2026-03-02T12:10[Europe/Berlin]' });
    const job = scheduler.schedule(new Hourly(), { between: ['13:00', '15:00'] }, note());
    expect(job.trigger).toBe('each hour, between 13:00 and 15:00');
    await clock.advanceBy(6 * HOUR);
    expect(log).toEqual(['02 13:00:00', '02 14:00:00']);
  });

  it('ends when the trigger has no more times', async () => {
    const { scheduler, clock, log, note } = await makeScheduler({ now: NOON });
    const christmas = Temporal.Instant.from('2026-12-24T17:00Z');
    const next = (after: Temporal.ZonedDateTime): Temporal.Instant | undefined =>
      after.epochMilliseconds < christmas.epochMilliseconds ? christmas : undefined;
    const job = scheduler.schedule({ next, describe: () => 'at Christmas' }, note());
    await clock.advanceBy(300 * DAY);
    expect(log).toEqual(['24 18:00:00']);
    expect(job.status).toBe('done');
  });

  it.each<[string, unknown, string]>([
    ['no trigger', { next: () => undefined }, 'which is no trigger'],
    ['nothing', undefined, 'which is no trigger'],
    ['one without a time', { next: () => undefined, describe: () => 'never' }, 'has no time to come: never'],
    ['one that gives a text', { next: () => '18:00', describe: () => 'x' }, 'gave "18:00", which is no time'],
    [
      'one that goes back',
      { next: (after: Temporal.ZonedDateTime) => after, describe: () => 'x' },
      'which is not after',
    ],
  ])('refuses %s', async (_what, trigger, message) => {
    const { scheduler, note } = await makeScheduler({ now: NOON });
    expect(() => scheduler.schedule(trigger as JobTrigger, note())).toThrow(message);
  });

  it('ends one job and no other when its trigger fails', async () => {
    const { scheduler, clock, log, lines, note } = await makeScheduler({ now: NOON });
    let asked = 0;
    const next = (after: Temporal.ZonedDateTime): Temporal.ZonedDateTime => {
      asked += 1;
      if (asked > 3) throw new Error('out of luck');
      return after.add({ minutes: 5 });
    };
    const job = scheduler.schedule({ next, describe: () => 'unlucky' }, note('unlucky'));
    scheduler.runEvery('10m', note('steady'));
    await clock.advanceBy(21 * MINUTE);
    expect(log.filter((line) => line.endsWith('steady'))).toHaveLength(2);
    expect(job.status).toBe('done');
    expect(lines.some(({ msg }) => msg.includes('has no further runs, since its trigger failed: out of luck'))).toBe(
      true,
    );
  });
});

describe('submit', () => {
  it('runs after a delay or at a moment, with its arguments', async () => {
    const { scheduler, clock } = await makeScheduler({ now: NOON });
    const seen: string[] = [];
    const flash = scheduler.register(
      'flash',
      (run: { readonly args: number; readonly scheduledFor: Temporal.ZonedDateTime }) => {
        seen.push(`${run.args} ${run.scheduledFor.toPlainTime().toString()}`);
      },
    );
    flash.submit(1);
    const later = flash.submit(2, { in: '10m' });
    flash.submit(3, { at: '12:05' });
    expect(later.scheduledFor.toPlainTime().toString()).toBe('12:10:00');
    expect(scheduler.list().map(({ name, status }) => `${name} ${status}`)).toEqual([
      'flash manual',
      'flash scheduled',
      'flash scheduled',
    ]);
    await clock.advanceBy(HOUR);
    expect(seen).toEqual(['1 12:00:00', '3 12:05:00', '2 12:10:00']);
    expect(flash.runs).toBe(3);
    expect(scheduler.list()).toHaveLength(1);
  });

  it('is called off by what it gave back, and with the job', async () => {
    const { scheduler, clock, log, note } = await makeScheduler({ now: NOON });
    const off = scheduler.register('off', note());
    off.submit(undefined, { in: '5m' }).cancel();
    off.submit(undefined, { in: '10m' });
    await clock.advanceBy(6 * MINUTE);
    off.cancel();
    await clock.advanceBy(HOUR);
    expect(log).toEqual([]);
    expect(scheduler.list()).toEqual([]);
  });
});
