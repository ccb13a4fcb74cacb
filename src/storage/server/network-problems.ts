import type { HassetteError } from '../../kernel/errors.ts';
import { StorageUnavailable, StorageUnusable } from '../storage-errors.ts';

const CERTIFICATE = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/;

/** What keeps a server from being reached, for whoever runs the daemon: the network, TLS, or that it hung up. */
export function problemOfNetwork(error: unknown, what: string): HassetteError {
  const code = codeOf(error);
  const because = reasonOf(error);
  if (code !== undefined && CERTIFICATE.test(code)) {
    return new StorageUnusable(`The certificate of ${what} does not verify: ${because}`, {
      hint: 'Name the certificate of its authority as storage.ca, or take any certificate with storage.verifyTls: false.',
    });
  }
  if (code?.startsWith('ERR_SSL') === true || code === 'EPROTO' || /SSL connection/.test(because)) {
    return new StorageUnusable(`${what} does not speak TLS as it is asked to: ${because}`, {
      hint: 'Without TLS its address is postgres://…?sslmode=disable, or redis:// in place of rediss://.',
    });
  }
  return new StorageUnavailable(`${what} cannot be reached: ${because}`, { hint: hintOf(code) });
}

function hintOf(code: string | undefined): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'No host of that name was found. Check its spelling in storage.url; in containers it is the name of the service.';
    case 'ECONNREFUSED':
      return 'Nothing listens there. Is it running, and is this its port? In a container, localhost is the container itself.';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return 'There is no way to that host. Is it switched on, and in a network that this machine reaches?';
    default:
      return 'It is tried again. Should it last, look at storage.url and at the log of the server.';
  }
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Of a host with several addresses each was tried.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
}

/** Without what a library hangs on its errors: commands with their values, a password among them. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
