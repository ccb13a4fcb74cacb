import { AddressInvalid } from './home-errors.ts';

const EXAMPLE = 'http://homeassistant.local:8123';

/** Where a home is reached, made of what a person wrote. */
export interface HomeAddress {
  /** Scheme, host, port and path prefix, without a slash at the end. */
  readonly base: string;
  readonly secure: boolean;
  readonly webSocketUrl: string;
}

/**
 * Reads the address of a home: the one that a browser opens Home Assistant with, a path prefix included.
 *
 * @throws AddressInvalid - with a hint, where it is none.
 */
export function parseHomeAddress(text: string): HomeAddress {
  const bare = text.trim();
  const refuse = (hint: string): AddressInvalid =>
    new AddressInvalid(`"${text.replace(/\/\/.*@/, '//***@')}" is no address of a Home Assistant`, { hint });
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(bare)) throw refuse(`Begin it with http:// or https://, as in ${EXAMPLE}.`);
  if (!URL.canParse(bare)) {
    const openIpv6 = /^[a-z]+:\/\/[^/[\]]*:[^/[\]]*:/i.test(bare);
    throw refuse(
      openIpv6 ? 'An IPv6 address stands in brackets, as in http://[fd00::1]:8123.' : `It should look like ${EXAMPLE}.`,
    );
  }
  const url = new URL(bare);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refuse(`Use http:// or https://, as a browser would; the socket's address follows from it.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse('Home Assistant takes a long-lived access token in place of user and password.');
  }
  if (url.search !== '' || url.hash !== '')
    throw refuse(`Take away what follows the path; it should look like ${EXAMPLE}.`);
  const path = url.pathname.replace(/\/+$/, '').replace(/\/api(\/websocket)?$/, '');
  const base = `${url.origin}${path}`;
  const socketBase = base.replace(/^http/, 'ws');
  // The Supervisor's proxy of Home Assistant has its socket beside the REST API and not below it.
  const bySupervisor = url.hostname === 'supervisor' && path === '/core';
  return {
    base,
    secure: url.protocol === 'https:',
    webSocketUrl: bySupervisor ? `${socketBase}/websocket` : `${socketBase}/api/websocket`,
  };
}
