import { Refusal } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import type { JsonObject } from './json.ts';
import { extractTarget } from './registries/extract-target.ts';
import { type Check, entityIds, isEntityId, listOf, misfit, type Shape, optional, textual } from './schema.ts';
import type { StateRecord } from './state-record.ts';

const ids: Check = (value) => (value === 'none' ? value : listOf(textual)(value));

const entities: Check = (value) => {
  if (typeof value === 'string') {
    const word = value.toLowerCase();
    if (word === 'all' || word === 'none') return word;
    if (!value.split(',').every((id) => isEntityId(id.trim().toLowerCase()))) throw misfit("expected 'all' or 'none'");
  }
  return entityIds(value);
};

/** The keys that say what a service is to act on. */
export const targetShape: Shape = {
  entity_id: optional(entities),
  device_id: optional(ids),
  area_id: optional(ids),
  floor_id: optional(ids),
  label_id: optional(ids),
};

const targetKeys = Object.keys(targetShape);

export function assertTarget(data: JsonObject): void {
  if (targetKeys.some((key) => Object.hasOwn(data, key))) return;
  throw misfit(`at least one of [${targetKeys.map((key) => `'${key}'`).join(', ')}] is required`);
}

/** The data less what it is to act on. */
export function withoutTarget(data: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !targetKeys.includes(key)));
}

export interface Selection {
  /** The entities to act on: there, of the right domain, and available. */
  readonly entities: readonly StateRecord[];
  /** Those that were named themselves, and not by an area or a label. */
  readonly named: ReadonlySet<string>;
}

/** Whom the data means. An entity that is not there is no error: Home Assistant logs it, and does nothing. */
export function selectEntities(home: HomeCore, data: JsonObject, inDomain: (domain: string) => boolean): Selection {
  const named = new Set(data.entity_id === 'all' ? [] : textsOf(data.entity_id));
  const meant = extractTarget(home.registries, { ...data, entity_id: [...named] }).entities;
  const candidates =
    data.entity_id === 'all' ? [...home.states.all()] : [...meant].flatMap((id) => home.states.get(id) ?? []);
  return { entities: candidates.filter((entity) => inDomain(entity.domain) && entity.state !== 'unavailable'), named };
}

/** Entities that lack every one of the features drop out; one that was named itself is an error. */
export function withFeatures(
  selection: Selection,
  features: readonly number[],
  domain: string,
  service: string,
): readonly StateRecord[] {
  return selection.entities.filter((entity) => {
    const supported = Number(entity.attributes.supported_features ?? 0);
    if (features.some((feature) => (supported & feature) === feature)) return true;
    if (!selection.named.has(entity.entityId)) return false;
    throw new Refusal(
      'service_validation_error',
      `Entity ${entity.entityId} does not support action ${domain}.${service}`,
      {
        domain: 'homeassistant',
        key: 'service_not_supported',
        placeholders: { domain, service, entity_id: entity.entityId },
      },
    );
  });
}

function textsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item) => typeof item === 'string');
}
