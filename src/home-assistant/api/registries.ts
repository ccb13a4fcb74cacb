import { nearest } from '../../kernel/nearest.ts';
import { CommandRefused } from '../home-errors.ts';
import type { HomeRequests } from '../calls/home-requests.ts';
import type {
  WireArea,
  WireCategory,
  WireDevice,
  WireEntityDetails,
  WireEntityEntry,
  WireFloor,
  WireLabel,
} from '../protocol/registry-wire.ts';
import {
  type Area,
  areaOf,
  type Category,
  categoryOf,
  type Device,
  deviceOf,
  entityDetailsOf,
  type Floor,
  floorOf,
  type Label,
  labelOf,
  type RegistryEntity,
  type RegistryEntityDetails,
  registryEntityOf,
} from '../registries/records.ts';
import type { AskOptions } from '../calls/service-call.ts';
import { recordIn, recordsIn } from './answer.ts';

/** What can be said of an area. Null takes away what was there. */
export interface AreaFields {
  readonly floorId?: string | null | undefined;
  readonly aliases?: readonly string[] | undefined;
  /** Ids of labels; they replace those that were there. */
  readonly labels?: readonly string[] | undefined;
  readonly icon?: string | null | undefined;
  readonly picture?: string | null | undefined;
  readonly temperatureEntityId?: string | null | undefined;
  readonly humidityEntityId?: string | null | undefined;
}

/** What can be said of a floor. */
export interface FloorFields {
  /** 0 is the ground floor, below it is negative. */
  readonly level?: number | null | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly icon?: string | null | undefined;
}

/** What can be said of a label. */
export interface LabelFields {
  /** A colour of the interface (`red`, `light-blue`), or `#rrggbb`. */
  readonly color?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly icon?: string | null | undefined;
}

/** What can be said of a category. */
export interface CategoryFields {
  readonly icon?: string | null | undefined;
}

/** What can be changed of a device. */
export interface DeviceChanges {
  readonly areaId?: string | null | undefined;
  /** Null gives back the name that it has by itself. */
  readonly name?: string | null | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly disabled?: boolean | undefined;
}

/** What can be changed of an entity. */
export interface EntityChanges {
  /** Another id, of the same domain. Subscriptions and holds follow it. */
  readonly entityId?: string | undefined;
  /** Null gives back the name that it has by itself. */
  readonly name?: string | null | undefined;
  /** An entity without a name of its own stands where its device does, and nowhere else. */
  readonly areaId?: string | null | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly icon?: string | null | undefined;
  readonly deviceClass?: string | null | undefined;
  /** Ids of categories by scope; those of other scopes stay. */
  readonly categories?: Readonly<Record<string, string | null>> | undefined;
  readonly hidden?: boolean | undefined;
  /** What is disabled has no state. An entity that is enabled has one when its integration has been set up anew. */
  readonly disabled?: boolean | undefined;
}

/** With a name, which a new record needs. */
export type Named<Fields> = Fields & { readonly name: string };
/** With a name or without. */
export type Renamed<Fields> = Fields & { readonly name?: string | undefined };

/** How records of one registry are asked for. */
interface RegistryKind<T> {
  readonly word: 'area' | 'floor' | 'label' | 'category';
  /** As in `api.registries.areas`. */
  readonly door: string;
  readonly read: (record: never) => T;
  readonly idOf: (record: T) => string;
}

/** The areas, floors or labels of a home. */
export class NamedRegistry<T extends { readonly name: string }, Fields extends object> {
  readonly #requests: HomeRequests;
  readonly #kind: RegistryKind<T>;
  readonly #scope: Readonly<Record<string, string>>;

  constructor(requests: HomeRequests, kind: RegistryKind<T>, scope: Readonly<Record<string, string>> = {}) {
    this.#requests = requests;
    this.#kind = kind;
    this.#scope = scope;
  }

  /** All of them. */
  async list(options?: AskOptions): Promise<readonly T[]> {
    const what = `${this.#kind.door}.list()`;
    return this.#read(await this.#requests.command(what, this.#command('list'), options), what);
  }

  /** One by its id; undefined where there is none. */
  async get(id: string, options?: AskOptions): Promise<T | undefined> {
    const what = `${this.#kind.door}.get('${id}')`;
    const all = this.#read(await this.#requests.command(what, this.#command('list'), options), what);
    return all.find((record) => this.#kind.idOf(record) === id);
  }

  /**
   * Makes a new one. Only administrators may.
   *
   * @returns it, with the id that Home Assistant has made of its name; undefined in a dry run.
   * @throws CommandRefused (`invalid_info`) where another is called so.
   */
  async create(fields: Named<Fields>, options?: AskOptions): Promise<T | undefined> {
    const what = `${this.#kind.door}.create('${fields.name}')`;
    const answer = await this.#requests.change(what, this.#command('create', onWire(fields)), options);
    return answer === undefined ? undefined : this.#one(answer, what);
  }

  /**
   * Changes what is given, and nothing else. Only administrators may.
   *
   * @returns it as it is then; undefined in a dry run.
   * @throws CommandRefused where there is none, or where another is called so.
   */
  async update(id: string, changes: Renamed<Fields>, options?: AskOptions): Promise<T | undefined> {
    const what = `${this.#kind.door}.update('${id}')`;
    const command = this.#command('update', { [`${this.#kind.word}_id`]: id, ...onWire(changes) });
    const answer = await this.#missing(id, this.#requests.change(what, command, options));
    return answer === undefined ? undefined : this.#one(answer, what);
  }

  /** Removes one, from all that had it. Only administrators may. @throws CommandRefused where there is none. */
  async remove(id: string, options?: AskOptions): Promise<void> {
    const what = `${this.#kind.door}.remove('${id}')`;
    const command = this.#command('delete', { [`${this.#kind.word}_id`]: id });
    await this.#missing(id, this.#requests.change(what, command, options));
  }

  #command(verb: string, fields: Readonly<Record<string, unknown>> = {}): { readonly type: string } {
    return { type: `config/${this.#kind.word}_registry/${verb}`, ...this.#scope, ...fields };
  }

  #read(answer: unknown, what: string): readonly T[] {
    return recordsIn(answer, what).map((record) => this.#one(record, what));
  }

  #one(answer: unknown, what: string): T {
    // What the records of a registry are like is Home Assistant's word.
    return this.#kind.read(recordIn(answer, what) as never);
  }

  /** Home Assistant says of what is not there only that something went wrong. */
  async #missing(id: string, answer: Promise<unknown>): Promise<unknown> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof CommandRefused) || error.homeCode === 'unauthorized') throw error;
      const all = await this.list().catch(() => []);
      const ids = all.map(this.#kind.idOf);
      if (all.length === 0 || ids.includes(id)) throw error;
      const { word } = this.#kind;
      const meant = all.find(({ name }) => name.toLowerCase() === id.toLowerCase());
      const near = meant === undefined ? nearest(id, ids) : this.#kind.idOf(meant);
      throw new CommandRefused(`No ${word} "${id}" in home "${this.#requests.home.home}"`, {
        homeCode: error.homeCode,
        homeMessage: error.homeMessage,
        hint: near === undefined ? undefined : `Did you mean "${near}"?`,
        cause: error,
      });
    }
  }
}

/** The categories of a home, kept by the table that they are for: `automation`, `script`, `scene`, `helpers`. */
export class CategoryRegistry {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  /**
   * Those of one table.
   *
   * @example
   * ```ts
   * const comfort = await this.api.registries.categories.of('automation').create({ name: 'Comfort' });
   * ```
   */
  of(scope: string): NamedRegistry<Category, CategoryFields> {
    const door = `api.registries.categories.of('${scope}')`;
    const kind: RegistryKind<Category> = {
      word: 'category',
      door,
      read: (record: WireCategory) => categoryOf(record),
      idOf: ({ categoryId }) => categoryId,
    };
    return new NamedRegistry(this.#requests, kind, { scope });
  }
}

/** The devices of a home. Integrations make them and take them away. */
export class DeviceRegistry {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  async list(options?: AskOptions): Promise<readonly Device[]> {
    const what = 'api.registries.devices.list()';
    const answer = await this.#requests.command(what, { type: 'config/device_registry/list' }, options);
    return recordsIn(answer, what).map((device) => deviceOf(device as unknown as WireDevice));
  }

  /** One by its id; undefined where there is none. */
  async get(deviceId: string, options?: AskOptions): Promise<Device | undefined> {
    const all = await this.list(options);
    return all.find((device) => device.deviceId === deviceId);
  }

  /**
   * Changes what is given, and nothing else. Only administrators may.
   *
   * @returns the device as it is then; undefined in a dry run.
   * @throws CommandRefused (`not_found`) where there is none.
   *
   * @example
   * ```ts
   * for (const device of await this.api.registries.devices.list())
   *   if (device.model === 'Bulb' && device.areaId === 'attic') await this.api.registries.devices.update(device.deviceId, { areaId: 'kitchen' });
   * ```
   */
  async update(deviceId: string, changes: DeviceChanges, options?: AskOptions): Promise<Device | undefined> {
    const what = `api.registries.devices.update('${deviceId}')`;
    const { name, disabled, ...others } = changes;
    const fields = {
      ...onWire(others),
      ...(name === undefined ? {} : { name_by_user: name }),
      ...byUser('disabled_by', disabled),
    };
    const command = { type: 'config/device_registry/update', device_id: deviceId, ...fields };
    const answer = await this.#requests.change(what, command, options);
    return answer === undefined ? undefined : deviceOf(recordIn(answer, what) as unknown as WireDevice);
  }
}

/** What a home knows of its entities beside their states. */
export class EntityRegistry {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  async list(options?: AskOptions): Promise<readonly RegistryEntity[]> {
    const what = 'api.registries.entities.list()';
    const answer = await this.#requests.command(what, { type: 'config/entity_registry/list' }, options);
    return recordsIn(answer, what).map((entity) => registryEntityOf(entity as unknown as WireEntityEntry));
  }

  /** One by its entity id, with all that is known of it; undefined where there is none, as of an entity without a unique id. */
  async get(entityId: string, options?: AskOptions): Promise<RegistryEntityDetails | undefined> {
    const what = `api.registries.entities.get('${entityId}')`;
    const command = { type: 'config/entity_registry/get_entries', entity_ids: [entityId] };
    const entry = recordIn(await this.#requests.command(what, command, options), what)[entityId] ?? undefined;
    return entry === undefined ? undefined : detailsIn(entry, what);
  }

  /**
   * Changes what is given, and nothing else. Only administrators may.
   *
   * @returns the entity as it is then; undefined in a dry run.
   * @throws CommandRefused (`not_found`) where there is none, (`invalid_info`) where it may not become so.
   *
   * @example
   * ```ts
   * await this.api.registries.entities.update('light.lamp_2', { entityId: 'light.desk', name: 'Desk', labels: ['night'] });
   * ```
   */
  async update(
    entityId: string,
    changes: EntityChanges,
    options?: AskOptions,
  ): Promise<RegistryEntityDetails | undefined> {
    const what = `api.registries.entities.update('${entityId}')`;
    const { entityId: newId, hidden, disabled, ...others } = changes;
    const command = {
      type: 'config/entity_registry/update',
      entity_id: entityId,
      ...onWire(others),
      ...(newId === undefined ? {} : { new_entity_id: newId }),
      ...byUser('hidden_by', hidden),
      ...byUser('disabled_by', disabled),
    };
    const answer = await this.#requests.change(what, command, options);
    return answer === undefined ? undefined : detailsIn(recordIn(answer, what)['entity_entry'], what);
  }

  /**
   * Removes an entity. An integration that still provides it brings it back, as a new one. Only administrators may.
   *
   * @throws CommandRefused (`not_found`) where there is none.
   */
  async remove(entityId: string, options?: AskOptions): Promise<void> {
    const what = `api.registries.entities.remove('${entityId}')`;
    await this.#requests.change(what, { type: 'config/entity_registry/remove', entity_id: entityId }, options);
  }
}

/**
 * The registries of a home, as it has them at the moment of asking. Everybody may read them, administrators may change
 * them. What is known here already is at hand without a wait: `this.entity(id).area`, and selections such as
 * `{ area: 'kitchen' }`.
 *
 * @example
 * ```ts
 * const attic = await this.api.registries.areas.create({ name: 'Attic', floorId: 'first_floor' });
 * await this.api.registries.entities.update('light.lamp_2', { areaId: attic?.areaId, name: 'Attic lamp' });
 * ```
 */
export class ApiRegistries {
  readonly areas: NamedRegistry<Area, AreaFields>;
  readonly floors: NamedRegistry<Floor, FloorFields>;
  readonly labels: NamedRegistry<Label, LabelFields>;
  readonly categories: CategoryRegistry;
  readonly devices: DeviceRegistry;
  readonly entities: EntityRegistry;

  constructor(requests: HomeRequests) {
    this.areas = new NamedRegistry(requests, {
      word: 'area',
      door: 'api.registries.areas',
      read: (record: WireArea) => areaOf(record),
      idOf: ({ areaId }) => areaId,
    });
    this.floors = new NamedRegistry(requests, {
      word: 'floor',
      door: 'api.registries.floors',
      read: (record: WireFloor) => floorOf(record),
      idOf: ({ floorId }) => floorId,
    });
    this.labels = new NamedRegistry(requests, {
      word: 'label',
      door: 'api.registries.labels',
      read: (record: WireLabel) => labelOf(record),
      idOf: ({ labelId }) => labelId,
    });
    this.categories = new CategoryRegistry(requests);
    this.devices = new DeviceRegistry(requests);
    this.entities = new EntityRegistry(requests);
  }
}

/** Fields by Home Assistant's names, less those that are not given. */
function onWire(fields: object): Readonly<Record<string, unknown>> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([key, value]) => [key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}

/** What a person hides or disables. */
function byUser(key: string, on: boolean | undefined): Readonly<Record<string, unknown>> {
  return on === undefined ? {} : { [key]: on ? 'user' : null };
}

function detailsIn(entry: unknown, what: string): RegistryEntityDetails {
  return entityDetailsOf(recordIn(entry, what) as unknown as WireEntityDetails);
}
