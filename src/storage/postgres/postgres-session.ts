import { Socket } from 'node:net';
import type { Client, Notification, Pool, PoolConfig, QueryResultRow } from 'pg';
import type { ServerSession } from '../server/session-keeper.ts';
import { type StorageServer, tlsOptions } from '../server/storage-server.ts';
import { prepareSchema, quoted } from './postgres-schema.ts';

export interface PostgresSessionOptions {
  readonly server: StorageServer;
  readonly schema: string;
  /** No more than so many at once: one that writes and listens, the others read. */
  readonly connections: number;
  /** The server in words. */
  readonly what: string;
  readonly onNotification: (payload: string) => void;
}

/** A statement that keeps the server busy for longer is ended by it: shorter than an answer is waited for. */
const STATEMENT_LIMIT_MS = 10_000;

/**
 * What every connection begins with. Statements see what was committed before each of them, whatever the server has been
 * told to do by default: see `carry_out`.
 */
const SETTINGS = {
  default_transaction_isolation: String.raw`read\ committed`,
  statement_timeout: STATEMENT_LIMIT_MS,
  client_min_messages: 'warning',
};

/** Connections to a PostgreSQL that live and die together: one that commits and listens, and some that read. */
export class PostgresSession implements ServerSession {
  readonly ended: Promise<unknown>;
  readonly #sockets: ReadonlySet<Socket>;
  readonly #writer: Client;
  readonly #readers: Pool;
  readonly #over: (reason: unknown) => void;

  private constructor(writer: Client, readers: Pool, sockets: ReadonlySet<Socket>) {
    const over = Promise.withResolvers<unknown>();
    this.#writer = writer;
    this.#readers = readers;
    this.#sockets = sockets;
    this.ended = over.promise;
    this.#over = over.resolve;
    writer.on('error', (error) => this.end(error));
    readers.on('error', (error) => this.end(error));
  }

  /** Connects, and makes the tables ready. */
  static async open(options: PostgresSessionOptions, signal: AbortSignal): Promise<PostgresSession> {
    const { server, schema, connections, what, onNotification } = options;
    // Read only now, since whoever stores things in a file needs none of it.
    const { default: pg } = await import('pg');
    const tls = await tlsOptions(server);
    const sockets = new Set<Socket>();
    const config: PoolConfig = {
      host: server.host,
      port: server.port,
      user: server.user,
      password: server.password,
      database: server.database,
      application_name: 'hassette',
      options: Object.entries(SETTINGS)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
      ssl: tls ?? false,
      keepAlive: true,
      keepAliveInitialDelayMillis: 30_000,
      // Time is the clock's: it lets nothing wait by itself.
      connectionTimeoutMillis: 0,
      idleTimeoutMillis: 0,
      max: Math.max(connections - 1, 1),
      stream: () => {
        const socket = new Socket();
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        return socket;
      },
    };
    const hangUp = (): void => {
      for (const socket of sockets) socket.destroy();
    };
    signal.addEventListener('abort', hangUp);
    try {
      signal.throwIfAborted();
      const writer = new pg.Client(config);
      // An error while it connects is thrown below; without a listener it would be the end of the process.
      writer.on('error', () => undefined);
      writer.on('notification', ({ payload = '' }: Notification) => onNotification(payload));
      await writer.connect();
      await prepareSchema(writer, schema, what);
      await writer.query(`LISTEN ${quoted(channelOf(schema))}`);
      return new PostgresSession(writer, new pg.Pool(config), sockets);
    } catch (error) {
      hangUp();
      throw error;
    } finally {
      signal.removeEventListener('abort', hangUp);
    }
  }

  async read<R extends QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<readonly R[]> {
    return (await this.#readers.query<R>({ name, text, values: [...values] })).rows;
  }

  async write<R extends QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<readonly R[]> {
    return (await this.#writer.query<R>({ name, text, values: [...values] })).rows;
  }

  end(reason: unknown): void {
    this.#over(reason);
    // Who says nothing more keeps a server waiting for nothing.
    for (const socket of this.#sockets) socket.destroy();
    // It only forgets its clients, whose sockets are gone.
    void this.#readers.end().catch(() => undefined);
  }
}

/** On which it is told what was written. The same text that names the schema, since there is no other of its name. */
export function channelOf(schema: string): string {
  return schema;
}
