import { type EarthPosition, midnightBeside, nearestNoon, solarPosition } from '../kernel/solar-position.ts';

/** Where a home is, and how high above the sea. */
export interface SunPlace extends EarthPosition {
  readonly elevationM: number;
}

/** The sun's hours, by name. */
export type SunEvent =
  | 'sunrise'
  | 'sunset'
  | 'noon'
  | 'midnight'
  | 'dawn'
  | 'dusk'
  | 'nautical-dawn'
  | 'nautical-dusk'
  | 'astronomical-dawn'
  | 'astronomical-dusk';

/** A height at which the sun stands twice a day. */
export interface SunElevation {
  /** Degrees above the horizon, of the middle of the disc and without the air's refraction; negative below it. */
  readonly elevation: number;
  /** Whether it is meant on the way up, before noon, or down. */
  readonly going: 'up' | 'down';
}

/** A direction in which the sun stands, whether it is up or not. */
export interface SunAzimuth {
  /** Degrees from north, clockwise: 90 is east, 180 south. */
  readonly azimuth: number;
}

/** A moment of the sun's day. */
export type SunMoment = SunEvent | SunElevation | SunAzimuth;

/** What the sun does on a day on which it never is where it was to be. */
export type SunAbsence = 'stays-above' | 'stays-below' | 'never-there';

export type SunAnswer = { readonly kind: 'at'; readonly epochMs: number } | { readonly kind: SunAbsence };

/**
 * Half the disc, and what the air lifts it by at the horizon: sunrise and sunset are when its upper edge is seen there
 * (the convention of all almanacs).
 */
const HORIZON = -50 / 60;
const EARTH_RADIUS_M = 6_356_900;
const RADIANS = Math.PI / 180;
/** Steps in which the sun's direction is looked at. */
const AZIMUTH_STEP_MS = 240_000;

const CROSSINGS: Readonly<Record<Exclude<SunEvent, 'noon' | 'midnight'>, readonly [SunElevation['going'], number]>> = {
  sunrise: ['up', HORIZON],
  sunset: ['down', HORIZON],
  dawn: ['up', -6],
  dusk: ['down', -6],
  'nautical-dawn': ['up', -12],
  'nautical-dusk': ['down', -12],
  'astronomical-dawn': ['up', -18],
  'astronomical-dusk': ['down', -18],
};

export const SUN_EVENTS: readonly SunEvent[] = [
  'sunrise',
  'sunset',
  'noon',
  'midnight',
  'dawn',
  'dusk',
  'nautical-dawn',
  'nautical-dusk',
  'astronomical-dawn',
  'astronomical-dusk',
];

/**
 * A moment of the sun's day around a noon: what goes up is looked for in the half day before it, what goes down, and
 * midnight, in the one after.
 */
export function sunTime(moment: SunMoment, noonMs: number, place: SunPlace): SunAnswer {
  if (moment === 'noon') return { kind: 'at', epochMs: noonMs };
  if (moment === 'midnight') return { kind: 'at', epochMs: midnightBeside(noonMs, 'after', place.longitude) };
  if (typeof moment === 'object' && 'azimuth' in moment) return azimuthTime(moment.azimuth, noonMs, place);
  const [going, elevation] = typeof moment === 'object' ? [moment.going, moment.elevation] : CROSSINGS[moment];
  const isAtHorizon = moment === 'sunrise' || moment === 'sunset';
  return crossingTime(going, isAtHorizon ? elevation - dipOf(place.elevationM) : elevation, noonMs, place);
}

/** Whether the sun is up: its upper edge is seen above the horizon. */
export function isSunUp(epochMs: number, place: SunPlace): boolean {
  return solarPosition(epochMs, place).elevation > HORIZON - dipOf(place.elevationM);
}

/**
 * The first of the sun's noons at or after an instant.
 */
export function noonFrom(epochMs: number, place: EarthPosition): number {
  const noonMs = nearestNoon(epochMs, place.longitude);
  return noonMs >= epochMs ? noonMs : nextNoon(noonMs, place);
}

/** The noon after a noon. */
export function nextNoon(noonMs: number, place: EarthPosition): number {
  return nearestNoon(noonMs + 86_400_000, place.longitude);
}

/**
 * By how much the horizon lies lower for who stands higher, in degrees. Home Assistant's `sun.sun` has the same (astral's
 * `adjust_to_horizon`), but then less refraction the lower it is, which no almanac has: a minute and a half at 500 m.
 */
function dipOf(elevationM: number): number {
  if (elevationM <= 0) return 0;
  return Math.acos(EARTH_RADIUS_M / (EARTH_RADIUS_M + elevationM)) / RADIANS;
}

/** Between midnight and noon the sun goes one way, so that an end on either side means one crossing. */
function crossingTime(going: SunElevation['going'], elevation: number, noonMs: number, place: SunPlace): SunAnswer {
  const isUp = going === 'up';
  const midnightMs = midnightBeside(noonMs, isUp ? 'before' : 'after', place.longitude);
  const height = (epochMs: number): number => solarPosition(epochMs, place).elevation - elevation;
  const atNoon = height(noonMs);
  if (atNoon <= 0) return { kind: 'stays-below' };
  const atMidnight = height(midnightMs);
  if (atMidnight > 0) return { kind: 'stays-above' };
  return {
    kind: 'at',
    epochMs: crossing({ ms: midnightMs, height: atMidnight }, { ms: noonMs, height: atNoon }, height),
  };
}

interface Height {
  readonly ms: number;
  readonly height: number;
}

/** Where a height goes through nought between two moments, to the millisecond (regula falsi, the Illinois way). */
function crossing(below: Height, above: Height, height: (epochMs: number) => number): number {
  let [low, high] = [below, above];
  let kept: 'low' | 'high' | undefined;
  for (let step = 0; step < 60 && Math.abs(high.ms - low.ms) > 1; step += 1) {
    const ms = (low.ms * high.height - high.ms * low.height) / (high.height - low.height);
    const found = { ms, height: height(ms) };
    if (Math.abs(found.height) < 1e-9) return Math.round(ms);
    // The end that stays for a second time counts for half, or it would stay for ever.
    if (found.height > 0) {
      if (kept === 'low') low = { ...low, height: low.height / 2 };
      [high, kept] = [found, 'low'];
    } else {
      if (kept === 'high') high = { ...high, height: high.height / 2 };
      [low, kept] = [found, 'high'];
    }
  }
  return Math.round(high.ms);
}

function azimuthTime(azimuth: number, noonMs: number, place: SunPlace): SunAnswer {
  const { longitude } = place;
  const endMs = midnightBeside(noonMs, 'after', longitude);
  let fromMs = midnightBeside(noonMs, 'before', longitude);
  let before = turnFrom(azimuth, fromMs, place);
  while (fromMs < endMs) {
    const toMs = Math.min(endMs, fromMs + AZIMUTH_STEP_MS);
    const after = turnFrom(azimuth, toMs, place);
    // From one side of it to the other, by the shorter way: through it, and not through what lies opposite.
    if (before <= 0 !== after <= 0 && Math.abs(before - after) < 180) {
      const isPast = after > 0;
      return {
        kind: 'at',
        epochMs: bisect(fromMs, toMs, (ms) => turnFrom(azimuth, ms, place) > 0 === isPast),
      };
    }
    fromMs = toMs;
    before = after;
  }
  return { kind: 'never-there' };
}

/** How far the sun has turned past a direction, from -180 up to 180 degrees. */
function turnFrom(azimuth: number, epochMs: number, place: SunPlace): number {
  return ((solarPosition(epochMs, place).azimuth - azimuth + 540) % 360) - 180;
}

/** Where something becomes true between two moments, to the millisecond; the second may be the earlier one. */
function bisect(falseMs: number, trueMs: number, holds: (epochMs: number) => boolean): number {
  let [no, yes] = [falseMs, trueMs];
  while (Math.abs(yes - no) > 1) {
    const middle = (no + yes) / 2;
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return Math.round(yes);
}
