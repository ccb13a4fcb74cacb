import { z } from 'zod';
import type { HomeName } from '../home-assistant/subscriptions/state-types.ts';
import { durationMs } from '../kernel/duration.ts';
import { HassetteError, InvalidArgument } from '../kernel/errors.ts';
import { parseTimeOfDay } from '../kernel/time-of-day.ts';

/** What a field of an app's configuration stands for. `hassette check --home` and forms read it. */
export type FieldMeaning =
  | ({ readonly kind: 'entity'; readonly domains: readonly string[] } & OfHome)
  | ({ readonly kind: 'service'; readonly domains: readonly string[] } & OfHome)
  | ({ readonly kind: 'area' } & OfHome)
  | { readonly kind: 'duration' }
  | { readonly kind: 'time-of-day' };

/** Which home something is of. */
interface OfHome {
  /** Another than the app's own. */
  readonly home?: string | undefined;
}

declare const unit: unique symbol;

/** A text that is known to be a length of time, such as `'5m'`. Any text can be given for it. */
export type DurationText = string & { readonly [unit]?: 'duration' };

/** A text that is known to be a time of day, such as `'07:30'`. Any text can be given for it. */
export type TimeOfDayText = string & { readonly [unit]?: 'time-of-day' };

/** The key of a schema's metadata under which its meaning stands; it is a part of the JSON schema made from it, too. */
const MEANING = 'hassette';

/** A word of letters, digits and underscores that neither begins nor ends with one: half of an id. */
const SLUG = /(?!_)[\da-z_]+(?<!_)/;

/**
 * The id of an entity, of one of the domains if any are named.
 *
 * @example
 * ```ts
 * const Config = z.object({ lamp: entityId('light', 'switch'), sensors: z.array(entityId('sensor')).min(1) });
 * ```
 */
export function entityId<const Domain extends string = string>(
  ...domains: readonly Domain[]
): z.ZodTemplateLiteral<`${Domain}.${string}`> {
  const expected = `an entity id${ofDomains(domains)}, such as "${domains[0] ?? 'light'}.kitchen"`;
  return dottedId<Domain>(domains, expected, { kind: 'entity', domains });
}

/**
 * The name of a service (an action), of one of the domains if any are named.
 *
 * @example
 * ```ts
 * const Config = z.object({ notify: serviceId('notify') });   // notify.mobile_app_anna
 * ```
 */
export function serviceId<const Domain extends string = string>(
  ...domains: readonly Domain[]
): z.ZodTemplateLiteral<`${Domain}.${string}`> {
  const example = domains[0] === undefined ? 'light.turn_on' : `${domains[0]}.some_service`;
  return dottedId<Domain>(domains, `the name of a service${ofDomains(domains)}, such as "${example}"`, {
    kind: 'service',
    domains,
  });
}

/**
 * The id of an area, as Home Assistant shows it in the area's address.
 *
 * @example
 * ```ts
 * const Config = z.object({ room: areaId() });   // living_room
 * ```
 */
export function areaId(): z.ZodString {
  return z
    .string({ error: 'the id of an area, such as "living_room"' })
    .min(1)
    .meta({ [MEANING]: { kind: 'area' } satisfies FieldMeaning });
}

/**
 * A field that names something of another home than the app's own: an entity, a service or an area. It takes what it
 * took; `hassette check --home` looks for it there.
 *
 * @example
 * ```ts
 * const Config = z.object({ light: entityId('light'), cabinDoor: inHome('cabin', entityId('binary_sensor')) });
 * ```
 * @throws InvalidArgument where the schema is none of `entityId`, `serviceId` and `areaId`.
 */
export function inHome<const Schema extends z.ZodType>(home: HomeName, schema: Schema): Schema {
  const meaning = meaningOf(schema);
  if (meaning === undefined || meaning.kind === 'duration' || meaning.kind === 'time-of-day') {
    throw new InvalidArgument(`inHome("${home}", …) was given a schema that names nothing of a home`, {
      hint: "Give it entityId(…), serviceId(…) or areaId() itself: z.array(inHome('cabin', entityId('sensor'))).",
    });
  }
  return schema.meta({ [MEANING]: { ...meaning, home } satisfies FieldMeaning });
}

/**
 * A length of time: `'500ms'`, `'5s'`, `'3m'`, `'1h30m'`, `'2d'`, or ISO 8601 (`'PT5M'`). What comes out is the text
 * that went in; whatever takes a duration takes it.
 *
 * @example
 * ```ts
 * const Config = z.object({ offAfter: duration().default('5m') });
 * ```
 */
export function duration(): z.ZodType<DurationText, DurationText> {
  const expected = 'a duration, such as "30s", "5m" or "1h30m"';
  return z
    .string({ error: expected })
    .refine((text) => isAccepted(() => durationMs(text)), { error: expected, params: { expected } })
    .meta({ [MEANING]: { kind: 'duration' } satisfies FieldMeaning });
}

/**
 * A time of day in 24 hours, in the home's time zone: `'07:30'` or `'07:30:15'`. What comes out is the text that went
 * in; whatever takes a time of day takes it.
 *
 * @example
 * ```ts
 * const Config = z.object({ at: timeOfDay().default('23:30') });
 * ```
 */
export function timeOfDay(): z.ZodType<TimeOfDayText, TimeOfDayText> {
  const expected = 'a time of day, such as "07:30" or "22:05:30"';
  return z
    .string({ error: expected })
    .refine((text) => isAccepted(() => parseTimeOfDay(text)), { error: expected, params: { expected } })
    .meta({ [MEANING]: { kind: 'time-of-day' } satisfies FieldMeaning });
}

/** What a schema stands for, if it was made by one of the functions above. Wrappers (optional, default) have none. */
export function meaningOf(schema: z.core.$ZodType): FieldMeaning | undefined {
  const meaning = z.globalRegistry.get(schema)?.[MEANING];
  return isMeaning(meaning) ? meaning : undefined;
}

function dottedId<Domain extends string>(
  domains: readonly Domain[],
  expected: string,
  meaning: FieldMeaning,
): z.ZodTemplateLiteral<`${Domain}.${string}`> {
  // Without domains `Domain` is `string`, which the compiler cannot know here.
  const domain = (domains.length === 0 ? z.string().regex(SLUG) : z.literal(domains)) as z.ZodLiteral<Domain>;
  const template = z.templateLiteral([domain, '.', z.string().regex(SLUG)], { error: () => expected });
  return template.meta({ [MEANING]: meaning });
}

function isMeaning(value: unknown): value is FieldMeaning {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function isAccepted(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    // What is wrong is told by the schema's own words, which name the field; anything else is a fault of ours.
    if (error instanceof HassetteError) return false;
    throw error;
  }
}

function ofDomains(domains: readonly string[]): string {
  return domains.length === 0 ? '' : ` of the domain ${domains.join(' or ')}`;
}
