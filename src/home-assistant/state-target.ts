import type { KeyPattern } from '../bus/key-pattern.ts';
import { InvalidArgument } from '../kernel/errors.ts';

const ENTITY_ID = /^(?!_)[\da-z_*?]+(?<!_)\.(?!_)[\da-z_*?]+(?<!_)$/;
const EXAMPLES =
  "Write an entity id ('light.kitchen'), a glob ('binary_sensor.*_window'), a list of them, or { domain: 'light' }.";

/**
 * Turns what a person has named into a pattern of the channel of states.
 *
 * @throws InvalidArgument if it can be no entity.
 */
export function entityPattern(target: unknown, method: string): KeyPattern {
  if (typeof target === 'string') return entityId(target, method);
  if (Array.isArray(target)) {
    if (target.length === 0) throw new InvalidArgument(`${method} was given an empty list`, { hint: EXAMPLES });
    return target.map((one) => entityId(one, method));
  }
  if (typeof target !== 'object' || target === null) throw noTarget(target, method);
  return selection(target, method);
}

function entityId(id: unknown, method: string): string {
  if (typeof id === 'string' && (id === '*' || ENTITY_ID.test(id))) return id;
  throw noTarget(id, method);
}

function selection(target: object, method: string): KeyPattern {
  for (const key of Object.keys(target)) {
    if (key !== 'domain')
      throw new InvalidArgument(`${method} was given a selection by "${key}", which is not known`, { hint: EXAMPLES });
  }
  const domain: unknown = 'domain' in target ? target.domain : undefined;
  const domains: readonly unknown[] = Array.isArray(domain) ? domain : [domain];
  const names = domains.filter((one): one is string => typeof one === 'string' && /^[\da-z_]+$/.test(one));
  if (names.length === 0 || names.length < domains.length) {
    throw new InvalidArgument(`${method} was given a selection whose "domain" is no domain`, { hint: EXAMPLES });
  }
  return { domain: names };
}

function noTarget(target: unknown, method: string): InvalidArgument {
  const shown = typeof target === 'string' ? `"${target}"` : (JSON.stringify(target) ?? String(target));
  return new InvalidArgument(`${method} was given ${shown}, which is no entity id`, { hint: EXAMPLES });
}
