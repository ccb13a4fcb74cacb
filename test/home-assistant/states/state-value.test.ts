import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StateValue } from '../../../src/home-assistant/domains/state-meaning.ts';
import { EntityState } from '../../../src/home-assistant/states/entity-state.ts';

function stateOf(entityId: string, state: string, attributes: Readonly<Record<string, unknown>> = {}): EntityState {
  return new EntityState({
    entityId,
    state,
    attributes,
    lastChangedS: 0,
    lastUpdatedS: 0,
    contextId: '',
    parentId: null,
    userId: null,
  });
}

/** As text, with its kind: `Instant 2026-…`. */
function shown(value: StateValue | undefined): number | string | undefined {
  return typeof value === 'object' ? `${value.constructor.name} ${value.toString()}` : value;
}

describe("a state's value", () => {
  it.each<[entityId: string, state: string, attributes: Readonly<Record<string, unknown>>, value: unknown]>([
    // By the domain.
    ['light.a', 'on', {}, 'on'],
    ['input_number.a', '20.0', {}, 20],
    ['counter.a', '-3', {}, -3],
    ['zone.home', '2', {}, 2],
    ['input_text.a', '20', {}, '20'],
    ['select.a', '1', { options: ['1', '2'] }, '1'],
    ['button.a', '2026-11-21T17:45:00.123456+00:00', {}, 'Instant 2026-11-21T17:45:00.123456Z'],
    ['datetime.a', '2020-01-01T12:00:00+01:00', {}, 'Instant 2020-01-01T11:00:00Z'],
    ['date.a', '2020-02-29', {}, 'PlainDate 2020-02-29'],
    ['time.a', '12:00:00', {}, 'PlainTime 12:00:00'],
    ['input_datetime.a', '07:30:00', {}, 'PlainTime 07:30:00'],
    ['input_datetime.a', '2030-01-02', {}, 'PlainDate 2030-01-02'],
    ['input_datetime.a', '2030-01-02 03:04:05', {}, 'PlainDateTime 2030-01-02T03:04:05'],
    // By what the entity says of itself.
    ['sensor.a', '21.5', { unit_of_measurement: '°C' }, 21.5],
    ['sensor.a', '21.5', { state_class: 'measurement' }, 21.5],
    ['sensor.a', '21.5', { device_class: 'temperature' }, 21.5],
    ['sensor.a', '21.5', { device_class: 'no_such_class' }, '21.5'],
    ['sensor.a', '21.5', { unit_of_measurement: null, state_class: null }, '21.5'],
    ['sensor.a', '21.5', {}, '21.5'],
    ['sensor.a', '2', { device_class: 'enum', options: ['1', '2'], unit_of_measurement: '' }, '2'],
    ['sensor.a', '2026-11-21T17:45:00+00:00', { device_class: 'timestamp' }, 'Instant 2026-11-21T17:45:00Z'],
    ['sensor.a', '2026-11-21T17:45:00+00:00', { device_class: 'uptime' }, 'Instant 2026-11-21T17:45:00Z'],
    ['sensor.a', '2026-11-21T17:45:00+00:00', {}, '2026-11-21T17:45:00+00:00'],
    ['sensor.a', '2026-11-21', { device_class: 'date' }, 'PlainDate 2026-11-21'],
    ['my_own.a', '5', { unit_of_measurement: 'g' }, 5],
    ['my_own.a', '5', {}, '5'],
    ['constructor.a', '5', {}, '5'],
    // Of no such kind.
    ['sensor.a', 'n/a', { unit_of_measurement: '°C' }, undefined],
    ['sensor.a', '', { unit_of_measurement: '°C' }, undefined],
    ['date.a', '2026-02-30', {}, undefined],
    ['date.a', '20260228', {}, undefined],
    ['time.a', '25:00:00', {}, undefined],
    ['input_datetime.a', 'tomorrow', {}, undefined],
    ['event.a', '2026-13-01T00:00:00+00:00', {}, undefined],
    ['event.a', '2026-11-21T17:45:00', {}, undefined],
    ['light.a', 'unavailable', {}, undefined],
    ['input_text.a', 'unknown', {}, undefined],
  ])('of %s "%s" with %j is %s', (entityId, state, attributes, value) => {
    expect(shown(stateOf(entityId, state, attributes).value)).toBe(value);
  });

  it('is undefined or of its kind, whatever an integration says', () => {
    const domains = fc.constantFrom('sensor', 'date', 'time', 'input_datetime', 'event', 'counter', 'light', 'my_own');
    const attributes = fc.dictionary(
      fc.constantFrom('device_class', 'state_class', 'unit_of_measurement', 'options', 'timestamp'),
      fc.oneof(fc.jsonValue(), fc.constantFrom('timestamp', 'date', 'enum', 'power')),
    );
    const texts = fc.oneof(
      fc.string(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
      fc.double().map(String),
    );
    fc.assert(
      fc.property(domains, texts, attributes, (domain, text, given) => {
        const state = stateOf(`${domain}.a`, text, given);
        const { value, instant, date, time, options } = state;
        expect(state.state).toBe(text);
        if (typeof value === 'string') expect(value).toBe(text);
        if (typeof value === 'number') expect(value).toBe(state.number);
        if (value instanceof Temporal.Instant) expect(instant).toEqual(value);
        if (value instanceof Temporal.PlainDate) expect(date).toEqual(value);
        if (value instanceof Temporal.PlainTime) expect(time).toEqual(value);
        if (options !== undefined) expect(options.every((option) => typeof option === 'string')).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a state's instant, date and time", () => {
  it('are the parts of an input_datetime, whose moment is in the time zone of the home', () => {
    const both = stateOf('input_datetime.a', '2030-01-02 03:04:05', { timestamp: 1893549845 });
    expect([both.instant, both.date, both.time].map(shown)).toEqual([
      'Instant 2030-01-02T02:04:05Z',
      'PlainDate 2030-01-02',
      'PlainTime 03:04:05',
    ]);
    const time = stateOf('input_datetime.a', '07:30:00', { timestamp: 27000 });
    expect([time.instant, time.date, time.time].map(shown)).toEqual([undefined, undefined, 'PlainTime 07:30:00']);
    expect(stateOf('input_datetime.a', '2030-01-02 03:04:05').instant).toBeUndefined();
  });

  it('are there for what is one, and no more', () => {
    const light = stateOf('light.a', 'on');
    expect([light.instant, light.date, light.time, light.options]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(stateOf('date.a', '2026-11-21').instant).toBeUndefined();
    expect(stateOf('event.a', '2026-11-21T17:45:00+00:00').date).toBeUndefined();
  });
});

describe("a state's options", () => {
  it('are those that the entity names', () => {
    expect(stateOf('select.a', 'x', { options: ['x', 'y'] }).options).toEqual(['x', 'y']);
    expect(stateOf('select.a', 'x', { options: 'x' }).options).toBeUndefined();
    expect(Object.isFrozen(stateOf('select.a', 'x', { options: ['x', 1, null] }).options)).toBe(true);
  });
});
