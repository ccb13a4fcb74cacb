import type {
  WireArea,
  WireCategory,
  WireDevice,
  WireEntityDetails,
  WireEntityEntry,
  WireFloor,
  WireLabel,
  WireRecordTimes,
} from '../protocol/registry-wire.ts';

/** What the records of all registries have. */
export interface RegistryTimes {
  readonly createdAt: Temporal.Instant;
  readonly modifiedAt: Temporal.Instant;
}

/** A room, or another part of a home. */
export interface Area extends RegistryTimes {
  /** Stays the same when the area is called otherwise. */
  readonly areaId: string;
  readonly name: string;
  readonly floorId: string | undefined;
  readonly aliases: readonly string[];
  /** Ids of labels. */
  readonly labels: readonly string[];
  readonly icon: string | undefined;
  readonly picture: string | undefined;
  readonly temperatureEntityId: string | undefined;
  readonly humidityEntityId: string | undefined;
}

/** A floor of a home. */
export interface Floor extends RegistryTimes {
  readonly floorId: string;
  readonly name: string;
  /** 0 is the ground floor, below it is negative. */
  readonly level: number | undefined;
  readonly aliases: readonly string[];
  readonly icon: string | undefined;
}

/** A label that areas, devices and entities can bear. */
export interface Label extends RegistryTimes {
  readonly labelId: string;
  readonly name: string;
  readonly color: string | undefined;
  readonly description: string | undefined;
  readonly icon: string | undefined;
}

/** A category of a table of Home Assistant's own pages, such as that of automations. */
export interface Category extends RegistryTimes {
  readonly categoryId: string;
  readonly name: string;
  readonly icon: string | undefined;
}

/** A device, real or not, to which entities belong. */
export interface Device extends RegistryTimes {
  readonly deviceId: string;
  /** The name that a person has given it, else the integration's. */
  readonly name: string | undefined;
  readonly nameByUser: string | undefined;
  readonly areaId: string | undefined;
  readonly labels: readonly string[];
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  readonly modelId: string | undefined;
  readonly softwareVersion: string | undefined;
  readonly hardwareVersion: string | undefined;
  readonly serialNumber: string | undefined;
  /** Pairs of an integration and what the device is called there. */
  readonly identifiers: readonly (readonly string[])[];
  /** Pairs such as `mac` and an address. */
  readonly connections: readonly (readonly string[])[];
  readonly configEntries: readonly string[];
  readonly configurationUrl: string | undefined;
  /** `service` where it is no thing that one can touch. */
  readonly entryType: string | undefined;
  readonly viaDeviceId: string | undefined;
  /** Who has disabled it: `user`, `integration`, `config_entry`. */
  readonly disabledBy: string | undefined;
}

/** What a home knows of an entity beside its state. */
export interface RegistryEntity extends RegistryTimes {
  /** Stays the same when the entity id changes. */
  readonly registryId: string;
  readonly entityId: string;
  /** What the integration calls it. */
  readonly uniqueId: string;
  /** The integration, such as `hue`. */
  readonly integration: string;
  /** The name that a person has given it. */
  readonly name: string | undefined;
  readonly originalName: string | undefined;
  readonly icon: string | undefined;
  /** Its own area; without one it stands where its device does. */
  readonly areaId: string | undefined;
  readonly deviceId: string | undefined;
  readonly labels: readonly string[];
  /** Ids of categories, by scope. */
  readonly categories: Readonly<Record<string, string>>;
  /** Whether it is there for configuration or for diagnosis, and not for what its device is for. */
  readonly category: 'config' | 'diagnostic' | undefined;
  readonly hiddenBy: string | undefined;
  readonly disabledBy: string | undefined;
  readonly configEntryId: string | undefined;
  readonly translationKey: string | undefined;
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** An entity with what only is told when it is asked for by itself. */
export interface RegistryEntityDetails extends RegistryEntity {
  readonly aliases: readonly string[];
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly deviceClass: string | undefined;
  readonly originalDeviceClass: string | undefined;
  readonly originalIcon: string | undefined;
}

export function areaOf(wire: WireArea): Area {
  return {
    areaId: wire.area_id,
    name: wire.name,
    floorId: wire.floor_id ?? undefined,
    aliases: wire.aliases,
    labels: wire.labels,
    icon: wire.icon ?? undefined,
    picture: wire.picture ?? undefined,
    temperatureEntityId: wire.temperature_entity_id ?? undefined,
    humidityEntityId: wire.humidity_entity_id ?? undefined,
    ...timesOf(wire),
  };
}

export function floorOf(wire: WireFloor): Floor {
  return {
    floorId: wire.floor_id,
    name: wire.name,
    level: wire.level ?? undefined,
    aliases: wire.aliases,
    icon: wire.icon ?? undefined,
    ...timesOf(wire),
  };
}

export function labelOf(wire: WireLabel): Label {
  return {
    labelId: wire.label_id,
    name: wire.name,
    color: wire.color ?? undefined,
    description: wire.description ?? undefined,
    icon: wire.icon ?? undefined,
    ...timesOf(wire),
  };
}

export function categoryOf(wire: WireCategory): Category {
  return { categoryId: wire.category_id, name: wire.name, icon: wire.icon ?? undefined, ...timesOf(wire) };
}

export function deviceOf(wire: WireDevice): Device {
  return {
    deviceId: wire.id,
    name: wire.name_by_user ?? wire.name ?? undefined,
    nameByUser: wire.name_by_user ?? undefined,
    areaId: wire.area_id ?? undefined,
    labels: wire.labels,
    manufacturer: wire.manufacturer ?? undefined,
    model: wire.model ?? undefined,
    modelId: wire.model_id ?? undefined,
    softwareVersion: wire.sw_version ?? undefined,
    hardwareVersion: wire.hw_version ?? undefined,
    serialNumber: wire.serial_number ?? undefined,
    identifiers: wire.identifiers,
    connections: wire.connections,
    configEntries: wire.config_entries,
    configurationUrl: wire.configuration_url ?? undefined,
    entryType: wire.entry_type ?? undefined,
    viaDeviceId: wire.via_device_id ?? undefined,
    disabledBy: wire.disabled_by ?? undefined,
    ...timesOf(wire),
  };
}

export function registryEntityOf(wire: WireEntityEntry): RegistryEntity {
  return {
    registryId: wire.id,
    entityId: wire.entity_id,
    uniqueId: wire.unique_id,
    integration: wire.platform,
    name: wire.name ?? undefined,
    originalName: wire.original_name ?? undefined,
    icon: wire.icon ?? undefined,
    areaId: wire.area_id ?? undefined,
    deviceId: wire.device_id ?? undefined,
    labels: wire.labels,
    categories: wire.categories,
    category: wire.entity_category ?? undefined,
    hiddenBy: wire.hidden_by ?? undefined,
    disabledBy: wire.disabled_by ?? undefined,
    configEntryId: wire.config_entry_id ?? undefined,
    translationKey: wire.translation_key ?? undefined,
    options: wire.options,
    ...timesOf(wire),
  };
}

export function entityDetailsOf(wire: WireEntityDetails): RegistryEntityDetails {
  return {
    ...registryEntityOf(wire),
    // Null stands for the entity's own name, which is no alias to a person.
    aliases: wire.aliases.filter((alias) => alias !== null),
    capabilities: wire.capabilities ?? {},
    deviceClass: wire.device_class ?? undefined,
    originalDeviceClass: wire.original_device_class ?? undefined,
    originalIcon: wire.original_icon ?? undefined,
  };
}

function timesOf({ created_at: created, modified_at: modified }: WireRecordTimes): RegistryTimes {
  return { createdAt: instantOf(created), modifiedAt: instantOf(modified) };
}

function instantOf(seconds: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(seconds * 1000));
}
