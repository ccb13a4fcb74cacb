import type { Clock } from '../kernel/clock.ts';
import type { JsonObject } from './json.ts';
import type { User } from './users.ts';

/** A connection as commands and behaviours see it. */
export interface ClientConnection {
  /** Who is there, once the token was accepted. */
  readonly user: User;
  readonly token: string | undefined;
  /** The home's. */
  readonly clock: Clock;
  /** Whether messages that wait together may leave as one array frame. */
  coalesce: boolean;

  push(message: JsonObject): void;
  result(id: number, result?: unknown): void;
  /** A result that is in text already. */
  resultJson(id: number, json: string): void;
  event(id: number, event: unknown): void;
  eventJson(id: number, json: string): void;
  fail(id: unknown, error: JsonObject): void;
  /** An event that is told to several subscriptions: only the id differs, and comes last. */
  pushShared(frameHead: string, id: number): void;

  /** Keeps what ends the subscription that the command of this id has made. */
  subscribe(id: number, end: () => void): void;
  /** @returns whether there was one. */
  unsubscribe(id: number): boolean;

  /** Closes it; what still waits is not sent. */
  end(code?: number): void;
  /** Ends it without a closing frame. */
  drop(): void;
}
