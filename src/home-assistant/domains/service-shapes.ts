/**
 * A service of entities: it needs a target, and is a method of `this.entity(…)`.
 *
 * @typeParam Needs - The fields that it requires.
 * @typeParam May - The fields that it takes.
 * @typeParam Response - What it responds of one entity; `MayRespond<…>` where it does so on request.
 *
 * @example
 * ```ts
 * import type { EntityService } from 'hassette';
 *
 * declare module 'hassette' {
 *   interface Services {
 *     'vacuum.clean_segment': EntityService<{ segments: readonly number[] }, { repeat: number }>;
 *   }
 * }
 * ```
 */
export interface EntityService<Needs = NoFields, May = NoFields, Response = never> {
  readonly kind: 'entity';
  readonly needs: Needs;
  readonly may: May;
  readonly response: Response;
}

/**
 * A service that may be given a target: it acts on entities of any domain, or on those that it is given.
 *
 * @typeParam Needs - The fields that it requires.
 * @typeParam May - The fields that it takes.
 * @typeParam Response - What it responds; `MayRespond<…>` where it does so on request.
 *
 * @example
 * ```ts
 * import type { TargetedService } from 'hassette';
 *
 * declare module 'hassette' {
 *   interface Services {
 *     'adaptive_lighting.apply': TargetedService<{ lights: readonly string[] }, { transition: number }>;
 *   }
 * }
 * ```
 */
export interface TargetedService<Needs = NoFields, May = NoFields, Response = never> {
  readonly kind: 'targeted';
  readonly needs: Needs;
  readonly may: May;
  readonly response: Response;
}

/**
 * A service of the home as a whole: it has no target.
 *
 * @typeParam Needs - The fields that it requires.
 * @typeParam May - The fields that it takes.
 * @typeParam Response - What it responds; `MayRespond<…>` where it does so on request.
 *
 * @example
 * ```ts
 * import type { PlainService } from 'hassette';
 *
 * declare module 'hassette' {
 *   interface Services {
 *     'notify.mobile_app_anna': PlainService<{ message: string }, { title: string }>;
 *   }
 * }
 * ```
 */
export interface PlainService<Needs = NoFields, May = NoFields, Response = never> {
  readonly kind: 'plain';
  readonly needs: Needs;
  readonly may: May;
  readonly response: Response;
}

/**
 * The response of a service that does something as well, and responds only where it is asked to.
 *
 * @example
 * ```ts
 * import type { MayRespond, NoFields, PlainService } from 'hassette';
 *
 * declare module 'hassette' {
 *   interface Services {
 *     'script.count_guests': PlainService<NoFields, NoFields, MayRespond<{ readonly guests: number }>>;
 *   }
 * }
 * ```
 */
export interface MayRespond<Response> {
  readonly onRequest: Response;
}

/** A service needs, or may be given, nothing. */
export interface NoFields {}

/** One or a list of them. */
export type Several<T> = T | readonly T[];

export type Rgb = readonly [red: number, green: number, blue: number];
export type Rgbw = readonly [red: number, green: number, blue: number, white: number];
export type Rgbww = readonly [red: number, green: number, blue: number, coldWhite: number, warmWhite: number];

/** A length of time as Home Assistant takes it: seconds, `'HH:MM:SS'`, or by parts. */
export type DurationField =
  | number
  | string
  | { readonly days?: number; readonly hours?: number; readonly minutes?: number; readonly seconds?: number };

export interface MediaItem {
  readonly media_content_id: string;
  readonly media_content_type: string;
}

/** States by entity id, each a state or an object of it and attributes. */
export type SceneEntities = Readonly<Record<string, unknown>>;

export interface Forecast {
  readonly datetime: string;
  readonly condition?: string | null;
  readonly temperature?: number | null;
  readonly templow?: number | null;
  readonly precipitation?: number | null;
  readonly precipitation_probability?: number | null;
  readonly humidity?: number | null;
  readonly wind_speed?: number | null;
  readonly wind_bearing?: number | string | null;
  readonly is_daytime?: boolean;
  readonly [field: string]: unknown;
}

export interface Forecasts {
  readonly forecast: readonly Forecast[];
}

export interface CalendarEvents {
  readonly events: readonly {
    /** A date for an event that lasts whole days, else a date and time. */
    readonly start: string;
    readonly end: string;
    readonly summary: string;
    readonly description?: string;
    readonly location?: string;
  }[];
}

export interface TodoItems {
  readonly items: readonly {
    readonly uid: string;
    readonly summary: string;
    readonly status: 'needs_action' | 'completed';
    readonly due?: string;
    readonly description?: string;
  }[];
}

/** What Home Assistant calls an object, of which no more is known. */
export type AnyObject = Readonly<Record<string, unknown>>;

/** What an assistant made of an instruction. */
export interface GeneratedData {
  readonly conversation_id: string;
  /** A text, or an object as the structure that was asked for says. */
  readonly data: unknown;
}

export type ScheduleDay = readonly { readonly from: string; readonly to: string; readonly data?: unknown }[];

export type Schedule = Readonly<
  Record<'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday', ScheduleDay>
>;
