import type { Clock } from '../kernel/clock.ts';
import type { Executor } from '../kernel/executor.ts';
import type { Failure } from '../kernel/failure.ts';
import type { Life } from '../kernel/life.ts';
import type { Logger } from '../kernel/logging.ts';
import type { DueTimes } from './due-times.ts';
import type { RuleMemory } from './rule-memory.ts';

/** In whose name rules are made. */
export interface RuleOwner {
  readonly life: Life;
  readonly executor: Executor;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly dues: DueTimes;
  readonly logger: Pick<Logger, 'warn'>;
  readonly memory: RuleMemory;
  /** What `this` is in handlers. */
  readonly self: () => unknown;
  /** In which times are told. */
  readonly timeZone: () => string;
  readonly onError: ((failure: Failure) => unknown) | undefined;
  /** Told of a rule that has ended. */
  readonly leave: (rule: KeptRule) => void;
}

/** What is known of whatever has conditions, a rule or a state machine. */
export interface KeptRule {
  readonly name: string;
  /** Asks its conditions again where they may be otherwise, and reckons what is to last anew. */
  refresh(): void;
  /** The clock was set by so much: what has yet to last counts on as if it had not been. */
  shift(byMs: number): void;
  start(): void;
  cancel(): void;
  describe(): RuleDescription;
}

/** A rule as data, for whoever shows it. */
export interface RuleDescription {
  readonly app: string;
  readonly name: string;
  readonly kind: 'rule' | 'machine';
  /** The phase of a rule, the state of a machine. */
  readonly state: string | undefined;
  /** Why, in words. */
  readonly why: string;
  /** How often its conditions were asked. */
  readonly evaluations: number;
  /** Runs of what it does. */
  readonly runs: number;
  readonly failed: number;
}
