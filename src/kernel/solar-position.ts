/** Where something is on the earth, in degrees: north and east are positive. */
export interface EarthPosition {
  readonly latitude: number;
  readonly longitude: number;
}

/** Where the sun stands in the sky, in degrees; azimuth from north, clockwise. */
export interface SolarPosition {
  /** Of the middle of the disc above the horizon, as if there were no air. */
  readonly elevation: number;
  readonly azimuth: number;
}

const RADIANS = Math.PI / 180;
const DAY_MS = 86_400_000;
/** 2000-01-01T12:00Z */
const J2000_MS = 946_728_000_000;
/** How far the uniform time of the planets is ahead of UTC. It has grown by a second in the last twenty years. */
const DELTA_T_MS = 69_200;
/** How fast the sky turns, in degrees a day. */
const TURN = 360.985_647_366_29;

/**
 * The longitude of the earth, as amplitude (in 10⁻⁸ radians), phase and speed (in radians, and radians a millennium):
 * the terms of VSOP87 that Meeus gives in Astronomical Algorithms, appendix III, down to a fifth of a second of arc.
 */
type Term = readonly [amplitude: number, phase: number, speed: number];

const LONGITUDE: readonly Term[] = [
  [175_347_046, 0, 0],
  [3_341_656, 4.669_256_8, 6283.075_85],
  [34_894, 4.6261, 12_566.1517],
  [3497, 2.7441, 5753.3849],
  [3418, 2.8289, 3.5231],
  [3136, 3.6277, 77_713.7715],
  [2676, 4.4181, 7860.4194],
  [2343, 6.1352, 3930.2097],
  [1324, 0.7425, 11_506.7698],
  [1273, 2.0371, 529.691],
  [1199, 1.1096, 1577.3435],
  [990, 5.233, 5884.927],
  [902, 2.045, 26.298],
  [857, 3.508, 398.149],
  [780, 1.179, 5223.694],
  [753, 2.533, 5507.553],
  [505, 4.583, 18_849.228],
  [492, 4.205, 775.523],
  [357, 2.92, 0.067],
  [317, 5.849, 11_790.629],
  [284, 1.899, 796.298],
  [271, 0.315, 10_977.079],
  [243, 0.345, 5486.778],
  [206, 4.806, 2544.314],
  [205, 1.869, 5573.143],
  [202, 2.458, 6069.777],
  [156, 0.833, 213.299],
  [132, 3.411, 2942.463],
  [126, 1.083, 20.775],
  [115, 0.645, 0.98],
  [103, 0.636, 4694.003],
];
const LONGITUDE_GROWING: readonly Term[] = [
  [628_331_966_747, 0, 0],
  [206_059, 2.678_235, 6283.075_85],
  [4303, 2.6351, 12_566.1517],
  [425, 1.59, 3.523],
  [119, 5.796, 26.298],
  [109, 2.966, 1577.344],
];
const LONGITUDE_SQUARED: readonly Term[] = [
  [52_919, 0, 0],
  [8720, 1.0721, 6283.0758],
];
const ARC_SECONDS = RADIANS / 3600;

function sum(terms: readonly Term[], millennia: number): number {
  let total = 0;
  // Not taken apart by a pattern: that asks each term for an iterator, and this is where all the time goes.
  for (const term of terms) total += term[0] * Math.cos(term[1] + term[2] * millennia);
  return total / 1e8;
}

/** The sun's place among the stars, seen from the middle of the earth. */
interface Place {
  readonly declination: number;
  /** Of the meridian of Greenwich, west of it, in degrees. */
  readonly greenwichHourAngle: number;
}

/** By Meeus, Astronomical Algorithms, chapters 12, 22 and 25, with nutation and aberration. */
function placeOf(epochMs: number): Place {
  const days = (epochMs - J2000_MS) / DAY_MS;
  const t = (epochMs + DELTA_T_MS - J2000_MS) / DAY_MS / 36_525;
  const millennia = t / 10;
  const ofEarth =
    sum(LONGITUDE, millennia) +
    millennia * (sum(LONGITUDE_GROWING, millennia) + millennia * sum(LONGITUDE_SQUARED, millennia));
  const node = (125.044_52 - 1934.136_261 * t) * RADIANS;
  const twiceSun = 2 * (280.4665 + 36_000.7698 * t) * RADIANS;
  const twiceMoon = 2 * (218.3165 + 481_267.8813 * t) * RADIANS;
  const nutation =
    (-17.2 * Math.sin(node) - 1.32 * Math.sin(twiceSun) - 0.23 * Math.sin(twiceMoon) + 0.21 * Math.sin(2 * node)) *
    ARC_SECONDS;
  const wobble =
    (9.2 * Math.cos(node) + 0.57 * Math.cos(twiceSun) + 0.1 * Math.cos(twiceMoon) - 0.09 * Math.cos(2 * node)) *
    ARC_SECONDS;
  const aberration = (20.4898 / (1 - 0.016_708 * Math.cos((357.529 + 35_999.05 * t) * RADIANS))) * ARC_SECONDS;
  const longitude = ofEarth + Math.PI - 0.0903 * ARC_SECONDS - aberration + nutation;
  const obliquity = (23.439_291 - 0.013_004_2 * t) * RADIANS + wobble;
  const rightAscension = Math.atan2(Math.cos(obliquity) * Math.sin(longitude), Math.cos(longitude)) / RADIANS;
  const siderealTime = 280.460_618_37 + TURN * days + (nutation / RADIANS) * Math.cos(obliquity);
  return {
    declination: Math.asin(Math.sin(obliquity) * Math.sin(longitude)),
    greenwichHourAngle: siderealTime - rightAscension,
  };
}

/** Where the sun stands, good to a thousandth of a degree in this century. */
export function solarPosition(epochMs: number, { latitude, longitude }: EarthPosition): SolarPosition {
  const { declination, greenwichHourAngle } = placeOf(epochMs);
  const hourAngle = (greenwichHourAngle + longitude) * RADIANS;
  const phi = latitude * RADIANS;
  const sine = Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hourAngle);
  const azimuth = Math.atan2(
    -Math.sin(hourAngle) * Math.cos(declination),
    Math.sin(declination) * Math.cos(phi) - Math.cos(declination) * Math.sin(phi) * Math.cos(hourAngle),
  );
  return {
    elevation: Math.asin(Math.min(1, Math.max(-1, sine))) / RADIANS,
    azimuth: (azimuth / RADIANS + 360) % 360,
  };
}

/** How far west of the meridian the sun is, in degrees from -180 up to 180. */
function hourAngleOf(epochMs: number, longitude: number): number {
  const angle = (placeOf(epochMs).greenwichHourAngle + longitude) % 360;
  return angle > 180 ? angle - 360 : angle < -180 ? angle + 360 : angle;
}

/**
 * Noon as the sun has it, when it crosses the meridian: the one nearest to an instant, give or take the quarter of an
 * hour by which it is early or late. It is the same number whichever instant of its day it is asked from.
 */
export function nearestNoon(epochMs: number, longitude: number): number {
  const firstMs = J2000_MS - (longitude / 360) * DAY_MS;
  let noonMs = firstMs + Math.round((epochMs - firstMs) / DAY_MS) * DAY_MS;
  // The sun goes its way so evenly that the second step is off by less than a millisecond.
  for (let step = 0; step < 2; step += 1) noonMs -= (hourAngleOf(noonMs, longitude) / 360) * DAY_MS;
  return Math.round(noonMs);
}

/** The middle of the night before or after a noon, when the sun is lowest. */
export function midnightBeside(noonMs: number, side: 'before' | 'after', longitude: number): number {
  let midnightMs = noonMs + (side === 'after' ? DAY_MS / 2 : -DAY_MS / 2);
  for (let step = 0; step < 2; step += 1) {
    const angle = hourAngleOf(midnightMs, longitude);
    midnightMs -= ((angle > 0 ? angle - 180 : angle + 180) / 360) * DAY_MS;
  }
  return Math.round(midnightMs);
}
