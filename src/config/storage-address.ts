import { z } from 'zod';

/** Where a server is that stores things. */
export interface StorageAddress {
  readonly kind: 'postgres' | 'redis';
  readonly host: string;
  readonly port: number;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly database: string;
  readonly tls: boolean;
}

type Reading =
  | { readonly kind: 'address'; readonly address: StorageAddress }
  | { readonly kind: 'problem'; readonly hint: string };

const POSTGRES = 'postgres://user:password@host:5432/database';
const REDIS = 'redis://host:6379/0';
const EXPECTED = `the address of a PostgreSQL or a Redis: ${POSTGRES}, ${REDIS}`;

/** The schema of the address of such a server; its output is its parts. */
export const storageAddress = z.string({ error: EXPECTED }).transform((text, context) => {
  const reading = readStorageAddress(text);
  if (reading.kind === 'address') return reading.address;
  context.addIssue({ code: 'custom', params: { expected: EXPECTED, hint: reading.hint } });
  return z.NEVER;
});

/** No hint has a part of the text in it: that may be the password. */
function readStorageAddress(text: string): Reading {
  const bare = text.trim();
  if (/^["'].*["']$/.test(bare)) return problem('Take away the quotes that are part of the value.');
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(bare)?.[1]?.toLowerCase();
  if (scheme === undefined) return problem(`Begin it with postgres:// or redis://, as in ${POSTGRES}.`);
  if (!/^(postgres(ql)?|rediss?)$/.test(scheme)) return problem('Begin it with postgres://, redis:// or rediss://.');
  const parts = partsOf(bare);
  if (parts === undefined) {
    return problem(
      'Of a password @ is written %40, : %3A, / %2F, # %23, ? %3F and % %25. Or give it as storage.password.',
    );
  }
  if (parts.host === '') return problem('Name the host on which it runs.');
  return scheme.startsWith('postgres') ? readPostgres(parts) : readRedis(parts, scheme === 'rediss');
}

interface Parts {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly path: string;
  readonly parameters: URLSearchParams;
}

/** Undefined where it cannot be taken apart. */
function partsOf(text: string): Parts | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.hash !== '') return undefined;
  try {
    return {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? undefined : Number(url.port),
      user: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      path: decodeURIComponent(url.pathname).replace(/^\//, ''),
      parameters: url.searchParams,
    };
  } catch {
    return undefined; // A % that stands for nothing.
  }
}

/** What libpq knows as `sslmode`, as far as it leaves no doubt. */
const TLS_MODES: Readonly<Record<string, boolean>> = {
  disable: false,
  require: true,
  'verify-ca': true,
  'verify-full': true,
};

function readPostgres({ host, port = 5432, user = 'hassette', password, path, parameters }: Parts): Reading {
  const tls = TLS_MODES[parameters.get('sslmode') ?? 'disable'];
  if (tls === undefined) return problem(`sslmode is one of ${Object.keys(TLS_MODES).join(', ')}.`);
  parameters.delete('sslmode');
  if (parameters.size > 0) return problem('Of what stands behind the ?, only sslmode is known.');
  return { kind: 'address', address: { kind: 'postgres', host, port, user, password, database: path || user, tls } };
}

function readRedis({ host, port = 6379, user, password, path, parameters }: Parts, tls: boolean): Reading {
  if (parameters.size > 0) return problem('Take away what follows the ?. With TLS it begins with rediss://.');
  if (!/^\d*$/.test(path)) return problem(`Behind the host stands the number of the database, as in ${REDIS}.`);
  return { kind: 'address', address: { kind: 'redis', host, port, user, password, database: path || '0', tls } };
}

function problem(hint: string): Reading {
  return { kind: 'problem', hint };
}

interface Said {
  readonly adapter?: 'embedded' | 'memory' | 'postgres' | 'redis' | undefined;
  readonly file?: string | undefined;
  readonly url?: StorageAddress | undefined;
  readonly password?: string | undefined;
}

/** What two settings say of the storage that cannot both be so. */
export function contradictionsIn({ adapter, file, url, password }: Said): readonly {
  readonly key: keyof Said;
  readonly expected: string;
  readonly hint: string;
}[] {
  const isServer = adapter === 'postgres' || adapter === 'redis';
  if (url === undefined) {
    if (isServer) return [{ key: 'url', expected: adapter === 'redis' ? REDIS : POSTGRES, hint: 'Say where it is.' }];
    if (password === undefined) return [];
    return [{ key: 'password', expected: 'none without "url"', hint: 'Name the server in storage.url.' }];
  }
  if (adapter === 'embedded' || (isServer && adapter !== url.kind)) {
    return [{ key: 'adapter', expected: `"${url.kind}", as "url" says`, hint: 'Take one of them away.' }];
  }
  if (file !== undefined) {
    return [{ key: 'file', expected: 'none beside "url"', hint: 'Take one of them away.' }];
  }
  if (password === undefined || url.password === undefined) return [];
  return [{ key: 'password', expected: 'none, since "url" has one', hint: 'Take one of them away.' }];
}
