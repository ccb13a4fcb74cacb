import { randomUUID } from 'node:crypto';
import { Capacity } from './capacity.ts';
import type { Clock } from './clock.ts';
import type { Execution } from './execution.ts';
import { type Failure, failureFields, failureMessage, hintOf, type Unhandled } from './failure.ts';
import { Lane } from './lane.ts';
import type { FailureReport, LaneHost, LaneView } from './lane-host.ts';
import { LANE_DEFAULTS, type LaneCounters, type LaneDefaults, type LaneOptions, noCounts } from './lane-options.ts';
import type { Life } from './life.ts';
import { LifeScope } from './life-scope.ts';
import type { Logger } from './logging.ts';
import { describeRun, Run, type RunOwner } from './run.ts';
import { RunPace, type RunPaceOptions } from './run-pace.ts';
import { SourceLines } from './source-line.ts';
import type { Activity } from './virtual-clock.ts';

type ExecutorLogger = Pick<Logger, 'debug' | 'warn' | 'error'>;

export interface ExecutorOptions {
  readonly clock: Clock;
  readonly logger: ExecutorLogger;
  /** Where what concerns the code of a life (an app) is logged. @defaultValue `logger` */
  readonly loggerOf?: ((owner: string) => ExecutorLogger) | undefined;
  /** How many runs there may be at once, over all lanes. @defaultValue 10_000 */
  readonly maxRunning?: number | undefined;
  /** For lanes that say nothing else. @defaultValue 100 in line, ten minutes for each run */
  readonly defaults?: LaneDefaults | undefined;
  /** Whether a file is a person's own source, for the line that failures name. By default, neither ours nor a package's. */
  readonly isUsersFile?: ((file: string) => boolean) | undefined;
  /** @defaultValue random UUIDs */
  readonly newId?: (() => string) | undefined;
}

/** What an executor has done so far, and what it has in hand. */
export interface ExecutorCounters extends Readonly<LaneCounters> {
  readonly running: number;
  readonly pending: number;
}

interface ErrorCall {
  readonly failure: Failure;
  readonly onError: (failure: Failure) => unknown;
}

const DEFAULT_MAX_RUNNING = 10_000;

/**
 * The one place that runs people's code. Each handler, job, hook and task has a {@link Lane} here; the executor gives
 * them places to run in, and takes care of whatever they throw.
 */
export class Executor implements Activity {
  readonly #clock: Clock;
  readonly #logger: ExecutorLogger;
  readonly #loggerOf: (owner: string) => ExecutorLogger;
  readonly #sources: SourceLines;
  readonly #host: LaneHost;
  readonly #lanes = new Set<LaneView>();
  readonly #scopes = new Set<LifeScope>();
  readonly #scopeOf = new WeakMap<Life, LifeScope>();
  readonly #stopScopeOf = new WeakMap<Life, LifeScope>();
  /** By the scope whose failures they are told. */
  readonly #errorLanes = new WeakMap<LifeScope, Lane<ErrorCall>>();
  readonly #listeners = new Set<(failure: Failure) => void>();
  readonly #paces = new WeakMap<Life, RunPace>();

  constructor(options: ExecutorOptions) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#loggerOf = options.loggerOf ?? (() => options.logger);
    this.#sources = new SourceLines(options.isUsersFile);
    this.#host = {
      clock: options.clock,
      loggerOf: this.#loggerOf,
      capacity: new Capacity(options.maxRunning ?? DEFAULT_MAX_RUNNING),
      totals: noCounts(),
      onStack: undefined,
      defaults: { ...LANE_DEFAULTS, ...options.defaults },
      paceOf: (life) => this.#paces.get(life),
      newId: options.newId ?? randomUUID,
      report: (report) => this.#report(report),
      forget: (lane) => this.#lanes.delete(lane),
    };
  }

  /** Opens a lane. It closes when its life ends, if not before. */
  lane<T>(options: LaneOptions<T>): Lane<T> {
    return this.#open(this.#scopeFor(options.life, options.duringStop ?? false), options);
  }

  /** Limits how fast the handlers of a life may begin, of lanes that are opened from now on. */
  setPace(life: Life, options: Omit<RunPaceOptions, 'owner'>): void {
    const pace = new RunPace(this.#clock, { owner: life.name, ...options });
    this.#paces.set(life, pace);
    life.signal.addEventListener('abort', () => pace.close(), { once: true });
  }

  /** All lanes that are open. */
  lanes(): Iterable<LaneView> {
    return this.#lanes;
  }

  get counters(): ExecutorCounters {
    let running = 0;
    let pending = 0;
    for (const lane of this.#lanes) {
      running += lane.running;
      pending += lane.pending;
    }
    return { ...this.#host.totals, running, pending };
  }

  /** Names the runs that wait for nothing that the daemon itself brings: real I/O, or a promise that never settles. */
  busy(): readonly string[] {
    const names: string[] = [];
    for (const scope of this.#scopes) {
      for (const { run } of scope.flights) if (!run.parked) names.push(describeRun(run));
      for (const { run } of scope.unwinding) if (!run.parked) names.push(describeRun(run));
    }
    return names;
  }

  /** Tells `listener` of each failure, after it was logged. The function given back ends that. */
  onFailure(listener: (failure: Failure) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Takes no more work for a life, and waits until what runs for it has ended, or `limitMs` have passed. Tasks are not
   * waited for: they run until the life ends.
   *
   * @returns the names of those that still run.
   */
  async drain(life: Life, limitMs: number): Promise<readonly string[]> {
    const scope = this.#scopeOf.get(life);
    if (scope === undefined) return [];
    scope.close();
    const running = (): string[] =>
      [...scope.flights].filter(({ run }) => run.kind !== 'task').map(({ run }) => describeRun(run));
    if (running().length === 0) return [];
    await new Promise<void>((resolve) => {
      const stopListening = scope.onChange(() => {
        if (running().length > 0) return;
        timer.cancel();
        stopListening();
        resolve();
      });
      const timer = this.#clock.after(limitMs, `end of what runs for ${life.name}`, () => {
        stopListening();
        resolve();
      });
    });
    return running();
  }

  /** Whether an execution is one of this executor's: there may be others in the process. */
  runs(execution: Execution): boolean {
    return execution instanceof Run && this.#isOurs(execution);
  }

  /** Traces an error that nobody handled to the execution it came from. Gives whether it is one of this executor's. */
  reportUnhandled(execution: Execution, error: unknown, unhandled: Unhandled): boolean {
    if (!(execution instanceof Run) || !this.#isOurs(execution)) return false;
    execution.of.reportUnhandled(execution, error, unhandled);
    return true;
  }

  #isOurs(run: Run): boolean {
    return run.of.host === this.#host;
  }

  #open<T>(scope: LifeScope, options: LaneOptions<T>): Lane<T> {
    const lane = new Lane(this.#host, scope, options);
    if (lane.closed) return lane;
    scope.lanes.add(lane);
    this.#scopes.add(scope);
    this.#lanes.add(lane);
    return lane;
  }

  #scopeFor(life: Life, duringStop: boolean): LifeScope {
    const scopes = duringStop ? this.#stopScopeOf : this.#scopeOf;
    let scope = scopes.get(life);
    if (scope === undefined) {
      scope = this.#newScope(life, duringStop);
      scopes.set(life, scope);
    }
    return scope;
  }

  #newScope(life: Life, duringStop: boolean): LifeScope {
    const scope = new LifeScope(life, duringStop);
    scope.onChange(() => {
      if (scope.empty) this.#scopes.delete(scope);
    });
    return scope;
  }

  #report({ error, run, scope, onError, ...details }: FailureReport): Failure {
    const failure: Failure = {
      error,
      app: run.owner,
      kind: run.kind,
      name: run.name,
      executionId: run.id,
      sourceLine: this.#sources.of(error),
      hint: hintOf(error),
      ...details,
    };
    this.#loggerOf(run.owner).error(failureFields(failure), failureMessage(failure));
    for (const listener of this.#listeners) {
      try {
        listener(failure);
      } catch (problem) {
        this.#logger.error({ err: problem }, 'A listener to failures failed itself');
      }
    }
    if (onError !== undefined) this.#errorLane(scope, run.of).submit({ failure, onError });
    return failure;
  }

  /**
   * Error handlers are people's code too; theirs are only logged when they fail. They have a scope of their own, so
   * that what fails while its life is drained is still told.
   */
  #errorLane(scope: LifeScope, { duringStop }: RunOwner): Lane<ErrorCall> {
    let lane = this.#errorLanes.get(scope);
    if (lane === undefined) {
      lane = this.#open<ErrorCall>(this.#newScope(scope.life, duringStop), {
        life: scope.life,
        kind: 'handler',
        name: 'onError',
        mode: 'parallel',
        duringStop,
        describe: ({ failure }) => failureMessage(failure),
        run: ({ failure, onError }) => onError(failure),
      });
      this.#errorLanes.set(scope, lane);
    }
    return lane;
  }
}
