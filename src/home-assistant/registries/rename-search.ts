import { domainOf } from '../states/entity-state.ts';

/**
 * Says which entities of a snapshot may be known ones under another id: those that are new, where a known and
 * registered one of their domain has gone.
 */
export function perhapsRenamed(
  snapshot: Readonly<Record<string, unknown>>,
  known: { has(entityId: string): boolean; entityIds(): Iterable<string> },
  isRegistered: (entityId: string) => boolean,
): readonly string[] {
  const gone = new Set<string>();
  for (const entityId of known.entityIds()) {
    if (!Object.hasOwn(snapshot, entityId) && isRegistered(entityId)) gone.add(domainOf(entityId));
  }
  if (gone.size === 0) return [];
  return Object.keys(snapshot).filter((entityId) => !known.has(entityId) && gone.has(domainOf(entityId)));
}
