import { subscribeEvents } from '../protocol/commands.ts';
import type { ResultMessage, WireError, WireEvent } from '../protocol/wire.ts';
import type { WireSession } from './wire-session.ts';

interface Followed {
  followers: number;
  /** The id of its subscription on the present connection. */
  subscription: number | undefined;
  /** The home has accepted it. */
  isStanding: boolean;
  refusal: WireError | undefined;
}

export interface FollowingListener {
  onEvent(event: WireEvent): void;
  onRefusal(eventType: string, error: WireError): void;
}

/**
 * The types of events that somebody follows. Each is subscribed to once, however many follow it, as long as anybody
 * does, and anew on every connection.
 */
export class EventFollowing {
  readonly #listener: FollowingListener;
  readonly #followed = new Map<string, Followed>();
  #session: WireSession | undefined;

  constructor(listener: FollowingListener) {
    this.#listener = listener;
  }

  /** The types that the home does not let us follow. */
  refused(): readonly string[] {
    return [...this.#followed].filter(([, followed]) => followed.refusal !== undefined).map(([eventType]) => eventType);
  }

  /** Follows a type of events; gives what ends it. */
  follow(eventType: string): () => void {
    let followed = this.#followed.get(eventType);
    if (followed === undefined) {
      followed = { followers: 0, subscription: undefined, isStanding: false, refusal: undefined };
      this.#followed.set(eventType, followed);
      this.#subscribe(eventType, followed);
    }
    followed.followers += 1;
    let following = true;
    return () => {
      if (following) this.#unfollow(eventType);
      following = false;
    };
  }

  /** Subscribes to everything followed on a new connection. */
  begin(session: WireSession): void {
    this.#session = session;
    for (const [eventType, followed] of this.#followed) this.#subscribe(eventType, followed);
  }

  /** Subscribes again to what was refused while the home was starting. */
  retry(): void {
    for (const [eventType, followed] of this.#followed) {
      if (followed.refusal !== undefined && !isForbidden(followed.refusal)) this.#subscribe(eventType, followed);
    }
  }

  /** The connection is gone, and its subscriptions with it. */
  end(): void {
    this.#session = undefined;
    for (const followed of this.#followed.values()) followed.subscription = undefined;
  }

  #subscribe(eventType: string, followed: Followed): void {
    const session = this.#session;
    followed.refusal = undefined;
    followed.isStanding = false;
    const id = session?.subscribe(
      subscribeEvents(eventType),
      (event) => {
        if (followed.subscription === id && isEvent(event)) this.#listener.onEvent(event);
      },
      (answer) => {
        if (followed.subscription === id) this.#answered(eventType, followed, answer);
        // Nobody follows it any more. It could not be ended before it was there: Home Assistant works on commands side
        // by side, and one that ends a subscription which is still being made ends nothing.
        else if (answer.success && id !== undefined) session?.unsubscribe(id);
      },
    );
    followed.subscription = id;
  }

  #answered(eventType: string, followed: Followed, answer: ResultMessage): void {
    followed.isStanding = answer.success;
    if (answer.success) return;
    followed.subscription = undefined;
    followed.refusal = answer.error;
    this.#listener.onRefusal(eventType, answer.error);
  }

  #unfollow(eventType: string): void {
    const followed = this.#followed.get(eventType);
    if (followed === undefined) return;
    followed.followers -= 1;
    if (followed.followers > 0) return;
    this.#followed.delete(eventType);
    const { subscription, isStanding } = followed;
    followed.subscription = undefined;
    if (subscription !== undefined && isStanding) this.#session?.unsubscribe(subscription);
  }
}

/** The user may not, and will not be allowed to by waiting. */
export function isForbidden(error: WireError): boolean {
  return error.code === 'unauthorized';
}

function isEvent(value: unknown): value is WireEvent {
  return typeof value === 'object' && value !== null && 'event_type' in value;
}
