import type { HomeConfig, ServicesResult } from '../home-assistant/protocol/wire.ts';
import type { HomeCore } from './home-core.ts';
import type { Household } from './household.ts';
import type { User } from './users.ts';

/** What REST has of the home beside its core. */
export interface RestHome extends HomeCore {
  readonly household: Household;
  config(): HomeConfig;
  describeServices(): ServicesResult;
}

export interface Asked {
  readonly home: RestHome;
  readonly user: User;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
  readonly method: string;
  readonly contentType: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, and compressed where it is long and the client takes that. */
  readonly json?: unknown;
  /** JSON that is in text already; `compress` says whether it may be. */
  readonly text?: { readonly json: string; readonly compress: boolean };
  readonly plain?: string;
  /** No body, and no type of one. */
  readonly nothing?: boolean;
  /** A handler broke: the connection is closed after the answer, and nothing is added to it. */
  readonly broken?: boolean;
}

export const message = (text: string, status = 200): Answer => ({ status, json: { message: text } });
export const plain = (status: number, reason: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  plain: `${status}: ${reason}`,
  headers,
});
export const unauthorized = plain(401, 'Unauthorized');
export const badRequest = plain(400, 'Bad Request');
export const broken: Answer = {
  status: 500,
  plain: '500 Internal Server Error\n\nServer got itself in trouble',
  headers: { connection: 'close' },
  broken: true,
};
