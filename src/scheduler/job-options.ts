import {
  choiceOf,
  contradiction,
  type Door,
  flagOf,
  lengthOf,
  refuseUnknownOptions,
  wrong,
} from '../bus/handler-options.ts';
import type { Contradicts } from '../bus/only.ts';
import { type DurationInput, durationMs, signedDurationMs } from '../kernel/duration.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import type { Failure } from '../kernel/failure.ts';
import type { OverlapMode } from '../kernel/lane-options.ts';
import { parseTimeOfDay, type TimeOfDayInput } from '../kernel/time-of-day.ts';
import { WAIT_POLICY_OPTIONS, type WaitPolicyOptions } from '../storage/wait-policy.ts';
import type { JobRun } from './job.ts';
import { DayWindow } from './day-window.ts';
import type { DstPolicy } from './local-schedule.ts';
import type { Misfire } from './misfire.ts';
import type { CalendarMatch } from './calendar-trigger.ts';
import type { CalendarEntry } from './home-times.ts';
import type { Clamp } from './sun-trigger.ts';

/** What every job can be given. */
interface HandledJobOptions<Args = undefined> {
  /** Jobs of a group are listed, paused, resumed, run and cancelled together. */
  readonly group?: string | undefined;
  /** Asked when a run is due; only if it gives true the handler is called. */
  readonly where?: ((run: JobRun<Args>) => boolean) | undefined;
  /** What happens when a run is due while the one before goes on. @defaultValue 'single'; 'queued' with misfire 'run-all' */
  readonly mode?: OverlapMode | undefined;
  /** Time limit of a run; `false` for none. @defaultValue '10m' */
  readonly timeout?: DurationInput | false | undefined;
  /** Of jobs that are due at the same time the highest runs first. @defaultValue 0 */
  readonly priority?: number | undefined;
  /** Told of each failure of the handler, in place of the app's own `onError`. */
  readonly onError?: ((failure: Failure) => unknown) | undefined;
}

/** What a registered job can be given beside its name. The policies are for runs that were submitted as durable. */
export interface RegisteredJobOptions<Args = undefined> extends HandledJobOptions<Args>, WaitPolicyOptions {}

/** What jobs that run by themselves can be given. */
export interface JobOptions extends HandledJobOptions {
  /** By this the job is shown in logs and status. @defaultValue the handler's name, or when it runs */
  readonly name?: string | undefined;
  /** Puts each run off by a random time of up to so much. */
  readonly jitter?: DurationInput | undefined;
  /**
   * What happens to times that passed while the machine slept or was too busy. `run-once` makes up for all of them with
   * one run, `run-all` gives each its run, `skip` leaves out what is later than the grace.
   *
   * @defaultValue 'run-once'
   */
  readonly misfire?: Misfire | undefined;
  /** How late a run may be; what is later is left out. @defaultValue '1m' with misfire 'skip', else without limit */
  readonly grace?: DurationInput | undefined;
}

/** What jobs can be given that run at times of day. */
export interface LocalJobOptions extends JobOptions {
  /** @defaultValue the time zone of the home */
  readonly timeZone?: string | undefined;
  /**
   * What becomes of times that a change of the clocks skips (`gap`: they run at the first instant `after` it, or
   * `skip`) or lets come twice (`overlap`: `first`, `second` or `both`).
   *
   * @defaultValue `{ gap: 'after', overlap: 'first' }`; a pace of an hour or less (`align`, a cron pattern with `*` for
   * the hour) goes on through both: `{ gap: 'skip', overlap: 'both' }`
   */
  readonly dst?:
    | { readonly gap?: DstPolicy['gap'] | undefined; readonly overlap?: DstPolicy['overlap'] | undefined }
    | undefined;
}

/** What jobs can be given that run at more than one time of a day. */
export interface RecurringJobOptions extends LocalJobOptions {
  /**
   * Leaves out times that are not between two times of day, the first included and the second not;
   * `['22:00', '06:00']` is the night. Jitter comes on top.
   */
  readonly between?: readonly [from: TimeOfDayInput, to: TimeOfDayInput] | undefined;
}

/** What jobs can be given whose times are not their own, but the sun's or an entity's. */
export interface ShiftedJobOptions extends JobOptions {
  /** How long after that time it runs; before it if it is negative (`'-20m'`). @defaultValue none */
  readonly offset?: DurationInput | undefined;
  /** Whose clocks times of day are on. @defaultValue the time zone of the home */
  readonly timeZone?: string | undefined;
}

/** What `runSun` can be given. */
export interface SunJobOptions extends ShiftedJobOptions {
  /**
   * No earlier than the first time of day and no later than the second, the offset included. On a day on which the sun
   * does not rise or set it runs at one of the two; without `clamp` it does not run on such a day.
   */
  readonly clamp?: readonly [earliest: TimeOfDayInput, latest: TimeOfDayInput] | undefined;
  /** Leaves out times that are not between two times of day, the first included and the second not. */
  readonly between?: readonly [from: TimeOfDayInput, to: TimeOfDayInput] | undefined;
}

/** What `schedule` can be given. */
export interface ScheduleOptions extends JobOptions {
  /** In which the trigger is given its time. @defaultValue the time zone of the home */
  readonly timeZone?: string | undefined;
  /** Leaves out times that are not between two times of day, the first included and the second not. */
  readonly between?: readonly [from: TimeOfDayInput, to: TimeOfDayInput] | undefined;
}

/** What `runAtCalendar` can be given. */
export interface CalendarJobOptions extends Omit<ShiftedJobOptions, 'where'> {
  /** Which end of the events. @defaultValue 'start' */
  readonly at?: 'start' | 'end' | undefined;
  /** Which events: those with a text in their summary or description, or for which a function gives true. @defaultValue all */
  readonly match?: CalendarMatch | undefined;
  /** Asked when a run is due; only if it gives true the handler is called. */
  readonly where?: ((run: JobRun<readonly CalendarEntry[]>) => boolean) | undefined;
}

/** What `runEvery` can be given. */
export interface EveryOptions extends RecurringJobOptions {
  /** Runs at the marks of the clock: `'15m'` at :00, :15, :30 and :45. @defaultValue false: counted from now */
  readonly align?: boolean | undefined;
}

/** The same, checked, and in units that code reckons with. */
export interface JobSettings {
  readonly name: string | undefined;
  readonly group: string | undefined;
  readonly mode: OverlapMode;
  readonly timeoutMs: number | false | undefined;
  readonly priority: number;
  readonly onError: ((failure: Failure) => unknown) | undefined;
  readonly jitterMs: number;
  readonly misfire: Misfire;
  readonly graceMs: number;
  readonly timeZone: string | undefined;
  /** What its trigger is made with. Most jobs have nothing of it, and share that. */
  readonly timing: Timing;
}

export interface Timing {
  readonly dst: Partial<DstPolicy>;
  readonly align: boolean;
  readonly between: DayWindow | undefined;
  readonly offsetMs: number;
  readonly clamp: Clamp | undefined;
}

/** Refuses options that contradict each other; the compiler points at the second one. */
export type ConsistentJob<Given> = (Given extends { readonly misfire: 'run-all'; readonly mode: 'single' | 'restart' }
  ? { readonly mode: Contradicts<'misfire'> }
  : unknown) &
  (Given extends { readonly clamp: object; readonly between: object }
    ? { readonly between: Contradicts<'clamp'> }
    : unknown);

/** As {@link ConsistentJob}, where `align` makes times of day of a distance. */
export type ConsistentEvery<Given> = ConsistentJob<Given> &
  (Given extends { readonly dst: object }
    ? Given extends { readonly align: boolean }
      ? Given extends { readonly align: false }
        ? { readonly dst: Contradicts<'align'> }
        : unknown
      : { readonly dst: OnlyWith<'align'> }
    : unknown);

/** What an option would have to be that means nothing without another. */
export interface OnlyWith<Other extends string> {
  readonly onlyWith: Other;
}

const HANDLED = [
  'group',
  'where',
  'mode',
  'timeout',
  'priority',
  'onError',
] as const satisfies readonly (keyof HandledJobOptions)[];
const REGISTERED = [...HANDLED, ...WAIT_POLICY_OPTIONS] as const satisfies readonly (keyof RegisteredJobOptions)[];
const BY_ITSELF = [...HANDLED, 'name', 'jitter', 'misfire', 'grace'] as const satisfies readonly (keyof JobOptions)[];
const LOCAL = [...BY_ITSELF, 'timeZone', 'dst'] as const satisfies readonly (keyof LocalJobOptions)[];
const RECURRING = [...LOCAL, 'between'] as const satisfies readonly (keyof RecurringJobOptions)[];
const EVERY = [...RECURRING, 'align'] as const satisfies readonly (keyof EveryOptions)[];
const SHIFTED = [...BY_ITSELF, 'offset', 'timeZone'] as const satisfies readonly (keyof ShiftedJobOptions)[];
const CALENDAR_OPTIONS = [...SHIFTED, 'at', 'match'] as const satisfies readonly (keyof CalendarJobOptions)[];
const SUN = [...SHIFTED, 'clamp', 'between'] as const satisfies readonly (keyof SunJobOptions)[];

const NO_ZONE = 'It is counted from now, whatever the clocks show.';
const NOT_DURABLE = 'The app makes it anew when it starts, and it runs at its times from then on.';
const NO_FUNCTION =
  "A function cannot be kept over a restart: make the job in onInitialize, as in const off = this.scheduler.register('lights-off', handler), and submit it with off.submit(undefined, { in: '10m', durable: true }).";
const RUNS_ONCE = 'It runs once: give the time that you want, or ask in `where`.';
const ONE_TIME = 'It runs at one time of the day: give that one.';
const NO_DST = 'The sun, and what an entity says, is not moved by a change of the clocks.';

export const REGISTER: Door = {
  method: 'register',
  options: REGISTERED,
  elsewhere: {
    durable: 'It is a matter of each run: give it to `submit`.',
    jitter: 'It runs when it is asked to.',
    name: 'Its name is the first argument.',
  },
};
const ON_REGISTER =
  'It is an option of `register`, since it holds for what an earlier life of the daemon has submitted too.';
export const SUBMIT: Door = {
  method: 'submit',
  options: ['in', 'at', 'durable'],
  elsewhere: { onMissed: ON_REGISTER, onInterrupted: ON_REGISTER },
};
export const RUN_IN: Door = {
  method: 'runIn',
  options: BY_ITSELF,
  elsewhere: { durable: NO_FUNCTION, timeZone: NO_ZONE, dst: NO_ZONE, between: RUNS_ONCE },
};
export const RUN_AT: Door = {
  method: 'runAt',
  options: LOCAL,
  elsewhere: { durable: NO_FUNCTION, between: RUNS_ONCE },
};
export const RUN_EVERY: Door = { method: 'runEvery', options: EVERY, elsewhere: { durable: NOT_DURABLE } };
export const RUN_DAILY: Door = {
  method: 'runDaily',
  options: LOCAL,
  elsewhere: { durable: NOT_DURABLE, between: ONE_TIME },
};
export const RUN_CRON: Door = { method: 'runCron', options: RECURRING, elsewhere: { durable: NOT_DURABLE } };
export const RUN_SUN: Door = { method: 'runSun', options: SUN, elsewhere: { durable: NOT_DURABLE, dst: NO_DST } };
export const RUN_AT_ENTITY_TIME: Door = {
  method: 'runAtEntityTime',
  options: SHIFTED,
  elsewhere: { durable: NOT_DURABLE, dst: NO_DST },
};
export const CALENDAR: Door = {
  method: 'runAtCalendar',
  options: CALENDAR_OPTIONS,
  elsewhere: { durable: NOT_DURABLE, dst: NO_DST },
};
export const SCHEDULE: Door = {
  method: 'schedule',
  options: [...BY_ITSELF, 'timeZone', 'between'],
  elsewhere: { durable: NOT_DURABLE, dst: 'Its trigger says what becomes of times when the clocks change.' },
};
export const RUN: Door = { method: 'run', options: RECURRING, elsewhere: { durable: NOT_DURABLE } };

const MODES = ['queued', 'single', 'restart', 'parallel'] as const;
const MISFIRES = ['run-once', 'skip', 'run-all'] as const;
const GAPS = ['after', 'skip'] as const;
const OVERLAPS = ['first', 'second', 'both'] as const;
const SKIP_GRACE_MS = 60_000;

const USUAL_TIMING: Timing = { dst: {}, align: false, between: undefined, offsetMs: 0, clamp: undefined };

const USUAL: JobSettings = {
  name: undefined,
  group: undefined,
  mode: 'single',
  timeoutMs: undefined,
  priority: 0,
  onError: undefined,
  jitterMs: 0,
  misfire: 'run-once',
  graceMs: Infinity,
  timeZone: undefined,
  timing: USUAL_TIMING,
};

/** Every option of every door. Which of them one takes is its own affair. */
export type AnyJobOptions = Omit<EveryOptions & SunJobOptions & CalendarJobOptions, 'where'>;

/** @throws InvalidArgument if there is an unknown option, or one that is ill-formed. */
export function readJobOptions(options: AnyJobOptions | undefined, door: Door): JobSettings {
  if (options === undefined) return USUAL;
  refuseUnknownOptions(options, door);
  const { priority = 0, timeout, grace } = options;
  const misfire = choiceOf(options.misfire, MISFIRES, 'misfire', door) ?? 'run-once';
  if (typeof priority !== 'number' || !Number.isFinite(priority))
    throw wrong(door, 'priority', priority, 'a finite number');
  const settings: JobSettings = {
    name: textOf(options.name, 'name', door),
    group: textOf(options.group, 'group', door),
    mode: choiceOf(options.mode, MODES, 'mode', door) ?? (misfire === 'run-all' ? 'queued' : 'single'),
    timeoutMs: timeout === false ? false : lengthOf(timeout, 'timeout', door),
    priority,
    onError: functionOf(options.onError, 'onError', door),
    jitterMs: options.jitter === undefined ? 0 : durationMs(options.jitter, `"jitter" of ${door.method}`),
    misfire,
    graceMs:
      grace === undefined
        ? misfire === 'skip'
          ? SKIP_GRACE_MS
          : Infinity
        : durationMs(grace, `"grace" of ${door.method}`),
    timeZone: textOf(options.timeZone, 'timeZone', door),
    timing: readTiming(options, door),
  };
  refuseContradictions(settings, options, door);
  return settings;
}

function readTiming({ dst, align, between, offset, clamp }: AnyJobOptions, door: Door): Timing {
  const isAligned = flagOf(align, 'align', door);
  if (dst === undefined && !isAligned && between === undefined && offset === undefined && clamp === undefined)
    return USUAL_TIMING;
  return {
    dst: dst === undefined ? {} : readDst(dst, door),
    align: isAligned,
    between: between === undefined ? undefined : readBetween(between, door),
    offsetMs: offset === undefined ? 0 : readOffset(offset, door),
    clamp: clamp === undefined ? undefined : readClamp(clamp, door),
  };
}

function refuseContradictions(settings: JobSettings, given: AnyJobOptions, door: Door): void {
  const { mode, misfire, timing } = settings;
  const { clamp, between, align } = timing;
  if (misfire === 'run-all' && (mode === 'single' || mode === 'restart')) {
    const why = mode === 'single' ? 'it would leave out all runs but the first' : 'it would end all runs but the last';
    throw contradiction(door, 'misfire', 'mode', `with mode '${mode}', ${why}`);
  }
  if (clamp !== undefined && between !== undefined)
    throw contradiction(door, 'clamp', 'between', 'one moves what lies outside, the other leaves it out');
  if (door === RUN_EVERY && given.dst !== undefined && !align) {
    throw new InvalidArgument(`"dst" of runEvery means nothing without "align": ${NO_ZONE.toLowerCase()}`, {
      hint: 'Add `align: true`, or leave out `dst`.',
    });
  }
}

const A_DAY_MS = 86_400_000;

function readOffset(offset: DurationInput, door: Door): number {
  const offsetMs = signedDurationMs(offset, `"offset" of ${door.method}`);
  if (door !== RUN_SUN || Math.abs(offsetMs) < A_DAY_MS) return offsetMs;
  throw new InvalidArgument(`"offset" of ${door.method} is a day or more`, {
    hint: `The sun's times are a day apart: give less than that.`,
  });
}

function readBetween(between: readonly TimeOfDayInput[], door: Door): DayWindow {
  const [from, to] = pairOf(between, 'between', door);
  if (!from.equals(to)) return new DayWindow(from, to);
  throw new InvalidArgument(`"between" of ${door.method} begins when it ends`, { hint: 'Leave it out for all day.' });
}

function readClamp(clamp: readonly TimeOfDayInput[], door: Door): Clamp {
  const [earliest, latest] = pairOf(clamp, 'clamp', door);
  if (Temporal.PlainTime.compare(earliest, latest) <= 0) return { earliest, latest };
  throw new InvalidArgument(`"clamp" of ${door.method} is later at its beginning than at its end`, {
    hint: `Give the earliest time first: ['06:30', '22:00'].`,
  });
}

function pairOf(
  pair: readonly TimeOfDayInput[],
  key: string,
  door: Door,
): readonly [Temporal.PlainTime, Temporal.PlainTime] {
  const [first, second, ...rest] = Array.isArray(pair) ? (pair as readonly TimeOfDayInput[]) : [];
  if (first === undefined || second === undefined || rest.length > 0)
    throw wrong(door, key, pair, `two times of day, as in ['07:00', '22:00']`);
  const what = `"${key}" of ${door.method}`;
  return [parseTimeOfDay(first, what), parseTimeOfDay(second, what)];
}

/** @throws InvalidArgument if one of the options that calendars have beside the others is ill-formed. */
export function readCalendarOptions({ at, match }: Pick<CalendarJobOptions, 'at' | 'match'>): {
  readonly at: 'start' | 'end';
  readonly match: CalendarMatch | undefined;
} {
  const isMatch = typeof match === 'function' || match instanceof RegExp || (typeof match === 'string' && match !== '');
  if (match !== undefined && !isMatch) throw wrong(CALENDAR, 'match', match, 'a text, a RegExp or a function');
  return { at: choiceOf(at, ['start', 'end'], 'at', CALENDAR) ?? 'start', match };
}

function readDst(dst: NonNullable<LocalJobOptions['dst']>, door: Door): Partial<DstPolicy> {
  refuseUnknownOptions(dst, { method: `"dst" of ${door.method}`, options: ['gap', 'overlap'] });
  const gap = choiceOf(dst.gap, GAPS, 'dst.gap', door);
  const overlap = choiceOf(dst.overlap, OVERLAPS, 'dst.overlap', door);
  return { ...(gap !== undefined && { gap }), ...(overlap !== undefined && { overlap }) };
}

function textOf(value: unknown, key: string, door: Door): string | undefined {
  if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return value;
  throw wrong(door, key, value, 'a text that is not empty');
}

/** @throws InvalidArgument if it is neither a function nor left out. */
export function functionOf<F extends (...args: never[]) => unknown>(
  value: F | undefined,
  key: string,
  door: Door,
): F | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw wrong(door, key, value, 'a function');
}
