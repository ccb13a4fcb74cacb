import type { Clock, Timer } from './clock.ts';
import { formatDuration } from './duration.ts';
import { HassetteError } from './errors.ts';
import { detached, runOutsideExecutions } from './execution.ts';
import { Heap, type HeapNode } from './heap.ts';

/** Something whose work virtual time has to wait for. */
export interface Activity {
  /** Names what runs at present without waiting for a timer, an event or an answer that the daemon itself brings. */
  busy(): readonly string[];
}

/** The clock of another thread, which follows this one. */
export interface ClockPeer {
  /** Wall time of its next timer. */
  nextDueMs(): Promise<number | undefined>;
  /** Moves it to `epochMs`; what falls due there runs. */
  advanceTo(epochMs: number): Promise<void>;
  /** Waits until all is quiet there. Gives whether anything happened meanwhile. */
  settle(): Promise<boolean>;
}

export interface PendingTimer {
  readonly label: string;
  /** Wall time. */
  readonly dueMs: number;
}

/** Virtual time could not go on, since something neither ended nor waits for virtual time. */
export class NotQuiet extends HassetteError {
  readonly code = 'NOT_QUIET';
  readonly audience = 'author';
  /** What runs. */
  readonly busy: readonly string[];
  /** What waits for virtual time. */
  readonly timers: readonly PendingTimer[];

  constructor(message: string, busy: readonly string[], timers: readonly PendingTimer[], hint: string) {
    super(message, { hint });
    this.busy = busy;
    this.timers = timers;
  }
}

export interface VirtualClockOptions {
  readonly now: Temporal.Instant;
  /** Whether its wall clock never steps and its machine never sleeps. @defaultValue true */
  readonly steady?: boolean | undefined;
  /** How long, in real time, real I/O is waited for. @defaultValue 4000 */
  readonly busyLimitMs?: number | undefined;
}

/** Less than the five seconds after which a test runner gives a test up, who cannot say what it waits for. */
const DEFAULT_BUSY_LIMIT_MS = 4000;
/** So many turns of the event loop are taken at full speed before real waiting sleeps between its looks. */
const EAGER_TURNS = 50;
/** A turn that took longer was not waiting: something else had the processor. No more of it counts as waited. */
const FAIR_TURN_MS = 5;
/** Timers that re-arm themselves for ever would otherwise let `pump` run for ever. */
const PUMP_LIMIT_MS = 7 * 86_400_000;

/**
 * Time that passes only when told to. Nothing global is replaced, so that any number of them run side by side.
 *
 * Timers fire in the order of their due times, those of the same instant in the order in which they were armed, and
 * between any two of them everything that the first one set off comes to rest.
 */
export class VirtualClock implements Clock {
  readonly #timers = new Heap<VirtualTimer>(firesBefore);
  readonly #activities = new Set<Activity>();
  readonly #peers = new Set<ClockPeer>();
  /** What was busy for too long. It has been told of, and holds nothing up any more: a test must come to its end. */
  readonly #givenUp = new Set<string>();
  readonly #startMs: number;
  readonly steady: boolean;
  readonly #busyLimitMs: number;
  #wallOffsetMs = 0;
  #sleptMs = 0;
  #elapsedMs = 0;
  #armed = 0;
  #deferred = 0;
  /** Counts whatever happens, so that a turn in which nothing did can be told. */
  #happenings = 0;

  constructor(options: VirtualClockOptions) {
    this.#startMs = options.now.epochMilliseconds;
    this.steady = options.steady ?? true;
    this.#busyLimitMs = options.busyLimitMs ?? DEFAULT_BUSY_LIMIT_MS;
  }

  nowMs(): number {
    return this.#startMs + this.#elapsedMs + this.#wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, label: string, fire: () => void): Timer {
    this.#armed += 1;
    const timer = new VirtualTimer(this.#timers, this.#elapsedMs + Math.max(0, delayMs), this.#armed, label, fire);
    this.#timers.add(timer);
    return timer;
  }

  defer(fire: () => void): Timer {
    const run = detached(fire);
    this.#deferred += 1;
    let pending = true;
    const done = (): void => {
      pending = false;
      this.#deferred -= 1;
      this.#happenings += 1;
    };
    const handle = setImmediate(() => {
      done();
      run();
    });
    return {
      cancel: () => {
        if (!pending) return;
        clearImmediate(handle);
        done();
      },
    };
  }

  /** Adds something that has to be at rest before time moves on. The function given back takes it out. */
  addActivity(source: Activity): () => void {
    this.#activities.add(source);
    return () => this.#activities.delete(source);
  }

  /** Adds the clock of another thread. The function given back takes it out. */
  addPeer(peer: ClockPeer): () => void {
    this.#peers.add(peer);
    return () => this.#peers.delete(peer);
  }

  /** What waits for virtual time, the next first. */
  timers(): readonly PendingTimer[] {
    return this.#timers
      .nodes()
      .toSorted((a, b) => (firesBefore(a, b) ? -1 : 1))
      .map((timer) => ({ label: timer.label, dueMs: this.#wallOf(timer.dueMs) }));
  }

  sleptMs(): number {
    return this.#sleptMs;
  }

  /** Sets the wall clock forward or back, as when a machine's clock is set. No timer comes nearer by it. */
  stepWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
    this.#happenings += 1;
  }

  /** Suspends the machine: the wall clock goes on meanwhile, the monotonic one and the timers do not. */
  sleepMachine(forMs: number): void {
    this.#sleptMs += forMs;
    this.stepWall(forMs);
  }

  /**
   * Waits until all is quiet: no deferred work, nobody busy, no other thread at work.
   *
   * @throws NotQuiet if something is busy for four seconds of real time in which nothing else happens, longer on a
   * machine that leaves it no processor. It is told of once; from then on it is not waited for.
   */
  async settle(): Promise<void> {
    let seen = this.#happenings;
    let turns = 0;
    let lookedMs: number | undefined;
    let waitedMs = 0;
    for (;;) {
      await turn(turns);
      turns += 1;
      if (this.#deferred > 0 || this.#happenings !== seen) {
        seen = this.#happenings;
        lookedMs = undefined;
        waitedMs = 0;
        turns = 0;
        continue;
      }
      const busy = this.#busy();
      if (busy.length > 0) {
        const nowMs = performance.now();
        waitedMs += Math.min(nowMs - (lookedMs ?? nowMs), FAIR_TURN_MS);
        lookedMs = nowMs;
        if (waitedMs > this.#busyLimitMs) throw this.#tooBusy(busy);
        continue;
      }
      if (!(await this.#settlePeers())) return;
      this.#happenings += 1;
    }
  }

  /** Lets `ms` pass: whatever falls due runs in order, and all is quiet afterwards. */
  async advanceBy(ms: number): Promise<void> {
    await this.#advance(this.#elapsedMs + ms);
  }

  /** Lets time pass until the wall clock shows `epochMs`; a moment that is past already only settles. */
  async advanceTo(epochMs: number): Promise<void> {
    await this.#advance(this.#elapsedMs + Math.max(0, epochMs - this.nowMs()));
  }

  /**
   * Waits for `work`, moving on to the next timer whenever all is quiet and it is still under way.
   *
   * @throws NotQuiet, with the timers that hang, if nothing is left that could bring it to its end.
   */
  async pump<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const noteEnd = (): void => {
      settled = true;
      this.#happenings += 1;
    };
    work.then(noteEnd, noteEnd);
    const limitMs = this.#elapsedMs + PUMP_LIMIT_MS;
    for (;;) {
      await this.settle();
      if (settled) return work;
      const dueMs = await this.#nextDueMs();
      if (dueMs === undefined) throw this.#hung('nothing is left that it could wait for');
      if (dueMs > limitMs) throw this.#hung(`${formatDuration(PUMP_LIMIT_MS)} of virtual time did not end it`);
      await this.#moveTo(dueMs);
    }
  }

  async #advance(targetMs: number): Promise<void> {
    for (;;) {
      await this.settle();
      const dueMs = await this.#nextDueMs();
      if (dueMs === undefined || dueMs > targetMs) break;
      await this.#moveTo(dueMs);
    }
    await this.#moveTo(targetMs);
    await this.settle();
  }

  /**
   * Moves to a time before which nothing is due, and fires the timer that is due then. Other threads come first at a
   * new time, so that whatever the timer sets off there finds their clocks at the same time.
   */
  async #moveTo(elapsedMs: number): Promise<void> {
    const moved = elapsedMs > this.#elapsedMs;
    if (moved) this.#elapsedMs = elapsedMs;
    this.#happenings += 1;
    const timer = this.#timers.peek();
    const due = timer !== undefined && timer.dueMs <= this.#elapsedMs;
    if (this.#peers.size > 0 && (moved || !due)) {
      const wallMs = this.nowMs();
      for (const peer of this.#peers) await peer.advanceTo(wallMs);
    } else if (due) {
      this.#timers.take();
      runOutsideExecutions(timer.fire);
    }
  }

  /** On the monotonic clock. Never before now, so that a timer armed late is due at once. */
  async #nextDueMs(): Promise<number | undefined> {
    let dueMs = this.#timers.peek()?.dueMs;
    for (const peer of this.#peers) {
      const wallMs = await peer.nextDueMs();
      if (wallMs === undefined) continue;
      const peerDueMs = this.#elapsedMs + Math.max(0, wallMs - this.nowMs());
      if (dueMs === undefined || peerDueMs < dueMs) dueMs = peerDueMs;
    }
    return dueMs;
  }

  async #settlePeers(): Promise<boolean> {
    let happened = false;
    for (const peer of this.#peers) {
      if (await peer.settle()) happened = true;
    }
    return happened;
  }

  #busy(): readonly string[] {
    let busy: readonly string[] = [];
    for (const activity of this.#activities) {
      const names = activity.busy().filter((name) => !this.#givenUp.has(name));
      if (names.length > 0) busy = busy.length === 0 ? names : [...busy, ...names];
    }
    return busy;
  }

  #wallOf(elapsedMs: number): number {
    return this.#startMs + elapsedMs + this.#wallOffsetMs;
  }

  #tooBusy(busy: readonly string[]): NotQuiet {
    for (const name of busy) this.#givenUp.add(name);
    return new NotQuiet(
      `Still running after ${formatDuration(this.#busyLimitMs)} of real time: ${busy.join('; ')}`,
      busy,
      this.timers(),
      'A promise in it never settles, or real I/O takes too long. Wait by tasks.sleep, waitFor or api calls, which follow virtual time.',
    );
  }

  #hung(why: string): NotQuiet {
    const timers = this.timers();
    const shown = timers.map(
      (timer) => `${timer.label} (due ${Temporal.Instant.fromEpochMilliseconds(Math.round(timer.dueMs)).toString()})`,
    );
    const pending = shown.length === 0 ? 'No timer is pending.' : `Pending timers: ${shown.slice(0, 20).join('; ')}.`;
    return new NotQuiet(
      `The promise waited for never settles: ${why}. ${pending}`,
      [],
      timers,
      'Look for an await on something that nothing in the test brings about.',
    );
  }
}

class VirtualTimer implements Timer, HeapNode {
  heapIndex = -1;
  /** On the monotonic clock. */
  readonly dueMs: number;
  readonly order: number;
  readonly label: string;
  readonly fire: () => void;
  readonly #timers: Heap<VirtualTimer>;

  constructor(timers: Heap<VirtualTimer>, dueMs: number, order: number, label: string, fire: () => void) {
    this.#timers = timers;
    this.dueMs = dueMs;
    this.order = order;
    this.label = label;
    this.fire = fire;
  }

  cancel(): void {
    this.#timers.remove(this);
  }
}

function firesBefore(a: VirtualTimer, b: VirtualTimer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/** A turn of the event loop, in which whatever waits for I/O or was deferred before gets its chance. */
function turn(count: number): Promise<void> {
  return new Promise((resolve) => {
    if (count < EAGER_TURNS) setImmediate(resolve);
    else setTimeout(resolve, 1);
  });
}
