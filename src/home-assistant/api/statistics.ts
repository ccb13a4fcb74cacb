import type { HomeRequests } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import { type JsonRecord, optionalNumber, optionalText, recordIn, recordsIn, textIn } from './answer.ts';
import { pastSpan, type Span, wireMoment } from './moment.ts';

export type StatisticsPeriod = '5minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
export type StatisticsValue = 'change' | 'last_reset' | 'max' | 'mean' | 'min' | 'state' | 'sum';

export interface StatisticsOptions extends Span, AskOptions {
  /** How long each row is. Of `5minute` Home Assistant keeps ten days. */
  readonly period: StatisticsPeriod;
  /** Only these values. @defaultValue all that there are */
  readonly types?: readonly StatisticsValue[] | undefined;
  /** Converts by class of unit: `{ energy: 'kWh' }`. @defaultValue the unit that the home shows */
  readonly units?: Readonly<Record<string, string>> | undefined;
}

/** Something that Home Assistant keeps long-term statistics of. */
export interface Statistic {
  /** An entity id, or `source:name` where they were imported. */
  readonly id: string;
  readonly name: string | undefined;
  readonly source: string;
  readonly unit: string | undefined;
  readonly unitClass: string | undefined;
  readonly hasMean: boolean;
  readonly hasSum: boolean;
}

/** What was so in one period. */
export interface StatisticsRow {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  readonly mean: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** The last state, of something that is metered. */
  readonly state: number | undefined;
  readonly sum: number | undefined;
  /** By how much the sum grew. */
  readonly change: number | undefined;
}

/** Rows by what they are of. */
export type StatisticsById<Ids extends string | readonly string[]> = {
  readonly [Id in Ids extends readonly string[] ? Ids[number] : Ids]: readonly StatisticsRow[];
};

/** What Home Assistant keeps for ever: means, extremes and sums by the hour. */
export class ApiStatistics {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  /**
   * All that statistics are kept of.
   *
   * @example
   * ```ts
   * const metered = (await this.api.statistics.list()).filter(({ hasSum }) => hasSum);
   * ```
   */
  async list(options?: AskOptions): Promise<readonly Statistic[]> {
    const what = 'api.statistics.list()';
    const answer = await this.#requests.command(what, { type: 'recorder/list_statistic_ids' }, options);
    return recordsIn(answer, what).map((each) =>
      Object.freeze({
        id: textIn(each, 'statistic_id', what),
        name: optionalText(each['name']),
        source: textIn(each, 'source', what),
        unit: optionalText(each['display_unit_of_measurement'] ?? each['statistics_unit_of_measurement']),
        unitClass: optionalText(each['unit_class']),
        hasMean: each['has_mean'] === true,
        hasSum: each['has_sum'] === true,
      }),
    );
  }

  /**
   * The rows of each statistic, the oldest first. One that there is nothing of has an empty list.
   *
   * @throws CommandRefused where Home Assistant does not know the period or a unit; InvalidArgument where the span ends
   * before it begins.
   *
   * @example
   * ```ts
   * const { 'sensor.energy': days } = await this.api.statistics.during('sensor.energy', { since: '7d', period: 'day' });
   * for (const { start, change } of days) this.logger.info(`${start.toLocaleString()}: ${change} kWh`);
   * ```
   */
  async during<const Ids extends string | readonly string[]>(
    ids: Ids,
    options: StatisticsOptions,
  ): Promise<StatisticsById<Ids>> {
    const what = 'api.statistics.during()';
    const { period, types, units, timeout } = options;
    const { since, until } = pastSpan(options, this.#requests.homeNow());
    const list: readonly string[] = typeof ids === 'string' ? [ids] : ids;
    const command = {
      type: 'recorder/statistics_during_period',
      start_time: wireMoment(since),
      ...(until === undefined ? {} : { end_time: wireMoment(until) }),
      statistic_ids: list,
      period,
      ...(types === undefined ? {} : { types }),
      ...(units === undefined ? {} : { units }),
    };
    const answer = recordIn(await this.#requests.command(what, command, { timeout }), what);
    const rows = list.map((id): [string, readonly StatisticsRow[]] => [
      id,
      recordsIn(answer[id] ?? [], what).map(rowOf),
    ]);
    const byId: unknown = Object.fromEntries(rows);
    // The keys are those that were asked for.
    return byId as StatisticsById<Ids>;
  }
}

function rowOf(row: JsonRecord): StatisticsRow {
  const moment = (key: string): Temporal.Instant =>
    Temporal.Instant.fromEpochMilliseconds(Math.round(optionalNumber(row[key]) ?? 0));
  const value = (key: string): number | undefined => optionalNumber(row[key]);
  return Object.freeze({
    start: moment('start'),
    end: moment('end'),
    mean: value('mean'),
    min: value('min'),
    max: value('max'),
    state: value('state'),
    sum: value('sum'),
    change: value('change'),
  });
}
