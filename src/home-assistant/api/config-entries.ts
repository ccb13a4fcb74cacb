import type { HomeRequests } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import { type JsonRecord, optionalText, recordIn, recordsIn, textIn } from './answer.ts';

/** An integration that was set up. */
export interface ConfigEntry {
  readonly id: string;
  readonly domain: string;
  readonly title: string;
  /** `loaded`, `setup_error`, `setup_retry`, `not_loaded`, `setup_in_progress`, … */
  readonly state: string;
  /** What stands in the way. */
  readonly reason: string | undefined;
  readonly source: string;
  readonly disabledBy: string | undefined;
}

export interface ConfigEntriesOptions extends AskOptions {
  readonly domain?: string | undefined;
}

/** The integrations that are set up. Only administrators may see or change them. */
export class ApiConfigEntries {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  /**
   * All of them, or those of a domain.
   *
   * @example
   * ```ts
   * const broken = (await this.api.configEntries.list()).filter(({ state }) => state === 'setup_retry');
   * ```
   */
  async list({ domain, timeout }: ConfigEntriesOptions = {}): Promise<readonly ConfigEntry[]> {
    const what = 'api.configEntries.list()';
    const command = { type: 'config_entries/get', ...(domain === undefined ? {} : { domain }) };
    return recordsIn(await this.#requests.command(what, command, { timeout }), what).map((each) => entryOf(each, what));
  }

  /** Sets it up anew. @throws CommandRefused where there is none such, or it cannot be. */
  async reload(id: string, options?: AskOptions): Promise<void> {
    const what = `api.configEntries.reload('${id}')`;
    const path = `/api/config/config_entries/entry/${encodeURIComponent(id)}/reload`;
    await this.#requests.changeByRest(what, { method: 'POST', path }, options);
  }

  /**
   * Switches it off, or on again.
   *
   * @returns whether Home Assistant has to be restarted for it.
   * @throws CommandRefused (`not_found`) where there is none such.
   */
  async setDisabled(id: string, disabled: boolean, options?: AskOptions): Promise<boolean> {
    const what = `api.configEntries.setDisabled('${id}')`;
    const command = { type: 'config_entries/disable', entry_id: id, disabled_by: disabled ? 'user' : null };
    const answer = await this.#requests.change(what, command, options);
    return answer !== undefined && recordIn(answer, what)['require_restart'] === true;
  }
}

function entryOf(entry: JsonRecord, what: string): ConfigEntry {
  return Object.freeze({
    id: textIn(entry, 'entry_id', what),
    domain: textIn(entry, 'domain', what),
    title: textIn(entry, 'title', what),
    state: textIn(entry, 'state', what),
    reason: optionalText(entry['reason']),
    source: textIn(entry, 'source', what),
    disabledBy: optionalText(entry['disabled_by']),
  });
}
