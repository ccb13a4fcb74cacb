import { readWebAddress } from '../../kernel/web-address.ts';
import { AddressInvalid } from '../home-errors.ts';

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
  const reading = readWebAddress(text, EXAMPLE);
  if (reading.kind === 'problem') {
    const shown = text.replace(/\/\/.*@/, '//***@');
    throw new AddressInvalid(`"${shown}" is no address of a Home Assistant`, { hint: reading.hint });
  }
  const base = reading.base.replace(/\/api(\/websocket)?$/, '');
  const socketBase = base.replace(/^http/, 'ws');
  // The Supervisor's proxy of Home Assistant has its socket beside the REST API and not below it.
  const bySupervisor = base === `${reading.url.origin}/core` && reading.url.hostname === 'supervisor';
  return {
    base,
    secure: reading.url.protocol === 'https:',
    webSocketUrl: bySupervisor ? `${socketBase}/websocket` : `${socketBase}/api/websocket`,
  };
}
