import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contextIdOf,
  domainOf,
  EntityState,
  entityStateOfCompressed,
  entityStateOfWire,
  finiteNumber,
  lastChangedMs,
  peekAttribute,
} from '../../../src/home-assistant/states/entity-state.ts';

const lamp = entityStateOfCompressed('light.bed', {
  s: 'on',
  a: { brightness: 120, rgb_color: [255, 0, 0], nested: { deep: { value: 1 } } },
  c: { id: 'C1', parent_id: null, user_id: 'U1' },
  lc: 1795266938.471961,
  lu: 1795266939.25,
});

describe('EntityState', () => {
  it('reads a compressed state', () => {
    expect(lamp.entityId).toBe('light.bed');
    expect(lamp.state).toBe('on');
    expect(lamp.attributes['brightness']).toBe(120);
    expect(lamp.context).toEqual({ id: 'C1', parentId: null, userId: 'U1' });
    expect(lamp.lastChanged.toString()).toBe('2026-11-21T13:15:38.471961Z');
    expect(lamp.lastUpdated.toString()).toBe('2026-11-21T13:15:39.25Z');
  });

  it('takes last_updated as last_changed, and a bare context id as all there is, where the wire leaves them out', () => {
    const state = entityStateOfCompressed('sensor.a', { s: '1', a: {}, c: 'C2', lc: 1000.5 });
    expect(state.lastUpdated.epochMilliseconds).toBe(1_000_500);
    expect(state.context).toEqual({ id: 'C2', parentId: null, userId: null });
  });

  it('reads a full state as REST gives it, to the microsecond', () => {
    const state = entityStateOfWire({
      entity_id: 'sensor.a',
      state: '5',
      attributes: { unit_of_measurement: 'W' },
      last_changed: '2026-11-21T13:16:29.645576+00:00',
      last_updated: '2026-11-21T14:16:30+01:00',
      context: { id: 'C3', parent_id: 'P', user_id: null },
    });
    expect(state.lastChanged.toString()).toBe('2026-11-21T13:16:29.645576Z');
    expect(state.lastUpdated.toString()).toBe('2026-11-21T13:16:30Z');
    expect(state.context.parentId).toBe('P');
    expect(state.number).toBe(5);
  });

  it('cannot be changed, however deep', () => {
    expect(Object.isFrozen(lamp)).toBe(true);
    expect(() => Object.assign(lamp, { state: 'off' })).toThrow(TypeError);
    expect(() => Object.assign(lamp.attributes, { brightness: 1 })).toThrow(TypeError);
    expect(() => Object.assign(lamp, { attributes: {} })).toThrow(TypeError);
    expect(Object.isFrozen(lamp.attributes['rgb_color'])).toBe(true);
    expect(lamp.attributes['nested']).toSatisfy((nested: { deep: object }) => Object.isFrozen(nested.deep));
    expect(Object.isFrozen(lamp.context)).toBe(true);
  });

  it.each(['unavailable', 'unknown'])('is not available while it is %s', (word) => {
    const state = entityStateOfCompressed('sensor.a', { s: word, a: {}, c: 'C', lc: 1 });
    expect(state.available).toBe(false);
    expect(state.number).toBeUndefined();
  });

  it('shows all of itself in a log', () => {
    expect(JSON.parse(JSON.stringify(lamp))).toMatchObject({
      entityId: 'light.bed',
      state: 'on',
      attributes: { brightness: 120 },
      lastChanged: '2026-11-21T13:15:38.471961Z',
      context: { id: 'C1' },
    });
  });

  it('gives away single parts without making the rest', () => {
    const attributes = { level: [1] };
    const state = new EntityState({
      entityId: 'sensor.a',
      state: '1',
      attributes,
      lastChangedS: 2.5,
      lastUpdatedS: 2.5,
      contextId: 'C',
      parentId: null,
      userId: null,
    });
    expect(peekAttribute(state, 'level')).toBe(attributes.level);
    expect(peekAttribute(state, 'toString')).toBeUndefined();
    expect(lastChangedMs(state)).toBe(2500);
    expect(contextIdOf(state)).toBe('C');
    expect(Object.isFrozen(attributes)).toBe(false);
  });
});

describe('finiteNumber', () => {
  it.each([
    ['0', 0],
    ['-0.50', -0.5],
    ['21.5', 21.5],
    ['1e3', 1000],
    ['0e1', 0],
    [' 7 ', 7],
    ['+3', 3],
    ['.5', 0.5],
  ])('reads %j', (text, number) => {
    expect(finiteNumber(text)).toBe(number);
  });

  it.each([
    '',
    '  ',
    'on',
    'NaN',
    'Infinity',
    '-Infinity',
    '1e999',
    '0x10',
    ' 0b1',
    '0o7',
    '12 %',
    '2026-11-21',
    '1,5',
    'unknown',
  ])('takes %j for no number', (text) => {
    expect(finiteNumber(text)).toBeUndefined();
  });

  it('reads back whatever finite number Home Assistant writes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(finiteNumber(String(number))).toBe(number === 0 ? 0 : number);
      }),
    );
  });
});

describe('domainOf', () => {
  it('is what stands before the dot', () => {
    expect(domainOf('light.kitchen')).toBe('light');
    expect(domainOf('strange')).toBe('strange');
  });
});
