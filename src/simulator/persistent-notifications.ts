import { hexId } from './chance.ts';
import type { CommandDefinition } from './command-table.ts';
import type { HomeCore } from './home-core.ts';
import { isoOf } from './instants.ts';
import { fit, optional, required, textual } from './schema.ts';

/** A notification in the interface, as the home tells it. */
export interface NotificationRecord {
  readonly message: string;
  readonly notification_id: string;
  readonly title: string | null;
  readonly created_at: string;
}

type Change = 'added' | 'updated' | 'removed';
type Follower = (change: Change, notification: NotificationRecord) => void;

/** The notifications in the interface of a simulated home. */
export class PersistentNotifications {
  readonly #home: HomeCore;
  readonly #shown = new Map<string, NotificationRecord>();
  readonly #followers = new Set<Follower>();

  constructor(home: HomeCore) {
    this.#home = home;
  }

  all(): readonly NotificationRecord[] {
    return [...this.#shown.values()];
  }

  show(message: string, title: string | null, id: string = hexId(this.#home.chance)): void {
    const change = this.#shown.has(id) ? 'updated' : 'added';
    const createdAt = isoOf(this.#home.instants.next());
    const notification = { message, notification_id: id, title, created_at: createdAt };
    this.#shown.set(id, notification);
    this.#tell(change, notification);
  }

  dismiss(id: string): void {
    const notification = this.#shown.get(id);
    if (this.#shown.delete(id) && notification !== undefined) this.#tell('removed', notification);
  }

  dismissAll(): void {
    for (const id of [...this.#shown.keys()]) this.dismiss(id);
  }

  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  #tell(change: Change, notification: NotificationRecord): void {
    for (const follower of this.#followers) follower(change, notification);
  }
}

/** The services by which notifications are shown and dismissed. */
export function registerPersistentNotification(home: HomeCore, notifications: PersistentNotifications): void {
  const idField = { selector: { text: {} } };
  const fields = {
    message: { required: true, selector: { text: {} } },
    title: { selector: { text: {} } },
    notification_id: idField,
  };
  home.services.register('persistent_notification', 'create', {
    description: { fields },
    check: (data) =>
      fit({ message: required(textual), title: optional(textual), notification_id: optional(textual) }, data),
    run: ({ data: { message, title, notification_id: id } }) =>
      notifications.show(
        String(message),
        typeof title === 'string' ? title : null,
        typeof id === 'string' ? id : undefined,
      ),
  });
  home.services.register('persistent_notification', 'dismiss', {
    description: { fields: { notification_id: { required: true, ...idField } } },
    check: (data) => fit({ notification_id: required(textual) }, data),
    run: ({ data }) => notifications.dismiss(String(data.notification_id)),
  });
  home.services.register('persistent_notification', 'dismiss_all', {
    description: { fields: {} },
    check: (data) => fit({}, data),
    run: () => notifications.dismissAll(),
  });
}

/** The commands by which notifications are listed and followed. */
export function notificationCommands(notifications: PersistentNotifications): Record<string, CommandDefinition> {
  return {
    'persistent_notification/get': {
      run: ({ id }, connection) => connection.result(id, notifications.all()),
    },
    'persistent_notification/subscribe': {
      run: ({ id }, connection) => {
        const tell = (type: string, list: readonly NotificationRecord[]): void =>
          connection.event(id, {
            type,
            notifications: Object.fromEntries(list.map((each) => [each.notification_id, each])),
          });
        connection.subscribe(
          id,
          notifications.follow((change, notification) => tell(change, [notification])),
        );
        connection.result(id);
        tell('current', notifications.all());
      },
    },
  };
}
