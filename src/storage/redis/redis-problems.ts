import { HassetteError } from '../../kernel/errors.ts';
import { StorageFull, StorageUnavailable, StorageUnusable } from '../storage-errors.ts';

/** An answer of Redis begins with a word in capitals. */
const ANSWER = /^(?:[A-Z]{2,}\b|ERR )/;

/** Redis before 7 puts what went wrong within a script behind where. */
const OF_SCRIPT = /^ERR Error running script .*@user_script: ?\d+: -?(.*)$/s;

/** So it says NOPERM of a command or a key within a script. */
const FORBIDDEN_IN_SCRIPT = /^ERR The user executing the script can't /;

/** What an answer of the server means for whoever runs the daemon; undefined where it is none. */
export function answerOfRedis(error: unknown, what: string): HassetteError | undefined {
  if (error instanceof HassetteError) return error;
  // What ioredis hangs on its errors holds the values of the command, or the password: only their text goes on.
  if (!(error instanceof Error) || error.name !== 'ReplyError' || !ANSWER.test(error.message)) return undefined;
  return problemOf(OF_SCRIPT.exec(error.message)?.[1] ?? error.message, what);
}

function problemOf(message: string, what: string): HassetteError {
  const word = FORBIDDEN_IN_SCRIPT.test(message) ? 'NOPERM' : (message.split(' ', 1)[0] ?? '');
  switch (word) {
    case 'WRONGPASS':
    case 'NOAUTH':
      return new StorageUnusable(`${what} does not let the daemon in: ${message}`, {
        hint: 'Give user and password in storage.url, or the password as storage.password.',
      });
    case 'NOPERM':
      return new StorageUnusable(`${what} does not let the daemon do what it has to: ${message}`, {
        hint: 'Its user needs ~PREFIX* &PREFIX* +@read +@write +@scripting +@pubsub +@connection +info, PREFIX as storage.prefix says.',
      });
    case 'OOM':
      return new StorageFull(`There is no room in ${what}: ${message}`, {
        hint: 'Raise maxmemory of the server, or make room there. Until then nothing is stored; automations go on.',
      });
    case 'MISCONF':
      return new StorageFull(`${what} cannot write to its disk, and takes nothing: ${message}`, {
        hint: 'Make room on its disk, or look at its log. Until then nothing is stored; automations go on.',
      });
    case 'READONLY':
      return new StorageUnavailable(`${what} cannot be written: ${message}`, {
        hint: 'It is a replica. Name the server that is written to.',
      });
    case 'MOVED':
    case 'ASK':
    case 'CROSSSLOT':
      return new StorageUnusable(`${what} is one of a cluster: ${message}`, {
        hint: 'Name a Redis that is none. Where a cluster has one node, a prefix in braces keeps all in one slot: storage.prefix: "{hassette}:".',
      });
    case 'WRONGTYPE':
      return new StorageUnusable(`${what} holds something of another program: ${message}`, {
        hint: 'Give the daemon a prefix of its own: storage.prefix.',
      });
    case 'ERR':
      return message.includes('DB index')
        ? new StorageUnusable(`${what} has no such database: ${message}`, {
            hint: 'Its number stands at the end of storage.url, and is 0 unless said: redis://host/0.',
          })
        : new StorageUnavailable(`${what} answered with an error: ${message}`, {
            hint: 'Look at the log of the server.',
          });
    default:
      return new StorageUnavailable(`${what} answered with an error: ${message}`, {
        hint: word === 'LOADING' ? 'It is starting, and is tried again.' : 'Look at the log of the server.',
      });
  }
}

const LEAST_VERSION = [6, 0] as const;

/** @throws StorageUnusable where a server is too old. */
export function checkVersion(version: string, what: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_VERSION;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  throw new StorageUnusable(`${what} has version ${version}, and ${LEAST_VERSION.join('.')} or a later one is needed`, {
    hint: 'Upgrade the server, or store things in a file: leave out storage.url.',
  });
}
