import type { HomeAddress } from './home-address.ts';
import { GatewayFailed, HomeError, HomeUnreachable, NotHomeAssistant, TlsRefused } from '../home-errors.ts';

/** What a failure of the network, of TLS or of DNS means for whoever runs the daemon. */
export function problemOfNetwork(address: HomeAddress, error: unknown): HomeError {
  if (error instanceof HomeError) return error;
  const code = codeOf(error);
  const { base } = address;
  const because = error instanceof Error && error.message !== '' ? error.message : (code ?? String(error));
  const tls = tlsHint(address, code);
  if (tls !== undefined)
    return new TlsRefused(`TLS with ${base} failed: ${tlsReason(because)}`, { cause: error, hint: tls });
  if (code?.startsWith('HPE_') === true || /invalid (sec-websocket|upgrade)/i.test(because)) {
    return new NotHomeAssistant(`What answers at ${base} does not speak as Home Assistant does: ${because}`, {
      cause: error,
      hint: address.secure ? ADDRESS_HINT : `${ADDRESS_HINT} Where that begins with https://, so must this.`,
    });
  }
  return new HomeUnreachable(`${base} cannot be reached: ${because}`, {
    cause: error,
    hint: networkHint(address, code),
  });
}

/** What an HTTP answer in place of a WebSocket means. */
export function problemOfStatus(address: HomeAddress, status: number, location: string | undefined): HomeError {
  const { base } = address;
  switch (status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return new NotHomeAssistant(`${base} sends elsewhere${location === undefined ? '' : `, to ${location}`}`, {
        hint: 'Give the address that it sends to.',
      });
    case 400:
      return new NotHomeAssistant(`${base} answered 400 (bad request)`, {
        hint: 'A proxy before Home Assistant has to pass WebSockets on, and its address to be in http.trusted_proxies there.',
      });
    case 401:
    case 403:
      return new NotHomeAssistant(`${base} answered ${status}: it lets nobody in from here`, {
        hint: "A proxy may want a login of its own. Home Assistant itself does so with addresses in its ip_bans.yaml: remove this machine's there.",
      });
    case 502:
    case 503:
    case 504:
      return new GatewayFailed(`A proxy at ${base} answered ${status}: it does not reach Home Assistant behind it`, {
        hint: 'Home Assistant may be starting. If it runs, look at what the proxy is set to pass on to.',
      });
    default:
      return new NotHomeAssistant(`${base} answered ${status} where Home Assistant would open a WebSocket`, {
        hint: ADDRESS_HINT,
      });
  }
}

const ADDRESS_HINT =
  'Check host, port (8123 unless changed) and path: it is the address that a browser opens Home Assistant with.';

function networkHint(address: HomeAddress, code: string | undefined): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return address.base.includes('.local')
        ? 'No host of that name was found. Names in .local need mDNS, which containers seldom have: use the IP address.'
        : 'No host of that name was found. Check its spelling, or use the IP address.';
    case 'ECONNREFUSED':
      return 'Nothing listens there. Is Home Assistant running, and is this its port (8123 unless changed)?';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return 'There is no way to that host. Is it switched on, and in a network that this machine reaches?';
    case 'ECONNRESET':
      return address.secure
        ? 'The other side hung up. Does it speak TLS? If not, begin the address with http://.'
        : 'The other side hung up. If a browser opens it with https://, give it so here.';
    default:
      return ADDRESS_HINT;
  }
}

/** Without Node's advice about itself, and without the places in the sources of OpenSSL. */
function tlsReason(because: string): string {
  const said = because.split(';', 1)[0] ?? because;
  return /:SSL routines:[^:]*:([^:]+):/.exec(said)?.[1] ?? said.trim();
}

const SPEAKS_NO_TLS = 'It speaks no TLS that is understood here. If a browser opens it with http://, give it so here.';

function tlsHint(address: HomeAddress, code: string | undefined): string | undefined {
  if (!address.secure || code === undefined) return undefined;
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'Its certificate is signed by nobody known here. Give the certificate of who signed it, in a PEM file, as `ca` of this home; in a network that you trust, `verifyTls: false` takes any.';
    case 'CERT_HAS_EXPIRED':
      return 'Its certificate has expired: renew it.';
    case 'CERT_NOT_YET_VALID':
      return "Its certificate is not valid yet: check this machine's clock.";
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'Its certificate is for another name: give the address under a name that the certificate has. In a network that you trust, `verifyTls: false` of this home takes any.';
    case 'EPROTO':
      return SPEAKS_NO_TLS;
    default:
      return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code.startsWith('CERT_')
        ? SPEAKS_NO_TLS
        : undefined;
  }
}

/** Where several addresses of a host were tried, the first says why. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return undefined;
}
