import fc from 'fast-check';
import { ZoneTimeline } from '../../src/scheduler/zone-timeline.ts';
import { HOUR } from './scheduler-fixture.ts';

/** Zones with all that clocks have been made to do since 2020. */
export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Pacific/Chatham',
  // Their midnight is the hour that is skipped, or comes twice.
  'America/Havana',
  'America/Asuncion',
  'Africa/El_Aaiun',
  // They gave up changing their clocks, or changed what they stand for.
  'Asia/Tehran',
  'Asia/Amman',
  'America/Mexico_City',
  'America/Nuuk',
  'America/Whitehorse',
  'Africa/Juba',
  'Asia/Almaty',
  'Europe/Volgograd',
  'Pacific/Fiji',
] as const;

const timelines = new Map(ZONES.map((zone) => [zone, new ZoneTimeline(zone)]));

export function timeline(zone: (typeof ZONES)[number]): ZoneTimeline {
  return timelines.get(zone) ?? new ZoneTimeline(zone);
}

/** Any moment from 2020 to 2035, every other one within half a day of a change of the clocks. */
function moments(zone: (typeof ZONES)[number]): fc.Arbitrary<number> {
  const startMs = Temporal.Instant.from('2020-01-01T00:00Z').epochMilliseconds;
  const endMs = Temporal.Instant.from('2036-01-01T00:00Z').epochMilliseconds;
  const changes: number[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO(zone).getTimeZoneTransition('next');
  while (at !== null && at.epochMilliseconds < endMs) {
    changes.push(at.epochMilliseconds);
    at = at.getTimeZoneTransition('next');
  }
  const anywhere = fc.integer({ min: startMs, max: endMs });
  if (changes.length === 0) return anywhere;
  const near = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -12 * HOUR, max: 12 * HOUR }))
    .map(([change, offset]) => change + offset);
  return fc.oneof(anywhere, near);
}

export const inSomeZone = fc.constantFrom(...ZONES).chain((zone) => fc.tuple(fc.constant(zone), moments(zone)));
