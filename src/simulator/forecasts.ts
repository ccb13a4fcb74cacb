import type { CommandDefinition } from './command-table.ts';
import { registerEntityServices } from './entity-service.ts';
import { notValid, Refusal } from './failures.ts';
import type { HomeCore } from './home-core.ts';
import type { JsonObject } from './json.ts';
import { oneOf, required, text } from './schema.ts';

export type ForecastKind = 'daily' | 'hourly' | 'twice_daily';

/** What weather is expected, by kind. A function is asked each time, since what is expected moves with the day. */
export type ForecastSetup = Readonly<
  Partial<Record<ForecastKind, (now: Temporal.ZonedDateTime) => readonly JsonObject[]>>
>;

const FEATURES: Readonly<Record<ForecastKind, number>> = { daily: 1, hourly: 2, twice_daily: 4 };

/** The forecasts of a simulated home. They are what they were set to: the weather itself is nobody's business here. */
export class Forecasts {
  readonly #home: HomeCore;
  readonly #kept = new Map<string, ForecastSetup>();

  constructor(home: HomeCore) {
    this.#home = home;
  }

  load(entityId: string, setup: ForecastSetup): void {
    this.#kept.set(entityId, setup);
  }

  /** Undefined where there is none of the kind. */
  of(entityId: string, kind: string): readonly JsonObject[] | undefined {
    const make = isKind(kind) ? this.#kept.get(entityId)?.[kind] : undefined;
    const now = Temporal.Instant.fromEpochNanoseconds(BigInt(this.#home.instants.next()) * 1000n);
    return make?.(now.toZonedDateTimeISO(this.#home.timeZone()));
  }

  /** The features of an entity that has such forecasts. */
  static featuresOf(setup: ForecastSetup): number {
    return Object.keys(setup).reduce((sum, kind) => sum + (isKind(kind) ? FEATURES[kind] : 0), 0);
  }
}

function isKind(kind: string): kind is ForecastKind {
  return kind in FEATURES;
}

/** The service by which forecasts are read. */
export function registerWeather(home: HomeCore, forecasts: Forecasts): void {
  registerEntityServices(home, 'weather', {
    get_forecasts: {
      shape: { type: required(oneOf('daily', 'hourly', 'twice_daily')) },
      fields: { type: { required: true, selector: { select: { options: ['daily', 'hourly', 'twice_daily'] } } } },
      features: [1, 2, 4],
      response: 'only',
      run: ({ entityId }, { data: { type } }) => {
        const forecast = forecasts.of(entityId, String(type));
        if (forecast !== undefined) return { forecast };
        throw notValid(`Weather entity ${entityId} does not support the ${String(type)} forecast type`, {
          domain: 'weather',
          key: 'unsupported_forecast_type',
          placeholders: { entity_id: entityId, forecast_type: type },
        });
      },
    },
  });
}

/** The command by which a forecast is followed. It is told once, for it never changes here. */
export function forecastCommands(forecasts: Forecasts): Record<string, CommandDefinition> {
  return {
    'weather/subscribe_forecast': {
      fields: { entity_id: required(text), forecast_type: required(oneOf('daily', 'hourly', 'twice_daily')) },
      run: ({ id, entity_id: entityId, forecast_type: type }, connection) => {
        const forecast = forecasts.of(String(entityId), String(type));
        if (forecast === undefined) throw new Refusal('forecast_not_supported', 'Forecast not supported');
        connection.subscribe(id, () => undefined);
        connection.result(id);
        connection.event(id, { type, forecast });
      },
    },
  };
}
