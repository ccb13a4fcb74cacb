import { handOver } from '../bus/event.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { Lane } from '../kernel/lane.ts';
import { assertMayAct } from '../kernel/life.ts';
import { currentTracker } from '../kernel/tracked-reads.ts';
import { ConditionWatch } from './condition-watch.ts';
import type { DueTime } from './due-times.ts';
import type { KeptRule, RuleDescription, RuleOwner } from './kept-rule.ts';
import { MachineChange } from './machine-change.ts';
import type { MachineSettings, StateSettings } from './machine-definition.ts';
import { MachineWay } from './machine-way.ts';
import { type MachineExplanation, machineInWords } from './machine-explanation.ts';
import { instantOf } from './rule-explanation.ts';
import { REST_MS, RuleFailures } from './rule-failures.ts';
import type { MachineRecord } from './rule-memory.ts';

/** What `machine` gives back. There is no need to keep it: it ends with the app. */
export interface Machine<State extends string = string, Event extends string = string> extends Disposable {
  readonly name: string;
  /** False once it was cancelled, or its app has stopped. */
  readonly active: boolean;
  /** The condition of a rule, or of another machine, may look at it. */
  readonly state: State;
  /** Since when it is in that state; what is remembered goes on over a restart. */
  readonly since: Temporal.Instant;
  /** Whether it is in one of some states. */
  is(...states: readonly State[]): boolean;
  /**
   * Sends it something. Gives whether its state had a way for that.
   *
   * @throws Cancelled once the app has stopped.
   */
  send(event: Event): boolean;
  /** Why it is where it is, and what leads from there. */
  explain(): MachineExplanation<State>;
  /** Ends it: it changes no more, and a run under way goes on. Its state stays remembered. */
  cancel(): void;
}

/** A run of what a state does. */
interface MachineRun {
  readonly change: MachineChange;
  readonly what: 'enter' | 'exit' | 'onChange';
  readonly call: (change: MachineChange) => unknown;
}

/** Each change of state has up to three runs, and none of them may be left out. */
const MOST_PENDING = 1000;

/** A machine that is in one of some states, and what leads from one to another. */
export class StateMachine implements Machine, KeptRule {
  readonly name: string;
  readonly #owner: RuleOwner;
  readonly #settings: MachineSettings;
  readonly #after: DueTime;
  readonly #rest: DueTime;
  readonly #lane: Lane<MachineRun>;
  readonly #failures: RuleFailures;
  readonly #listeners = new Set<() => void>();
  #ways: readonly MachineWay[] = [];
  #state: string;
  #sinceMs: number;
  /** Which of its states since it began it is in, the first being 0. */
  #turn = 0;
  #because: string | undefined;
  /** What runs on entering the present state has come to its end. */
  #entered: boolean;
  #record: MachineRecord | undefined;
  #active = true;
  #started = false;
  #evaluations = 0;

  constructor(owner: RuleOwner, settings: MachineSettings) {
    const { life, executor, dues, memory, clock, logger, self } = owner;
    this.name = settings.name;
    this.#owner = owner;
    this.#settings = settings;
    const record = memory.recall(settings.name);
    const isKnown = record?.kind === 'machine' && settings.states.has(record.state);
    if (record?.kind === 'machine' && !isKnown) {
      logger.warn(
        `machine "${settings.name}" was in state "${record.state}", which it has no longer: it begins in "${settings.initial}"`,
      );
    }
    this.#record = isKnown ? record : undefined;
    this.#state = this.#record?.state ?? settings.initial;
    this.#sinceMs = this.#record?.sinceMs ?? clock.nowMs();
    this.#entered = this.#record?.entered ?? false;
    this.#because = this.#record === undefined ? undefined : 'it is remembered';
    this.#failures = new RuleFailures(owner, settings.name, settings.onError);
    this.#after = dues.make(() => this.#timeIsUp());
    this.#rest = dues.make(() => this.#arrive());
    this.#lane = executor.lane<MachineRun>({
      life,
      kind: 'handler',
      name: settings.name,
      maxPending: MOST_PENDING,
      timeoutMs: settings.timeoutMs,
      onError: settings.onError ?? owner.onError,
      describe: ({ what, change }) => `${what}, ${change.from ?? 'the beginning'} → ${change.to}`,
      run: ({ call, change }, execution) => {
        handOver(change, execution);
        return call.call(self(), change);
      },
    });
  }

  get active(): boolean {
    return this.#active;
  }

  get state(): string {
    const tracker = currentTracker();
    if (tracker === undefined) return this.#state;
    for (const way of this.#ways) way.catchUp();
    const state = this.#state;
    tracker.note({
      what: `state of machine "${this.name}"`,
      present: () => this.#state,
      source: {
        key: `machine ${this.#owner.life.name} ${this.name}`,
        follow: (onNews) => {
          const listener = (): void => onNews({});
          this.#listeners.add(listener);
          return () => this.#listeners.delete(listener);
        },
      },
      differs: () => this.#state !== state,
      since: () => this.#sinceMs,
      dated: true,
    });
    return state;
  }

  get since(): Temporal.Instant {
    return instantOf(this.#sinceMs);
  }

  is(...states: readonly string[]): boolean {
    return states.includes(this.state);
  }

  send(event: string): boolean {
    assertMayAct(this.#owner.life, `machine "${this.name}".send('${event}')`);
    this.start();
    if (!this.#active) return false;
    for (const way of this.#ways) way.catchUp();
    const way = this.#here.on.get(event);
    if (way === undefined || !this.#admits(event, way.guard)) return false;
    this.#go(way.to, `"${event}" was sent`, event);
    return true;
  }

  start(): void {
    if (this.#started || !this.#active) return;
    this.#started = true;
    // What was called off in the middle, or has never been, is run.
    if (!this.#entered) this.#run(new MachineChange(this.#changeOf(undefined, undefined), this.#owner.life));
    this.#arrive();
  }

  refresh(): void {
    for (const way of this.#ways) way.refresh();
  }

  shift(byMs: number): void {
    this.#sinceMs += byMs;
    for (const way of this.#ways) way.shift(byMs);
    if (this.#started) this.#planAfter();
  }

  cancel(): void {
    if (!this.#active) return;
    this.#active = false;
    // Whatever has changed by now is known: only what is dated later has been otherwise unseen.
    if (this.#ways.some(({ pendingMs }) => pendingMs !== undefined)) this.#remember();
    this.#leave();
    this.#owner.dues.set(this.#rest, undefined);
    this.#lane.close();
    this.#failures.close();
    this.#owner.leave(this);
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  explain(): MachineExplanation {
    const explanation = {
      name: this.name,
      state: this.#state,
      since: this.since,
      because: this.#because,
      ways: [
        ...this.#ways.map((way) => ({ kind: 'when' as const, to: way.to, at: way.at, ...way.explain() })),
        ...this.#here.after.map(({ to, afterMs }) => ({
          kind: 'after' as const,
          to,
          at: instantOf(this.#sinceMs + afterMs),
        })),
        ...Array.from(this.#here.on, ([event, { to }]) => ({ kind: 'on' as const, to, event })),
      ],
    };
    const words = machineInWords(explanation, this.#owner.timeZone());
    return { ...explanation, toString: () => words };
  }

  describe(): RuleDescription {
    const { started, failed, timedOut } = this.#lane.counters;
    return {
      app: this.#owner.life.name,
      name: this.name,
      kind: 'machine',
      state: this.#state,
      why: this.explain().toString(),
      evaluations: this.#ways.reduce((sum, way) => sum + way.evaluations, this.#evaluations),
      runs: started,
      failed: failed + timedOut + this.#failures.count,
    };
  }

  get #here(): StateSettings {
    return this.#settings.states.get(this.#state) ?? NOWHERE;
  }

  /** Looks out for what leads from the present state. */
  #arrive(): void {
    if (!this.#active) return;
    const { when } = this.#here;
    const record = this.#record;
    this.#record = undefined;
    const ways = when.map(
      ({ to, ask, forMs }) =>
        new MachineWay({
          to,
          ask: () => ask.call(this.#owner.self()),
          forMs,
          what: `the condition that leads machine "${this.name}" from "${this.#state}" to "${to}"`,
          dues: this.#owner.dues,
          nowMs: () => this.#owner.clock.nowMs(),
          enteredMs: this.#sinceMs,
          record,
          onChange: () => this.#remember(),
          onHolds: (why) => this.#go(to, why, undefined),
          onFailure: (error) => this.#failures.tellOnce(error),
          onMissing: (why) => this.#owner.logger.warn(`machine "${this.name}" waits, since ${why}`),
        }),
    );
    this.#ways = ways;
    this.#planAfter();
    for (const way of ways) if (this.#ways === ways) way.start();
    if (this.#ways === ways) this.#remember();
  }

  #leave(): void {
    for (const way of this.#ways) {
      this.#evaluations += way.evaluations;
      way.stop();
    }
    this.#ways = [];
    this.#owner.dues.set(this.#after, undefined);
  }

  #planAfter(): void {
    const first = Math.min(...this.#here.after.map(({ afterMs }) => this.#sinceMs + afterMs));
    this.#owner.dues.set(this.#after, Number.isFinite(first) ? first : undefined);
  }

  #timeIsUp(): void {
    const [first] = this.#here.after.toSorted((a, b) => a.afterMs - b.afterMs);
    if (first !== undefined) this.#go(first.to, `${formatDuration(first.afterMs)} had passed`, undefined);
  }

  #go(to: string, because: string, event: string | undefined): void {
    const from = this.#state;
    const nowMs = this.#owner.clock.nowMs();
    this.#leave();
    this.#state = to;
    this.#sinceMs = nowMs;
    this.#turn += 1;
    this.#because = because;
    this.#entered = false;
    this.#run(new MachineChange(this.#changeOf(from, event), this.#owner.life));
    if (this.#rests(nowMs)) return;
    for (const listener of [...this.#listeners]) listener();
    // One who listened may have sent it on already.
    if (this.#state === to && this.#sinceMs === nowMs && this.#ways.length === 0) this.#arrive();
  }

  #changeOf(from: string | undefined, event: string | undefined) {
    return { machine: this.name, from, to: this.#state, event, firedAtMs: this.#owner.clock.nowMs() };
  }

  /** Runs what leaving one state and entering another does, one after the other. */
  #run(change: MachineChange): void {
    const { states, onChange } = this.#settings;
    const exit = change.from === undefined ? undefined : states.get(change.from)?.exit;
    const runs: readonly Pick<MachineRun, 'what' | 'call'>[] = [
      ...(exit === undefined ? [] : [{ what: 'exit', call: exit } as const]),
      ...(this.#here.enter === undefined ? [] : [{ what: 'enter', call: this.#here.enter } as const]),
      ...(onChange === undefined ? [] : [{ what: 'onChange', call: onChange } as const]),
    ];
    const turn = this.#turn;
    const outcomes = runs.map((run) => this.#lane.request({ ...run, change }));
    void Promise.all(outcomes).then((all) => {
      // What was called off with the app is run when it starts again.
      if (this.#turn !== turn || all.some(({ kind }) => kind === 'cancelled')) return;
      this.#entered = true;
      this.#remember();
    });
  }

  /** Whether the guard of what was sent lets it pass. Where it cannot say, it does not. */
  #admits(event: string, guard: (() => unknown) | undefined): boolean {
    if (guard === undefined) return true;
    let admits = false;
    const watch = new ConditionWatch({
      what: `what guards "${event}" in state "${this.#state}" of machine "${this.name}"`,
      dues: this.#owner.dues,
      held: [],
      ask: () => guard.call(this.#owner.self()),
      onLevel: ({ level }) => {
        admits = level;
      },
      onCameBack: () => undefined,
      onSuspended: () => undefined,
      onFailure: (error) => this.#failures.tellOnce(error),
    });
    watch.start();
    watch.stop();
    return admits;
  }

  #remember(): void {
    const pending: Record<string, number> = {};
    for (const { to, pendingMs } of this.#ways) if (pendingMs !== undefined) pending[to] = pendingMs;
    this.#owner.memory.keep(this.name, {
      kind: 'machine',
      state: this.#state,
      sinceMs: this.#sinceMs,
      entered: this.#entered,
      pending,
      held: this.#ways.flatMap((way) => way.holding),
      atMs: this.#owner.clock.nowMs(),
    });
  }

  /** Whether it goes round in circles, and has to rest. */
  #rests(nowMs: number): boolean {
    const hint = 'Let one of the conditions that lead it round say no, or hold for a while.';
    if (!this.#failures.isLooping(`Machine "${this.name}"`, hint)) return false;
    this.#owner.dues.set(this.#rest, nowMs + REST_MS);
    return true;
  }
}

const NOWHERE: StateSettings = { enter: undefined, exit: undefined, when: [], after: [], on: new Map() };
