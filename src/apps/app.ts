import type { z } from 'zod';
import type { Api } from '../home-assistant/api/api.ts';
import type { EntityHandle } from '../home-assistant/entity.ts';
import type { Failure } from '../kernel/failure.ts';
import type { Logger } from '../kernel/logging.ts';
import type { TaskBucket } from '../kernel/task-bucket.ts';
import type { AppRules } from '../rules/app-rules.ts';
import type { Machine } from '../rules/machine.ts';
import type { MachineDefinition } from '../rules/machine-definition.ts';
import type { Rule } from '../rules/rule.ts';
import type { RuleOptions } from '../rules/rule-options.ts';
import type { AppScheduler } from '../scheduler/app-scheduler.ts';
import type { AppBus } from './app-bus.ts';
import type { AppClock } from './app-clock.ts';
import { AppNotHosted, AppOfAnotherHassette } from './app-errors.ts';
import type { AppHome } from './app-home.ts';
import type { AppHomes } from './app-homes.ts';
import type { HomeName } from '../home-assistant/subscriptions/state-types.ts';
import type { AppStore } from './store/app-store.ts';
import type { AppSun } from './app-sun.ts';
import type { StatesView } from '../home-assistant/states/states-view.ts';

/**
 * What an app and its host agree upon. It is raised when the daemon can no longer host the apps of an older copy. All
 * plumbing of `App` is behind registered symbols, so that a class is recognised whichever copy of Hassette its `App` is
 * from, and completion on `this.` shows what is meant for apps alone.
 */
const HOSTING = 1;

export const appBrand: unique symbol = Symbol.for('hassette.app');
export const appSchema: unique symbol = Symbol.for('hassette.app.schema');
export const appHomeName: unique symbol = Symbol.for('hassette.app.home');
export const makeApp: unique symbol = Symbol.for('hassette.app.make');

/** What a host gives to an app. */
export interface AppGiven {
  readonly name: string;
  readonly config: unknown;
  readonly bus: AppBus;
  readonly scheduler: AppScheduler;
  readonly rules: AppRules;
  readonly api: Api;
  readonly states: StatesView;
  readonly tasks: TaskBucket;
  readonly store: AppStore;
  readonly logger: Logger;
  readonly clock: AppClock;
  readonly sun: AppSun;
  readonly home: AppHome;
  readonly homes: AppHomes;
  readonly signal: AbortSignal;
  entity<Id extends string>(entityId: Id): EntityHandle<Id>;
  /** Told of the app as soon as it exists, before its fields are initialised. */
  adopt(app: HostedApp): void;
}

/** An app as its host sees it. */
export interface HostedApp {
  beforeInitialize(): unknown;
  onInitialize(): unknown;
  afterInitialize(): unknown;
  beforeShutdown(): unknown;
  onShutdown(): unknown;
  afterShutdown(): unknown;
  onError(failure: Failure): unknown;
}

/** A class that a host can make an app of, from whichever copy of Hassette. */
export interface AppClass {
  readonly name: string;
  readonly [appBrand]: { readonly hosting: number };
  readonly [appSchema]: z.ZodType | undefined;
  readonly [appHomeName]: string | undefined;
  [makeApp](given: AppGiven): HostedApp;
}

/** What `App.with(schema)` gives: a class to extend, whose `this.config` is the schema's output. */
export type ConfiguredApp<Schema extends z.ZodType> = (abstract new () => App<z.output<Schema>>) & {
  readonly [appBrand]: { readonly hosting: number };
  readonly [appSchema]: Schema;
  readonly [appHomeName]: string | undefined;
  [makeApp](given: AppGiven): HostedApp;
};

export interface AppOptions {
  /**
   * The home that the app works on, where there are several. An instance's `home` in the configuration comes first.
   *
   * @defaultValue the only one there is, else the one that is called `default`
   */
  readonly home?: HomeName | undefined;
}

/**
 * An automation. Extend it, or what {@link App.with} gives where there is something to configure, and export the class
 * from a file in the apps folder.
 *
 * An app is made once its home is known, so everything it is given can be used at once, in field initialisers too;
 * `onInitialize` is the place to register handlers and jobs. Whatever an app has registered goes when it stops.
 *
 * @example
 * ```ts
 * import { App } from 'hassette';
 *
 * export class Doorbell extends App {
 *   override onInitialize() {
 *     this.bus.onStateChange('binary_sensor.doorbell', { to: 'on' }, () => this.logger.info('somebody is at the door'));
 *   }
 * }
 * ```
 */
export abstract class App<Config = undefined> {
  static readonly [appBrand] = { hosting: HOSTING };
  static readonly [appSchema]: z.ZodType | undefined = undefined;
  static readonly [appHomeName]: string | undefined = undefined;

  /** Set for as long as one `new` takes, so that a class of a user's needs no constructor that passes it on. */
  static #nextGiven: AppGiven | undefined;
  readonly #given: AppGiven | undefined;

  constructor() {
    this.#given = App.#nextGiven;
    App.#nextGiven = undefined;
    this.#given?.adopt(this);
  }

  /**
   * A base class with a configuration: the schema is both the check of what stands in the configuration file and the
   * type of `this.config`.
   *
   * @example
   * ```ts
   * const Config = z.object({ lamp: entityId('light'), offAfter: duration().default('5m') });
   *
   * export class Lamp extends App.with(Config) {
   *   override onInitialize() {
   *     this.bus.onStateChange(this.config.lamp, { to: 'on', for: this.config.offAfter }, () =>
   *       this.api.call('light.turn_off', { target: this.config.lamp }));
   *   }
   * }
   * ```
   */
  static with<Schema extends z.ZodType>(schema: Schema, options: AppOptions = {}): ConfiguredApp<Schema> {
    abstract class Configured extends App<z.output<Schema>> {
      static override readonly [appSchema]: Schema = schema;
      static override readonly [appHomeName] = options.home;
    }
    return Configured;
  }

  /** Makes an app of the class. Only its host has what it takes. */
  static [makeApp](this: unknown, given: AppGiven): HostedApp {
    App.#nextGiven = given;
    try {
      // Every class that a user exports can be made without arguments; an abstract one fails by itself.
      return new (this as new () => HostedApp)();
    } finally {
      App.#nextGiven = undefined;
    }
  }

  /** The instance's name in the configuration. */
  get name(): string {
    return this.#of('name').name;
  }

  /** The instance's configuration: checked, with defaults filled in, and frozen. */
  get config(): Config {
    // The host has parsed it by the schema that this type comes from.
    return this.#of('config').config as Config;
  }

  /** Subscriptions to what happens in the home and between apps. */
  get bus(): AppBus {
    return this.#of('bus').bus;
  }

  /** Jobs at times and after delays. */
  get scheduler(): AppScheduler {
    return this.#of('scheduler').scheduler;
  }

  /** Everything that Home Assistant can be asked and told. */
  get api(): Api {
    return this.#of('api').api;
  }

  /** The home's states as they are now. */
  get states(): StatesView {
    return this.#of('states').states;
  }

  /** Work beside the handlers: tasks, sleeps, and functions in a worker pool. */
  get tasks(): TaskBucket {
    return this.#of('tasks').tasks;
  }

  /** What the app keeps over a restart, in a place of its own. */
  get store(): AppStore {
    return this.#of('store').store;
  }

  /** The app's own log. */
  get logger(): Logger {
    return this.#of('logger').logger;
  }

  /** The time in the home. */
  get clock(): AppClock {
    return this.#of('clock').clock;
  }

  /** The sun at the home: whether it is up, where it stands, when it rises and sets. */
  get sun(): AppSun {
    return this.#of('sun').sun;
  }

  /** The home that the app works on. */
  get home(): AppHome {
    return this.#of('home').home;
  }

  /**
   * All homes that the daemon is connected to, by name. A name that is none of them throws `HomeUnknown`.
   *
   * @example
   * ```ts
   * for (const home of Object.values(this.homes)) this.logger.info(`${home.name}: ${home.status}`);
   * if ('cabin' in this.homes) await this.homes.cabin.api.call('light.turn_off', { target: 'all' });
   * ```
   */
  get homes(): AppHomes {
    return this.#of('homes').homes;
  }

  /** Aborted when the app stops. */
  get signal(): AbortSignal {
    return this.#of('signal').signal;
  }

  /**
   * An entity to work with: its state, and its domain's services as methods.
   *
   * @example
   * ```ts
   * await this.entity('light.kitchen').turnOn({ brightness_pct: 40 });
   * ```
   */
  entity<const Id extends string>(entityId: Id): EntityHandle<Id> {
    return this.#of('entity()').entity(entityId);
  }

  /**
   * Keeps something as it should be for as long as a condition is true: `enter` runs when it has become true, `exit`
   * when it is so no longer. Unlike a handler of an event it knows where it stands when the app is started in the
   * middle.
   *
   * The condition is a function that looks, and does nothing else: at states, attributes and selections, at
   * `clock.isBetween` and `sun.isUp`, at other rules. It is asked again whenever something that it has looked at has
   * changed. While an entity that it looks at has no value, all stays as it is.
   *
   * @example
   * ```ts
   * this.whenever(
   *   () => this.states.is('binary_sensor.hallway', 'on') && this.states.below('sensor.lux', 40, { hysteresis: 5 }),
   *   {
   *     name: 'hallway',
   *     enter: () => this.entity('light.hallway').turnOn(),
   *     exit: () => this.entity('light.hallway').turnOff(),
   *     hold: { exit: '3m' },
   *   },
   * );
   * ```
   * @throws InvalidArgument if an option is not what it has to be, or a rule of an app that has several has no name of
   * its own; Cancelled once the app has stopped.
   */
  whenever(condition: () => boolean, options: RuleOptions): Rule {
    return this.#of('whenever()').rules.whenever(condition, options);
  }

  /**
   * Makes a state machine: something that is in one of some states, and what leads from each to others: conditions that
   * look, as those of rules do (`when`), time (`after`), and what is sent to it (`on`). It remembers its state, and what
   * is to last, over a restart.
   *
   * @example
   * ```ts
   * const washer = this.machine({
   *   name: 'washer',
   *   initial: 'idle',
   *   states: {
   *     idle: { when: { running: () => this.states.above('sensor.washer_power', 10) } },
   *     running: { when: { done: { if: () => this.states.below('sensor.washer_power', 4), for: '2m' } } },
   *     done: {
   *       enter: () => this.api.call('notify.notify', { data: { message: 'The washing is done.' } }),
   *       when: { idle: () => this.states.is('binary_sensor.washer_door', 'on') },
   *       after: { idle: '12h' },
   *     },
   *   },
   * });
   * this.logger.info(`the washer is ${washer.state}`);
   * ```
   * @throws InvalidArgument where something is not what it has to be, or leads to a state that there is not; Cancelled
   * once the app has stopped.
   */
  machine<const State extends string, const Event extends string = never>(
    definition: MachineDefinition<State, Event>,
  ): Machine<State, Event> {
    return this.#of('machine()').rules.machine(definition);
  }

  /** Runs first when the app starts. Like every start hook it may take 30 s. */
  beforeInitialize(): Promise<void> | void {}

  /** Runs when the app starts, with the home's states known: the place to register handlers and jobs. */
  onInitialize(): Promise<void> | void {}

  /** Runs last when the app starts. */
  afterInitialize(): Promise<void> | void {}

  /**
   * Runs first when the app stops, when its handlers and jobs have ended and take no more work. All three shutdown
   * hooks together may take 3 s; they may still call services.
   */
  beforeShutdown(): Promise<void> | void {}

  /** Runs when the app stops: the place to leave the home as it should be found. */
  onShutdown(): Promise<void> | void {}

  /** Runs last when the app stops. */
  afterShutdown(): Promise<void> | void {}

  /** Told of what a handler, a job or a task of this app threw, unless that has an `onError` of its own. */
  onError(_failure: Failure): Promise<void> | void {}

  #of(member: string): AppGiven {
    if (this.#given !== undefined) return this.#given;
    throw new AppNotHosted(`this.${member} was used in a ${this.constructor.name} that was made with \`new\``, {
      hint: "The daemon makes the instances of the classes in the apps folder. In a test use runApp of 'hassette/testing'.",
    });
  }
}

/**
 * A value as a class to make apps of, or undefined if it is none.
 *
 * @throws AppOfAnotherHassette if it is one, of a copy of Hassette that this one cannot host.
 */
export function appClassOf(value: unknown, what: string): AppClass | undefined {
  if (typeof value !== 'function' || !(appBrand in value)) return undefined;
  const brand = value[appBrand];
  const hosting = typeof brand === 'object' && brand !== null && 'hosting' in brand ? brand.hosting : undefined;
  if (hosting === HOSTING) return value as unknown as AppClass;
  throw new AppOfAnotherHassette(
    `${what} extends the App of another release of hassette, which this daemon cannot host`,
    {
      hint: 'Something that the file imports brings a hassette of its own. Update it, or import App from "hassette" directly.',
    },
  );
}
