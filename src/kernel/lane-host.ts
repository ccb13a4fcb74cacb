import type { Capacity } from './capacity.ts';
import type { Clock } from './clock.ts';
import type { ExecutionKind } from './execution.ts';
import type { Failure, Unhandled } from './failure.ts';
import type { LaneCounters, LaneDefaults, OverlapMode } from './lane-options.ts';
import type { Life } from './life.ts';
import type { LifeScope } from './life-scope.ts';
import type { Logger } from './logging.ts';
import type { Run } from './run.ts';
import type { RunPace } from './run-pace.ts';
import type { SourceLine } from './source-line.ts';

/** What a lane is given by its executor. */
export interface LaneHost {
  readonly clock: Clock;
  /** The log of a life, by its name. */
  loggerOf(owner: string): Pick<Logger, 'debug' | 'warn'>;
  readonly capacity: Capacity;
  /** The innermost of the runs that have not yet given way to the event loop. */
  onStack: Run | undefined;
  /** Of all lanes together. */
  readonly totals: LaneCounters;
  /** For lanes that say nothing else. */
  readonly defaults: LaneDefaults;
  /** How fast the runs of a life may begin, where that is limited. */
  paceOf(life: Life): RunPace | undefined;
  newId(): string;
  /** Logs a failure, tells whoever listens, and gives it to `onError`. */
  report(report: FailureReport): Failure;
  /** The lane is closed. */
  forget(lane: LaneView): void;
}

export interface FailureReport {
  readonly error: unknown;
  readonly run: Run;
  readonly scope: LifeScope;
  readonly input?: string | undefined;
  readonly hint?: string | undefined;
  /** In place of the line that the error came from. */
  readonly sourceLine?: SourceLine | undefined;
  readonly unhandled?: Unhandled | undefined;
  readonly onError: ((failure: Failure) => unknown) | undefined;
}

/** What there is to see of a lane, whatever it takes. */
export interface LaneView {
  readonly life: Life;
  readonly kind: ExecutionKind;
  readonly name: string;
  readonly mode: OverlapMode;
  readonly counters: Readonly<LaneCounters>;
  readonly running: number;
  readonly pending: number;
}
