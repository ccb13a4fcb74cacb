import type { AnyFunction, Only } from '../bus/only.ts';
import type { Door } from '../bus/handler-options.ts';
import { type DurationInput, durationMs, formatDuration } from '../kernel/duration.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import type { Failure } from '../kernel/failure.ts';
import { assertMayAct, type Life } from '../kernel/life.ts';
import { parseTimeOfDay, type TimeOfDayInput } from '../kernel/time-of-day.ts';
import { readWaitPolicy, type WaitPolicy } from '../storage/wait-policy.ts';
import { AtCalendar } from './calendar-trigger.ts';
import { Custom, type JobTrigger } from './custom-trigger.ts';
import { AtEntityTime } from './entity-time-trigger.ts';
import type { CalendarEntry, HomeTimes } from './home-times.ts';
import type { Job, JobRun, RegisteredJob } from './job.ts';
import {
  type AnyJobOptions as AnyOptions,
  CALENDAR,
  type CalendarJobOptions,
  type ConsistentEvery,
  type ConsistentJob,
  type EveryOptions,
  functionOf,
  readCalendarOptions,
  type JobOptions,
  type JobSettings,
  type LocalJobOptions,
  readJobOptions,
  type RecurringJobOptions,
  REGISTER,
  RUN,
  type RegisteredJobOptions,
  RUN_AT,
  RUN_AT_ENTITY_TIME,
  RUN_CRON,
  RUN_DAILY,
  RUN_EVERY,
  RUN_IN,
  RUN_SUN,
  SCHEDULE,
  type ScheduleOptions,
  type ShiftedJobOptions,
  type SunJobOptions,
} from './job-options.ts';
import { JobGroup } from './job-group.ts';
import { DurableRuns, type JobKeeping } from './durable-runs.ts';
import { type Explanation, explain } from './explanation.ts';
import { readPhrase } from './phrase-reader.ts';
import { ByPhrase } from './phrase-trigger.ts';
import { type MomentInput, parseMoment } from './run-at.ts';
import type { JobSpec } from './scheduled-job.ts';
import type { SchedulerService } from './scheduler-service.ts';
import { readSunMoment } from './sun-moment.ts';
import type { SunMoment, SunPlace } from './sun-times.ts';
import { AtSun, describeMoment } from './sun-trigger.ts';
import { After, Aligned, ByCron, Daily, dividesDay, Every, type Trigger } from './triggers.ts';
import { Within } from './within.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

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
  /** What else its home says about times; without it there are no jobs by sun, entity and calendar. */
  readonly home?: HomeTimes | undefined;
  /** Told of what goes on but may not be what is meant. */
  readonly warn?: ((text: string) => void) | undefined;
  readonly onError?: ((failure: Failure) => unknown) | undefined;
  /** Where runs are kept that outlive the daemon; without it there are none. */
  readonly keeping?: JobKeeping | undefined;
}

/** Whatever a method was called with after its first argument. */
interface Registration {
  readonly door: Door;
  readonly options: AnyJobOptions | AnyJobHandler;
  readonly handler: AnyJobHandler | undefined;
}

/** Calendars are looked into for so long before and after what matters. */
const CALENDAR_MARGIN_MS = 2 * 86_400_000;

type AnyJobHandler = (run: never) => unknown;
type AnyJobOptions = AnyOptions & { readonly where?: ((run: never) => boolean) | undefined };

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
    options: Options & Only<Options, JobOptions> & ConsistentJob<Options>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    const delayMs = durationMs(delay, 'The delay of runIn');
    return this.#add(
      { door: RUN_IN, options, handler: handler[0] },
      () => new After(this.#service.elapsedMs(), delayMs),
    );
  }

  /**
   * Runs once, at a moment: a time of day (`'18:30'`, the next time it comes), words (`'next friday at 8'`), a date and
   * time in the home's time zone (`'2026-12-24T18:00'`), an instant with its offset or zone, or the Temporal object for either.
   *
   * @throws InvalidArgument if it is no moment, or has passed.
   */
  runAt<const Options extends LocalJobOptions | JobHandler>(
    moment: MomentInput,
    options: Options & Only<Options, LocalJobOptions> & ConsistentJob<Options>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    return this.#add({ door: RUN_AT, options, handler: handler[0] }, (settings) => {
      const nowMs = this.#service.nowMs();
      const zone = this.#zone(settings);
      const trigger = parseMoment(moment, nowMs, zone, settings.timing.dst);
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
    options: Options & Only<Options, EveryOptions> & ConsistentEvery<Options>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    const everyMs = durationMs(every, 'The distance of runEvery');
    if (everyMs < 1) {
      throw new InvalidArgument('The distance of runEvery is no time at all', {
        hint: `Give one such as '30s' or '15m'.`,
      });
    }
    return this.#add({ door: RUN_EVERY, options, handler: handler[0] }, ({ timing: { align, dst } }) => {
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
    options: Options & Only<Options, LocalJobOptions> & ConsistentJob<Options>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    const timeOfDay = parseTimeOfDay(time, 'The time of runDaily');
    return this.#add(
      { door: RUN_DAILY, options, handler: handler[0] },
      ({ timing }) => new Daily(timeOfDay, timing.dst),
    );
  }

  /**
   * Runs whenever a cron pattern says so: minute, hour, day, month, weekday (`'0 7 * * 1-5'`: every weekday at seven),
   * with seconds before them if there are six.
   *
   * @throws InvalidArgument if it is no cron pattern, or one whose time never comes.
   */
  runCron<const Options extends RecurringJobOptions | JobHandler>(
    pattern: string,
    options: Options & Only<Options, RecurringJobOptions> & ConsistentJob<Options>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    return this.#add({ door: RUN_CRON, options, handler: handler[0] }, (settings) => {
      const trigger = new ByCron(this.#service.cron(pattern), settings.timing.dst);
      if (trigger.next(this.#service.nowMs(), this.#zone(settings)) !== undefined) return trigger;
      throw new InvalidArgument(`The time of "${pattern}" never comes`, {
        hint: 'Look at its day and month: there is no 30 February.',
      });
    });
  }

  /**
   * Runs at a moment of the sun's day at the home: `'sunset'` and its like, at an elevation on the way up or down, or
   * where it stands in a direction. It is reckoned from the home's position, and follows it.
   *
   * @example
   * ```ts
   * this.scheduler.runSun('sunset', { offset: '-20m', clamp: ['16:30', '22:00'] }, () =>
   *   this.entity('light.porch').turnOn());
   * this.scheduler.runSun({ elevation: 25, going: 'up' }, () => this.entity('cover.south').closeCover());
   * ```
   * @throws InvalidArgument if it is no moment of the sun's day, or one that never comes at this home.
   */
  runSun<const Options extends SunJobOptions | JobHandler>(
    moment: SunMoment,
    options: Options & Only<Options, SunJobOptions> & ConsistentJob<Options>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    const sunMoment = readSunMoment(moment, 'runSun');
    return this.#add({ door: RUN_SUN, options, handler: handler[0] }, (settings) => {
      const { offsetMs, clamp } = settings.timing;
      const trigger = new AtSun({ moment: sunMoment, offsetMs, clamp, place: this.#place });
      if (trigger.next(this.#service.nowMs(), this.#zone(settings)) !== undefined) return trigger;
      const { latitude } = this.#place();
      throw new InvalidArgument(
        `${describeMoment(sunMoment)} never comes at this home, which is at ${latitude}° of latitude`,
        { hint: 'Give an elevation or direction that the sun reaches there, or `clamp`, which stands in for it.' },
      );
    });
  }

  /**
   * Runs at the time that an entity says, by its state or an attribute, and follows it when that changes: alarms of
   * phones, `input_datetime` helpers, sensors with a date or a timestamp. A time of day runs each day, any other one
   * once; while there is none, the job waits for one.
   *
   * @example
   * ```ts
   * this.scheduler.runAtEntityTime('sensor.phone_next_alarm', { offset: '-10m' }, () =>
   *   this.entity('light.bedroom').turnOn({ brightness_pct: 5 }));
   * this.scheduler.runAtEntityTime({ entityId: 'sun.sun', attribute: 'next_noon' }, () => this.logger.info('noon'));
   * ```
   */
  runAtEntityTime<const Options extends ShiftedJobOptions | JobHandler>(
    source: string | { readonly entityId: string; readonly attribute: string },
    options: Options & Only<Options, ShiftedJobOptions> & ConsistentJob<Options>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    const { entityId, attribute } = readEntitySource(source);
    return this.#add({ door: RUN_AT_ENTITY_TIME, options, handler: handler[0] }, ({ timing }) => {
      const what = attribute === undefined ? entityId : `${attribute} of ${entityId}`;
      return new AtEntityTime({
        source: this.#home('runAtEntityTime').value(entityId, attribute),
        what,
        offsetMs: timing.offsetMs,
        onUnreadable: (value) => {
          this.#options.warn?.(
            `The job at the time of ${what} waits: ${JSON.stringify(value)} is neither a date, nor a time, nor both`,
          );
        },
      });
    });
  }

  /**
   * Runs when events of a calendar start or end. What changes in the calendar is followed. Events at the same moment
   * have one run, with all of them as `run.args`.
   *
   * @example
   * ```ts
   * this.scheduler.runAtCalendar('calendar.waste', { at: 'start', offset: '-6h', match: 'paper' }, (run) =>
   *   this.logger.info(`put out: ${run.args.map(({ summary }) => summary).join(', ')}`));
   * ```
   */
  runAtCalendar<const Options extends CalendarJobOptions | JobHandler<readonly CalendarEntry[]>>(
    calendar: string,
    options: Options & Only<Options, CalendarJobOptions> & ConsistentJob<Options>,
    ...handler: HandlerAfter<Options, JobHandler<readonly CalendarEntry[]>>
  ): Job {
    if (typeof calendar !== 'string' || !/^calendar\.\w+$/.test(calendar)) {
      throw new InvalidArgument(`runAtCalendar was given ${JSON.stringify(calendar)}, which is no calendar`, {
        hint: `Give its entity id, as in 'calendar.family'.`,
      });
    }
    return this.#add({ door: CALENDAR, options, handler: handler[0] }, (settings) => {
      const { at, match } = readCalendarOptions(typeof options === 'function' ? {} : options);
      const { offsetMs } = settings.timing;
      const feed = this.#home('runAtCalendar').calendar(calendar, {
        backMs: Math.max(0, offsetMs) + CALENDAR_MARGIN_MS,
        aheadMs: Math.max(0, -offsetMs) + CALENDAR_MARGIN_MS,
      });
      return new AtCalendar({ feed, calendar, at, match, offsetMs, zone: () => this.#zone(settings) });
    });
  }

  /**
   * Runs when plain words say so.
   *
   * @example
   * ```ts
   * this.scheduler.run('every weekday at 7:30 and 20 minutes before sunset', () => this.logger.info('now'));
   * this.scheduler.run('every 15 minutes between 8:00 and 20:00 on weekends', () => this.logger.info('now'));
   * ```
   * @throws InvalidArgument that points at the word which is not understood, and says what could stand there.
   */
  run<const Options extends RecurringJobOptions | JobHandler>(
    words: string,
    options: Options & Only<Options, RecurringJobOptions> & ConsistentJob<Options>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    const phrase = readPhrase(words);
    return this.#add({ door: RUN, options, handler: handler[0] }, (settings) => {
      const trigger = new ByPhrase(phrase, { dst: settings.timing.dst, place: this.#place });
      if (trigger.next(this.#service.nowMs(), this.#zone(settings)) !== undefined) return trigger;
      throw new InvalidArgument(`The time of "${words}" never comes`, { hint: 'Look at its days and months.' });
    });
  }

  /**
   * What plain words mean: the same in the words that `job.trigger` has, and the next times.
   *
   * @param count - how many of them. @defaultValue 5
   * @throws InvalidArgument as `run` does.
   */
  explain(words: string, count = 5): Explanation {
    const trigger = new ByPhrase(readPhrase(words), { dst: {}, place: this.#place });
    return explain(trigger, this.#service.nowMs(), this.#zone({ timeZone: undefined }), count);
  }

  /**
   * Runs at the times of a trigger of your own, which has two methods: `next` and `describe`.
   *
   * @throws InvalidArgument if it is no trigger, or has no time to come.
   */
  schedule<const Options extends ScheduleOptions | JobHandler>(
    trigger: JobTrigger,
    options: Options & Only<Options, ScheduleOptions> & ConsistentJob<Options>,
    ...handler: HandlerAfter<Options, JobHandler>
  ): Job {
    const custom = new Custom(trigger);
    return this.#add({ door: SCHEDULE, options, handler: handler[0] }, (settings) => {
      if (custom.next(this.#service.nowMs(), this.#zone(settings)) !== undefined) return custom;
      throw new InvalidArgument(`The trigger of schedule has no time to come: ${custom.describe()}`, {
        hint: 'Its next() gave undefined at once.',
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
    const spec = this.#spec({ door: REGISTER, options, handler }, undefined, name);
    const policy = readWaitPolicy(typeof options === 'function' ? {} : options, `register("${name}")`);
    const job = this.#service.add({ ...spec, durable: this.#durable(name, policy) });
    job.adopt();
    // What is submitted comes back to the handler, whatever it is.
    return job as RegisteredJob<unknown> as RegisteredJob<Args>;
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

  #durable(name: string, policy: WaitPolicy): DurableRuns | undefined {
    const { keeping, life } = this.#options;
    if (keeping === undefined) return undefined;
    const clock = { nowMs: () => this.#service.nowMs() };
    return new DurableRuns({ ...keeping, name, policy, clock, life });
  }

  #add(given: Registration, makeTrigger: (settings: JobSettings) => Trigger): Job {
    return this.#service.add(this.#spec(given, makeTrigger));
  }

  #zone({ timeZone }: Pick<JobSettings, 'timeZone'>): ZoneTimeline {
    return this.#service.zone(timeZone ?? this.#options.timeZone());
  }

  #home(method: string): HomeTimes {
    const { home } = this.#options;
    if (home !== undefined) return home;
    throw new InvalidArgument(`${method} needs a home`, { hint: 'This scheduler was made without one.' });
  }

  readonly #place = (): SunPlace => {
    const place = this.#home('runSun').place();
    if (place !== undefined) return place;
    throw new InvalidArgument('Where the home is, is not known yet', {
      hint: 'Make the job when the home has been connected: in onInitialize, or after onConnected.',
    });
  };

  /** What the times of jobs at this home depend on. */
  readonly #homeKey = (): string => {
    const place = this.#options.home?.place();
    const where = place === undefined ? '' : `${place.latitude} ${place.longitude} ${place.elevationM}`;
    return `${this.#options.timeZone()} ${where}`;
  };

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
    const trigger = this.#within(makeTrigger?.(settings), settings);
    return {
      name: name ?? settings.name ?? (run.name.replace(/^bound /, '') || (trigger?.describe() ?? door.method)),
      settings,
      life,
      trigger,
      timeZone,
      homeKey: this.#homeKey,
      onError,
      self,
      run,
      where,
    };
  }

  #within(trigger: Trigger | undefined, settings: JobSettings): Trigger | undefined {
    const { between } = settings.timing;
    if (trigger === undefined || between === undefined) return trigger;
    const isElapsed = trigger.basis === 'elapsed';
    const within = new Within(trigger, between, (ms) => (isElapsed ? this.#service.wallOf(ms) : ms));
    const nowMs = isElapsed ? this.#service.elapsedMs() : this.#service.nowMs();
    if (within.next(nowMs, this.#zone(settings)) !== undefined) return within;
    throw new InvalidArgument(`${within.describe()}, never comes`, {
      hint: 'None of its times is between the two: widen `between`, or leave it out.',
    });
  }
}

function readEntitySource(source: string | { readonly entityId: string; readonly attribute: string }): {
  readonly entityId: string;
  readonly attribute: string | undefined;
} {
  const given = typeof source === 'string' ? { entityId: source, attribute: undefined } : { ...source };
  const { entityId, attribute } = given;
  const isRight = typeof entityId === 'string' && /^\w+\.\w+$/.test(entityId);
  if (isRight && (typeof source === 'string' || (typeof attribute === 'string' && attribute !== ''))) return given;
  throw new InvalidArgument(`runAtEntityTime was given ${JSON.stringify(source)}, which is no entity`, {
    hint: `Give its id ('sensor.phone_next_alarm'), or { entityId, attribute }.`,
  });
}
