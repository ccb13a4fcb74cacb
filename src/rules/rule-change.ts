import { BusEvent, type SignalSource } from '../bus/event.ts';
import type { Phase } from './phase.ts';
import { type ExplainedRead, instantOf } from './rule-explanation.ts';

/** What `enter` and `exit` are called with. */
export class RuleChange extends BusEvent {
  readonly rule: string;
  readonly phase: Phase;
  /** What the condition had looked at. */
  readonly because: readonly ExplainedRead[];
  /** It was so already when the app started: what happened in between is not known. */
  readonly atStart: boolean;
  readonly #firedAtMs: number;
  readonly #sinceMs: number;

  constructor(fields: ChangeFields, source: SignalSource) {
    super(source);
    this.rule = fields.rule;
    this.phase = fields.phase;
    this.because = fields.because;
    this.atStart = fields.atStart;
    this.#firedAtMs = fields.firedAtMs;
    this.#sinceMs = fields.sinceMs;
    Object.freeze(this);
  }

  /** When the condition had lasted for as long as it has to. */
  override get firedAt(): Temporal.Instant {
    return instantOf(this.#firedAtMs);
  }

  /** When the condition became what it is. */
  get since(): Temporal.Instant {
    return instantOf(this.#sinceMs);
  }
}

export interface ChangeFields {
  readonly rule: string;
  readonly phase: Phase;
  readonly because: readonly ExplainedRead[];
  readonly atStart: boolean;
  readonly firedAtMs: number;
  readonly sinceMs: number;
}
