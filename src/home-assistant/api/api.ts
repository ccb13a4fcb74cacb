import { InvalidArgument } from '../../kernel/errors.ts';
import { whileParked } from '../../kernel/waiting.ts';
import { recordIn } from './answer.ts';
import { type Answer, type AnswerOf, type AskAction, askPhones, type Question } from './ask.ts';
import { ApiCalendars } from './calendars.ts';
import { ApiCameras } from './cameras.ts';
import { ApiConfigEntries } from './config-entries.ts';
import { ApiConversation } from './conversation.ts';
import { callOf, isQuestion, serviceOf, targetGiven } from './given-call.ts';
import { assertPlainCommand, assertText, onlyReads } from './given-command.ts';
import { ApiHelpers } from './stored-helpers.ts';
import { type HistoryOptions, type HistoryState, readHistory } from './history.ts';
import { type LogbookEntry, type LogbookOptions, readLogbook } from './logbook.ts';
import { ApiMedia } from './media.ts';
import { ApiNotifications } from './notifications.ts';
import type { QuestionOptions } from './question-options.ts';
import { type QuestionKeeping, RegisteredQuestion } from './registered-question.ts';
import { ApiRegistries } from './registries.ts';
import { ApiRepairs } from './repairs.ts';
import { ApiStatistics } from './statistics.ts';
import { ApiSystem } from './system.ts';
import { ApiTodo, type CallService } from './todo.ts';
import { ApiStates, JSON_HEADERS } from './states.ts';
import type { HomeCondition } from '../subscriptions/home-triggers.ts';
import { type Asker, HomeRequests, textOf, type WithheldRequest } from '../calls/home-requests.ts';
import { callService, fireEvent, getConfig } from '../protocol/commands.ts';
import { jsonText } from '../protocol/json-text.ts';
import type { Command, HomeConfig } from '../protocol/wire.ts';
import type { AskOptions, CallAnswer, CallArguments, ServiceCallOptions, ServiceName } from '../calls/service-call.ts';
import { checkCall, type CallToCheck, type Verdict } from '../calls/service-check.ts';
import { targetOf } from '../registries/selected-target.ts';
import { readSelection } from '../registries/selection.ts';
import type { StateMirror } from '../states/state-mirror.ts';
import type { Selection } from '../subscriptions/state-types.ts';
import { isSelectedTarget, type Target } from '../calls/target.ts';

export interface TemplateOptions extends AskOptions {
  /** Names that the template may use. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

export interface RestOptions extends AskOptions {
  /** @defaultValue 'GET' */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** Doubts that were told already; after so many they are told again. */
const REMEMBERED_DOUBTS = 500;

/**
 * What Home Assistant can be asked and told. A call made while the home is away waits for it up to its time limit; one
 * that may have been carried out is never sent twice.
 *
 * @throws Cancelled from every method, once the run that it is called in was cancelled or the app has stopped.
 */
export class Api {
  /** The states as the home has them at the moment of asking, and how to write them. */
  readonly states: ApiStates;
  /** Calendars and what is in them. */
  readonly calendars: ApiCalendars;
  /** Pictures and streams of cameras. */
  readonly cameras: ApiCameras;
  /** The integrations that are set up. */
  readonly configEntries: ApiConfigEntries;
  /** The home's assistants. */
  readonly conversation: ApiConversation;
  /** Helpers: input booleans, counters, timers and so on. */
  readonly helpers: ApiHelpers;
  /** What there is to play. */
  readonly media: ApiMedia;
  /** Notifications in the interface and on phones. */
  readonly notifications: ApiNotifications;
  /** Areas, floors, labels, categories, devices and entities. */
  readonly registries: ApiRegistries;
  /** What Home Assistant wants a person to see to. */
  readonly repairs: ApiRepairs;
  /** Means, extremes and sums, kept for ever. */
  readonly statistics: ApiStatistics;
  /** Home Assistant itself: its log, health, users and backups. */
  readonly system: ApiSystem;
  /** To-do lists. */
  readonly todo: ApiTodo;
  readonly #requests: HomeRequests;
  readonly #told = new Set<string>();
  readonly #asker: Asker & { readonly keeping?: QuestionKeeping | undefined };
  readonly #questions = new Map<string, { readonly active: boolean }>();

  constructor(asker: Asker & { readonly keeping?: QuestionKeeping | undefined }) {
    this.#asker = asker;
    this.#requests = new HomeRequests(asker);
    const requests = this.#requests;
    const call: CallService = (service, options) => this.#call(service, options);
    this.states = new ApiStates(requests);
    this.calendars = new ApiCalendars(requests);
    this.cameras = new ApiCameras(requests);
    this.configEntries = new ApiConfigEntries(requests);
    this.conversation = new ApiConversation(requests);
    this.helpers = new ApiHelpers(requests);
    this.media = new ApiMedia(requests);
    this.notifications = new ApiNotifications(requests, call);
    this.registries = new ApiRegistries(requests);
    this.repairs = new ApiRepairs(requests);
    this.statistics = new ApiStatistics(requests);
    this.system = new ApiSystem(requests, call);
    this.todo = new ApiTodo(requests, call);
  }

  /** What a dry run kept back, the oldest first. */
  get withheld(): readonly WithheldRequest[] {
    return this.#requests.withheld;
  }

  /**
   * Calls a service (an action).
   *
   * What Home Assistant would refuse, or what would do nothing, is refused before it is sent: a service or an entity
   * that the home does not have, a required field that is missing, a field whose name is a slip.
   *
   * @example
   * ```ts
   * await this.api.call('light.turn_on', { target: 'light.kitchen', data: { brightness_pct: 40 } });
   * const { 'weather.home': { forecast } } = await this.api.call('weather.get_forecasts', {
   *   target: 'weather.home', data: { type: 'daily' }, returnResponse: true,
   * });
   * ```
   * @throws CallNotSent where it was refused before it was sent.
   * @throws CommandRefused where Home Assistant refused it.
   * @throws HomeAway, NoAnswer or ConnectionLost where there was no answer; `mayHaveRun` says whether it may have run.
   */
  async call<const S extends ServiceName, const T extends Target = Target, const R extends boolean = false>(
    service: S,
    ...args: CallArguments<S, T, R>
  ): Promise<CallAnswer<S, T, R>> {
    // What fits one service fits no other: from here on it is any.
    const [given = {}] = args as readonly unknown[] as readonly [options?: ServiceCallOptions<string>];
    // What the response is like is Home Assistant's word, as the types tell it.
    return (await this.#call(service, given)) as CallAnswer<S, T, R>;
  }

  /**
   * Fires an event on Home Assistant's bus. Only administrators may.
   *
   * @example
   * ```ts
   * await this.api.fireEvent('washing_done', { minutes: 95 });
   * ```
   * @throws InvalidArgument without a type.
   */
  async fireEvent(
    eventType: string,
    data: Readonly<Record<string, unknown>> = {},
    options?: AskOptions,
  ): Promise<void> {
    const what = `api.fireEvent('${eventType}')`;
    this.#requests.assertMayAct(what);
    assertText(eventType, 'type of an event', "Name one: 'washing_done'.");
    if (this.#requests.withhold(what, { eventType, data })) return;
    await this.#requests.command(what, fireEvent(eventType, data), options);
  }

  /**
   * Has Home Assistant render a template, once, and gives the text. Only administrators may.
   *
   * @example
   * ```ts
   * const doubled = Number(await this.api.renderTemplate('{{ states("sensor.a") | float * 2 }}'));
   * ```
   * @throws RestRefused where the template is wrong or fails, with what Home Assistant says of it; InvalidArgument where
   * it is no text.
   */
  async renderTemplate(template: string, { variables, timeout }: TemplateOptions = {}): Promise<string> {
    assertText(template, 'template', 'It is a text.');
    // Over the WebSocket it would be a subscription that renders anew with each change, and tells no error of a template
    // that fails later. REST renders once and answers with the text or the error.
    const given = { template, ...(variables === undefined ? {} : { variables }) };
    const body = jsonText(given, 'api.renderTemplate()');
    const request = { method: 'POST', path: '/api/template', headers: JSON_HEADERS, body };
    return textOf(await this.#requests.rest('api.renderTemplate()', request, { timeout }));
  }

  /**
   * The states that entities had, in the order in which they had them, `unavailable` and `unknown` included. The first
   * of each is the one that it had when the span began. It is read page by page as far as the loop goes.
   *
   * @param entities - One entity, or several whose states come among each other.
   * @throws InvalidArgument for a moment that is none; CommandRefused for an id that is none.
   *
   * @example
   * ```ts
   * let peak = 0;
   * for await (const { number } of this.api.history('sensor.power', { since: '24h' })) peak = Math.max(peak, number ?? 0);
   * ```
   */
  history(entities: string | readonly string[], options: HistoryOptions): AsyncIterable<HistoryState> {
    return readHistory(this.#requests, entities, options);
  }

  /**
   * What the logbook says, the oldest first.
   *
   * @example
   * ```ts
   * const entries = await this.api.logbook({ entities: 'lock.front', since: '1d' });
   * ```
   */
  async logbook(options: LogbookOptions): Promise<readonly LogbookEntry[]> {
    return readLogbook(this.#requests, options);
  }

  /**
   * Asks people on their phones, and gives the first answer. Then, or when the time is over, the question is taken from
   * all of the phones. The wait does not survive the app's stop; that of a `question` does.
   *
   * @param phones - Their services: `notify.mobile_app_annas_phone`, or without `notify.`.
   * @returns the answer, or null where nobody gave one in time.
   * @throws UnknownService where the home has none of the phones.
   *
   * @example
   * ```ts
   * const answer = await this.api.ask(['mobile_app_anna', 'mobile_app_ben'], {
   *   message: 'The garage is open.', actions: ['Close', 'Leave'], timeout: '5m',
   * });
   * if (answer?.action === 'Close') await this.entity('cover.garage').closeCover();
   * ```
   */
  async ask<const Action extends AskAction>(
    phones: string | readonly string[],
    question: Question<Action>,
  ): Promise<Answer<AnswerOf<Action>> | null> {
    const list = typeof phones === 'string' ? [phones] : phones;
    const answer = await askPhones(this.#requests, this.notifications, list, question);
    // Only what the question's buttons are called counts as an answer.
    return answer as Answer<AnswerOf<Action>> | null;
  }

  /**
   * Makes a question whose answers are waited for over a restart of the daemon and of Home Assistant: what is asked with
   * it is written down, and found again by its name when the app starts. It is answered once, by whoever is first in time.
   *
   * @throws InvalidArgument if the app has a question of that name already, or an option is not what it has to be.
   *
   * @example
   * ```ts
   * const door = this.api.question('door', {
   *   onAnswer: (answer) => this.logger.info(`${answer.message} ${answer.action}`),
   *   onExpired: () => this.entity('lock.front').lock(),
   * });
   * this.bus.onStateChange('lock.front', { to: 'unlocked', for: '10m', name: 'unlocked', durable: true }, () =>
   *   door.ask(['mobile_app_anna', 'mobile_app_ben'], { message: 'Lock the door?', actions: ['Yes', 'No'], timeout: '1h' }));
   * ```
   */
  question<Args = undefined>(name: string, options: QuestionOptions<Args>): RegisteredQuestion<Args> {
    const requests = this.#requests;
    const { keeping, life, clock } = this.#asker;
    requests.assertMayAct('api.question');
    if (keeping === undefined) {
      throw new InvalidArgument(`Question "${name}" cannot be kept`, { hint: 'This api was made without a storage.' });
    }
    if (this.#questions.get(name)?.active === true) {
      throw new InvalidArgument(`There is a question "${name}" already`, {
        hint: 'Give this one another name, or cancel the other first.',
      });
    }
    const { notifications } = this;
    // What is asked with comes back to the handlers, whatever it is.
    const given = options as QuestionOptions<unknown>;
    const question = new RegisteredQuestion<Args>({
      ...{ name, options: given, keeping, requests, notifications, life, clock },
    });
    this.#questions.set(name, question);
    question.start();
    return question;
  }

  /**
   * Whether a condition holds, as Home Assistant itself sees it. Only administrators may ask.
   *
   * @param condition - As it is written in an automation of Home Assistant.
   * @throws CommandRefused where it is none, or names an entity that there is not.
   *
   * @example
   * ```ts
   * const dark = await this.api.testCondition({ condition: 'sun', after: 'sunset', before: 'sunrise' });
   * ```
   */
  async testCondition(condition: HomeCondition, { variables, timeout }: TemplateOptions = {}): Promise<boolean> {
    const what = 'api.testCondition()';
    const given = variables === undefined ? {} : { variables };
    const command = { type: 'test_condition', condition, ...given };
    return recordIn(await this.#requests.command(what, command, { timeout }), what)['result'] === true;
  }

  /** The home's configuration: name, time zone, position, units, version, integrations. */
  async config(options?: AskOptions): Promise<HomeConfig> {
    // It is what `get_config` answers by definition.
    return (await this.#requests.command('api.config()', getConfig(), options)) as HomeConfig;
  }

  /**
   * Sends a WebSocket command that Hassette has no method for, and gives its result.
   *
   * @example
   * ```ts
   * const areas = await this.api.websocket({ type: 'config/area_registry/list' });
   * ```
   * @throws InvalidArgument for a command that subscribes, since what it brings would have nowhere to go, and for one
   * with an id: the connection numbers what it sends.
   */
  async websocket(command: Command, options?: AskOptions): Promise<unknown> {
    assertPlainCommand(command);
    const what = `api.websocket('${command.type}')`;
    this.#requests.assertMayAct(what);
    if (!onlyReads(command) && this.#requests.withhold(what, command)) return undefined;
    return this.#requests.command(what, command, options);
  }

  /**
   * Asks a path of the REST API that Hassette has no method for. Gives what the answer holds: JSON as the value that it
   * is, text as text, anything else as bytes.
   *
   * @example
   * ```ts
   * const log = await this.api.rest('/api/error_log');
   * ```
   * @throws RestRefused where the status is no success.
   */
  async rest(path: string, { method = 'GET', body, timeout }: RestOptions = {}): Promise<unknown> {
    const what = `api.rest('${method} ${path}')`;
    this.#requests.assertMayAct(what);
    if (typeof path !== 'string' || !path.startsWith('/api/')) {
      throw new InvalidArgument(`The path "${path}" is not one of the REST API`, { hint: 'It begins with "/api/".' });
    }
    if (method !== 'GET' && this.#requests.withhold(what, { method, path, body })) return undefined;
    const sent = body === undefined ? {} : { headers: JSON_HEADERS, body: jsonText(body, what) };
    const response = await this.#requests.rest(what, { method, path, ...sent }, { timeout });
    const type = response.headers['content-type'] ?? '';
    if (type.startsWith('application/json')) return textOf(response) === '' ? undefined : JSON.parse(textOf(response));
    return type.startsWith('text/') ? textOf(response) : response.body;
  }

  async #call(name: string, options: ServiceCallOptions<string>): Promise<unknown> {
    const what = `api.call('${name}')`;
    this.#requests.assertMayAct(what);
    const service = serviceOf(name);
    const timeoutMs = this.#requests.timeoutMsOf(options.timeout);
    const target = targetGiven(options.target, service);
    if (isSelectedTarget(target)) return this.#callSelected(service, options, target, timeoutMs);
    return this.#callTarget(what, callOf(service, options, target), options, timeoutMs);
  }

  /** A selection may have to wait until it is known whom it means. */
  async #callSelected(
    service: string,
    options: ServiceCallOptions<string>,
    selection: Selection,
    timeoutMs: number,
  ): Promise<unknown> {
    const what = `api.call('${service}')`;
    const { home } = this.#requests;
    const choice = readSelection(selection, what);
    const isKnown = home.registries.loaded || !choice.registered;
    const leftMs = isKnown
      ? timeoutMs
      : await whileParked(
          what,
          this.#requests.within(what, timeoutMs, (signal) => home.whenKnown(signal)),
        );
    const call = callOf(service, options, undefined);
    return this.#callTarget(what, { ...call, target: targetOf(choice, call.service, home) }, options, leftMs);
  }

  #callTarget(
    what: string,
    given: CallToCheck,
    options: ServiceCallOptions<string>,
    timeoutMs: number,
  ): Promise<unknown> {
    const call = underPresentIds(given, this.#requests.home.mirror);
    // Nothing is awaited where the check can be made at once: the call leaves in this turn.
    const verdict = options.validate === false ? undefined : this.#check(call);
    return whileParked(
      what,
      verdict === undefined ? this.#send(what, call, timeoutMs) : this.#sendChecked(what, call, timeoutMs, verdict),
    );
  }

  #sendChecked(what: string, call: CallToCheck, timeoutMs: number, verdict: Verdict): Promise<unknown> {
    if (verdict.kind !== 'refused' || this.#requests.home.checkable) {
      this.#obey(verdict);
      return this.#send(what, call, timeoutMs);
    }
    return this.#sendWhenChecked(what, call, timeoutMs);
  }

  /** It was refused by what the home had once: it may have it now. */
  async #sendWhenChecked(what: string, call: CallToCheck, timeoutMs: number): Promise<unknown> {
    let checkable = false;
    const leftMs = await this.#requests.within(what, timeoutMs, async (signal) => {
      checkable = await this.#requests.home.untilCheckable(signal);
    });
    if (checkable) this.#obey(this.#check(call));
    return this.#send(what, call, leftMs);
  }

  #check(call: CallToCheck): Verdict {
    const { home } = this.#requests;
    if (home.service(call.service) === 'undescribed') home.describeServices();
    return checkCall(call, home);
  }

  #obey(verdict: Verdict): void {
    if (verdict.kind === 'refused') throw verdict.error;
    if (verdict.kind === 'fine') return;
    if (this.#told.size > REMEMBERED_DOUBTS) this.#told.clear();
    for (const doubt of verdict.doubts) {
      if (this.#told.has(doubt)) continue;
      this.#told.add(doubt);
      const ended = /[.?]$/.test(doubt) ? doubt : `${doubt}.`;
      this.#requests.logger.warn(`${ended} It is sent as it is; this is said once.`);
    }
  }

  async #send(what: string, call: CallToCheck, timeoutMs: number): Promise<unknown> {
    const { service, data, target, returnResponse } = call;
    if (!isQuestion(call) && this.#requests.withhold(what, { service, target, data })) return undefined;
    this.#requests.trace(what, { target, data });
    const dot = service.indexOf('.');
    const command = callService({
      domain: service.slice(0, dot),
      service: service.slice(dot + 1),
      data: Object.keys(data).length === 0 ? undefined : data,
      target,
      returnResponse,
    });
    const result = await this.#requests.send(command, timeoutMs);
    return returnResponse && typeof result === 'object' && result !== null && 'response' in result
      ? result.response
      : undefined;
  }
}

/** An entity that was renamed is called by the id that it has. */
function underPresentIds(call: CallToCheck, mirror: StateMirror): CallToCheck {
  if (!mirror.hasRenames) return call;
  const present = (ids: unknown): unknown => {
    if (typeof ids === 'string') return mirror.presentId(ids);
    return Array.isArray(ids) ? ids.map((id) => (typeof id === 'string' ? mirror.presentId(id) : id)) : ids;
  };
  const { target, data } = call;
  return {
    ...call,
    ...(target?.entity_id === undefined
      ? {}
      : { target: { ...target, entity_id: present(target.entity_id) as string } }),
    ...('entity_id' in data ? { data: { ...data, entity_id: present(data['entity_id']) } } : {}),
  };
}
