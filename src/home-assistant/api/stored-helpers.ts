import type { HomeRequests } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import { recordIn, recordsIn, textIn } from './answer.ts';

interface HelperBasics {
  readonly name: string;
  /** `mdi:lightbulb`. */
  readonly icon?: string | undefined;
}

/**
 * What each kind of helper is made of, by Home Assistant's own names.
 *
 * @see https://www.home-assistant.io/integrations/#helper
 */
export interface HelperFields {
  readonly input_boolean: HelperBasics & { readonly initial?: boolean | undefined };
  readonly input_button: HelperBasics;
  readonly input_number: HelperBasics & {
    readonly min: number;
    readonly max: number;
    readonly initial?: number | undefined;
    readonly step?: number | undefined;
    readonly mode?: 'box' | 'slider' | undefined;
    readonly unit_of_measurement?: string | undefined;
  };
  readonly input_text: HelperBasics & {
    readonly min?: number | undefined;
    readonly max?: number | undefined;
    readonly initial?: string | undefined;
    readonly pattern?: string | undefined;
    readonly mode?: 'text' | 'password' | undefined;
    readonly unit_of_measurement?: string | undefined;
  };
  readonly input_select: HelperBasics & { readonly options: readonly string[]; readonly initial?: string | undefined };
  readonly input_datetime: HelperBasics & {
    readonly has_date: boolean;
    readonly has_time: boolean;
    readonly initial?: string | undefined;
  };
  readonly counter: HelperBasics & {
    readonly initial?: number | undefined;
    readonly minimum?: number | null | undefined;
    readonly maximum?: number | null | undefined;
    readonly step?: number | undefined;
    readonly restore?: boolean | undefined;
  };
  readonly timer: HelperBasics & {
    /** `HH:MM:SS`. */
    readonly duration?: string | undefined;
    readonly restore?: boolean | undefined;
  };
}

export type HelperKind = keyof HelperFields;

/** A helper as Home Assistant keeps it. The id is its own, and that of the entity until somebody renames it. */
export type Helper<Kind extends HelperKind> = { readonly id: string } & HelperFields[Kind];

/** What can be given of a helper that is there: all, and what is not given is as if it had never been. */
export type HelperChanges<Kind extends HelperKind> = HelperFields[Kind];

/**
 * Helpers: those that were made in the interface or here. The ones of the configuration file are not listed and cannot
 * be changed. Only administrators may.
 */
export class ApiHelpers {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  /** All helpers of a kind. */
  async list<Kind extends HelperKind>(kind: Kind, options?: AskOptions): Promise<readonly Helper<Kind>[]> {
    const what = `api.helpers.list('${kind}')`;
    const answer = await this.#requests.command(what, { type: `${kind}/list` }, options);
    return recordsIn(answer, what).map((helper) => helperOf<Kind>(helper, what));
  }

  /**
   * Makes a helper. Its entity is there when this returns.
   *
   * @returns the helper, with the id that it was given; undefined in a dry run.
   * @throws CommandRefused (`invalid_format`) where what it is made of does not fit together.
   *
   * @example
   * ```ts
   * await this.api.helpers.create('input_number', { name: 'Target', min: 15, max: 25, step: 0.5, unit_of_measurement: '°C' });
   * ```
   */
  async create<const Kind extends HelperKind>(
    kind: Kind,
    fields: HelperFields[Kind],
    options?: AskOptions,
  ): Promise<Helper<Kind> | undefined> {
    const what = `api.helpers.create('${kind}')`;
    const answer = await this.#requests.change(what, { ...fields, type: `${kind}/create` }, options);
    return answer === undefined ? undefined : helperOf<Kind>(answer, what);
  }

  /**
   * Gives a helper other fields. All of them: what is left out is gone, as Home Assistant has it.
   *
   * @throws CommandRefused (`not_found`) where there is no such helper.
   *
   * @example
   * ```ts
   * const [helper] = await this.api.helpers.list('counter');
   * if (helper !== undefined) await this.api.helpers.update('counter', helper.id, { ...helper, step: 2 });
   * ```
   */
  async update<const Kind extends HelperKind>(
    kind: Kind,
    id: string,
    fields: HelperChanges<Kind> & { readonly id?: string },
    options?: AskOptions,
  ): Promise<Helper<Kind> | undefined> {
    const what = `api.helpers.update('${kind}', '${id}')`;
    const { id: _, ...given } = fields;
    const answer = await this.#requests.change(what, { ...given, type: `${kind}/update`, [`${kind}_id`]: id }, options);
    return answer === undefined ? undefined : helperOf<Kind>(answer, what);
  }

  /** Removes a helper, and its entity. @throws CommandRefused (`not_found`) where there is no such helper. */
  async delete(kind: HelperKind, id: string, options?: AskOptions): Promise<void> {
    const command = { type: `${kind}/delete`, [`${kind}_id`]: id };
    await this.#requests.change(`api.helpers.delete('${kind}', '${id}')`, command, options);
  }
}

function helperOf<Kind extends HelperKind>(value: unknown, what: string): Helper<Kind> {
  const helper: unknown = Object.freeze({ ...recordIn(value, what), id: textIn(recordIn(value, what), 'id', what) });
  // Its fields are those that the kind's schema in Home Assistant let through.
  return helper as Helper<Kind>;
}
