import type { BusScope, BusService } from '../bus/bus-service.ts';
import { assertMayAct } from '../kernel/life.ts';
import { waitUntil } from '../bus/wait-until.ts';
import { Api } from '../home-assistant/api/api.ts';
import type { Asker } from '../home-assistant/calls/home-requests.ts';
import { type EntityContext, type EntityHandle, entityHandle } from '../home-assistant/entity.ts';
import { HomeAway } from '../home-assistant/home-errors.ts';
import type { Home } from '../home-assistant/home.ts';
import type { HomePhase } from '../home-assistant/home-link.ts';
import { StatesView } from '../home-assistant/states/states-view.ts';
import { type DurationInput, durationMs } from '../kernel/duration.ts';
import type { Failure } from '../kernel/failure.ts';
import type { WaitLedger } from '../storage/wait-ledger.ts';
import { AppBus } from './app-bus.ts';
import { AppClock } from './app-clock.ts';
import { AppSun } from './app-sun.ts';

/** In whose name an app is given a home. */
export interface AppHomeOptions extends Asker {
  readonly service: BusService;
  readonly waits: WaitLedger;
  /** What `this` is in handlers: the app. Asked when one is called. */
  readonly self: () => unknown;
  /** Told of failures of handlers that have no `onError` of their own. */
  readonly onError: (failure: Failure) => unknown;
}

/**
 * A home, as an app is given it: `this.home` is the one that the app works on, whose parts are also the app's own
 * `this.bus`, `this.states` and so on; `this.homes.cabin` is another, of which the app has the same.
 *
 * @example
 * ```ts
 * const cabin = this.homes.cabin;
 * cabin.bus.onStateChange('binary_sensor.door', { to: 'on' }, () => this.entity('light.porch').turnOn());
 * if (cabin.ready && cabin.states.is('light.porch', 'on')) await cabin.entity('light.porch').turnOff();
 * ```
 */
export class AppHome {
  readonly #options: AppHomeOptions;
  #api: Api | undefined;
  #bus: AppBus | undefined;
  #clock: AppClock | undefined;
  #states: StatesView | undefined;
  #sun: AppSun | undefined;
  /** Handlers of questions. */
  #questions: BusScope | undefined;
  #entities: EntityContext | undefined;

  constructor(options: AppHomeOptions) {
    this.#options = options;
  }

  /** Its name in the configuration. */
  get name(): string {
    return this.#options.home.home;
  }

  /** How the connection to it is. */
  get status(): HomePhase {
    return this.#options.home.connection.phase;
  }

  /** Whether what is known of it is its present. */
  get ready(): boolean {
    return this.#options.home.ready;
  }

  /**
   * Waits until what is known of it is its present. The app's own home is ready when the app starts; others may come a
   * moment later, or not at all.
   *
   * @param options - `timeout` gives false when it has not come by then. @defaultValue it is waited for as long as the
   * execution may last
   * @throws InvalidArgument where `timeout` is no duration; Cancelled once the execution that waits is called off or the
   * app stops.
   *
   * @example
   * ```ts
   * if (await this.homes.cabin.whenReady({ timeout: '10s' })) this.logger.info(this.homes.cabin.timeZone);
   * ```
   */
  async whenReady(options: { readonly timeout?: DurationInput | undefined } = {}): Promise<boolean> {
    const { home, life, clock } = this.#options;
    const what = `wait for home "${this.name}"`;
    assertMayAct(life, what);
    const timeoutMs = options.timeout === undefined ? undefined : durationMs(options.timeout, 'timeout');
    const known = await waitUntil<true>({ life, clock, timeoutMs, what }, (settle, fail) => {
      const controller = new AbortController();
      home.whenKnown(controller.signal).then(() => settle(true), fail);
      return () => controller.abort();
    });
    return known === true;
  }

  /**
   * Its time zone, as in `Europe/Berlin`.
   *
   * @throws HomeAway where the home has not told it yet: that is never so of the app's own home.
   */
  get timeZone(): string {
    return this.#told('time zone').timeZone;
  }

  /** Subscriptions to what happens in it, and to what apps tell each other there. They end with the app. */
  get bus(): AppBus {
    this.#bus ??= new AppBus(this.#options);
    return this.#bus;
  }

  /** What it can be asked and told. While it is away, calls wait for it up to their time limit. */
  get api(): Api {
    const { service, life, self, onError, waits } = this.#options;
    this.#api ??= new Api({
      ...this.#options,
      keeping: { waits, scope: () => (this.#questions ??= service.scope({ life, self, onError })) },
    });
    return this.#api;
  }

  /** Its states as they are now, or were last; there are none before it has answered for the first time. */
  get states(): StatesView {
    this.#states ??= new StatesView(this.#options.home);
    return this.#states;
  }

  /** The time in it. */
  get clock(): AppClock {
    this.#clock ??= new AppClock(this.#options.clock, () => this.timeZone);
    return this.#clock;
  }

  /**
   * Has the daemon try to connect at once, where it waits to: something has told the app that the home is back. Where
   * it is connected, or just being so, nothing happens.
   *
   * @throws Cancelled once the app has stopped.
   *
   * @example
   * ```ts
   * this.homes.cabin.bus.onDisconnected(() => this.logger.info('the cabin is away'));
   * this.bus.onStateChange('binary_sensor.vpn', { to: 'on' }, () => this.homes.cabin.retryNow());
   * ```
   */
  retryNow(): void {
    assertMayAct(this.#options.life, 'home.retryNow');
    this.#options.home.link.retryNow();
  }

  /** The sun there. */
  get sun(): AppSun {
    this.#sun ??= new AppSun({
      clock: this.#options.clock,
      timeZone: () => this.timeZone,
      place: () => this.#told('position').position,
    });
    return this.#sun;
  }

  /**
   * An entity of it to work with.
   *
   * @example
   * ```ts
   * await this.homes.cabin.entity('climate.stove').setTemperature({ temperature: 19 });
   * ```
   */
  entity<const Id extends string>(entityId: Id): EntityHandle<Id> {
    const { bus, api } = this;
    const { home, life } = this.#options;
    this.#entities ??= {
      home,
      api,
      override: (id) => home.overrides.of(id, life.name),
      onStateChange: bus.onStateChange.bind(bus) as EntityContext['onStateChange'],
      waitFor: bus.waitFor.bind(bus) as EntityContext['waitFor'],
    };
    return entityHandle(entityId, this.#entities);
  }

  /** What only the home can tell, once it has. */
  #told(what: string): Home {
    const { home } = this.#options;
    if (home.config !== undefined) return home;
    const { problem } = home.connection;
    const why = problem === undefined ? '' : `: ${problem.message}`;
    throw new HomeAway(`The ${what} of home "${this.name}" is not known, since it has not answered yet${why}`, {
      hint: `Wait for it first: \`await this.homes.${this.name}.whenReady({ timeout: '10s' })\`.`,
    });
  }
}
