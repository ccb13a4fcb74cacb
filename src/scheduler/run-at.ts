import { InvalidArgument } from '../kernel/errors.ts';
import { looksLikeTimeOfDay, parseTimeOfDay } from '../kernel/time-of-day.ts';
import type { DstPolicy } from './local-schedule.ts';
import { readSpokenMoment } from './spoken-moment.ts';
import { AtInstant, AtLocal, Daily, Once, type Trigger } from './triggers.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/**
 * A moment: a time of day (`'18:30'`, the next time it comes), words (`'next friday at 8'`), a date and time in the home's
 * zone (`'2026-12-24T18:00'`), an instant (`'2026-12-24T18:00Z'`, `'…+01:00'`, `'…[Europe/Berlin]'`), or the Temporal object
 * for either.
 */
export type MomentInput =
  | string
  | Temporal.PlainTime
  | Temporal.PlainDateTime
  | Temporal.ZonedDateTime
  | Temporal.Instant;

const EXAMPLES = `Write a time of day ('18:30'), a date and time ('2026-12-24T18:00'), words ('next friday at 8'), or an instant with its offset ('2026-12-24T18:00+01:00').`;
const LOOKS_LIKE_ISO = /^[+-]?\d{4,6}-/;
/** A date with a time, and after them an offset, a zone or both. */
const WITH_OFFSET = /T[\d:.,]+(?:Z|[+-]\d|\[)|\d(?:Z|\[)/i;

/**
 * Reads a moment.
 *
 * @param nowMs - from when on a time of day is looked for.
 * @throws InvalidArgument if it is none. Whether it has passed is for the caller to see.
 */
export function parseMoment(
  input: MomentInput,
  nowMs: number,
  zone: ZoneTimeline,
  dst: Partial<DstPolicy> = {},
): Trigger {
  if (input instanceof Temporal.PlainTime) return new Once(new Daily(input, dst), nowMs);
  if (input instanceof Temporal.PlainDateTime) return new AtLocal(input, dst);
  if (input instanceof Temporal.ZonedDateTime || input instanceof Temporal.Instant)
    return new AtInstant(input.epochMilliseconds);
  if (typeof input !== 'string') throw refused(input);
  if (looksLikeTimeOfDay(input)) return new Once(new Daily(parseTimeOfDay(input), dst), nowMs);
  const text = input.trim();
  const spoken = LOOKS_LIKE_ISO.test(text) ? undefined : readSpokenMoment(text, nowMs, zone, dst);
  if (spoken !== undefined) return spoken;
  try {
    if (text.includes('[')) return new AtInstant(Temporal.ZonedDateTime.from(text).epochMilliseconds);
    if (WITH_OFFSET.test(text)) return new AtInstant(Temporal.Instant.from(text).epochMilliseconds);
    return new AtLocal(Temporal.PlainDateTime.from(text), dst);
  } catch (error) {
    throw refused(input, error);
  }
}

function refused(input: unknown, cause?: unknown): InvalidArgument {
  const shown = typeof input === 'string' ? `"${input}"` : String(input);
  return new InvalidArgument(`${shown} is not a moment`, { hint: EXAMPLES, cause });
}
