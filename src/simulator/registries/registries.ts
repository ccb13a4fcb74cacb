import type { WireArea, WireCategory, WireFloor, WireLabel } from '../../home-assistant/protocol/registry-wire.ts';
import { type Chance, hexId } from '../chance.ts';
import type { JsonObject } from '../json.ts';
import { DeviceRecords } from './device-records.ts';
import { EntityRecords, type EntityRegistryHome } from './entity-records.ts';
import { NamedRecords, slugOf } from './named-records.ts';

/** What the registries of a home begin with. Keys are ids; names are made of them where none is given. */
export interface RegistrySetup {
  readonly floors?: Readonly<Record<string, { readonly name?: string; readonly level?: number }>> | undefined;
  readonly areas?:
    | Readonly<Record<string, { readonly name?: string; readonly floor?: string; readonly labels?: readonly string[] }>>
    | undefined;
  readonly labels?: Readonly<Record<string, { readonly name?: string }>> | undefined;
  readonly devices?: Readonly<Record<string, DeviceSetup>> | undefined;
  /** By entity id. */
  readonly entities?: Readonly<Record<string, EntityEntrySetup>> | undefined;
}

export interface DeviceSetup {
  readonly name?: string;
  readonly area?: string;
  readonly labels?: readonly string[];
  readonly manufacturer?: string;
  readonly model?: string;
}

export interface EntityEntrySetup {
  /** @defaultValue 'simulated' */
  readonly integration?: string;
  readonly name?: string;
  readonly area?: string;
  readonly device?: string;
  readonly labels?: readonly string[];
  readonly category?: 'config' | 'diagnostic';
  readonly hidden?: boolean;
}

/** The registries of a home. A change is told by an event of the registry that it was made in, and by those it has effects on. */
export class Registries {
  readonly areas: NamedRecords<WireArea>;
  readonly floors: NamedRecords<WireFloor>;
  readonly labels: NamedRecords<WireLabel>;
  readonly devices: DeviceRecords;
  readonly entities: EntityRecords;
  readonly #home: EntityRegistryHome;
  readonly #chance: Chance;
  readonly #newUlid: () => string;
  readonly #categories = new Map<string, NamedRecords<WireCategory>>();

  constructor(home: EntityRegistryHome, chance: Chance, newUlid: () => string) {
    this.#home = home;
    this.#chance = chance;
    this.#newUlid = newUlid;
    const inUse = (name: string): string =>
      `The name ${name} (${name.toLowerCase().replaceAll(' ', '')}) is already in use`;
    const slugged = { idOf: slugOf, inUse };
    this.areas = new NamedRecords<WireArea>(home, {
      ...slugged,
      word: 'area',
      idKey: 'area_id',
      missing: "Area ID doesn't exist",
      fresh: {
        aliases: [],
        floor_id: null,
        humidity_entity_id: null,
        icon: null,
        labels: [],
        picture: null,
        temperature_entity_id: null,
      },
    });
    this.floors = new NamedRecords<WireFloor>(home, {
      ...slugged,
      word: 'floor',
      idKey: 'floor_id',
      missing: "Floor ID doesn't exist",
      fresh: { aliases: [], icon: null, level: null },
    });
    this.labels = new NamedRecords<WireLabel>(home, {
      ...slugged,
      word: 'label',
      idKey: 'label_id',
      missing: "Label ID doesn't exist",
      fresh: { color: null, description: null, icon: null },
    });
    this.devices = new DeviceRecords(home);
    this.entities = new EntityRecords(home);
  }

  /** The categories of a scope. */
  categories(scope: string): NamedRecords<WireCategory> {
    const known = this.#categories.get(scope);
    if (known !== undefined) return known;
    const made = new NamedRecords<WireCategory>(this.#home, {
      word: 'category',
      idKey: 'category_id',
      idOf: () => this.#newUlid(),
      inUse: (name) => `The name '${name}' is already in use`,
      missing: "Category ID doesn't exist",
      refusesUpdateOfMissing: true,
      fresh: { icon: null },
      scope: { scope },
    });
    this.#categories.set(scope, made);
    return made;
  }

  newId(): string {
    return hexId(this.#chance);
  }

  /** Fills them, and tells nobody. */
  furnish({ floors = {}, areas = {}, labels = {}, devices = {}, entities = {} }: RegistrySetup): void {
    for (const [id, { name = wordsOf(id), level = null }] of Object.entries(floors))
      this.floors.load(this.floors.made(id, name, { level }));
    for (const [id, { name = wordsOf(id) }] of Object.entries(labels)) this.labels.load(this.labels.made(id, name, {}));
    for (const [id, { name = wordsOf(id), floor = null, labels: under = [] }] of Object.entries(areas))
      this.areas.load(this.areas.made(id, name, { floor_id: floor, labels: under }));
    for (const [id, setup] of Object.entries(devices))
      this.devices.load(this.devices.made(id, deviceFields(id, setup)));
    for (const [id, setup] of Object.entries(entities))
      this.entities.load(this.entities.made(this.newId(), id, setup.integration ?? 'simulated', entityFields(setup)));
  }

  /** Registers an entity, as an integration that finds a new thing does. */
  registerEntity(entityId: string, setup: EntityEntrySetup): void {
    this.entities.create(this.newId(), entityId, setup.integration ?? 'simulated', entityFields(setup));
  }

  removeArea(id: string): void {
    this.areas.remove(id);
    for (const device of this.devices.all())
      if (device.area_id === id) this.devices.update(device.id, { area_id: null });
    for (const entity of this.entities.all())
      if (entity.area_id === id) this.entities.update(entity.entity_id, { area_id: null });
  }

  removeFloor(id: string): void {
    this.floors.remove(id);
    for (const area of this.areas.all()) if (area.floor_id === id) this.areas.update(area.area_id, { floor_id: null });
  }

  removeLabel(id: string): void {
    this.labels.remove(id);
    const without = (labels: readonly string[]): JsonObject => ({ labels: labels.filter((label) => label !== id) });
    for (const { area_id: areaId, labels } of this.areas.all())
      if (labels.includes(id)) this.areas.update(areaId, without(labels));
    for (const device of this.devices.all())
      if (device.labels.includes(id)) this.devices.update(device.id, without(device.labels));
    for (const { entity_id: entityId, labels } of this.entities.all())
      if (labels.includes(id)) this.entities.update(entityId, without(labels));
  }

  removeCategory(scope: string, id: string): void {
    this.categories(scope).remove(id);
    for (const { entity_id: entityId, categories } of this.entities.all()) {
      if (categories[scope] !== id) continue;
      const { [scope]: _gone, ...others } = categories;
      this.entities.update(entityId, { categories: others });
    }
  }

  /** A device that is disabled takes its entities with it. */
  updateDevice(id: string, changes: JsonObject): ReturnType<DeviceRecords['update']> {
    const before = this.devices.get(id)?.disabled_by;
    const device = this.devices.update(id, changes);
    if (before === device.disabled_by) return device;
    for (const entity of this.entities.all()) {
      if (entity.device_id !== id) continue;
      if (device.disabled_by !== null && entity.disabled_by === null)
        this.entities.update(entity.entity_id, { disabled_by: 'device' });
      if (device.disabled_by === null && entity.disabled_by === 'device')
        this.entities.update(entity.entity_id, { disabled_by: null });
    }
    return device;
  }
}

function deviceFields(
  id: string,
  { name = wordsOf(id), area = null, labels = [], manufacturer = null, model = null }: Loose<DeviceSetup>,
): JsonObject {
  return { name, area_id: area, labels, manufacturer, model, identifiers: [['simulated', id]] };
}

function entityFields({
  name = null,
  area = null,
  device = null,
  labels = [],
  category = null,
  hidden,
}: Loose<EntityEntrySetup>): JsonObject {
  const hiddenBy = hidden === true ? 'user' : null;
  return {
    original_name: name,
    area_id: area,
    device_id: device,
    labels,
    entity_category: category,
    hidden_by: hiddenBy,
  };
}

/** What is left out is null on the wire. */
type Loose<T> = { readonly [Key in keyof T]: T[Key] | null };

function wordsOf(id: string): string {
  const words = id.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
