import { Automations, type AutomationsSetup } from './automations.ts';
import { Calendars, type CalendarSetup, registerCalendar } from './calendars.ts';
import { Forecasts, type ForecastSetup, registerWeather } from './forecasts.ts';
import { DeviceOffers } from './device-offers.ts';
import type { HomeConfig } from '../home-assistant/protocol/wire.ts';
import { secondsOf } from './instants.ts';
import { Integrations, type IntegrationsSetup } from './integrations.ts';
import { PersistentNotifications, registerPersistentNotification } from './persistent-notifications.ts';
import { Persons, type PersonSetup } from './persons.ts';
import { Recorder } from './recorder.ts';
import { SignedPaths } from './signed-paths.ts';
import type { Attributes } from './state-record.ts';
import type { HelpersHome } from './stored-helpers.ts';
import { Statistics } from './statistics/statistics.ts';
import { registerSystemLog, SystemLog } from './system-log.ts';
import { registerTodo, todoAttributes, TodoLists, type TodoSetup } from './todo-lists.ts';

/** What a home has beside its states, from the start. */
export interface HouseholdOptions {
  /** To-do lists by entity id: what stands in them. */
  readonly todoLists?: Readonly<Record<string, readonly TodoSetup[]>> | undefined;
  /** Calendars by entity id. */
  readonly calendars?: Readonly<Record<string, CalendarSetup>> | undefined;
  /** What weather is expected, by entity id. */
  readonly forecasts?: Readonly<Record<string, ForecastSetup>> | undefined;
  /** Config entries, what integrations say of themselves, and what is in need of a repair. */
  readonly integrations?: IntegrationsSetup | undefined;
  /** Automations of the home's own, by their ids. */
  readonly automations?: AutomationsSetup | undefined;
  /** The people who are kept in the interface; their entities are among the states. */
  readonly persons?: readonly PersonSetup[] | undefined;
}

export interface HouseholdHome extends HelpersHome {
  config(): HomeConfig;
}

/** What a simulated home keeps beside its states: lists, calendars, notifications, its log, and what has happened. */
export class Household {
  readonly todo: TodoLists;
  readonly calendars: Calendars;
  readonly forecasts: Forecasts;
  readonly notifications: PersistentNotifications;
  readonly log: SystemLog;
  readonly recorder: Recorder;
  readonly statistics: Statistics;
  readonly integrations: Integrations;
  readonly persons: Persons;
  readonly signedPaths: SignedPaths;
  readonly deviceOffers: DeviceOffers;
  readonly automations: Automations;
  readonly #home: HouseholdHome;

  constructor(home: HouseholdHome) {
    this.#home = home;
    this.todo = new TodoLists(home);
    this.calendars = new Calendars(home);
    this.forecasts = new Forecasts(home);
    this.notifications = new PersistentNotifications(home);
    this.log = new SystemLog(home);
    this.recorder = new Recorder(home, home.states);
    this.statistics = new Statistics(home, this.recorder);
    this.integrations = new Integrations(
      () => secondsOf(Math.floor(home.clock.nowMs() * 1000)),
      () => home.config().components,
    );
    this.persons = new Persons(home);
    this.signedPaths = new SignedPaths(home);
    this.deviceOffers = new DeviceOffers(home);
    this.automations = new Automations(home);
  }

  registerServices(): void {
    registerTodo(this.#home, this.todo);
    registerCalendar(this.#home, this.calendars);
    registerWeather(this.#home, this.forecasts);
    registerPersistentNotification(this.#home, this.notifications);
    registerSystemLog(this.#home, this.log);
    this.automations.registerServices();
  }

  /** Takes in what there is from the start; gives the states of its entities. */
  furnish(options: HouseholdOptions): Record<string, Setup> {
    const {
      todoLists = {},
      calendars = {},
      forecasts = {},
      integrations = {},
      persons = [],
      automations = {},
    } = options;
    this.integrations.furnish(integrations);
    for (const person of persons) this.persons.load(person);
    const states: Record<string, Setup> = { ...this.automations.furnish(automations) };
    for (const [entityId, items] of Object.entries(todoLists)) {
      this.todo.load(entityId, items);
      const open = (this.todo.items(entityId) ?? []).filter(({ status }) => status === 'needs_action');
      states[entityId] = { state: String(open.length), attributes: todoAttributes };
    }
    for (const [entityId, setup] of Object.entries(calendars)) {
      this.calendars.load(entityId, setup);
      states[entityId] = { state: 'off', attributes: {} };
    }
    for (const [entityId, setup] of Object.entries(forecasts)) {
      this.forecasts.load(entityId, setup);
      states[entityId] = { state: 'sunny', attributes: { supported_features: Forecasts.featuresOf(setup) } };
    }
    return states;
  }
}

interface Setup {
  readonly state: string;
  readonly attributes: Attributes;
}
