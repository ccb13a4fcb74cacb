import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { areaId, duration, entityId, inHome, meaningOf, serviceId, timeOfDay } from '../../src/apps/schemas.ts';

describe('entityId', () => {
  it.each(['light.kitchen', 'light.k2_left'])('takes %s', (id) => {
    expect(entityId('light').parse(id)).toBe(id);
  });

  it.each([
    'switch.kitchen',
    'light',
    'light.',
    'light.Kitchen',
    'light._kitchen',
    'light.kitchen_',
    'light.a.b',
    '',
    3,
    null,
  ])('refuses %j with an example', (value) => {
    const result = entityId('light').safeParse(value);
    expect(result.error?.issues[0]?.message).toBe('an entity id of the domain light, such as "light.kitchen"');
  });

  it('takes several domains, or any', () => {
    expect(entityId('light', 'switch').parse('switch.fan')).toBe('switch.fan');
    expect(entityId('light', 'switch').safeParse('sensor.fan').success).toBe(false);
    expect(entityId().parse('anything.at_all')).toBe('anything.at_all');
  });

  it('carries its meaning, in its JSON schema too', () => {
    expect(meaningOf(entityId('light'))).toEqual({ kind: 'entity', domains: ['light'] });
    expect(z.toJSONSchema(entityId('light'))).toMatchObject({
      type: 'string',
      hassette: { kind: 'entity', domains: ['light'] },
    });
  });
});

describe('serviceId', () => {
  it('takes the name of a service', () => {
    expect(serviceId('notify').parse('notify.mobile_app_anna')).toBe('notify.mobile_app_anna');
    expect(serviceId('notify').safeParse('light.turn_on').success).toBe(false);
    expect(meaningOf(serviceId())).toEqual({ kind: 'service', domains: [] });
  });
});

describe('areaId', () => {
  it('takes a text that is not empty', () => {
    expect(areaId().parse('living_room')).toBe('living_room');
    expect(areaId().safeParse('').success).toBe(false);
    expect(meaningOf(areaId())).toEqual({ kind: 'area' });
  });
});

describe('duration', () => {
  it('keeps the text', () => {
    expect(duration().parse('1h30m')).toBe('1h30m');
    expect(duration().default('5m').parse(undefined)).toBe('5m');
  });

  it.each(['5', 'soon', '-5m', 30, { minutes: 5 }])('refuses %j with an example', (value) => {
    expect(duration().safeParse(value).error?.issues[0]?.message).toContain('a duration, such as "30s"');
  });
});

describe('timeOfDay', () => {
  it('keeps the text', () => {
    expect(timeOfDay().parse('07:30')).toBe('07:30');
  });

  it.each(['7:30', '24:00', '07:60', 730])('refuses %j with an example', (value) => {
    expect(timeOfDay().safeParse(value).error?.issues[0]?.message).toContain('a time of day, such as "07:30"');
  });
});

describe('inHome', () => {
  it('takes what the schema takes, and says of which home it is', () => {
    const door = inHome('cabin', entityId('binary_sensor'));
    expect(door.parse('binary_sensor.door')).toBe('binary_sensor.door');
    expect(door.safeParse('light.door').success).toBe(false);
    expect(meaningOf(door)).toEqual({ kind: 'entity', domains: ['binary_sensor'], home: 'cabin' });
    expect(meaningOf(inHome('cabin', areaId()))).toEqual({ kind: 'area', home: 'cabin' });
    expect(meaningOf(entityId('binary_sensor'))).not.toHaveProperty('home');
  });

  it('refuses what names nothing of a home', () => {
    for (const schema of [duration(), z.string(), z.array(entityId('light'))])
      expect(() => inHome('cabin', schema)).toThrow(
        'inHome("cabin", …) was given a schema that names nothing of a home',
      );
  });
});
