import type { AnyFunction, Only } from '../bus/only.ts';
import type { Door } from '../bus/handler-options.ts';
import { type DurationInput, durationMs, formatDuration } from '../kernel/duration.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import type { Failure } from '../kernel/failure.ts';
import { assertMayAct, type Life } from '../kernel/life.ts';
import { parseTimeOfDay, type TimeOfDayInput } from '../kernel/time-of-day.ts';
import type { Job, JobRun, RegisteredJob } from './job.ts';
import {
  type EveryOptions,
  functionOf,
  type JobOptions,
  type JobSettings,
  type LocalJobOptions,
  readJobOptions,
  REGISTER,
  type RegisteredJobOptions,
  RUN_AT,
  RUN_CRON,
  RUN_DAILY,
  RUN_EVERY,
  RUN_IN,
} from './job-options.ts';
import { JobGroup } from './job-group.ts';
import { type MomentInput, parseMoment } from './run-at.ts';
import type { JobSpec } from './scheduled-job.ts';
import type { SchedulerService } from './scheduler-service.ts';
import { After, Aligned, ByCron, Daily, dividesDay, Every, type Trigger } from './triggers.ts';

/** A job's handler. */
export type JobHandler<Args = undefined> = (run: JobRun<Args>) => unknown;

/** The last argument: the handler, where the one before was not. */
export type HandlerAfter<Given, Handler> = Given extends AnyFunction ? [] : [handler: Handler];

/** In whose name jobs are made. */
export interface AppSchedulerOptions {
  readonly service: SchedulerService;
  readonly life: Life;
  /** What `this` is in handlers. */
  readonly self: unknown;
  /** The time zone of the app's home. */
  readonly timeZone: () => string;
  readonly onError?: ((failure: Failure) => unknown) | undefined;
}

/** Whatever a method was called with after its first argument. */
interface Registration {
  readonly door: Door;
  readonly options: AnyJobOptions | AnyJobHandler;
  readonly handler: AnyJobHandler | undefined;
}

type AnyJobHandler = (run: never) => unknown;
type AnyJobOptions = Omit<EveryOptions, 'where'> & { readonly where?: ((run: never) => boolean) | undefined };

/**
 * Jobs, scoped to the app: they end with it. Times of day are in the time zone of its home.
 *
 * @example
 * ```ts
 * this.scheduler.runDaily('07:30', () => this.api.call('cover.open_cover', { target: 'cover.bedroom' }));
 * ```
 */
export class AppScheduler {
  readonly #service: SchedulerService;
  readonly #options: AppSchedulerOptions;

  constructor(options: AppSchedulerOptions) {
    this.#service = options.service;
    this.#options = options;
  }

  /**
   * Runs once, after a delay. There is no upper limit to it.
   *
   * @example
   * ```ts
   * const off = this.scheduler.runIn('10m', () => this.entity('light.hallway').turnOff());
   * off.cancel();
   * ```
   * @throws InvalidArgument if the delay is none, or is negative.
   */
  runIn<const Options extends JobOptions | JobHandler>(
    delay: DurationInput,
    options: Options & Only<Options, JobOptions>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    const delayMs = durationMs(delay, 'The delay of runIn');
    return this.#add(
      { door: RUN_IN, options, handler: handler[0] },
      () => new After(this.#service.elapsedMs(), delayMs),
    );
  }

  /**
   * Runs once, at a moment: a time of day (`'18:30'`, the next time it comes), a date and time in the home's time zone
   * (`'2026-12-24T18:00'`), an instant with its offset or zone, or the Temporal object for either.
   *
   * @throws InvalidArgument if it is no moment, or has passed.
   */
  runAt<const Options extends LocalJobOptions | JobHandler>(
    moment: MomentInput,
    options: Options & Only<Options, LocalJobOptions>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    return this.#add({ door: RUN_AT, options, handler: handler[0] }, ({ dst, timeZone }) => {
      const nowMs = this.#service.nowMs();
      const trigger = parseMoment(moment, nowMs, dst);
      const zone = this.#service.zone(timeZone ?? this.#options.timeZone());
      if (trigger.next(nowMs, zone) !== undefined) return trigger;
      throw new InvalidArgument(
        `runAt was given ${String(moment)}, which has passed: it is ${zone.dateOf(nowMs).toString({ smallestUnit: 'second' })}`,
        {
          hint: `Give a moment that is to come, or a time of day ('18:30') for the next time that it comes.`,
        },
      );
    });
  }

  /**
   * Runs again and again, first after one such time. With `align` it runs at the marks of the clock instead: `'15m'` at
   * :00, :15, :30 and :45.
   *
   * @throws InvalidArgument if it is no duration or no time at all; with `align` if it is no even part of a day.
   */
  runEvery<const Options extends EveryOptions | JobHandler>(
    every: DurationInput,
    options: Options & Only<Options, EveryOptions>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    const everyMs = durationMs(every, 'The distance of runEvery');
    if (everyMs < 1) {
      throw new InvalidArgument('The distance of runEvery is no time at all', {
        hint: `Give one such as '30s' or '15m'.`,
      });
    }
    return this.#add({ door: RUN_EVERY, options, handler: handler[0] }, ({ align, dst }) => {
      if (!align) return new Every(this.#service.elapsedMs(), everyMs);
      if (dividesDay(everyMs)) return new Aligned(everyMs, dst);
      throw new InvalidArgument(
        `runEvery cannot align ${formatDuration(everyMs)}: a day is no multiple of it, so its marks would differ from day to day`,
        {
          hint: `Align '5m', '15m', '1h', '6h' or '1d', use runCron for rarer times, or leave out \`align\`.`,
        },
      );
    });
  }

  /**
   * Runs once a day, at a time of day.
   *
   * @throws InvalidArgument if it is no time of day.
   */
  runDaily<const Options extends LocalJobOptions | JobHandler>(
    time: TimeOfDayInput,
    options: Options & Only<Options, LocalJobOptions>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    const timeOfDay = parseTimeOfDay(time, 'The time of runDaily');
    return this.#add({ door: RUN_DAILY, options, handler: handler[0] }, ({ dst }) => new Daily(timeOfDay, dst));
  }

  /**
   * Runs whenever a cron pattern says so: minute, hour, day, month, weekday (`'0 7 * * 1-5'`: every weekday at seven),
   * with seconds before them if there are six.
   *
   * @throws InvalidArgument if it is no cron pattern, or one whose time never comes.
   */
  runCron<const Options extends LocalJobOptions | JobHandler>(
    pattern: string,
    options: Options & Only<Options, LocalJobOptions>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    return this.#add({ door: RUN_CRON, options, handler: handler[0] }, ({ dst, timeZone }) => {
      const trigger = new ByCron(this.#service.cron(pattern), dst);
      const zone = this.#service.zone(timeZone ?? this.#options.timeZone());
      if (trigger.next(this.#service.nowMs(), zone) !== undefined) return trigger;
      throw new InvalidArgument(`The time of "${pattern}" never comes`, {
        hint: 'Look at its day and month: there is no 30 February.',
      });
    });
  }

  /**
   * Makes a job that runs when it is asked to, with whatever is submitted. What that is stands at the handler's
   * parameter.
   *
   * @example
   * ```ts
   * const flash = this.scheduler.register('flash', (run: JobRun<{ times: number }>) =>
   *   this.logger.info(`flashing ${run.args.times} times`));
   * flash.submit({ times: 3 });
   * ```
   * @throws InvalidArgument if the app has a registered job of that name already.
   */
  register<Args = undefined>(
    name: string,
    options: RegisteredJobOptions<Args> | JobHandler<Args>,
    handler?: JobHandler<Args>,
  ): RegisteredJob<Args> {
    for (const job of this.#service.jobs(this.#options.life)) {
      if (job.status !== 'manual' || job.name !== name) continue;
      throw new InvalidArgument(`A job "${name}" is registered already`, {
        hint: 'Give this one another name, or cancel the other first.',
      });
    }
    const job: RegisteredJob<never> = this.#service.add(
      this.#spec({ door: REGISTER, options, handler }, undefined, name),
    );
    return job;
  }

  /** The app's jobs that have not ended, in the order in which they were made. */
  list(): readonly Job[] {
    return [...this.#service.jobs(this.#options.life)];
  }

  /**
   * The jobs that were made with `group: name`.
   *
   * @example
   * ```ts
   * this.scheduler.group('holiday').pause();
   * ```
   */
  group(name: string): JobGroup {
    return new JobGroup(name, () => this.list());
  }

  #add(given: Registration, makeTrigger: (settings: JobSettings) => Trigger): Job {
    return this.#service.add(this.#spec(given, makeTrigger));
  }

  #spec(
    { door, options, handler }: Registration,
    makeTrigger?: (settings: JobSettings) => Trigger,
    name?: string,
  ): JobSpec {
    const { life, self, timeZone, onError } = this.#options;
    assertMayAct(life, `scheduler.${door.method}`);
    const ownOptions = typeof options === 'function' ? undefined : options;
    const run = typeof options === 'function' ? options : handler;
    if (typeof run !== 'function')
      throw new InvalidArgument(`${door.method} was given no handler`, {
        hint: 'The handler is the last argument: (run) => …',
      });
    const settings = readJobOptions(ownOptions, door);
    const where = functionOf(ownOptions?.where, 'where', door);
    if (settings.timeZone !== undefined) this.#service.zone(settings.timeZone);
    const trigger = makeTrigger?.(settings);
    return {
      name: name ?? settings.name ?? (run.name.replace(/^bound /, '') || (trigger?.describe() ?? door.method)),
      settings,
      life,
      trigger,
      timeZone,
      onError,
      self,
      run,
      where,
    };
  }
}
