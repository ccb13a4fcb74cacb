import { choiceOf, type Door, lengthOf, refuseUnknownOptions, wrong } from '../bus/handler-options.ts';
import type { DurationInput } from '../kernel/duration.ts';
import { durationMs } from '../kernel/duration.ts';
import type { Failure } from '../kernel/failure.ts';
import type { OverlapMode } from '../kernel/lane-options.ts';
import type { JobRun } from './job.ts';
import type { DstPolicy } from './local-schedule.ts';
import type { Misfire } from './misfire.ts';

/** What every job can be given, and a registered one beside its name. */
export interface RegisteredJobOptions<Args = undefined> {
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

/** What jobs that run by themselves can be given. */
export interface JobOptions extends RegisteredJobOptions {
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

/** What `runEvery` can be given. */
export interface EveryOptions extends LocalJobOptions {
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
  readonly dst: Partial<DstPolicy>;
  readonly align: boolean;
}

const REGISTERED = [
  'group',
  'where',
  'mode',
  'timeout',
  'priority',
  'onError',
] as const satisfies readonly (keyof RegisteredJobOptions)[];
const BY_ITSELF = [
  ...REGISTERED,
  'name',
  'jitter',
  'misfire',
  'grace',
] as const satisfies readonly (keyof JobOptions)[];
const LOCAL = [...BY_ITSELF, 'timeZone', 'dst'] as const satisfies readonly (keyof LocalJobOptions)[];
const EVERY = [...LOCAL, 'align'] as const satisfies readonly (keyof EveryOptions)[];

const NO_ZONE = 'It is counted from now, whatever the clocks show.';
const NOT_DURABLE = 'Jobs are not kept over a restart.';

export const REGISTER: Door = {
  method: 'register',
  options: REGISTERED,
  elsewhere: { durable: NOT_DURABLE, jitter: 'It runs when it is asked to.', name: 'Its name is the first argument.' },
};
export const RUN_IN: Door = {
  method: 'runIn',
  options: BY_ITSELF,
  elsewhere: { durable: NOT_DURABLE, timeZone: NO_ZONE, dst: NO_ZONE },
};
export const RUN_AT: Door = { method: 'runAt', options: LOCAL, elsewhere: { durable: NOT_DURABLE } };
export const RUN_EVERY: Door = { method: 'runEvery', options: EVERY, elsewhere: { durable: NOT_DURABLE } };
export const RUN_DAILY: Door = { method: 'runDaily', options: LOCAL, elsewhere: { durable: NOT_DURABLE } };
export const RUN_CRON: Door = { method: 'runCron', options: LOCAL, elsewhere: { durable: NOT_DURABLE } };

const MODES = ['queued', 'single', 'restart', 'parallel'] as const;
const MISFIRES = ['run-once', 'skip', 'run-all'] as const;
const GAPS = ['after', 'skip'] as const;
const OVERLAPS = ['first', 'second', 'both'] as const;
const SKIP_GRACE_MS = 60_000;

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
  dst: {},
  align: false,
};

/** @throws InvalidArgument if there is an unknown option, or one that is ill-formed. */
export function readJobOptions(options: Omit<EveryOptions, 'where'> | undefined, door: Door): JobSettings {
  if (options === undefined) return USUAL;
  refuseUnknownOptions(options, door);
  const { priority = 0, timeout, grace, dst } = options;
  const misfire = choiceOf(options.misfire, MISFIRES, 'misfire', door) ?? 'run-once';
  if (typeof priority !== 'number' || !Number.isFinite(priority))
    throw wrong(door, 'priority', priority, 'a finite number');
  return {
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
    dst: dst === undefined ? {} : readDst(dst, door),
    align: options.align === true,
  };
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
