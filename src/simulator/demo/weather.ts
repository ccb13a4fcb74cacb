/** How warm it is outside: warmest in July and in the afternoon. */
export function outdoorDegrees(dayOfYear: number, minuteOfDay: number): number {
  const season = -Math.cos(((dayOfYear - 20) / 365) * 2 * Math.PI);
  return 10 + 8 * season + 4 * Math.sin(((minuteOfDay - 9 * 60) / 1440) * 2 * Math.PI);
}
