import { HassetteError, TimedOut } from './errors.ts';
import type { ExecutionKind } from './execution.ts';
import type { SourceLine } from './source-line.ts';

/** What is known of a run of a person's code that threw, rejected or took too long. */
export interface Failure {
  readonly error: unknown;
  /** The name of the life (app, service) that the code belongs to. */
  readonly app: string;
  readonly kind: ExecutionKind;
  /** The name of the handler, job, hook or task. */
  readonly name: string;
  readonly executionId: string;
  /** What it was called for: the event, the job's time. */
  readonly input?: string | undefined;
  /** Where in the person's own source it happened. */
  readonly sourceLine?: SourceLine | undefined;
  readonly hint?: string | undefined;
  /** It was outside of what the run awaits: the run itself went on or had ended. */
  readonly unhandled?: Unhandled | undefined;
}

/** What nobody handled: a promise that was rejected, or what a callback of a timer or an emitter threw. */
export type Unhandled = 'rejection' | 'exception';

/** A failure in one line: what failed, of whom, why, and where. */
export function failureMessage(failure: Failure): string {
  const { error, unhandled } = failure;
  const what = unhandled === undefined ? 'failed' : HOW_UNHANDLED[unhandled];
  const where = failure.sourceLine === undefined ? '' : ` (${failure.sourceLine.file}:${failure.sourceLine.line})`;
  const run = `${failure.kind} "${failure.name}" of ${failure.app}`;
  // The message of a time limit names the run that it was of.
  if (error instanceof TimedOut && error.message.startsWith(run)) return error.message;
  return `${run} ${what}: ${messageOf(error)}${where}`;
}

const HOW_UNHANDLED: Readonly<Record<Unhandled, string>> = {
  rejection: 'left a rejected promise behind',
  exception: 'left a callback behind that threw',
};

/** The fields that go with that line into the log. */
export function failureFields(failure: Failure): Record<string, unknown> {
  const { error, sourceLine } = failure;
  return {
    err: loggableOf(error),
    app: failure.app,
    kind: failure.kind,
    name: failure.name,
    executionId: failure.executionId,
    ...(failure.input !== undefined && { input: failure.input }),
    ...(sourceLine !== undefined && {
      source: `${sourceLine.file}:${sourceLine.line}:${sourceLine.column}`,
      code: sourceLine.text,
    }),
    ...(failure.hint !== undefined && { hint: failure.hint }),
  };
}

/** The error itself, unless it is none, or one that whoever writes it down would stumble over. */
function loggableOf(error: unknown): Error {
  try {
    if (error instanceof Error && typeof error.message === 'string' && typeof error.stack === 'string') return error;
  } catch {
    // It cannot be looked at; its message says so.
  }
  return new Error(messageOf(error));
}

/** What would help, where the error itself knows. */
export function hintOf(error: unknown): string | undefined {
  return error instanceof HassetteError ? error.hint : undefined;
}

/** What was thrown, in words. Anything can be thrown, things that cannot even be looked at among them. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'something that cannot be shown was thrown';
  }
}
