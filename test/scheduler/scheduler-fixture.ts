import type { Clock } from '../../src/kernel/clock.ts';
import { Executor } from '../../src/kernel/executor.ts';
import type { Failure } from '../../src/kernel/failure.ts';
import { Life } from '../../src/kernel/life.ts';
import { type LogRecord, Logging } from '../../src/kernel/logging.ts';
import { Resource } from '../../src/kernel/resource.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { AppScheduler } from '../../src/scheduler/app-scheduler.ts';
import type { HomeTimes } from '../../src/scheduler/home-times.ts';
import { SchedulerService } from '../../src/scheduler/scheduler-service.ts';

class Host extends Resource {}

export interface SchedulerFixtureOptions {
  /** Local time with its zone. */
  readonly now?: string;
  readonly steady?: boolean;
  readonly random?: () => number;
  /** What the scheduler sees of the clock. @defaultValue the clock itself */
  readonly seen?: (clock: VirtualClock) => Clock;
  /** What the home says about times. */
  readonly homeTimes?: HomeTimes;
}

/** A scheduler under virtual time, and an app that uses it. */
export async function makeScheduler(options: SchedulerFixtureOptions = {}) {
  const start = Temporal.ZonedDateTime.from(options.now ?? '2026-03-02T12:00[Europe/Berlin]');
  const clock = new VirtualClock({ now: start.toInstant(), steady: options.steady });
  const lines: LogRecord[] = [];
  const logging = new Logging({ clock, level: 'debug', format: 'silent' });
  logging.tap((record) => lines.push(record));
  const executor = new Executor({ clock, logger: logging.logger('executor') });
  clock.addActivity(executor);
  const failures: Failure[] = [];
  executor.onFailure((failure) => failures.push(failure));
  const host = new Host('host', {
    clock: options.seen?.(clock) ?? clock,
    logging,
    random: options.random ?? (() => 0.5),
  });
  const service = new SchedulerService(host, { executor });
  await host.start();
  const life = new Life('hallway_light');
  const home = { timeZone: start.timeZoneId };
  const self = { name: 'the app' };
  const warnings: string[] = [];
  const scheduler = new AppScheduler({
    service,
    life,
    self,
    timeZone: () => home.timeZone,
    home: options.homeTimes,
    warn: (text) => warnings.push(text),
  });
  const log: string[] = [];
  /** Notes when it was called, in the home's zone: `02 12:00:00`. */
  const note =
    (what = ''): (() => void) =>
    () =>
      log.push(`${shown(clock, home.timeZone)}${what === '' ? '' : ` ${what}`}`);
  return { clock, executor, failures, home, host, life, lines, log, note, scheduler, self, service, warnings };
}

function shown(clock: VirtualClock, zone: string): string {
  const now = Temporal.Instant.fromEpochMilliseconds(clock.nowMs()).toZonedDateTimeISO(zone);
  const milliseconds = now.millisecond === 0 ? '' : `.${String(now.millisecond).padStart(3, '0')}`;
  return `${now.toPlainDate().toString().slice(-2)} ${now.toPlainTime().toString({ smallestUnit: 'second' })}${milliseconds}`;
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
