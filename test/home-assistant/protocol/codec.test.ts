import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeCommand, FrameUnreadable } from '../../../src/home-assistant/protocol/codec.ts';
import { callService, subscribeEvents } from '../../../src/home-assistant/protocol/commands.ts';

describe('decodeFrame', () => {
  it('reads a message on its own', () => {
    expect(decodeFrame('{"type":"auth_required","ha_version":"2026.11.0"}')).toEqual({
      type: 'auth_required',
      ha_version: '2026.11.0',
    });
  });

  it('reads messages that were queued together, in their order', () => {
    expect(decodeFrame('[{"id":11,"type":"pong"},{"id":12,"type":"pong"}]')).toEqual([
      { id: 11, type: 'pong' },
      { id: 12, type: 'pong' },
    ]);
  });

  it.each([
    ['no JSON', '{"type":"res'],
    ['an empty text', ''],
    ['a number', '3'],
    ['null', 'null'],
    ['an object without a type', '{"id":1}'],
    ['a type that is no string', '{"type":1}'],
    ['an array with something else among messages', '[{"id":1,"type":"pong"},7]'],
  ])('refuses %s', (_what, text) => {
    expect(() => decodeFrame(text)).toThrow(FrameUnreadable);
  });

  it('quotes only the beginning of what it refuses', () => {
    expect(() => decodeFrame('x'.repeat(5000))).toThrow(/^no JSON: x{80}… \(5000 characters\)$/);
  });
});

describe('encodeCommand', () => {
  it('puts the id before everything else', () => {
    expect(encodeCommand(7, subscribeEvents('call_service'))).toBe(
      '{"id":7,"type":"subscribe_events","event_type":"call_service"}',
    );
  });

  it('lets no command have an id of its own', () => {
    expect(JSON.parse(encodeCommand(7, { type: 'get_config', id: 9999 }))).toEqual({ id: 7, type: 'get_config' });
  });

  it('says what JSON cannot', () => {
    const circle: Record<string, unknown> = {};
    circle['circle'] = circle;
    for (const value of [3n, circle]) {
      expect(() => encodeCommand(7, { type: 'call_service', value })).toThrow(
        /^call_service cannot be written as JSON: (Do not know how to serialize a BigInt|Converting circular structure to JSON)$/,
      );
    }
  });
});

describe('callService', () => {
  it('leaves out what is not given', () => {
    expect(callService({ domain: 'light', service: 'turn_on' })).toEqual({
      type: 'call_service',
      domain: 'light',
      service: 'turn_on',
    });
  });

  it('spells data, target and the wish for a response as the home does', () => {
    const call = callService({
      domain: 'weather',
      service: 'get_forecasts',
      data: { type: 'daily' },
      target: { entity_id: 'weather.home' },
      returnResponse: true,
    });
    expect(call).toEqual({
      type: 'call_service',
      domain: 'weather',
      service: 'get_forecasts',
      service_data: { type: 'daily' },
      target: { entity_id: 'weather.home' },
      return_response: true,
    });
  });
});
