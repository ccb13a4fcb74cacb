import { HassetteError } from './errors.ts';

/** Something that was done while a condition was asked, which may only look. */
export class NotInCondition extends HassetteError {
  readonly code = 'NOT_IN_CONDITION';
  readonly audience = 'author';
}

/** What is told where something that was read may have changed. */
export interface ReadNews {
  /** It is as it was, but has been something else meanwhile, unseen. */
  readonly cameBack?: boolean | undefined;
  /** Calls something once all is told that happened together; at once where that is not given. */
  readonly afterwards?: ((work: () => void) => void) | undefined;
}

/** Where it shows that what was read has changed. */
export interface ReadSource {
  /** Sources of one key are the same one. */
  readonly key: string;
  /** Begins to listen. The function given back ends that. */
  follow(onNews: (news: ReadNews) => void): () => void;
}

/** One thing that a condition has looked at. */
export interface TrackedRead {
  /** What was looked at and how, in words. Reads of the same words are one. */
  readonly what: string;
  /** What is there now, for whoever asks why. It may be another than was read, where that makes no difference. */
  readonly present: () => unknown;
  /** Undefined where only time changes it. */
  readonly source: ReadSource | undefined;
  /** Whether another look would give the condition something else. */
  readonly differs: () => boolean;
  /**
   * Since when it is so, in wall time; undefined where that is not known.
   *
   * @param knownMs - It was known to be so at that time. What has only been dated anew since does not count.
   */
  readonly since: (knownMs?: number) => number | undefined;
  /** Whether a newer `since` proves that it was otherwise before. Of a reading, which is dated again and again, it does not. */
  readonly dated: boolean;
  /** When time alone will change it, in wall time. */
  readonly untilMs?: number | undefined;
  /** Of a read with hysteresis: what it gave. The next one of that key starts from there. */
  readonly latched?: { readonly key: string; readonly holds: boolean } | undefined;
}

/** Why a condition cannot be asked at present. */
export interface Suspension {
  readonly why: string;
  /** There only where it looks like a slip: what may help. */
  readonly advice?: (() => string | undefined) | undefined;
}

/** Keeps what a condition looks at, so that it is asked again once that has changed, and not before. */
export interface ReadTracker {
  /** Whose condition it is: `the condition of rule "hallway"`. */
  readonly what: string;
  note(read: TrackedRead): void;
  /** What was looked at has no value, so that nothing can be said. */
  suspend(cause: Suspension): never;
  /** The condition did something that it may not, and has been refused. It counts as failed, whatever it makes of that. */
  refused(error: NotInCondition): void;
  /** Whether a read with hysteresis held when it was made last. */
  held(what: string): boolean;
}

/** Set for as long as a condition is asked, which is synchronous. */
let current: ReadTracker | undefined;

/** Who keeps what is looked at now; undefined unless a condition is being asked. */
export function currentTracker(): ReadTracker | undefined {
  return current;
}

/** Asks a condition, and has all that it looks at noted. */
export function trackReads<T>(tracker: ReadTracker, ask: () => T): T {
  const outer = current;
  current = tracker;
  try {
    return ask();
  } finally {
    current = outer;
  }
}

/** Something that only time changes. */
export interface TimeRead<T> {
  readonly what: string;
  readonly look: () => T;
  /** When it is otherwise next; undefined for never. */
  readonly untilMs: () => number | undefined;
  /** When it became what it is. */
  readonly sinceMs: () => number | undefined;
}

/** Looks at something that only time changes, and has it noted where a condition is being asked. */
export function readTime<T>({ what, look, untilMs, sinceMs }: TimeRead<T>): T {
  const value = look();
  if (current === undefined) return value;
  const until = untilMs();
  current.note({
    what,
    present: look,
    source: undefined,
    differs: () => look() !== value,
    since: () => (look() === value ? sinceMs() : until),
    dated: false,
    untilMs: until,
  });
  return value;
}

/** Looks at something without its being noted. */
export function untracked<T>(look: () => T): T {
  const outer = current;
  if (outer === undefined) return look();
  current = undefined;
  try {
    return look();
  } finally {
    current = outer;
  }
}

/**
 * Refuses what a condition may not do.
 *
 * @param what - what is tried: `api.call(light.turn_on)`.
 * @throws NotInCondition while a condition is being asked.
 */
export function refuseInCondition(what: string, hint: string): void {
  if (current === undefined) return;
  const error = new NotInCondition(`${what} was tried in ${current.what}`, { hint });
  current.refused(error);
  throw error;
}
