import { nearest } from '../../kernel/nearest.ts';
import type { RegistryIndex } from './registry-index.ts';
import type { Choice } from './selection.ts';

/** What a choice names and the home does not have, in words: most often a slip, or a name in place of an id. */
export function unknownPlaces(choice: Choice, index: RegistryIndex): readonly string[] {
  const integrations = new Set(Array.from(index.entities(), ({ integration }) => integration));
  return [
    ...missing('area', choice.area, index.areas),
    ...missing('floor', choice.floor, index.floors),
    ...missing('label', choice.label, index.labels),
    ...missing('device', choice.device, index.devices),
    ...missing('integration', choice.integration, new Map(Array.from(integrations, (name) => [name, { name }]))),
  ];
}

function missing(
  word: string,
  ids: ReadonlySet<string> | undefined,
  known: ReadonlyMap<string, { readonly name: string | null }>,
): string[] {
  if (ids === undefined) return [];
  return [...ids].filter((id) => !known.has(id)).map((id) => `no ${word} "${id}"${advice(id, known)}`);
}

function advice(id: string, known: ReadonlyMap<string, { readonly name: string | null }>): string {
  const called = [...known].find(([, { name }]) => name?.toLowerCase() === id.toLowerCase());
  const meant = called?.[0] ?? nearest(id, known.keys());
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}
