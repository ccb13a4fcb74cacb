import { waitUntil } from '../../bus/wait-until.ts';
import { ConnectionLost, NoAnswer } from '../home-errors.ts';
import { type HomeRequests, jsonOf, textOf } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import {
  instantOfSeconds,
  isRecord,
  type JsonRecord,
  optionalInstant,
  optionalNumber,
  optionalText,
  recordIn,
  recordsIn,
  textIn,
} from './answer.ts';
import type { CallService } from './todo.ts';

/** A line of Home Assistant's log at `warning` or above, and how often it came. */
export interface SystemLogEntry {
  readonly level: string;
  /** Who logged it: `homeassistant.components.camera`. */
  readonly name: string;
  /** The last few texts of it. */
  readonly messages: readonly string[];
  readonly exception: string | undefined;
  readonly count: number;
  readonly firstAt: Temporal.Instant;
  readonly lastAt: Temporal.Instant;
  /** File and line. */
  readonly source: string;
}

/** Whether the configuration files are good for a start. */
export interface ConfigCheck {
  readonly valid: boolean;
  readonly errors: string | undefined;
  readonly warnings: string | undefined;
}

/** What an integration tells of itself, by name. A value that could not be found out is `{ error }`. */
export type SystemHealth = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A backup that is kept somewhere. */
export interface Backup {
  readonly id: string;
  readonly name: string;
  readonly date: Temporal.Instant | undefined;
  /** Where copies of it are. */
  readonly agents: readonly string[];
  readonly automatic: boolean;
}

/** Somebody who may log in. */
export interface HomeUser {
  readonly id: string;
  readonly name: string | undefined;
  readonly username: string | undefined;
  readonly isOwner: boolean;
  readonly isAdmin: boolean;
  readonly isActive: boolean;
  /** Home Assistant's own, for its parts. */
  readonly systemGenerated: boolean;
}

/** Home Assistant itself. Only administrators may, but for the health. */
export class ApiSystem {
  readonly #requests: HomeRequests;
  readonly #call: CallService;

  constructor(requests: HomeRequests, call: CallService) {
    this.#requests = requests;
    this.#call = call;
  }

  /** The warnings and errors of Home Assistant's log, the newest first. */
  async log(options?: AskOptions): Promise<readonly SystemLogEntry[]> {
    const what = 'api.system.log()';
    const answer = await this.#requests.command(what, { type: 'system_log/list' }, options);
    return recordsIn(answer, what).map((each) => logEntryOf(each, what));
  }

  /** The whole log, as text. */
  async logText(options?: AskOptions): Promise<string> {
    return textOf(
      await this.#requests.rest('api.system.logText()', { method: 'GET', path: '/api/error_log' }, options),
    );
  }

  /**
   * What each integration says of its health. Some have to ask elsewhere first: it takes as long as the slowest, which
   * Home Assistant gives five seconds.
   *
   * @throws NoAnswer if it was not complete within the time limit.
   *
   * @example
   * ```ts
   * const { homeassistant } = await this.api.system.health();
   * this.logger.info(`Home Assistant ${homeassistant?.version}`);
   * ```
   */
  async health(options?: AskOptions): Promise<SystemHealth> {
    const what = 'api.system.health()';
    this.#requests.assertMayAct(what);
    const timeoutMs = this.#requests.timeoutMsOf(options?.timeout);
    const health: Record<string, Record<string, unknown>> = {};
    const told = await waitUntil<SystemHealth>(this.#requests.waitContext(timeoutMs, what), (settle, fail) =>
      this.#requests.home.link.subscribe(
        { command: { type: 'system_health/info' }, sharing: 'alone' },
        {
          onEvent: (event) => {
            if (isRecord(event) && takeHealth(health, event)) settle(health);
          },
          onRefused: fail,
        },
      ),
    );
    if (told === null) throw new NoAnswer(`${what} was not complete within ${timeoutMs / 1000} s`);
    return told;
  }

  /** Has Home Assistant look through its configuration files, as before a restart. */
  async checkConfig(options?: AskOptions): Promise<ConfigCheck> {
    const what = 'api.system.checkConfig()';
    const request = { method: 'POST', path: '/api/config/core/check_config' };
    const answer = recordIn(jsonOf(await this.#requests.rest(what, request, options)), what);
    return Object.freeze({
      valid: answer['result'] === 'valid',
      errors: optionalText(answer['errors']),
      warnings: optionalText(answer['warnings']),
    });
  }

  /**
   * Restarts Home Assistant. It is on its way down when this returns; `this.bus.onHomeAssistantStart` tells when it is
   * up again.
   *
   * @throws CommandRefused where the configuration is broken: Home Assistant stays up.
   */
  async restart(options?: AskOptions): Promise<void> {
    try {
      await this.#call('homeassistant.restart', { timeout: options?.timeout });
    } catch (error) {
      // It closes all connections before it could answer.
      if (!(error instanceof ConnectionLost) || !error.mayHaveRun) throw error;
    }
  }

  /** All backups, wherever they are. */
  async backups(options?: AskOptions): Promise<readonly Backup[]> {
    const what = 'api.system.backups()';
    const answer = recordIn(await this.#requests.command(what, { type: 'backup/info' }, options), what);
    return recordsIn(answer['backups'], what).map((each) =>
      Object.freeze({
        id: textIn(each, 'backup_id', what),
        name: optionalText(each['name']) ?? '',
        date: optionalInstant(each['date']),
        agents: Object.keys(isRecord(each['agents']) ? each['agents'] : {}),
        automatic: each['with_automatic_settings'] === true,
      }),
    );
  }

  /** All users. */
  async users(options?: AskOptions): Promise<readonly HomeUser[]> {
    const what = 'api.system.users()';
    const answer = await this.#requests.command(what, { type: 'config/auth/list' }, options);
    return recordsIn(answer, what).map((each) => userOf(each, what));
  }
}

/** @returns whether that was all. */
function takeHealth(health: Record<string, Record<string, unknown>>, event: JsonRecord): boolean {
  const { type, data, domain, key, success, error } = event;
  if (type === 'initial' && isRecord(data)) {
    for (const [name, about] of Object.entries(data)) {
      health[name] = { ...(isRecord(about) && isRecord(about['info']) ? about['info'] : {}) };
    }
  } else if (type === 'update' && typeof domain === 'string' && typeof key === 'string') {
    const about = (health[domain] ??= {});
    about[key] = success === true ? data : { error: isRecord(error) ? error['msg'] : error };
  }
  return type === 'finish';
}

function logEntryOf(entry: JsonRecord, what: string): SystemLogEntry {
  const { message, source, timestamp, first_occurred: first } = entry;
  const last = optionalNumber(timestamp) ?? 0;
  return Object.freeze({
    level: textIn(entry, 'level', what),
    name: textIn(entry, 'name', what),
    messages: Array.isArray(message) ? message.map(String) : [String(message)],
    exception: optionalText(entry['exception']) || undefined,
    count: optionalNumber(entry['count']) ?? 1,
    firstAt: instantOfSeconds(optionalNumber(first) ?? last),
    lastAt: instantOfSeconds(last),
    source: Array.isArray(source) ? source.join(':') : String(source),
  });
}

function userOf(user: JsonRecord, what: string): HomeUser {
  const { group_ids: groups } = user;
  const isOwner = user['is_owner'] === true;
  return Object.freeze({
    id: textIn(user, 'id', what),
    name: optionalText(user['name']),
    username: optionalText(user['username']),
    isOwner,
    isAdmin: isOwner || (Array.isArray(groups) && groups.includes('system-admin')),
    isActive: user['is_active'] === true,
    systemGenerated: user['system_generated'] === true,
  });
}
