import type { Segment, ZoneTimeline } from './zone-timeline.ts';

/** Times on the clocks of some zone, whichever it is, written as if that zone were UTC. */
export interface LocalSchedule {
  /** The first of them after a local time; undefined if there is none. */
  nextLocal(afterLocalMs: number): number | undefined;
}

/** What becomes of local times that a change of the clocks skips, or lets come twice. */
export interface DstPolicy {
  /** A skipped time counts as the first instant after the gap, or not at all. */
  readonly gap: 'after' | 'skip';
  /** Of a time that comes twice the first one counts, the second, or both. */
  readonly overlap: 'first' | 'second' | 'both';
}

/** A time means one moment of each day: it comes once, whatever the clocks do. */
export const ONCE_A_DAY: DstPolicy = { gap: 'after', overlap: 'first' };
/** Several times an hour mean a pace, which goes on through a repeated hour. */
export const KEEPS_PACE: DstPolicy = { gap: 'skip', overlap: 'both' };

/** A schedule may leave out as many changes of the clocks in a row as a rare date needs (29 February: some 16). */
const MAX_SEGMENTS = 200;

/** The first instant after another at which the clocks of a zone show a time of the schedule. */
export function nextInstant(
  schedule: LocalSchedule,
  afterMs: number,
  zone: ZoneTimeline,
  dst: DstPolicy,
): number | undefined {
  let segment = zone.segmentAt(afterMs);
  let cursorMs = afterMs;
  let isOver = false;
  for (let crossed = 0; crossed < MAX_SEGMENTS;) {
    const localMs = schedule.nextLocal(cursorMs + segment.offsetMs);
    const instantMs = localMs === undefined ? Infinity : localMs - segment.offsetMs;
    if (instantMs < segment.endMs) {
      const skipToMs = skipOverlap(instantMs, segment, zone, dst);
      if (skipToMs === undefined) return instantMs;
      cursorMs = skipToMs - 1;
      if (skipToMs < segment.endMs) continue;
    }
    // When its last time has passed, a repeated hour right ahead may still bring it back; nothing later can.
    if (segment.endMs === Infinity || (localMs === undefined && isOver)) return undefined;
    isOver = localMs === undefined;
    const following = zone.segmentAt(segment.endMs);
    // Times from here to where the clocks go on are skipped by them.
    if (
      dst.gap === 'after' &&
      localMs !== undefined &&
      instantMs >= segment.endMs &&
      localMs < following.startMs + following.offsetMs
    ) {
      return following.startMs;
    }
    segment = following;
    cursorMs = segment.startMs - 1;
    crossed += 1;
  }
  return undefined;
}

/** Where to look on, if an instant belongs to the pass of a repeated hour that does not count. */
function skipOverlap(
  instantMs: number,
  segment: Segment,
  zone: ZoneTimeline,
  { overlap }: DstPolicy,
): number | undefined {
  if (overlap === 'first' && segment.startMs !== -Infinity) {
    const endOfSecondMs = segment.startMs + zone.segmentAt(segment.startMs - 1).offsetMs - segment.offsetMs;
    if (instantMs < endOfSecondMs) return endOfSecondMs;
  }
  if (overlap === 'second' && segment.endMs !== Infinity) {
    const startOfFirstMs = segment.endMs - (segment.offsetMs - zone.segmentAt(segment.endMs).offsetMs);
    if (instantMs >= startOfFirstMs && instantMs < segment.endMs) return segment.endMs;
  }
  return undefined;
}
