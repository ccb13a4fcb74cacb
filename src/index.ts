/**
 * What apps are made of.
 *
 * @packageDocumentation
 */

export { z } from 'zod';

export { App } from './apps/app.ts';
export type { AppBus, TopicOptions } from './apps/app-bus.ts';
export type { BusMiddleware, EventChanges, MiddlewareEvent, MiddlewareHandle } from './apps/bus-middleware.ts';
export type {
  HistoryOf,
  HistoryQuery,
  PastCall,
  PastConnection,
  PastEvaluation,
  PastEvent,
  PastHappening,
  PastState,
  PastStateChange,
  PastTopic,
} from './apps/bus-history.ts';
export type { AppClock } from './apps/app-clock.ts';
export type { AppSun, SunTimes } from './apps/app-sun.ts';
export type { AppHome } from './apps/app-home.ts';
export type { AppHomes } from './apps/app-homes.ts';
export type { AppOptions, ConfiguredApp } from './apps/app.ts';
export type { DurationText, FieldMeaning, TimeOfDayText } from './apps/schemas.ts';
export { areaId, duration, entityId, inHome, serviceId, timeOfDay } from './apps/schemas.ts';
export type { AnyApp, AppMethodDecorator, OfApp } from './apps/decoration.ts';
export {
  on,
  onAttributeChange,
  onAvailable,
  onCallService,
  onConnected,
  onDisconnected,
  onEvent,
  onHomeAssistantStart,
  onStateChange,
  onUnavailable,
  run,
  runAt,
  runAtCalendar,
  runAtEntityTime,
  runCron,
  runDaily,
  runEvery,
  runIn,
  runSun,
} from './apps/decorators.ts';

export { above, available, below, between, decreased, increased, not, oneOf } from './bus/conditions.ts';
export type {
  Above,
  Available,
  Below,
  Between,
  ChangeCondition,
  Decreased,
  Increased,
  Not,
  NumericCondition,
  OneOf,
} from './bus/conditions.ts';
export type { DataPattern } from './bus/data-pattern.ts';
export type { BusEvent } from './bus/event.ts';
export type { HandlerOptions } from './bus/handler-options.ts';
export { NotInCondition } from './kernel/tracked-reads.ts';
export type { Subscription, SubscriptionCounters } from './bus/subscription.ts';
export type { TopicData, TopicEvent, Topics } from './bus/topics.ts';

export type { Api, RestOptions, TemplateOptions } from './home-assistant/api/api.ts';
export { AnswerUnexpected } from './home-assistant/api/answer.ts';
export type { Answer, AskAction, Question } from './home-assistant/api/ask.ts';
export type { QuestionAnswer, QuestionExpiry } from './home-assistant/api/question-event.ts';
export type { AskedQuestion, DurableQuestion, QuestionOptions } from './home-assistant/api/question-options.ts';
export type { RegisteredQuestion } from './home-assistant/api/registered-question.ts';
export type {
  ApiCalendars,
  Calendar,
  CalendarEvent,
  CalendarEventChoice,
  CalendarEventsOptions,
  CalendarTime,
  NewCalendarEvent,
} from './home-assistant/api/calendars.ts';
export type { ApiCameras, CameraImage, CameraImageOptions } from './home-assistant/api/cameras.ts';
export type { ApiConfigEntries, ConfigEntry } from './home-assistant/api/config-entries.ts';
export type {
  ApiConversation,
  ConversationAgent,
  ConversationOptions,
  ConversationReply,
} from './home-assistant/api/conversation.ts';
export type { HistoryOptions, HistoryState } from './home-assistant/api/history.ts';
export type { LogbookEntry, LogbookOptions } from './home-assistant/api/logbook.ts';
export type { ApiMedia, MediaFolder, MediaItem, ResolvedMedia } from './home-assistant/api/media.ts';
export type { ComingInput, PastInput, Span } from './home-assistant/api/moment.ts';
export type {
  ApiNotifications,
  MobileNotification,
  NotificationAction,
  PersistentNotification,
  PersistentNotificationOptions,
} from './home-assistant/api/notifications.ts';
export type { ApiRepairs, RepairIssue } from './home-assistant/api/repairs.ts';
export type {
  ApiStatistics,
  Statistic,
  StatisticsOptions,
  StatisticsPeriod,
  StatisticsRow,
  StatisticsValue,
} from './home-assistant/api/statistics.ts';
export type { ApiHelpers, Helper, HelperFields, HelperKind } from './home-assistant/api/stored-helpers.ts';
export type {
  ApiSystem,
  Backup,
  ConfigCheck,
  HomeUser,
  SystemHealth,
  SystemLogEntry,
} from './home-assistant/api/system.ts';
export type { ApiTodo, TodoChanges, TodoChoice, TodoDetails } from './home-assistant/api/todo.ts';
export type { TodoDue, TodoItem } from './home-assistant/api/todo-item.ts';
export type {
  ApiRegistries,
  AreaFields,
  CategoryFields,
  DeviceChanges,
  EntityChanges,
  FloorFields,
  LabelFields,
} from './home-assistant/api/registries.ts';
export type { ApiStates, SetStateOptions } from './home-assistant/api/states.ts';
export {
  CallNotSent,
  EntityUnavailable,
  InvalidTarget,
  MissingField,
  ResponseMismatch,
  UnknownEntity,
  UnknownField,
  UnknownService,
  WrongDomain,
} from './home-assistant/calls/call-errors.ts';
export type { DomainState, DomainValue, Unavailable } from './home-assistant/states/domain-states.ts';
export type { Entity, EntityCallOptions, EntityHandle, EntityServices } from './home-assistant/entity.ts';
export type { Attributes, EntityState, StateContext } from './home-assistant/states/entity-state.ts';
export type {
  CallServiceOptions,
  EventOptions,
  EventWaitOptions,
} from './home-assistant/subscriptions/event-subscriptions.ts';
export {
  AuthRefused,
  CommandRefused,
  ConnectionLost,
  GatewayFailed,
  HomeAway,
  HomeError,
  HomeUnreachable,
  NoAnswer,
  NotHomeAssistant,
  NotPermitted,
  PayloadInvalid,
  RestRefused,
  ServiceNotFound,
  TlsRefused,
  TooManyCalls,
} from './home-assistant/home-errors.ts';
export type { PayloadIssue, PayloadOf, PayloadResult, PayloadSchema } from './bus/payload-schema.ts';
export type { HomeEvent, LifecycleEvent, ServiceCallEvent } from './home-assistant/subscriptions/home-events.ts';
export type { HomePhase, HomeProblem } from './home-assistant/home-link.ts';
export type { HomeCondition, HomeTrigger, TriggerVariables } from './home-assistant/subscriptions/home-triggers.ts';
export type {
  ConditionEvent,
  TemplateEvent,
  TodoEvent,
  TriggerEvent,
} from './home-assistant/subscriptions/live-events.ts';
export { EvaluationFailed, type LiveTemplateOptions } from './home-assistant/subscriptions/live-subscriptions.ts';
export type { Cause, CauseCondition, CauseKind } from './home-assistant/provenance/cause.ts';
export type { Override } from './home-assistant/provenance/overrides.ts';
export type { AskOptions, ServiceData, ServiceName, ServiceResponse } from './home-assistant/calls/service-call.ts';
export type { DomainStates } from './home-assistant/domains/domain-states.ts';
export type {
  EntityService,
  MayRespond,
  NoFields,
  PlainService,
  TargetedService,
} from './home-assistant/domains/service-shapes.ts';
export type { Services } from './home-assistant/domains/services.ts';
export type { StateValue } from './home-assistant/domains/state-meaning.ts';
export type { AnyStates, FixedStates, SuggestedStates } from './home-assistant/domains/state-shapes.ts';
export type {
  AttributeChangeEvent,
  AttributeOptions,
  AvailabilityOptions,
  EntityIdOf,
  HomeName,
  Homes,
  Selection,
  StateChangeEvent,
  StateCondition,
  StateOptions,
  StateTarget,
  WaitOptions,
  WaitResult,
} from './home-assistant/subscriptions/state-types.ts';
export type {
  Area,
  Category,
  Device,
  Floor,
  Label,
  RegistryEntity,
  RegistryEntityDetails,
} from './home-assistant/registries/records.ts';
export type { StateOf, StatesView } from './home-assistant/states/states-view.ts';
export type { Target, TargetSelection } from './home-assistant/calls/target.ts';

export { BlockingWorkerEnded, NotSelfContained } from './kernel/blocking-pool.ts';
export type { DurationFields, DurationInput } from './kernel/duration.ts';
export type { ErrorAudience } from './kernel/errors.ts';
export { Cancelled, HassetteError, InvalidArgument, TimedOut } from './kernel/errors.ts';
export type { Failure } from './kernel/failure.ts';
export { QueueFull } from './kernel/lane.ts';
export type { OverlapMode } from './kernel/lane-options.ts';
export type { Logger } from './kernel/logging.ts';
export type { Task, TaskBucket, TaskStatus } from './kernel/task-bucket.ts';
export type { TimeOfDayInput } from './kernel/time-of-day.ts';

export type { AppScheduler } from './scheduler/app-scheduler.ts';
export type { Machine } from './rules/machine.ts';
export type { MachineExplanation, MachineWayExplanation } from './rules/machine-explanation.ts';
export type { MachineChange } from './rules/machine-change.ts';
export type { MachineCondition, MachineDefinition, MachineState } from './rules/machine-definition.ts';
export type { Rule } from './rules/rule.ts';
export { RuleLoops } from './rules/rule-failures.ts';
export type { RuleChange } from './rules/rule-change.ts';
export type { ExplainedCondition, ExplainedRead, RuleExplanation } from './rules/rule-explanation.ts';
export type { RuleHolds, RuleOptions } from './rules/rule-options.ts';

export type { Job, JobRun, JobStatus, RegisteredJob, SubmitOptions, SubmittedRun } from './scheduler/job.ts';
export type { JobGroup } from './scheduler/job-group.ts';
export type { Explanation } from './scheduler/explanation.ts';
export type { CalendarEntry } from './scheduler/home-times.ts';
export type { CalendarMatch } from './scheduler/calendar-trigger.ts';
export type { JobTrigger } from './scheduler/custom-trigger.ts';
export type {
  CalendarJobOptions,
  EveryOptions,
  JobOptions,
  LocalJobOptions,
  RecurringJobOptions,
  RegisteredJobOptions,
  ScheduleOptions,
  ShiftedJobOptions,
  SunJobOptions,
} from './scheduler/job-options.ts';
export type { SunAzimuth, SunElevation, SunEvent, SunMoment } from './scheduler/sun-times.ts';
export type { MomentInput } from './scheduler/run-at.ts';

export type { AppStore } from './apps/store/app-store.ts';
export { StoredValueInvalid } from './apps/store/store-errors.ts';
export type { StoredMap } from './apps/store/stored-map.ts';
export type { StoredValue, StoreWatch } from './apps/store/stored-value.ts';
export type { ValueOf, ValueOptions } from './apps/store/value-schema.ts';
export type { SetOptions } from './storage/entry.ts';
export type { Json } from './storage/storable.ts';
export type { InterruptedPolicy, MissedPolicy, WaitPolicyOptions } from './storage/wait-policy.ts';
export { NotStorable, StorageConflict, StorageFull, StorageUnavailable } from './storage/storage-errors.ts';

export type { ConfigurationInput } from './config/schema.ts';
