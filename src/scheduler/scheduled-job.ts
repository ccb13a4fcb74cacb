import { contradiction, flagOf, refuseUnknownOptions } from '../bus/handler-options.ts';
import { durationMs } from '../kernel/duration.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import type { Execution } from '../kernel/execution.ts';
import type { Executor } from '../kernel/executor.ts';
import type { Failure } from '../kernel/failure.ts';
import type { HeapNode } from '../kernel/heap.ts';
import type { Outcome } from '../kernel/lane-options.ts';
import type { Lane } from '../kernel/lane.ts';
import { assertMayAct, type Life } from '../kernel/life.ts';
import type { DurableRuns } from './durable-runs.ts';
import {
  type JobDescription,
  JobRun,
  type JobStatus,
  type RegisteredJob,
  type SubmitOptions,
  type SubmittedRun,
} from './job.ts';
import { type JobSettings, SUBMIT } from './job-options.ts';
import { parseMoment } from './run-at.ts';
import { After, AtInstant, type Trigger } from './triggers.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/** What a job is made of. */
export interface JobSpec {
  readonly name: string;
  readonly settings: JobSettings;
  readonly life: Life;
  /** What `this` is in the handler. */
  readonly self: unknown;
  run(run: JobRun<unknown>): unknown;
  readonly where: { condition(run: JobRun<unknown>): boolean }['condition'] | undefined;
  readonly onError: ((failure: Failure) => unknown) | undefined;
  /** Missing for a job that only runs when it is asked to. */
  readonly trigger: Trigger | undefined;
  /** Read anew whenever it matters: the home's zone may change. */
  readonly timeZone: () => string;
  /** Changes with whatever the times of jobs at this home depend on. */
  readonly homeKey: () => string;
  /** Whose run it is, where it stands for a single one that was submitted for later. */
  readonly submitted?: Submitted | undefined;
  /** Keeps runs over an end of the daemon. */
  readonly durable?: DurableRuns | undefined;
}

interface Submitted {
  readonly to: ScheduledJob;
  readonly args: unknown;
  /** Under which it is kept over an end of the daemon. */
  readonly kept: string | undefined;
}

/** What a job needs of the service that it is in. */
export interface JobHost {
  readonly executor: Executor;
  nowMs(): number;
  elapsedMs(): number;
  add(spec: JobSpec): ScheduledJob;
  jobs(life: Life): Iterable<ScheduledJob>;
  /** When a trigger that has a time comes first, on the wall. */
  firstMs(trigger: Trigger, zone: ZoneTimeline): number;
  zone(id: string): ZoneTimeline;
  /** Lets it be due at the next of its times. */
  plan(job: ScheduledJob): void;
  unplan(job: ScheduledJob): void;
  /** Its trigger has other times now. */
  retime(job: ScheduledJob): void;
  /** It has ended. */
  forget(job: ScheduledJob): void;
}

/** What a run is submitted with. */
interface Call {
  readonly scheduledMs: number;
  readonly args: unknown;
  readonly kept: string | undefined;
}

/** A job as its service sees it. */
export class ScheduledJob implements RegisteredJob<unknown>, HeapNode {
  heapIndex = -1;
  /** Jobs due at the same time run by priority, then in the order in which they were made. */
  order = 0;
  /** When it is due, on the wall, jitter included. */
  dueMs = Infinity;
  /** The time of its trigger that is to come next, on the trigger's own clock. */
  occurrenceMs: number | undefined;
  /** How far the next run is put off. */
  jitterMs = 0;
  readonly spec: JobSpec;
  readonly #host: JobHost;
  #status: JobStatus;
  #lane: Lane<Call> | undefined;
  #lastRunMs: number | undefined;
  #leftOut = 0;
  #following: Disposable | undefined;
  /** Those that wait for room in the lane are let in one by one: each may take the last of it. */
  #turn = Promise.resolve();

  constructor(host: JobHost, spec: JobSpec) {
    this.#host = host;
    this.spec = spec;
    this.#status = spec.trigger === undefined ? 'manual' : 'scheduled';
  }

  get name(): string {
    return this.spec.name;
  }

  get group(): string | undefined {
    return this.spec.settings.group;
  }

  get status(): JobStatus {
    const isWaiting = this.#status === 'scheduled' && this.occurrenceMs === undefined && this.#following !== undefined;
    return isWaiting ? 'waiting' : this.#status;
  }

  get trigger(): string {
    return this.spec.trigger?.describe() ?? 'when asked to';
  }

  get zone(): ZoneTimeline {
    return this.#host.zone(this.spec.settings.timeZone ?? this.spec.timeZone());
  }

  get nextRun(): Temporal.ZonedDateTime | undefined {
    return this.status === 'scheduled' ? this.zone.dateOf(this.dueMs) : undefined;
  }

  get lastRun(): Temporal.ZonedDateTime | undefined {
    return this.#lastRunMs === undefined ? undefined : this.zone.dateOf(this.#lastRunMs);
  }

  get runs(): number {
    return (this.#lane?.counters.started ?? 0) - this.#leftOut;
  }

  get failures(): number {
    const counters = this.#lane?.counters;
    return counters === undefined ? 0 : counters.failed + counters.timedOut;
  }

  cancel(): void {
    this.#end('cancelled');
    this.#lane?.close();
    const { submitted, durable } = this.spec;
    if (submitted?.kept !== undefined) durable?.callOff(submitted.kept);
    if (this.spec.trigger !== undefined) return;
    for (const job of [...this.#host.jobs(this.spec.life)]) if (job.spec.submitted?.to === this) job.cancel();
  }

  pause(): void {
    if (this.#status !== 'scheduled') return;
    this.#status = 'paused';
    this.#host.unplan(this);
  }

  resume(): void {
    if (this.#status !== 'paused') return;
    assertMayAct(this.spec.life, `resume of job "${this.name}"`);
    this.#status = 'scheduled';
    this.#host.plan(this);
  }

  runNow(): void {
    this.submit(this.spec.trigger?.argsAt?.(this.#host.nowMs()));
  }

  /** Whether its trigger may come to have a time yet; from then on its changes are followed. */
  follow(): boolean {
    this.#following ??= this.spec.trigger?.follow?.(() => this.#host.retime(this));
    return this.#following !== undefined;
  }

  submit(args: unknown, options?: SubmitOptions<unknown>): SubmittedRun {
    assertMayAct(this.spec.life, `run of job "${this.name}"`);
    if (this.#status === 'cancelled' || this.#status === 'done') {
      const why = this.#status === 'done' ? 'has run for the last time' : 'was cancelled';
      throw new InvalidArgument(`Job "${this.name}" cannot be run: it ${why}`, {
        hint: 'Make a new one, or keep one by `register` that runs when asked to.',
      });
    }
    const trigger = options === undefined ? undefined : this.#triggerOf(options);
    const durable = options?.durable === true ? this.#durable() : undefined;
    const { to, args: given } = this.spec.submitted ?? { to: this, args };
    const nowMs = this.#host.nowMs();
    const dueMs = trigger === undefined ? nowMs : this.#host.firstMs(trigger, this.zone);
    const kept = durable?.keep(dueMs, args);
    const later = trigger === undefined ? undefined : this.#runLater(trigger, args, kept);
    if (later === undefined) to.#start({ scheduledMs: nowMs, args: given, kept });
    const cancel = (): void => {
      later?.cancel();
      // It may have fallen due and wait in line.
      if (kept !== undefined) durable?.callOff(kept);
    };
    return {
      scheduledFor: later?.nextRun ?? this.zone.dateOf(dueMs),
      get stored(): Promise<boolean> {
        return durable?.stored() ?? Promise.resolve(false);
      },
      cancel,
      [Symbol.dispose]: cancel,
    };
  }

  /** Takes up the runs that an earlier life of the daemon has left. */
  adopt(): void {
    for (const { item, dueMs, args } of this.spec.durable?.adopt() ?? []) {
      this.#runLater(new AtInstant(dueMs), args, item);
    }
  }

  /** The wall has been set, and with it when it is due there. */
  moved(): void {
    const { submitted, durable } = this.spec;
    if (submitted?.kept !== undefined) durable?.move(submitted.kept, this.dueMs);
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  /** Runs it for one of its times. */
  run(scheduledMs: number, args: unknown): void {
    const { submitted } = this.spec;
    if (submitted === undefined) this.#start({ scheduledMs, args, kept: undefined });
    else submitted.to.#start({ scheduledMs, args: submitted.args, kept: submitted.kept });
  }

  #start(call: Call): void {
    this.#lane ??= this.#openLane();
    if (call.kept === undefined) this.#lane.submit(call);
    else void this.#runKept(this.#lane, call, call.kept);
  }

  /** No more times are to come. */
  finish(): void {
    this.#end('done');
    const lane = this.#lane;
    if (lane === undefined || (lane.running === 0 && lane.pending === 0)) lane?.close();
    else void lane.idle.then(() => lane.close());
  }

  describe(): JobDescription {
    return {
      app: this.spec.life.name,
      name: this.name,
      group: this.group,
      status: this.status,
      trigger: this.trigger,
      nextRunMs: this.status === 'scheduled' ? this.dueMs : undefined,
      lastRunMs: this.#lastRunMs,
      runs: this.runs,
      failures: this.failures,
    };
  }

  /** What is durable is never left out because the line is full. What ends with its app is still to be. */
  async #runKept(lane: Lane<Call>, call: Call, kept: string): Promise<void> {
    const { life, durable } = this.spec;
    let kind: Outcome['kind'];
    do {
      const room = this.#turn.then(() => lane.room());
      this.#turn = room;
      await room;
      ({ kind } = await lane.request(call));
    } while (kind === 'dropped');
    const endsWithApp = life.ended || (kind === 'cancelled' && lane.closed && this.#status !== 'cancelled');
    if (!endsWithApp) durable?.settle(kept);
  }

  #runLater(trigger: Trigger, args: unknown, kept: string | undefined): ScheduledJob {
    return this.#host.add({ ...this.spec, trigger, submitted: { to: this, args, kept } });
  }

  /** @throws InvalidArgument for a job that keeps none. */
  #durable(): DurableRuns {
    const { durable } = this.spec;
    if (durable !== undefined) return durable;
    throw new InvalidArgument(`A run of job "${this.name}" cannot be durable`, {
      hint: 'This scheduler was made without a storage.',
    });
  }

  #end(status: 'done' | 'cancelled'): void {
    if (this.#status === 'cancelled') return;
    this.#status = status;
    this.#following?.[Symbol.dispose]();
    this.#following = undefined;
    this.#host.unplan(this);
    this.#host.forget(this);
  }

  /** When a submitted run is to be; undefined for now. */
  #triggerOf(options: SubmitOptions<unknown>): Trigger | undefined {
    refuseUnknownOptions(options, SUBMIT);
    flagOf(options.durable, 'durable', SUBMIT);
    const { in: delay, at } = options;
    if (delay !== undefined && at !== undefined) throw contradiction(SUBMIT, 'in', 'at', 'both say when it is to run');
    if (delay !== undefined) return new After(this.#host.elapsedMs(), durationMs(delay, '"in" of submit'));
    if (at === undefined) return undefined;
    const trigger = parseMoment(at, this.#host.nowMs(), this.zone);
    if (trigger.next(this.#host.nowMs(), this.zone) !== undefined) return trigger;
    throw new InvalidArgument(`Job "${this.name}" was submitted for ${String(at)}, which has passed`, {
      hint: 'Give a moment that is to come, or none for now.',
    });
  }

  /** Most jobs wait far longer than they run, so a lane is opened for the first run. */
  #openLane(): Lane<Call> {
    const { life, settings, onError } = this.spec;
    return this.#host.executor.lane<Call>({
      life,
      kind: 'job',
      name: this.name,
      mode: settings.mode,
      timeoutMs: settings.timeoutMs,
      priority: settings.priority,
      onError: settings.onError ?? onError,
      describe: ({ scheduledMs }) =>
        `${this.trigger}, for ${this.zone.dateOf(scheduledMs).toString({ smallestUnit: 'second' })}`,
      run: (call, execution) => this.#handle(call, execution),
    });
  }

  #handle(call: Call, execution: Execution): unknown {
    return call.kept === undefined ? this.#perform(call, execution) : this.#performKept(call, call.kept, execution);
  }

  /** That it begins is written down before it does. */
  async #performKept(call: Call, kept: string, execution: Execution): Promise<unknown> {
    if ((await this.spec.durable?.claim(kept)) !== true) {
      this.#leftOut += 1;
      return undefined;
    }
    execution.signal.throwIfAborted();
    return this.#perform(call, execution);
  }

  #perform({ args, scheduledMs }: Call, execution: Execution): unknown {
    const run = new JobRun(this, args, execution, scheduledMs, () => this.zone);
    if (this.spec.where?.call(this.spec.self, run) === false) {
      this.#leftOut += 1;
      return undefined;
    }
    this.#lastRunMs = this.#host.nowMs();
    return this.spec.run.call(this.spec.self, run);
  }
}
