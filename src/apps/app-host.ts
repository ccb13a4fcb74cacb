import { BusService } from '../bus/bus-service.ts';
import type { Happening } from '../bus/event-history.ts';
import { patternTest } from '../bus/key-pattern.ts';
import type { Emission } from '../bus/topics.ts';
import { Home } from '../home-assistant/home.ts';
import type { HomeLink } from '../home-assistant/home-link.ts';
import { BlockingPool } from '../kernel/blocking-pool.ts';
import { Executor } from '../kernel/executor.ts';
import { type Failure, messageOf } from '../kernel/failure.ts';
import { HassetteError } from '../kernel/errors.ts';
import type { LogLevel } from '../kernel/logging.ts';
import { Resource, type ResourceContext } from '../kernel/resource.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import type { Activity } from '../kernel/virtual-clock.ts';
import { RuleService } from '../rules/rule-service.ts';
import { SchedulerService } from '../scheduler/scheduler-service.ts';
import { Storage } from '../storage/storage.ts';
import type { StorageLink } from '../storage/storage-link.ts';
import { WriteBehind } from '../storage/write-behind.ts';
import { AppInstance, type AppSurroundings } from './app-instance.ts';
import type { AppLimits } from './app-limits.ts';
import { type AppFinder, AppLoader } from './app-loader.ts';
import type {
  AppDetails,
  AppFailure,
  AppReport,
  AppSpec,
  HistoryAsked,
  HostControl,
  HostOrders,
} from './host-control.ts';

export interface AppHostOptions {
  readonly control: HostControl;
  readonly links: readonly HomeLink[];
  /** Where apps keep things. */
  readonly storage: StorageLink;
  /** The apps folder. */
  readonly folder: string;
  readonly cacheFolder?: string | undefined;
  /** Finds classes in place of the apps folder. */
  readonly finder?: AppFinder | undefined;
  readonly limits: AppLimits;
  readonly isolation: 'main' | 'thread';
}

/** What is awaited within so long is written down together; nobody waits for it. */
const GATHER_WAITS_MS = 5;

/**
 * Where apps live: mirrors of the homes, bus, scheduler, executor, and the apps themselves. It stands on links and on a
 * control, which carry plain data, so it is the same in the daemon's own thread and in one of its own.
 */
export class AppHost extends Resource implements HostOrders, Activity {
  readonly executor: Executor;
  readonly homes: ReadonlyMap<string, Home>;
  readonly bus: BusService;
  readonly scheduler: SchedulerService;
  readonly rules: RuleService;
  readonly blocking: BlockingPool;
  readonly storage: Storage;
  /** Writes down what waits for longer than the daemon may live. */
  readonly waits: WriteBehind;
  readonly #options: AppHostOptions;
  readonly #finder: AppFinder;
  readonly #instances = new Map<string, AppInstance>();
  /** What another host's apps emitted, while it is published here: it is not to be sent back. */
  #arriving: Emission | undefined;

  constructor(owner: Resource | ResourceContext, options: AppHostOptions) {
    super('host', owner);
    const { clock } = this.context;
    this.#options = options;
    const { folder, cacheFolder } = options;
    // An import takes the machine's time, at whatever speed the daemon's passes.
    this.#finder = options.finder ?? new AppLoader({ folder, cacheFolder, clock: new SystemClock() });
    const { executionMs: timeoutMs, maxPending } = options.limits;
    const { logging } = this.context;
    this.executor = new Executor({
      clock,
      logger: logging.logger('executor'),
      loggerOf: (app) => logging.logger(`app.${app}`),
      defaults: { timeoutMs, maxPending },
    });
    this.homes = new Map(options.links.map((link) => [link.home, new Home(this, link)]));
    this.bus = new BusService(this, { executor: this.executor, history: options.limits.history });
    this.scheduler = new SchedulerService(this, { executor: this.executor });
    this.blocking = new BlockingPool(this);
    this.storage = new Storage(options.storage, clock);
    this.waits = new WriteBehind(this, {
      ...{ name: 'waits', storage: this.storage, what: 'what apps wait for, and where their rules stand' },
      gatherMs: GATHER_WAITS_MS,
    });
    this.rules = new RuleService(this, {
      executor: this.executor,
      homes: this.homes.values(),
      storage: this.storage,
      behind: this.waits,
    }).dependsOn(this.waits);
  }

  async startApp(spec: AppSpec): Promise<AppReport> {
    await this.stopApp(spec.name);
    const instance = new AppInstance(this, spec, this.#surroundings());
    instance.dependsOn(...this.homes.values(), this.bus, this.scheduler, this.rules, this.blocking, this.waits);
    this.#instances.set(spec.name, instance);
    await instance.start();
    return instance.settled;
  }

  async stopApp(name: string): Promise<void> {
    const instance = this.#instances.get(name);
    this.#instances.delete(name);
    await instance?.stop();
  }

  deliverTopic(emission: Emission): void {
    this.#arriving = emission;
    this.bus.topics(emission.home).publish(emission.topic, emission);
  }

  setLogLevel(path: string | undefined, level: LogLevel | undefined): void {
    this.context.logging.setLevel(path, level);
  }

  describeApps(): Promise<readonly AppDetails[]> {
    const subscriptions = Map.groupBy(this.bus.subscriptions(), ({ app }) => app);
    const jobs = Map.groupBy(this.scheduler.list(), ({ app }) => app);
    const rules = Map.groupBy(this.rules.list(), ({ app }) => app);
    const details = Array.from(this.#instances.values(), ({ report }) => ({
      ...report,
      subscriptions: subscriptions.get(report.name) ?? [],
      jobs: jobs.get(report.name) ?? [],
      rules: rules.get(report.name) ?? [],
    }));
    return Promise.resolve(details);
  }

  readHistory(question: HistoryAsked): Promise<readonly Happening[]> {
    const { subject, ...rest } = question;
    const isMeant = subject === undefined ? undefined : patternTest(subject);
    const found = this.bus.readHistories({ ...rest, isMeant });
    // Apps may have told anything; what leaves the thread is what can be written down of it.
    return Promise.resolve(found.map((happening): Happening => JSON.parse(JSON.stringify(happening))));
  }

  busy(): readonly string[] {
    return [...this.executor.busy(), ...this.#finder.busy(), ...this.blocking.busy()];
  }

  protected override onStart(): void {
    const { control } = this.#options;
    if (this.#finder instanceof AppLoader) this.own(this.#finder);
    this.own(this.executor.onFailure((failure) => control.onFailure(plainFailure(failure, this.clock.nowMs()))));
    for (const home of this.homes.values())
      this.own(home.configured.subscribe('*', () => this.scheduler.refreshHomes()));
    for (const home of this.homes.keys()) {
      this.own(this.bus.topics(home).subscribe('*', (emission) => this.#tellElsewhere(emission)));
    }
  }

  protected override details(): Readonly<Record<string, unknown>> {
    return { apps: this.#instances.size, ...this.executor.counters };
  }

  #tellElsewhere(emission: Emission): void {
    if (emission === this.#arriving) return;
    try {
      this.#options.control.onTopic(emission);
    } catch (error) {
      const { topic, from } = emission;
      this.logger.warn(
        { err: error },
        `what ${from} emitted under "${topic}" reaches no app in another thread: give plain data`,
      );
    }
  }

  #surroundings(): AppSurroundings {
    const { limits, isolation, control } = this.#options;
    const { clock, executor, homes, bus, scheduler, rules, blocking, storage, waits } = this;
    return {
      ...{ clock, executor, homes, bus, scheduler, rules, blocking, storage, waits, limits, isolation },
      finder: this.#finder,
      onReport: (report) => control.onAppReport(report),
    };
  }
}

function plainFailure(failure: Failure, atMs: number): AppFailure {
  const { error, sourceLine: line, hint, input } = failure;
  return {
    app: failure.app,
    kind: failure.kind,
    name: failure.name,
    executionId: failure.executionId,
    atMs,
    message: messageOf(error),
    ...(error instanceof HassetteError && { code: error.code }),
    ...(error instanceof Error && { stack: error.stack }),
    ...(hint !== undefined && { hint }),
    ...(input !== undefined && { input }),
    ...(line !== undefined && { at: `${line.file}:${line.line}:${line.column}` }),
  };
}
