import { AppHandler, type AppSettings } from '../../src/apps/app-handler.ts';
import type { AppLimits } from '../../src/apps/app-limits.ts';
import type { AppFailure, AppReport } from '../../src/apps/host-control.ts';
import { HomeConnection } from '../../src/home-assistant/connection/home-connection.ts';
import { Logging, type LogRecord } from '../../src/kernel/logging.ts';
import { Resource } from '../../src/kernel/resource.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { TemporaryFolder } from './temporary-folder.ts';

class Root extends Resource {}

export interface BenchOptions {
  /** The apps folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly apps: Readonly<Record<string, AppSettings>>;
  readonly states?: Readonly<Record<string, string>> | undefined;
  readonly limits?: AppLimits | undefined;
  /** Whether the home is there from the start. @defaultValue true */
  readonly homeIsUp?: boolean | undefined;
}

/** Apps in a folder, their handler, and a simulated home in memory, under virtual time. */
export class AppBench implements AsyncDisposable {
  readonly clock = new VirtualClock({ now: Temporal.Instant.from('2026-01-15T12:00:00Z') });
  readonly logging = new Logging({ clock: this.clock, format: 'silent', level: 'trace' });
  readonly home: SimulatedHome;
  readonly handler: AppHandler;
  readonly connection: HomeConnection;
  readonly reports: AppReport[] = [];
  readonly failures: AppFailure[] = [];
  readonly logs: LogRecord[] = [];
  readonly folder: TemporaryFolder;
  readonly #root: Root;

  private constructor(options: BenchOptions) {
    this.folder = new TemporaryFolder(options.files);
    this.home = new SimulatedHome({
      clock: this.clock,
      states: options.states,
      config: { time_zone: 'Europe/Berlin' },
    });
    this.#root = new Root('test', { clock: this.clock, logging: this.logging, random: () => 0 });
    this.connection = new HomeConnection(this.#root, {
      home: 'default',
      transport: this.home.transport,
      token: this.home.token,
    });
    const storage = memoryStorage(this.#root, this.clock);
    this.handler = new AppHandler(this.#root, {
      apps: options.apps,
      folder: this.folder.path,
      links: [this.connection],
      storage,
      limits: options.limits,
    }).dependsOn(this.connection, storage);
    this.clock.addActivity(this.handler);
    this.clock.addActivity(storage);
    this.handler.onReport((report) => this.reports.push(report));
    this.handler.onFailure((failure) => this.failures.push(failure));
    this.logging.tap((record) => this.logs.push(record));
  }

  static async start(options: BenchOptions): Promise<AppBench> {
    const bench = new AppBench(options);
    if (options.homeIsUp === false) bench.home.kill();
    const { handler } = bench;
    const start = bench.#root.start();
    await bench.clock.pump(start.then(() => (options.homeIsUp === false ? handler.settled() : handler.started())));
    await bench.clock.settle();
    return bench;
  }

  report(name: string): AppReport | undefined {
    return this.handler.app(name);
  }

  /** The statuses that an app has been through. */
  statuses(name: string): readonly string[] {
    const statuses = this.reports.filter((report) => report.name === name).map(({ status }) => status);
    return statuses.filter((status, index) => status !== statuses[index - 1]);
  }

  /** What an app has logged, details left out. Failures of its code have a list of their own. */
  said(name: string): readonly string[] {
    return this.logs
      .filter(({ logger, level }) => logger === `app.${name}` && (level === 'info' || level === 'warn'))
      .map(({ msg }) => msg);
  }

  /** The services that were called, in order. */
  calls(): readonly string[] {
    return this.home.calls.map(({ domain, service }) => `${domain}.${service}`);
  }

  async set(entityId: string, state: string): Promise<void> {
    this.home.setState(entityId, state);
    await this.clock.settle();
  }

  async stop(): Promise<void> {
    await this.clock.pump(this.#root.stop());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.folder[Symbol.dispose]();
  }
}
