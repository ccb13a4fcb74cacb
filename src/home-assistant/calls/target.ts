import { isSelection } from '../registries/selection.ts';
import type { Selection } from '../subscriptions/state-types.ts';

/**
 * What a call is for: an entity id, several, or a selection by Home Assistant's registries.
 *
 * @example
 * ```ts
 * await this.api.call('light.turn_off', { target: 'light.kitchen' });
 * await this.api.call('light.turn_off', { target: ['light.kitchen', 'light.hall'] });
 * await this.api.call('light.turn_off', { target: { area_id: 'kitchen', label_id: ['night'] } });  // either
 * await this.api.call('light.turn_off', { target: { area: 'kitchen', label: 'night' } });           // both
 * ```
 */
export type Target = string | readonly string[] | TargetSelection | Selection;

/** What a call is for, by Home Assistant's own names; whatever one of them selects is meant. */
export interface TargetSelection {
  readonly entity_id?: string | readonly string[] | undefined;
  readonly device_id?: string | readonly string[] | undefined;
  readonly area_id?: string | readonly string[] | undefined;
  readonly floor_id?: string | readonly string[] | undefined;
  readonly label_id?: string | readonly string[] | undefined;
}

export const TARGET_KEYS: readonly (keyof TargetSelection)[] = [
  'entity_id',
  'device_id',
  'area_id',
  'floor_id',
  'label_id',
];

/** A target as it goes over the wire. */
export function selectionOf(target: string | readonly string[] | TargetSelection): TargetSelection {
  if (typeof target === 'string' || isList(target)) return { entity_id: target };
  return target;
}

/**
 * The entity ids that a call names one by one, as Home Assistant reads them: in lower case, and a text may hold several
 * between commas. `all` and `none`, which only a text of its own can say, name no entity.
 */
export function namedEntities(named: unknown): readonly string[] {
  if (typeof named === 'string') {
    const texts = named
      .toLowerCase()
      .split(',')
      .map((text) => text.trim());
    return texts.length === 1 && (texts[0] === 'all' || texts[0] === 'none') ? [] : texts;
  }
  if (!Array.isArray(named)) return [];
  return named.filter((text): text is string => typeof text === 'string').map((text) => text.trim().toLowerCase());
}

/** Whether a text can be an entity id at all. */
export function isEntityId(text: string): boolean {
  return /^(?!_)[\da-z_]+(?<!_)\.(?!_)[\da-z_]+(?<!_)$/.test(text);
}

/** Whether a target is a selection as subscriptions have it, and not one by Home Assistant's own names. */
export function isSelectedTarget(target: Target | undefined): target is Selection {
  return typeof target === 'object' && !Array.isArray(target) && isSelection(target);
}

function isList(target: Target): target is readonly string[] {
  return Array.isArray(target);
}
