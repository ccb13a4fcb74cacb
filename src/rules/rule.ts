import { handOver } from '../bus/event.ts';
import type { Lane } from '../kernel/lane.ts';
import { currentTracker, type Suspension } from '../kernel/tracked-reads.ts';
import { ConditionWatch } from './condition-watch.ts';
import type { DueTime } from './due-times.ts';
import type { KeptRule, RuleDescription, RuleOwner } from './kept-rule.ts';
import {
  countAnew,
  dueMs,
  type Level,
  type PendingPhase,
  type Phase,
  type PhaseState,
  shifted,
  takeLevel,
  takeTime,
} from './phase.ts';
import { RuleChange } from './rule-change.ts';
import { explainCondition, instantOf, momentInWords, readsInWords, type RuleExplanation } from './rule-explanation.ts';
import { REST_MS, RuleFailures } from './rule-failures.ts';
import type { RuleRecord } from './rule-memory.ts';
import type { RuleSettings } from './rule-options.ts';

/** What `whenever` gives back. There is no need to keep it: it ends with the app. */
export interface Rule extends Disposable {
  readonly name: string;
  /** False once it was cancelled, or its app has stopped. */
  readonly active: boolean;
  /**
   * `on` once the condition has been true for as long as it has to be, `off` once it has been false so; undefined as
   * long as neither is known. The condition of another rule may look at it.
   */
  readonly phase: Phase | undefined;
  /** Why it is as it is. */
  explain(): RuleExplanation;
  /** Ends it: nothing more is run, and a run under way goes on. Its phase stays remembered. */
  cancel(): void;
}

/** A condition that is watched, and what is done at its edges. */
export class WatchedRule implements Rule, KeptRule {
  readonly name: string;
  readonly #owner: RuleOwner;
  readonly #settings: RuleSettings;
  readonly #watch: ConditionWatch;
  readonly #due: DueTime;
  readonly #rest: DueTime;
  readonly #lane: Lane<RuleChange>;
  readonly #failures: RuleFailures;
  readonly #listeners = new Set<() => void>();
  #state: PhaseState;
  #level: boolean | undefined;
  /** The phase whose edge was run last, and the change to the present one. */
  #acted: Phase | undefined;
  #change: RuleChange | undefined;
  #acting = false;
  /** The phase that is remembered. */
  #settled: Phase | undefined;
  #active = true;
  #resting = false;
  /** What is remembered already. */
  #written: { readonly phase: Phase | undefined; readonly pending: PendingPhase | undefined; readonly turns: number };
  #toldMissing: string | undefined;
  /** What was pending when the app ended, until the condition is asked for the first time. */
  #restored: RuleRecord | undefined;

  constructor(owner: RuleOwner, name: string, condition: () => unknown, settings: RuleSettings) {
    const { life, executor, dues, self } = owner;
    this.name = name;
    this.#owner = owner;
    this.#settings = settings;
    const record = owner.memory.recall(name);
    this.#restored = record?.kind === 'rule' ? record : undefined;
    this.#state = { phase: this.#restored?.phase, pending: this.#restored?.pending };
    this.#acted = this.#restored?.phase;
    this.#settled = this.#restored?.phase;
    this.#written = { phase: this.#settled, pending: this.#state.pending, turns: 0 };
    this.#failures = new RuleFailures(owner, name, settings.onError);
    this.#due = dues.make(() => this.#ring());
    this.#rest = dues.make(() => this.#goOn());
    this.#watch = new ConditionWatch({
      what: `the condition of rule "${name}"`,
      dues,
      held: this.#restored?.held ?? [],
      ask: () => condition.call(self()),
      onLevel: (level) => this.#take(level),
      onCameBack: (sinceMs) => this.#become(countAnew(this.#state, sinceMs)),
      onSuspended: (cause) => this.#tellSuspended(cause),
      onFailure: (error) => this.#failures.tellOnce(error),
    });
    this.#lane = executor.lane<RuleChange>({
      life,
      kind: 'handler',
      name,
      priority: settings.priority,
      timeoutMs: settings.timeoutMs,
      onError: settings.onError ?? owner.onError,
      describe: (change) => `${change.phase === 'on' ? 'enter' : 'exit'}, since ${readsInWords(change.because)}`,
      run: (change, execution) => {
        handOver(change, execution);
        return (change.phase === 'on' ? settings.enter : settings.exit)?.call(self(), change);
      },
    });
  }

  get active(): boolean {
    return this.#active;
  }

  get phase(): Phase | undefined {
    const tracker = currentTracker();
    if (tracker === undefined) return this.#state.phase;
    this.#watch.catchUp();
    const { phase } = this.#state;
    tracker.note({
      what: `phase of rule "${this.name}"`,
      present: () => this.#state.phase,
      source: {
        key: `rule ${this.#owner.life.name} ${this.name}`,
        follow: (onNews) => {
          const listener = (): void => onNews({});
          this.#listeners.add(listener);
          return () => this.#listeners.delete(listener);
        },
      },
      differs: () => this.#state.phase !== phase,
      since: () => this.#state.sinceMs,
      dated: true,
    });
    return phase;
  }

  start(): void {
    if (!this.#active) return;
    this.#watch.start();
    // What the condition has said before is pending still, though it cannot be asked now.
    if (this.#watch.suspension !== undefined) this.#ring();
    this.#restored = undefined;
  }

  refresh(): void {
    if (!this.#active || this.#resting) return;
    this.#watch.refresh();
    this.#ring();
  }

  shift(byMs: number): void {
    this.#state = shifted(this.#state, byMs);
    if (!this.#resting) this.#owner.dues.set(this.#due, dueMs(this.#state, this.#settings.holds));
  }

  cancel(): void {
    if (!this.#active) return;
    this.#active = false;
    // Whatever has changed by now is known: only what is dated later has been otherwise unseen.
    if (this.#state.pending !== undefined) this.#write();
    this.#watch.stop();
    this.#owner.dues.set(this.#due, undefined);
    this.#owner.dues.set(this.#rest, undefined);
    this.#lane.close();
    this.#failures.close();
    this.#owner.leave(this);
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  explain(): RuleExplanation {
    const { name } = this;
    const { phase, pending } = this.#state;
    const condition = explainCondition(this.#watch, this.#level);
    const due = dueMs(this.#state, this.#settings.holds);
    const hold =
      pending === undefined || due === undefined
        ? undefined
        : { to: pending.to, since: instantOf(pending.sinceMs), until: instantOf(due) };
    const { sinceMs } = this.#state;
    const since = sinceMs === undefined ? undefined : instantOf(sinceMs);
    const explanation = { name, phase, since, hold, ...condition };
    const words = this.#inWords(explanation);
    return { ...explanation, toString: () => words };
  }

  describe(): RuleDescription {
    const { started, failed, timedOut } = this.#lane.counters;
    return {
      app: this.#owner.life.name,
      name: this.name,
      kind: 'rule',
      state: this.#state.phase,
      why: this.explain().toString(),
      evaluations: this.#watch.evaluations,
      runs: started,
      failed: failed + timedOut + this.#failures.count,
    };
  }

  #take({ level, sinceMs }: Level): void {
    if (this.#resting) return;
    this.#level = level;
    this.#failures.forget();
    const restored = this.#restored?.pending;
    if (restored !== undefined && (restored.to === 'on') === level) {
      const laterMs = this.#leftMeanwhile(this.#restored);
      if (laterMs !== undefined) this.#state = countAnew(this.#state, laterMs);
    }
    const nowMs = this.#owner.clock.nowMs();
    this.#become(takeLevel(this.#state, { level, sinceMs }, this.#settings.holds, nowMs));
  }

  /** What is dated later than the hold that is remembered has been otherwise while nobody looked. */
  #leftMeanwhile(record: RuleRecord | undefined): number | undefined {
    if (record?.pending === undefined) return undefined;
    const times = Array.from(this.#watch.reads, (read) => (read.dated ? read.since(record.atMs) : undefined));
    const laterMs = Math.max(...times.filter((ms) => ms !== undefined));
    return laterMs > record.atMs ? laterMs : undefined;
  }

  #ring(): void {
    const nowMs = this.#owner.clock.nowMs();
    this.#become(takeTime(this.#state, this.#settings.holds, nowMs));
  }

  #become(state: PhaseState): void {
    const before = this.#state;
    this.#state = state;
    this.#owner.dues.set(this.#due, dueMs(state, this.#settings.holds));
    if (state.phase !== before.phase) this.#enterPhase(before, state.phase);
    this.#remember();
  }

  #enterPhase(before: PhaseState, phase: Phase | undefined): void {
    const nowMs = this.#owner.clock.nowMs();
    if (phase !== undefined && before.phase === undefined && phase === 'off') {
      this.#acted = phase;
      this.#settled = phase;
    } else if (phase !== undefined) {
      this.#change = new RuleChange(
        {
          rule: this.name,
          phase,
          because: explainCondition(this.#watch, this.#level).reads,
          atStart: this.#restored !== undefined || before.phase === undefined,
          firedAtMs: nowMs,
          sinceMs: this.#state.sinceMs ?? nowMs,
        },
        this.#owner.life,
      );
      if (this.#rests(nowMs)) return;
      this.#act();
    }
    for (const listener of [...this.#listeners]) listener();
  }

  /** Runs the edge to the present phase, unless one is run already: the latest follows then. */
  #act(): void {
    const { phase } = this.#state;
    if (this.#acting || phase === undefined || this.#acted === phase || this.#change === undefined) return;
    const { enter, exit } = this.#settings;
    this.#acted = phase;
    if ((phase === 'on' ? enter : exit) === undefined) {
      this.#settled = phase;
      return;
    }
    this.#acting = true;
    void this.#lane.request(this.#change).then(({ kind }) => {
      this.#acting = false;
      // What was called off with the app is run when it starts again.
      if (kind !== 'cancelled') this.#settled = phase;
      if (this.#active) this.#act();
      this.#remember();
    });
  }

  #remember(): void {
    const { pending } = this.#state;
    const { turns } = this.#watch;
    const written = this.#written;
    if (written.phase === this.#settled && written.pending === pending && written.turns === turns) return;
    this.#written = { phase: this.#settled, pending, turns };
    this.#write();
  }

  #write(): void {
    this.#owner.memory.keep(this.name, {
      kind: 'rule',
      phase: this.#settled,
      pending: this.#state.pending,
      held: this.#watch.holding,
      atMs: this.#owner.clock.nowMs(),
    });
  }

  /** Whether it makes itself change, and has to rest. */
  #rests(nowMs: number): boolean {
    const hint = 'What it does, or another rule that looks at it, makes its condition say the opposite.';
    if (!this.#failures.isLooping(`Rule "${this.name}"`, hint)) return false;
    this.#resting = true;
    this.#watch.stop();
    this.#owner.dues.set(this.#due, undefined);
    this.#owner.dues.set(this.#rest, nowMs + REST_MS);
    return true;
  }

  #goOn(): void {
    this.#resting = false;
    if (this.#active) this.#watch.start();
  }

  /** An entity that the home has not is most often a slip; one that is away is nothing to tell of. */
  #tellSuspended({ why, advice }: Suspension): void {
    if (advice === undefined || this.#toldMissing === why) return;
    this.#toldMissing = why;
    const hint = advice();
    this.#owner.logger.warn(`rule "${this.name}" waits, since ${why}${hint === undefined ? '' : `. ${hint}`}`);
  }

  #inWords({ phase, since, hold, reads, holds, suspended, nextTime }: Omit<RuleExplanation, 'toString'>): string {
    const told = (moment: Temporal.Instant): string => momentInWords(moment, this.#owner.timeZone());
    const parts = [
      `Rule "${this.name}" is ${phase ?? 'neither on nor off yet'}${since === undefined ? '' : ` since ${told(since)}`}.`,
    ];
    if (suspended !== undefined) parts.push(`It stays so for now: ${suspended}.`);
    if (holds !== undefined && reads.length > 0) {
      parts.push(
        `Its condition ${suspended === undefined ? 'is' : 'was last'} ${String(holds)}: ${readsInWords(reads)}.`,
      );
    }
    if (hold !== undefined) {
      parts.push(`It goes ${hold.to} at ${told(hold.until)} if that lasts, as it has since ${told(hold.since)}.`);
    }
    if (nextTime !== undefined) parts.push(`Time changes something next at ${told(nextTime)}.`);
    return parts.join(' ');
  }
}
