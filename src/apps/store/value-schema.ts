import { z } from 'zod';
import { InvalidArgument } from '../../kernel/errors.ts';
import type { Json } from '../../storage/storable.ts';
import { StoredValueInvalid } from './store-errors.ts';

/** How the values of a schema are kept over changes of the schema. */
export interface ValueOptions {
  /** Raised when values that were stored before do not fit the schema any more. @defaultValue 1 */
  readonly version?: number | undefined;
  /**
   * Makes what an earlier version stored what the schema takes. Without one it is held against the schema as it is.
   *
   * @param stored - what is stored, as JSON.
   * @param version - the version by which it was stored.
   */
  readonly migrate?: ((stored: Json, version: number) => unknown) | undefined;
}

/** What a value is when it is read: without a default in its schema it may be undefined. */
export type ValueOf<Schema extends z.ZodType> =
  undefined extends z.input<Schema> ? z.output<Schema> : z.output<Schema> | undefined;

/** A value as it is stored: with the version of the schema that it was written by. */
interface Envelope {
  readonly version: number;
  readonly value: Json;
}

/** What is written without a schema, and by one that says nothing, has this version. */
const FIRST_VERSION = 1;

export function wrap(value: Json, version: number = FIRST_VERSION): Json {
  return { version, value };
}

/** Nobody else writes in the namespace of an app. */
export function unwrap(stored: Json): Envelope {
  return stored as unknown as Envelope;
}

/** Reads and writes values by a schema. */
export class ValueSchema<Schema extends z.ZodType> {
  readonly #schema: Schema;
  readonly #version: number;
  readonly #migrate: ValueOptions['migrate'];

  /** @param where - how the value is called in messages: `store.value('rings')`. */
  constructor(schema: Schema, { version = FIRST_VERSION, migrate }: ValueOptions, where: string) {
    if (!Number.isInteger(version) || version < 1) {
      throw new InvalidArgument(`${where} was given version: ${version}`, { hint: 'Versions count from 1.' });
    }
    if (migrate !== undefined && typeof migrate !== 'function')
      throw new InvalidArgument(`${where} was given a \`migrate\` that is no function`);
    if (migrate !== undefined && version === FIRST_VERSION) {
      throw new InvalidArgument(`${where} was given \`migrate\` without a version that it leads to`, {
        hint: 'Give `version: 2`: what was stored before is of version 1.',
      });
    }
    this.#schema = schema;
    this.#version = version;
    this.#migrate = migrate;
  }

  /** What is stored, or the schema's default where nothing is. */
  async read(stored: Json | undefined, key: string): Promise<ValueOf<Schema>> {
    if (stored === undefined) {
      const { data } = await z.safeParseAsync(this.#schema, undefined);
      return data as ValueOf<Schema>;
    }
    const { version, value } = unwrap(stored);
    if (version > this.#version) {
      throw new StoredValueInvalid(
        `"${key}" was stored by version ${version} of its schema, and this app has version ${this.#version}`,
        { hint: 'Run the newer app again, or delete the value.' },
      );
    }
    const isOld = version < this.#version;
    const migrated = isOld && this.#migrate !== undefined ? this.#migrate(value, version) : value;
    const result = await z.safeParseAsync(this.#schema, migrated);
    if (result.success) return result.data;
    throw new StoredValueInvalid(`What is stored under "${key}" does not fit its schema:\n${told(result.error)}`, {
      hint: isOld
        ? `\`migrate\` has to make of it what the schema takes; it was stored by version ${version}.`
        : `Raise the version to ${version + 1} and give \`migrate\`, or delete the value.`,
      cause: result.error,
    });
  }

  /** The JSON of a value, with its version. */
  async write(value: z.output<Schema>, key: string): Promise<Json> {
    const result = await this.#encode(value, key);
    if (result.success) return wrap(result.data as Json, this.#version);
    throw new StoredValueInvalid(
      `What is to be stored under "${key}" does not fit its schema:\n${told(result.error)}`,
      {
        hint: 'Give what the schema gives.',
        cause: result.error,
      },
    );
  }

  async #encode(value: z.output<Schema>, key: string): ReturnType<typeof z.safeEncodeAsync> {
    try {
      return await z.safeEncodeAsync(this.#schema, value);
    } catch (cause) {
      throw new StoredValueInvalid(`The schema of "${key}" turns values into others that it cannot turn back`, {
        hint: 'Use z.codec in place of .transform, or store what the schema takes and transform it where it is used.',
        cause,
      });
    }
  }
}

function told(error: z.core.$ZodError): string {
  return z.prettifyError(error);
}
