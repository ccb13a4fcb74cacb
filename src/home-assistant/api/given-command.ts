import { InvalidArgument } from '../../kernel/errors.ts';
import { isEntityId } from '../calls/target.ts';
import type { Command } from '../protocol/wire.ts';

const OF_THE_CONNECTION = /(^|\/)(subscribe|unsubscribe)(_|$)|^render_template$|^auth$|^supported_features$|^ping$/;

/**
 * Refuses what cannot go over the connection as a question of an app's own.
 *
 * @throws InvalidArgument
 */
export function assertPlainCommand(command: unknown): asserts command is Command {
  if (typeof command !== 'object' || command === null || !('type' in command) || typeof command.type !== 'string') {
    throw new InvalidArgument(`api.websocket was given ${excerpt(command)}, which is no command`, {
      hint: "A command is an object with its type, and what else it needs: { type: 'config/area_registry/list' }.",
    });
  }
  const { type } = command;
  if (OF_THE_CONNECTION.test(type)) {
    throw new InvalidArgument(`The command "${type}" belongs to the connection itself`, {
      hint: 'For events there is this.bus, for states this.states and this.bus.onStateChange, for templates this.api.renderTemplate.',
    });
  }
  if ('id' in command) {
    throw new InvalidArgument(`The command "${type}" was given an id`, {
      hint: 'Leave it out: the connection numbers what it sends, and Home Assistant takes no number twice.',
    });
  }
}

/** Whether a command asks and changes nothing, so that a dry run can send it. */
export function onlyReads({ type }: Command): boolean {
  return /(^|\/)(get|list|info|search|validate|extract|test)(_|$)/.test(type);
}

/** @throws InvalidArgument where something is empty, or no text at all. */
export function assertText(given: unknown, what: string, hint: string): void {
  if (typeof given === 'string' && given.trim() !== '') return;
  throw new InvalidArgument(`${excerpt(given)} is no ${what}`, { hint });
}

/** @throws InvalidArgument where one of them cannot be an entity id. */
export function entityIdsOf(given: string | readonly string[], what: string): readonly string[] {
  const ids = typeof given === 'string' ? [given] : given;
  for (const id of ids) {
    if (isEntityId(id)) continue;
    const hint = 'It is a domain and a name, as in "light.kitchen".';
    throw new InvalidArgument(`${what} was given ${excerpt(id)}, which is no entity id`, { hint });
  }
  return ids;
}

/** What was given, for a message. */
export function excerpt(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
