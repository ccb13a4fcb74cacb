import { type DurationInput, durationMs } from '../../kernel/duration.ts';
import { InvalidArgument } from '../../kernel/errors.ts';

/** A moment: as Temporal has it, as a text of date, time and offset, or as how long ago it was. */
export type PastInput = DurationInput | Temporal.Instant | Temporal.ZonedDateTime;

/** A moment to come: as Temporal has it, as a text of date, time and offset, or as how far ahead it is. */
export type ComingInput = PastInput;

/** A span of time that has passed. */
export interface Span {
  /** When it begins: a moment, or how long ago that was. */
  readonly since: PastInput;
  /** When it ends. @defaultValue now */
  readonly until?: PastInput | undefined;
}

const DATE = /^[+-]?\d{4,6}-\d\d-\d\d/;

/**
 * When something was.
 *
 * @throws InvalidArgument if it is no moment.
 */
export function pastMoment(input: PastInput, now: Temporal.Instant, what: string): Temporal.Instant {
  const moment = momentOf(input, what);
  return moment instanceof Temporal.Instant ? moment : now.subtract({ milliseconds: moment });
}

/**
 * When something will be.
 *
 * @throws InvalidArgument if it is no moment.
 */
export function comingMoment(input: ComingInput, now: Temporal.Instant, what: string): Temporal.Instant {
  const moment = momentOf(input, what);
  return moment instanceof Temporal.Instant ? moment : now.add({ milliseconds: moment });
}

/**
 * When a span begins and, unless it lasts until now, ends.
 *
 * @throws InvalidArgument where one of them is no moment, or it ends before it begins.
 */
export function pastSpan(
  { since, until }: Span,
  now: Temporal.Instant,
): { readonly since: Temporal.Instant; readonly until: Temporal.Instant | undefined } {
  const begin = pastMoment(since, now, 'since');
  const end = until === undefined ? undefined : pastMoment(until, now, 'until');
  if (end !== undefined) assertOrder(begin, end, ['since', 'until']);
  return { since: begin, until: end };
}

/** @throws InvalidArgument where a span ends before it begins. */
export function assertOrder(begin: Temporal.Instant, end: Temporal.Instant, names: readonly [string, string]): void {
  if (Temporal.Instant.compare(begin, end) <= 0) return;
  throw new InvalidArgument(`${names[1]} (${end.toString()}) is before ${names[0]} (${begin.toString()})`, {
    hint: 'Give the earlier moment first. Of two durations the longer one is the earlier in what was, the later in what comes.',
  });
}

/** A moment, or the milliseconds to or from one. */
function momentOf(input: PastInput, what: string): Temporal.Instant | number {
  if (input instanceof Temporal.Instant) return input;
  if (input instanceof Temporal.ZonedDateTime) return input.toInstant();
  if (typeof input !== 'string' || !DATE.test(input)) return durationMs(input, what);
  try {
    return Temporal.Instant.from(input);
  } catch (error) {
    throw new InvalidArgument(`${what} was given as "${input}", which is no moment`, {
      hint: "Give a date and a time with its offset, '2026-11-21T07:30:00+01:00', a Temporal.ZonedDateTime, or a duration: '24h'.",
      cause: error,
    });
  }
}

/** As it goes into a command. */
export function wireMoment(moment: Temporal.Instant): string {
  return moment.toString();
}
