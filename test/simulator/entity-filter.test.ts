import { describe, expect, it } from 'vitest';
import { entityFilter } from '../../src/simulator/entity-filter.ts';

const entities = ['light.hall', 'light.bed_lamp', 'sensor.hall_power', 'switch.pump'];

describe('entityFilter', () => {
  it.each([
    [{}, entities],
    [{ entity_ids: [] }, entities],
    [{ entity_ids: ['light.hall', 'light.none'] }, ['light.hall']],
    [{ include: {} }, entities],
    [{ include: { domains: ['light'] } }, ['light.hall', 'light.bed_lamp']],
    [{ include: { entity_globs: ['*.hall*'] } }, ['light.hall', 'sensor.hall_power']],
    [{ exclude: { domains: ['light'] } }, ['sensor.hall_power', 'switch.pump']],
    [{ exclude: { entities: ['light.hall'] } }, ['light.bed_lamp', 'sensor.hall_power', 'switch.pump']],
    [{ include: { domains: ['light'] }, exclude: { entities: ['light.hall'] } }, ['light.bed_lamp']],
    [{ include: { domains: ['light'] }, exclude: { entity_globs: ['light.bed*'] } }, ['light.hall']],
    [{ include: { entity_globs: ['*hall*'] }, exclude: { domains: ['sensor'] } }, ['light.hall', 'sensor.hall_power']],
    [
      { include: { entities: ['light.hall'] }, exclude: { domains: ['light'] } },
      ['light.hall', 'sensor.hall_power', 'switch.pump'],
    ],
    [{ include: { entities: ['light.hall'] }, exclude: { entities: ['switch.pump'] } }, ['light.hall']],
    [{ entity_ids: ['light.hall', 'switch.pump'], exclude: { domains: ['light'] } }, ['switch.pump']],
  ])('%o lets through %o', (wanted, expected) => {
    const matches = entityFilter(wanted);
    expect(entities.filter((entityId) => matches === undefined || matches(entityId))).toEqual(expected);
  });
});
