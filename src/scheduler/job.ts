import type { Execution } from '../kernel/execution.ts';
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

/** A job that runs when it is asked to. */
export interface RegisteredJob<Args = undefined> extends Job {
  /** Runs it now. `mode` says what happens if a run is under way. */
  submit(...args: undefined extends Args ? [args?: Args] : [args: Args]): void;
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
