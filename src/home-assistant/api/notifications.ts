import { InvalidArgument } from '../../kernel/errors.ts';
import type { HomeRequests } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import { optionalInstant, optionalText, recordsIn, textIn } from './answer.ts';
import type { CallService } from './todo.ts';

/** A notification in Home Assistant's own interface. */
export interface PersistentNotification {
  readonly id: string;
  readonly message: string;
  readonly title: string | undefined;
  readonly createdAt: Temporal.Instant | undefined;
}

export interface PersistentNotificationOptions extends AskOptions {
  readonly message: string;
  readonly title?: string | undefined;
  /** One of the same id is replaced. @defaultValue a new one */
  readonly id?: string | undefined;
}

/** A button under a notification on a phone. */
export interface NotificationAction {
  /** Comes back in the event `mobile_app_notification_action`. */
  readonly action: string;
  readonly title: string;
  /** Opened in place of firing the event, with `action: 'URI'`. */
  readonly uri?: string | undefined;
  /** Asks for a text. */
  readonly behavior?: 'textInput' | 'default' | undefined;
  readonly icon?: string | undefined;
  readonly destructive?: boolean | undefined;
  readonly authenticationRequired?: boolean | undefined;
}

/**
 * What a phone is sent. Names of the companion app that are not here go into `data` as they are.
 *
 * @see https://companion.home-assistant.io/docs/notifications/notifications-basic
 */
export interface MobileNotification extends AskOptions {
  readonly message: string;
  readonly title?: string | undefined;
  readonly actions?: readonly NotificationAction[] | undefined;
  /** One of the same tag is replaced, and can be cleared. */
  readonly tag?: string | undefined;
  /** Shown together. */
  readonly group?: string | undefined;
  /** A path of the home or an address. */
  readonly image?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** Notifications: in the interface of Home Assistant, and on phones. */
export class ApiNotifications {
  readonly #requests: HomeRequests;
  readonly #call: CallService;

  constructor(requests: HomeRequests, call: CallService) {
    this.#requests = requests;
    this.#call = call;
  }

  /** Those that are shown in the interface. */
  async list(options?: AskOptions): Promise<readonly PersistentNotification[]> {
    const what = 'api.notifications.list()';
    const answer = await this.#requests.command(what, { type: 'persistent_notification/get' }, options);
    return recordsIn(answer, what).map((each) =>
      Object.freeze({
        id: textIn(each, 'notification_id', what),
        message: textIn(each, 'message', what),
        title: optionalText(each['title']),
        createdAt: optionalInstant(each['created_at']),
      }),
    );
  }

  /**
   * Shows a notification in the interface, or replaces one.
   *
   * @example
   * ```ts
   * await this.api.notifications.show({ id: 'washing', title: 'Washing', message: 'The machine is done.' });
   * ```
   */
  async show({ message, title, id, timeout }: PersistentNotificationOptions): Promise<void> {
    const data = {
      message,
      ...(title === undefined ? {} : { title }),
      ...(id === undefined ? {} : { notification_id: id }),
    };
    await this.#call('persistent_notification.create', { data, timeout });
  }

  /** Takes a notification from the interface. Nothing happens where there is none such. */
  async dismiss(id: string, options?: AskOptions): Promise<void> {
    const data = { notification_id: id };
    await this.#call('persistent_notification.dismiss', { data, timeout: options?.timeout });
  }

  /**
   * Sends a notification to phones, all at once. Where some cannot be reached the others are, and it throws all the
   * same.
   *
   * @param phones - Their services: `notify.mobile_app_annas_phone`, or without `notify.`.
   * @throws UnknownService where the home has no such phone.
   *
   * @example
   * ```ts
   * await this.api.notifications.send('mobile_app_annas_phone', { title: 'Door', message: 'It is open.', tag: 'door' });
   * ```
   */
  async send(phones: string | readonly string[], notification: MobileNotification): Promise<void> {
    const { message, title, actions, tag, group, image, data: more, timeout } = notification;
    const inner = {
      ...(actions === undefined ? {} : { actions }),
      ...(tag === undefined ? {} : { tag }),
      ...(group === undefined ? {} : { group }),
      ...(image === undefined ? {} : { image }),
      ...more,
    };
    const data = {
      message,
      ...(title === undefined ? {} : { title }),
      ...(Object.keys(inner).length === 0 ? {} : { data: inner }),
    };
    const sent = await Promise.allSettled(phonesOf(phones).map((phone) => this.#call(phone, { data, timeout })));
    for (const outcome of sent) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /**
   * Takes the notification of a tag from phones.
   *
   * @throws UnknownService where the home has no such phone.
   */
  async clear(phones: string | readonly string[], tag: string, options?: AskOptions): Promise<void> {
    await this.send(phones, { message: 'clear_notification', tag, timeout: options?.timeout });
  }
}

/** The services of phones. */
export function phonesOf(phones: string | readonly string[]): readonly string[] {
  const list = typeof phones === 'string' ? [phones] : phones;
  if (list.length === 0) {
    throw new InvalidArgument('No phone was given', { hint: "Name its service: 'notify.mobile_app_annas_phone'." });
  }
  return list.map((phone) => (phone.startsWith('notify.') ? phone : `notify.${phone}`));
}
