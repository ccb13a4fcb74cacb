import { type Happening, mergedHappenings } from '../bus/event-history.ts';
import type { Emission } from '../bus/topics.ts';
import type { AppConfiguration } from '../config/schema.ts';
import type { HomeLink } from '../home-assistant/home-link.ts';
import type { LogLevel } from '../kernel/logging.ts';
import { messageOf } from '../kernel/failure.ts';
import { HassetteError, InvalidArgument } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import { Resource, type ResourceContext } from '../kernel/resource.ts';
import type { Activity } from '../kernel/virtual-clock.ts';
import type { StorageLink } from '../storage/storage-link.ts';
import { AppHost } from './app-host.ts';
import { type AppLimits, DEFAULT_APP_LIMITS } from './app-limits.ts';
import type { AppFinder } from './app-loader.ts';
import { isSettled } from './app-status.ts';
import type {
  AppDetails,
  AppFailure,
  AppReport,
  AppSpec,
  HistoryAsked,
  HostControl,
  HostOrders,
} from './host-control.ts';
import { ThreadHost } from './thread/thread-host.ts';

/** An app as the configuration has it, as far as it matters here. */
export type AppSettings = Pick<AppConfiguration, 'class'> & Partial<AppConfiguration>;

export interface AppHandlerOptions {
  readonly apps: Readonly<Record<string, AppSettings>>;
  /** The apps folder. */
  readonly folder: string;
  /** Where compiled files are kept between starts; nowhere by default. */
  readonly cacheFolder?: string | undefined;
  /** Finds classes in place of the apps folder, for apps in the daemon's own thread. */
  readonly finder?: AppFinder | undefined;
  readonly links: readonly HomeLink[];
  /** Where apps keep things. */
  readonly storage: StorageLink;
  readonly limits?: AppLimits | undefined;
  /** For all apps. @defaultValue false */
  readonly dryRun?: boolean | undefined;
}

/**
 * The apps of the configuration: which host each lives in, and how each one is. It starts when its hosts have; whether
 * the apps do is their own affair, to be waited for by {@link settled} and {@link started}.
 */
export class AppHandler extends Resource implements Activity {
  /** The host in the daemon's own thread. */
  readonly host: AppHost;
  readonly #options: AppHandlerOptions;
  readonly #limits: AppLimits;
  readonly #reports = new Map<string, AppReport>();
  /** Hosts in threads of their own, by their app. */
  readonly #threads = new Map<string, ThreadHost>();
  readonly #reportListeners = new Set<(report: AppReport) => void>();
  readonly #failureListeners = new Set<(failure: AppFailure) => void>();
  #starting: readonly Promise<AppReport>[] = [];

  constructor(owner: Resource | ResourceContext, options: AppHandlerOptions) {
    super('apps', owner);
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_APP_LIMITS;
    const { folder, cacheFolder, finder, links, storage } = options;
    this.host = new AppHost(this, {
      folder,
      cacheFolder,
      finder,
      links,
      storage,
      limits: this.#limits,
      isolation: 'main',
      control: this.#control(),
    });
  }

  /** How every configured app is, in the order of the configuration. */
  apps(): readonly AppReport[] {
    return [...this.#reports.values()];
  }

  app(name: string): AppReport | undefined {
    return this.#reports.get(name);
  }

  /** Resolves when every app runs, has failed or waits for its home. */
  async settled(): Promise<readonly AppReport[]> {
    await Promise.all(this.#starting);
    return this.apps();
  }

  /** Resolves when every app runs or has failed. Those whose home stays away do neither. */
  async started(): Promise<readonly AppReport[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (this.apps().every(({ status }) => isSettled(status) && status !== 'waiting for home')) resolve();
    };
    const stopListening = this.onReport(look);
    look();
    try {
      await promise;
    } finally {
      stopListening();
    }
    return this.apps();
  }

  /** Tells a listener each time an app becomes something else. */
  onReport(listener: (report: AppReport) => void): () => void {
    this.#reportListeners.add(listener);
    return () => this.#reportListeners.delete(listener);
  }

  /** Tells a listener of each failure of an app's code, wherever it runs. */
  onFailure(listener: (failure: AppFailure) => void): () => void {
    this.#failureListeners.add(listener);
    return () => this.#failureListeners.delete(listener);
  }

  /** Starts an app of the configuration, or starts it anew. It does not reject for a fault of the app. */
  async startApp(name: string): Promise<AppReport> {
    const settings = this.#settingsOf(name);
    const { isolation = 'main' } = settings;
    await this.stopApp(name);
    const report: AppReport = {
      name,
      className: settings.class,
      status: 'loading',
      sinceMs: this.clock.nowMs(),
      isolation,
    };
    this.#take(report);
    try {
      const host = isolation === 'thread' ? await this.#newThread(name) : this.host;
      return await host.startApp(this.#spec(name, settings));
    } catch (error) {
      // Its thread could not be made, or ended while the app started; that is told by then.
      return this.signal.aborted ? report : this.#fail(name, error);
    }
  }

  async stopApp(name: string): Promise<void> {
    const thread = this.#threads.get(name);
    this.#threads.delete(name);
    if (thread === undefined) await this.host.stopApp(name);
    else await thread.stop();
  }

  /** Changes a log level here and in all threads. */
  setLogLevel(path: string | undefined, level: LogLevel | undefined): void {
    for (const host of this.#hosts()) host.setLogLevel(path, level);
  }

  /** Every app with what it has registered. */
  async describeApps(): Promise<readonly AppDetails[]> {
    const described = await Promise.all(Array.from(this.#hosts(), (host) => host.describeApps()));
    const details = new Map(described.flat().map((app) => [app.name, app]));
    return this.apps().map((report) => ({
      subscriptions: [],
      jobs: [],
      rules: [],
      ...details.get(report.name),
      ...report,
    }));
  }

  /** What happened lately, as far as some app was told, wherever it lives. The oldest first. */
  async readHistory(question: HistoryAsked): Promise<readonly Happening[]> {
    const read = await Promise.all(Array.from(this.#hosts(), (host) => host.readHistory(question)));
    return mergedHappenings(read, question.limit);
  }

  busy(): readonly string[] {
    // Threads that are being stopped are children still.
    const threads = [...this.children].filter((child) => child instanceof ThreadHost);
    return [...this.host.busy(), ...threads.flatMap((thread) => thread.busy())];
  }

  protected override onStart(): void {
    for (const [name, { enabled = true, class: className, isolation = 'main', home }] of Object.entries(
      this.#options.apps,
    )) {
      const status = enabled ? 'loading' : 'disabled';
      this.#take({ name, className, status, sinceMs: this.clock.nowMs(), isolation, home });
    }
    this.#starting = this.apps().flatMap(({ name, status }) => (status === 'disabled' ? [] : [this.startApp(name)]));
  }

  protected override details(): Readonly<Record<string, unknown>> {
    return { apps: Object.fromEntries(this.apps().map(({ name, status }) => [name, status])) };
  }

  *#hosts(): Iterable<HostOrders> {
    yield this.host;
    yield* this.#threads.values();
  }

  async #newThread(name: string): Promise<ThreadHost> {
    const { folder, cacheFolder, links, storage } = this.#options;
    const thread = new ThreadHost(this, {
      name,
      folder,
      cacheFolder,
      links,
      storage,
      limits: this.#limits,
      control: this.#control(() => thread),
      onEnded: (error) => {
        if (this.#threads.get(name) !== thread) return;
        this.#threads.delete(name);
        this.#fail(name, error);
        void thread.stop();
      },
    });
    this.#threads.set(name, thread);
    await thread.start();
    return thread;
  }

  #spec(name: string, { class: className, config, home, dryRun, logLevel, runsPerMinute }: AppSettings): AppSpec {
    return {
      name,
      className,
      config: config ?? {},
      home,
      logLevel,
      runsPerMinute,
      dryRun: dryRun ?? this.#options.dryRun,
    };
  }

  #control(self: () => HostOrders = () => this.host): HostControl {
    return {
      onAppReport: (report) => this.#take(report),
      onFailure: (failure) => {
        for (const listener of this.#failureListeners) listener(failure);
      },
      onTopic: (emission) => this.#passOn(emission, self()),
    };
  }

  #passOn(emission: Emission, from: HostOrders): void {
    for (const host of this.#hosts()) if (host !== from) host.deliverTopic(emission);
  }

  #fail(name: string, error: unknown): AppReport {
    const { class: className, isolation = 'main' } = this.#settingsOf(name);
    const present = this.#reports.get(name);
    if (present?.status === 'failed') return present;
    const hint = error instanceof HassetteError ? error.hint : undefined;
    const code = error instanceof HassetteError ? error.code : 'APP_START_FAILED';
    const problem = { code, message: messageOf(error), hint: hint ?? 'See the log for what came before.' };
    const report: AppReport = {
      name,
      className,
      isolation,
      ...present,
      status: 'failed',
      sinceMs: this.clock.nowMs(),
      problem,
    };
    this.#take(report);
    return report;
  }

  #settingsOf(name: string): AppSettings {
    const { apps } = this.#options;
    const settings = Object.hasOwn(apps, name) ? apps[name] : undefined;
    if (settings !== undefined) return settings;
    const meant = nearest(name, Object.keys(apps));
    throw new InvalidArgument(`No app "${name}" is configured`, {
      hint: meant === undefined ? `Apps are ${Object.keys(apps).join(', ')}.` : `Did you mean "${meant}"?`,
    });
  }

  #take(report: AppReport): void {
    this.#reports.set(report.name, report);
    for (const listener of this.#reportListeners) listener(report);
  }
}
