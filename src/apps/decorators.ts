import type { Available, Not } from '../bus/conditions.ts';
import type { HandlerOptions } from '../bus/handler-options.ts';
import type { PayloadOf } from '../bus/payload-schema.ts';
import type { Checked, Only } from '../bus/only.ts';
import type { TopicEvent } from '../bus/topics.ts';
import type { CallServiceOptions, EventOptions } from '../home-assistant/subscriptions/event-subscriptions.ts';
import type { HomeEvent, LifecycleEvent, ServiceCallEvent } from '../home-assistant/subscriptions/home-events.ts';
import type {
  AttributeChangeEvent,
  AttributeOptions,
  AvailabilityOptions,
  EntityIdOf,
  StateChangeEvent,
  StateOptions,
  StateTarget,
  ValidTarget,
} from '../home-assistant/subscriptions/state-types.ts';
import type { DurationInput } from '../kernel/duration.ts';
import type { TimeOfDayInput } from '../kernel/time-of-day.ts';
import type { CalendarEntry } from '../scheduler/home-times.ts';
import type {
  CalendarJobOptions,
  ConsistentJob,
  EveryOptions,
  JobOptions,
  LocalJobOptions,
  RecurringJobOptions,
  ShiftedJobOptions,
  SunJobOptions,
} from '../scheduler/job-options.ts';
import type { JobRun } from '../scheduler/job.ts';
import type { MomentInput } from '../scheduler/run-at.ts';
import type { SunMoment } from '../scheduler/sun-times.ts';
import { type AnyApp, decorate, type AppMethodDecorator, type OfApp } from './decoration.ts';

/** A target, or what gives it when the app starts: most are in the app's configuration. */
type TargetGiven = StateTarget | ((app: never) => StateTarget);
type TargetOf<Given> = Given extends (app: never) => infer Target ? Target : Given;
type EntityOf<Given> = EntityIdOf<TargetOf<Given>>;
type ValidGiven<Given> = Given extends (app: never) => unknown ? unknown : ValidTarget<Given>;
/** The app that a method has to belong to. */
type AppOf<Given> = Given extends (app: infer A extends AnyApp) => unknown ? A : AnyApp;

/**
 * Calls the method when the state of an entity becomes another, as `this.bus.onStateChange` does.
 *
 * @param target - What is watched; a function of the app where that stands in its configuration.
 *
 * @example
 * ```ts
 * class Hallway extends App.with(Config) {
 *   @onStateChange((app: Hallway) => app.config.motion, { to: 'on' })
 *   lightOn(event: StateChangeEvent<'binary_sensor'>) {
 *     this.logger.info(`${event.entityId} saw somebody`);
 *     return this.entity(this.config.light).turnOn();
 *   }
 * }
 * ```
 */
export function onStateChange<const Given extends TargetGiven, const Options extends StateOptions<EntityOf<Given>>>(
  target: Given & ValidGiven<Given>,
  options?: Checked<Options, StateOptions>,
): AppMethodDecorator<AppOf<Given>, NoInfer<StateChangeEvent<EntityOf<Given>, Options>>> {
  return decorate('bus', 'onStateChange', [target], options);
}

/** Calls the method when an attribute of an entity becomes another, as `this.bus.onAttributeChange` does. */
export function onAttributeChange<
  const Given extends TargetGiven,
  const Options extends AttributeOptions<EntityOf<Given>>,
>(
  target: Given & ValidGiven<Given>,
  attribute: string,
  options?: Checked<Options, AttributeOptions>,
): AppMethodDecorator<AppOf<Given>, NoInfer<AttributeChangeEvent<EntityOf<Given>, Options>>> {
  return decorate('bus', 'onAttributeChange', [target, attribute], options);
}

/** Calls the method when an entity ceases to have a value, as `this.bus.onUnavailable` does. */
export function onUnavailable<
  const Given extends TargetGiven,
  const Options extends AvailabilityOptions<EntityOf<Given>>,
>(
  target: Given & ValidGiven<Given>,
  options?: Checked<Options, AvailabilityOptions>,
): AppMethodDecorator<
  AppOf<Given>,
  NoInfer<StateChangeEvent<EntityOf<Given>, Options & { readonly to: Not<Available> }>>
> {
  return decorate('bus', 'onUnavailable', [target], options);
}

/** Calls the method when an entity has a value again, as `this.bus.onAvailable` does. */
export function onAvailable<
  const Given extends TargetGiven,
  const Options extends AvailabilityOptions<EntityOf<Given>>,
>(
  target: Given & ValidGiven<Given>,
  options?: Checked<Options, AvailabilityOptions>,
): AppMethodDecorator<AppOf<Given>, NoInfer<StateChangeEvent<EntityOf<Given>, Options & { readonly to: Available }>>> {
  return decorate('bus', 'onAvailable', [target], options);
}

/** Calls the method for events of a type on Home Assistant's own bus, as `this.bus.onEvent` does. */
export function onEvent<
  const Type extends string,
  const Options extends EventOptions<Type>,
  Owner extends AnyApp = AnyApp,
>(
  type: OfApp<Type, Owner>,
  options?: Checked<Options, EventOptions>,
): AppMethodDecorator<Owner, HomeEvent<Type, PayloadOf<Options>>> {
  return decorate('bus', 'onEvent', [type], options);
}

/** Calls the method when a service is called in the home, as `this.bus.onCallService` does. */
export function onCallService<
  const Service extends `${string}.${string}`,
  const Options extends CallServiceOptions<Service>,
  Owner extends AnyApp = AnyApp,
>(
  service: OfApp<Service, Owner>,
  options?: Checked<Options, CallServiceOptions>,
): AppMethodDecorator<Owner, ServiceCallEvent<Service>> {
  return decorate('bus', 'onCallService', [service], options);
}

/** Calls the method when the connection to the home is back, as `this.bus.onConnected` does. */
export function onConnected<const Options extends HandlerOptions<LifecycleEvent<'connected'>>>(
  options?: Checked<Options, HandlerOptions<never>>,
): AppMethodDecorator<AnyApp, LifecycleEvent<'connected'>> {
  return decorate('bus', 'onConnected', [], options);
}

/** Calls the method when the connection to the home is lost, as `this.bus.onDisconnected` does. */
export function onDisconnected<const Options extends HandlerOptions<LifecycleEvent<'disconnected'>>>(
  options?: Checked<Options, HandlerOptions<never>>,
): AppMethodDecorator<AnyApp, LifecycleEvent<'disconnected'>> {
  return decorate('bus', 'onDisconnected', [], options);
}

/** Calls the method once for each restart of Home Assistant, as `this.bus.onHomeAssistantStart` does. */
export function onHomeAssistantStart<const Options extends HandlerOptions<LifecycleEvent<'home-assistant-start'>>>(
  options?: Checked<Options, HandlerOptions<never>>,
): AppMethodDecorator<AnyApp, LifecycleEvent<'home-assistant-start'>> {
  return decorate('bus', 'onHomeAssistantStart', [], options);
}

/** Calls the method for what apps tell under a topic, as `this.bus.on` does. */
export function on<
  const Topic extends string,
  const Options extends HandlerOptions<TopicEvent<Topic>>,
  Owner extends AnyApp = AnyApp,
>(
  topic: OfApp<Topic, Owner>,
  options?: Checked<Options, HandlerOptions<never>>,
): AppMethodDecorator<Owner, TopicEvent<Topic>> {
  return decorate('bus', 'on', [topic], options);
}

/** Calls the method once, so long after the app has started, as `this.scheduler.runIn` does. */
export function runIn<const Options extends JobOptions, Owner extends AnyApp = AnyApp>(
  delay: OfApp<DurationInput, Owner>,
  options?: Options & Only<Options, JobOptions>,
): AppMethodDecorator<Owner, JobRun> {
  return decorate('scheduler', 'runIn', [delay], options);
}

/** Calls the method once, at a moment, as `this.scheduler.runAt` does. */
export function runAt<const Options extends LocalJobOptions, Owner extends AnyApp = AnyApp>(
  moment: OfApp<MomentInput, Owner>,
  options?: Options & Only<Options, LocalJobOptions>,
): AppMethodDecorator<Owner, JobRun> {
  return decorate('scheduler', 'runAt', [moment], options);
}

/** Calls the method again and again, as `this.scheduler.runEvery` does. */
export function runEvery<const Options extends EveryOptions, Owner extends AnyApp = AnyApp>(
  every: OfApp<DurationInput, Owner>,
  options?: Options & Only<Options, EveryOptions>,
): AppMethodDecorator<Owner, JobRun> {
  return decorate('scheduler', 'runEvery', [every], options);
}

/**
 * Calls the method once a day, as `this.scheduler.runDaily` does.
 *
 * @example
 * ```ts
 * class LightsOut extends App {
 *   @runDaily('23:30')
 *   lightsOut() {
 *     return this.api.call('light.turn_off', { target: { area_id: 'hallway' } });
 *   }
 * }
 * ```
 */
export function runDaily<const Options extends LocalJobOptions, Owner extends AnyApp = AnyApp>(
  time: OfApp<TimeOfDayInput, Owner>,
  options?: Options & Only<Options, LocalJobOptions>,
): AppMethodDecorator<Owner, JobRun> {
  return decorate('scheduler', 'runDaily', [time], options);
}

/** Calls the method whenever a cron pattern says so, as `this.scheduler.runCron` does. */
export function runCron<const Options extends RecurringJobOptions, Owner extends AnyApp = AnyApp>(
  pattern: OfApp<string, Owner>,
  options?: Options & Only<Options, RecurringJobOptions> & ConsistentJob<Options>,
): AppMethodDecorator<Owner, JobRun> {
  return decorate('scheduler', 'runCron', [pattern], options);
}

/**
 * Calls the method at a moment of the sun's day at the home, as `this.scheduler.runSun` does.
 *
 * @example
 * ```ts
 * class Porch extends App {
 *   @runSun('sunset', { offset: '-20m', clamp: ['16:30', '22:00'] })
 *   lightOn() {
 *     return this.entity('light.porch').turnOn();
 *   }
 * }
 * ```
 */
export function runSun<const Options extends SunJobOptions, Owner extends AnyApp = AnyApp>(
  moment: OfApp<SunMoment, Owner>,
  options?: Options & Only<Options, SunJobOptions> & ConsistentJob<Options>,
): AppMethodDecorator<Owner, JobRun> {
  return decorate('scheduler', 'runSun', [moment], options);
}

/** Calls the method at the time that an entity says, as `this.scheduler.runAtEntityTime` does. */
export function runAtEntityTime<const Options extends ShiftedJobOptions, Owner extends AnyApp = AnyApp>(
  source: OfApp<string | { readonly entityId: string; readonly attribute: string }, Owner>,
  options?: Options & Only<Options, ShiftedJobOptions> & ConsistentJob<Options>,
): AppMethodDecorator<Owner, JobRun> {
  return decorate('scheduler', 'runAtEntityTime', [source], options);
}

/** Calls the method when events of a calendar start or end, as `this.scheduler.runAtCalendar` does. */
export function runAtCalendar<const Options extends CalendarJobOptions, Owner extends AnyApp = AnyApp>(
  calendar: OfApp<string, Owner>,
  options?: Options & Only<Options, CalendarJobOptions> & ConsistentJob<Options>,
): AppMethodDecorator<Owner, JobRun<readonly CalendarEntry[]>> {
  return decorate('scheduler', 'runAtCalendar', [calendar], options);
}

/** Calls the method when plain words say so, as `this.scheduler.run` does. */
export function run<const Options extends RecurringJobOptions, Owner extends AnyApp = AnyApp>(
  words: OfApp<string, Owner>,
  options?: Options & Only<Options, RecurringJobOptions> & ConsistentJob<Options>,
): AppMethodDecorator<Owner, JobRun> {
  return decorate('scheduler', 'run', [words], options);
}
