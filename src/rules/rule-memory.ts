import type { PendingPhase, Phase } from './phase.ts';

/** What is remembered of a rule. Times are wall times. */
export interface RuleRecord {
  readonly kind: 'rule';
  /** The phase whose edge has been run to its end. */
  readonly phase: Phase | undefined;
  readonly pending?: PendingPhase | undefined;
  /** The reads with hysteresis that hold. */
  readonly held: readonly string[];
  readonly atMs: number;
}

/** What is remembered of a state machine. */
export interface MachineRecord {
  readonly kind: 'machine';
  readonly state: string;
  readonly sinceMs: number;
  /** What runs on entering the state has come to its end. */
  readonly entered: boolean;
  /** Conditions that hold and have yet to last, by the state that they lead to: since when. */
  readonly pending: Readonly<Record<string, number>>;
  readonly held: readonly string[];
  readonly atMs: number;
}

export type RuleMemoryRecord = RuleRecord | MachineRecord;

/** What is known of an app's rules from before it was started. Remembering takes no time: it is written down later. */
export interface RuleMemory {
  recall(name: string): RuleMemoryRecord | undefined;
  keep(name: string, record: RuleMemoryRecord): void;
}
