import { Calendars, type CalendarSetup, registerCalendar } from './calendars.ts';
import { Forecasts, type ForecastSetup, registerWeather } from './forecasts.ts';
import type { HomeCore } from './home-core.ts';
import { PersistentNotifications, registerPersistentNotification } from './persistent-notifications.ts';
import { Recorder } from './recorder.ts';
import type { Attributes } from './state-record.ts';
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
}

/** What a simulated home keeps beside its states: lists, calendars, notifications, its log, and what has happened. */
export class Household {
  readonly todo: TodoLists;
  readonly calendars: Calendars;
  readonly forecasts: Forecasts;
  readonly notifications: PersistentNotifications;
  readonly log: SystemLog;
  readonly recorder: Recorder;
  readonly #home: HomeCore;

  constructor(home: HomeCore) {
    this.#home = home;
    this.todo = new TodoLists(home);
    this.calendars = new Calendars(home);
    this.forecasts = new Forecasts(home);
    this.notifications = new PersistentNotifications(home);
    this.log = new SystemLog(home);
    this.recorder = new Recorder(home, home.states);
  }

  registerServices(): void {
    registerTodo(this.#home, this.todo);
    registerCalendar(this.#home, this.calendars);
    registerWeather(this.#home, this.forecasts);
    registerPersistentNotification(this.#home, this.notifications);
    registerSystemLog(this.#home, this.log);
  }

  /** Takes in what there is from the start; gives the states of its entities. */
  furnish({ todoLists = {}, calendars = {}, forecasts = {} }: HouseholdOptions): Record<string, Setup> {
    const states: Record<string, Setup> = {};
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
