import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { HomeAddress } from './home-address.ts';
import { TlsRefused } from '../home-errors.ts';

/** Whose certificates are taken. */
export interface TlsSettings {
  /** Whether a certificate that does not verify is refused. @defaultValue true */
  readonly verifyTls?: boolean | undefined;
  /** A PEM file with certificates of authorities that are trusted beside those that the machine knows. */
  readonly ca?: string | undefined;
}

/** The same as Node's TLS takes it. */
export interface TlsTrust {
  readonly rejectUnauthorized?: boolean;
  readonly secureContext?: SecureContext;
}

/** @throws TlsRefused where the file of certificates cannot be used. */
export async function tlsTrust(
  { base, secure }: HomeAddress,
  { verifyTls = true, ca }: TlsSettings,
): Promise<TlsTrust> {
  if (!secure) return {};
  if (!verifyTls) return { rejectUnauthorized: false };
  if (ca === undefined) return {};
  try {
    const own = await readFile(ca, 'utf8');
    // OpenSSL takes a text without any, and trusts nobody.
    if (!own.includes('BEGIN CERTIFICATE')) throw new TypeError('there is no certificate in it');
    return { secureContext: createSecureContext({ ca: [...getCACertificates('default'), own] }) };
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new TlsRefused(`The certificates for ${base} in ${ca} cannot be used: ${because}`, {
      hint: '`ca` of this home names a file with certificates in PEM, each between BEGIN CERTIFICATE and END CERTIFICATE.',
      cause: error,
    });
  }
}
