import { HassetteError } from '../../kernel/errors.ts';
import { StorageFull, StorageUnavailable, StorageUnusable } from '../storage-errors.ts';

/** What PostgreSQL says of an error: https://www.postgresql.org/docs/current/errcodes-appendix.html */
interface Said {
  readonly state: string;
  readonly message: string;
}

/** An error that the server itself has told; undefined where it is another. */
function saidBy(error: unknown): Said | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined;
  return { state: String(error.code), message: error.message };
}

/** The server, or one between, ends the connection, so that a commit may have been carried out nevertheless. */
const ENDS = /^(57P0[12]|08|40003)/;

/** What an answer of the server means for whoever runs the daemon; undefined where it is none, or its last. */
export function answerOfPostgres(error: unknown, what: string): HassetteError | undefined {
  if (error instanceof HassetteError) return error;
  if (error instanceof Error && error.message.startsWith('SASL:')) {
    return new StorageUnusable(`${what} wants a password, and takes none of what it is given: ${error.message}`, {
      hint: 'Give it in storage.url, or as storage.password.',
    });
  }
  const said = saidBy(error);
  return said === undefined || ENDS.test(said.state) ? undefined : problemOf(said, what);
}

function problemOf({ state, message }: Said, what: string): HassetteError {
  switch (state) {
    case '28P01':
    case '28000':
      return new StorageUnusable(`${what} does not let the daemon in: ${message}`, {
        hint: 'Check user and password in storage.url, or storage.password, and pg_hba.conf of the server: whether it wants TLS, and from which addresses it takes whom.',
      });
    case '3D000':
      return new StorageUnusable(`${what} has no such database: ${message}`, {
        hint: 'Make it (createdb NAME), or name another at the end of storage.url.',
      });
    case '42501':
      return new StorageUnusable(`${what} does not let the daemon do what it has to: ${message}`, {
        hint: 'Its user needs a schema of its own: CREATE SCHEMA hassette AUTHORIZATION user; or the right to make one: GRANT CREATE ON DATABASE name TO user.',
      });
    case '53100':
      return new StorageFull(`There is no room on the disk of ${what}: ${message}`, {
        hint: 'Make room there. Until then nothing is stored; automations go on.',
      });
    case '53300':
      return new StorageUnavailable(`${what} takes no more connections: ${message}`, {
        hint: 'Lower storage.connections, or raise max_connections of the server.',
      });
    case '25006':
      return new StorageUnavailable(`${what} cannot be written: ${message}`, {
        hint: 'It is a standby, or set to be read only. Name the server that is written to.',
      });
    default:
      return new StorageUnavailable(`${what} answered with an error: ${message} (${state})`, {
        hint: state === '57P03' ? 'It is starting, and is tried again.' : 'Look at the log of the server.',
      });
  }
}

/** The least version that has what is needed, and that its makers still look after. */
const LEAST_VERSION = 14;

/** @throws StorageUnusable where a server is too old, or cannot hold every text. */
export function checkServer(versionNumber: number, encoding: string, what: string): void {
  const version = Math.floor(versionNumber / 10_000);
  if (version < LEAST_VERSION) {
    throw new StorageUnusable(`${what} has version ${version}, and ${LEAST_VERSION} or a later one is needed`, {
      hint: 'Upgrade the server, or store things in a file: leave out storage.url.',
    });
  }
  if (encoding === 'UTF8') return;
  throw new StorageUnusable(`The database of ${what} has the encoding ${encoding}, which cannot hold every text`, {
    hint: "Make one with another: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0.",
  });
}
