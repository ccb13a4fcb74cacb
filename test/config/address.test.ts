import { describe, expect, it } from 'vitest';
import { address } from '../../src/config/address.ts';

describe('the address of a home', () => {
  it.each([
    ['http://homeassistant.local:8123', 'http://homeassistant.local:8123'],
    ['http://homeassistant.local:8123/', 'http://homeassistant.local:8123'],
    ['  https://home.example.org  ', 'https://home.example.org'],
    ['http://[fd00::1]:8123', 'http://[fd00::1]:8123'],
    ['HTTP://Home.Local', 'http://home.local'],
    ['http://supervisor/core/', 'http://supervisor/core'],
  ])('takes %j', (text, url) => {
    expect(address.parse(text)).toBe(url);
  });

  it.each([
    ['homeassistant.local:8123', 'Begin it with http:// or https://'],
    ['192.168.1.5', 'Begin it with http:// or https://'],
    ['"http://homeassistant.local"', 'Take away the quotes'],
    ['http://fd00::1:8123', 'An IPv6 address stands in brackets'],
    ['ws://homeassistant.local:8123/api/websocket', 'Use http:// or https:// in place of ws://'],
    ['http://homeassistant.local:8123/api', 'without /api'],
    ['http://homeassistant.local:8123/api/websocket', 'without /api'],
    ['http://me:secret@homeassistant.local', 'User and password have no place'],
    ['http://homeassistant.local:8123/?x=1', 'what follows the "?"'],
    ['http://homeassistant.local:8123/#top', 'what follows the "#"'],
    ['http://', 'It should look like'],
    ['http://host:99999999', 'It should look like'],
  ])('refuses %j and says what to do', (text, hint) => {
    expect(address.safeParse(text).error?.issues).toMatchObject([
      { params: { expected: 'the address of a Home Assistant', hint: expect.stringContaining(hint) } },
    ]);
  });
});
