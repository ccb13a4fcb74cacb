import type { Clock } from './clock.ts';
import { dependencyWaves } from './dependency-waves.ts';
import { Cancelled, HassetteError } from './errors.ts';
import { runOutsideExecutions } from './execution.ts';
import type { Logger, Logging } from './logging.ts';
import { describeProblem, type ResourceDescription } from './resource-description.ts';
import {
  RESOURCE_TRANSITIONS,
  type ResourceEffect,
  type ResourceInput,
  type ResourceStatus,
} from './resource-status.ts';
import { armLimit, type Timing, withinLimit } from './time-limit.ts';
import { isCancellation } from './waiting.ts';

/** Something was asked of a resource that has no place in the status that it is in. */
export class WrongStatus extends HassetteError {
  readonly code = 'WRONG_STATUS';
  readonly audience = 'hassette';
  readonly status: ResourceStatus;

  constructor(path: string, status: ResourceStatus, input: ResourceInput, why: string) {
    super(`"${path}" refuses "${input}": ${why}`);
    this.status = status;
  }
}

/** What a whole tree of resources shares; given to its root, inherited by all others. */
export interface ResourceContext {
  readonly clock: Clock;
  readonly logging: Logging;
  /** Chance, from 0 up to 1. @defaultValue Math.random */
  readonly random?: () => number;
}

/** Something that a resource lets go of when it stops. */
export type Owned = Disposable | AsyncDisposable | (() => unknown);

export interface StopOptions {
  /** Time for the whole of it, all children included. What has not ended by then is abandoned. */
  readonly withinMs?: number;
}

/** Something that went wrong in a resource. */
export interface ResourceFailure {
  readonly path: string;
  readonly error: unknown;
}

/** A listener of {@link Resource.onStatusChange}. */
export type StatusListener = (status: ResourceStatus, previous: ResourceStatus) => void;

/**
 * Whatever has a life. It is owned by another resource and owns others in turn. Starting it starts its children, each
 * after those that it depends on, then itself; stopping goes the same way back. It lives once: what has stopped or
 * failed is replaced by a new one.
 *
 * Constructors only assign; work begins in {@link onStart}.
 */
export abstract class Resource implements AsyncDisposable {
  readonly name: string;
  /** Names from below the root down to this, joined by dots; also the path of its logger. */
  readonly path: string;
  readonly owner: Resource | undefined;
  protected readonly context: ResourceContext;

  /** Time for `onStart`, without that of the children. There is a warning at half of it. */
  protected readonly startLimitMs: number = 30_000;
  /** Time for a start under way to end, then for `onStop`, then for each thing owned, when it stops. */
  protected readonly stopLimitMs: number = 2000;

  readonly #children = new Set<Resource>();
  readonly #dependencies = new Set<Resource>();
  readonly #owned = new Set<Owned>();
  readonly #statusListeners = new Set<StatusListener>();
  readonly #fatalListeners = new Set<(failure: ResourceFailure) => void>();
  readonly #controller = new AbortController();
  #status: ResourceStatus = 'created';
  #sinceMs: number;
  #problem: unknown;
  #begun = false;
  #starting: Promise<void> | undefined;
  /** What a start does, without its limit; never rejects. */
  #startWork: Promise<void> | undefined;
  /** Ends the start for whoever awaits it, though its work goes on. */
  #giveUpStart: ((reason: Error) => void) | undefined;
  #endStartLimit: (() => void) | undefined;
  #stopping: Promise<void> | undefined;

  /**
   * @param owner - the resource that this one ends with; for the root of a tree what the tree shares.
   * @param path - another path than owner and name make.
   */
  constructor(name: string, owner: Resource | ResourceContext, path?: string) {
    this.name = name;
    if (owner instanceof Resource) {
      if (owner.signal.aborted) throw new Cancelled(`"${name}" cannot begin: "${owner.path}" is stopping`);
      this.owner = owner;
      this.context = owner.context;
      this.path = path ?? (owner.owner === undefined ? name : `${owner.path}.${name}`);
      owner.#children.add(this);
    } else {
      this.context = owner;
      this.path = path ?? name;
    }
    this.#sinceMs = this.context.clock.nowMs();
  }

  get status(): ResourceStatus {
    return this.#status;
  }

  /** Aborted, with a `Cancelled`, as soon as the resource is to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get children(): ReadonlySet<Resource> {
    return this.#children;
  }

  /** What went wrong: why its start failed, or why its work broke off the last time. */
  get problem(): unknown {
    return this.#problem;
  }

  protected get clock(): Clock {
    return this.context.clock;
  }

  protected get logger(): Logger {
    return this.context.logging.logger(this.path);
  }

  /**
   * Lets it start after others, and stop before them. They may stand anywhere in the tree; what counts is then the
   * order of those two branches.
   */
  dependsOn(...others: readonly Resource[]): this {
    for (const other of others) this.#dependencies.add(other);
    return this;
  }

  /**
   * Lets go of something when this resource stops, the latest first.
   *
   * @returns takes it back without letting go of it.
   */
  own(thing: Owned): () => void {
    if (this.#status === 'stopped' || this.#status === 'failed') {
      // Acquired by something that went on after the end; nobody else would ever let go of it.
      void this.#release(thing).catch((error: unknown) => this.#logStopFailures([{ path: this.path, error }]));
      return () => undefined;
    }
    this.#owned.add(thing);
    return () => this.#owned.delete(thing);
  }

  /** Calls a listener after each change of {@link status}. */
  onStatusChange(listener: StatusListener): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  /** Calls a listener when this resource, or one below it, cannot go on and the daemon is not to go on without it. */
  onFatal(listener: (failure: ResourceFailure) => void): () => void {
    this.#fatalListeners.add(listener);
    return () => this.#fatalListeners.delete(listener);
  }

  /**
   * Starts the children in waves, then this resource. Asked again it is the same start.
   *
   * @throws what made the start fail, after all that had started was stopped again; Cancelled if it was stopped meanwhile.
   */
  async start(): Promise<void> {
    if (this.#move('start') === 'begin-start') this.#starting = runOutsideExecutions(() => this.#start());
    await this.#starting;
  }

  /**
   * Ends a start under way, then stops this resource and its children in reverse order, and leaves the owner. It never
   * rejects: what goes wrong, or takes too long and is abandoned, is gathered and logged once. Asked again it is the
   * same stop.
   */
  async stop(options: StopOptions = {}): Promise<void> {
    const failures: ResourceFailure[] = [];
    const deadlineMs = options.withinMs === undefined ? Infinity : this.clock.monotonicMs() + options.withinMs;
    await this.#stopInto(failures, deadlineMs);
    if (failures.length > 0) this.#logStopFailures(failures);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** This resource and all below it as plain data. */
  describe(): ResourceDescription {
    const details = this.details();
    return {
      name: this.name,
      path: this.path,
      status: this.#status,
      sinceMs: this.#sinceMs,
      ...(this.#problem === undefined ? {} : { problem: describeProblem(this.#problem) }),
      dependsOn: Array.from(this.#dependencies, (dependency) => dependency.path),
      ...(details === undefined ? {} : { details }),
      children: Array.from(this.#children, (child) => child.describe()),
    };
  }

  /** Does what makes it run. Its children run already; the signal is aborted if it is stopped meanwhile. */
  protected onStart(_signal: AbortSignal): Promise<void> | void {}

  /** Undoes what {@link onStart} did, or had begun to do. The children still run. */
  protected onStop(): Promise<void> | void {}

  /** More for {@link describe}; plain data. */
  protected details(): Readonly<Record<string, unknown>> | undefined {
    return undefined;
  }

  /** Starts, in waves, the children that were added since the start began. */
  protected async startChildren(): Promise<void> {
    const waiting = [...this.#children].filter((child) => child.#status === 'created');
    for (const wave of this.#waves(waiting)) {
      this.#assertGoesOn();
      await Promise.all(wave.map((child) => child.start()));
    }
    this.#assertGoesOn();
  }

  /** Tells every owner's {@link onFatal} that this resource cannot go on. */
  protected raiseFatal(error: unknown): void {
    this.#tellFatal({ path: this.path, error });
  }

  #tellFatal(failure: ResourceFailure): void {
    for (const listener of this.#fatalListeners) listener(failure);
    const { owner } = this;
    if (owner !== undefined) owner.#tellFatal(failure);
  }

  /** For services: their work is lost, recovered, given up or begun anew. */
  protected tell(input: 'lost' | 'recovered' | 'given-up' | 'anew', problem: unknown): void {
    this.#problem = problem;
    this.#move(input);
  }

  get #timing(): Timing {
    return { clock: this.clock, logger: this.logger };
  }

  /** @throws WrongStatus, in the words of the table, if the input has no place in the present status. */
  #move(input: ResourceInput): ResourceEffect {
    const transition = RESOURCE_TRANSITIONS[this.#status][input];
    if ('refusal' in transition) throw new WrongStatus(this.path, this.#status, input, transition.refusal);
    const previous = this.#status;
    if (transition.status === previous) return transition.effect;
    this.#status = transition.status;
    this.#sinceMs = this.clock.nowMs();
    for (const listener of this.#statusListeners) {
      try {
        listener(transition.status, previous);
      } catch (error) {
        this.logger.error({ err: error }, 'a listener of its status failed');
      }
    }
    return transition.effect;
  }

  async #start(): Promise<void> {
    const givenUp = Promise.withResolvers<never>();
    this.#giveUpStart = givenUp.reject;
    const work = this.#doStart(givenUp.reject);
    this.#startWork = work.catch(() => undefined);
    try {
      await Promise.race([work, givenUp.promise]);
      this.#assertGoesOn();
      this.#move('started');
    } catch (error) {
      // A stop has taken over; it cleans up.
      if (this.#status !== 'starting') throw this.#calledOff(error);
      this.#problem = error;
      this.#move('start-failed');
      const failures: ResourceFailure[] = [];
      this.#stopping = this.#stop(failures, Infinity, 'cleaned-up');
      await this.#stopping;
      if (failures.length > 0) this.#logStopFailures(failures);
      throw error;
    }
  }

  async #doStart(giveUp: (reason: Error) => void): Promise<void> {
    await this.startChildren();
    this.#begun = true;
    const hook = this.onStart(this.signal);
    if (!(hook instanceof Promise)) return;
    this.#endStartLimit = armLimit(this.#timing, `start of "${this.path}"`, this.startLimitMs, giveUp);
    try {
      await hook;
    } finally {
      this.#endStartLimit();
    }
  }

  #assertGoesOn(): void {
    if (this.signal.aborted) throw this.#calledOff(this.signal.reason);
  }

  #calledOff(cause: unknown): Cancelled {
    return cause instanceof Cancelled ? cause : new Cancelled(`"${this.path}" was stopped while it started`, { cause });
  }

  async #stopInto(failures: ResourceFailure[], deadlineMs: number): Promise<void> {
    if (this.#move('stop') === 'begin-stop') {
      this.#stopping = runOutsideExecutions(() => this.#stop(failures, deadlineMs, 'ended'));
    }
    await this.#stopping;
    // Its start had failed and was being cleaned up; that is done, now it ends.
    if (this.#status === 'failed') await this.#stopInto(failures, deadlineMs);
  }

  async #stop(failures: ResourceFailure[], deadlineMs: number, outcome: 'ended' | 'cleaned-up'): Promise<void> {
    const attempt = async (what: string, work: () => unknown): Promise<void> => {
      const limitMs = Math.max(0, Math.min(this.stopLimitMs, deadlineMs - this.clock.monotonicMs()));
      try {
        await withinLimit(this.#timing, what, limitMs, work);
      } catch (error) {
        if (!isCancellation(error)) failures.push({ path: this.path, error });
      }
    };

    const reason = new Cancelled(`"${this.path}" is stopping`);
    this.#endStartLimit?.();
    this.#controller.abort(reason);
    if (this.#startWork !== undefined) {
      // Children still starting are those of the last wave: nothing that runs depends on them.
      const halfway = [...this.#children].filter((child) => child.#status === 'starting');
      const work = this.#startWork;
      await Promise.all([
        attempt(`end of the start of "${this.path}"`, () => work),
        ...halfway.map((child) => child.#stopInto(failures, deadlineMs)),
      ]);
      this.#giveUpStart?.(reason);
    }
    if (this.#begun) {
      this.#begun = false;
      await attempt(`stop of "${this.path}"`, () => this.onStop());
    }
    for (const wave of this.#stopOrder(outcome)) {
      await Promise.all(wave.map((child) => child.#stopInto(failures, deadlineMs)));
    }
    for (const thing of [...this.#owned].toReversed()) {
      this.#owned.delete(thing);
      await attempt(`letting go of what "${this.path}" owns`, () => this.#release(thing));
    }
    const { owner } = this;
    if (this.#move(outcome) === 'leave' && owner !== undefined) owner.#children.delete(this);
  }

  /** Children that failed stay, to be seen, until their owner is really stopped. */
  #stopOrder(outcome: 'ended' | 'cleaned-up'): readonly (readonly Resource[])[] {
    const children = [...this.#children].filter((child) => outcome === 'ended' || child.#status !== 'failed');
    try {
      return this.#waves(children)
        .map((wave) => wave.toReversed())
        .toReversed();
    } catch {
      // The start was refused because of this circle; nothing in it has started, so any order will do.
      return [children.toReversed()];
    }
  }

  #waves(children: readonly Resource[]): readonly (readonly Resource[])[] {
    return dependencyWaves(
      children,
      (child) => this.#siblingsNeededBy(child),
      (child) => child.name,
    );
  }

  /** The children of this resource that a child, or anything below that child, depends on. */
  *#siblingsNeededBy(child: Resource, within: Resource = child): Iterable<Resource> {
    for (const dependency of within.#dependencies) {
      let branch: Resource | undefined = dependency;
      while (branch !== undefined && branch.owner !== this) branch = branch.owner;
      const isInside = branch === child && dependency !== child;
      if (branch !== undefined && !isInside) yield branch;
    }
    for (const below of within.#children) yield* this.#siblingsNeededBy(child, below);
  }

  async #release(thing: Owned): Promise<void> {
    if (typeof thing === 'function') await thing();
    else if (Symbol.asyncDispose in thing) await thing[Symbol.asyncDispose]();
    else thing[Symbol.dispose]();
  }

  #logStopFailures(failures: readonly ResourceFailure[]): void {
    const told = failures.map(({ path, error }) => ({ path, ...describeProblem(error) }));
    const [first] = failures;
    this.logger.error(
      { err: first?.error, failures: told },
      `stopped, but not cleanly: ${told.map(({ message }) => message).join('; ')}`,
    );
  }
}
