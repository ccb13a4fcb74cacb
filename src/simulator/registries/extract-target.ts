import type { JsonObject } from '../json.ts';
import type { Registries } from './registries.ts';

/** What a target stands for. */
export interface ExtractedTarget {
  readonly entities: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
  readonly areas: ReadonlySet<string>;
  readonly missingDevices: readonly string[];
  readonly missingAreas: readonly string[];
  readonly missingFloors: readonly string[];
  readonly missingLabels: readonly string[];
}

/**
 * Says which entities a target means, as Home Assistant does: what stands in an area or belongs to a device is meant
 * unless it is hidden, or there for configuration or diagnosis; a label on the entity itself means that one as well.
 */
export function extractTarget(registries: Registries, target: JsonObject, primaryOnly = true): ExtractedTarget {
  const { areas, floors, labels, devices, entities } = registries;
  const named = {
    floor: textsOf(target.floor_id),
    label: textsOf(target.label_id),
    area: textsOf(target.area_id),
    device: textsOf(target.device_id),
  };
  const found = new Set(textsOf(target.entity_id));
  const areaIds = new Set(named.area);
  const deviceIds = new Set(named.device);

  for (const area of areas.all()) {
    const onFloor = area.floor_id !== null && named.floor.includes(area.floor_id);
    if (onFloor || meets(area.labels, named.label)) areaIds.add(area.area_id);
  }
  for (const device of devices.all()) if (meets(device.labels, named.label)) deviceIds.add(device.id);
  const inAreas = new Set<string>();
  for (const { id, area_id: areaId } of devices.all()) if (areaId !== null && areaIds.has(areaId)) inAreas.add(id);

  for (const entity of entities.all()) {
    if (entity.disabled_by !== null || entity.hidden_by !== null) continue;
    const { entity_id: entityId, area_id: areaId, device_id: deviceId } = entity;
    if (meets(entity.labels, named.label)) found.add(entityId);
    if (primaryOnly && entity.entity_category !== null) continue;
    const ofDevice = deviceId !== null && deviceIds.has(deviceId);
    const inArea = areaId === null ? deviceId !== null && inAreas.has(deviceId) : areaIds.has(areaId);
    if (ofDevice || inArea) found.add(entityId);
  }
  return {
    entities: found,
    devices: new Set([...deviceIds, ...inAreas]),
    areas: areaIds,
    missingDevices: named.device.filter((id) => devices.get(id) === undefined),
    missingAreas: named.area.filter((id) => !areas.has(id)),
    missingFloors: named.floor.filter((id) => !floors.has(id)),
    missingLabels: named.label.filter((id) => !labels.has(id)),
  };
}

function meets(own: readonly string[], wanted: readonly string[]): boolean {
  return own.some((label) => wanted.includes(label));
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
