import { currentTracker, type ReadNews, type ReadSource, type ReadTracker } from '../../kernel/tracked-reads.ts';
import { describeMeant, isChoice, type Meant } from '../subscriptions/state-target.ts';
import { nearestEntity } from '../calls/service-check.ts';
import type { Home } from '../home.ts';
import { presentPattern } from './entity-group.ts';
import { isAvailable, lastChangedMs, lastUpdatedMs, type EntityState } from './entity-state.ts';
import type { StateTransition } from './state-mirror.ts';

/** What is looked at of a home. */
export type ReadableHome = Pick<Home, 'home' | 'mirror' | 'states' | 'selections' | 'connection' | 'moment'>;

/** One entity, as where a condition's reads may change. */
class EntitySource implements ReadSource {
  readonly key: string;
  readonly #home: ReadableHome;
  readonly #entityId: string;

  constructor(home: ReadableHome, entityId: string) {
    this.key = `${home.home} ${entityId}`;
    this.#home = home;
    this.#entityId = entityId;
  }

  follow(onNews: (news: ReadNews) => void): () => void {
    const { states, mirror } = this.#home;
    return states.subscribe(mirror.presentId(this.#entityId), (transition) => onNews(this.#newsOf(transition)));
  }

  /** A newer `lastChanged` of the same value, found after a gap without a restart, proves that it was another meanwhile. */
  #newsOf({ from, to, resync, restarted }: StateTransition): ReadNews {
    const news = newsOf(this.#home);
    if (!resync || restarted || from === null || to === null || from.state !== to.state) return news;
    if (!isAvailable(to.state) || lastChangedMs(to) <= lastChangedMs(from)) return news;
    return { ...news, cameBack: true };
  }
}

/** What conditions are told: that something has happened, and when all of it is told. */
export function newsOf({ moment }: Pick<ReadableHome, 'moment'>): ReadNews {
  return { afterwards: (work) => moment.afterwards(work) };
}

/** What is asked of the state of an entity. */
export interface Verdict {
  /** In words: `is on`. */
  readonly what: string;
  /** What a state says; undefined where it says nothing, which suspends the evaluation. */
  readonly says: (state: string | undefined) => boolean | undefined;
  readonly dated: boolean;
  /** The name of what it gave last, where it starts from that. */
  readonly latch?: string | undefined;
}

/** Whether some state of an entity says yes or no, noted as a read of the condition that is being asked. */
export function readVerdict(
  tracker: ReadTracker,
  home: ReadableHome,
  entityId: string,
  { what, says, dated, latch }: Verdict,
): boolean {
  const look = (): boolean | undefined => says(home.mirror.stateOf(entityId));
  const verdict = look();
  tracker.note({
    what: `${entityId} ${what}`,
    present: () => home.mirror.stateOf(entityId),
    source: new EntitySource(home, entityId),
    differs: () => look() !== verdict,
    since: (knownMs) => changedMs(home, entityId, knownMs),
    dated,
    latched: latch === undefined || verdict === undefined ? undefined : { key: latch, holds: verdict },
  });
  return verdict ?? suspend(tracker, home, entityId);
}

/**
 * The whole state of an entity, noted as a read where a condition is being asked. There it suspends where the entity
 * has no value, unless `suspends` is false.
 */
export function readState(home: ReadableHome, entityId: string, suspends = true): EntityState | undefined {
  const state = home.mirror.get(entityId);
  const tracker = currentTracker();
  if (tracker === undefined) return state;
  tracker.note({
    what: entityId,
    present: () => home.mirror.stateOf(entityId),
    source: new EntitySource(home, entityId),
    differs: () => home.mirror.get(entityId) !== state,
    since: () => {
      const present = home.mirror.get(entityId);
      return present === undefined ? undefined : wallMs(home, lastUpdatedMs(present));
    },
    dated: false,
  });
  return suspends && state?.available !== true ? suspend(tracker, home, entityId) : state;
}

/** Something about an entity that its transitions may change, noted as a read where a condition is being asked. */
export function readAspect<T>(home: ReadableHome, entityId: string, what: string, look: () => T): T {
  const value = look();
  currentTracker()?.note({
    what: `${what} of ${entityId}`,
    present: look,
    source: new EntitySource(home, entityId),
    differs: () => look() !== value,
    since: () => changedMs(home, entityId),
    dated: false,
  });
  return value;
}

/** Which entities there are of some that are meant, noted as a read where a condition is being asked. */
export function readMembers<T>(home: ReadableHome, group: unknown, meant: Meant, look: () => T): T {
  const value = look();
  const tracker = currentTracker();
  if (tracker === undefined) return value;
  const shown = JSON.stringify(value);
  tracker.note({
    what: `which ${describeMeant(meant)} there are`,
    present: look,
    source: {
      key: `${home.home} members ${JSON.stringify(group)}`,
      follow: (onNews) => followMembers(home, meant, () => onNews(newsOf(home))),
    },
    differs: () => JSON.stringify(look()) !== shown,
    since: () => undefined,
    dated: false,
  });
  return value;
}

function followMembers(home: ReadableHome, meant: Meant, onNews: () => void): () => void {
  if (isChoice(meant)) {
    const { end } = home.selections.follow(meant, { onJoined: onNews, onLeft: onNews, onUpdated: onNews });
    // A member that has no state yet, or no longer, is none to whoever reads states.
    const remove = home.states.subscribe(meant.domain === undefined ? '*' : { domain: [...meant.domain] }, cameOrWent);
    return () => {
      end();
      remove();
    };
  }
  return home.states.subscribe(presentPattern(home.mirror, meant), cameOrWent);

  function cameOrWent({ kind }: StateTransition): void {
    if (kind !== 'changed') onNews();
  }
}

/** Something that the registries say, noted as a read where a condition is being asked. */
export function readRegistries<T>(home: ReadableHome, what: string, look: () => T): T {
  const value = look();
  const shown = JSON.stringify(value);
  currentTracker()?.note({
    what,
    present: look,
    source: {
      key: `${home.home} registries`,
      follow: (onNews) => home.selections.onUpdate(() => onNews(newsOf(home))),
    },
    differs: () => JSON.stringify(look()) !== shown,
    since: () => undefined,
    dated: false,
  });
  return value;
}

/** Since when the state of an entity is what it is, on our clock. */
function changedMs(home: ReadableHome, entityId: string, knownMs?: number): number | undefined {
  const state = home.mirror.get(entityId);
  if (state === undefined) return undefined;
  // Nothing is older than what was known by then: Home Assistant has been restarted, and dated all anew.
  if (knownMs !== undefined && home.mirror.isAllNewerThan(knownMs + home.connection.clockOffsetMs)) return undefined;
  return wallMs(home, lastChangedMs(state));
}

/** A moment of Home Assistant's clock, on ours. */
function wallMs({ connection }: Pick<ReadableHome, 'connection'>, homeMs: number): number {
  // It dates to the microsecond and we count milliseconds. The rounding takes out what seconds as a double leave over.
  return Math.floor(Math.round(homeMs * 1000) / 1000) - connection.clockOffsetMs;
}

function suspend(tracker: ReadTracker, { home, mirror }: ReadableHome, entityId: string): never {
  const state = mirror.stateOf(entityId);
  if (state === undefined) {
    const advice = (): string | undefined => nearestEntity(entityId, mirror);
    return tracker.suspend({ why: `home "${home}" has no entity "${entityId}"`, advice });
  }
  return tracker.suspend({
    why: isAvailable(state) ? `${entityId} is "${state}", which is no number` : `${entityId} is ${state}`,
  });
}
