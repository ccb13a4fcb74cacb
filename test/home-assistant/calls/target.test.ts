import { describe, expect, it } from 'vitest';
import { isEntityId, namedEntities, selectionOf } from '../../../src/home-assistant/calls/target.ts';

describe('selectionOf', () => {
  it('takes texts and lists for entity ids', () => {
    expect(selectionOf('light.a')).toEqual({ entity_id: 'light.a' });
    expect(selectionOf(['light.a', 'light.b'])).toEqual({ entity_id: ['light.a', 'light.b'] });
    expect(selectionOf({ area_id: 'kitchen' })).toEqual({ area_id: 'kitchen' });
  });
});

describe('namedEntities', () => {
  it.each([
    ['light.a', ['light.a']],
    ['Light.A', ['light.a']],
    ['light.a, light.b', ['light.a', 'light.b']],
    [
      ['light.a', 'LIGHT.B'],
      ['light.a', 'light.b'],
    ],
    ['all', []],
    ['none', []],
    [['all'], ['all']],
    [[], []],
    [undefined, []],
    [{ strange: true }, []],
  ])('reads %j as Home Assistant does', (named, entityIds) => {
    expect(namedEntities(named)).toEqual(entityIds);
  });
});

describe('isEntityId', () => {
  it.each(['light.a', 'binary_sensor.door_2', 'sensor.0'])('takes %s', (text) => {
    expect(isEntityId(text)).toBe(true);
  });

  it.each(['light', 'light.', '.a', 'light.a.b', 'light.Ä', 'not an id', '_a.b', 'a_.b', 'a.b_', '{{ x }}.y', ''])(
    'does not take %j',
    (text) => {
      expect(isEntityId(text)).toBe(false);
    },
  );
});
