import type { Timer } from '../kernel/clock.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { Executor } from '../kernel/executor.ts';
import { Heap } from '../kernel/heap.ts';
import { messageOf } from '../kernel/failure.ts';
import type { Life } from '../kernel/life.ts';
import { Resource } from '../kernel/resource.ts';
import { CronSchedule } from './cron.ts';
import type { JobDescription } from './job.ts';
import { catchUp } from './misfire.ts';
import { type JobHost, type JobSpec, ScheduledJob } from './scheduled-job.ts';
import type { Trigger } from './triggers.ts';
import { WallWatch } from './wall-watch.ts';
import { ZoneTimeline } from './zone-timeline.ts';

/** A clock that may step is looked at so often. */
const LOOK_MS = 30_000;
/** Jobs due together give way to timers and I/O after so long. */
const SLICE_MS = 4;
/** The clock is read again after so many of them. */
const SLICE_CHECK = 32;
/** As with cron, a clock set by more than this was wrong before: nothing was missed, and all is planned anew. */
const CORRECTION_MS = 3 * 3_600_000;
const PATTERNS_KEPT = 500;

/**
 * Keeps all jobs of a host in one heap, with one timer for the first of them. It decides when; the executor runs.
 */
export class SchedulerService extends Resource implements JobHost {
  readonly executor: Executor;
  readonly #heap = new Heap<ScheduledJob>(comesBefore);
  readonly #jobs = new Map<Life, Set<ScheduledJob>>();
  readonly #zones = new Map<string, ZoneTimeline>();
  readonly #patterns = new Map<string, CronSchedule>();
  /** Zone and place of each life's home as they were last known, where jobs follow them. */
  readonly #homeOf = new Map<Life, { readonly source: () => string; key: string }>();
  readonly #random: () => number;
  readonly #watch: WallWatch;
  #made = 0;
  #timer: Timer | undefined;
  /** When the timer comes, on the monotonic clock. */
  #timerMs = Infinity;
  #working = false;
  #waking = false;

  constructor(owner: Resource, options: { readonly executor: Executor }) {
    super('scheduler', owner);
    this.executor = options.executor;
    this.#random = this.context.random ?? Math.random;
    this.#watch = new WallWatch(this.clock);
  }

  /** Adds a job. It ends with its life, if not before. */
  add(spec: JobSpec): ScheduledJob {
    spec.life.assertLive(`job "${spec.name}"`);
    const job = new ScheduledJob(this, spec);
    this.#made += 1;
    job.order = this.#made;
    this.#jobsOf(spec.life).add(job);
    if (spec.trigger !== undefined) this.plan(job);
    return job;
  }

  /** The jobs of one life, or of all. Those that have ended are gone. */
  *jobs(life?: Life): Iterable<ScheduledJob> {
    if (life !== undefined) {
      yield* this.#jobs.get(life) ?? [];
      return;
    }
    for (const jobs of this.#jobs.values()) yield* jobs;
  }

  /** All jobs as data. */
  list(): readonly JobDescription[] {
    return Array.from(this.jobs(), (job) => job.describe());
  }

  nowMs(): number {
    return this.clock.nowMs();
  }

  /** Now, on the clock that nobody sets. */
  elapsedMs(): number {
    return this.#watch.elapsedMs();
  }

  /** What the wall clock shows, or will show, at a moment on that clock. */
  wallOf(elapsedMs: number): number {
    return this.#watch.wallOf(elapsedMs);
  }

  firstMs(trigger: Trigger, zone: ZoneTimeline): number {
    const isElapsed = trigger.basis === 'elapsed';
    const firstMs = trigger.onlyMs ?? trigger.next(isElapsed ? this.elapsedMs() : this.nowMs(), zone) ?? this.nowMs();
    return isElapsed ? Math.ceil(this.#watch.wallOf(firstMs)) : firstMs;
  }

  /** @throws InvalidArgument if there is no such zone. */
  zone(id: string): ZoneTimeline {
    let zone = this.#zones.get(id);
    if (zone === undefined) {
      zone = new ZoneTimeline(id);
      this.#zones.set(id, zone);
    }
    return zone;
  }

  /** A cron pattern; jobs with the same one share it, since reading one is slow. */
  cron(pattern: string): CronSchedule {
    let schedule = this.#patterns.get(pattern);
    if (schedule === undefined) {
      schedule = new CronSchedule(pattern);
      if (this.#patterns.size >= PATTERNS_KEPT) this.#patterns.clear();
      this.#patterns.set(pattern, schedule);
    }
    return schedule;
  }

  plan(job: ScheduledJob): void {
    const { trigger, life, homeKey } = job.spec;
    if (trigger === undefined) return;
    job.follow();
    if (followsHome(job.spec) && !this.#homeOf.has(life)) this.#homeOf.set(life, { source: homeKey, key: homeKey() });
    // A single time that passed while the job was paused is still to come, and so is a delay of nothing.
    const nextMs =
      this.#ask(job, () => trigger.next(this.#nowFor(job), this.#zoneFor(job))) ?? job.occurrenceMs ?? trigger.onlyMs;
    if (nextMs !== undefined) this.#setNext(job, nextMs);
    else if (!job.follow()) job.finish();
    this.#arm();
  }

  retime(job: ScheduledJob): void {
    if (job.status !== 'scheduled' && job.status !== 'waiting') return;
    // What has fallen due is not lost if its source says what comes next before the timer has come.
    if (job.occurrenceMs !== undefined && job.occurrenceMs <= this.#nowFor(job)) {
      if (this.#leftMs(job) <= 0) this.#runDue(job);
      return;
    }
    this.#heap.remove(job);
    job.occurrenceMs = undefined;
    this.plan(job);
  }

  unplan(job: ScheduledJob): void {
    const wasFirst = this.#heap.peek() === job;
    this.#heap.remove(job);
    if (wasFirst) this.#arm();
  }

  forget(job: ScheduledJob): void {
    this.#jobs.get(job.spec.life)?.delete(job);
  }

  /** Plans jobs anew where their home has another time zone or place. To be called when it has; looked after anyway. */
  refreshHomes(): void {
    for (const [life, known] of this.#homeOf) {
      const key = known.source();
      if (key === known.key) continue;
      known.key = key;
      this.#replan((job) => job.spec.life === life && followsHome(job.spec));
    }
  }

  protected override onStart(): void {
    this.#working = true;
    this.#arm();
  }

  protected override onStop(): void {
    this.#working = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const job of [...this.jobs()]) job.cancel();
  }

  protected override details(): Readonly<Record<string, unknown>> {
    return { jobs: [...this.#jobs.values()].reduce((sum, jobs) => sum + jobs.size, 0), waiting: this.#heap.size };
  }

  #jobsOf(life: Life): Set<ScheduledJob> {
    let jobs = this.#jobs.get(life);
    if (jobs === undefined) {
      jobs = new Set();
      this.#jobs.set(life, jobs);
      life.signal.addEventListener('abort', () => this.#endAll(life), { once: true });
    }
    return jobs;
  }

  #endAll(life: Life): void {
    for (const job of [...this.jobs(life)]) job.cancel();
    this.#jobs.delete(life);
    this.#homeOf.delete(life);
  }

  /** Only times of day depend on it, and only they ask the home, which may not be known yet. */
  #zoneFor(job: ScheduledJob): ZoneTimeline {
    return usesZone(job.spec) ? job.zone : this.zone('UTC');
  }

  #nowFor(job: ScheduledJob): number {
    return job.spec.trigger?.basis === 'elapsed' ? this.elapsedMs() : this.nowMs();
  }

  #setNext(job: ScheduledJob, occurrenceMs: number): void {
    const { jitterMs } = job.spec.settings;
    job.occurrenceMs = occurrenceMs;
    job.jitterMs = jitterMs === 0 ? 0 : Math.floor(this.#random() * jitterMs);
    this.#heap.remove(job);
    job.dueMs = this.#wallOf(job, occurrenceMs) + job.jitterMs;
    this.#heap.add(job);
  }

  #wallOf(job: ScheduledJob, occurrenceMs: number): number {
    return job.spec.trigger?.basis === 'elapsed' ? Math.ceil(this.#watch.wallOf(occurrenceMs)) : occurrenceMs;
  }

  /** How long until a job is due. The wall, which shows whole milliseconds only, has no say in delays. */
  #leftMs(job: ScheduledJob): number {
    if (job.spec.trigger?.basis !== 'elapsed' || job.occurrenceMs === undefined) return job.dueMs - this.nowMs();
    return job.occurrenceMs + job.jitterMs - this.elapsedMs();
  }

  #arm(): void {
    if (!this.#working || this.#waking) return;
    const first = this.#heap.peek();
    if (first === undefined) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#timerMs = Infinity;
      return;
    }
    const leftMs = Math.max(0, this.#leftMs(first));
    const delayMs = this.clock.steady === true ? leftMs : Math.min(leftMs, LOOK_MS);
    const timerMs = this.clock.monotonicMs() + delayMs;
    // One that comes too early finds nothing due and is armed again; under virtual time it would only mislead.
    if (
      this.#timer !== undefined &&
      (this.clock.steady === true ? this.#timerMs === timerMs : this.#timerMs <= timerMs)
    )
      return;
    this.#timer?.cancel();
    this.#timerMs = timerMs;
    this.#timer = this.clock.after(delayMs, `job "${first.name}" of ${first.spec.life.name}`, () => this.#wake());
  }

  #wake(): void {
    this.#timer = undefined;
    this.#waking = true;
    const isThrough = this.#runAllDue();
    this.#waking = false;
    if (isThrough) this.#arm();
    else this.#timer = this.clock.defer(() => this.#wake());
  }

  /** Whether it got through them before its slice of time was over. */
  #runAllDue(): boolean {
    this.#lookAtWall();
    this.refreshHomes();
    const endMs = this.clock.monotonicMs() + SLICE_MS;
    for (let count = 1; ; count += 1) {
      const job = this.#heap.peek();
      if (job === undefined || this.#leftMs(job) > 0) return true;
      this.#runDue(job);
      if (count % SLICE_CHECK === 0 && this.clock.monotonicMs() > endMs) return false;
    }
  }

  #runDue(job: ScheduledJob): void {
    const { trigger, settings } = job.spec;
    const { occurrenceMs } = job;
    this.#heap.remove(job);
    if (trigger === undefined || occurrenceMs === undefined) return;
    const { misfire, graceMs } = settings;
    const { run, leftOut, nextMs } = this.#ask(job, () =>
      catchUp({
        trigger,
        zone: this.#zoneFor(job),
        dueMs: occurrenceMs,
        delayMs: job.jitterMs,
        nowMs: this.#nowFor(job),
        misfire,
        graceMs,
      }),
    ) ?? { run: [occurrenceMs], leftOut: false, nextMs: undefined };
    if (leftOut) this.#tellLeftOut(job, run.length);
    // The next time is set first: the handler may look at it, or cancel.
    if (nextMs === undefined) job.occurrenceMs = undefined;
    else this.#setNext(job, nextMs);
    for (const timeMs of run) {
      if (job.status === 'scheduled' || job.status === 'waiting')
        job.run(this.#wallOf(job, timeMs), trigger.argsAt?.(timeMs));
    }
    if (nextMs === undefined && job.status === 'scheduled') job.finish();
  }

  /** Triggers may be people's own: one that throws ends its job and no other. */
  #ask<Answer>(job: ScheduledJob, question: () => Answer): Answer | undefined {
    try {
      return question();
    } catch (error) {
      const { name, spec } = job;
      this.logger.error(
        { err: error, app: spec.life.name, job: name },
        `Job "${name}" of ${spec.life.name} has no further runs, since its trigger failed: ${messageOf(error)}`,
      );
      return undefined;
    }
  }

  #tellLeftOut(job: ScheduledJob, runs: number): void {
    const { misfire, graceMs } = job.spec.settings;
    const grace = Number.isFinite(graceMs) ? `, grace: '${formatDuration(graceMs)}'` : '';
    this.logger.info(
      { app: job.spec.life.name, job: job.name },
      `Times of job "${job.name}" of ${job.spec.life.name} have passed unseen: ${runs === 0 ? 'they are left out' : 'one run makes up for them'} (misfire: '${misfire}'${grace})`,
    );
  }

  #lookAtWall(): void {
    const stepMs = this.#watch.look();
    if (stepMs === 0) return;
    const isCorrection = Math.abs(stepMs) > CORRECTION_MS;
    this.logger.info(
      { stepMs },
      `The machine's clock was set ${stepMs > 0 ? 'forward' : 'back'} by ${formatDuration(Math.abs(stepMs))}`,
    );
    for (const job of this.#heap.nodes()) {
      if (job.spec.trigger?.basis === 'elapsed' && job.occurrenceMs !== undefined) {
        job.dueMs = this.#wallOf(job, job.occurrenceMs) + job.jitterMs;
        job.moved();
      }
    }
    this.#heap.reorder();
    if (isCorrection) this.#replan((job) => job.spec.trigger?.basis === 'local');
  }

  #replan(which: (job: ScheduledJob) => boolean): void {
    for (const job of this.#heap.nodes().filter(which)) {
      this.#heap.remove(job);
      this.plan(job);
    }
  }
}

/** Whether its times depend on where its home is, or on its clocks. */
function followsHome(spec: JobSpec): boolean {
  return spec.trigger?.needsPlace === true || (usesZone(spec) && spec.settings.timeZone === undefined);
}

function usesZone({ trigger }: JobSpec): boolean {
  return trigger?.basis === 'local' || trigger?.needsZone === true;
}

function comesBefore(a: ScheduledJob, b: ScheduledJob): boolean {
  if (a.dueMs !== b.dueMs) return a.dueMs < b.dueMs;
  const byPriority = b.spec.settings.priority - a.spec.settings.priority;
  return byPriority === 0 ? a.order < b.order : byPriority < 0;
}
