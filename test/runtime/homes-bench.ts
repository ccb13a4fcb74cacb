import type { AppReport } from '../../src/apps/host-control.ts';
import type { ConfigurationInput } from '../../src/config/schema.ts';
import { Logging, type LogRecord } from '../../src/kernel/logging.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';
import { configurationOf } from '../../src/runtime/configuration-of.ts';
import type { RuntimeStatus } from '../../src/runtime/runtime-status.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { SimulatedHome } from '../../src/simulator/simulated-home.ts';
import { TemporaryFolder } from '../apps/temporary-folder.ts';

export interface HomeSetup {
  readonly states?: Readonly<Record<string, string>> | undefined;
  readonly timeZone?: string | undefined;
  /** It is not there at the start. */
  readonly away?: boolean | undefined;
  /** The daemon has a token that the home does not know. */
  readonly refuses?: boolean | undefined;
}

export interface HomesBenchOptions {
  /** The apps folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly homes: Readonly<Record<string, HomeSetup>>;
  readonly apps: NonNullable<ConfigurationInput['apps']>;
  readonly connection?: ConfigurationInput['connection'];
}

/** The whole daemon with several simulated homes, under virtual time. */
export class HomesBench implements AsyncDisposable {
  readonly clock = new VirtualClock({ now: Temporal.Instant.from('2026-01-15T12:00:00Z') });
  readonly logs: LogRecord[] = [];
  readonly runtime: Runtime;
  readonly #homes: ReadonlyMap<string, SimulatedHome>;
  readonly #folder: TemporaryFolder;

  private constructor({ files, homes, apps, connection }: HomesBenchOptions) {
    const { clock } = this;
    const logging = new Logging({ clock, format: 'silent', level: 'trace' });
    logging.tap((record) => this.logs.push(record));
    this.#folder = new TemporaryFolder(files);
    this.#homes = new Map(
      Object.entries(homes).map(([name, { states, timeZone = 'Europe/Berlin', away }], index) => {
        const home = new SimulatedHome({ clock, seed: index + 1, states, config: { time_zone: timeZone } });
        if (away === true) home.kill();
        return [name, home];
      }),
    );
    this.runtime = Runtime.create({
      clock,
      logging,
      version: 'test',
      configuration: configurationOf({
        homes: Object.fromEntries(Object.keys(homes).map((name) => [name, 'simulated' as const])),
        apps,
        connection,
      }),
      appsFolder: this.#folder.path,
      homes: Object.fromEntries(
        Array.from(this.#homes, ([name, { transport, token }]) => [
          name,
          { transport, token: homes[name]?.refuses === true ? 'a-token-of-another-home' : token },
        ]),
      ),
    });
    clock.addActivity(this.runtime);
  }

  /** Starts it, and waits until every app runs, has failed or waits for its home. */
  static async start(options: HomesBenchOptions): Promise<HomesBench> {
    const bench = new HomesBench(options);
    await bench.clock.pump(bench.runtime.start().then(() => bench.runtime.apps.settled()));
    await bench.clock.settle();
    return bench;
  }

  home(name: string): SimulatedHome {
    const home = this.#homes.get(name);
    if (home === undefined) throw new TypeError(`no home "${name}"`);
    return home;
  }

  get status(): RuntimeStatus {
    return this.runtime.runtimeStatus();
  }

  /** How each app is, by its name. */
  get apps(): Readonly<Record<string, AppReport['status']>> {
    return Object.fromEntries(this.runtime.apps.apps().map(({ name, status }) => [name, status]));
  }

  /** What an app has logged. */
  said(app: string): readonly string[] {
    return this.logs.filter(({ logger, level }) => logger === `app.${app}` && level === 'info').map(({ msg }) => msg);
  }

  /** Warnings, and what is worse, of everybody. */
  get complaints(): readonly string[] {
    return this.logs.filter(({ level }) => ['warn', 'error', 'fatal'].includes(level)).map(({ msg }) => msg);
  }

  async set(home: string, entityId: string, state: string): Promise<void> {
    this.home(home).setState(entityId, state);
    await this.clock.settle();
  }

  async advance(minutes: number): Promise<void> {
    await this.clock.advanceBy(minutes * 60_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clock.pump(this.runtime.stop());
    this.#folder[Symbol.dispose]();
  }
}
