import { randomUUID } from 'node:crypto';
import { waitUntil } from '../../bus/wait-until.ts';
import { type DurationInput, durationMs } from '../../kernel/duration.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import { isCancellation } from '../../kernel/waiting.ts';
import type { HomeRequests } from '../calls/home-requests.ts';
import type { WireEvent } from '../protocol/wire.ts';
import { type ApiNotifications, type NotificationAction, phonesOf } from './notifications.ts';

/** Something that can be answered: the text of a button, or a button. */
export type AskAction =
  | string
  | (Omit<NotificationAction, 'action' | 'uri'> & {
      /** What the answer is called. @defaultValue its title */
      readonly action?: string | undefined;
    });

/** What is asked of people. */
export interface Question<Action extends AskAction = AskAction> {
  readonly message: string;
  readonly title?: string | undefined;
  /** The answers that can be given, in their order; a phone shows three at most. */
  readonly actions: readonly Action[];
  /** How long an answer is waited for. */
  readonly timeout: DurationInput;
  /** What else goes to the phones, by the companion app's own names. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** What an answer is called. */
export type AnswerOf<Action> = Action extends string
  ? Action
  : Action extends { readonly action: infer Name extends string }
    ? Name
    : Action extends { readonly title: infer Title extends string }
      ? Title
      : never;

/** Who said what. */
export interface Answer<Action extends string = string> {
  readonly action: Action;
  /** What was written, where the action asks for a text. */
  readonly text: string | undefined;
  /** Whose phone it was, where Home Assistant says it. */
  readonly userId: string | undefined;
  readonly deviceId: string | undefined;
  readonly at: Temporal.Instant;
}

/** The event by which the companion app tells that a button was pressed. */
export const ANSWERED = 'mobile_app_notification_action';

/**
 * Asks on phones, and waits for the first answer. The question is taken from all of them when it was answered, or when
 * nobody did in time.
 */
export async function askPhones(
  requests: HomeRequests,
  notifications: ApiNotifications,
  phones: readonly string[],
  question: Question,
): Promise<Answer | null> {
  const what = `api.ask("${question.message}")`;
  requests.assertMayAct(what);
  const services = phonesOf(phones);
  const timeoutMs = durationMs(question.timeout, 'timeout');
  // The same question may be on its way twice: answers are told apart by what only this one knows.
  const tag = `hassette-${randomUUID()}`;
  const buttons = buttonsOf(question.actions, tag);
  const byId = new Map(buttons.map(({ button, name }) => [button.action, name]));
  const { home } = requests;
  const clear = async (): Promise<void> => {
    await reach(requests, services, `${what} could not be taken from`, (phone) => notifications.clear(phone, tag));
  };
  const answer = await waitUntil<Answer>(requests.waitContext(timeoutMs, what), (settle, fail) => {
    // Listened to before it is asked: commands are worked on in the order in which they are sent.
    const unfollow = home.link.followEvents(ANSWERED);
    const remove = home.events.subscribe(ANSWERED, (event) => {
      const given = answerIn(event, byId);
      if (given !== undefined) settle(given);
    });
    const send = (phone: string): Promise<void> =>
      notifications.send(phone, {
        message: question.message,
        title: question.title,
        tag,
        actions: buttons.map(({ button }) => button),
        // A phone takes it away by itself when nobody is there any more to do so.
        data: { timeout: Math.ceil(timeoutMs / 1000), ...question.data },
      });
    reach(requests, services, `${what} did not reach`, send).catch(fail);
    return () => {
      remove();
      unfollow();
    };
  });
  await clear().catch((error: unknown) => {
    if (isCancellation(error)) throw error;
    // It was answered, and nobody is helped by hearing of a phone that is out of reach; that was logged.
  });
  return answer;
}

/** Does something for each phone; fails only where it could be done for none. */
export async function reach(
  requests: HomeRequests,
  phones: readonly string[],
  problem: string,
  act: (phone: string) => Promise<void>,
): Promise<void> {
  const outcomes = await Promise.allSettled(phones.map(act));
  const failed = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [{ phone: phones[index], error: outcome.reason as unknown }] : [],
  );
  if (failed.length === phones.length) throw failed[0]?.error;
  for (const { phone, error } of failed) requests.logger.warn({ err: error }, `${problem} ${phone}`);
}

/** The buttons of a question, each with an id of its own, and what their answers are called. */
export function buttonsOf(
  actions: readonly AskAction[],
  tag: string,
): { readonly name: string; readonly button: NotificationAction }[] {
  if (actions.length === 0) {
    throw new InvalidArgument('A question was given no actions', { hint: "Name the answers: ['Open', 'Leave']." });
  }
  return actions.map((action, index) => {
    const given = typeof action === 'string' ? { title: action } : action;
    return { name: given.action ?? given.title, button: { ...given, action: `${tag}-${index}` } };
  });
}

function answerIn(event: WireEvent, byId: ReadonlyMap<string, string>): Answer | undefined {
  const response = responseIn(event);
  const action = response === undefined ? undefined : byId.get(response.id);
  if (response === undefined || action === undefined) return undefined;
  const { text, userId, deviceId, at } = response;
  return Object.freeze({ action, text, userId, deviceId, at });
}

/** Which button of whatever question somebody pressed. */
export function responseIn(event: WireEvent): (Omit<Answer, 'action'> & { readonly id: string }) | undefined {
  const { data, context, time_fired: firedAt } = event;
  // Older companion apps for iOS say it by other names.
  const id = data['action'] ?? data['actionName'];
  if (typeof id !== 'string') return undefined;
  const text = data['reply_text'] ?? data['textInput'];
  const { device_id: deviceId } = data;
  return {
    id,
    text: typeof text === 'string' ? text : undefined,
    userId: context.user_id ?? undefined,
    deviceId: typeof deviceId === 'string' ? deviceId : undefined,
    at: Temporal.Instant.from(firedAt),
  };
}
