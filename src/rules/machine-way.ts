import { ConditionWatch } from './condition-watch.ts';
import type { DueTime, DueTimes } from './due-times.ts';
import { countAnew, dueMs, type PhaseHolds, type PhaseState, shifted, takeLevel, takeTime } from './phase.ts';
import { type ExplainedCondition, explainCondition, instantOf, readsInWords } from './rule-explanation.ts';
import type { MachineRecord } from './rule-memory.ts';

export interface MachineWayOptions {
  readonly to: string;
  readonly ask: () => unknown;
  readonly forMs: number;
  readonly what: string;
  readonly dues: DueTimes;
  readonly nowMs: () => number;
  /** What held before the state was entered counts from then on. */
  readonly enteredMs: number;
  /** What is remembered, where the state was entered before the app was started. */
  readonly record: MachineRecord | undefined;
  readonly onChange: () => void;
  readonly onHolds: (why: string) => void;
  readonly onFailure: (error: unknown) => void;
  readonly onMissing: (why: string) => void;
}

/** A condition that leads from the present state of a machine to another, once it has held for long enough. */
export class MachineWay {
  readonly to: string;
  readonly #options: MachineWayOptions;
  readonly #watch: ConditionWatch;
  readonly #holds: PhaseHolds;
  readonly #due: DueTime;
  #state: PhaseState;
  #enteredMs: number;
  #level: boolean | undefined;
  #told: string | undefined;
  /** Until it has been asked for the first time. */
  #restoredMs: number | undefined;

  constructor(options: MachineWayOptions) {
    const { to, forMs, dues, record } = options;
    this.to = to;
    this.#options = options;
    this.#enteredMs = options.enteredMs;
    this.#holds = { enterMs: forMs, exitMs: 0 };
    const sinceMs = record?.pending[to];
    this.#restoredMs = sinceMs;
    this.#state = sinceMs === undefined ? { phase: 'off' } : { phase: 'off', pending: { to: 'on', sinceMs } };
    this.#due = dues.make(() => this.#ring());
    this.#watch = new ConditionWatch({
      what: options.what,
      dues,
      held: record?.held ?? [],
      ask: options.ask,
      onLevel: ({ level, sinceMs: since }) => {
        this.#level = level;
        this.#told = undefined;
        if (level) this.#dateAnew();
        const nowMs = options.nowMs();
        const fromMs = Math.max(since ?? nowMs, this.#enteredMs);
        this.#become(takeLevel(this.#state, { level, sinceMs: fromMs }, this.#holds, nowMs));
      },
      onCameBack: (since) => this.#become(countAnew(this.#state, since)),
      onSuspended: ({ why, advice }) => {
        if (advice === undefined || this.#told === why) return;
        this.#told = why;
        options.onMissing([why, advice()].filter((part) => part !== undefined).join('. '));
      },
      onFailure: options.onFailure,
    });
  }

  get evaluations(): number {
    return this.#watch.evaluations;
  }

  get holding(): readonly string[] {
    return this.#watch.holding;
  }

  /** Since when it holds, where it has yet to last. */
  get pendingMs(): number | undefined {
    return this.#state.pending?.sinceMs;
  }

  /** When it will have held for long enough, if it lasts. */
  get at(): Temporal.Instant | undefined {
    const due = dueMs(this.#state, this.#holds);
    return due === undefined ? undefined : instantOf(due);
  }

  start(): void {
    this.#watch.start();
    // It has held before, as is remembered, though it cannot be asked now.
    if (this.#watch.suspension !== undefined) this.#ring();
    this.#restoredMs = undefined;
  }

  stop(): void {
    this.#watch.stop();
    this.#options.dues.set(this.#due, undefined);
  }

  refresh(): void {
    this.#watch.refresh();
    this.#ring();
  }

  shift(byMs: number): void {
    this.#enteredMs += byMs;
    this.#state = shifted(this.#state, byMs);
    this.#options.dues.set(this.#due, dueMs(this.#state, this.#holds));
  }

  catchUp(): void {
    this.#watch.catchUp();
  }

  explain(): ExplainedCondition {
    return explainCondition(this.#watch, this.#level);
  }

  #ring(): void {
    const nowMs = this.#options.nowMs();
    this.#become(takeTime(this.#state, this.#holds, nowMs));
  }

  /** What is dated later than what is remembered has been otherwise while nobody looked. */
  #dateAnew(): void {
    const { record } = this.#options;
    if (this.#restoredMs === undefined || record === undefined) return;
    for (const read of this.#watch.reads) {
      const sinceMs = read.dated ? read.since(record.atMs) : undefined;
      if (sinceMs !== undefined && sinceMs > record.atMs) this.#state = countAnew(this.#state, sinceMs);
    }
  }

  #become(state: PhaseState): void {
    const before = this.#state;
    if (before.phase === 'on') return;
    this.#state = state;
    this.#options.dues.set(this.#due, dueMs(state, this.#holds));
    if (state.phase === 'on') this.#options.onHolds(readsInWords(this.explain().reads));
    else if (state.pending?.sinceMs !== before.pending?.sinceMs) this.#options.onChange();
  }
}
