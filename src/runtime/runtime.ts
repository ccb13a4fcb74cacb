import { join } from 'node:path';
import { AppHandler } from '../apps/app-handler.ts';
import type { AppFinder } from '../apps/app-loader.ts';
import { writtenHappening, type WrittenHappening } from '../apps/bus-history.ts';
import type { Configuration, HomeConfiguration } from '../config/schema.ts';
import type { HomeProblem } from '../home-assistant/home-link.ts';
import { StoredOwnCalls } from '../home-assistant/provenance/stored-own-calls.ts';
import { EventLoopMonitor } from '../kernel/event-loop-delay.ts';
import { installRejectionGuard } from '../kernel/rejection-guard.ts';
import { Resource, type ResourceContext } from '../kernel/resource.ts';
import { withTimeout } from '../kernel/waiting.ts';
import type { Activity } from '../kernel/virtual-clock.ts';
import type { StorageAdapter } from '../storage/storage-link.ts';
import { StorageService } from '../storage/storage-service.ts';
import { storedWaits, type WaitDescription } from '../storage/wait-ledger.ts';
import { configuredStorage } from './configured-storage.ts';
import { type ControlQuestion, ControlSocket } from './control-socket.ts';
import { type HomeAccess, Homes, type Reconnecting } from './homes.ts';
import { healthOf, type HomeReport, type RuntimeStatus } from './runtime-status.ts';

export interface RuntimeOptions extends ResourceContext {
  readonly configuration: Configuration;
  /** The folder of the user's classes. */
  readonly appsFolder: string;
  /** The folder of the daemon's own files; without one nothing is written and `hassette status` finds nobody. */
  readonly dataFolder?: string | undefined;
  readonly version: string;
  /** Ways to homes by name, in place of the configured ones. */
  readonly homes?: Readonly<Record<string, HomeAccess>> | undefined;
  /** Finds app classes, in place of the apps folder. */
  readonly finder?: AppFinder | undefined;
  /** Where things are stored, in place of the configured one. Whoever gives it has opened it, and closes it. */
  readonly storage?: StorageAdapter | undefined;
}

/** How the daemon came to its end. */
export interface RuntimeEnd {
  /** 0 clean, 1 failure, 2 configuration (a token that every home refuses is that). */
  readonly exitCode: number;
}

/** Whoever asks for the status waits no longer for the storage. */
const WAITS_LIMIT_MS = 1000;

/**
 * The daemon: joins connections, apps and what watches over them, and is the root of their tree. Two in one process do
 * not know of each other.
 */
export class Runtime extends Resource implements Activity {
  readonly #options: RuntimeOptions;
  readonly #ended = Promise.withResolvers<RuntimeEnd>();
  readonly #eventLoop = new EventLoopMonitor();
  readonly #startedMs: number;
  #homes: Homes | undefined;
  #apps: AppHandler | undefined;
  #storage: StorageService | undefined;
  #exitCode = 0;

  private constructor(options: RuntimeOptions) {
    super('hassette', options);
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
  }

  static create(options: RuntimeOptions): Runtime {
    return new Runtime(options);
  }

  /** Resolves when it has stopped, whoever wanted it. */
  get ended(): Promise<RuntimeEnd> {
    return this.#ended.promise;
  }

  /** The apps. There from the start on. */
  get apps(): AppHandler {
    if (this.#apps === undefined) throw new TypeError('the runtime has not started');
    return this.#apps;
  }

  /** The connections to the homes. There from the start on. */
  get homes(): Homes {
    if (this.#homes === undefined) throw new TypeError('the runtime has not started');
    return this.#homes;
  }

  busy(): readonly string[] {
    return [...(this.#apps?.busy() ?? []), ...(this.#storage?.busy() ?? [])];
  }

  runtimeStatus(): RuntimeStatus {
    const homes = (this.#homes?.reports() ?? []).map((report): HomeReport => {
      const home = this.#apps?.host.homes.get(report.name);
      return {
        ...report,
        entities: home?.mirror.size,
        version: home?.config?.version,
        timeZone: home?.config?.time_zone,
      };
    });
    const apps = this.#apps?.apps() ?? [];
    const resources = this.describe();
    const { rss, heapUsed } = process.memoryUsage();
    return {
      ...healthOf({ runtime: this.status, homes, apps, resources, storage: this.#storage?.problems ?? [] }),
      version: this.#options.version,
      pid: process.pid,
      startedAt: Temporal.Instant.fromEpochMilliseconds(Math.round(this.#startedMs)).toString(),
      uptimeMs: this.clock.nowMs() - this.#startedMs,
      homes,
      apps,
      executions: this.#apps?.host.executor.counters,
      eventLoopDelay: this.#eventLoop.read(),
      memory: { rssMb: megabytes(rss), heapMb: megabytes(heapUsed) },
      resources,
    };
  }

  override async stop(options?: Parameters<Resource['stop']>[0]): Promise<void> {
    const { drainMs, shutdownHooksMs, resourceStopMs } = this.#options.configuration.limits;
    await super.stop({ withinMs: drainMs + shutdownHooksMs + resourceStopMs, ...options });
    this.#ended.resolve({ exitCode: this.#exitCode });
  }

  protected override async onStart(): Promise<void> {
    const { configuration, appsFolder, dataFolder, finder } = this.#options;
    const storage = await this.#makeStorage();
    const ownCalls = new StoredOwnCalls(this, storage.storage).dependsOn(storage);
    const control =
      dataFolder === undefined ? undefined : new ControlSocket(this, dataFolder, (question) => this.#answer(question));
    const { connection, limits } = configuration;
    const settings = { ...connection, ...limits, ownCalls };
    const homes = new Homes(this, await this.#accesses(), settings, (problems) => this.#refused(problems));
    this.#homes = homes;
    this.#apps = new AppHandler(this, {
      apps: configuration.apps,
      folder: appsFolder,
      cacheFolder: dataFolder === undefined ? undefined : join(dataFolder, 'compiled'),
      links: homes.connections,
      storage,
      limits: { ...limits, callTimeoutMs: connection.callTimeoutMs },
      dryRun: configuration.dryRun,
      finder,
    }).dependsOn(homes, storage);
    homes.dependsOn(ownCalls);
    // A second daemon on the same folder is refused before it touches anything.
    if (control !== undefined) storage.dependsOn(control);

    this.#eventLoop.start();
    this.own(this.#eventLoop);
    this.own(
      installRejectionGuard({
        executor: this.#apps.host.executor,
        logger: this.logger,
        onFatal: (error) => this.#end(1, error),
      }),
    );
    this.onFatal(({ error }) => this.#end(1, error));
    await this.startChildren();
    this.logger.info({ version: this.#options.version }, `up; starting ${counted(this.#apps.apps().length, 'app')}`);
  }

  async #makeStorage(): Promise<StorageService> {
    const { configuration, dataFolder, storage: lent } = this.#options;
    const onListenerFailure = (error: unknown): void =>
      this.logger.error({ err: error }, 'somebody who watches the storage failed');
    const { clock } = this;
    const random = this.context.random ?? Math.random;
    const adapter = lent ?? (await configuredStorage({ configuration, dataFolder, clock, onListenerFailure, random }));
    this.#storage = new StorageService(this, { adapter, lent: lent !== undefined });
    return this.#storage;
  }

  /** With what only the storage knows, which may be slow, or down. */
  async #fullStatus(): Promise<RuntimeStatus> {
    const status = this.runtimeStatus();
    const storage = this.#storage?.storage;
    if (storage === undefined) return status;
    const read = (): Promise<readonly WaitDescription[]> =>
      Promise.all(status.apps.map(({ name }) => storedWaits(storage, name))).then((waits) => waits.flat());
    try {
      return { ...status, waits: await withTimeout(this.clock, WAITS_LIMIT_MS, 'reading what apps wait for', read) };
    } catch {
      // What is wrong with the storage is among the problems.
      return status;
    }
  }

  #answer(question: ControlQuestion): Reconnecting | Promise<RuntimeStatus | readonly WrittenHappening[]> {
    switch (question.ask) {
      case 'status':
        return this.#fullStatus();
      case 'reconnect':
        return this.homes.reconnect(question.home);
      case 'events': {
        const { ask: _ask, agoMs, ...asked } = question;
        const sinceMs = agoMs === undefined ? asked.sinceMs : this.clock.nowMs() - agoMs;
        return this.apps.readHistory({ ...asked, sinceMs }).then((found) => found.map(writtenHappening));
      }
      default:
        return question satisfies never;
    }
  }

  /** How each home is reached. What only a few need is loaded only then: the simulator, the network's libraries. */
  async #accesses(): Promise<ReadonlyMap<string, HomeAccess>> {
    const { configuration, homes: given = {} } = this.#options;
    const accesses = new Map<string, HomeAccess>();
    for (const [home, settings] of Object.entries(configuration.homes)) {
      accesses.set(home, given[home] ?? (await this.#access(home, settings)));
    }
    return accesses;
  }

  async #access(home: string, settings: HomeConfiguration): Promise<HomeAccess> {
    if (settings === 'simulated') {
      const { SimulatedAccess } = await import('./simulated-access.ts');
      const { livingHome } = await import('./living-home.ts');
      const living = await livingHome(this.#options.configuration.simulate, this.clock, home);
      return new SimulatedAccess(this, home, living);
    }
    const { NetworkTransport } = await import('../home-assistant/connection/network-transport.ts');
    const transport = new NetworkTransport({ clock: this.clock, ...settings });
    this.own(transport);
    return { transport, token: settings.token };
  }

  #refused(problems: readonly HomeProblem[]): void {
    const told = problems.map(({ message }) => message).join('; ');
    const hint = `${problems[0]?.hint ?? ''} To go on trying, set \`connection.onRefused: retry\`.`.trim();
    this.logger.fatal({ code: problems[0]?.code, hint }, `${told}. The daemon ends, since no home lets it in.`);
    this.#end(2, undefined);
  }

  #end(exitCode: number, error: unknown): void {
    if (error !== undefined) this.logger.fatal({ err: error }, 'cannot go on; the daemon ends');
    this.#exitCode = exitCode;
    void this.stop();
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}
