import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catchUp, type DueTimes } from '../../src/scheduler/misfire.ts';
import { After, Aligned, Daily, Every, type Trigger } from '../../src/scheduler/triggers.ts';
import { ZoneTimeline } from '../../src/scheduler/zone-timeline.ts';
import { DAY, HOUR, MINUTE, SECOND } from './scheduler-fixture.ts';

const zone = new ZoneTimeline('Europe/Berlin');

function due(more: Partial<DueTimes>): DueTimes {
  return {
    trigger: new Every(0, MINUTE),
    zone,
    dueMs: MINUTE,
    delayMs: 0,
    nowMs: MINUTE,
    misfire: 'run-once',
    graceMs: Infinity,
    ...more,
  };
}

describe('catchUp', () => {
  it.each<[string, Partial<DueTimes>, ReturnType<typeof catchUp>]>([
    ['on time', {}, { run: [MINUTE], leftOut: false, nextMs: 2 * MINUTE }],
    ['a little late', { nowMs: MINUTE + 5 }, { run: [MINUTE], leftOut: false, nextMs: 2 * MINUTE }],
    ['run-once, three times late', { nowMs: 3.5 * MINUTE }, { run: [3 * MINUTE], leftOut: true, nextMs: 4 * MINUTE }],
    [
      'run-once, later than its grace',
      { nowMs: 3.5 * MINUTE, graceMs: 20 * SECOND },
      { run: [], leftOut: true, nextMs: 4 * MINUTE },
    ],
    [
      'run-all, three times late',
      { nowMs: 3.5 * MINUTE, misfire: 'run-all' },
      { run: [MINUTE, 2 * MINUTE, 3 * MINUTE], leftOut: false, nextMs: 4 * MINUTE },
    ],
    [
      'run-all within a grace',
      { nowMs: 3.5 * MINUTE, misfire: 'run-all', graceMs: MINUTE },
      { run: [3 * MINUTE], leftOut: true, nextMs: 4 * MINUTE },
    ],
    [
      'skip, within its grace',
      { nowMs: 1.5 * MINUTE, misfire: 'skip', graceMs: MINUTE },
      { run: [MINUTE], leftOut: false, nextMs: 2 * MINUTE },
    ],
    [
      'skip, later',
      { trigger: new Every(0, HOUR), dueMs: HOUR, nowMs: 1.5 * HOUR, misfire: 'skip', graceMs: MINUTE },
      { run: [], leftOut: true, nextMs: 2 * HOUR },
    ],
    [
      'put off on purpose',
      { nowMs: MINUTE + 40 * SECOND, delayMs: 30 * SECOND, misfire: 'skip', graceMs: 10 * SECOND },
      { run: [MINUTE], leftOut: false, nextMs: 2 * MINUTE },
    ],
    [
      'a single time, late',
      { trigger: new After(0, MINUTE), nowMs: HOUR },
      { run: [MINUTE], leftOut: false, nextMs: undefined },
    ],
    [
      'a single time, too late',
      { trigger: new After(0, MINUTE), nowMs: HOUR, misfire: 'skip', graceMs: MINUTE },
      { run: [], leftOut: true, nextMs: undefined },
    ],
  ])('%s', (_, more, expected) => {
    expect(catchUp(due(more))).toEqual(expected);
  });

  it('makes up for any number of times with the latest, as going through all of them would', () => {
    const triggers: fc.Arbitrary<Trigger> = fc.oneof(
      fc.integer({ min: 1000, max: 2 * DAY }).map((everyMs) => new Every(0, everyMs)),
      fc.constantFrom(MINUTE, HOUR, DAY).map((everyMs) => new Aligned(everyMs)),
      fc.constant(new Daily(Temporal.PlainTime.from('02:30'))),
    );
    const startMs = Temporal.Instant.from('2026-03-20T00:00Z').epochMilliseconds;
    fc.assert(
      fc.property(
        triggers,
        fc.integer({ min: 0, max: 20 * DAY }),
        fc.integer({ min: 0, max: 20 * DAY }),
        (trigger, sinceMs, lateMs) => {
          const after = (ms: number): number => trigger.next(ms, zone) ?? NaN;
          const dueMs = after(startMs + sinceMs);
          const nowMs = dueMs + lateMs;
          let latestMs = dueMs;
          for (let nextMs = after(latestMs); nextMs <= nowMs; nextMs = after(latestMs)) latestMs = nextMs;
          const found = catchUp(due({ trigger, dueMs, nowMs }));
          expect(found.run).toEqual([latestMs]);
          expect(found.nextMs).toBe(after(latestMs));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('does not take long about a pace of seconds missed for a month', () => {
    let asked = 0;
    const every = new Every(0, SECOND);
    const trigger = {
      ...due({}).trigger,
      basis: 'elapsed' as const,
      describe: () => '',
      next: (afterMs: number) => {
        asked += 1;
        return every.next(afterMs);
      },
    };
    expect(catchUp(due({ trigger, nowMs: 30 * DAY })).run).toEqual([30 * DAY]);
    expect(asked).toBeLessThan(100);
  });
});
