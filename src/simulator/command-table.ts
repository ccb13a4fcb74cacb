import type { ClientConnection } from './client-connection.ts';
import type { JsonObject } from './json.ts';
import type { Shape } from './schema.ts';

/** What the home does with one type of command. */
export interface CommandDefinition {
  /** Without: the command takes no key but `id` and `type`. */
  readonly fields?: Shape;
  /** Administrators only. */
  readonly admin?: boolean;
  /** Answers by way of the connection; what it throws becomes the answer. */
  readonly run: (message: JsonObject & { readonly id: number }, connection: ClientConnection) => unknown;
}

export type CommandTable = Map<string, CommandDefinition>;
