import { Waiter } from './capacity.ts';
import { DropNotice } from './drop-notice.ts';
import { Cancelled, HassetteError, TimedOut } from './errors.ts';
import { type ExecutionKind, runInExecution } from './execution.ts';
import type { Failure, Unhandled } from './failure.ts';
import { LaneFlight } from './flight.ts';
import type { FailureReport, LaneHost, LaneView } from './lane-host.ts';
import {
  QUEUE_FULL_HINT,
  tellsAbandoned,
  tellsDrops,
  tellsLongWait,
  tellsQueueFull,
  timeLimitHint,
  UNHANDLED_HINTS,
} from './lane-notices.ts';
import type { Paced, RunPace } from './run-pace.ts';
import { type LaneCounters, type LaneOptions, noCounts, type Outcome, type OverlapMode } from './lane-options.ts';
import type { Life } from './life.ts';
import type { LifeScope } from './life-scope.ts';
import { describeRun, Run, type RunOwner } from './run.ts';
import { isCancellation } from './waiting.ts';
import { LONG_WAIT_MS, type Waiting, WaitingLine } from './waiting-line.ts';

/** A line was full, and its overflow is `'error'`. */
export class QueueFull extends HassetteError {
  readonly code = 'QUEUE_FULL';
  readonly audience = 'author';
}

/** What is called off has so long to come to its end before it counts as abandoned. */
const UNWINDING_LIMIT_MS = 1000;
/** A handler that submits to its own lane gives way to the rest of the daemon after so many runs in one go. */
const RUNS_IN_A_ROW = 100;

const CANCELLED: Outcome = { kind: 'cancelled' };
const DROPPED: Outcome = { kind: 'dropped' };

type Settle = (outcome: Outcome) => void;

/**
 * The runs of one handler, job, hook or task, with their own rule for what happens when they overlap.
 *
 * There are as many lanes as handlers, and most are idle: what only a busy one needs is made when it is needed.
 */
export class Lane<T> implements LaneView, RunOwner, Paced {
  readonly life: Life;
  readonly kind: ExecutionKind;
  readonly name: string;
  readonly mode: OverlapMode;
  readonly duringStop: boolean;
  readonly counters: LaneCounters = noCounts();
  readonly host: LaneHost;
  readonly #scope: LifeScope;
  readonly #options: LaneOptions<T>;
  readonly #run: LaneOptions<T>['run'];
  readonly #pace: RunPace | undefined;
  #waiter: Waiter | undefined;
  #line: WaitingLine<T> | undefined;
  #flights: Set<LaneFlight<T>> | undefined;
  /** Those in flight and those on the stack. */
  #running = 0;
  #closed: boolean;
  #inARow = 0;
  /** What waits goes on in a later turn. */
  #givesWay = false;
  #resting: PromiseWithResolvers<void> | undefined;
  #roomWanted: (() => void)[] | undefined;
  #drops: DropNotice | undefined;

  constructor(host: LaneHost, scope: LifeScope, options: LaneOptions<T>) {
    this.life = options.life;
    this.kind = options.kind;
    this.name = options.name;
    this.mode = options.mode ?? 'queued';
    this.duringStop = options.duringStop ?? false;
    this.host = host;
    this.#scope = scope;
    this.#closed = scope.closed;
    this.#options = options;
    this.#run = options.run;
    this.#pace = options.paced === true ? host.paceOf(options.life) : undefined;
  }

  get running(): number {
    return this.#running;
  }

  get pending(): number {
    return this.#line?.size ?? 0;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves once nothing runs and nothing waits. What was called off does not count. */
  get idle(): Promise<void> {
    if (this.#running === 0 && this.pending === 0) return Promise.resolve();
    this.#resting ??= Promise.withResolvers();
    return this.#resting.promise;
  }

  /**
   * Runs it at once if it may, otherwise does as the lane's mode says. Whatever the person's code throws stays here.
   *
   * @throws QueueFull if the line is full and its overflow is `'error'`.
   */
  submit(input: T): void {
    this.#admit(input, undefined);
  }

  /** As {@link submit}, and tells what became of it. Never rejects. */
  request(input: T): Promise<Outcome> {
    return new Promise((resolve) => {
      try {
        this.#admit(input, resolve);
      } catch (error) {
        if (!(error instanceof QueueFull)) throw error;
        resolve(DROPPED);
      }
    });
  }

  /** Resolves once a submission would neither be dropped nor make the line longer than it may be. */
  async room(): Promise<void> {
    while (this.#full && !this.#closed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      (this.#roomWanted ??= []).push(resolve);
      await promise;
    }
  }

  /** Drops what waits and calls off what runs. */
  cancel(reason: Cancelled): void {
    this.#dropPending();
    for (let run = this.host.onStack; run !== undefined; run = run.outer) {
      if (run.of === this) run.cancel(reason);
    }
    for (const flight of [...(this.#flights ?? [])]) flight.callOff(reason);
    this.#rest();
  }

  /** Takes no more submissions and drops what waits. What runs goes on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#dropPending();
    this.#drops?.close();
    this.#pace?.forget(this);
    this.#rest();
    this.#scope.lanes.delete(this);
    this.host.forget(this);
    this.#scope.changed();
  }

  /** Something that one of its runs left behind was rejected or threw, and nobody handled it. */
  reportUnhandled(run: Run, error: unknown, unhandled: Unhandled): void {
    if (run.cancelled && isCancellation(error)) return;
    this.#count('unhandled');
    this.#report(run, error, { unhandled, hint: UNHANDLED_HINTS[unhandled] });
  }

  newId(): string {
    return this.host.newId();
  }

  keepLeftover(run: Run): void {
    this.#scope.keepLeftover(run);
  }

  get #waiting(): Waiter {
    return (this.#waiter ??= new Waiter(this.#options.priority ?? 0, () => this.#serve()));
  }

  get #mayStart(): boolean {
    return (this.#running === 0 || this.mode === 'parallel') && this.#pace?.open !== false;
  }

  /** The pace of its life lets it begin the next one. */
  resume(): void {
    if (this.pending === 0) return;
    if (this.#mayStart) this.host.capacity.ask(this.#waiting);
    else this.#awaitPace();
  }

  #awaitPace(): void {
    if (this.pending > 0 && this.#pace?.open === false) this.#pace.wait(this);
  }

  get #full(): boolean {
    return this.pending >= this.#limit;
  }

  /** How many may wait. While one runs, `single` has no line and `restart` no need of one. */
  get #limit(): number {
    if (this.mode === 'single') return this.#running === 0 ? 1 : 0;
    if (this.mode === 'restart') return 1;
    return this.#options.maxPending ?? this.host.defaults.maxPending;
  }

  #admit(input: T, settle: Settle | undefined): void {
    if (this.#closed) {
      this.#count('cancelled');
      settle?.(CANCELLED);
      return;
    }
    if (this.mode === 'restart' && (this.#running > 0 || this.pending > 0)) {
      this.cancel(new Cancelled(`${this.#label} was called off for a newer run`));
    }
    if (this.#mayStart && this.pending === 0 && this.host.capacity.take()) {
      this.#start(input, settle);
      return;
    }
    const isHeld = this.#pace?.open === false;
    if (isHeld) this.#pace?.note();
    if (this.#full && !this.#overflow(settle)) return;
    this.#line ??= new WaitingLine(this.host.clock, this.#label, (oldest) => this.#tellLongWait(oldest));
    this.#line.push(input, settle);
    if (isHeld) this.#awaitPace();
    else if (this.#mayStart) this.host.capacity.ask(this.#waiting);
    else this.#line.watch();
  }

  /** Whether there is room for a new one now. */
  #overflow(settle: Settle | undefined): boolean {
    const { overflow = 'drop-oldest' } = this.#options;
    if (overflow === 'block') return true;
    const oldest = overflow === 'drop-oldest' ? this.#line?.shift() : undefined;
    this.#count('dropped');
    this.#drops ??= new DropNotice(this.host.clock, this.#label, (count) => this.#tellDrops(count));
    this.#drops.note();
    if (overflow === 'error') {
      throw new QueueFull(tellsQueueFull(this.#label, this.mode, this.#limit), { hint: QUEUE_FULL_HINT });
    }
    (oldest === undefined ? settle : oldest.settle)?.(DROPPED);
    return oldest !== undefined;
  }

  /** Its place in the executor has been taken. */
  #start(input: T, settle: Settle | undefined): void {
    const run = new Run(this);
    this.#running += 1;
    this.#pace?.spend();
    this.counters.started += 1;
    this.host.totals.started += 1;
    run.outer = this.host.onStack;
    this.host.onStack = run;
    let value: unknown;
    let isAsync = false;
    let outcome: Outcome | undefined;
    try {
      value = runInExecution(run, this.#run, input);
      isAsync = isThenable(value);
    } catch (error) {
      outcome = this.#thrown(run, input, error);
    }
    this.host.onStack = run.outer;
    if (isAsync) {
      this.#inARow = 0;
      this.#follow(new LaneFlight(this, run, input, settle), value);
      return;
    }
    if (outcome === undefined) {
      this.counters.done += 1;
      this.host.totals.done += 1;
    }
    settle?.(outcome ?? { kind: 'done', value });
    this.#leave(run);
  }

  /** The run turned out to be asynchronous: only now does it need a time limit and a place in the lists. */
  #follow(flight: LaneFlight<T>, value: unknown): void {
    const { timeoutMs = this.host.defaults.timeoutMs } = this.#options;
    (this.#flights ??= new Set()).add(flight);
    this.#scope.flights.add(flight);
    if (timeoutMs !== false) {
      flight.timer = this.host.clock.after(timeoutMs, `time limit of ${this.#label}`, () =>
        this.#expire(flight, timeoutMs),
      );
    }
    Promise.resolve(value).then(
      (result) => this.#land(flight, { kind: 'done', value: result }),
      (error: unknown) => this.#crash(flight, error),
    );
    // It was called off, or its life ended, while it was still on the stack and in no list.
    if (flight.run.cancelled || (!this.duringStop && this.life.ended)) {
      flight.callOff(new Cancelled(`${this.#label} was called off`));
    }
  }

  #crash(flight: LaneFlight<T>, error: unknown): void {
    if (!flight.calledOff) {
      this.#land(flight, this.#thrown(flight.run, flight.input, error));
      return;
    }
    this.#unwound(flight);
    if (!isCancellation(error))
      this.host
        .loggerOf(this.life.name)
        .debug({ err: error, app: this.life.name }, `${this.#label} failed after it had been called off`);
  }

  #land(flight: LaneFlight<T>, outcome: Outcome): void {
    if (flight.calledOff) {
      this.#unwound(flight);
      return;
    }
    if (outcome.kind === 'done') this.#count('done');
    flight.settle?.(outcome);
    this.#takeOut(flight);
  }

  #expire(flight: LaneFlight<T>, timeoutMs: number): void {
    const error = new TimedOut(this.#label, timeoutMs);
    this.#count('timedOut');
    const failure = this.#report(flight.run, error, {
      input: this.#describe(flight.input),
      hint: this.#options.timeoutHint ?? timeLimitHint(timeoutMs),
      // It comes from the clock, and so from whoever moves a virtual one: a line of a test, which has no part in it.
      sourceLine: undefined,
    });
    this.#letGo(flight, new Cancelled(error.message, { cause: error }), { kind: 'timed-out', failure });
  }

  /** For a flight that is to end before it has by itself. */
  callOff(flight: LaneFlight<T>, reason: Cancelled): void {
    this.#count('cancelled');
    this.#letGo(flight, reason, CANCELLED);
  }

  /** The lane goes on without the flight, which is refused whatever it tries from now on. */
  #letGo(flight: LaneFlight<T>, reason: Cancelled, outcome: Outcome): void {
    flight.calledOff = true;
    flight.run.cancel(reason);
    flight.settle?.(outcome);
    this.#scope.unwinding.add(flight);
    this.#takeOut(flight);
    flight.timer = this.host.clock.after(UNWINDING_LIMIT_MS, `end of ${this.#label}, called off`, () =>
      this.#abandon(flight),
    );
  }

  #unwound(flight: LaneFlight<T>): void {
    flight.timer?.cancel();
    this.#scope.unwound(flight);
  }

  #abandon(flight: LaneFlight<T>): void {
    this.#scope.unwound(flight);
    this.#count('abandoned');
    this.host
      .loggerOf(this.life.name)
      .warn(
        { app: this.life.name, executionId: flight.run.id, input: this.#describe(flight.input) },
        tellsAbandoned(this.#label, UNWINDING_LIMIT_MS),
      );
  }

  #takeOut(flight: LaneFlight<T>): void {
    flight.timer?.cancel();
    this.#flights?.delete(flight);
    this.#leave(flight.run);
    this.#scope.landed(flight);
  }

  /** Its place goes to whoever waits and comes first, which may be this lane again. */
  #leave(run: Run): void {
    run.finish();
    this.#running -= 1;
    const { capacity } = this.host;
    if (this.pending > 0 && this.#mayStart) this.#wantPlace();
    else this.#awaitPace();
    capacity.giveBack();
    this.#rest();
  }

  #wantPlace(): void {
    this.#inARow += 1;
    if (this.#inARow < RUNS_IN_A_ROW) {
      this.host.capacity.enlist(this.#waiting);
      return;
    }
    this.#inARow = 0;
    this.#givesWay = true;
    this.host.clock.defer(() => {
      this.#givesWay = false;
      this.resume();
    });
  }

  /** A place has been taken for the next in line. */
  #serve(): void {
    const next = this.#mayStart ? this.#line?.shift() : undefined;
    if (next === undefined) {
      this.host.capacity.giveBack();
      return;
    }
    this.#start(next.input, next.settle);
    if (this.pending > 0 && this.#mayStart && !this.#givesWay) this.host.capacity.enlist(this.#waiting);
    else this.#awaitPace();
  }

  #thrown(run: Run, input: T, error: unknown): Outcome {
    if (error instanceof Cancelled || (run.cancelled && isCancellation(error))) {
      this.#count('cancelled');
      return CANCELLED;
    }
    this.#count('failed');
    return { kind: 'failed', failure: this.#report(run, error, { input: this.#describe(input) }) };
  }

  #report(
    run: Run,
    error: unknown,
    details: Pick<FailureReport, 'input' | 'hint' | 'sourceLine' | 'unhandled'>,
  ): Failure {
    return this.host.report({ error, run, scope: this.#scope, onError: this.#options.onError, ...details });
  }

  #dropPending(): void {
    for (let next = this.#line?.shift(); next !== undefined; next = this.#line?.shift()) {
      this.#count('cancelled');
      next.settle?.(CANCELLED);
    }
    if (this.#waiter !== undefined) this.host.capacity.forget(this.#waiter);
  }

  /** Whoever waits for the lane to be less busy is told. */
  #rest(): void {
    if (this.#roomWanted !== undefined && (!this.#full || this.#closed)) {
      const wanted = this.#roomWanted;
      this.#roomWanted = undefined;
      for (const resolve of wanted) resolve();
    }
    if (this.#resting !== undefined && this.#running === 0 && this.pending === 0) {
      this.#resting.resolve();
      this.#resting = undefined;
    }
  }

  #tellLongWait(oldest: Waiting<T>): void {
    this.host
      .loggerOf(this.life.name)
      .warn(
        { app: this.life.name, input: this.#describe(oldest.input), pending: this.pending },
        tellsLongWait(this.#label, LONG_WAIT_MS),
      );
  }

  #tellDrops(count: number): void {
    const { overflow = 'drop-oldest' } = this.#options;
    const pace = this.#pace?.open === false ? this.#pace.perMinute : undefined;
    this.host
      .loggerOf(this.life.name)
      .warn(
        { app: this.life.name, dropped: count, droppedInAll: this.counters.dropped },
        tellsDrops(this.#label, count, { mode: this.mode, overflow, limit: this.#limit, pace }),
      );
  }

  #describe(input: T): string | undefined {
    try {
      return this.#options.describe?.(input);
    } catch {
      // It is a help beside a failure, and must not become one itself.
      return undefined;
    }
  }

  #count(what: keyof LaneCounters): void {
    this.counters[what] += 1;
    this.host.totals[what] += 1;
  }

  get #label(): string {
    return describeRun({ kind: this.kind, name: this.name, owner: this.life.name });
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
