import { createRequire } from 'node:module';
import { type Logger as PinoLogger, pino } from 'pino';
import type { Clock } from './clock.ts';
import { currentExecution } from './execution.ts';
import { LineWriter, type LogFileOptions } from './line-writer.ts';
import { Redaction } from './redaction.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** A pino logger; it takes `trace`, `debug`, `info`, `warn`, `error` and `fatal`. */
export type Logger = PinoLogger;

/** `pretty` for people, `json` for machines; `silent` writes nothing, taps still hear everything. */
export type LogFormat = 'pretty' | 'json' | 'silent';

export interface LoggingOptions {
  readonly clock: Clock;
  /** @defaultValue 'info' */
  readonly level?: LogLevel | undefined;
  /** Other levels, by path; each holds for all paths below as well: `{ 'home.default': 'debug' }`. */
  readonly levels?: Readonly<Record<string, LogLevel>> | undefined;
  readonly format: LogFormat;
  /** Whether `pretty` uses colours. @defaultValue false */
  readonly colors?: boolean | undefined;
  /** Every line also goes here, as JSON. */
  readonly file?: LogFileOptions | undefined;
  /** Values that are never shown, as far as they are known already. */
  readonly hide?: Iterable<string> | undefined;
  /** Takes each formatted line, line break included. @defaultValue standard output */
  readonly destination?: ((line: string) => void) | undefined;
}

/** A line as data. */
export interface LogRecord {
  readonly level: LogLevel;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The path of the logger, as in `app.hallway_light`. */
  readonly logger: string;
  readonly msg: string;
  readonly executionId?: string;
  readonly [key: string]: unknown;
}

/** The path that stands for all paths in {@link Logging.levels}. */
const EVERY_PATH = '*';

/**
 * Where every line of a daemon goes through: levels by path that can be changed at any time, secrets taken out, the
 * execution's id put in. All in this thread, without timers: pino's transports would each cost a worker thread.
 */
export class Logging {
  readonly #redaction = new Redaction();
  readonly #levels = new Map<string, LogLevel>();
  readonly #loggers = new Map<string, Logger>();
  readonly #taps = new Set<(record: LogRecord) => void>();
  readonly #root: Logger;
  readonly #output: ((line: string) => void) | undefined;
  readonly #standardOutput: LineWriter | undefined;
  readonly #file: LineWriter | undefined;
  #tapping = false;
  #lost = 0;

  constructor(options: LoggingOptions) {
    for (const secret of options.hide ?? []) this.hide(secret);
    this.#levels.set(EVERY_PATH, options.level ?? 'info');
    for (const [path, level] of Object.entries(options.levels ?? {})) this.#levels.set(path, level);
    if (options.format !== 'silent') {
      if (options.destination === undefined) this.#standardOutput = new LineWriter(1);
      const write = options.destination ?? ((line: string) => this.#standardOutput?.write(line));
      this.#output = options.format === 'pretty' ? prettyOutput(write, options.colors ?? false) : write;
    }
    if (options.file !== undefined) {
      const { path } = options.file;
      this.#file = new LineWriter(options.file, (error) => {
        this.logger('logging').warn(
          { err: error },
          `cannot write to ${path}; lines are missing there until it can be written`,
        );
      });
    }
    this.#root = rootLogger(options.clock, (line) => this.write(line));
  }

  /** Lines that could not be written: the disk is full, nobody reads the pipe. */
  get lost(): number {
    return this.#lost + (this.#file?.lost ?? 0) + (this.#standardOutput?.lost ?? 0);
  }

  /** The logger of a path; its level follows {@link setLevel}, and so do those of its children. */
  logger(path: string, bindings?: Readonly<Record<string, unknown>>): Logger {
    let logger = this.#loggers.get(path);
    if (logger === undefined) {
      logger = this.#root.child({ logger: path }, { level: this.levelOf(path) });
      this.#loggers.set(path, logger);
    }
    return bindings === undefined ? logger : logger.child(bindings);
  }

  /** The level that holds for a path: its own, or that of the nearest path above. */
  levelOf(path: string): LogLevel {
    for (let prefix = path; prefix !== ''; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))) {
      const level = this.#levels.get(prefix);
      if (level !== undefined) return level;
    }
    return this.#levels.get(EVERY_PATH) ?? 'info';
  }

  /**
   * Changes the level of a path and of all below it, at once.
   *
   * @param path - undefined for all that have no level of their own.
   * @param level - undefined takes the path's own level away again.
   */
  setLevel(path: string | undefined, level: LogLevel | undefined): void {
    const key = path ?? EVERY_PATH;
    if (level !== undefined) this.#levels.set(key, level);
    else if (key !== EVERY_PATH) this.#levels.delete(key);
    for (const [loggerPath, logger] of this.#loggers) logger.level = this.levelOf(loggerPath);
  }

  /** The levels set, by path; `*` stands for all others. */
  levels(): Record<string, LogLevel> {
    return Object.fromEntries(this.#levels);
  }

  /** Sees to it that a value appears in no line from now on. */
  hide(secret: string): void {
    this.#redaction.hide(secret);
  }

  /** A text without secrets, for places other than the log: error answers, status. */
  redact(text: string): string {
    return this.#redaction.text(text);
  }

  /** Tells a listener of every line, as data and without secrets. */
  tap(listener: (record: LogRecord) => void): () => void {
    this.#taps.add(listener);
    return () => this.#taps.delete(listener);
  }

  /** Writes a line of JSON as it is but for its secrets: for lines that another thread has made. It never throws. */
  write(line: string): void {
    if (this.#output === undefined && this.#file === undefined && this.#taps.size === 0) return;
    try {
      const safe = this.#redaction.line(line);
      this.#file?.write(safe);
      this.#output?.(safe);
      this.#tell(safe);
    } catch {
      this.#lost += 1;
    }
  }

  /** Writes what still waits. */
  async close(): Promise<void> {
    await Promise.all([this.#standardOutput?.close(), this.#file?.close()]);
  }

  #tell(line: string): void {
    // A tap that logs would hear itself for ever.
    if (this.#taps.size === 0 || this.#tapping) return;
    const record: unknown = JSON.parse(line);
    if (!isLogRecord(record)) return;
    this.#tapping = true;
    for (const listener of this.#taps) {
      try {
        listener(record);
      } catch (error) {
        this.#root.error({ logger: 'logging', err: error }, 'a tap failed');
      }
    }
    this.#tapping = false;
  }
}

function rootLogger(clock: Clock, write: (line: string) => void): Logger {
  const { err } = pino.stdSerializers;
  return pino(
    {
      level: 'trace',
      base: null,
      formatters: { level: (level) => ({ level }) },
      serializers: { err, error: err, cause: err },
      timestamp: () => `,"time":${Math.floor(clock.nowMs())}`,
      mixin: () => {
        const execution = currentExecution();
        return execution === undefined ? {} : { executionId: execution.id };
      },
    },
    { write },
  );
}

/** pino-pretty takes 15 ms to load, so that is left to the first line. */
function prettyOutput(write: (line: string) => void, colorize: boolean): (line: string) => void {
  let format: ((line: string) => string) | undefined;
  return (line) => {
    format ??= prettyFormat(colorize);
    write(format(line));
  };
}

function prettyFormat(colorize: boolean): (line: string) => string {
  const { prettyFactory }: typeof import('pino-pretty') = createRequire(import.meta.url)('pino-pretty');
  return prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'logger,executionId',
    messageFormat: (log, messageKey) => `${textOf(log['logger'])}: ${textOf(log[messageKey])}`,
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isLogRecord(value: unknown): value is LogRecord {
  return typeof value === 'object' && value !== null && 'level' in value && 'time' in value && 'logger' in value;
}
