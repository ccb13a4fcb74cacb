import type { Home } from '../home-assistant/home.ts';
import { Cancelled, HassetteError, TimedOut } from '../kernel/errors.ts';
import { formatDuration } from '../kernel/duration.ts';
import { type Failure, messageOf } from '../kernel/failure.ts';
import type { Outcome } from '../kernel/lane-options.ts';
import { Life } from '../kernel/life.ts';
import { Resource } from '../kernel/resource.ts';
import type { HeldRuns } from '../kernel/run-pace.ts';
import { isCancellation, untilAborted } from '../kernel/waiting.ts';
import { WaitLedger } from '../storage/wait-ledger.ts';
import { checkAppConfig, checkDefaults } from './app-config.ts';
import { AppConfigInvalid } from './app-errors.ts';
import { type AppBelongings, Belongings, type SharedServices } from './app-given.ts';
import type { AppLimits } from './app-limits.ts';
import type { AppFinder, FoundApp } from './app-loader.ts';
import { APP_TRANSITIONS, type AppInput, type AppStatus, isSettled } from './app-status.ts';
import { type AppClass, type AppGiven, appHomeName, appSchema, type HostedApp, makeApp } from './app.ts';
import { registerDecorated } from './decoration.ts';
import { chooseHome } from './home-choice.ts';
import type { AppProblem, AppReport, AppSpec } from './host-control.ts';

/** What an instance needs of its host. */
export interface AppSurroundings extends SharedServices {
  readonly finder: AppFinder;
  readonly limits: AppLimits;
  /** In a thread of its own, or in the daemon's. */
  readonly isolation: 'main' | 'thread';
  onReport(report: AppReport): void;
}

const START_HOOKS = ['beforeInitialize', 'onInitialize', 'afterInitialize'] as const;
const START_LIMIT_HINT =
  'Give what goes on for long to `this.tasks.spawn`, without awaiting it; or raise `limits.startHook` of the configuration.';
const SHUTDOWN_LIMIT_HINT =
  'The stop goes on without it. Where it is too short, raise `limits.shutdownHooks` of the configuration.';
const HELD_HINT =
  'Look for handlers that answer what they do themselves, or give them `debounce` or `throttle`; or raise `runsPerMinute`.';
const SHUTDOWN_HOOKS = ['beforeShutdown', 'onShutdown', 'afterShutdown'] as const;

/** A start hook came to no good end. It has been reported already. */
class StartFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(messageOf(failure.error), { cause: failure.error });
    this.failure = failure;
  }
}

/**
 * One app: from its class being looked for to its last shutdown hook. Whatever goes wrong on the way is its own affair,
 * shown with what to do; its start never fails for others.
 */
export class AppInstance extends Resource {
  readonly spec: AppSpec;
  readonly #around: AppSurroundings;
  readonly #life: Life;
  readonly #waits: WaitLedger;
  readonly #settled = Promise.withResolvers<AppReport>();
  /** It keeps its own limits, which are shorter; at half of this one there would be a warning. */
  protected override readonly stopLimitMs: number;
  #report: AppReport;
  #app: HostedApp | undefined;
  #beginning: Promise<void> | undefined;
  /** Calls off the start hook under way. */
  #callOffHook: ((reason: Cancelled) => void) | undefined;

  constructor(owner: Resource, spec: AppSpec, around: AppSurroundings) {
    super(spec.name, owner, `app.${spec.name}`);
    this.spec = spec;
    this.#around = around;
    this.#life = new Life(spec.name);
    const { storage, waits: behind } = around;
    this.#waits = new WaitLedger({ storage, behind, clock: this.clock, logger: this.logger, app: spec.name });
    this.stopLimitMs = 2 * (around.limits.drainMs + around.limits.shutdownHooksMs) + 1000;
    const { name, className, home } = spec;
    this.#report = {
      name,
      className,
      status: 'loading',
      sinceMs: this.clock.nowMs(),
      isolation: around.isolation,
      home,
    };
  }

  /** How it is at present. */
  get report(): AppReport {
    return this.#report;
  }

  /** Resolves when it runs, has failed or waits for its home. */
  get settled(): Promise<AppReport> {
    return this.#settled.promise;
  }

  protected override onStart(): void {
    this.#tell({});
    if (this.spec.logLevel !== undefined) this.context.logging.setLevel(this.path, this.spec.logLevel);
    this.#beginning = this.#begin();
  }

  protected override async onStop(): Promise<void> {
    const hadStarted = this.#report.status === 'running';
    const reason = new Cancelled(`"${this.name}" is stopping`);
    this.#move('stop');
    this.#callOffHook?.(reason);
    await this.#beginning;
    const { executor, limits } = this.#around;
    const running = await executor.drain(this.#life, limits.drainMs);
    if (running.length > 0) {
      this.logger.warn(
        `called off after ${formatDuration(limits.drainMs)}, since ${this.name} stops: ${running.join(', ')}`,
      );
    }
    this.#life.stop(reason);
    if (hadStarted) await this.#shutDown();
    const { home } = this.#report;
    if (home !== undefined) await this.#around.rules.release(home, this.name);
    await this.#waits.flush();
    this.#app = undefined;
    this.#move('ended');
  }

  protected override details(): Readonly<Record<string, unknown>> {
    const { status, className, file, home, problem } = this.#report;
    return { app: status, className, file, home, problem };
  }

  async #begin(): Promise<void> {
    try {
      // An import under way cannot be called off, but nobody has to wait for it.
      const found = await untilAborted(
        this.#around.finder.find(this.spec.className),
        this.signal,
        'the start of an app',
      );
      const home = this.#homeOf(found.appClass);
      this.#tell({ file: found.file, home: home.home });
      const config = await this.#configOf(found);
      if (!home.ready) {
        this.#move('home-awaited');
        await home.whenKnown(this.signal);
      }
      this.#setPace();
      await this.#around.rules.prepare(home.home, this.name);
      await this.#waits.load();
      if (this.signal.aborted) return;
      this.#move('begun');
      const app = await this.#make(found.appClass, this.#belongings(config, home));
      for (const hook of START_HOOKS) await this.#startHook(app, hook);
      this.#waits.release();
      this.#move('started');
    } catch (error) {
      // A stop has taken over.
      if (isCancellation(error) && this.signal.aborted) return;
      this.#fail(error);
    }
  }

  async #configOf({ appClass, name }: FoundApp): Promise<unknown> {
    const schema = appClass[appSchema];
    if (schema === undefined) {
      this.#refuseConfig(name);
      return undefined;
    }
    checkDefaults(schema, name);
    const checked = await checkAppConfig(schema, this.spec.config, ['apps', this.name, 'config']);
    if (checked.kind === 'right') return checked.config;
    throw new AppConfigInvalid(this.name, name, checked.problems);
  }

  /** An app without a schema has nothing to configure; what stands there was meant for something. */
  #refuseConfig(className: string): void {
    const { config } = this.spec;
    if (typeof config !== 'object' || config === null || Object.keys(config).length === 0) return;
    this.logger.warn(
      `${className} takes no configuration; that of ${this.name} is left aside. Let it extend App.with(schema) to have it.`,
    );
  }

  #homeOf(appClass: AppClass): Home {
    const { homes } = this.#around;
    const configured = this.spec.home;
    const ofClass = appClass[appHomeName];
    const name = chooseHome({ app: this.name, configured, ofClass }, [...homes.keys()]);
    if (ofClass !== undefined && ofClass !== name) {
      this.logger.info(`${this.name} works on home "${name}", as the configuration says; its class says "${ofClass}"`);
    }
    const home = homes.get(name);
    if (home === undefined) throw new TypeError(`home "${name}" was chosen, and is not there`);
    return home;
  }

  #setPace(): void {
    const { executor, limits } = this.#around;
    const perMinute = this.spec.runsPerMinute ?? limits.runsPerMinute;
    if (perMinute === undefined) return;
    executor.setPace(this.#life, {
      perMinute,
      onHeld: (held) => {
        this.#tell({ held });
        if (held === undefined) this.logger.info(`${this.name} keeps its pace again`);
        else this.logger.warn({ ...held, hint: HELD_HINT }, tellsHeld(this.name, held));
      },
    });
  }

  #belongings(config: unknown, home: Home): Belongings {
    const own: AppBelongings = {
      name: this.name,
      config,
      home,
      life: this.#life,
      logger: this.logger,
      dryRun: this.spec.dryRun === true,
      callTimeoutMs: this.#around.limits.callTimeoutMs,
      waits: this.#waits,
    };
    return new Belongings(own, this.#around);
  }

  async #make(appClass: AppClass, given: AppGiven): Promise<HostedApp> {
    const outcome = await this.#run('constructor', this.#around.limits.startHookMs, false, () => {
      this.#app = appClass[makeApp](given);
    });
    if (this.#app !== undefined && outcome.kind === 'done') return this.#app;
    throw this.#reasonOf(outcome);
  }

  async #startHook(app: HostedApp, hook: (typeof START_HOOKS)[number]): Promise<void> {
    const { startHookMs } = this.#around.limits;
    const halfway = this.clock.after(startHookMs / 2, `half of the time for ${hook} of ${this.name}`, () =>
      this.logger.warn(`${hook} of ${this.name} takes long: it is given up after ${formatDuration(startHookMs)}`),
    );
    try {
      const outcome = await this.#run(hook, startHookMs, false, () => {
        if (hook === 'onInitialize') registerDecorated(app);
        return app[hook]();
      });
      if (outcome.kind !== 'done') throw this.#reasonOf(outcome);
    } finally {
      halfway.cancel();
    }
  }

  /** The hooks share one time limit. One that fails keeps none of the others from running. */
  async #shutDown(): Promise<void> {
    const endMs = this.clock.monotonicMs() + this.#around.limits.shutdownHooksMs;
    for (const hook of SHUTDOWN_HOOKS) {
      const leftMs = endMs - this.clock.monotonicMs();
      if (leftMs <= 0) {
        this.logger.warn(`${hook} of ${this.name} did not run: the time for shutdown hooks was spent`);
        continue;
      }
      await this.#run(hook, leftMs, true, () => this.#app?.[hook]());
    }
  }

  async #run(name: string, timeoutMs: number, duringStop: boolean, run: () => unknown): Promise<Outcome> {
    const lane = this.#around.executor.lane<undefined>({
      life: this.#life,
      kind: 'hook',
      name,
      timeoutMs,
      timeoutHint: duringStop ? SHUTDOWN_LIMIT_HINT : START_LIMIT_HINT,
      duringStop,
      run,
    });
    if (!duringStop) this.#callOffHook = (reason) => lane.cancel(reason);
    try {
      return await lane.request(undefined);
    } finally {
      this.#callOffHook = undefined;
      lane.close();
    }
  }

  #reasonOf(outcome: Outcome): Error {
    if (outcome.kind === 'failed' || outcome.kind === 'timed-out') return new StartFailed(outcome.failure);
    return new Cancelled(`the start of "${this.name}" was called off`);
  }

  #fail(error: unknown): void {
    this.#life.stop(new Cancelled(`"${this.name}" has failed to start`, { cause: error }));
    this.#app = undefined;
    const problem = problemOf(error, this.name);
    // What a hook threw has been logged where it was caught.
    if (!(error instanceof StartFailed))
      this.logger.error({ code: problem.code, hint: problem.hint }, `${this.name} cannot start: ${problem.message}`);
    this.#move('failed', problem);
  }

  #move(input: AppInput, problem?: AppProblem): void {
    const status = APP_TRANSITIONS[this.#report.status][input];
    if (status !== undefined) this.#tell({ status, sinceMs: this.clock.nowMs(), ...(problem && { problem }) });
  }

  #tell(news: Partial<AppReport>): void {
    this.#report = { ...this.#report, ...news };
    this.#around.onReport(this.#report);
    const { status }: { readonly status: AppStatus } = this.#report;
    if (isSettled(status)) this.#settled.resolve(this.#report);
  }
}

function tellsHeld(name: string, { perMinute, waited }: HeldRuns): string {
  const runs = waited === 1 ? 'a run' : `${waited} runs`;
  return `${name}: ${runs} of its handlers had to wait, since it may begin ${perMinute} a minute (\`runsPerMinute\`)`;
}

function problemOf(error: unknown, name: string): AppProblem {
  const failure = error instanceof StartFailed ? error.failure : undefined;
  const cause = failure === undefined ? error : failure.error;
  const line = failure?.sourceLine;
  // The message of a time limit says whose it was.
  const what = failure === undefined || cause instanceof TimedOut ? '' : `${failure.name} failed: `;
  return {
    code: cause instanceof HassetteError ? cause.code : 'APP_START_FAILED',
    message: `${what}${messageOf(cause)}`,
    hint:
      failure?.hint ??
      (cause instanceof HassetteError ? cause.hint : undefined) ??
      `Correct ${line === undefined ? `the class of ${name}` : line.file} and start the daemon again.`,
    ...(line !== undefined && { at: `${line.file}:${line.line}:${line.column}` }),
  };
}
