import { type KeyPattern, partsOfPattern, patternTest } from '../../bus/key-pattern.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import type { Home } from '../home.ts';
import { isChoice, type Meant, readTarget } from '../subscriptions/state-target.ts';

/**
 * Reads which entities are meant. A word without a dot is a domain; nothing at all means every entity.
 *
 * @throws InvalidArgument if it can be none.
 */
export function groupOf(group: unknown, method: string): Meant {
  if (group === undefined) return '*';
  if (typeof group === 'string' && /^[\da-z_]+$/.test(group)) return { domain: [group] };
  if (typeof group === 'string' && group.trim() === '') {
    throw new InvalidArgument(`${method} was given an empty text`, {
      hint: "Write a domain ('light') or an entity id.",
    });
  }
  return readTarget(group, method);
}

/** The entities that are meant at present. Those that are named count whether the home has them or not. */
export function* membersOf(
  { mirror, selections }: Pick<Home, 'mirror' | 'selections'>,
  meant: Meant,
): Iterable<string> {
  if (isChoice(meant)) {
    yield* selections.resolve(meant);
    return;
  }
  const pattern = presentPattern(mirror, meant);
  const { exact, domains, globs, all } = partsOfPattern(pattern);
  if (all || globs.length > 0) {
    const isMeant = patternTest(pattern);
    for (const entityId of mirror.entityIds()) if (isMeant(entityId)) yield entityId;
    for (const entityId of exact) if (!mirror.has(entityId)) yield entityId;
    return;
  }
  yield* exact;
  for (const domain of domains)
    for (const entityId of mirror.entityIds(domain)) if (!exact.includes(entityId)) yield entityId;
}

/** An entity that was named by an id that it had once is meant under the one that it has. */
export function presentPattern(mirror: Home['mirror'], pattern: KeyPattern): KeyPattern {
  if (typeof pattern === 'string') return mirror.presentId(pattern);
  return 'domain' in pattern ? pattern : pattern.map((entityId) => mirror.presentId(entityId));
}
