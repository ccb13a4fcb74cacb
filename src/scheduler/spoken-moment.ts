import { createRequire } from 'node:module';
import { InvalidArgument } from '../kernel/errors.ts';
import type { DstPolicy } from './local-schedule.ts';
import { AtInstant, AtLocal, type Trigger } from './triggers.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/**
 * Reads a single moment in words: `next friday at 8`, `tomorrow at 8pm`, `24 december at 18:00`. chrono-node is told what
 * time it is; it is taken for what it read off, and what that comes to in the home's zone is decided here.
 *
 * @returns undefined if it is none.
 * @throws InvalidArgument if it is a day without a time.
 */
export function readSpokenMoment(
  text: string,
  nowMs: number,
  zone: ZoneTimeline,
  dst: Partial<DstPolicy>,
): Trigger | undefined {
  // Few speak so, and it takes 30 ms and 6 MB to load; with all its languages four times that.
  const { parse }: typeof import('chrono-node/en') = createRequire(import.meta.url)('chrono-node/en');
  const said = text.trim().replace(/^at\s+/i, '');
  const reference = { instant: new Date(nowMs), timezone: zone.segmentAt(nowMs).offsetMs / 60_000 };
  const [found, ...others] = parse(said, reference, { forwardDate: true });
  // A moment somewhere in a longer text is not what was written.
  if (found === undefined || others.length > 0 || found.end || found.text.length !== said.length) return undefined;
  const { start } = found;
  if (!start.isCertain('hour')) {
    throw new InvalidArgument(`"${text}" says no time of day`, { hint: `Write '${text} at 8:00'.` });
  }
  // With a zone of its own, or so long from now, it is an instant already.
  if (start.isCertain('timezoneOffset')) return new AtInstant(start.date().getTime());
  const [year, month, day] = [start.get('year'), start.get('month'), start.get('day')];
  if (year === null || month === null || day === null) return undefined;
  const time = [start.get('hour') ?? 0, start.get('minute') ?? 0, start.get('second') ?? 0] as const;
  return new AtLocal(new Temporal.PlainDateTime(year, month, day, ...time), dst);
}
