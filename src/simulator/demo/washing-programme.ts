/** What a programme draws, by the minute since it began, in watts. */
const phases: readonly { readonly untilMin: number; readonly watts: number; readonly ripple: number }[] = [
  { untilMin: 3, watts: 45, ripple: 20 }, // takes in water
  { untilMin: 22, watts: 2050, ripple: 60 }, // heats
  { untilMin: 55, watts: 110, ripple: 70 }, // washes
  { untilMin: 57, watts: 12, ripple: 3 }, // drains
  { untilMin: 72, watts: 120, ripple: 60 }, // rinses
  { untilMin: 84, watts: 420, ripple: 120 }, // spins
];

/** Small turns of the drum after the end keep creases away. */
const CREASE_MIN = 88;
const CREASE_WATTS = 14;
const IDLE_WATTS = 2.1;

export const PROGRAMME_MIN = CREASE_MIN;

/**
 * The power of the washing machine, in watts.
 *
 * @param sinceMin - minutes since the programme began; undefined while none runs.
 * @param chance - a number from 0 up to 1.
 */
export function washingPower(sinceMin: number | undefined, chance: number): number {
  if (sinceMin === undefined || sinceMin < 0 || sinceMin >= CREASE_MIN) return IDLE_WATTS;
  const phase = phases.find(({ untilMin }) => sinceMin < untilMin);
  if (phase === undefined) return Math.floor(sinceMin * 2) % 4 === 0 ? CREASE_WATTS : IDLE_WATTS;
  return round(phase.watts + (chance - 0.5) * phase.ripple);
}

function round(watts: number): number {
  return Math.round(watts * 10) / 10;
}
