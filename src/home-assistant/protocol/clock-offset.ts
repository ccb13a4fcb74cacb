/** How far a home's clock is ahead of ours, and how sure that is. */
export interface ClockOffset {
  readonly offsetMs: number;
  /** The offset is known to within this. `Infinity` until the home was asked. */
  readonly errorMs: number;
}

export const UNKNOWN_OFFSET: ClockOffset = { offsetMs: 0, errorMs: Number.POSITIVE_INFINITY };

/** A probe is trusted over an older one that was up to this much better, since clocks drift and are set. */
const DRIFT_ALLOWANCE_MS = 50;

/** A question was sent, the home noted its time, the answer came: the time noted lies between the two. */
export function afterProbe(
  known: ClockOffset,
  probe: { readonly sentMs: number; readonly homeMs: number; readonly receivedMs: number },
): ClockOffset {
  const errorMs = (probe.receivedMs - probe.sentMs) / 2;
  const offsetMs = probe.homeMs - (probe.sentMs + probe.receivedMs) / 2;
  // A slow answer says little; it counts only where it shows that what was known cannot be so any more.
  const contradicts = Math.abs(offsetMs - known.offsetMs) > errorMs + known.errorMs;
  return contradicts || errorMs <= known.errorMs + DRIFT_ALLOWANCE_MS ? { offsetMs, errorMs } : known;
}

/** The home dated something that has arrived here: its clock cannot be further behind than that. */
export function afterHearing(known: ClockOffset, homeMs: number, receivedMs: number): ClockOffset {
  const leastMs = homeMs - receivedMs;
  return leastMs > known.offsetMs ? { ...known, offsetMs: leastMs } : known;
}
