import { describePattern, type KeyPattern } from '../../bus/key-pattern.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import { type Choice, readSelection } from '../registries/selection.ts';

const ENTITY_ID = /^(?!_)[\da-z_*?]+(?<!_)\.(?!_)[\da-z_*?]+(?<!_)$/;
const EXAMPLES =
  "Write an entity id ('light.kitchen'), a glob ('binary_sensor.*_window'), a list of them, or { domain: 'light', area: 'kitchen' }.";

/** Whom a subscription is for: a pattern of the channel of states, or a choice that only the registries can tell. */
export type Meant = KeyPattern | Choice;

/**
 * Reads what a person has named.
 *
 * @throws InvalidArgument if it can be no entity.
 */
export function readTarget(target: unknown, method: string): Meant {
  if (typeof target === 'string') return entityId(target, method);
  if (Array.isArray(target)) {
    if (target.length === 0) throw new InvalidArgument(`${method} was given an empty list`, { hint: EXAMPLES });
    return target.map((one) => entityId(one, method));
  }
  if (typeof target !== 'object' || target === null) throw noTarget(target, method);
  const choice = readSelection(target, method);
  // A domain is in the ids themselves, so the channel knows it.
  return choice.domain === undefined || choice.registered || choice.deviceClass !== undefined
    ? choice
    : { domain: [...choice.domain] };
}

export function isChoice(meant: Meant): meant is Choice {
  return typeof meant === 'object' && 'words' in meant;
}

export function describeMeant(meant: Meant): string {
  return isChoice(meant) ? meant.words : describePattern(meant);
}

function entityId(id: unknown, method: string): string {
  if (typeof id === 'string' && (id === '*' || ENTITY_ID.test(id))) return id;
  throw noTarget(id, method);
}

function noTarget(target: unknown, method: string): InvalidArgument {
  const shown = typeof target === 'string' ? `"${target}"` : (JSON.stringify(target) ?? String(target));
  return new InvalidArgument(`${method} was given ${shown}, which is no entity id`, { hint: EXAMPLES });
}
