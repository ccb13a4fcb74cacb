import { randomUUID } from 'node:crypto';
import type { BusScope } from '../../bus/bus-service.ts';
import type { HandlerSubscription } from '../../bus/subscription.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import { durationMs, formatDuration } from '../../kernel/duration.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import type { Life } from '../../kernel/life.ts';
import { isCancellation } from '../../kernel/waiting.ts';
import type { Json } from '../../storage/storable.ts';
import type { Wait, WaitGroup, WaitId, WaitLedger } from '../../storage/wait-ledger.ts';
import type { WaitPolicy } from '../../storage/wait-policy.ts';
import { HomeAway } from '../home-errors.ts';
import type { HomeRequests } from '../calls/home-requests.ts';
import type { WireEvent } from '../protocol/wire.ts';
import { ANSWERED, buttonsOf, reach, responseIn } from './ask.ts';
import { type ApiNotifications, phonesOf } from './notifications.ts';
import { type AskedBefore, QuestionAnswer, QuestionExpiry } from './question-event.ts';
import {
  type AskedQuestion,
  type DurableQuestion,
  type QuestionOptions,
  readQuestionOptions,
} from './question-options.ts';
import { jsonOf, readStored, type StoredQuestion } from './stored-question.ts';

/** Where the questions of an app are kept that outlive the daemon. */
export interface QuestionKeeping {
  readonly waits: WaitLedger;
  /** Where its handlers are called. */
  readonly scope: () => BusScope;
}

export interface RegisteredQuestionOptions {
  readonly name: string;
  readonly options: QuestionOptions<unknown>;
  readonly keeping: QuestionKeeping;
  readonly requests: HomeRequests;
  readonly notifications: ApiNotifications;
  readonly life: Life;
  readonly clock: Clock;
}

type Over = QuestionAnswer<unknown> | QuestionExpiry<unknown>;

/**
 * Something that people are asked on their phones, whose answer is waited for over a restart of the daemon and of Home
 * Assistant.
 *
 * Each question that is asked is written down before it is sent. It is over with the first answer or at its time limit,
 * which is written down before the handler is called.
 */
export class RegisteredQuestion<Args = undefined> implements Disposable {
  readonly name: string;
  readonly #given: RegisteredQuestionOptions;
  readonly #ledger: WaitLedger;
  readonly #policy: WaitPolicy;
  readonly #group: WaitGroup;
  readonly #subscription: HandlerSubscription<Over>;
  readonly #items = new WeakMap<Over, string>();
  readonly #timers = new Map<string, Timer>();
  /** What the ids of its buttons begin with. */
  readonly #prefix: string;

  constructor(given: RegisteredQuestionOptions) {
    const { name, options, keeping, requests, life } = given;
    const { onAnswer, onExpired, handling, policy } = readQuestionOptions(name, options);
    this.name = name;
    this.#given = given;
    this.#ledger = keeping.waits;
    this.#policy = policy;
    this.#group = { home: requests.home.home, kind: 'question', name };
    this.#prefix = `hassette/${encodeURIComponent(life.name)}/${encodeURIComponent(name)}/`;
    this.#subscription = keeping.scope().open<Over>({
      method: 'question',
      target: name,
      settings: handling,
      handler: this.#guard(onAnswer, onExpired),
      describe: (over) =>
        over.kind === 'answered' ? `"${over.message}": ${over.action}` : `"${over.message}": no answer`,
    });
  }

  /** False once it was cancelled, or its app has stopped. */
  get active(): boolean {
    return this.#subscription.active;
  }

  /** How many are asked at present. */
  get open(): number {
    return this.#timers.size;
  }

  /** Listens to answers, and takes up what an earlier life of the daemon has asked. */
  start(): void {
    const { home } = this.#given.requests;
    // In this order, so that what is listened to is there for whatever comes first.
    this.#subscription.attach(() => this.#stopTimers());
    this.#subscription.attach(home.events.subscribe(ANSWERED, (event) => this.#take(event)));
    this.#subscription.attach(home.link.followEvents(ANSWERED));
    for (const [item, wait] of this.#ledger.adopt(this.#group)) this.#takeUp(item, wait);
  }

  /**
   * Asks it on phones. Resolves once it is written down and on one phone at least.
   *
   * @param phones - Their services: `notify.mobile_app_annas_phone`, or without `notify.`.
   * @throws UnknownService where the home has none of the phones; NotStorable where `args` or `data` are no JSON;
   * InvalidArgument once it was cancelled.
   *
   * @example
   * ```ts
   * const close = this.api.question<{ door: string }>('close', {
   *   onAnswer: (answer) => answer.action === 'Close' && this.entity(`cover.${answer.args.door}`).closeCover(),
   * });
   * await close.ask('mobile_app_anna', {
   *   message: 'The garage is open.', actions: ['Close', 'Leave'], timeout: '2h', args: { door: 'garage' },
   * });
   * ```
   */
  async ask(phones: string | readonly string[], question: DurableQuestion<Args>): Promise<AskedQuestion> {
    const { requests, clock, life } = this.#given;
    requests.assertMayAct(`question("${this.name}").ask`);
    if (!this.active) {
      throw new InvalidArgument(`Question "${this.name}" was cancelled, and cannot be asked`, {
        hint: 'Make it anew with `this.api.question`.',
      });
    }
    const { message, title, actions, timeout, data, args } = question;
    const timeoutMs = durationMs(timeout, `"timeout" of question("${this.name}").ask`);
    const item = randomUUID();
    const buttons = buttonsOf(actions, this.#prefix + item);
    const askedMs = clock.nowMs();
    const stored: StoredQuestion = {
      ...{ phones: phonesOf(phones), message, title, data },
      buttons: buttons.map(({ button }) => button),
      names: buttons.map(({ name }) => name),
      args: args as Json | undefined,
      ...{ askedMs, dueMs: askedMs + timeoutMs, sent: false },
    };
    this.#ledger.await(this.#id(item), jsonOf(stored));
    this.#arm(item, stored.dueMs);
    try {
      // Nobody could be heard who answers what is not written down.
      await this.#ledger.flush();
      await this.#send(item, stored);
    } catch (error) {
      // The app begins again where it was stopped.
      if (!life.ended) this.#forget(item);
      throw error;
    }
    return {
      until: Temporal.Instant.fromEpochMilliseconds(Math.floor(stored.dueMs)),
      cancel: () => this.#callOff(item),
    };
  }

  /**
   * Takes back all that is asked at present, from the phones too, what an earlier life of the daemon has asked included:
   * there is nothing to decide any more. It can be asked again.
   *
   * @example
   * ```ts
   * const close = this.api.question('close', { onAnswer: () => this.entity('cover.garage').closeCover() });
   * this.bus.onStateChange('cover.garage', { to: 'closed' }, () => close.takeBack());
   * ```
   */
  takeBack(): void {
    for (const item of [...this.#timers.keys()]) this.#callOff(item);
  }

  /** Ends it: what is asked is taken back, and answers do nothing any more. */
  cancel(): void {
    if (!this.active) return;
    this.takeBack();
    this.#subscription.cancel();
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  #takeUp(item: string, wait: Wait): void {
    const stored = readStored(wait.about);
    if (stored === undefined) {
      this.#ledger.forget(this.#id(item));
      return;
    }
    if (wait.status === 'settled') {
      void this.#clear(item, stored);
      return;
    }
    if (stored.over !== undefined) {
      this.#takeUpOver(item, wait.status, stored);
      return;
    }
    const { clock, requests } = this.#given;
    const lateMs = clock.nowMs() - stored.dueMs;
    if (lateMs >= 0) {
      if (lateMs <= this.#policy.lateMs) this.#expire(item);
      else {
        requests.logger.info(
          `"${this.name}" was over ${formatDuration(lateMs)} ago without an answer, while the daemon was off: it is skipped`,
        );
        this.#settle(item, stored);
        void this.#clear(item, stored);
      }
      return;
    }
    this.#arm(item, stored.dueMs);
    if (stored.sent) return;
    this.#send(item, stored).catch((error: unknown) => {
      if (isCancellation(error)) return;
      requests.logger.warn({ err: error }, `"${this.name}" could not be asked: nobody will answer it`);
    });
  }

  /** It was over, and its handler had yet to begin, or to end. */
  #takeUpOver(item: string, status: Wait['status'], stored: StoredQuestion): void {
    if (status === 'claimed') {
      const { runsAgain } = this.#policy;
      this.#given.requests.logger.warn(
        `What "${this.name}" does with its answer was cut short when the daemon ended: ${runsAgain ? 'it runs again' : 'it is left at that'}`,
      );
      if (!runsAgain) {
        this.#settle(item, stored);
        void this.#clear(item, stored);
        return;
      }
    }
    this.#tell(item, stored);
  }

  #take(event: WireEvent): void {
    const response = responseIn(event);
    if (response === undefined || !response.id.startsWith(this.#prefix)) return;
    this.#subscription.countReceived();
    const [, item = '', index = ''] = /^(.*)-(\d+)$/.exec(response.id.slice(this.#prefix.length)) ?? [];
    const stored = this.#timers.has(item) ? readStored(this.#ledger.get(this.#id(item))?.about) : undefined;
    const action = stored?.names[Number(index)];
    if (stored === undefined || action === undefined) {
      this.#given.requests.logger.info(
        { deviceId: response.deviceId, userId: response.userId },
        `Somebody answered "${this.name}", which was over: answered already, out of time, or taken back`,
      );
      return;
    }
    if (this.#given.clock.nowMs() >= stored.dueMs) {
      this.#expire(item);
      return;
    }
    const { text, userId, deviceId, at } = response;
    this.#over(item, stored, { atMs: at.epochMilliseconds, answer: { action, text, userId, deviceId } });
  }

  #expire(item: string): void {
    const stored = readStored(this.#ledger.get(this.#id(item))?.about);
    if (stored !== undefined) this.#over(item, stored, { atMs: stored.dueMs });
  }

  /** From here on it can be answered no more, also by who presses a button before the handler begins. */
  #over(item: string, asked: StoredQuestion, over: NonNullable<StoredQuestion['over']>): void {
    this.#disarm(item);
    const stored = { ...asked, over };
    this.#ledger.amend(this.#id(item), jsonOf(stored));
    this.#tell(item, stored);
  }

  #tell(item: string, { over, message, args, askedMs }: StoredQuestion): void {
    if (over === undefined) return;
    const asked: AskedBefore<unknown> = {
      ...{ message, args },
      askedAt: Temporal.Instant.fromEpochMilliseconds(Math.floor(askedMs)),
      firedAt: Temporal.Instant.fromEpochMilliseconds(Math.floor(over.atMs)),
    };
    const { life } = this.#given;
    const { answer } = over;
    const event = answer === undefined ? new QuestionExpiry(asked, life) : new QuestionAnswer(asked, answer, life);
    Object.freeze(event);
    this.#items.set(event, item);
    this.#subscription.take(event);
  }

  /** A handler whose beginning is written down before it begins, and whose end after it has ended. */
  #guard(
    onAnswer: QuestionOptions<unknown>['onAnswer'],
    onExpired: QuestionOptions<unknown>['onExpired'],
  ): (over: Over) => unknown {
    const begin = async (over: Over): Promise<(() => void) | undefined> => {
      const item = this.#items.get(over) ?? '';
      const id = this.#id(item);
      const stored = readStored(this.#ledger.get(id)?.about);
      if (stored === undefined || (await this.#ledger.claim(id)) === undefined) return undefined;
      over.signal.throwIfAborted();
      const cleared = this.#clear(item, stored, false);
      return () => {
        // One that the end of the app has cut short is told at the next start.
        if (this.#given.life.ended) return;
        this.#settle(item, stored);
        void cleared.then((isClear) => isClear && this.#ledger.forget(id));
      };
    };
    return async function guarded(this: unknown, over: Over): Promise<unknown> {
      const end = await begin(over);
      if (end === undefined) return undefined;
      try {
        return await (over.kind === 'answered' ? onAnswer.call(this, over) : onExpired?.call(this, over));
      } finally {
        end();
      }
    };
  }

  async #send(item: string, stored: StoredQuestion): Promise<void> {
    const { requests, notifications, clock } = this.#given;
    const { phones, message, title, buttons, data, dueMs } = stored;
    const what = `question("${this.name}")`;
    await reach(requests, phones, `${what} did not reach`, (phone) =>
      notifications.send(phone, {
        ...{ message, title, actions: buttons, tag: this.#prefix + item },
        // A phone takes it away by itself when nobody is there any more to do so.
        data: { timeout: Math.ceil((dueMs - clock.nowMs()) / 1000), ...data },
      }),
    );
    if (this.#timers.has(item)) this.#ledger.amend(this.#id(item), jsonOf({ ...stored, sent: true }));
  }

  /**
   * Takes it from the phones, and resolves to whether it is. A phone that is out of reach, or there no more, is told of
   * and left at that; what the end of the app or a home that is away keeps it from is made good at the next start.
   */
  async #clear(item: string, { phones }: StoredQuestion, forgets = true): Promise<boolean> {
    const { requests, notifications } = this.#given;
    try {
      await reach(requests, phones, `question("${this.name}") could not be taken from`, (phone) =>
        notifications.clear(phone, this.#prefix + item),
      );
    } catch (error) {
      if (isCancellation(error) || error instanceof HomeAway) return false;
      requests.logger.warn({ err: error }, `question("${this.name}") could not be taken from any phone`);
    }
    if (forgets) this.#ledger.forget(this.#id(item));
    return true;
  }

  #callOff(item: string): void {
    if (!this.#timers.has(item)) return;
    const stored = readStored(this.#ledger.get(this.#id(item))?.about);
    this.#disarm(item);
    if (stored === undefined) return;
    this.#settle(item, stored);
    void this.#clear(item, stored);
  }

  /** Nothing is left to be done but to take it from the phones. */
  #settle(item: string, stored: StoredQuestion): void {
    this.#ledger.settle(this.#id(item), jsonOf(stored));
  }

  #forget(item: string): void {
    this.#disarm(item);
    this.#ledger.forget(this.#id(item));
  }

  #arm(item: string, dueMs: number): void {
    const { clock, life } = this.#given;
    const leftMs = Math.max(0, dueMs - clock.nowMs());
    const label = `time limit of question "${this.name}" of ${life.name}`;
    this.#timers.set(
      item,
      clock.after(leftMs, label, () => this.#expire(item)),
    );
  }

  #disarm(item: string): void {
    this.#timers.get(item)?.cancel();
    this.#timers.delete(item);
  }

  #stopTimers(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #id(item: string): WaitId {
    return { ...this.#group, item };
  }
}
