/** Where the sun stands in the sky, in degrees; azimuth from north, clockwise. */
export interface SolarPosition {
  readonly elevation: number;
  readonly azimuth: number;
}

const RADIANS = Math.PI / 180;
/** 2000-01-01T12:00Z */
const J2000_MS = 946_728_000_000;

/** The position of the sun, good to a tenth of a degree, which is all that a demo needs (low-precision formula of the Astronomical Almanac). */
export function solarPosition(epochMs: number, latitude: number, longitude: number): SolarPosition {
  const days = (epochMs - J2000_MS) / 86_400_000;
  const anomaly = (357.528 + 0.985_600_3 * days) * RADIANS;
  const eclipticLongitude =
    (280.46 + 0.985_647_4 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RADIANS;
  const obliquity = (23.439 - 0.000_000_4 * days) * RADIANS;
  const rightAscension = Math.atan2(Math.cos(obliquity) * Math.sin(eclipticLongitude), Math.cos(eclipticLongitude));
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(eclipticLongitude));
  const siderealDegrees = 280.460_618_37 + 360.985_647_366_29 * days + longitude;
  const hourAngle = siderealDegrees * RADIANS - rightAscension;
  const phi = latitude * RADIANS;
  const elevation = Math.asin(
    Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hourAngle),
  );
  const azimuth = Math.atan2(
    -Math.sin(hourAngle),
    Math.tan(declination) * Math.cos(phi) - Math.sin(phi) * Math.cos(hourAngle),
  );
  return { elevation: elevation / RADIANS, azimuth: (azimuth / RADIANS + 360) % 360 };
}
