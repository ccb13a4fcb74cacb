import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { askDaemon } from '../../src/runtime/control-socket.ts';
import type { RuntimeStatus } from '../../src/runtime/runtime-status.ts';
import type { LogRecord } from '../../src/kernel/logging.ts';
import { SystemClock } from '../../src/kernel/system-clock.ts';
import { TemporaryFolder } from '../apps/temporary-folder.ts';

const BIN = join(import.meta.dirname, '../../src/cli/bin.cjs');

/** May stand in no output, whatever goes wrong. */
export const SECRET = 'a-token-that-nobody-may-see';

/** Machines may be busy: whoever waits for another process has time. */
export const PATIENT = { timeout: 90_000 };

/** A port that nobody listens on yet. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Given {
  readonly files?: Readonly<Record<string, string>>;
  /** The folder of another process. */
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface End {
  /** Null where a signal ended it that it did not hear. */
  readonly code: number | null;
}

/**
 * The real command line, in a process and a folder of its own. It listens to what it says, so that nothing has to be
 * waited for by time.
 */
export class Spawned implements AsyncDisposable {
  readonly folder: string;
  readonly ended: Promise<End>;
  readonly #temporary: TemporaryFolder | undefined;
  readonly #process: ChildProcess;
  readonly #listeners = new Set<() => void>();
  #stdout = '';
  #stderr = '';
  #isOver = false;

  constructor(args: readonly string[], { files = {}, folder, environment = {} }: Given = {}) {
    this.#temporary = folder === undefined ? new TemporaryFolder(files) : undefined;
    this.folder = folder ?? this.#temporary?.path ?? '';
    const { PATH = '', HOME = '', TMPDIR } = process.env;
    this.#process = spawn(process.execPath, [BIN, ...args], {
      cwd: this.folder,
      env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#tell();
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#tell();
    });
    this.ended = new Promise((resolve) => {
      this.#process.once('close', (code) => {
        this.#isOver = true;
        this.#tell();
        resolve({ code });
      });
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Everything it has said so far. */
  get output(): string {
    return this.#stdout + this.#stderr;
  }

  /** The lines of its log. */
  get log(): readonly LogRecord[] {
    const lines = this.#stdout.split('\n').filter((line) => line.startsWith('{'));
    return lines.flatMap((line) => {
      try {
        // A line that it wrote by itself.
        return [JSON.parse(line) as LogRecord];
      } catch {
        return []; // Half of one, so far.
      }
    });
  }

  /** The lines of its log that are warnings or worse, in words. */
  get complaints(): readonly string[] {
    return this.log.filter(({ level }) => ['warn', 'error', 'fatal'].includes(level)).map(({ msg }) => msg);
  }

  /** The first line of its log that has such a message, as soon as it is there. */
  async logged(message: string | RegExp): Promise<LogRecord> {
    const matches = ({ msg }: LogRecord): boolean =>
      typeof message === 'string' ? msg.includes(message) : message.test(msg);
    const [line] = await this.#when(() => this.log.filter(matches), `a line with ${String(message)}`);
    return line ?? Promise.reject(new Error('unreachable'));
  }

  /** Waits until it has said so. */
  async said(text: string): Promise<void> {
    await this.#when(() => (this.output.includes(text) ? [true] : []), text);
  }

  signal(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void {
    this.#process.kill(signal);
  }

  /** Asks it to stop, and waits until it has. */
  async stop(): Promise<End> {
    this.signal('SIGTERM');
    return this.ended;
  }

  /** What `hassette status` would print, as data. */
  async status(): Promise<RuntimeStatus> {
    // The daemon is of these very sources.
    return (await askDaemon(join(this.folder, 'data'), { ask: 'status' }, new SystemClock())) as RuntimeStatus;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
    this.#temporary?.[Symbol.dispose]();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #when<T>(find: () => readonly T[], what: string): Promise<readonly T[]> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find();
        if (found.length > 0) resolve(found);
        else if (this.#isOver) reject(new Error(`It ended without ${what}:\n${this.output}`));
        else return;
        this.#listeners.delete(look);
      };
      this.#listeners.add(look);
      look();
    });
  }
}

/** Runs a command to its end. */
export async function spawned(args: readonly string[], given: Given = {}) {
  await using command = new Spawned(args, given);
  const { code } = await command.ended;
  const { stdout, stderr, output } = command;
  return { code, stdout, stderr, output };
}
