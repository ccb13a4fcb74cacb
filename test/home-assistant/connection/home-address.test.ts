import { describe, expect, it } from 'vitest';
import { parseHomeAddress } from '../../../src/home-assistant/connection/home-address.ts';
import { AddressInvalid } from '../../../src/home-assistant/home-errors.ts';

describe('parseHomeAddress', () => {
  it.each([
    [
      'http://homeassistant.local:8123',
      'http://homeassistant.local:8123',
      'ws://homeassistant.local:8123/api/websocket',
    ],
    [
      'http://homeassistant.local:8123/',
      'http://homeassistant.local:8123',
      'ws://homeassistant.local:8123/api/websocket',
    ],
    [' https://ha.example.org ', 'https://ha.example.org', 'wss://ha.example.org/api/websocket'],
    ['HTTPS://HA.example.org:443', 'https://ha.example.org', 'wss://ha.example.org/api/websocket'],
    ['https://example.org/home//', 'https://example.org/home', 'wss://example.org/home/api/websocket'],
    ['http://[fd00::1]:8123', 'http://[fd00::1]:8123', 'ws://[fd00::1]:8123/api/websocket'],
    ['http://192.168.1.5:8123/api', 'http://192.168.1.5:8123', 'ws://192.168.1.5:8123/api/websocket'],
    ['http://192.168.1.5:8123/api/websocket', 'http://192.168.1.5:8123', 'ws://192.168.1.5:8123/api/websocket'],
    ['http://supervisor/core', 'http://supervisor/core', 'ws://supervisor/core/websocket'],
    ['http://supervisor/core/', 'http://supervisor/core', 'ws://supervisor/core/websocket'],
  ])('reads %s', (text, base, webSocketUrl) => {
    expect(parseHomeAddress(text)).toEqual({ base, webSocketUrl, secure: base.startsWith('https') });
  });

  it.each([
    ['homeassistant.local:8123', /http:\/\/ or https:\/\//],
    ['"http://homeassistant.local"', /quotes/],
    ['', /http:\/\/ or https:\/\//],
    ['ws://homeassistant.local:8123', /in place of ws:/],
    ['http://fd00::1:8123', /IPv6.*brackets/],
    ['http://', /should look like/],
    ['http://host:99999', /should look like/],
    ['http://me:secret@host:8123', /long-lived access token/],
    ['http://host:8123/?x=1', /what follows the "\?"/],
  ])('refuses %s with a hint', (text, hint) => {
    expect(() => parseHomeAddress(text)).toThrow(AddressInvalid);
    try {
      parseHomeAddress(text);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ADDRESS_INVALID', hint: expect.stringMatching(hint) });
    }
  });

  it('does not repeat a password', () => {
    expect(() => parseHomeAddress('http://me:secret@host:8123')).toThrow('"http://***@host:8123" is no address');
  });
});
