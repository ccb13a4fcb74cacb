import { originalOf } from '../../bus/middleware.ts';
import type { Clock } from '../../kernel/clock.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import type { Life } from '../../kernel/life.ts';
import type { Logger } from '../../kernel/logging.ts';
import type { Json } from '../../storage/storable.ts';
import type { Wait, WaitGroup, WaitId, WaitLedger } from '../../storage/wait-ledger.ts';
import type { WaitPolicy } from '../../storage/wait-policy.ts';
import type { Home } from '../home.ts';
import type { CompressedState } from '../protocol/wire.ts';
import {
  compressedOf,
  entityStateOfCompressed,
  type EntityState,
  lastChangedMs,
  lastUpdatedMs,
} from '../states/entity-state.ts';
import type { Hold, HoldNotes } from './holds.ts';
import type { StateChange } from './state-change.ts';
import type { StateFacet } from './state-facet.ts';
import type { StateTest } from './state-test.ts';

/** What a subscription has to say of holds that outlive the daemon. */
export interface Durability {
  readonly ledger: WaitLedger;
  /** The subscription's own name, under which its holds are found again. */
  readonly name: string;
  readonly policy: WaitPolicy;
  readonly life: Life;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

export interface DurableHoldsOptions extends Durability {
  readonly home: Home;
  readonly clock: Clock;
  readonly test: StateTest;
  readonly facet: StateFacet;
  readonly forMs: number;
  /** Begins holds for those of which nothing was known and whose condition holds already. */
  readonly takesPresent: boolean;
}

/** A hold as it is stored. */
type StoredHold = {
  readonly kind: Hold['kind'];
  readonly from: CompressedState | null;
  readonly origin: CompressedState;
  readonly sinceMs: number;
  /** When it has lasted, for whoever looks at what is stored. */
  readonly dueMs: number;
  /** `last_changed` of the entity when it was last seen. */
  readonly changedMs: number;
};

/** Where the watch stands with an entity. */
export type PresentState = (entityId: string) => EntityState | undefined;

/** What becomes of a hold of an earlier life of the daemon. */
export type Resumption =
  /** It goes on, counted from when it was. */
  | 'keep'
  /** The entity left its state and came back: it counts from then. */
  | 'anew'
  /** Its condition holds no more. */
  | 'forget'
  /** It has had its handler, and nothing has happened since. */
  | 'rest'
  /** Its handler was cut short. */
  | 'interrupted';

/** The item under which stands when the home was last looked at. */
const LOOKED_AT = '';
/**
 * While things are told it is written down so often up to when. The longer ago that was, the more of a home may have been
 * updated since without having been restarted.
 */
const LOOK_EVERY_MS = 600_000;

/**
 * What becomes of a hold that was stored.
 *
 * @param holds - whether its condition is true now.
 * @param cameBack - whether the entity is in the same state, and has been in another since it was last seen.
 */
export function resumptionOf(status: Wait['status'], holds: boolean, cameBack: boolean): Resumption {
  if (!holds) return 'forget';
  if (cameBack) return 'anew';
  if (status === 'waiting') return 'keep';
  return status === 'claimed' ? 'interrupted' : 'rest';
}

/**
 * Writes down the holds of a subscription, and takes them up again when the daemon starts anew.
 *
 * Of each entity there is at most one: it waits, its handler runs, or, having had that or been so before, it rests for as
 * long as the condition holds, so that the same occasion is not met twice. An entity of which there is none and that has changed since
 * the home was last looked at has changed unseen: its hold begins where the change was.
 */
export class DurableHolds implements HoldNotes {
  readonly #options: DurableHoldsOptions;
  readonly #group: WaitGroup;
  /** What was stored before, of entities that have not been taken up yet. */
  readonly #left: Map<string, Wait>;
  /** When an earlier life of the daemon looked at the home. */
  readonly #lookedAtMs: number | undefined;
  /** Up to when it is written down that this one has. */
  #notedMs: number | undefined;
  /** Whether the home has been restarted since. */
  #restarted: boolean | undefined;
  /** The entities of which something is stored. */
  readonly #stored = new Set<string>();
  readonly #fired = new WeakMap<StateChange, WaitId>();

  /** @throws InvalidArgument if another subscription of the app has holds under that name. */
  constructor(options: DurableHoldsOptions) {
    this.#options = options;
    this.#group = { home: options.home.home, kind: 'hold', name: options.name };
    if (!options.ledger.enter(this.#group)) {
      throw new InvalidArgument(`The app has a durable subscription "${options.name}" already`, {
        hint: 'What each waits for is kept by its name: give this one another, or one subscription all entities.',
      });
    }
    const waits = new Map(options.ledger.adopt(this.#group));
    this.#lookedAtMs = readLookedAt(waits.get(LOOKED_AT)?.about);
    waits.delete(LOOKED_AT);
    this.#left = waits;
  }

  began(hold: Hold): void {
    this.#lookAt(hold.origin);
    this.#stored.add(hold.entityId);
    this.#options.ledger.await(this.#id(hold.entityId), storedHold(hold, this.#options.forMs));
  }

  ended(entityId: string): void {
    if (!this.#stored.delete(entityId)) return;
    this.#options.ledger.forget(this.#id(entityId));
  }

  seen(state: EntityState): void {
    this.#lookAt(state);
    if (!this.#stored.has(state.entityId)) return;
    const wait = this.#options.ledger.get(this.#id(state.entityId));
    const stored = wait?.status === 'settled' ? readHold(wait.about) : undefined;
    if (stored !== undefined && !this.#holds(state.entityId, stored, state)) this.ended(state.entityId);
  }

  renamed(from: string, to: string): void {
    if (!this.#stored.delete(from)) return;
    this.#options.ledger.rename(this.#id(from), to);
    this.#stored.add(to);
  }

  /**
   * The subscription has ended. Unless its app has, and may come again, there is nothing to wait for any more. What has
   * had its handler, or has it still, is not met again.
   */
  stopped(): void {
    this.#options.ledger.leave(this.#group);
    if (this.#options.life.ended) return;
    for (const entityId of [...this.#stored])
      if (this.#options.ledger.get(this.#id(entityId))?.status === 'waiting') this.ended(entityId);
    this.#options.ledger.forget(this.#id(LOOKED_AT));
  }

  /**
   * Takes up what an earlier life of the daemon has left of entities that are meant.
   *
   * @param present - their states, as the subscription sees them.
   * @param begin - takes up a hold; one that has lasted fires at once.
   */
  resume(entityIds: Iterable<string>, present: PresentState, begin: (hold: Hold) => void): void {
    const { takesPresent, test, facet, home } = this.#options;
    const lookedAtMs = this.#lookedAtMs;
    this.#restarted ??= lookedAtMs !== undefined && home.mirror.isAllNewerThan(lookedAtMs);
    const restarted = this.#restarted;
    for (const entityId of entityIds) {
      const wait = this.#left.get(entityId);
      if (wait !== undefined) {
        this.#left.delete(entityId);
        this.#takeUp(entityId, wait, restarted, present, begin);
        continue;
      }
      const state = present(entityId);
      if (this.#stored.has(entityId) || state === undefined || !test.firesFirst(state)) continue;
      const changedUnseen = lookedAtMs !== undefined && !restarted && lastChangedMs(state) > lookedAtMs;
      const hold = initialHold(state, facet);
      if (changedUnseen || takesPresent) this.#begin(hold, begin, false);
      else this.#rest(hold);
    }
  }

  /** All that are meant have been taken up; what is left of others is past. */
  resumed(): void {
    for (const [entityId, { status }] of this.#left) {
      if (status === 'claimed') this.#tellInterrupted(entityId, 'its subscription does not mean it any more');
      this.#options.ledger.forget(this.#id(entityId));
    }
    this.#left.clear();
    this.#look();
  }

  /** The home is there again. A restart has given everything new times, which say nothing of the things themselves. */
  reconnected(present: PresentState): void {
    const { ledger } = this.#options;
    for (const entityId of this.#stored) {
      const wait = ledger.get(this.#id(entityId));
      const stored = readHold(wait?.about);
      const state = present(entityId);
      if (wait === undefined || stored === undefined || state === undefined) continue;
      const changedMs = lastChangedMs(state);
      if (changedMs !== stored.changedMs) ledger.amend(this.#id(entityId), jsonOf({ ...stored, changedMs }));
    }
    this.#look();
  }

  /** A hold has lasted, and its handler is to be called with this event. */
  fires(hold: Hold, event: StateChange): void {
    this.#fired.set(event, this.#id(hold.entityId));
  }

  /** The event goes no further: a filter has left it out. */
  leftOut(event: StateChange): void {
    const id = this.#fired.get(event);
    if (id !== undefined) this.#settle(id);
  }

  /** A handler whose beginning is written down before it begins, and whose end after it has ended. */
  guard(handler: (event: StateChange) => unknown): (event: StateChange) => unknown {
    const { ledger, life } = this.#options;
    const idOf = (event: StateChange): WaitId | undefined => this.#fired.get(originalOf(event));
    const settle = (id: WaitId, claimed: Wait | undefined): void => this.#settle(id, claimed);
    return async function guarded(this: unknown, event: StateChange): Promise<unknown> {
      const id = idOf(event);
      if (id === undefined) return handler.call(this, event);
      const claimed = await ledger.claim(id);
      event.signal.throwIfAborted();
      try {
        return await handler.call(this, event);
      } finally {
        // One that the end of the app has cut short is told at the next start.
        if (!life.ended) settle(id, claimed);
      }
    };
  }

  #takeUp(entityId: string, wait: Wait, restarted: boolean, present: PresentState, begin: (hold: Hold) => void): void {
    const { ledger, facet, home, policy } = this.#options;
    const id = this.#id(entityId);
    const stored = readHold(wait.about);
    if (stored === undefined) return ledger.forget(id);
    this.#stored.add(entityId);
    const origin = entityStateOfCompressed(entityId, stored.origin);
    home.mirror.remember(origin);
    const state = present(entityId) ?? origin;
    const cameBack =
      facet.followsLastChanged &&
      !restarted &&
      state.state === stored.origin.s &&
      lastChangedMs(state) > stored.changedMs;
    const hold = { ...this.#holdOf(entityId, stored, origin), restarted };
    switch (resumptionOf(wait.status, this.#holds(entityId, stored, state), cameBack)) {
      case 'keep':
        return this.#begin(hold, begin, false);
      case 'anew':
        if (wait.status === 'claimed')
          this.#tellInterrupted(entityId, 'it counts anew, as its condition has begun anew');
        return this.#begin({ ...hold, origin: state, sinceMs: lastChangedMs(state) }, begin, false);
      case 'forget':
        if (wait.status === 'claimed') this.#tellInterrupted(entityId, 'its condition holds no more');
        return this.ended(entityId);
      case 'rest':
        return undefined;
      case 'interrupted':
        this.#tellInterrupted(entityId, policy.runsAgain ? 'it runs again' : 'it is left at that');
        if (policy.runsAgain) return this.#begin(hold, begin, true);
        return this.#settle(id);
    }
  }

  /** A hold is due already if its handler had begun; otherwise it may be too late for it. */
  #begin(hold: Hold, begin: (hold: Hold) => void, hadBegun: boolean): void {
    const { policy, clock, home, forMs, logger, name } = this.#options;
    const lateMs = clock.nowMs() + home.connection.clockOffsetMs - hold.sinceMs - forMs;
    if (hadBegun || lateMs <= 0 || lateMs <= policy.lateMs) return begin(hold);
    logger.info(
      `"${name}" of ${hold.entityId} was due ${formatDuration(lateMs)} ago, while the daemon was off: it is skipped`,
    );
    this.began(hold);
    this.#settle(this.#id(hold.entityId));
  }

  /** Its condition was true before anybody waited for it: that it is so still, at another start, is no news. */
  #rest(hold: Hold): void {
    this.#stored.add(hold.entityId);
    this.#options.ledger.settle(this.#id(hold.entityId), storedHold(hold, this.#options.forMs));
  }

  #tellInterrupted(entityId: string, then: string): void {
    const { logger, name } = this.#options;
    logger.warn({ entityId }, `"${name}" of ${entityId} was cut short when the daemon ended: ${then}`);
  }

  #holds(entityId: string, { origin }: StoredHold, state: EntityState): boolean {
    return this.#options.test.holds(entityStateOfCompressed(entityId, origin), state);
  }

  #holdOf(entityId: string, { kind, from, sinceMs }: StoredHold, origin: EntityState): Hold {
    const before = from === null ? null : entityStateOfCompressed(entityId, from);
    return { entityId, kind, from: before, origin, sinceMs, resync: false, restarted: false };
  }

  /** It is over, unless another has begun meanwhile. */
  #settle(id: WaitId, claimed?: Wait): void {
    const { ledger } = this.#options;
    const wait = ledger.get(id);
    if (wait !== undefined && (claimed === undefined || wait === claimed)) ledger.settle(id, wait.about);
  }

  /** All that has come so far has been looked at. What is on its way is newer than the newest of that. */
  #look(): void {
    const { clock, home } = this.#options;
    this.#noteLook(home.mirror.latestUpdateMs() ?? clock.nowMs() + home.connection.clockOffsetMs);
  }

  /** States come in the order of their times. */
  #lookAt(state: EntityState): void {
    const ms = lastUpdatedMs(state);
    if (this.#notedMs !== undefined && ms - this.#notedMs >= LOOK_EVERY_MS) this.#noteLook(ms);
  }

  #noteLook(lookedAtMs: number): void {
    this.#notedMs = lookedAtMs;
    this.#options.ledger.settle(this.#id(LOOKED_AT), { lookedAtMs });
  }

  #id(entityId: string): WaitId {
    return { ...this.#group, item: entityId };
  }
}

function initialHold(state: EntityState, facet: StateFacet): Hold {
  return {
    entityId: state.entityId,
    kind: 'initial',
    from: null,
    origin: state,
    sinceMs: facet.sinceMs(null, state),
    resync: false,
    restarted: false,
  };
}

function storedHold({ kind, from, origin, sinceMs }: Hold, forMs: number): Json {
  return jsonOf({
    kind,
    from: from === null ? null : compressedOf(from),
    origin: compressedOf(origin),
    sinceMs,
    dueMs: sinceMs + forMs,
    changedMs: lastChangedMs(origin),
  });
}

/** What came from the wire is JSON. */
function jsonOf(stored: StoredHold): Json {
  return stored as unknown as Json;
}

/** Whatever else stands there was written by a release that knew more. */
function readHold(about: Json | undefined): StoredHold | undefined {
  if (typeof about !== 'object' || about === null || !('origin' in about && 'sinceMs' in about)) return undefined;
  return about as unknown as StoredHold;
}

function readLookedAt(about: Json | undefined): number | undefined {
  if (typeof about !== 'object' || about === null || !('lookedAtMs' in about)) return undefined;
  return typeof about.lookedAtMs === 'number' ? about.lookedAtMs : undefined;
}
