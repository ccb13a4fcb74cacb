import type { z } from 'zod';
import type { Json } from '../../storage/storable.ts';
import type { SetOptions } from '../../storage/entry.ts';
import type { StoreAccess } from './store-access.ts';
import { type ValueOf, type ValueSchema } from './value-schema.ts';

/** Tells of later values until it is cancelled, or its app stops. */
export interface StoreWatch extends Disposable {
  cancel(): void;
}

/** One value that an app keeps, of the type of its schema. Made by `this.store.value`. */
export class StoredValue<Schema extends z.ZodType> {
  readonly key: string;
  readonly #access: StoreAccess;
  readonly #schema: ValueSchema<Schema>;

  constructor(access: StoreAccess, key: string, schema: ValueSchema<Schema>) {
    this.#access = access;
    this.key = key;
    this.#schema = schema;
  }

  /**
   * What is stored; else the schema's default; else undefined.
   *
   * @throws StoredValueInvalid if what is stored does not fit the schema.
   */
  async get(): Promise<ValueOf<Schema>> {
    return this.#schema.read(await this.#access.read(this.key), this.key);
  }

  /** Stores it. @throws StoredValueInvalid if it does not fit the schema; Cancelled if the execution was called off. */
  async set(value: z.output<Schema>, options: SetOptions = {}): Promise<void> {
    this.#access.assertMayAct('set', this.key);
    await this.#access.write(this.key, await this.#schema.write(value, this.key), options);
  }

  /**
   * Changes it, as one step: should it be changed elsewhere meanwhile, `change` is called again with what is there then.
   *
   * @returns what it is now.
   */
  async update(
    change: (value: ValueOf<Schema>) => z.output<Schema> | Promise<z.output<Schema>>,
    options: SetOptions = {},
  ): Promise<z.output<Schema>> {
    let latest: z.output<Schema> | undefined;
    const next = async (stored: Json | undefined): Promise<Json> => {
      latest = await change(await this.#schema.read(stored, this.key));
      return this.#schema.write(latest, this.key);
    };
    await this.#access.update(this.key, next, options);
    return latest as z.output<Schema>;
  }

  /** Forgets it. Gives whether there was something. */
  async delete(): Promise<boolean> {
    return this.#access.delete(this.key);
  }

  /** Calls a handler with each later value, whoever sets it; of several in quick succession with the last. */
  watch(handler: (value: ValueOf<Schema>) => unknown): StoreWatch {
    return this.#access.watch(this.key, async () => handler(await this.get()));
  }
}
