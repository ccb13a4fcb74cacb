import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../src/kernel/errors.ts';
import type { Job } from '../../src/scheduler/job.ts';
import { DAY, HOUR, makeScheduler, MINUTE, SECOND } from './scheduler-fixture.ts';

describe('SchedulerService', () => {
  it('has one timer, for the first of all jobs', async () => {
    const { clock, scheduler, note } = await makeScheduler();
    const jobs = ['3h', '1h', '2h'].map((delay) => scheduler.runIn(delay, { name: `in ${delay}` }, note()));
    expect(clock.timers()).toEqual([{ label: 'job "in 1h" of hallway_light', dueMs: clock.nowMs() + HOUR }]);
    jobs[1]?.cancel();
    expect(clock.timers()).toEqual([{ label: 'job "in 2h" of hallway_light', dueMs: clock.nowMs() + 2 * HOUR }]);
    jobs[0]?.cancel();
    jobs[2]?.cancel();
    expect(clock.timers()).toEqual([]);
  });

  it('looks at a clock that may step at least every 30 seconds', async () => {
    const { clock, scheduler, note } = await makeScheduler({ steady: false });
    scheduler.runIn('3h', note());
    expect(clock.timers()[0]?.dueMs).toBe(clock.nowMs() + 30 * SECOND);
  });

  it('stops with its timer and its jobs', async () => {
    const { clock, scheduler, host, note } = await makeScheduler();
    const job = scheduler.runIn('3h', note());
    await clock.pump(host.stop());
    expect(job.status).toBe('cancelled');
    expect(clock.timers()).toEqual([]);
  });

  it('tells how many jobs there are', async () => {
    const { scheduler, host, note } = await makeScheduler();
    scheduler.runIn('3h', note());
    scheduler.register('manual', note());
    expect(host.describe().children[0]?.details).toEqual({ jobs: 2, waiting: 1 });
  });

  it('is not early though the wall shows whole milliseconds only', async () => {
    const { clock, scheduler, log } = await makeScheduler({
      seen: (inner) => ({
        steady: true,
        nowMs: () => Math.floor(inner.nowMs()),
        monotonicMs: () => inner.monotonicMs(),
        after: (delayMs, label, fire) => inner.after(delayMs, label, fire),
        defer: (fire) => inner.defer(fire),
      }),
    });
    await clock.advanceBy(0.625);
    for (const delay of ['10ms', '20ms']) scheduler.runIn(delay, () => log.push(`${clock.monotonicMs()}`));
    scheduler.runEvery('10ms', () => log.push(`${clock.monotonicMs()}`));
    await clock.advanceBy(25);
    expect(log).toEqual(['10.625', '10.625', '20.625', '20.625']);
  });

  it('forgets an app that has ended, and listens to one that goes on only once', async () => {
    const { clock, scheduler, service, life, note } = await makeScheduler();
    for (let index = 0; index < 50; index += 1) {
      scheduler.runIn('1m', note());
      await clock.advanceBy(MINUTE);
    }
    expect(getEventListeners(life.signal, 'abort').length).toBeLessThan(5);
    scheduler.runDaily('07:30', note());
    life.stop(new Cancelled('the app stops'));
    expect([...service.jobs()]).toEqual([]);
    service.refreshHomes();
  });

  describe('when the clock is set forward', () => {
    it('by a little, keeps delays as long as they are and runs times of day that it skipped', async () => {
      const { clock, scheduler, log, note, lines } = await makeScheduler({ steady: false });
      const delayed = scheduler.runIn('2h', note('delay'));
      scheduler.runEvery('90m', note('pace'));
      scheduler.runAt('12:30', note('time of day'));
      await clock.advanceBy(MINUTE);
      clock.stepWall(HOUR);
      await clock.advanceBy(MINUTE);
      expect(log).toEqual(['02 13:01:30 time of day']);
      expect(delayed.nextRun?.toPlainTime().toString()).toBe('15:00:00');
      await clock.advanceBy(2 * HOUR);
      expect(log.slice(1)).toEqual(['02 14:30:00 pace', '02 15:00:00 delay']);
      expect(lines.map((line) => line.msg)).toEqual(["The machine's clock was set forward by 1h"]);
    });

    it('by a lot, plans times of day anew: nothing was missed', async () => {
      const { clock, scheduler, log, note } = await makeScheduler({
        now: '1970-01-01T00:10[Europe/Berlin]',
        steady: false,
      });
      scheduler.runDaily('07:30', note('daily'));
      scheduler.runIn('10m', note('delay'));
      clock.stepWall(Temporal.Instant.from('2026-03-02T11:00Z').epochMilliseconds - clock.nowMs());
      await clock.advanceBy(DAY);
      expect(log).toEqual(['02 12:10:00 delay', '03 07:30:00 daily']);
    });
  });

  describe('when the clock is set back', () => {
    it('by a little, keeps delays and runs no time of day twice', async () => {
      const { clock, scheduler, log, note } = await makeScheduler({ steady: false });
      scheduler.runDaily('12:30', note('daily'));
      scheduler.runIn('2h', note('delay'));
      await clock.advanceBy(HOUR);
      clock.stepWall(-HOUR);
      await clock.advanceBy(25 * HOUR);
      expect(log).toEqual(['02 12:30:00 daily', '02 13:00:00 delay', '03 12:30:00 daily']);
    });

    it('by a lot, plans times of day anew', async () => {
      const { clock, scheduler, log, note } = await makeScheduler({ steady: false });
      scheduler.runDaily('12:30', note('daily'));
      clock.stepWall(-30 * DAY);
      await clock.advanceBy(DAY);
      expect(log).toEqual(['31 12:30:00 daily']);
    });
  });

  describe('when the machine has slept', () => {
    it('runs what fell due within a minute of waking, once each', async () => {
      const { clock, scheduler, log, note, lines } = await makeScheduler({ steady: false });
      scheduler.runIn('1h', note('delay'));
      scheduler.runEvery('15m', note('pace'));
      scheduler.runDaily('13:00', note('daily'));
      scheduler.runDaily('14:00', note('later'));
      await clock.advanceBy(MINUTE);
      clock.sleepMachine(90 * MINUTE);
      await clock.advanceBy(30 * SECOND);
      expect(log.toSorted()).toEqual(['02 13:31:30 daily', '02 13:31:30 delay', '02 13:31:30 pace']);
      expect(lines.map((line) => line.msg)).toEqual([expect.stringContaining('one run makes up for them')]);
      await clock.advanceBy(29 * MINUTE);
      expect(log.slice(3)).toEqual(['02 13:45:00 pace', '02 14:00:00 pace', '02 14:00:00 later']);
    });

    it('does as the misfire policy of each job says', async () => {
      const { clock, scheduler, log, note } = await makeScheduler({ steady: false });
      const times: string[] = [];
      scheduler.runEvery('15m', { misfire: 'run-all' }, (run) =>
        times.push(run.scheduledFor.toPlainTime().toString({ smallestUnit: 'minute' })),
      );
      scheduler.runDaily('12:30', { misfire: 'skip', name: 'skipped' }, note('skipped'));
      scheduler.runDaily('12:30', { misfire: 'skip', grace: '2h' }, note('in time'));
      scheduler.runDaily('12:30', { grace: '10m' }, note('too late'));
      await clock.advanceBy(MINUTE);
      clock.sleepMachine(65 * MINUTE);
      await clock.advanceBy(MINUTE);
      expect(times).toEqual(['12:15', '12:30', '12:45', '13:00']);
      expect(log).toEqual(['02 13:06:30 in time']);
    });
  });

  it('gives way to timers and I/O while many jobs run', async () => {
    let spentMs = 0;
    const { clock, scheduler } = await makeScheduler({
      seen: (inner) => ({
        steady: true,
        nowMs: () => inner.nowMs() + spentMs,
        monotonicMs: () => inner.monotonicMs() + spentMs,
        after: (delayMs, label, fire) => inner.after(delayMs, label, fire),
        defer: (fire) => inner.defer(fire),
      }),
    });
    const log: string[] = [];
    for (let index = 0; index < 100; index += 1) {
      scheduler.runIn('1m', () => {
        if (index === 0) clock.defer(() => log.push('other work'));
        log.push(`job ${index}`);
        spentMs += 1;
      });
    }
    await clock.advanceBy(MINUTE);
    expect(log).toHaveLength(101);
    expect(log.indexOf('other work')).toBe(32);
    expect(log.filter((line) => line !== 'other work')).toEqual(
      Array.from({ length: 100 }, (_, index) => `job ${index}`),
    );
  });

  it('is never early and never forgets, whatever is planned, paused and cancelled', async () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('in' as const), ms: fc.integer({ min: 0, max: 5000 }) }),
      fc.record({ kind: fc.constant('every' as const), ms: fc.integer({ min: 1, max: 2000 }) }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(50) }),
      fc.record({ kind: fc.constant('pause' as const), which: fc.nat(50) }),
      fc.record({ kind: fc.constant('resume' as const), which: fc.nat(50) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 3000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const { clock, scheduler, service } = await makeScheduler();
        const ran: string[] = [];
        const expected: string[] = [];
        const jobs: {
          job: Job;
          nextMs: number;
          everyMs: number | undefined;
          startMs: number;
          on: boolean;
          over: boolean;
        }[] = [];
        const add = (ms: number, isPace: boolean): void => {
          const name = `${jobs.length}`;
          const handler = () => ran.push(`${name} at ${clock.nowMs()}`);
          const job = isPace
            ? scheduler.runEvery({ milliseconds: ms }, { name }, handler)
            : scheduler.runIn({ milliseconds: ms }, { name }, handler);
          jobs.push({
            job,
            nextMs: clock.nowMs() + ms,
            everyMs: isPace ? ms : undefined,
            startMs: clock.nowMs(),
            on: true,
            over: false,
          });
        };
        for (const each of [...actions, { kind: 'wait' as const, ms: 10_000 }]) {
          if (each.kind === 'in' || each.kind === 'every') add(each.ms, each.kind === 'every');
          else if (each.kind === 'wait') {
            const untilMs = clock.nowMs() + each.ms;
            for (const [index, known] of jobs.entries()) {
              while (known.on && !known.over && known.nextMs <= untilMs) {
                expected.push(`${index} at ${Math.max(known.nextMs, clock.nowMs())}`);
                if (known.everyMs === undefined) known.over = true;
                else known.nextMs += known.everyMs;
              }
            }
            await clock.advanceBy(each.ms);
          } else {
            const known = jobs[each.which];
            if (known === undefined || known.over) continue;
            known.job[each.kind]();
            if (each.kind === 'cancel') known.over = true;
            if (each.kind === 'pause') known.on = false;
            if (each.kind === 'resume' && !known.on) {
              known.on = true;
              if (known.everyMs !== undefined) {
                known.nextMs =
                  known.startMs + (Math.floor((clock.nowMs() - known.startMs) / known.everyMs) + 1) * known.everyMs;
              }
            }
          }
        }
        expect(ran.toSorted()).toEqual(expected.toSorted());
        const times = ran.map((line) => Number(line.split(' at ')[1]));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect([...service.jobs()].map((job) => job.name)).toEqual(
          [...jobs.entries()].filter(([, known]) => !known.over).map(([index]) => `${index}`),
        );
      }),
      { numRuns: 150 },
    );
  });
});
