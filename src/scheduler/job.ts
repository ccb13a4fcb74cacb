import type { DurationInput } from '../kernel/duration.ts';
import type { Execution } from '../kernel/execution.ts';
import type { NotJson, Storable } from '../storage/storable.ts';
import type { MomentInput } from './run-at.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/**
 * `scheduled`: runs by itself. `waiting`: will, once it is known when. `paused`: does not until it is resumed.
 * `manual`: only runs when it is asked to. `done`: has run for the last time. `cancelled`: does nothing any more.
 */
export type JobStatus = 'scheduled' | 'waiting' | 'paused' | 'manual' | 'done' | 'cancelled';

/** What a registration gives back. There is no need to keep it: it ends with the app. */
export interface Job extends Disposable {
  readonly name: string;
  readonly group: string | undefined;
  readonly status: JobStatus;
  /** When it runs, in words. */
  readonly trigger: string;
  /** When it is due next, jitter included, in its time zone. */
  readonly nextRun: Temporal.ZonedDateTime | undefined;
  /** When its last run began. */
  readonly lastRun: Temporal.ZonedDateTime | undefined;
  /** Runs of the handler. */
  readonly runs: number;
  /** Runs that threw or took too long. */
  readonly failures: number;
  /** Ends it: what waits in line is dropped, a run under way goes on. */
  cancel(): void;
  /** Lets it run no more by itself. */
  pause(): void;
  /** Lets it run by itself again, from the next time on. A single time that passed meanwhile is due at once. */
  resume(): void;
  /** Runs it now, beside its times. `mode` holds for this run too. */
  runNow(): void;
}

/** When a submitted run is to be, in place of now, and whether it is to be in any case. */
export interface SubmitOptions<Args = undefined> {
  /** After a delay. */
  readonly in?: DurationInput | undefined;
  /** At a moment, as `runAt` has it. */
  readonly at?: MomentInput | undefined;
  /**
   * It outlives the daemon: it is written down until it has been, and goes to the job that is registered under the same
   * name when the app starts again. What it is submitted with has to be JSON.
   *
   * @defaultValue false
   */
  readonly durable?: DurableWith<Args> | undefined;
}

/** Whether something may be durable that is called with such arguments. */
export type DurableWith<Args> = unknown extends Args
  ? boolean
  : [Args] extends [Storable<Args>]
    ? boolean
    : false | NotJson;

/** A run that has been asked for. There is no need to keep it. */
export interface SubmittedRun extends Disposable {
  /** When it is due, in the job's time zone. */
  readonly scheduledFor: Temporal.ZonedDateTime;
  /**
   * Resolves to whether it is written down, and so comes whatever becomes of the daemon. False for one that is not
   * durable, and where the storage fails: that is tried again.
   */
  readonly stored: Promise<boolean>;
  /** Calls it off if it has not begun. */
  cancel(): void;
}

/** A job that runs when it is asked to. */
export interface RegisteredJob<Args = undefined> extends Job {
  /**
   * Runs it: now, after a delay or at a moment. `mode` says what happens if a run is under way then; one that is durable
   * is left out for nothing, and waits until there is room.
   *
   * @example
   * ```ts
   * const off = this.scheduler.register('lights-off', () => this.entity('light.hallway').turnOff());
   * const soon = off.submit(undefined, { in: '10m' });
   * soon.cancel();
   * await off.submit(undefined, { in: '10m', durable: true }).stored;
   * ```
   * @throws InvalidArgument if the job has ended, or the moment has passed; NotStorable if it is to be durable and what
   * it is submitted with is no JSON.
   */
  submit(
    ...args: undefined extends Args
      ? [args?: Args, options?: SubmitOptions<Args>]
      : [args: Args, options?: SubmitOptions<Args>]
  ): SubmittedRun;
}

/** A job as data, for whoever shows it. */
export interface JobDescription {
  readonly app: string;
  readonly name: string;
  readonly group: string | undefined;
  readonly status: JobStatus;
  readonly trigger: string;
  readonly nextRunMs: number | undefined;
  readonly lastRunMs: number | undefined;
  readonly runs: number;
  readonly failures: number;
}

/** What a job's handler is called with. */
export class JobRun<Args = undefined> {
  /** What was submitted. */
  readonly args: Args;
  readonly job: Job;
  readonly #execution: Execution;
  readonly #scheduledMs: number;
  /** Asked only if somebody wants to know: most runs do not. */
  readonly #zone: () => ZoneTimeline;

  constructor(job: Job, args: Args, execution: Execution, scheduledMs: number, zone: () => ZoneTimeline) {
    this.job = job;
    this.args = args;
    this.#execution = execution;
    this.#scheduledMs = scheduledMs;
    this.#zone = zone;
  }

  /** The time that it runs for, without jitter and lateness, in the job's time zone. */
  get scheduledFor(): Temporal.ZonedDateTime {
    return this.#zone().dateOf(this.#scheduledMs);
  }

  /** Aborted when this run is called off. */
  get signal(): AbortSignal {
    return this.#execution.signal;
  }
}
