import { truth } from '../bus/conditions.ts';
import { runOutsideExecutions } from '../kernel/execution.ts';
import {
  type NotInCondition,
  type ReadNews,
  type ReadTracker,
  type Suspension,
  trackReads,
  type TrackedRead,
  untracked,
} from '../kernel/tracked-reads.ts';
import type { DueTime, DueTimes } from './due-times.ts';
import type { Level } from './phase.ts';

export interface WatchOptions {
  /** Whose condition it is, for messages: `the condition of rule "hallway"`. */
  readonly what: string;
  readonly ask: () => unknown;
  readonly dues: DueTimes;
  /** The reads with hysteresis that held when a watch of the same name was there last. */
  readonly held: Iterable<string>;
  /** What the condition says, each time that it was asked. */
  readonly onLevel: (level: Level) => void;
  /** What the condition has looked at is as it was, but has been something else meanwhile: it is so since then. */
  readonly onCameBack: (sinceMs: number) => void;
  /** It cannot be asked at present. */
  readonly onSuspended: (cause: Suspension) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Thrown through a person's condition, so that it comes to its end where it has found no value. */
class Suspended extends Error {
  override readonly name = 'Suspended';
}

/** A source that is listened to, and what was read from it last. */
interface Followed {
  readonly stop: () => void;
  reads: TrackedRead[];
}

/**
 * Asks a condition, and asks it again whenever something that it has looked at would give it something else. As long as
 * nothing does, it costs nothing.
 */
export class ConditionWatch implements ReadTracker {
  readonly what: string;
  readonly #options: WatchOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #due: DueTime;
  readonly #held: Set<string>;
  #reads: ReadonlyMap<string, TrackedRead> = new Map();
  /** What is being read, while the condition is asked. */
  #reading: Map<string, TrackedRead> | undefined;
  #suspension: Suspension | undefined;
  #failure: { readonly error: unknown } | undefined;
  #evaluations = 0;
  #turns = 0;
  #queued = false;
  #active = false;

  constructor(options: WatchOptions) {
    this.what = options.what;
    this.#options = options;
    this.#held = new Set(options.held);
    this.#due = options.dues.make(() => this.ask());
  }

  /** What the condition looked at when it was asked last. */
  get reads(): Iterable<TrackedRead> {
    return this.#reads.values();
  }

  /** Why it could not be asked last. */
  get suspension(): Suspension | undefined {
    return this.#suspension;
  }

  /** How often it was asked. */
  get evaluations(): number {
    return this.#evaluations;
  }

  /** When time alone will change what it looks at. */
  get untilMs(): number | undefined {
    return this.#due.dueMs === Infinity ? undefined : this.#due.dueMs;
  }

  /** How often reads with hysteresis have begun or ceased to hold. */
  get turns(): number {
    return this.#turns;
  }

  /** The reads with hysteresis that hold. */
  get holding(): readonly string[] {
    return [...this.#held];
  }

  start(): void {
    this.#active = true;
    this.ask();
  }

  stop(): void {
    this.#active = false;
    for (const { stop } of this.#followed.values()) stop();
    this.#followed.clear();
    this.#options.dues.set(this.#due, undefined);
  }

  /** Asks now what would be asked in a moment: somebody looks at what follows from it. */
  catchUp(): void {
    if (this.#queued && this.#reading === undefined) this.ask();
  }

  /** Asks again if it may be otherwise, whether anybody has told or not. */
  refresh(): void {
    if (this.#reads.values().some((read) => read.differs())) this.ask();
  }

  note(read: TrackedRead): void {
    this.#reading?.set(`${read.source?.key ?? ''} ${read.what}`, read);
  }

  suspend(cause: Suspension): never {
    this.#suspension = cause;
    throw new Suspended(cause.why);
  }

  refused(error: NotInCondition): void {
    this.#failure ??= { error };
  }

  held(what: string): boolean {
    return this.#held.has(what);
  }

  /** Asks the condition. */
  ask(): void {
    this.#queued = false;
    if (!this.#active) return;
    const before = this.#reads;
    const changed = before
      .values()
      .filter((read) => read.differs())
      .toArray();
    const reading = new Map<string, TrackedRead>();
    this.#reading = reading;
    this.#suspension = undefined;
    this.#evaluations += 1;
    let level: boolean | undefined;
    this.#failure = undefined;
    try {
      level = this.#answer(runOutsideExecutions(() => trackReads(this, this.#options.ask)));
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#reading = undefined;
    this.#reads = reading;
    this.#keepHeld();
    this.#follow();
    untracked(() => this.#tell(level, changed));
  }

  #answer(answer: unknown): boolean {
    // A promise that is refused must not be left behind as one that nobody handles.
    if (answer instanceof Promise) answer.catch(() => {});
    return truth(answer, this.what);
  }

  #tell(level: boolean | undefined, changed: readonly TrackedRead[]): void {
    const { onLevel, onSuspended, onFailure } = this.#options;
    const failure = this.#failure;
    // A condition that has caught one of these has got no further for that.
    if (this.#suspension !== undefined) onSuspended(this.#suspension);
    else if (failure !== undefined) onFailure(failure.error);
    else if (level !== undefined) {
      onLevel({ level, sinceMs: latest(changed.length > 0 ? changed : this.#reads.values()) });
    }
  }

  /** What a read with hysteresis has given is what the next one of the same starts from. */
  #keepHeld(): void {
    for (const { latched } of this.#reads.values()) {
      if (latched === undefined || latched.holds === this.#held.has(latched.key)) continue;
      this.#turns += 1;
      if (latched.holds) this.#held.add(latched.key);
      else this.#held.delete(latched.key);
    }
  }

  #follow(): void {
    for (const followed of this.#followed.values()) followed.reads = [];
    let untilMs = Infinity;
    for (const read of this.#reads.values()) {
      untilMs = Math.min(untilMs, read.untilMs ?? Infinity);
      const { source } = read;
      if (source === undefined) continue;
      let followed = this.#followed.get(source.key);
      if (followed === undefined) {
        followed = { stop: source.follow((news) => this.#hear(source.key, news)), reads: [] };
        this.#followed.set(source.key, followed);
      }
      followed.reads.push(read);
    }
    for (const [key, { reads, stop }] of this.#followed) {
      if (reads.length > 0) continue;
      stop();
      this.#followed.delete(key);
    }
    this.#options.dues.set(this.#due, untilMs === Infinity ? undefined : untilMs);
  }

  #hear(key: string, { cameBack, afterwards }: ReadNews): void {
    const reads = this.#followed.get(key)?.reads ?? [];
    const differs = reads.some((read) => read.differs());
    if (cameBack === true && !differs) {
      const sinceMs = latest(reads.filter(({ dated }) => dated));
      if (sinceMs !== undefined) untracked(() => this.#options.onCameBack(sinceMs));
    }
    if (!differs || this.#queued) return;
    this.#queued = true;
    if (afterwards === undefined) this.catchUp();
    else afterwards(() => this.catchUp());
  }
}

/** When the last of some reads became what it is. */
function latest(reads: Iterable<TrackedRead>): number | undefined {
  let sinceMs: number | undefined;
  for (const read of reads) {
    const ms = read.since();
    if (ms !== undefined && (sinceMs === undefined || ms > sinceMs)) sinceMs = ms;
  }
  return sinceMs;
}
