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
/** How many may come before it is settled which of them are remembered. */
const MOST_FRESH = 500;
/** Subjects of which nothing is remembered any more are known up to this number, then forgotten together. */
const IDLE_SUBJECTS = 10_000;

/**
 * What happened lately in a home, as far as somebody listened.
 *
 * It stands on the way of every event, so noting one is no more than to put it at the end of a list. Which of them are
 * remembered is settled for many at once: in a home of thousands of entities each of them is a place in memory that
 * nothing has touched for long, and going there for each event would cost half as much as the rest of its way.
 */
export class EventHistory {
  readonly #home: string;
  readonly #clock: Clock;
  readonly #limits: HistoryLimits;
  readonly #subjects = new Map<HappeningKind, Map<string, Subject>>();
  /** What is remembered, the oldest first. */
  #remembered: readonly Note[] = [];
  #bytes = 0;
  /** What has come since that was settled, the oldest first. */
  #fresh: Note[] = [];
  #freshBytes = 0;
  #known = 0;

  constructor(home: string, clock: Clock, limits: HistoryLimits) {
    this.#home = home;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** How many things are remembered, and how heavy they are, about. */
  get size(): { readonly events: number; readonly bytes: number } {
    this.#settle();
    return { events: this.#remembered.length, bytes: this.#bytes };
  }

  /**
   * Takes note of something that happened.
   *
   * @param now - What it is known by: what was noted last under the subject, if it is the same one, is not noted again.
   * @param app - Who was told of it, if anybody.
   */
  note(kind: HappeningKind, subject: string, now: unknown, was: unknown, app: string | undefined): void {
    const { events, bytes } = this.#limits;
    if (events === 0) return;
    const note = new Note(kind, subject, this.#clock.nowMs(), now, was, app);
    const last = this.#fresh.at(-1);
    // Most often all who hear of it do so one after the other.
    if (last?.subject === subject && last.kind === kind && last.isSame(note)) {
      last.hear(note);
      return;
    }
    if (this.#fresh.length % WEIGHED_ONE_IN === 0) this.#freshBytes += WEIGHED_ONE_IN * this.#weigh(note);
    this.#fresh.push(note);
    if (this.#fresh.length >= MOST_FRESH || this.#freshBytes > bytes) this.#settle();
  }

  /** What happened, the oldest first. */
  read({ kind, isMeant, heardBy, sinceMs = 0, limit = Number.POSITIVE_INFINITY }: HistoryQuestion): Happening[] {
    this.#settle();
    const found: Happening[] = [];
    for (let index = this.#remembered.length - 1; index >= 0 && found.length < limit; index -= 1) {
      const note = this.#remembered[index];
      if (note === undefined || note.atMs < sinceMs) break;
      if (kind !== undefined && note.kind.kind !== kind) continue;
      if (isMeant?.(note.subject) === false) continue;
      if (heardBy !== undefined && !note.heardBy.includes(heardBy)) continue;
      found.push({
        kind: note.kind.kind,
        home: this.#home,
        subject: note.subject,
        atMs: note.atMs,
        heardBy: [...note.heardBy],
        data: note.kind.read(note.now, note.was),
      });
    }
    return found.toReversed();
  }

  /** Remembers of what there was and what is fresh the newest, as far as the limits let it. */
  #settle(): void {
    if (this.#fresh.length === 0) return;
    const all = [...this.#remembered, ...this.#fresh.filter((note) => this.#isNews(note))];
    this.#fresh = [];
    this.#freshBytes = 0;
    for (const { about } of all) if (about !== undefined) about.remembered = 0;
    const { events, each, bytes } = this.#limits;
    const newestFirst: Note[] = [];
    this.#bytes = 0;
    for (let index = all.length - 1; index >= 0 && newestFirst.length < events; index -= 1) {
      const note = all[index];
      if (note?.about === undefined || note.about.remembered >= each) continue;
      if (newestFirst.length > 0 && this.#bytes + note.weight > bytes) break;
      note.about.remembered += 1;
      this.#bytes += note.weight;
      newestFirst.push(note);
    }
    this.#remembered = newestFirst.toReversed();
    // What is not remembered is let go of.
    for (const { about } of all) if (about?.remembered === 0) about.last = undefined;
    if (this.#known > newestFirst.length + IDLE_SUBJECTS) this.#forgetIdle();
  }

  /** Whether it is not what was noted last under its subject. */
  #isNews(note: Note): boolean {
    const about = this.#about(note);
    if (about.last?.isSame(note) === true) {
      about.last.hear(note);
      return false;
    }
    about.last = note;
    if (about.noted % WEIGHED_ONE_IN === 0) about.weight = this.#weigh(note);
    about.noted += 1;
    note.about = about;
    note.weight = about.weight;
    return true;
  }

  #weigh({ kind, now, was }: Note): number {
    return jsonWeight(kind.read(now, was), this.#limits.bytes);
  }

  #about({ kind, subject }: Note): Subject {
    let subjects = this.#subjects.get(kind);
    if (subjects === undefined) this.#subjects.set(kind, (subjects = new Map()));
    let about = subjects.get(subject);
    if (about === undefined) {
      subjects.set(subject, (about = new Subject()));
      this.#known += 1;
    }
    return about;
  }

  #forgetIdle(): void {
    for (const subjects of this.#subjects.values()) {
      for (const [subject, { remembered }] of subjects) if (remembered === 0) subjects.delete(subject);
    }
    this.#known = this.#remembered.length;
  }
}

/** One thing that happened. */
class Note {
  readonly kind: HappeningKind;
  readonly subject: string;
  readonly atMs: number;
  readonly now: unknown;
  readonly was: unknown;
  /** Known once it is settled. */
  about: Subject | undefined;
  weight = 0;
  #heardBy: string | string[] | undefined;

  constructor(kind: HappeningKind, subject: string, atMs: number, now: unknown, was: unknown, app: string | undefined) {
    this.kind = kind;
    this.subject = subject;
    this.atMs = atMs;
    this.now = now;
    this.was = was;
    this.#heardBy = app;
  }

  get heardBy(): readonly string[] {
    return typeof this.#heardBy === 'string' ? [this.#heardBy] : (this.#heardBy ?? []);
  }

  /** Whether it is this that another of the same subject tells of. */
  isSame({ now, was, atMs }: Note): boolean {
    return this.now === now && this.was === was && atMs - this.atMs < SAME_MOMENT_MS;
  }

  /** Those who were told of it as another note has it were told of this. */
  hear({ heardBy }: Note): void {
    this.#heardBy = [...new Set([...this.heardBy, ...heardBy])];
  }
}

/** What things happen to: an entity, a type of event, a service or a topic. */
class Subject {
  last: Note | undefined;
  remembered = 0;
  noted = 0;
  /** Of the one that was weighed last. */
  weight = 0;
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
