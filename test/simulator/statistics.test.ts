import { describe, expect, it } from 'vitest';
import { measured, Meter, type Reading } from '../../src/simulator/statistics/figures.ts';
import { converter, unitClassOf } from '../../src/simulator/statistics/units.ts';
import { TestClient } from './test-client.ts';

const readings = (...pairs: readonly (readonly [at: number, value: number | undefined])[]): Reading[] =>
  pairs.map(([at, value]) => ({ at, value }));

describe('the figures of a measurement', () => {
  it('weigh each number by how long it held', () => {
    const figures = measured(readings([-50, 10], [25, 20], [75, undefined], [90, 40]), 0, 100);
    expect(figures).toMatchObject({ mean: (10 * 25 + 20 * 65 + 40 * 10) / 100, min: 10, max: 40, sum: null });
  });

  it('begin where the first number is known', () => {
    expect(measured(readings([50, 4]), 0, 100)).toMatchObject({ mean: 4 });
    expect(measured(readings([150, 4]), 0, 100)).toBeUndefined();
  });
});

describe('a meter', () => {
  it.each<[kind: 'total' | 'total_increasing', values: readonly number[], sum: number]>([
    ['total_increasing', [10, 15, 20], 10],
    ['total_increasing', [10, 15, 2, 5], 10],
    ['total_increasing', [100, 95, 100], 0],
    ['total', [10, 5, 8], -2],
  ])('that is %s and shows %j has come %d', (kind, values, sum) => {
    const meter = new Meter(kind);
    const all = values.map((value, index): Reading => ({ at: index, value }));
    expect(meter.advance(all, 0, 100)).toMatchObject({ sum, state: values.at(-1) });
  });

  it('of a total begins anew when it says so', () => {
    const meter = new Meter('total');
    const reading = (value: number, lastReset: string): Reading => ({ at: 0, value, lastReset });
    const [first, second] = ['2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z'];
    meter.advance([reading(10, first), reading(15, first)], 0, 1);
    expect(meter.advance([reading(2, second)], 1, 2)).toMatchObject({ sum: 7, state: 2 });
  });
});

describe('units of statistics', () => {
  it.each([
    ['°C', 'temperature'],
    ['kWh', 'energy'],
    ['%', 'unitless'],
    ['lx', null],
  ])('%s measures %s', (unit, unitClass) => expect(unitClassOf(unit)).toBe(unitClass));

  it.each([
    ['energy', 'kWh', 'Wh', 2, 2000],
    ['temperature', '°C', '°F', 20, 68],
    ['temperature', '°F', '°C', 212, 100],
    ['temperature', 'K', '°C', 273.15, 0],
  ])('of %s: %s into %s', (unitClass, from, to, value, other) => {
    expect(converter(unitClass, from, to)?.(value)).toBeCloseTo(other, 9);
  });

  it('stay where there is no way from one to the other', () => {
    expect(converter('energy', 'kWh', 'm')).toBeUndefined();
    expect(converter(null, 'lx', 'W')).toBeUndefined();
  });
});

describe('statistics of the simulated home', () => {
  const attributes = { state_class: 'measurement', unit_of_measurement: '°C', device_class: 'temperature' };

  it('are worked out of what the sensors said, when an hour is over', async () => {
    const client = await TestClient.connected({ states: { 'sensor.t': { state: '20', attributes } } });
    await client.clock.advanceBy(30 * 60_000);
    client.home.setState('sensor.t', '22');
    const ask = async (period: string, more: object = {}): Promise<unknown> => {
      const asked = { start_time: '2026-11-21T00:00:00Z', statistic_ids: ['sensor.t'], period, ...more };
      const { result } = (await client.command('recorder/statistics_during_period', asked)) ?? {};
      return (result as Readonly<Record<string, unknown>>)['sensor.t'];
    };
    expect(await ask('hour')).toBeUndefined();
    expect(await ask('5minute')).toHaveLength(6);
    await client.clock.advanceBy(30 * 60_000);
    const start = Temporal.Instant.from('2026-11-21T12:00:00Z').epochMilliseconds;
    expect(await ask('hour')).toMatchObject([{ start, mean: 21, min: 20, max: 22, sum: null }]);
    expect(await ask('hour', { units: { temperature: '°F' }, types: ['max'] })).toMatchObject([{ max: 71.6 }]);
  });

  it('tell how far a meter came in each hour', async () => {
    const meter = { state_class: 'total_increasing', unit_of_measurement: 'kWh', device_class: 'energy' };
    const client = await TestClient.connected({ states: { 'sensor.e': { state: '100', attributes: meter } } });
    for (const value of ['101', '103', '106']) {
      await client.clock.advanceBy(30 * 60_000);
      client.home.setState('sensor.e', value);
      await client.clock.advanceBy(30 * 60_000);
    }
    const asked = { start_time: '2026-11-21T13:00:00Z', statistic_ids: ['sensor.e'], period: 'hour' };
    const answer = await client.command('recorder/statistics_during_period', asked);
    expect(answer).toMatchObject({
      result: {
        'sensor.e': [
          { change: 2, sum: 3 },
          { change: 3, sum: 6 },
        ],
      },
    });
    const whole = await client.command('recorder/statistic_during_period', {
      statistic_id: 'sensor.e',
      calendar: { period: 'day' },
    });
    expect(whole).toMatchObject({ result: { change: 6, mean: null } });
  });

  it('that are brought in begin at full hours', async () => {
    const client = await TestClient.connected();
    const metadata = {
      has_mean: true,
      has_sum: false,
      name: 'X',
      source: 'x',
      statistic_id: 'x:y',
      unit_of_measurement: null,
    };
    const bring = (start: string) =>
      client.command('recorder/import_statistics', { metadata, stats: [{ start, mean: 1 }] });
    expect(await bring('2026-11-20T07:30:00Z')).toMatchObject({ success: false });
    expect(await bring('2026-11-20T07:00:00Z')).toMatchObject({ success: true });
    expect(await client.command('recorder/list_statistic_ids')).toMatchObject({ result: [{ statistic_id: 'x:y' }] });
  });
});
