/** A number that held from a moment on; undefined where the sensor said none. */
export interface Reading {
  readonly at: number;
  readonly value: number | undefined;
  readonly lastReset?: string | null;
}

/** The figures of a span of time. What its kind of statistic has none of is null. Moments are in milliseconds. */
export interface Figures {
  readonly start: number;
  readonly end: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly state: number | null;
  readonly sum: number | null;
  readonly lastReset: number | null;
}

const none = { mean: null, min: null, max: null, state: null, sum: null, lastReset: null };

/** The least, the greatest, and the mean by how long each number held. Before the first reading there is nothing. */
export function measured(readings: readonly Reading[], start: number, end: number): Figures | undefined {
  const known = readings.filter(({ at, value }) => at < end && value !== undefined);
  const before = known.findLast(({ at }) => at <= start);
  const within = [...(before === undefined ? [] : [{ ...before, at: start }]), ...known.filter(({ at }) => at > start)];
  const [first] = within;
  if (first === undefined) return undefined;
  const values = within.map(({ value = 0 }) => value);
  const weighted = within.reduce((sum, { at, value = 0 }, index) => {
    const until = within[index + 1]?.at ?? end;
    return sum + value * (until - at);
  }, 0);
  const mean = weighted / (end - first.at);
  return { ...none, start, end, mean, min: Math.min(...values), max: Math.max(...values) };
}

/** A meter that fell by more than a tenth has begun anew; one that fell by less has dipped. */
const RESET_BELOW = 0.9;

/** How far a meter has come, from one span to the next. */
export class Meter {
  readonly #onlyIncreases: boolean;
  #sum = 0;
  #last: { readonly value: number; readonly reset: string | null | undefined } | undefined;

  constructor(kind: 'total' | 'total_increasing') {
    this.#onlyIncreases = kind === 'total_increasing';
  }

  /** The figures at the end of a span, in which the readings came. */
  advance(readings: readonly Reading[], start: number, end: number): Figures | undefined {
    for (const { value, lastReset: reset } of readings) if (value !== undefined) this.#read(value, reset);
    if (this.#last === undefined) return undefined;
    const { value: state, reset } = this.#last;
    const lastReset = typeof reset === 'string' ? Temporal.Instant.from(reset).epochMilliseconds : null;
    return { ...none, start, end, state, sum: this.#sum, lastReset };
  }

  #read(value: number, reset: string | null | undefined): void {
    const last = this.#last;
    this.#last = { value, reset };
    if (last === undefined) return;
    const begunAnew = this.#onlyIncreases ? value < last.value * RESET_BELOW : reset !== last.reset;
    this.#sum += begunAnew ? value : value - last.value;
  }
}

/** Several spans as one. */
export function joined(parts: readonly Figures[], start: number, end: number): Figures {
  const numbers = (key: 'mean' | 'min' | 'max'): readonly number[] => parts.flatMap((part) => part[key] ?? []);
  const means = numbers('mean');
  const last = parts.at(-1);
  return {
    start,
    end,
    mean: means.length === 0 ? null : means.reduce((sum, mean) => sum + mean, 0) / means.length,
    min: means.length === 0 ? null : Math.min(...numbers('min')),
    max: means.length === 0 ? null : Math.max(...numbers('max')),
    state: last?.state ?? null,
    sum: last?.sum ?? null,
    lastReset: last?.lastReset ?? null,
  };
}
