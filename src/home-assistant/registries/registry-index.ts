import { domainOf } from '../states/entity-state.ts';
import type { WireArea, WireDevice, WireEntityEntry, WireFloor, WireLabel } from '../protocol/registry-wire.ts';
import type { Choice } from './selection.ts';

/** What is kept of an entity: of thousands there are, no more than questions about them need. */
export interface IndexedEntity {
  /** Stays the same when the entity id changes. */
  readonly registryId: string;
  readonly entityId: string;
  readonly areaId: string | null;
  readonly deviceId: string | null;
  readonly labels: readonly string[];
  readonly integration: string;
  /** There for configuration or diagnosis. */
  readonly secondary: boolean;
  readonly hidden: boolean;
  readonly disabled: boolean;
}

export type IndexedDevice = Pick<WireDevice, 'area_id' | 'labels' | 'name' | 'name_by_user'>;

/** The registries of a home as they were told last, and what follows from all of them together. */
export class RegistryIndex {
  areas: ReadonlyMap<string, WireArea> = new Map();
  floors: ReadonlyMap<string, WireFloor> = new Map();
  labels: ReadonlyMap<string, WireLabel> = new Map();
  devices: ReadonlyMap<string, IndexedDevice> = new Map();
  readonly #entities = new Map<string, IndexedEntity>();

  get entityCount(): number {
    return this.#entities.size;
  }

  entity(entityId: string): IndexedEntity | undefined {
    return this.#entities.get(entityId);
  }

  entities(): Iterable<IndexedEntity> {
    return this.#entities.values();
  }

  replaceEntities(entries: Iterable<WireEntityEntry>): void {
    this.#entities.clear();
    for (const entry of entries) this.putEntity(entry);
  }

  putEntity(entry: WireEntityEntry): void {
    this.#entities.set(entry.entity_id, indexed(entry));
  }

  removeEntity(entityId: string): void {
    this.#entities.delete(entityId);
  }

  renameEntity(from: string, to: string): void {
    const entity = this.#entities.get(from);
    if (entity === undefined) return;
    this.#entities.delete(from);
    this.#entities.set(to, { ...entity, entityId: to });
  }

  /** The area that an entity stands in: its own, else its device's. */
  areaIdOf(entityId: string): string | undefined {
    const entity = this.#entities.get(entityId);
    return entity === undefined ? undefined : (this.#areaId(entity) ?? undefined);
  }

  /** Which entities a choice means, as far as the registries say it: its device classes are not looked at. */
  select(choice: Choice): string[] {
    const found: string[] = [];
    for (const entity of this.#entities.values()) if (this.means(choice, entity)) found.push(entity.entityId);
    return found;
  }

  /**
   * Whether a choice means an entity. By area, floor, label and device it means what Home Assistant means by them in a
   * target: not what is hidden, nor what is there for configuration or diagnosis, unless that bears the label itself or
   * the choice names a device class.
   */
  means(choice: Choice, entity: IndexedEntity): boolean {
    if (entity.disabled) return false;
    if (choice.domain !== undefined && !choice.domain.has(domainOf(entity.entityId))) return false;
    if (choice.integration !== undefined && !choice.integration.has(entity.integration)) return false;
    if (!choice.placed) return true;
    if (entity.hidden) return false;
    const { area, floor, label, device } = choice;
    const areaId = this.#areaId(entity);
    if (area !== undefined && (areaId === null || !area.has(areaId))) return false;
    if (floor !== undefined && !floor.has(this.#floorId(areaId) ?? '')) return false;
    if (device !== undefined && (entity.deviceId === null || !device.has(entity.deviceId))) return false;
    const labelled = label !== undefined && meets(entity.labels, label);
    if (label !== undefined && !labelled && !this.#inherits(label, entity, areaId)) return false;
    return !entity.secondary || labelled || choice.deviceClass !== undefined;
  }

  #areaId({ areaId, deviceId }: IndexedEntity): string | null {
    return areaId ?? (deviceId === null ? null : (this.devices.get(deviceId)?.area_id ?? null));
  }

  #floorId(areaId: string | null): string | null {
    return areaId === null ? null : (this.areas.get(areaId)?.floor_id ?? null);
  }

  /** A label on a device or on an area is one on all that belongs to it. */
  #inherits(label: ReadonlySet<string>, { deviceId }: IndexedEntity, areaId: string | null): boolean {
    return (
      (deviceId !== null && meets(this.devices.get(deviceId)?.labels ?? [], label)) ||
      (areaId !== null && meets(this.areas.get(areaId)?.labels ?? [], label))
    );
  }
}

function indexed(entry: WireEntityEntry): IndexedEntity {
  return {
    registryId: entry.id,
    entityId: entry.entity_id,
    areaId: entry.area_id,
    deviceId: entry.device_id,
    labels: entry.labels.length === 0 ? NO_LABELS : entry.labels,
    integration: entry.platform,
    secondary: entry.entity_category !== null,
    hidden: entry.hidden_by !== null,
    disabled: entry.disabled_by !== null,
  };
}

const NO_LABELS: readonly string[] = [];

function meets(own: readonly string[], wanted: ReadonlySet<string>): boolean {
  return own.some((label) => wanted.has(label));
}
