import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logging.ts';
import { isCancellation } from '../../kernel/waiting.ts';
import { CommandRefused } from '../home-errors.ts';
import type { WireArea, WireDevice, WireEntityEntry, WireFloor, WireLabel } from '../protocol/registry-wire.ts';
import type { Command, WireEvent } from '../protocol/wire.ts';
import { RegistryIndex } from './registry-index.ts';

/** What the mirror has of its home. */
export interface RegistryMirrorOptions {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** Asks the home. */
  readonly ask: (command: Command) => Promise<unknown>;
  /** What is known has changed; these entities have only now come to be registered. */
  readonly onChanged: (created: ReadonlySet<string>) => void;
  /** An entity has another id from now on. Its state goes and comes right after. */
  readonly onRenamed: (from: string, to: string) => void;
}

/** The registries that are mirrored, by the types of the events that tell of their changes. */
const LISTS = {
  area_registry_updated: 'area',
  floor_registry_updated: 'floor',
  label_registry_updated: 'label',
  device_registry_updated: 'device',
} as const;
type ListKind = (typeof LISTS)[keyof typeof LISTS];

export const REGISTRY_EVENTS: readonly string[] = [...Object.keys(LISTS), 'entity_registry_updated'];

const LIST_KINDS: readonly ListKind[] = Object.values(LISTS);

/** The fields of an entity that the index has. Most updates are of others. */
const INDEXED_FIELDS: ReadonlySet<string> = new Set([
  'area_id',
  'device_id',
  'labels',
  'platform',
  'hidden_by',
  'disabled_by',
  'entity_category',
  'device_class',
  'original_device_class',
]);

const NOBODY: ReadonlySet<string> = new Set();

/**
 * The registries of a home, asked for as a whole on each connection and kept up by their events: an event of an entity
 * has that one asked for anew, one of another registry the whole of it, and what comes while an answer is awaited is
 * asked for together after it.
 */
export class RegistryMirror {
  readonly index = new RegistryIndex();
  readonly #options: RegistryMirrorOptions;
  /** Counts connections: an answer to an older one is past. */
  #epoch = 0;
  #loaded = false;
  #current = false;
  #asking = false;
  #soon: Timer | undefined;
  readonly #staleLists = new Set<ListKind>();
  readonly #staleEntities = new Set<string>();
  #allEntitiesStale = false;
  #created = new Set<string>();
  /** What went, and what was renamed, since the question was asked that is not answered yet: the answer may not know. */
  #meanwhile: { readonly entityId: string; readonly renamed?: string }[] = [];
  #settled: (() => void)[] = [];

  constructor(options: RegistryMirrorOptions) {
    this.#options = options;
  }

  /** Whether they are known, as they are or as they were when the home was there last. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Whether they are what the home has at present, as far as it has told. */
  get current(): boolean {
    return this.#current;
  }

  /** Resolves when whatever is being asked for has been answered, or refused. */
  settled(): Promise<void> {
    if (this.#soon === undefined && !this.#asking) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** The home is there: everything is asked for. */
  begin(): void {
    this.#epoch += 1;
    this.#allEntitiesStale = true;
    for (const kind of LIST_KINDS) this.#staleLists.add(kind);
    this.#refreshSoon();
  }

  /** The connection is gone: what is known stays, and answers that come are past. */
  end(): void {
    this.#epoch += 1;
    this.#current = false;
    this.#asking = false;
    this.#soon?.cancel();
    this.#soon = undefined;
    this.#tellSettled();
  }

  /** Takes an event of a registry. */
  take({ event_type: type, data }: WireEvent): void {
    if (type === 'entity_registry_updated') this.#takeEntityEvent(data);
    else if (isListEvent(type)) {
      this.#staleLists.add(LISTS[type]);
      this.#refreshSoon();
    }
  }

  /** Asks for some entities; gives those whose registry id an entity had under another id: the old ids and the new. */
  async renamesAmong(
    entityIds: readonly string[],
    ask: (command: Command) => Promise<unknown>,
  ): Promise<ReadonlyMap<string, string>> {
    const before = new Map(Array.from(this.index.entities(), ({ registryId, entityId }) => [registryId, entityId]));
    const renames = new Map<string, string>();
    for (const entry of await askEntries(entityIds, ask)) {
      const from = before.get(entry.id);
      if (from !== undefined && from !== entry.entity_id) renames.set(from, entry.entity_id);
    }
    return renames;
  }

  /** Takes a rename that was found by comparing. */
  rename(from: string, to: string): void {
    this.index.renameEntity(from, to);
    this.#options.onRenamed(from, to);
  }

  #takeEntityEvent({ action, entity_id: entityId, old_entity_id: oldId, changes }: WireEvent['data']): void {
    if (typeof entityId !== 'string') return;
    if (action === 'remove') {
      this.#staleEntities.delete(entityId);
      if (this.#asking) this.#meanwhile.push({ entityId });
      this.index.removeEntity(entityId);
      this.#options.onChanged(NOBODY);
      return;
    }
    if (typeof oldId === 'string' && oldId !== entityId) {
      this.#takeRename(oldId, entityId);
    }
    if (action === 'create') this.#created.add(entityId);
    else if (!touchesIndex(changes)) return;
    this.#staleEntities.add(entityId);
    this.#refreshSoon();
  }

  #takeRename(from: string, to: string): void {
    const wasStale = this.#staleEntities.delete(from);
    // Whatever is being asked of it is asked by an id that it no longer has.
    if (wasStale || this.#asking) this.#staleEntities.add(to);
    if (this.#asking) this.#meanwhile.push({ entityId: from, renamed: to });
    this.rename(from, to);
  }

  /** What comes in one go is asked for together. */
  #refreshSoon(): void {
    if (this.#asking || this.#soon !== undefined) return;
    this.#soon = this.#options.clock.defer(() => {
      this.#soon = undefined;
      void this.#refresh();
    });
  }

  async #refresh(): Promise<void> {
    const epoch = this.#epoch;
    this.#asking = true;
    try {
      while (this.#isStale && epoch === this.#epoch) await this.#refreshOnce(epoch);
      if (epoch === this.#epoch) this.#current = true;
    } catch (error) {
      if (epoch === this.#epoch && !isCancellation(error)) this.#tellUnknown(error);
    } finally {
      if (epoch === this.#epoch) {
        this.#asking = false;
        this.#tellSettled();
      }
    }
  }

  get #isStale(): boolean {
    return this.#staleLists.size > 0 || this.#staleEntities.size > 0 || this.#allEntitiesStale;
  }

  async #refreshOnce(epoch: number): Promise<void> {
    const lists = [...this.#staleLists];
    const all = this.#allEntitiesStale;
    const some = all ? [] : [...this.#staleEntities];
    this.#staleLists.clear();
    this.#staleEntities.clear();
    this.#allEntitiesStale = false;
    this.#meanwhile = [];
    const [entities, entries, ...listed] = await Promise.all([
      all ? this.#list('entity') : undefined,
      some.length === 0 ? [] : askEntries(some, this.#options.ask),
      ...lists.map((kind) => this.#list(kind)),
    ]);
    if (epoch !== this.#epoch) return;
    lists.forEach((kind, position) => this.#put(kind, listed[position] ?? []));
    const created = this.#created;
    this.#created = new Set();
    if (entities !== undefined) this.#replaceEntities(entities.filter(isEntry), created);
    for (const entry of entries) this.index.putEntity(entry);
    for (const { entityId, renamed } of this.#meanwhile) {
      if (renamed === undefined || this.index.entity(renamed) !== undefined) this.index.removeEntity(entityId);
      else this.index.renameEntity(entityId, renamed);
    }
    this.#loaded = true;
    this.#options.onChanged(created);
  }

  #replaceEntities(entries: readonly WireEntityEntry[], created: Set<string>): void {
    if (this.#loaded) {
      for (const entry of entries) if (this.index.entity(entry.entity_id) === undefined) created.add(entry.entity_id);
    }
    this.index.replaceEntities(entries);
  }

  #put(kind: ListKind, records: readonly unknown[]): void {
    const { index } = this;
    switch (kind) {
      case 'area':
        index.areas = byId(records as readonly WireArea[], (area) => area.area_id);
        return;
      case 'floor':
        index.floors = byId(records as readonly WireFloor[], (floor) => floor.floor_id);
        return;
      case 'label':
        index.labels = byId(records as readonly WireLabel[], (label) => label.label_id);
        return;
      case 'device':
        index.devices = new Map(
          (records as readonly WireDevice[]).map(({ id, area_id, labels, name, name_by_user }) => [
            id,
            { area_id, labels, name, name_by_user },
          ]),
        );
        return;
      default:
        kind satisfies never;
    }
  }

  /** An older home may not have a registry: then there is nothing in it. */
  async #list(kind: ListKind | 'entity'): Promise<readonly unknown[]> {
    try {
      const answer = await this.#options.ask({ type: `config/${kind}_registry/list` });
      if (Array.isArray(answer)) return answer;
      throw new TypeError(`the list of the ${kind} registry is none`);
    } catch (error) {
      if (error instanceof CommandRefused && error.homeCode === 'unknown_command') return [];
      throw error;
    }
  }

  #tellUnknown(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#options.logger.warn(
      { err: error },
      `the registries are not known, and selections by area, label and the like mean what they meant before: ${why}`,
    );
  }

  #tellSettled(): void {
    const waiting = this.#settled;
    this.#settled = [];
    for (const tell of waiting) tell();
  }
}

async function askEntries(
  entityIds: readonly string[],
  ask: (command: Command) => Promise<unknown>,
): Promise<readonly WireEntityEntry[]> {
  const answer = await ask({ type: 'config/entity_registry/get_entries', entity_ids: entityIds });
  return typeof answer === 'object' && answer !== null ? Object.values(answer).filter(isEntry) : [];
}

function isListEvent(type: string): type is keyof typeof LISTS {
  return Object.hasOwn(LISTS, type);
}

function touchesIndex(changes: unknown): boolean {
  if (typeof changes !== 'object' || changes === null) return true;
  return Object.keys(changes).some((field) => INDEXED_FIELDS.has(field));
}

function byId<T>(records: readonly T[], idOf: (record: T) => string): ReadonlyMap<string, T> {
  return new Map(records.map((record) => [idOf(record), record]));
}

function isEntry(value: unknown): value is WireEntityEntry {
  return typeof value === 'object' && value !== null && 'entity_id' in value && 'id' in value && 'platform' in value;
}
