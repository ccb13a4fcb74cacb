import type { Clock } from '../kernel/clock.ts';
import { jsonWeight } from './json-weight.ts';

/** How much of what happened is remembered, in each home and by each host of apps. */
export interface HistoryLimits {
  /** Of all that happened; 0 remembers nothing. */
  readonly events: number;
  /** Of one entity, type of event, service or topic, so that one that is chatty does not drive out the rare. */
  readonly each: number;
  /** As JSON, about. */
  readonly bytes: number;
}

export const HISTORY_LIMITS: HistoryLimits = { events: 2000, each: 50, bytes: 4_000_000 };

/** How things of one kind are remembered: by references alone, which are read when somebody asks. */
export interface HappeningKind {
  readonly kind: 'state' | 'event' | 'call' | 'topic' | 'connection' | 'evaluated';
  /** What there is to tell of one. It is plain data, or as good as the apps have given it. */
  readonly read: (now: unknown, was: unknown) => Readonly<Record<string, unknown>>;
}

/** Something that happened, read. */
export interface Happening {
  readonly kind: HappeningKind['kind'];
  readonly home: string;
  /** The entity, the type of event, the service or the topic. */
  readonly subject: string;
  /** When it was told here. */
  readonly atMs: number;
  /** The apps that were told of it, in their order. */
  readonly heardBy: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}

/** What is asked for. */
export interface HistoryQuestion {
  readonly kind?: HappeningKind['kind'] | undefined;
  readonly isMeant?: ((subject: string) => boolean) | undefined;
  /** Only what was told this app. */
  readonly heardBy?: string | undefined;
  readonly sinceMs?: number | undefined;
  /** The newest so many. */
  readonly limit?: number | undefined;
}

/** Told of again within so long, the same thing is no second one: one listener hears it a little after another. */
const SAME_MOMENT_MS = 1000;
/** One in so many of the same subject is weighed, and the others taken to be as heavy. */
const WEIGHED_ONE_IN = 64;
/** Subjects of which nothing is remembered any more are known up to this number, then forgotten together. */
const IDLE_SUBJECTS = 10_000;

/**
 * What happened lately in a home, as far as somebody listened.
 *
 * It stands on the way of every event, so noting one writes a few references into a record that is used again and
 * again, and nothing is copied or turned into text before somebody asks.
 */
export class EventHistory {
  readonly #home: string;
  readonly #clock: Clock;
  readonly #limits: HistoryLimits;
  readonly #rings = new Map<HappeningKind, Map<string, Ring>>();
  readonly #ends: Note = new Note();
  #count = 0;
  #bytes = 0;
  #idle = 0;
  /** The rings of the kind that was noted last: most often that is the next one's too. */
  #lastKind: HappeningKind | undefined;
  #lastRings: Map<string, Ring> | undefined;

  constructor(home: string, clock: Clock, limits: HistoryLimits) {
    this.#home = home;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** How many things are remembered, and how heavy they are, about. */
  get size(): { readonly events: number; readonly bytes: number } {
    return { events: this.#count, bytes: this.#bytes };
  }

  /**
   * Takes note of something that happened.
   *
   * @param now - What it is known by: what was noted last under the subject, if it is the same one, is not noted again.
   * @param app - Who was told of it, if anybody.
   */
  note(kind: HappeningKind, subject: string, now: unknown, was: unknown, app: string | undefined): void {
    const { events, each, bytes } = this.#limits;
    if (events === 0) return;
    const ring = this.#ring(kind, subject);
    const nowMs = this.#clock.nowMs();
    const { last } = ring;
    if (last !== undefined && last.now === now && last.was === was && nowMs - last.atMs < SAME_MOMENT_MS) {
      if (app !== undefined && !last.heardBy.includes(app)) last.heardBy.push(app);
      return;
    }
    ring.noted += 1;
    if (ring.noted % WEIGHED_ONE_IN === 1) ring.weight = jsonWeight(kind.read(now, was), bytes);
    const note = ring.size >= each ? this.#takeOldest(ring) : new Note();
    note.ring = ring;
    note.atMs = nowMs;
    note.now = now;
    note.was = was;
    note.weight = ring.weight;
    if (app !== undefined) note.heardBy.push(app);
    if (ring.size === 0) {
      if (ring.idle) this.#idle -= 1;
      ring.idle = false;
      ring.first = note;
    } else if (ring.last !== undefined) ring.last.later = note;
    ring.last = note;
    ring.size += 1;
    this.#append(note);
    while (this.#count > events || (this.#bytes > bytes && this.#count > 1)) this.#forgetOldest();
  }

  /** What happened, the oldest first. */
  read({ kind, isMeant, heardBy, sinceMs = 0, limit = Number.POSITIVE_INFINITY }: HistoryQuestion): Happening[] {
    const found: Happening[] = [];
    for (let note = this.#ends.before; note !== this.#ends && found.length < limit; note = note.before) {
      const { ring, atMs } = note;
      if (atMs < sinceMs) break;
      if (ring === undefined || (kind !== undefined && ring.kind.kind !== kind)) continue;
      if (isMeant?.(ring.subject) === false) continue;
      if (heardBy !== undefined && !note.heardBy.includes(heardBy)) continue;
      found.push({
        kind: ring.kind.kind,
        home: this.#home,
        subject: ring.subject,
        atMs,
        heardBy: [...note.heardBy],
        data: ring.kind.read(note.now, note.was),
      });
    }
    return found.toReversed();
  }

  #ring(kind: HappeningKind, subject: string): Ring {
    let rings = kind === this.#lastKind ? this.#lastRings : this.#rings.get(kind);
    if (rings === undefined) this.#rings.set(kind, (rings = new Map()));
    this.#lastKind = kind;
    this.#lastRings = rings;
    let ring = rings.get(subject);
    if (ring === undefined) rings.set(subject, (ring = new Ring(kind, subject)));
    return ring;
  }

  #append(note: Note): void {
    note.before = this.#ends.before;
    note.after = this.#ends;
    this.#ends.before.after = note;
    this.#ends.before = note;
    this.#count += 1;
    this.#bytes += note.weight;
  }

  /** Of a ring that has one, ready to be used again. */
  #takeOldest(ring: Ring): Note {
    const note = ring.first ?? new Note();
    ring.first = note.later;
    ring.size -= 1;
    if (ring.size === 0) ring.last = undefined;
    note.later = undefined;
    note.before.after = note.after;
    note.after.before = note.before;
    this.#count -= 1;
    this.#bytes -= note.weight;
    note.heardBy.length = 0;
    return note;
  }

  /** The oldest of all is the oldest of its ring as well. */
  #forgetOldest(): void {
    const { ring } = this.#ends.after;
    if (ring === undefined) return;
    this.#takeOldest(ring);
    if (ring.size > 0) return;
    ring.idle = true;
    this.#idle += 1;
    if (this.#idle > IDLE_SUBJECTS) this.#forgetIdle();
  }

  #forgetIdle(): void {
    for (const rings of this.#rings.values()) {
      for (const ring of rings.values()) if (ring.idle) rings.delete(ring.subject);
    }
    this.#idle = 0;
  }
}

/** One thing that happened. They are in a circle by age, whose two ends meet in one that is none. */
class Note {
  before: Note = this;
  after: Note = this;
  /** The next one of its ring. */
  later: Note | undefined;
  ring: Ring | undefined;
  atMs = 0;
  weight = 0;
  now: unknown;
  was: unknown;
  readonly heardBy: string[] = [];
}

/** What happened under one subject. */
class Ring {
  readonly kind: HappeningKind;
  readonly subject: string;
  first: Note | undefined;
  last: Note | undefined;
  size = 0;
  /** Nothing of it is remembered any more. */
  idle = false;
  noted = 0;
  /** Of the one that was weighed last. */
  weight = 0;

  constructor(kind: HappeningKind, subject: string) {
    this.kind = kind;
    this.subject = subject;
  }
}

/** Events that are the same to several hosts, which each have told their own apps, become one. The oldest first. */
export function mergedHappenings(ofHosts: readonly (readonly Happening[])[], limit?: number): readonly Happening[] {
  const merged = new Map<string, Happening>();
  for (const happenings of ofHosts) {
    const seen = new Map<string, number>();
    for (const happening of happenings) {
      const { kind, home, subject, data } = happening;
      const what = JSON.stringify([kind, home, subject, data]);
      const nth = (seen.get(what) ?? 0) + 1;
      seen.set(what, nth);
      const key = `${nth} ${what}`;
      const known = merged.get(key);
      const heardBy = [...new Set([...(known?.heardBy ?? []), ...happening.heardBy])];
      const atMs = Math.min(known?.atMs ?? happening.atMs, happening.atMs);
      merged.set(key, { ...happening, atMs, heardBy });
    }
  }
  const all = [...merged.values()].toSorted((a, b) => a.atMs - b.atMs);
  return limit === undefined ? all : all.slice(Math.max(0, all.length - limit));
}
