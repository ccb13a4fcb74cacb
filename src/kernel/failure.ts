import { HassetteError } from './errors.ts';
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
  /** A promise that nobody awaited was rejected; the run itself went on or had ended. */
  readonly unhandled?: boolean | undefined;
}

/** A failure in one line: what failed, of whom, why, and where. */
export function failureMessage(failure: Failure): string {
  const what = failure.unhandled === true ? 'left a rejected promise behind' : 'failed';
  const where = failure.sourceLine === undefined ? '' : ` (${failure.sourceLine.file}:${failure.sourceLine.line})`;
  return `${failure.kind} "${failure.name}" of ${failure.app} ${what}: ${messageOf(failure.error)}${where}`;
}

/** The fields that go with that line into the log. */
export function failureFields(failure: Failure): Record<string, unknown> {
  const { error, sourceLine } = failure;
  return {
    err: error instanceof Error ? error : new Error(messageOf(error)),
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

/** What would help, where the error itself knows. */
export function hintOf(error: unknown): string | undefined {
  return error instanceof HassetteError ? error.hint : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
