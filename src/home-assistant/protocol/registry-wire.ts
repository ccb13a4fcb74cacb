/** What records of all registries have: seconds since the epoch. */
export interface WireRecordTimes {
  readonly created_at: number;
  readonly modified_at: number;
}

/** A room or another part of a home. */
export interface WireArea extends WireRecordTimes {
  readonly area_id: string;
  readonly name: string;
  readonly floor_id: string | null;
  readonly aliases: readonly string[];
  readonly labels: readonly string[];
  readonly icon: string | null;
  readonly picture: string | null;
  readonly temperature_entity_id: string | null;
  readonly humidity_entity_id: string | null;
}

export interface WireFloor extends WireRecordTimes {
  readonly floor_id: string;
  readonly name: string;
  readonly level: number | null;
  readonly aliases: readonly string[];
  readonly icon: string | null;
}

export interface WireLabel extends WireRecordTimes {
  readonly label_id: string;
  readonly name: string;
  readonly color: string | null;
  readonly description: string | null;
  readonly icon: string | null;
}

/** Categories are kept by scope, such as `automation`. */
export interface WireCategory extends WireRecordTimes {
  readonly category_id: string;
  readonly name: string;
  readonly icon: string | null;
}

export interface WireDevice extends WireRecordTimes {
  readonly id: string;
  readonly name: string | null;
  readonly name_by_user: string | null;
  readonly area_id: string | null;
  readonly labels: readonly string[];
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly model_id: string | null;
  readonly sw_version: string | null;
  readonly hw_version: string | null;
  readonly serial_number: string | null;
  readonly identifiers: readonly (readonly string[])[];
  readonly connections: readonly (readonly string[])[];
  readonly config_entries: readonly string[];
  readonly config_entries_subentries: Readonly<Record<string, readonly (string | null)[]>>;
  readonly config_entry_id: string | null;
  readonly config_subentry_id: string | null;
  readonly primary_config_entry: string | null;
  readonly configuration_url: string | null;
  readonly entry_type: string | null;
  readonly via_device_id: string | null;
  readonly parent_device_id: string | null;
  readonly disabled_by: string | null;
  readonly next_name_part: string | null;
}

/** An entity, as lists have it. It is there whether the entity has a state or not. */
export interface WireEntityEntry extends WireRecordTimes {
  /** Stays the same when the entity id changes. */
  readonly id: string;
  readonly entity_id: string;
  readonly unique_id: string;
  /** The integration. */
  readonly platform: string;
  readonly name: string | null;
  readonly original_name: string | null;
  readonly icon: string | null;
  readonly area_id: string | null;
  readonly device_id: string | null;
  readonly labels: readonly string[];
  readonly categories: Readonly<Record<string, string>>;
  readonly entity_category: 'config' | 'diagnostic' | null;
  readonly hidden_by: string | null;
  readonly disabled_by: string | null;
  readonly config_entry_id: string | null;
  readonly config_subentry_id: string | null;
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly translation_key: string | null;
  readonly next_name_part: string | null;
}

/** An entity, as it is told when asked for by its id. */
export interface WireEntityDetails extends WireEntityEntry {
  /** Null stands for the entity's own name. */
  readonly aliases: readonly (string | null)[];
  readonly capabilities: Readonly<Record<string, unknown>> | null;
  readonly device_class: string | null;
  readonly original_device_class: string | null;
  readonly original_icon: string | null;
}
