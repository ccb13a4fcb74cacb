import { HassetteError } from '../kernel/errors.ts';
import type { Surroundings } from './surroundings.ts';

/** Says what went wrong. Of our own errors the message is all there is to know; of others the stack helps. */
export function sayError(at: Surroundings, error: unknown): void {
  if (error instanceof HassetteError) {
    at.say(`${error.message}${error.hint === undefined ? '' : `\n    ${error.hint}`}`);
  } else {
    at.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
