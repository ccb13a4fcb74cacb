import { Daily } from './triggers.ts';
import type { ZoneTimeline } from './zone-timeline.ts';

/** Wherever the clocks show one of its ends, they may have come to it by a jump, or twice. */
const EVERY_TIME = { gap: 'after', overlap: 'both' } as const;
/** Days whose clocks are changed have up to 25 hours, and there are zones that have left out a whole one. */
const LOOK_BACK_MS = 50 * 3_600_000;

/** The part of each day between two times, by the clocks of a zone: the first included, the second not. */
export class DayWindow {
  readonly from: Temporal.PlainTime;
  readonly to: Temporal.PlainTime;
  readonly #begin: Daily;
  readonly #end: Daily;

  constructor(from: Temporal.PlainTime, to: Temporal.PlainTime) {
    this.from = from;
    this.to = to;
    this.#begin = new Daily(from, EVERY_TIME);
    this.#end = new Daily(to, EVERY_TIME);
  }

  /** Whether an instant is in it. Where both times are the same, it is the whole day. */
  includes(epochMs: number, zone: ZoneTimeline): boolean {
    const time = zone.dateOf(epochMs).toPlainTime();
    const begun = Temporal.PlainTime.compare(time, this.from) >= 0;
    const ended = Temporal.PlainTime.compare(time, this.to) >= 0;
    return Temporal.PlainTime.compare(this.from, this.to) < 0 ? begun && !ended : begun || !ended;
  }

  /** The first instant after another at which it is otherwise; undefined where it never is. */
  nextChange(afterMs: number, zone: ZoneTimeline): number | undefined {
    if (this.from.equals(this.to)) return undefined;
    const isIn = this.includes(afterMs, zone);
    let cursorMs = this.#nextEnd(afterMs, zone);
    // One end or the other is a change, save that a jump of the clocks may lead over both.
    while (this.includes(cursorMs, zone) === isIn) cursorMs = this.#nextEnd(cursorMs, zone);
    return cursorMs;
  }

  /** Since when it is as it is at an instant; undefined where that is always so. */
  lastChange(epochMs: number, zone: ZoneTimeline): number | undefined {
    let changeMs: number | undefined;
    for (
      let nextMs = this.nextChange(epochMs - LOOK_BACK_MS, zone);
      nextMs !== undefined && nextMs <= epochMs;
      nextMs = this.nextChange(nextMs, zone)
    )
      changeMs = nextMs;
    return changeMs;
  }

  /** The next instant at which the clocks show one of the two times, or are changed. */
  #nextEnd(afterMs: number, zone: ZoneTimeline): number {
    const { endMs } = zone.segmentAt(afterMs);
    return Math.min(
      endMs > afterMs ? endMs : Infinity,
      this.#begin.next(afterMs, zone) ?? Infinity,
      this.#end.next(afterMs, zone) ?? Infinity,
    );
  }
}
