/**
 * Who must act on an error: the app's author, whoever runs the daemon, Home Assistant (it answered with a refusal),
 * the network (trying again may help), or the authors of Hassette.
 */
export type ErrorAudience = 'author' | 'operator' | 'home' | 'network' | 'hassette';

export interface ErrorDetails {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The root of every error that Hassette throws on purpose.
 *
 * @example
 * ```ts
 * try { await this.api.call('light.turn_on', { target: 'light.kitchn' }); }
 * catch (error) { if (error instanceof HassetteError) this.logger.warn(`${error.code}: ${error.hint}`); }
 * ```
 */
export abstract class HassetteError extends Error {
  /** A stable identifier; each has a section in `docs/errors.md`. */
  abstract readonly code: string;
  abstract readonly audience: ErrorAudience;
  /** What would help, where there is something to say. */
  readonly hint: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.hint = details.hint;
    this.name = new.target.name;
  }
}

/** An execution, a wait or a call was called off. It is an outcome, never logged as a failure. */
export class Cancelled extends HassetteError {
  readonly code = 'CANCELLED';
  readonly audience = 'author';
}

/** Something took longer than its time limit. */
export class TimedOut extends HassetteError {
  readonly code = 'TIMED_OUT';
  readonly audience = 'author';
  readonly timeoutMs: number;

  constructor(what: string, timeoutMs: number, details: ErrorDetails = {}) {
    const limit = timeoutMs < 1000 ? `${Math.round(timeoutMs)} ms` : `${Math.round(timeoutMs) / 1000} s`;
    super(`${what} took longer than its time limit of ${limit}`, details);
    this.timeoutMs = timeoutMs;
  }
}

/** A value given at one of the doors is not what that door takes. */
export class InvalidArgument extends HassetteError {
  readonly code = 'INVALID_ARGUMENT';
  readonly audience = 'author';
}
