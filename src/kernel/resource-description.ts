import { HassetteError } from './errors.ts';
import type { ResourceStatus } from './resource-status.ts';

/** What went wrong, as plain data. */
export interface ProblemDescription {
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
}

/** A resource and all below it as plain data, for status and health. */
export interface ResourceDescription {
  readonly name: string;
  readonly path: string;
  readonly status: ResourceStatus;
  /** Wall time, in milliseconds since the epoch, since when it has been in this status. */
  readonly sinceMs: number;
  readonly problem?: ProblemDescription;
  /** The paths of those that it starts after. */
  readonly dependsOn: readonly string[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly children: readonly ResourceDescription[];
}

export function describeProblem(error: unknown): ProblemDescription {
  if (error instanceof HassetteError) {
    return { message: error.message, code: error.code, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}
