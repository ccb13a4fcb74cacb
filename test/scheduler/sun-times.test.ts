import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { midnightBeside, nearestNoon, solarPosition } from '../../src/kernel/solar-position.ts';
import { isSunUp, SUN_EVENTS, type SunEvent, type SunMoment, sunTime } from '../../src/scheduler/sun-times.ts';
import { DAY, HOUR, MINUTE } from './scheduler-fixture.ts';

const PLACES = {
  Oslo: [59.9139, 10.7522],
  Quito: [-0.1807, -78.4678],
  Sydney: [-33.8688, 151.2093],
  Reykjavik: [64.1466, -21.9426],
  Ushuaia: [-54.8019, -68.303],
  London: [51.5074, -0.1278],
  '70° north': [70, 0],
  'Washington, D.C.': [38.889_444, -77.035_278],
  'Birmingham, Alabama': [33.53, -86.81],
} as const;

type PlaceName = keyof typeof PLACES;

function placeOf(name: PlaceName, elevationM = 0) {
  const [latitude, longitude] = PLACES[name];
  return { latitude, longitude, elevationM };
}

function epochMs(text: string): number {
  return Temporal.Instant.from(text).epochMilliseconds;
}

/** What the sun does around the noon of a date at a place: its hour there, as UTC, or why there is none. */
function told(name: PlaceName, date: string, moment: SunMoment): number | string {
  const place = placeOf(name);
  const noonMs = nearestNoon(epochMs(`${date}T12:00Z`) - (place.longitude / 360) * DAY, place.longitude);
  const answer = sunTime(moment, noonMs, place);
  return answer.kind === 'at' ? answer.epochMs : answer.kind;
}

/**
 * Published by the U.S. Naval Observatory in whole minutes of UTC: its service `rstt/oneday` (aa.usno.navy.mil/api) for
 * 2024 to 2026, its printed rise, set and transit table for Birmingham in 2013 (six hours west of Greenwich). `up` and
 * `down` stand for its "object continuously above" and "below the horizon" or twilight limit.
 */
const ALMANAC: readonly (readonly [PlaceName, string, Partial<Record<SunEvent, string>>])[] = [
  ['Oslo', '2025-06-21', { dawn: '00:10', sunrise: '01:54', noon: '11:19', sunset: '20:44', dusk: '22:28' }],
  ['Oslo', '2025-06-21', { 'nautical-dawn': 'up', 'astronomical-dusk': 'up' }],
  ['Oslo', '2025-12-21', { dawn: '07:21', sunrise: '08:18', noon: '11:15', sunset: '14:12', dusk: '15:10' }],
  ['Quito', '2025-03-20', { dawn: '10:57', sunrise: '11:18', noon: '17:21', sunset: '23:24', dusk: '23:45' }],
  ['Sydney', '2025-09-22', { sunset: '07:51' }],
  ['Sydney', '2025-09-23', { sunrise: '-1 19:44' }],
  ['Reykjavik', '2025-12-21', { dawn: '10:03', sunrise: '11:22', noon: '13:26', sunset: '15:30', dusk: '16:49' }],
  ['Ushuaia', '2025-12-21', { sunrise: '07:52', noon: '16:31', sunset: '+1 01:11' }],
  ['London', '2025-06-21', { dawn: '02:55', sunrise: '03:43', sunset: '20:22', dusk: '21:09' }],
  ['70° north', '2025-06-21', { sunrise: 'up', noon: '12:02', sunset: 'up', dawn: 'up', dusk: 'up' }],
  ['70° north', '2025-12-21', { dawn: '09:55', sunrise: 'down', sunset: 'down', dusk: '14:02' }],
  ['70° north', '2025-05-15', { sunrise: '00:37', sunset: '23:37' }],
  ['70° north', '2025-05-16', { sunrise: '00:15', sunset: 'up' }],
  ['70° north', '2025-07-29', { sunrise: '00:57', sunset: '23:05' }],
  ['70° north', '2025-11-24', { sunrise: '11:14', sunset: '12:19' }],
  ['70° north', '2025-11-25', { sunrise: 'down', sunset: 'down' }],
  ['70° north', '2026-01-16', { sunrise: 'down', sunset: 'down' }],
  ['70° north', '2026-01-17', { sunrise: '11:41', sunset: '12:40' }],
  [
    'Washington, D.C.',
    '2024-03-05',
    { dawn: '11:07', sunrise: '11:34', noon: '17:19', sunset: '23:06', dusk: '23:32' },
  ],
  [
    'Birmingham, Alabama',
    '2013-11-17',
    { dawn: '11:54', sunrise: '12:21', noon: '17:32', sunset: '22:43', dusk: '23:10' },
  ],
  [
    'Birmingham, Alabama',
    '2013-11-21',
    { dawn: '11:58', sunrise: '12:25', noon: '17:33', sunset: '22:42', dusk: '23:08' },
  ],
];

const PUBLISHED = ALMANAC.flatMap(([place, date, events]) =>
  SUN_EVENTS.flatMap((event) => (events[event] === undefined ? [] : [[place, date, event, events[event]] as const])),
);

describe('sunTime', () => {
  it.each(PUBLISHED)('is within a minute of the almanac: %s, %s, %s at %s', (place, date, event, published) => {
    const found = told(place, date, event);
    if (published === 'up' || published === 'down') {
      expect(found).toBe(published === 'up' ? 'stays-above' : 'stays-below');
      return;
    }
    const [, days = '0', time = ''] = /^(?:([+-]\d) )?(.*)$/.exec(published) ?? [];
    const publishedMs = epochMs(`${date}T${time}Z`) + Number(days) * DAY;
    expect(Math.abs(Number(found) - publishedMs)).toBeLessThanOrEqual(MINUTE);
  });

  // As Home Assistant reckons it: the horizon of 2850 m lies 1.7° lower.
  it('is earlier in the morning and later in the evening for who lives high up', () => {
    const low = placeOf('Quito');
    const high = placeOf('Quito', 2850);
    const noonMs = nearestNoon(epochMs('2025-03-20T17:00Z'), low.longitude);
    const minutes = (event: SunEvent): number => {
      const [a, b] = [sunTime(event, noonMs, low), sunTime(event, noonMs, high)];
      return a.kind === 'at' && b.kind === 'at' ? (b.epochMs - a.epochMs) / MINUTE : NaN;
    };
    expect(minutes('sunrise')).toBeCloseTo(-6.9, 0);
    expect(minutes('sunset')).toBeCloseTo(6.9, 0);
    expect(minutes('dawn')).toBe(0);
    expect(minutes('noon')).toBe(0);
  });

  const places = fc.record({
    latitude: fc.double({ min: -89, max: 89, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    elevationM: fc.constantFrom(0, 50, 1600),
  });
  const moments = fc.integer({ min: epochMs('2020-01-01T00:00Z'), max: epochMs('2036-01-01T00:00Z') });

  it('gives the sun where it was asked for, at any place and time', () => {
    const elevations = fc.double({ min: -30, max: 60, noNaN: true });
    fc.assert(
      fc.property(places, moments, elevations, fc.constantFrom('up', 'down'), (place, ms, elevation, going) => {
        const noonMs = nearestNoon(ms, place.longitude);
        const answer = sunTime({ elevation, going }, noonMs, place);
        const highest = solarPosition(noonMs, place).elevation;
        if (answer.kind === 'stays-below') expect(highest).toBeLessThanOrEqual(elevation);
        if (answer.kind !== 'at') return;
        expect(solarPosition(answer.epochMs, place).elevation).toBeCloseTo(elevation, 3);
        expect(going === 'up' ? answer.epochMs <= noonMs : answer.epochMs >= noonMs).toBe(true);
      }),
    );
  });

  it('gives the sun in the direction that was asked for', () => {
    const azimuths = fc.double({ min: 0, max: 359.9, noNaN: true });
    fc.assert(
      fc.property(places, moments, azimuths, (place, ms, azimuth) => {
        const noonMs = nearestNoon(ms, place.longitude);
        const answer = sunTime({ azimuth }, noonMs, place);
        if (answer.kind !== 'at') return;
        const off = ((solarPosition(answer.epochMs, place).azimuth - azimuth + 540) % 360) - 180;
        // Where it passes overhead it turns around in a moment.
        if (solarPosition(answer.epochMs, place).elevation < 85) expect(Math.abs(off)).toBeLessThan(0.01);
      }),
    );
  });

  it('has its hours in their order', () => {
    const ordered: readonly SunEvent[] = [
      'astronomical-dawn',
      'nautical-dawn',
      'dawn',
      'sunrise',
      'noon',
      'sunset',
      'dusk',
      'nautical-dusk',
      'astronomical-dusk',
    ];
    fc.assert(
      fc.property(places, moments, (place, ms) => {
        const noonMs = nearestNoon(ms, place.longitude);
        const times = ordered.flatMap((event) => {
          const answer = sunTime(event, noonMs, place);
          return answer.kind === 'at' ? [answer.epochMs] : [];
        });
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });

  it('has noons and midnights a day apart, give or take half a minute', () => {
    fc.assert(
      fc.property(places, moments, ({ longitude }, ms) => {
        const noonMs = nearestNoon(ms, longitude);
        expect(Math.abs(nearestNoon(noonMs + DAY, longitude) - noonMs - DAY)).toBeLessThan(MINUTE / 2);
        expect(Math.abs(midnightBeside(noonMs, 'after', longitude) - noonMs - 12 * HOUR)).toBeLessThan(MINUTE / 2);
      }),
    );
  });

  it('says that the sun is up between sunrise and sunset', () => {
    const place = placeOf('London', 30);
    const noonMs = nearestNoon(epochMs('2026-04-10T12:00Z'), place.longitude);
    const [rise, set] = [sunTime('sunrise', noonMs, place), sunTime('sunset', noonMs, place)];
    if (rise.kind !== 'at' || set.kind !== 'at') throw new Error('London has a night in April');
    expect([rise.epochMs - 1000, rise.epochMs + 1000].map((ms) => isSunUp(ms, place))).toEqual([false, true]);
    expect([set.epochMs - 1000, set.epochMs + 1000].map((ms) => isSunUp(ms, place))).toEqual([true, false]);
  });
});

describe('solarPosition', () => {
  // Altitude without refraction and azimuth, by the U.S. Naval Observatory (celnav, aa.usno.navy.mil/api).
  it.each([
    ['Oslo', '2025-06-21T10:00Z', 51.001_85, 150.550_33],
    ['Oslo', '2025-12-21T11:00Z', 6.589_99, 176.501_13],
    ['Quito', '2025-03-20T17:00Z', 84.698_36, 86.631_27],
    ['Quito', '2025-06-21T17:00Z', 66.073_38, 8.951_04],
    ['Sydney', '2025-12-21T02:00Z', 79.460_84, 351.365_53],
    ['Sydney', '2025-06-21T01:00Z', 31.115_22, 15.273_95],
    ['Reykjavik', '2025-09-22T13:00Z', 25.829_78, 174.334_04],
    ['Reykjavik', '2025-06-21T13:00Z', 48.9985, 169.610_35],
  ] as const)('is within a thousandth of a degree of the almanac: %s, %s', (name, time, elevation, azimuth) => {
    const position = solarPosition(epochMs(time), placeOf(name));
    expect(Math.abs(position.elevation - elevation)).toBeLessThan(0.001);
    expect(Math.abs(position.azimuth - azimuth)).toBeLessThan(0.005);
  });
});
