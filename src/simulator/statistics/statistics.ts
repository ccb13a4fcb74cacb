import type { HomeCore } from '../home-core.ts';
import type { JsonObject } from '../json.ts';
import type { Recorded, Recorder } from '../recorder.ts';
import type { StateRecord } from '../state-record.ts';
import { type Figures, joined, measured, Meter, type Reading } from './figures.ts';
import { unitClassOf } from './units.ts';

export type Period = '5minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** What is known of a statistic. */
export interface Metadata {
  readonly id: string;
  readonly unit: string | null;
  readonly unitClass: string | null;
  readonly name: string | null;
  readonly source: string;
  readonly hasMean: boolean;
  readonly hasSum: boolean;
}

const MINUTE_MS = 60_000;
const SHORT_MS = 5 * MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;
const increasing = new Set(['total', 'total_increasing']);

/**
 * Statistics over sensors, worked out of what the recorder kept by the rules of Home Assistant, and those that were
 * brought in. A span has figures once it is over.
 */
export class Statistics {
  readonly #home: HomeCore;
  readonly #recorder: Recorder;
  readonly #imported = new Map<string, { readonly metadata: Metadata; readonly rows: Map<number, Figures> }>();

  constructor(home: HomeCore, recorder: Recorder) {
    this.#home = home;
    this.#recorder = recorder;
  }

  /** Takes in hours that were worked out elsewhere; an hour that is there is replaced. */
  bringIn(metadata: Metadata, rows: readonly Figures[]): void {
    const present = this.#imported.get(metadata.id)?.rows ?? new Map<number, Figures>();
    for (const row of rows) present.set(row.start, row);
    this.#imported.set(metadata.id, { metadata, rows: present });
  }

  clear(ids: readonly string[]): void {
    for (const id of ids) this.#imported.delete(id);
  }

  /** Those that have numbers, those brought in, and those that may have numbers one day. */
  all(): readonly Metadata[] {
    const sensors = [...this.#home.states.all()].filter(isStatistical);
    const have = sensors.filter((record) => numberOf(record) !== undefined);
    const others = sensors.filter((record) => numberOf(record) === undefined);
    const imported = [...this.#imported.values()].map(({ metadata }) => metadata);
    return [...have.map(metadataOf), ...imported, ...others.map(metadataOf)];
  }

  metadata(id: string): Metadata | undefined {
    return this.all().find((each) => each.id === id);
  }

  /** The figures of a statistic, a span each; those of spans that begin within, and of the one before them. */
  figures(id: string, period: Period, from: number, to: number): readonly Figures[] {
    const short = period === '5minute';
    const rows = short ? this.#shortTerm(id) : this.#hours(id);
    if (short || period === 'hour')
      return rows.filter(({ start }) => start < to && (start >= from || isLastBefore(start, rows, from)));
    const groups = Map.groupBy(rows, ({ start }) => this.beginningOf(period, start));
    return [...groups]
      .map(([start, parts]) => joined(parts, start, this.#endOf(period, start)))
      .filter(
        ({ start, end }, index, list) =>
          start < to && (end > from || list[index + 1]?.start === this.beginningOf(period, from)),
      );
  }

  /** When the day, week, month or year of a moment begins where the home is. */
  beginningOf(period: Exclude<Period, '5minute'>, atMs: number): number {
    if (period === 'hour') return atMs - (atMs % HOUR_MS);
    const day = this.#local(atMs).startOfDay();
    if (period === 'day') return day.epochMilliseconds;
    if (period === 'week') return day.subtract({ days: day.dayOfWeek - 1 }).epochMilliseconds;
    const month = day.with({ day: 1 });
    return (period === 'month' ? month : month.with({ month: 1 })).startOfDay().epochMilliseconds;
  }

  #endOf(period: Exclude<Period, '5minute' | 'hour'>, startMs: number): number {
    return this.#local(startMs).add({ [`${period}s`]: 1 }).epochMilliseconds;
  }

  #local(atMs: number): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(this.#home.timeZone());
  }

  #hours(id: string): readonly Figures[] {
    const imported = this.#imported.get(id);
    if (imported !== undefined) return [...imported.rows.values()].toSorted((one, other) => one.start - other.start);
    const groups = Map.groupBy(this.#shortTerm(id), ({ start }) => start - (start % HOUR_MS));
    const now = this.#home.clock.nowMs();
    return [...groups]
      .filter(([start]) => start + HOUR_MS <= now)
      .map(([start, parts]) => joined(parts, start, start + HOUR_MS));
  }

  #shortTerm(id: string): readonly Figures[] {
    const record = this.#home.states.get(id);
    if (record === undefined || !isStatistical(record)) return [];
    const { during } = this.#recorder.between(id, 0, Number.POSITIVE_INFINITY);
    const readings = during.map(readingOf);
    const [first] = readings;
    if (first === undefined) return [];
    const kind = record.attributes.state_class;
    const meter = kind === 'total' || kind === 'total_increasing' ? new Meter(kind) : undefined;
    const rows: Figures[] = [];
    const now = this.#home.clock.nowMs();
    for (let start = first.at - (first.at % SHORT_MS); start + SHORT_MS <= now; start += SHORT_MS) {
      const end = start + SHORT_MS;
      const inSpan = readings.filter(({ at }) => at >= start && at < end);
      const row = meter === undefined ? measured(readings, start, end) : meter.advance(inSpan, start, end);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }
}

function isLastBefore(start: number, rows: readonly Figures[], from: number): boolean {
  return start < from && rows.findLast((row) => row.start < from)?.start === start;
}

function isStatistical({ attributes }: StateRecord): boolean {
  return typeof attributes.state_class === 'string';
}

function numberOf(record: StateRecord | undefined): number | undefined {
  const text = record?.state.trim() ?? '';
  const value = Number(text);
  return text === '' || !Number.isFinite(value) ? undefined : value;
}

function readingOf({ record, at }: Recorded): Reading {
  const reset = record?.attributes.last_reset;
  return { at: at / 1000, value: numberOf(record), lastReset: typeof reset === 'string' ? reset : null };
}

function metadataOf({ entityId, attributes }: StateRecord): Metadata {
  const { unit_of_measurement: unit, device_class: deviceClass, state_class: stateClass } = attributes;
  const own = typeof unit === 'string' ? unit : null;
  const hasSum = increasing.has(String(stateClass));
  return {
    id: entityId,
    unit: own,
    unitClass: unitClassOf(own, deviceClass),
    name: null,
    source: 'recorder',
    hasMean: !hasSum,
    hasSum,
  };
}

/** As it is told on the wire. */
export function metadataWire({ id, unit, unitClass, name, source, hasMean, hasSum }: Metadata): JsonObject {
  return {
    statistic_id: id,
    display_unit_of_measurement: unit,
    has_mean: hasMean,
    mean_type: hasMean ? 1 : 0,
    has_sum: hasSum,
    name,
    source,
    statistics_unit_of_measurement: unit,
    unit_class: unitClass,
  };
}
