import { nearest } from '../../kernel/nearest.ts';
import type { RegistryIndex } from './registry-index.ts';
import type { TargetSelection } from '../calls/target.ts';
import type { Choice } from './selection.ts';

/** Where a choice says that entities are, or whose they are. */
export type Places = Pick<Choice, 'area' | 'floor' | 'label' | 'device' | 'integration'>;

/** What a choice names and the home does not have, in words: most often a slip, or a name in place of an id. */
export function unknownPlaces(choice: Places, index: RegistryIndex): readonly string[] {
  const integrations = new Set(Array.from(index.entities(), ({ integration }) => integration));
  return [
    ...missing('area', choice.area, index.areas),
    ...missing('floor', choice.floor, index.floors),
    ...missing('label', choice.label, index.labels),
    ...missing('device', choice.device, index.devices),
    ...missing('integration', choice.integration, new Map(Array.from(integrations, (name) => [name, { name }]))),
  ];
}

/** What a target names by Home Assistant's own words. */
export function placesOf({ area_id, floor_id, label_id, device_id }: TargetSelection): Places {
  return {
    ...(area_id === undefined ? {} : { area: idsOf(area_id) }),
    ...(floor_id === undefined ? {} : { floor: idsOf(floor_id) }),
    ...(label_id === undefined ? {} : { label: idsOf(label_id) }),
    ...(device_id === undefined ? {} : { device: idsOf(device_id) }),
  };
}

/** `none` is nobody, in Home Assistant's words. */
function idsOf(given: string | readonly string[]): ReadonlySet<string> {
  return new Set([given].flat().filter((id) => id !== 'none'));
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
