import type { z } from 'zod';
import { InvalidArgument } from '../../kernel/errors.ts';
import type { SetOptions } from '../../storage/entry.ts';
import type { Json } from '../../storage/storable.ts';
import { StoreAccess, type StoreOwner } from './store-access.ts';
import { StoredMap } from './stored-map.ts';
import { StoredValue } from './stored-value.ts';
import { unwrap, type ValueOptions, ValueSchema, wrap } from './value-schema.ts';

/** Where the things of an app are: each instance, on each home, has a place of its own. */
export function storeNamespace(home: string, app: string): string {
  return `app/${home}/${app}`;
}

/**
 * What an app keeps over a restart, and over a reload: `this.store`. Each instance has its own; nobody else writes there.
 *
 * @example
 * ```ts
 * const rings = this.store.value('rings', z.number().default(0));
 * this.bus.onStateChange('binary_sensor.doorbell', { to: 'on' }, async () => {
 *   const count = await rings.update((before) => before + 1);
 *   this.logger.info(`it has rung ${count} times`);
 * });
 * ```
 */
export class AppStore {
  readonly #access: StoreAccess;

  constructor(owner: StoreOwner) {
    this.#access = new StoreAccess(owner);
  }

  /**
   * One value, checked by a schema. Where the schema has a default, that is what it is while nothing is stored.
   *
   * @example
   * ```ts
   * const holiday = this.store.value('holiday', z.object({ from: z.string(), until: z.string() }), {
   *   version: 2,
   *   migrate: (stored) => ({ from: String(stored), until: String(stored) }), // Version 1 was a single day.
   * });
   * await holiday.set({ from: '2026-07-01', until: '2026-07-21' });
   * ```
   * @throws InvalidArgument for a key that is empty, or a version that is none.
   */
  value<Schema extends z.ZodType>(key: string, schema: Schema, options: ValueOptions = {}): StoredValue<Schema> {
    const where = `store.value("${key}")`;
    assertNamed(key, where);
    return new StoredValue(this.#access, key, new ValueSchema(schema, options, where));
  }

  /**
   * Any number of values of one schema, by keys of your own.
   *
   * @example
   * ```ts
   * const seen = this.store.map('seen', z.object({ at: z.string(), times: z.number() }));
   * await seen.update('binary_sensor.door', (before) => ({ at: this.clock.now().toString(), times: (before?.times ?? 0) + 1 }));
   * for await (const [entityId, { times }] of seen.entries()) this.logger.info(`${entityId}: ${times}`);
   * ```
   * @throws InvalidArgument for a name that is empty, or a version that is none.
   */
  map<Schema extends z.ZodType>(name: string, schema: Schema, options: ValueOptions = {}): StoredMap<Schema> {
    const where = `store.map("${name}")`;
    assertNamed(name, where);
    return new StoredMap(this.#access, name, new ValueSchema(schema, options, where));
  }

  /** What is stored under a key, as JSON; undefined where nothing is. */
  async get(key: string): Promise<Json | undefined> {
    const stored = await this.#access.read(key);
    return stored === undefined ? undefined : unwrap(stored).value;
  }

  /**
   * Stores JSON under a key, for good or for the time to live that is given.
   *
   * @example
   * ```ts
   * await this.store.set('warned', true, { ttl: '12h' });
   * ```
   * @throws NotStorable for what is no JSON, or too large; Cancelled if the execution was called off.
   */
  async set(key: string, value: Json, options: SetOptions = {}): Promise<void> {
    await this.#access.write(key, wrap(value), options);
  }

  /**
   * Changes what is stored under a key, as one step: should it be changed elsewhere meanwhile, `change` is called again.
   *
   * @returns what is stored now.
   */
  async update(
    key: string,
    change: (value: Json | undefined) => Json | Promise<Json>,
    options: SetOptions = {},
  ): Promise<Json> {
    let latest: Json = null;
    const next = async (stored: Json | undefined): Promise<Json> => {
      latest = await change(stored === undefined ? undefined : unwrap(stored).value);
      return wrap(latest);
    };
    await this.#access.update(key, next, options);
    return latest;
  }

  /** Forgets a key. Gives whether something was stored there. */
  async delete(key: string): Promise<boolean> {
    return this.#access.delete(key);
  }

  /**
   * All that is stored under keys that begin with a prefix, in the order of the keys, a page at a time.
   *
   * @example
   * ```ts
   * for await (const [key, value] of this.store.entries('warned/')) this.logger.info(`${key}: ${String(value)}`);
   * ```
   */
  async *entries(prefix = ''): AsyncGenerator<readonly [key: string, value: Json], void, undefined> {
    let cursor: string | undefined;
    do {
      const page = await this.#access.page(prefix, cursor);
      for (const { key, value } of page.entries) yield [key, unwrap(value).value];
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
}

function assertNamed(name: string, where: string): void {
  if (typeof name === 'string' && name !== '') return;
  throw new InvalidArgument(`${where} was given no name`, { hint: 'Name what is kept: it is found by that again.' });
}
