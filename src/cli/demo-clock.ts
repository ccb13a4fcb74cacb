import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import { ScaledClock } from '../kernel/scaled-clock.ts';
import { parseTimeOfDay } from '../kernel/time-of-day.ts';
import { defaultConfig } from '../simulator/default-entities.ts';

/** The time of a simulated home, at the speed and from the moment that the configuration wants. */
export function demoClock(clock: Clock, { speed, start }: Configuration['simulate']): Clock {
  if (speed === 1 && start === undefined) return clock;
  const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(clock.nowMs())).toZonedDateTimeISO(
    defaultConfig.time_zone,
  );
  const from = start === undefined ? now : momentOf(start, now);
  return new ScaledClock(clock, { speed, startMs: from.epochMilliseconds });
}

function momentOf(start: string, now: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  if (!start.includes('T')) return now.withPlainTime(parseTimeOfDay(start));
  return Temporal.PlainDateTime.from(start).toZonedDateTime(now.timeZoneId);
}
