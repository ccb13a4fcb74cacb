import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryAsked } from '../apps/host-control.ts';
import type { Clock } from '../kernel/clock.ts';
import { HassetteError } from '../kernel/errors.ts';
import { Resource } from '../kernel/resource.ts';
import { withTimeout } from '../kernel/waiting.ts';

/** A daemon runs on this data folder already. */
class DaemonRunning extends HassetteError {
  readonly code = 'DAEMON_RUNNING';
  readonly audience = 'operator';
}

/** The daemon cannot keep its own files where it is to. */
class DataFolderUnusable extends HassetteError {
  readonly code = 'DATA_FOLDER_UNUSABLE';
  readonly audience = 'operator';
}

/** No daemon answers on this data folder. */
export class DaemonNotRunning extends HassetteError {
  readonly code = 'DAEMON_NOT_RUNNING';
  readonly audience = 'operator';
}

/** What a running daemon can be asked over its local socket, and what it answers. */
export type ControlQuestion =
  | { readonly ask: 'status' }
  /** To try at once to connect to a home that is away, or to all that are. */
  | { readonly ask: 'reconnect'; readonly home?: string | undefined }
  /** For what happened lately. */
  | ({
      readonly ask: 'events';
      /** Only what happened so lately, by the daemon's clock, in place of `sinceMs`. */
      readonly agoMs?: number | undefined;
    } & HistoryAsked);
export type ControlAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** A socket's address has 108 bytes on Linux and 104 on macOS, the closing zero included. */
const LONGEST_ADDRESS = 100;
const LONGEST_QUESTION = 64 * 1024;
const ANSWER_LIMIT_MS = 4000;

/**
 * Lets the command line ask the running daemon, over a socket in its data folder that only its own user may open. One
 * JSON line asks, one answers. It is also what keeps two daemons from sharing a data folder.
 */
export class ControlSocket extends Resource {
  readonly #folder: string;
  readonly #answer: (question: ControlQuestion) => unknown;
  readonly #connections = new Set<Socket>();
  #server: Server | undefined;

  constructor(owner: Resource, folder: string, answer: (question: ControlQuestion) => unknown) {
    super('control', owner);
    this.#folder = folder;
    this.#answer = answer;
  }

  protected override async onStart(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true });
      const address = controlAddress(this.#folder);
      this.#server = (await this.#listen(address)) ?? (await this.#listenInPlaceOf(address));
      await chmod(address, 0o600);
    } catch (error) {
      if (error instanceof DaemonRunning) throw error;
      const because = error instanceof Error ? error.message : String(error);
      throw new DataFolderUnusable(`The data folder ${this.#folder} cannot be used: ${because}`, {
        hint: 'Let the user that runs the daemon write in it, or name another one: --data FOLDER, or paths.data in the configuration.',
        cause: error,
      });
    }
  }

  protected override async onStop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }

  /** Of two daemons that start at once, one gets the address. */
  async #listen(address: string): Promise<Server | undefined> {
    const server = createServer((connection) => this.#serve(connection));
    server.listen(address);
    try {
      await once(server, 'listening');
      return server;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
      throw error;
    }
  }

  /** What is there may have been left over by a daemon that was killed. */
  async #listenInPlaceOf(address: string): Promise<Server> {
    if (!(await answers(address))) {
      await rm(address, { force: true });
      const server = await this.#listen(address);
      if (server !== undefined) return server;
    }
    throw new DaemonRunning(`A daemon runs already on the data folder ${this.#folder}`, {
      hint: 'Stop it first, or give this one a data folder of its own: --data FOLDER, or paths.data in the configuration.',
    });
  }

  #serve(connection: Socket): void {
    this.#connections.add(connection);
    connection.on('close', () => this.#connections.delete(connection));
    connection.on('error', () => connection.destroy());
    connection.setEncoding('utf8');
    let text = '';
    connection.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) {
        connection.removeAllListeners('data');
        void this.#reply(text.slice(0, end)).then((answer) => connection.end(`${JSON.stringify(answer)}\n`));
      } else if (text.length > LONGEST_QUESTION) connection.destroy();
    });
  }

  async #reply(line: string): Promise<ControlAnswer> {
    try {
      const question: unknown = JSON.parse(line);
      if (!isQuestion(question))
        return { ok: false, message: 'this daemon can be asked for "status" and "events", and to "reconnect"' };
      return { ok: true, value: await this.#answer(question) };
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  }
}

/**
 * Asks the daemon that runs on a data folder.
 *
 * @throws DaemonNotRunning if none answers.
 */
export async function askDaemon(folder: string, question: ControlQuestion, clock: Clock): Promise<unknown> {
  const address = controlAddress(folder);
  const answer = await withTimeout(clock, ANSWER_LIMIT_MS, 'asking the daemon', (signal) =>
    exchange(address, question, signal),
  ).catch((error: unknown) => {
    throw new DaemonNotRunning(`No daemon answers on the data folder ${folder}`, {
      hint: 'Start one with `hassette run`, or name the folder of the one that runs: --data FOLDER.',
      cause: error,
    });
  });
  if (!isAnswer(answer) || !answer.ok) {
    const why = isAnswer(answer) && !answer.ok ? `: ${answer.message}` : '';
    throw new DaemonNotRunning(`The daemon on ${folder} could not answer${why}`, { cause: answer });
  }
  return answer.value;
}

async function exchange(address: string, question: ControlQuestion, signal: AbortSignal): Promise<unknown> {
  const connection = createConnection(address);
  const abort = (): void => void connection.destroy(new Error('no answer in time'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await once(connection, 'connect');
    connection.write(`${JSON.stringify(question)}\n`);
    connection.setEncoding('utf8');
    let text = '';
    for await (const chunk of connection) text += String(chunk);
    return JSON.parse(text);
  } finally {
    signal.removeEventListener('abort', abort);
    connection.destroy();
  }
}

async function answers(address: string): Promise<boolean> {
  const connection = createConnection(address);
  try {
    await once(connection, 'connect');
    return true;
  } catch {
    // No socket there, or one that nobody listens on any more.
    return false;
  } finally {
    connection.destroy();
  }
}

/** Where the socket of a data folder is: in it, or beside other temporary files where that path is too long for one. */
function controlAddress(folder: string): string {
  const inFolder = join(folder, 'control.sock');
  if (Buffer.byteLength(inFolder) <= LONGEST_ADDRESS) return inFolder;
  return join(tmpdir(), `hassette-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}.sock`);
}

function isQuestion(value: unknown): value is ControlQuestion {
  if (typeof value !== 'object' || value === null || !('ask' in value)) return false;
  if (value.ask === 'reconnect') return !('home' in value) || typeof value.home === 'string';
  if (value.ask === 'events') return isHistoryQuestion(value);
  return value.ask === 'status';
}

function isAnswer(value: unknown): value is ControlAnswer {
  return typeof value === 'object' && value !== null && 'ok' in value;
}

const HISTORY_PARTS: Readonly<Record<keyof HistoryAsked | 'agoMs', 'string' | 'number'>> = {
  kind: 'string',
  subject: 'string',
  heardBy: 'string',
  sinceMs: 'number',
  agoMs: 'number',
  limit: 'number',
};

function isHistoryQuestion(value: object): boolean {
  return Object.entries(HISTORY_PARTS).every(([key, type]) => {
    const part: unknown = Reflect.get(value, key);
    return part === undefined || typeof part === type;
  });
}
