import { InvalidArgument } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import { SUN_EVENTS, type SunMoment } from './sun-times.ts';

const HINT = `Give one of ${SUN_EVENTS.map((event) => `'${event}'`).join(', ')}, or { elevation: 5, going: 'up' }, or { azimuth: 180 }.`;

/** @throws InvalidArgument if it is no moment of the sun's day. */
export function readSunMoment(input: SunMoment, method: string): SunMoment {
  if (typeof input === 'string') {
    if (SUN_EVENTS.includes(input)) return input;
    const near = nearest(input, SUN_EVENTS);
    throw new InvalidArgument(`${method} was given "${input}", which is no hour of the sun`, {
      hint: near === undefined ? HINT : `Did you mean '${near}'?`,
    });
  }
  // Whoever writes JavaScript, or gives what a file says, may give anything.
  const given: Readonly<Record<string, unknown>> = typeof input === 'object' && input !== null ? { ...input } : {};
  const keys = Object.keys(given).toSorted().join();
  const { elevation, going, azimuth } = given;
  if (keys === 'elevation,going' && isWithin(elevation, -90, 90) && (going === 'up' || going === 'down'))
    return { elevation, going };
  if (keys === 'azimuth' && isWithin(azimuth, 0, 360)) return { azimuth: azimuth % 360 };
  throw new InvalidArgument(`${method} was given ${JSON.stringify(input)}, which is no moment of the sun's day`, {
    hint: HINT,
  });
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}
