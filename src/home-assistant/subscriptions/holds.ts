import type { Clock, Timer } from '../../kernel/clock.ts';
import { type EntityState, lastChangedMs } from '../states/entity-state.ts';
import type { StateFacet } from './state-facet.ts';
import type { StateTransition } from '../states/state-mirror.ts';
import type { StateTest } from './state-test.ts';

/** A condition that has become true and has yet to last. */
export interface Hold {
  readonly entityId: string;
  /** How it began: with a change, with the entity itself, or it was so already. */
  readonly kind: 'changed' | 'added' | 'initial';
  /** What the entity was before. Null if it was added, or so already. */
  readonly from: EntityState | null;
  /** The state that made the condition true. */
  readonly origin: EntityState;
  /** Since when it counts, on Home Assistant's clock. */
  readonly sinceMs: number;
  readonly resync: boolean;
  readonly restarted: boolean;
}

/** Who keeps account of holds. */
export interface HoldNotes {
  /** One begins, or goes on otherwise than before. */
  began(hold: Hold): void;
  /** One ended before it had lasted. */
  ended(entityId: string): void;
  /** A state of an entity that has no hold, and begins none with it. */
  seen(state: EntityState): void;
  renamed(from: string, to: string): void;
}

export interface HoldsOptions {
  readonly clock: Clock;
  /** How far Home Assistant's clock is ahead of ours. */
  readonly offsetMs: () => number;
  readonly forMs: number;
  readonly test: StateTest;
  readonly facet: StateFacet;
  /** Names the timers. */
  readonly label: string;
  /** Called when a hold has lasted. `dueMs` is on Home Assistant's clock; `justTold` that its state has only now come. */
  readonly fire: (hold: Hold, dueMs: number, justTold: boolean) => void;
  readonly notes?: HoldNotes | undefined;
}

/** What becomes of the hold of an entity; `anew` begins one for a state that came back. */
type HoldVerdict = 'begin' | 'anew' | 'keep' | 'end' | 'none';

/**
 * What a step, as the subscription sees it, means for the hold of its entity.
 *
 * Further readings that satisfy the condition, updates of attributes, a return from unavailable and a restart of Home
 * Assistant all keep it. A newer `lastChanged` of the same state, found by comparing after a gap, proves that the state
 * was another meanwhile: it begins anew.
 */
function holdVerdict(
  present: Hold | undefined,
  from: EntityState | null,
  to: EntityState,
  transition: Pick<StateTransition, 'from' | 'resync' | 'restarted'>,
  test: StateTest,
  facet: StateFacet,
): HoldVerdict {
  const fires = (): boolean => (from === null ? test.firesFirst(to) : test.fires(from, to));
  const cameBack = facet.followsLastChanged && leftAndCameBack(from, to, transition);
  if (present === undefined) {
    if (fires()) return 'begin';
    return cameBack && test.firesFirst(to) ? 'anew' : 'none';
  }
  if (test.holds(present.origin, to)) return cameBack ? 'anew' : 'keep';
  return fires() ? 'begin' : 'end';
}

function leftAndCameBack(
  from: EntityState | null,
  to: EntityState,
  transition: Pick<StateTransition, 'from' | 'resync' | 'restarted'>,
): boolean {
  if (!transition.resync || transition.restarted || from === null || from.state !== to.state) return false;
  // Seen last without a value, it has a newer time by having it back.
  return transition.from === from && lastChangedMs(to) > lastChangedMs(from);
}

/** The holds of one subscription, one for each entity whose condition is true and has not yet lasted. */
export class Holds {
  readonly #options: HoldsOptions;
  readonly #holds = new Map<string, { readonly hold: Hold; timer: Timer | undefined }>();

  constructor(options: HoldsOptions) {
    this.#options = options;
  }

  #suspended = false;

  get size(): number {
    return this.#holds.size;
  }

  /** Takes a step of an entity. */
  take(from: EntityState | null, to: EntityState, transition: StateTransition): void {
    const { test, facet } = this.#options;
    const present = this.#holds.get(to.entityId)?.hold;
    const verdict = holdVerdict(present, from, to, transition, test, facet);
    if (verdict === 'none') this.#options.notes?.seen(to);
    if (verdict === 'keep' || verdict === 'none') return;
    this.end(to.entityId);
    if (verdict === 'end') return;
    const before = verdict === 'anew' && present !== undefined ? present.from : from;
    const hold: Hold = {
      entityId: to.entityId,
      kind: before === null ? (present?.kind ?? 'added') : 'changed',
      from: before,
      origin: to,
      sinceMs: verdict === 'anew' ? lastChangedMs(to) : facet.sinceMs(from, to),
      resync: transition.resync,
      restarted: transition.restarted,
    };
    this.#begin(hold, true);
  }

  /** Takes a step that the subscription is not told of: it may end a hold, and begins none. */
  takeUntold(from: EntityState | null, to: EntityState, transition: StateTransition): void {
    const { test, facet } = this.#options;
    const present = this.#holds.get(to.entityId)?.hold;
    if (present === undefined) this.#options.notes?.seen(to);
    else if (holdVerdict(present, from, to, transition, test, facet) !== 'keep') this.end(to.entityId);
  }

  /** Begins a hold of what is so already; one that has lasted fires at once. */
  begin(hold: Hold): void {
    this.#begin(hold, false);
  }

  /** An entity has another id, and lasts on as it was. */
  rename(from: string, to: string): void {
    const hold = this.#holds.get(from)?.hold;
    this.#options.notes?.renamed(from, to);
    if (hold === undefined) return;
    this.#drop(from);
    this.#begin({ ...hold, entityId: to }, false);
  }

  end(entityId: string): void {
    if (this.#drop(entityId)) this.#options.notes?.ended(entityId);
  }

  /** None is over until they go on: what has become of their entities is not known yet. */
  suspend(): void {
    this.#suspended = true;
    for (const entry of this.#holds.values()) entry.timer?.cancel();
  }

  resume(): void {
    this.#suspended = false;
    this.rearm();
  }

  /** The hold of an entity is over if it was due before a moment that is past, on Home Assistant's clock. */
  passTo(entityId: string, atMs: number): void {
    const hold = this.#holds.get(entityId)?.hold;
    if (hold === undefined) return;
    const dueMs = this.#dueMs(hold);
    if (dueMs > atMs) return;
    this.end(entityId);
    this.#options.fire(hold, dueMs, false);
  }

  /** Reckons all due times anew: after a gap the machine may have slept, and the clocks may stand otherwise. */
  rearm(): void {
    if (this.#suspended) return;
    for (const entry of [...this.#holds.values()]) {
      entry.timer?.cancel();
      this.#arm(entry, false);
    }
  }

  cancel(): void {
    for (const { timer } of this.#holds.values()) timer?.cancel();
    this.#holds.clear();
  }

  #drop(entityId: string): boolean {
    this.#holds.get(entityId)?.timer?.cancel();
    return this.#holds.delete(entityId);
  }

  #begin(hold: Hold, justTold: boolean): void {
    const entry = { hold, timer: undefined };
    this.#holds.set(hold.entityId, entry);
    this.#options.notes?.began(hold);
    this.#arm(entry, justTold);
  }

  #arm(entry: { readonly hold: Hold; timer: Timer | undefined }, justTold: boolean): void {
    if (this.#suspended) return;
    const { clock, offsetMs, label, fire } = this.#options;
    const { hold } = entry;
    const dueMs = this.#dueMs(hold);
    const ring = (isFresh: boolean): void => {
      this.#holds.delete(hold.entityId);
      fire(hold, dueMs, isFresh);
    };
    const delayMs = dueMs - (clock.nowMs() + offsetMs());
    if (delayMs <= 0) ring(justTold);
    else entry.timer = clock.after(delayMs, `${label}: ${hold.entityId}`, () => ring(false));
  }

  #dueMs(hold: Hold): number {
    return wholeMs(hold.sinceMs) + this.#options.forMs;
  }
}

/**
 * Home Assistant dates to the microsecond and our clock counts milliseconds: what is to last 3 minutes is due 3 minutes
 * after the millisecond in which it began. The rounding before takes out what seconds as a double leave over.
 */
function wholeMs(ms: number): number {
  return Math.floor(Math.round(ms * 1000) / 1000);
}
