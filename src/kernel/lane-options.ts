import type { Execution, ExecutionKind } from './execution.ts';
import type { Failure } from './failure.ts';
import type { Life } from './life.ts';

/**
 * What happens to a submission while an earlier one runs: it waits in line, is left out, takes the other's place, or
 * runs beside it.
 */
export type OverlapMode = 'queued' | 'single' | 'restart' | 'parallel';

/**
 * What happens to a submission when the line is full: the oldest that waits is dropped, or the new one; or the
 * submitter gets a `QueueFull`; or nothing, as the submitter waits for `room()` before it submits.
 */
export type Overflow = 'drop-oldest' | 'drop-newest' | 'error' | 'block';

/** What holds for lanes that say nothing else. */
export interface LaneDefaults {
  /** How many may wait in line. */
  readonly maxPending: number;
  /** Of each run. */
  readonly timeoutMs: number;
}

export const LANE_DEFAULTS: LaneDefaults = { maxPending: 100, timeoutMs: 600_000 };

export interface LaneOptions<T> {
  /** Whose code it is. When the life ends, what waits is dropped and what runs is called off. */
  readonly life: Life;
  readonly kind: ExecutionKind;
  readonly name: string;
  /** The person's code. */
  readonly run: (input: T, execution: Execution) => unknown;
  /** @defaultValue 'queued' */
  readonly mode?: OverlapMode | undefined;
  /** How many may wait in line, for `queued` and `parallel`. @defaultValue 100 */
  readonly maxPending?: number | undefined;
  /** @defaultValue 'drop-oldest' */
  readonly overflow?: Overflow | undefined;
  /** Of each run; `false` for none. @defaultValue 600_000 */
  readonly timeoutMs?: number | false | undefined;
  /** What helps where that is too short. @defaultValue the `timeout` of handlers and jobs */
  readonly timeoutHint?: string | undefined;
  /** When the executor is full, those who wait are served by this, the highest first. @defaultValue 0 */
  readonly priority?: number | undefined;
  /** Whether its runs may act while and after the life ends. @defaultValue false */
  readonly duringStop?: boolean | undefined;
  /** Whether its runs begin no faster than the pace of its life, where that has one. @defaultValue false */
  readonly paced?: boolean | undefined;
  /** What a run was called for, in words for whoever reads of its failure. */
  readonly describe?: ((input: T) => string) | undefined;
  /** Told of each failure, as an execution of its own. */
  readonly onError?: ((failure: Failure) => unknown) | undefined;
}

/** What became of a submission. */
export type Outcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'timed-out'; readonly failure: Failure }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'dropped' };

/** How often what became of a lane's submissions. */
export interface LaneCounters {
  /** Begun to run. */
  started: number;
  done: number;
  failed: number;
  timedOut: number;
  /** Called off while they ran or waited, or refused since the lane or the life had ended. */
  cancelled: number;
  /** Left out by the lane's mode or overflow. */
  dropped: number;
  /** Called off or timed out, and not at their end a second later. */
  abandoned: number;
  /** Rejections left behind that nobody handled. */
  unhandled: number;
}

export function noCounts(): LaneCounters {
  return { started: 0, done: 0, failed: 0, timedOut: 0, cancelled: 0, dropped: 0, abandoned: 0, unhandled: 0 };
}
