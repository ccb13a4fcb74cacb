import type { CommandDefinition } from '../command-table.ts';
import { Refusal } from '../failures.ts';
import type { HomeCore } from '../home-core.ts';
import { isObject, type JsonObject } from '../json.ts';
import { dict, flag, listOf, numberRead, object, oneOf, optional, required, text, whole } from '../schema.ts';
import type { Figures } from './figures.ts';
import { type Metadata, metadataWire, type Period, type Statistics } from './statistics.ts';
import { converter, unitClassOf } from './units.ts';

const periods = oneOf('5minute', 'hour', 'day', 'week', 'month', 'year');
const allTypes = ['change', 'last_reset', 'max', 'mean', 'min', 'state', 'sum'];
const types = listOf(oneOf(...allTypes));
const nullable =
  (check: (value: unknown) => unknown) =>
  (value: unknown): unknown =>
    value === null ? null : check(value);

const metadataShape = {
  has_mean: optional(flag),
  mean_type: optional(whole),
  has_sum: required(flag),
  name: required(nullable(text)),
  source: required(text),
  statistic_id: required(text),
  unit_class: optional(nullable(text)),
  unit_of_measurement: required(nullable(text)),
};

const rowShape = {
  start: required(text),
  mean: optional(nullable(numberRead)),
  min: optional(nullable(numberRead)),
  max: optional(nullable(numberRead)),
  last_reset: optional(nullable(text)),
  state: optional(nullable(numberRead)),
  sum: optional(nullable(numberRead)),
};

const spanShape = {
  calendar: optional(
    object({ period: required(oneOf('hour', 'day', 'week', 'month', 'year')), offset: optional(whole) }),
  ),
  fixed_period: optional(object({ start_time: optional(text), end_time: optional(text) })),
};

const HOUR_MS = 3_600_000;

/** The commands by which statistics are read, and brought in. */
export function statisticsCommands(home: HomeCore, statistics: Statistics): Record<string, CommandDefinition> {
  return {
    'recorder/list_statistic_ids': {
      fields: { statistic_type: optional(oneOf('sum', 'mean')) },
      run: ({ id, statistic_type: type }, connection) => {
        const all = statistics.all().filter(({ hasMean, hasSum }) => {
          if (type === 'sum') return hasSum;
          return type === 'mean' ? hasMean : true;
        });
        connection.result(id, all.map(metadataWire));
      },
    },
    'recorder/get_statistics_metadata': {
      fields: { statistic_ids: optional(listOf(text)) },
      run: ({ id, statistic_ids: ids }, connection) => {
        const all = statistics.all().filter((each) => !Array.isArray(ids) || ids.includes(each.id));
        connection.result(id, all.map(metadataWire));
      },
    },
    'recorder/validate_statistics': { run: ({ id }, connection) => connection.result(id, {}) },
    'recorder/clear_statistics': {
      fields: { statistic_ids: required(listOf(text)) },
      admin: true,
      run: ({ id, statistic_ids: ids }, connection) => {
        statistics.clear(Array.isArray(ids) ? ids.map(String) : []);
        connection.result(id);
      },
    },
    'recorder/import_statistics': {
      fields: { metadata: required(object(metadataShape)), stats: required(listOf(object(rowShape))) },
      admin: true,
      run: ({ id, metadata, stats }, connection) => {
        const rows = Array.isArray(stats) ? stats.filter(isObject).map(importedRow) : [];
        statistics.bringIn(importedMetadata(isObject(metadata) ? metadata : {}), rows);
        connection.result(id);
      },
    },
    'recorder/statistics_during_period': {
      fields: {
        start_time: required(text),
        end_time: optional(text),
        statistic_ids: required(listOf(text)),
        period: required(periods),
        units: optional(dict),
        types: optional(types),
      },
      run: ({ id, ...asked }, connection) => {
        const from = moment(asked.start_time, 'start_time');
        const to = asked.end_time === undefined ? Number.POSITIVE_INFINITY : moment(asked.end_time, 'end_time');
        const ids = Array.isArray(asked.statistic_ids) ? asked.statistic_ids.map(String) : [];
        const found = ids.flatMap((statisticId): [string, readonly JsonObject[]][] => {
          const metadata = statistics.metadata(statisticId);
          if (metadata === undefined) return [];
          const rows = rowsOf(statistics, metadata, { period: asked.period as Period, from, to, asked });
          return rows.length === 0 ? [] : [[statisticId, rows]];
        });
        connection.result(id, Object.fromEntries(found));
      },
    },
    'recorder/statistic_during_period': {
      fields: {
        ...spanShape,
        statistic_id: required(text),
        types: optional(listOf(oneOf('max', 'mean', 'min', 'change'))),
        units: optional(dict),
      },
      run: ({ id, statistic_id: statisticId, types: wanted, units, ...span }, connection) => {
        const metadata = statistics.metadata(String(statisticId));
        const [from, to] = spanOf(home, statistics, span);
        const names = Array.isArray(wanted) ? wanted.map(String) : ['max', 'mean', 'min', 'change'];
        const figures = metadata === undefined ? undefined : overall(statistics, metadata, from, to, units);
        connection.result(id, Object.fromEntries(names.map((name) => [name, figures?.[name] ?? null])));
      },
    },
  };
}

interface Wanted {
  readonly period: Period;
  readonly from: number;
  readonly to: number;
  readonly asked: JsonObject;
}

function rowsOf(
  statistics: Statistics,
  metadata: Metadata,
  { period, from, to, asked }: Wanted,
): readonly JsonObject[] {
  const all = statistics.figures(metadata.id, period, from, to);
  const convert = conversionOf(metadata, asked.units);
  const wanted = Array.isArray(asked.types) ? asked.types.map(String) : allTypes;
  return all.flatMap((figures, index) => {
    const before = all[index - 1];
    const isBefore = figures.end <= from;
    if (isBefore) return [];
    const row = wireRow(figures, before, convert);
    const { start, end } = figures;
    return [{ start, end, ...Object.fromEntries(wanted.map((type) => [type, row[type]])) }];
  });
}

function wireRow(figures: Figures, before: Figures | undefined, convert: (value: number) => number): JsonObject {
  const number = (value: number | null): number | null => (value === null ? null : convert(value));
  const { sum } = figures;
  return {
    last_reset: figures.lastReset,
    mean: number(figures.mean),
    min: number(figures.min),
    max: number(figures.max),
    state: number(figures.state),
    sum: number(sum),
    change: sum === null ? null : convert(sum) - convert(before?.sum ?? 0),
  };
}

/** One figure of each kind over a span. */
function overall(statistics: Statistics, metadata: Metadata, from: number, to: number, units: unknown): JsonObject {
  const rows = statistics.figures(metadata.id, 'hour', from, to);
  const within = rows.filter(({ start }) => start >= from);
  const before = rows.find(({ start }) => start < from);
  const convert = conversionOf(metadata, units);
  const means = within.flatMap(({ mean }) => mean ?? []);
  const last = within.at(-1)?.sum;
  const number = (value: number): number | null => (Number.isFinite(value) ? convert(value) : null);
  return {
    max: number(Math.max(...within.flatMap(({ max }) => max ?? []))),
    min: number(Math.min(...within.flatMap(({ min }) => min ?? []))),
    mean: means.length === 0 ? null : convert(means.reduce((sum, mean) => sum + mean, 0) / means.length),
    change: typeof last === 'number' ? convert(last) - convert(before?.sum ?? 0) : null,
  };
}

function spanOf(
  home: HomeCore,
  statistics: Statistics,
  { calendar, fixed_period: fixed }: JsonObject,
): readonly [number, number] {
  if (isObject(calendar)) {
    const period = calendar.period as Exclude<Period, '5minute'>;
    const offset = Number(calendar.offset ?? 0);
    const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(home.clock.nowMs())).toZonedDateTimeISO(
      home.timeZone(),
    );
    const at = now.add({ [`${period}s`]: offset });
    const from = statistics.beginningOf(period, at.epochMilliseconds);
    const next = Temporal.Instant.fromEpochMilliseconds(from)
      .toZonedDateTimeISO(home.timeZone())
      .add({ [`${period}s`]: 1 });
    return [from, next.epochMilliseconds];
  }
  const { start_time: start, end_time: end } = isObject(fixed) ? fixed : {};
  return [
    start === undefined ? 0 : moment(start, 'start_time'),
    end === undefined ? Number.POSITIVE_INFINITY : moment(end, 'end_time'),
  ];
}

function conversionOf({ unitClass, unit }: Metadata, units: unknown): (value: number) => number {
  const to = isObject(units) && unitClass !== null ? units[unitClass] : undefined;
  return converter(unitClass, unit, typeof to === 'string' ? to : undefined) ?? ((value) => value);
}

function importedMetadata(given: JsonObject): Metadata {
  const unit = typeof given.unit_of_measurement === 'string' ? given.unit_of_measurement : null;
  return {
    id: String(given.statistic_id),
    unit,
    unitClass: typeof given.unit_class === 'string' ? given.unit_class : unitClassOf(unit),
    name: typeof given.name === 'string' ? given.name : null,
    source: String(given.source),
    hasMean: given.has_mean === true || given.mean_type === 1,
    hasSum: given.has_sum === true,
  };
}

function importedRow({ start, last_reset: reset, ...given }: JsonObject): Figures {
  const at = moment(start, 'start_time');
  if (at % HOUR_MS !== 0) {
    const rule = 'timestamps must be from the top of the hour (minutes and seconds = 0)';
    throw new Refusal('home_assistant_error', `Invalid timestamp: ${rule}`);
  }
  const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  return {
    start: at,
    end: at + HOUR_MS,
    mean: number(given.mean),
    min: number(given.min),
    max: number(given.max),
    state: number(given.state),
    sum: number(given.sum),
    lastReset: typeof reset === 'string' ? moment(reset, 'start_time') : null,
  };
}

/** Milliseconds since the epoch. */
function moment(value: unknown, name: 'start_time' | 'end_time'): number {
  try {
    return Temporal.Instant.from(String(value)).epochMilliseconds;
  } catch {
    throw new Refusal(`invalid_${name}`, `Invalid ${name}`);
  }
}
