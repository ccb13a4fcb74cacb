import type { WireEntityDetails } from '../../home-assistant/protocol/registry-wire.ts';
import type { HomeCore } from '../home-core.ts';
import type { JsonObject } from '../json.ts';

/** The compact form that lists for display have. */
export function displayOf(entity: WireEntityDetails): JsonObject {
  const { sensor = {} } = entity.options;
  const precision = sensor['display_precision'] ?? sensor['suggested_display_precision'];
  const icon = entity.icon ?? entity.original_icon;
  const name = entity.name ?? entity.original_name;
  return {
    ei: entity.entity_id,
    pl: entity.platform,
    lb: entity.labels,
    ...(entity.area_id === null ? {} : { ai: entity.area_id }),
    ...(entity.device_id === null ? {} : { di: entity.device_id }),
    ...(entity.next_name_part === null ? {} : { np: entity.next_name_part }),
    ...(icon === null ? {} : { ic: icon }),
    ...(entity.translation_key === null ? {} : { tk: entity.translation_key }),
    ...(entity.entity_category === null ? {} : { ec: entity.entity_category === 'config' ? 0 : 1 }),
    ...(entity.hidden_by === null ? {} : { hb: true }),
    ...(name === null ? {} : { en: name }),
    ...(precision === undefined ? {} : { dp: precision }),
  };
}

/** What an area, a floor, a device or an entity has to do with. What automations and scenes refer to is not known here. */
export function relatedTo(home: HomeCore, kind: string, id: string): JsonObject {
  const { registries, states } = home;
  const isThere =
    kind === 'area'
      ? registries.areas.has(id)
      : kind === 'floor'
        ? registries.floors.has(id)
        : kind === 'device'
          ? registries.devices.get(id) !== undefined
          : states.get(id) !== undefined;
  if (!isThere) return {};
  const devices = registries.devices.all();
  const areaOf = ({ area_id: own, device_id: deviceId }: WireEntityDetails): string | null =>
    own ?? devices.find((device) => device.id === deviceId)?.area_id ?? null;
  const floorOf = (areaId: string | null): string | null =>
    areaId === null ? null : (registries.areas.get(areaId)?.floor_id ?? null);
  const isMeant = (entity: WireEntityDetails): boolean => {
    if (kind === 'entity') return entity.entity_id === id;
    if (kind === 'device') return entity.device_id === id;
    return kind === 'area' ? areaOf(entity) === id : floorOf(areaOf(entity)) === id;
  };
  const entities = registries.entities.all().filter(isMeant);
  const entityIds = entities.map((entity) => entity.entity_id);
  const areas = entities.map(areaOf);
  const groups = [...states.all()].filter(
    ({ domain, attributes: { entity_id: members } }) =>
      domain === 'group' && Array.isArray(members) && members.some((member) => entityIds.includes(String(member))),
  );
  const related: Readonly<Record<string, readonly (string | null)[]>> = {
    floor: kind === 'area' ? [floorOf(id)] : areas.map(floorOf),
    area: areas,
    device:
      kind === 'area'
        ? devices.filter((device) => device.area_id === id).map((device) => device.id)
        : entities.map((entity) => entity.device_id),
    config_entry: entities.map((entity) => entity.config_entry_id),
    entity: entityIds,
    group: groups.map((group) => group.entityId),
  };
  const found = Object.entries(related).map(([key, ids]): [string, string[]] => [
    key,
    [...new Set(ids.filter((one) => one !== null))],
  ]);
  return Object.fromEntries(found.filter(([key, ids]) => key !== kind && ids.length > 0));
}
