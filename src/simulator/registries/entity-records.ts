import type { WireEntityDetails, WireEntityEntry } from '../../home-assistant/protocol/registry-wire.ts';
import { Refusal } from '../failures.ts';
import { secondsOf } from '../instants.ts';
import { type JsonObject, sameJson } from '../json.ts';
import { isEntityId } from '../schema.ts';
import type { RegistryHome } from './named-records.ts';

const freshEntity: Omit<
  WireEntityDetails,
  'id' | 'entity_id' | 'unique_id' | 'platform' | 'created_at' | 'modified_at'
> = {
  aliases: [null],
  area_id: null,
  capabilities: null,
  categories: {},
  config_entry_id: null,
  config_subentry_id: null,
  device_class: null,
  device_id: null,
  disabled_by: null,
  entity_category: null,
  hidden_by: null,
  icon: null,
  labels: [],
  name: null,
  next_name_part: null,
  options: {},
  original_device_class: null,
  original_icon: null,
  original_name: null,
  translation_key: null,
};

/** What the entity registry has of the home around it. */
export interface EntityRegistryHome extends RegistryHome {
  /** Whether a state stands under an id, or an entity once had it. */
  isTaken(entityId: string): boolean;
  /** What follows a change, before it is answered: the state moves, goes, comes back or has another name. */
  onChanged(change: EntityChange): void;
}

export interface EntityChange {
  readonly from: WireEntityDetails;
  readonly to: WireEntityDetails;
}

/** The entities that the home knows by an id that stays, whether they have a state or not. */
export class EntityRecords {
  readonly #home: EntityRegistryHome;
  readonly #records = new Map<string, WireEntityDetails>();

  constructor(home: EntityRegistryHome) {
    this.#home = home;
  }

  /** Puts an entity there as it was elsewhere, and tells nobody. */
  load(entity: WireEntityEntry & Partial<WireEntityDetails>): void {
    this.#records.set(entity.entity_id, { ...freshEntity, ...entity });
  }

  get(entityId: string): WireEntityDetails | undefined {
    return this.#records.get(entityId);
  }

  all(): WireEntityDetails[] {
    return [...this.#records.values()];
  }

  /** An entity as an integration makes it, without telling anybody. */
  made(id: string, entityId: string, platform: string, fields: JsonObject): WireEntityDetails {
    const times = { created_at: this.#now(), modified_at: this.#now() };
    const own = { unique_id: entityId.replace('.', '_'), ...fields };
    return withNamePart({ ...freshEntity, ...own, ...times, id, entity_id: entityId, platform });
  }

  create(id: string, entityId: string, platform: string, fields: JsonObject): WireEntityDetails {
    const entity = this.made(id, entityId, platform, fields);
    this.load(entity);
    this.#home.fire('entity_registry_updated', { action: 'create', entity_id: entityId });
    return entity;
  }

  /** @throws Refusal where there is none, or where it may not become so. */
  update(entityId: string, changes: JsonObject): WireEntityDetails {
    const entity = this.#entity(entityId);
    this.#assertMayBecome(entity, changes);
    const differing = Object.entries(changes).filter(([key, value]) => !sameJson(Reflect.get(entity, key), value));
    if (differing.length === 0) return entity;
    const before = Object.fromEntries(differing.map(([key]) => [key, Reflect.get(entity, key)]));
    const modified = secondsOf(this.#home.nextInstant());
    const changed = withNamePart({ ...entity, ...Object.fromEntries(differing), modified_at: modified });
    this.#replace(entityId, changed);
    const renamed = changed.entity_id === entityId ? {} : { old_entity_id: entityId };
    this.#home.fire('entity_registry_updated', {
      action: 'update',
      entity_id: changed.entity_id,
      changes: eventChanges(before),
      ...renamed,
    });
    this.#home.onChanged({ from: entity, to: changed });
    return changed;
  }

  /** @throws Refusal where there is none. */
  remove(entityId: string): void {
    this.#entity(entityId);
    this.#records.delete(entityId);
    this.#home.fire('entity_registry_updated', { action: 'remove', entity_id: entityId });
  }

  #entity(entityId: string): WireEntityDetails {
    const entity = this.#records.get(entityId);
    if (entity === undefined) throw new Refusal('not_found', 'Entity not found');
    return entity;
  }

  #assertMayBecome(entity: WireEntityDetails, changes: JsonObject): void {
    const { entity_id: newId, area_id: areaId } = changes;
    if (typeof newId === 'string' && newId !== entity.entity_id) {
      const refuse = (message: string): Refusal => new Refusal('invalid_info', message);
      if (this.#records.has(newId) || this.#home.isTaken(newId))
        throw refuse('Entity with this ID is already registered');
      if (!isEntityId(newId)) throw refuse('Invalid entity ID');
      if (domainOf(newId) !== domainOf(entity.entity_id)) throw refuse('New entity ID should be same domain');
    }
    const name = changes.name === undefined ? entity.name : changes.name;
    if (typeof areaId === 'string' && entity.device_id !== null && name === null && entity.original_name === null) {
      throw new Refusal(
        'invalid_info',
        'An entity without a name of its own cannot have an area of its own, set the area on its device instead',
      );
    }
  }

  /** Its place among the others stays, whatever it is called now. */
  #replace(entityId: string, changed: WireEntityDetails): void {
    if (changed.entity_id === entityId) {
      this.#records.set(entityId, changed);
      return;
    }
    const records = this.all().map((entity) => (entity.entity_id === entityId ? changed : entity));
    this.#records.clear();
    for (const record of records) this.#records.set(record.entity_id, record);
  }

  #now(): number {
    return secondsOf(this.#home.nextInstant());
  }
}

/** As lists have it. */
export function entryOf(entity: WireEntityDetails): WireEntityEntry {
  const {
    aliases: _1,
    capabilities: _2,
    device_class: _3,
    original_device_class: _4,
    original_icon: _5,
    ...entry
  } = entity;
  return entry;
}

function withNamePart(entity: WireEntityDetails): WireEntityDetails {
  const part = entity.area_id !== null ? 'area' : entity.device_id !== null ? 'device' : null;
  return { ...entity, next_name_part: part };
}

/** Home Assistant tells of aliases in its own way: the entity's own name is 0. */
function eventChanges(before: JsonObject): JsonObject {
  const { aliases } = before;
  return Array.isArray(aliases) ? { ...before, aliases: aliases.map((alias: unknown) => alias ?? 0) } : before;
}

function domainOf(entityId: string): string {
  return entityId.slice(0, entityId.indexOf('.'));
}
