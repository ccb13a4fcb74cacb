import type { BusService } from '../bus/bus-service.ts';
import type { Api } from '../home-assistant/api/api.ts';
import type { EntityHandle } from '../home-assistant/entity.ts';
import type { Home } from '../home-assistant/home.ts';
import type { StatesView } from '../home-assistant/states/states-view.ts';
import type { BlockingPool } from '../kernel/blocking-pool.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Executor } from '../kernel/executor.ts';
import type { Failure } from '../kernel/failure.ts';
import type { Life } from '../kernel/life.ts';
import type { Logger } from '../kernel/logging.ts';
import { TaskBucket } from '../kernel/task-bucket.ts';
import { AppRules } from '../rules/app-rules.ts';
import type { RuleService } from '../rules/rule-service.ts';
import { AppScheduler } from '../scheduler/app-scheduler.ts';
import type { SchedulerService } from '../scheduler/scheduler-service.ts';
import type { Storage } from '../storage/storage.ts';
import type { WaitLedger } from '../storage/wait-ledger.ts';
import type { WriteBehind } from '../storage/write-behind.ts';
import type { AppBus } from './app-bus.ts';
import type { AppClock } from './app-clock.ts';
import { AppHome } from './app-home.ts';
import { type AppHomes, appHomes } from './app-homes.ts';
import type { AppSun } from './app-sun.ts';
import type { AppGiven, HostedApp } from './app.ts';
import { JoinedTimes } from './joined-times.ts';
import { AppStore, storeNamespace } from './store/app-store.ts';

/** What belongs to one app. */
export interface AppBelongings {
  readonly name: string;
  readonly config: unknown;
  readonly life: Life;
  readonly home: Home;
  readonly logger: Logger;
  readonly dryRun: boolean;
  readonly callTimeoutMs: number;
  /** What waits of it over an end of the daemon. */
  readonly waits: WaitLedger;
}

/** What all apps of a host share. */
export interface SharedServices {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly bus: BusService;
  readonly scheduler: SchedulerService;
  readonly rules: RuleService;
  readonly blocking: BlockingPool;
  readonly storage: Storage;
  readonly waits: WriteBehind;
  readonly homes: ReadonlyMap<string, Home>;
}

/** Makes all that an app is given. What many apps never ask for is made when they do. */
export class Belongings implements AppGiven {
  readonly name: string;
  readonly config: unknown;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly home: AppHome;
  readonly homes: AppHomes;
  readonly #own: AppBelongings;
  readonly #shared: SharedServices;
  #app: HostedApp | undefined;
  #scheduler: AppScheduler | undefined;
  #rules: AppRules | undefined;
  #tasks: TaskBucket | undefined;
  #store: AppStore | undefined;

  constructor(own: AppBelongings, shared: SharedServices) {
    const { life, home, logger } = own;
    this.#own = own;
    this.#shared = shared;
    this.name = own.name;
    this.config = own.config;
    this.signal = life.signal;
    this.logger = logger;
    this.home = this.#home(home);
    this.homes = appHomes(shared.homes, (other) => (other === home ? this.home : this.#home(other)));
  }

  adopt(app: HostedApp): void {
    this.#app = app;
  }

  get bus(): AppBus {
    return this.home.bus;
  }

  get clock(): AppClock {
    return this.home.clock;
  }

  get api(): Api {
    return this.home.api;
  }

  get states(): StatesView {
    return this.home.states;
  }

  get scheduler(): AppScheduler {
    const { life, home, logger, waits: ledger } = this.#own;
    this.#scheduler ??= new AppScheduler({
      service: this.#shared.scheduler,
      life,
      self: this.#app,
      timeZone: () => home.timeZone,
      home: new JoinedTimes({ home, clock: this.#shared.clock, logger: this.logger, signal: this.signal }),
      warn: (text) => this.logger.warn(text),
      onError: this.#onError,
      keeping: { ledger, home: home.home, logger },
    });
    return this.#scheduler;
  }

  get sun(): AppSun {
    return this.home.sun;
  }

  get store(): AppStore {
    const { name, life, home } = this.#own;
    const { storage, executor } = this.#shared;
    const namespace = storeNamespace(home.home, name);
    this.#store ??= new AppStore({ storage, executor, life, namespace, onError: this.#onError });
    return this.#store;
  }

  get rules(): AppRules {
    const { life, home, logger } = this.#own;
    this.#rules ??= new AppRules({
      ...{ life, logger },
      home: home.home,
      service: this.#shared.rules,
      self: () => this.#app,
      timeZone: () => home.timeZone,
      onError: this.#onError,
    });
    return this.#rules;
  }

  get tasks(): TaskBucket {
    const { executor, clock, blocking } = this.#shared;
    this.#tasks ??= new TaskBucket({ executor, clock, blocking, life: this.#own.life, onError: this.#onError });
    return this.#tasks;
  }

  entity<Id extends string>(entityId: Id): EntityHandle<Id> {
    return this.home.entity(entityId);
  }

  readonly #onError = (failure: Failure): unknown => this.#app?.onError(failure);

  #home(home: Home): AppHome {
    const { life, logger, name, dryRun, callTimeoutMs, waits } = this.#own;
    const { clock, bus: service } = this.#shared;
    const self = (): unknown => this.#app;
    return new AppHome({
      ...{ home, life, logger, dryRun, callTimeoutMs, clock, service, self, waits },
      app: name,
      onError: this.#onError,
    });
  }
}
