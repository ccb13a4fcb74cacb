import type { WireDevice } from '../../home-assistant/protocol/registry-wire.ts';
import { Refusal } from '../failures.ts';
import { secondsOf } from '../instants.ts';
import { type JsonObject, sameJson } from '../json.ts';
import type { RegistryHome } from './named-records.ts';

const freshDevice: Omit<WireDevice, 'id' | 'created_at' | 'modified_at'> = {
  area_id: null,
  config_entries: [],
  config_entries_subentries: {},
  config_entry_id: null,
  config_subentry_id: null,
  configuration_url: null,
  connections: [],
  disabled_by: null,
  entry_type: null,
  hw_version: null,
  identifiers: [],
  labels: [],
  manufacturer: null,
  model: null,
  model_id: null,
  name: null,
  name_by_user: null,
  next_name_part: null,
  parent_device_id: null,
  primary_config_entry: null,
  serial_number: null,
  sw_version: null,
  via_device_id: null,
};

/** The devices of a home. */
export class DeviceRecords {
  readonly #home: RegistryHome;
  readonly #records = new Map<string, WireDevice>();

  constructor(home: RegistryHome) {
    this.#home = home;
  }

  /** Puts a device there as it was elsewhere, and tells nobody. */
  load(device: WireDevice): void {
    this.#records.set(device.id, device);
  }

  get(id: string): WireDevice | undefined {
    return this.#records.get(id);
  }

  all(): WireDevice[] {
    return [...this.#records.values()];
  }

  /** A device as an integration makes it, without telling anybody. */
  made(id: string, fields: JsonObject): WireDevice {
    const times = { created_at: this.#now(), modified_at: this.#now() };
    return withNamePart({ ...freshDevice, ...fields, ...times, id });
  }

  create(id: string, fields: JsonObject): WireDevice {
    const device = this.made(id, fields);
    this.load(device);
    this.#home.fire('device_registry_updated', { action: 'create', device_id: id });
    return device;
  }

  /** @throws Refusal where there is none. */
  update(id: string, changes: JsonObject): WireDevice {
    const device = this.#records.get(id);
    if (device === undefined) throw new Refusal('not_found', 'Device not found');
    const differing = Object.entries(changes).filter(([key, value]) => !sameJson(Reflect.get(device, key), value));
    if (differing.length === 0) return device;
    const before = Object.fromEntries(differing.map(([key]) => [key, Reflect.get(device, key)]));
    const changed = withNamePart({ ...device, ...Object.fromEntries(differing), modified_at: this.#now() });
    this.#records.set(id, changed);
    this.#home.fire('device_registry_updated', { action: 'update', device_id: id, changes: before });
    return changed;
  }

  remove(id: string): void {
    const device = this.#records.get(id);
    if (!this.#records.delete(id)) return;
    this.#home.fire('device_registry_updated', { action: 'remove', device_id: id, device });
  }

  #now(): number {
    return secondsOf(this.#home.nextInstant());
  }
}

function withNamePart(device: WireDevice): WireDevice {
  return { ...device, next_name_part: device.area_id === null ? null : 'area' };
}
