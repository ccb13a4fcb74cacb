import type { WireRecordTimes } from '../../home-assistant/protocol/registry-wire.ts';
import { Refusal } from '../failures.ts';
import { secondsOf } from '../instants.ts';
import { sameJson, type JsonObject } from '../json.ts';

/** What records need of their home. */
export interface RegistryHome {
  /** Microseconds since the epoch, each later than the one before. */
  nextInstant(): number;
  fire(type: string, data: JsonObject): void;
}

export interface NamedKind<T> {
  /** As events say it. */
  readonly word: string;
  readonly idKey: keyof T & string;
  /** What a new one has where nothing else is said. */
  readonly fresh: JsonObject;
  /** The id of a new one. */
  readonly idOf: (name: string, taken: (id: string) => boolean) => string;
  readonly inUse: (name: string) => string;
  readonly missing: string;
  /** What else its events say. */
  readonly scope?: JsonObject;
  /** A record that is not there is a fault of Home Assistant's own in an update, but for categories. */
  readonly refusesUpdateOfMissing?: boolean;
}

/** Records of one registry that have a name of their own: areas, floors, labels, the categories of one scope. */
export class NamedRecords<T extends WireRecordTimes & { readonly name: string }> {
  readonly #home: RegistryHome;
  readonly #kind: NamedKind<T>;
  readonly #records = new Map<string, T>();

  constructor(home: RegistryHome, kind: NamedKind<T>) {
    this.#home = home;
    this.#kind = kind;
  }

  /** Puts a record there as it was elsewhere, and tells nobody. */
  load(record: T): void {
    this.#records.set(String(record[this.#kind.idKey]), record);
  }

  get(id: string): T | undefined {
    return this.#records.get(id);
  }

  has(id: string): boolean {
    return this.#records.has(id);
  }

  all(): T[] {
    return [...this.#records.values()];
  }

  /** A record as a new one is, under an id of the caller's. */
  made(id: string, name: string, fields: JsonObject): T {
    const times = { created_at: this.#now(), modified_at: this.#now() };
    // What a kind's fields are, its table says.
    return { ...this.#kind.fresh, ...fields, name, [this.#kind.idKey]: id, ...times } as unknown as T;
  }

  /** @throws Refusal where the name is another's. */
  create({ name, ...fields }: JsonObject): T {
    const text = String(name).trim();
    this.#assertFree(text);
    const record = this.made(
      this.#kind.idOf(text, (id) => this.#records.has(id)),
      text,
      fields,
    );
    this.load(record);
    this.#tell('create', record);
    return record;
  }

  /** What is the same already changes nothing, and is not told. */
  update(id: string, changes: JsonObject): T {
    const record = this.#records.get(id);
    if (record === undefined)
      throw this.#kind.refusesUpdateOfMissing === true ? this.#missing() : new Error('Unknown error');
    if (typeof changes.name === 'string' && normalized(changes.name) !== normalized(record.name))
      this.#assertFree(changes.name);
    const differing = Object.entries(changes).filter(([key, value]) => !sameJson(Reflect.get(record, key), value));
    if (differing.length === 0) return record;
    const changed: T = { ...record, ...Object.fromEntries(differing), modified_at: this.#now() };
    this.#records.set(id, changed);
    this.#tell('update', changed);
    return changed;
  }

  /** @throws Refusal where there is none. */
  remove(id: string): void {
    const record = this.#records.get(id);
    if (record === undefined) throw this.#missing();
    this.#records.delete(id);
    this.#tell('remove', record);
  }

  #assertFree(name: string): void {
    const taken = this.all().find((other) => normalized(other.name) === normalized(name));
    if (taken !== undefined) throw new Refusal('invalid_info', this.#kind.inUse(name));
  }

  #missing(): Refusal {
    return new Refusal('invalid_info', this.#kind.missing);
  }

  #tell(action: 'create' | 'update' | 'remove', record: T): void {
    const { word, idKey, scope } = this.#kind;
    this.#home.fire(`${word}_registry_updated`, { action, ...scope, [idKey]: record[idKey] });
  }

  #now(): number {
    return secondsOf(this.#home.nextInstant());
  }
}

/** Names that differ in case and spaces only are the same. */
function normalized(name: string): string {
  return name.toLowerCase().replaceAll(' ', '');
}

/** An id made of a name, with a number where it is taken. */
export function slugOf(name: string, taken: (id: string) => boolean): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036F']/g, '')
    .replaceAll(/[^\da-z]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  let id = slug;
  for (let number = 2; taken(id); number++) id = `${slug}_${number}`;
  return id;
}
