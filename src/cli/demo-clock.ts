import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import { ScaledClock } from '../kernel/scaled-clock.ts';
import { parseTimeOfDay } from '../kernel/time-of-day.ts';
import { defaultConfig } from '../simulator/default-entities.ts';

/** The time of a simulated home, at the speed and from the time of day that the configuration wants. */
export function demoClock(clock: Clock, { speed, start }: Configuration['simulate']): Clock {
  if (speed === 1 && start === undefined) return clock;
  const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(clock.nowMs())).toZonedDateTimeISO(
    defaultConfig.time_zone,
  );
  const from = start === undefined ? now : now.withPlainTime(parseTimeOfDay(start));
  return new ScaledClock(clock, { speed, startMs: from.epochMilliseconds });
}
