import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { getCACertificates } from 'node:tls';
import { StorageUnusable } from '../storage-errors.ts';

/** Where a server is that stores things, and as whom it is asked. */
export interface StorageServer {
  readonly host: string;
  readonly port: number;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** The name of a database, or its number. */
  readonly database: string;
  /** Without it, what is said to it can be read on the way. */
  readonly tls?: ServerTls | undefined;
}

export interface ServerTls {
  /** Whether a certificate that does not verify is refused. */
  readonly verify: boolean;
  /** A PEM file with certificates of authorities that are trusted beside those that the machine knows. */
  readonly ca?: string | undefined;
}

/** `127.0.0.1:5432`, without secrets. */
export function placeOf({ host, port }: StorageServer): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What Node's TLS is given; undefined where there is to be none. @throws StorageUnusable */
export async function tlsOptions(server: StorageServer): Promise<ConnectionOptions | undefined> {
  if (server.tls === undefined) return undefined;
  const { verify, ca } = server.tls;
  if (!verify) return { rejectUnauthorized: false };
  if (ca === undefined) return {};
  try {
    const own = await readFile(ca, 'utf8');
    // OpenSSL takes a text without any, and trusts nobody.
    if (!own.includes('BEGIN CERTIFICATE')) throw new TypeError('there is no certificate in it');
    return { ca: [...getCACertificates('default'), own] };
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new StorageUnusable(`The certificates for the storage in ${ca} cannot be used: ${because}`, {
      hint: 'storage.ca names a file with certificates in PEM, each between BEGIN CERTIFICATE and END CERTIFICATE.',
      cause: error,
    });
  }
}
