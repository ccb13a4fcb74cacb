import { HomeError } from '../home-errors.ts';

/** Home Assistant answered with something else than was asked for. A newer release may have changed it. */
export class AnswerUnexpected extends HomeError {
  readonly code = 'ANSWER_UNEXPECTED';
  readonly audience = 'hassette';
}

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws AnswerUnexpected if it is no object. */
export function recordIn(value: unknown, what: string): JsonRecord {
  if (isRecord(value)) return value;
  throw unexpected(what, 'an object', value);
}

/** @throws AnswerUnexpected if it is no list of objects. */
export function recordsIn(value: unknown, what: string): readonly JsonRecord[] {
  if (Array.isArray(value) && value.every(isRecord)) return value;
  throw unexpected(what, 'a list', value);
}

/** @throws AnswerUnexpected if the field is no text. */
export function textIn(record: JsonRecord, field: string, what: string): string {
  const value = record[field];
  if (typeof value === 'string') return value;
  throw unexpected(what, `a text as "${field}"`, value);
}

/** A text, or undefined where it is missing or null. */
export function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A number, or undefined where it is missing or null. */
export function optionalNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A moment as seconds since the epoch, with a fraction, of which microseconds count. */
export function instantOfSeconds(seconds: number): Temporal.Instant {
  return Temporal.Instant.fromEpochNanoseconds(BigInt(Math.round(seconds * 1e6)) * 1000n);
}

/** A moment as it is written, or undefined where there is none. */
export function optionalInstant(value: unknown): Temporal.Instant | undefined {
  return typeof value === 'string' && value !== '' ? Temporal.Instant.from(value) : undefined;
}

function unexpected(what: string, wanted: string, value: unknown): AnswerUnexpected {
  const text = JSON.stringify(value) ?? String(value);
  return new AnswerUnexpected(`${what} was answered without ${wanted}: ${text.slice(0, 200)}`, {
    hint: 'Home Assistant may have changed it in a new release: look for a newer hassette.',
  });
}
