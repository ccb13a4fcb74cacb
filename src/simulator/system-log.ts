import type { CommandDefinition } from './command-table.ts';
import type { HomeCore } from './home-core.ts';
import { isoOf, secondsOf } from './instants.ts';
import type { JsonObject } from './json.ts';
import { fit, oneOf, optional, required, textual } from './schema.ts';

interface LogEntry {
  readonly name: string;
  readonly level: string;
  readonly first: number;
  messages: readonly string[];
  last: number;
  count: number;
}

const KEPT = 50;
const KEPT_MESSAGES = 5;

/** The log of a simulated home. It has nothing to complain of by itself: what stands in it was written by a service. */
export class SystemLog {
  readonly #home: HomeCore;
  #entries: LogEntry[] = [];
  #lines: string[] = [];

  constructor(home: HomeCore) {
    this.#home = home;
  }

  /** The newest first, as the interface lists them. */
  list(): readonly JsonObject[] {
    return this.#entries.map(({ name, messages, level, last, first, count }) => ({
      name,
      message: messages,
      level,
      source: ['components/system_log/__init__.py', 1],
      timestamp: secondsOf(last),
      exception: '',
      count,
      first_occurred: secondsOf(first),
    }));
  }

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  write(level: string, name: string, message: string): void {
    const at = this.#home.instants.next();
    const upper = level.toUpperCase();
    this.#lines = [...this.#lines, `${isoOf(at).replace('T', ' ')} ${upper} (MainThread) [${name}] ${message}`].slice(
      -1000,
    );
    if (upper === 'DEBUG' || upper === 'INFO') return;
    const known = this.#entries.find((entry) => entry.name === name && entry.level === upper);
    const messages = [...new Set([...(known?.messages ?? []), message])].slice(-KEPT_MESSAGES);
    const entry = { name, level: upper, first: known?.first ?? at, messages, last: at, count: (known?.count ?? 0) + 1 };
    this.#entries = [entry, ...this.#entries.filter((each) => each !== known)].slice(0, KEPT);
  }

  clear(): void {
    this.#entries = [];
  }
}

const levels = ['debug', 'info', 'warning', 'error', 'critical'];

/** The services that write and clear it, and those that would say how much is written. */
export function registerSystemLog(home: HomeCore, log: SystemLog): void {
  home.services.register('system_log', 'write', {
    description: {
      fields: {
        message: { required: true, selector: { text: {} } },
        level: { default: 'error', selector: { select: { options: levels } } },
        logger: { selector: { text: {} } },
      },
    },
    check: (data) =>
      fit({ message: required(textual), level: optional(oneOf(...levels), 'error'), logger: optional(textual) }, data),
    run: ({ data: { message, level, logger = 'homeassistant.components.system_log.external' } }) =>
      log.write(String(level), String(logger), String(message)),
  });
  home.services.register('system_log', 'clear', {
    description: { fields: {} },
    check: (data) => fit({}, data),
    run: () => log.clear(),
  });
  const level = oneOf(...levels, 'fatal', 'notset', 'warn');
  home.services.register('logger', 'set_default_level', {
    description: { fields: { level: { selector: { select: { options: levels } } } } },
    admin: true,
    check: (data) => fit({ level: required(level) }, data),
    run: () => undefined,
  });
  home.services.register('logger', 'set_level', {
    description: { fields: {} },
    admin: true,
    check: (data) => fit(Object.fromEntries(Object.keys(data).map((name) => [name, required(level)])), data),
    run: () => undefined,
  });
}

export function systemLogCommands(log: SystemLog): Record<string, CommandDefinition> {
  return {
    'system_log/list': { admin: true, run: ({ id }, connection) => connection.result(id, log.list()) },
  };
}
