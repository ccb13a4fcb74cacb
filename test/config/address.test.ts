import { describe, expect, it } from 'vitest';
import { readAddress } from '../../src/config/address.ts';

describe('readAddress', () => {
  it.each([
    ['http://homeassistant.local:8123', 'http://homeassistant.local:8123'],
    ['http://homeassistant.local:8123/', 'http://homeassistant.local:8123'],
    ['  https://home.example.org  ', 'https://home.example.org'],
    ['http://[fd00::1]:8123', 'http://[fd00::1]:8123'],
    ['HTTP://Home.Local', 'http://home.local'],
    ['http://supervisor/core/', 'http://supervisor/core'],
  ])('takes %j', (text, url) => {
    expect(readAddress(text)).toEqual({ kind: 'address', url });
  });

  it.each([
    ['homeassistant.local:8123', 'Begin it with http:// or https://'],
    ['192.168.1.5', 'Begin it with http:// or https://'],
    ['"http://homeassistant.local"', 'Take away the quotes'],
    ['http://fd00::1:8123', 'An IPv6 address stands in brackets'],
    ['ws://homeassistant.local:8123/api/websocket', 'Use http:// or https:// in place of ws://'],
    ['http://homeassistant.local:8123/api', 'without /api'],
    ['http://homeassistant.local:8123/api/websocket', 'without /api'],
    ['http://me:secret@homeassistant.local', 'no user and password'],
    ['http://homeassistant.local:8123/?x=1', 'what follows the "?"'],
    ['http://homeassistant.local:8123/#top', 'what follows the "#"'],
    ['http://', 'It should look like'],
    ['http://host:99999999', 'It should look like'],
  ])('refuses %j and says what to do', (text, hint) => {
    expect(readAddress(text)).toEqual({ kind: 'problem', hint: expect.stringContaining(hint) });
  });
});
