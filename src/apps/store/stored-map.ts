import type { z } from 'zod';
import type { SetOptions } from '../../storage/entry.ts';
import type { StoreAccess } from './store-access.ts';
import { StoredValue } from './stored-value.ts';
import { type ValueOf, type ValueSchema } from './value-schema.ts';

/** Values of one schema that an app keeps, by keys of its own. Made by `this.store.map`. */
export class StoredMap<Schema extends z.ZodType> {
  readonly name: string;
  readonly #access: StoreAccess;
  readonly #schema: ValueSchema<Schema>;

  constructor(access: StoreAccess, name: string, schema: ValueSchema<Schema>) {
    this.#access = access;
    this.name = name;
    this.#schema = schema;
  }

  /** What is stored under a key; else the schema's default; else undefined. */
  async get(key: string): Promise<ValueOf<Schema>> {
    return this.#value(key).get();
  }

  /** Stores it under a key. */
  async set(key: string, value: z.output<Schema>, options: SetOptions = {}): Promise<void> {
    await this.#value(key).set(value, options);
  }

  /** Changes what is under a key, as one step. Gives what it is now. */
  async update(
    key: string,
    change: (value: ValueOf<Schema>) => z.output<Schema> | Promise<z.output<Schema>>,
    options: SetOptions = {},
  ): Promise<z.output<Schema>> {
    return this.#value(key).update(change, options);
  }

  /** Forgets a key. Gives whether there was something. */
  async delete(key: string): Promise<boolean> {
    return this.#value(key).delete();
  }

  /** Whatever is stored under keys that begin with a prefix, in the order of the keys, a page at a time. */
  async *entries(prefix = ''): AsyncGenerator<readonly [key: string, value: z.output<Schema>], void, undefined> {
    const own = `${this.name}/`;
    let cursor: string | undefined;
    do {
      const page = await this.#access.page(own + prefix, cursor);
      for (const { key, value } of page.entries) {
        yield [key.slice(own.length), (await this.#schema.read(value, key)) as z.output<Schema>];
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  #value(key: string): StoredValue<Schema> {
    return new StoredValue(this.#access, `${this.name}/${key}`, this.#schema);
  }
}
