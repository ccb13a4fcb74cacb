import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logging.ts';
import { isCancellation, sleep } from '../../kernel/waiting.ts';
import { ConnectionLost, HomeAway } from '../home-errors.ts';
import { historyDuringPeriod } from '../protocol/commands.ts';
import type { Command, CompressedState } from '../protocol/wire.ts';
import { type EntityState, entityStateOfCompressed } from './entity-state.ts';
import { type MissedOf, type PastState, reaches } from './missed-changes.ts';
import type { StateMirror } from './state-mirror.ts';

/** Somebody who wants to be told what was missed, step by step. */
export interface BackfillReader {
  /** Those that are meant at present. */
  entityIds(): Iterable<string>;
  /** Something was missed: what comes is kept back from now on. */
  hold(): void;
  /** It is away once more: what was missed will be known after it is back. */
  wait(): void;
  /** Those of which something was kept back. */
  heldIds(): Iterable<string>;
  /** What was missed is known as well as it can be. */
  release(missed: (entityId: string) => Omit<MissedOf, 'told' | 'entityId'>): void;
}

export interface BackfillOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly mirror: StateMirror;
  readonly ask: (command: Command) => Promise<unknown>;
  readonly signal: () => AbortSignal;
}

/** What was known of the entities that somebody wants to know more of, when the connection went. */
interface Gap {
  readonly sinceMs: number;
  readonly before: Map<string, Pick<MissedOf, 'before' | 'lastGood'>>;
  restarted: boolean;
}

/** A row of the history: without a state the entity was removed then. */
interface PastRow {
  readonly atMs: number;
  readonly wire: CompressedState | undefined;
}

/** So much is asked for at a time: a recorder has a row for each change of an attribute. */
const PAGE_MS = 6 * 3_600_000;
/** What lies further back is not asked for: a recorder keeps ten days unless it is told otherwise. */
const LONGEST_MS = 10 * 86_400_000;
/** Home Assistant's recorder writes what it is told every five seconds, unless it is told otherwise. */
const RECORDER_LATE_MS = 6000;
const RECORDER_RETRY_MS = 500;
/** What comes meanwhile is kept back no longer: a history of days may be slow to read. */
const PATIENCE_MS = 30_000;
/** Before the newest thing that was heard, in case two were written at once. */
const MARGIN_MS = 1000;

/**
 * Fetches, after the connection was away, what has happened in between from Home Assistant's history: one request for
 * all who want it. Until that is there, or cannot be had, those who want it are told nothing of what comes.
 */
export class Backfill {
  readonly #options: BackfillOptions;
  readonly #readers = new Set<BackfillReader>();
  /** Entities of which the recorder has nothing: nobody waits for it to write them. */
  readonly #unrecorded = new Set<string>();
  #gap: Gap | undefined;
  #attempt: object | undefined;
  #toldUnavailable = false;

  constructor(options: BackfillOptions) {
    this.#options = options;
  }

  /** @returns what takes the reader away again. */
  join(reader: BackfillReader): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  /** What is known is about to be replaced by what a new snapshot says. */
  begin(restarted: boolean): void {
    this.#attempt = undefined;
    if (this.#readers.size === 0) {
      this.#gap = undefined;
      return;
    }
    const { mirror } = this.#options;
    // All that came before the newest thing that was heard had come as well.
    this.#gap ??= { sinceMs: mirror.newestMs() - MARGIN_MS, before: new Map(), restarted: false };
    this.#gap.restarted ||= restarted;
    for (const reader of this.#readers) {
      reader.hold();
      for (const entityId of reader.entityIds()) {
        if (this.#gap.before.has(entityId)) continue;
        const lastGood = mirror.lastGood(entityId);
        this.#gap.before.set(entityId, { before: mirror.get(entityId) ?? null, lastGood });
      }
    }
  }

  /** What is known is what the snapshot says. */
  fill(): void {
    const gap = this.#gap;
    if (gap === undefined) return;
    const after = new Map<string, EntityState | undefined>();
    for (const entityId of gap.before.keys()) after.set(entityId, this.#options.mirror.get(entityId));
    for (const reader of this.#readers) {
      for (const entityId of reader.heldIds()) {
        if (!gap.before.has(entityId)) gap.before.set(entityId, { before: null, lastGood: undefined });
        if (!after.has(entityId)) after.set(entityId, this.#options.mirror.get(entityId));
      }
    }
    const attempt = {};
    this.#attempt = attempt;
    void this.#fetch(gap, after, () => this.#attempt === attempt).then((past) => {
      if (past === undefined || this.#attempt !== attempt) return;
      this.#attempt = undefined;
      this.#gap = undefined;
      for (const reader of [...this.#readers]) {
        reader.release((entityId) => ({
          ...(gap.before.get(entityId) ?? { before: null, lastGood: undefined }),
          after: after.get(entityId),
          restarted: gap.restarted,
          past: statesOf(entityId, past.get(entityId) ?? [], gap.before.get(entityId)?.before, after.get(entityId)),
        }));
      }
    });
  }

  /** Gives nothing where it matters no more, since there is a newer gap. */
  async #fetch(
    gap: Gap,
    after: ReadonlyMap<string, EntityState | undefined>,
    isCurrent: () => boolean,
  ): Promise<ReadonlyMap<string, readonly PastRow[]> | undefined> {
    const { clock, logger, signal } = this.#options;
    const past = new Map<string, PastRow[]>([...after.keys()].map((entityId) => [entityId, []]));
    const beganMs = clock.monotonicMs();
    try {
      if (past.size === 0) return past;
      // By Home Assistant's clock: what is known is dated by it.
      let fromMs = Math.max(gap.sinceMs, newestOf(after) - LONGEST_MS);
      for (let untilMs = fromMs + PAGE_MS; untilMs < newestOf(after); untilMs += PAGE_MS) {
        take(past, await this.#page(past, fromMs, untilMs));
        if (!isCurrent()) return undefined;
        if (clock.monotonicMs() >= beganMs + PATIENCE_MS) {
          logger.warn('the history takes too long to read, so of what was missed only a part is told step by step');
          return past;
        }
        fromMs = untilMs;
      }
      for (;;) {
        take(past, await this.#page(past, fromMs, undefined));
        if (!isCurrent()) return undefined;
        const late = [...after].filter(([entityId, state]) => {
          const { before } = gap.before.get(entityId) ?? { before: null };
          return !reaches(past.get(entityId) ?? [], { before, after: state });
        });
        if (this.#mayGoOn(late, past, clock.monotonicMs() >= beganMs + RECORDER_LATE_MS)) return past;
        await sleep(clock, RECORDER_RETRY_MS, signal(), 'what the recorder has yet to write');
        if (!isCurrent()) return undefined;
      }
    } catch (error) {
      if (!isCurrent() || isCancellation(error)) return undefined;
      if (error instanceof ConnectionLost || error instanceof HomeAway) {
        for (const reader of this.#readers) reader.wait();
        return undefined;
      }
      if (!this.#toldUnavailable) {
        this.#toldUnavailable = true;
        logger.warn(
          { err: error },
          'what was missed cannot be filled in from the history, so only what it has come to is told',
        );
      }
      return new Map();
    }
  }

  /** Whether nothing more is to be had by waiting. What is never written is not waited for a second time. */
  #mayGoOn(
    late: readonly (readonly [entityId: string, state: EntityState | undefined])[],
    past: ReadonlyMap<string, readonly PastRow[]>,
    isOver: boolean,
  ): boolean {
    for (const [entityId, states] of past) if (states.length > 0) this.#unrecorded.delete(entityId);
    if (isOver) {
      for (const [entityId] of late) if (past.get(entityId)?.length === 0) this.#unrecorded.add(entityId);
    }
    return isOver || late.every(([entityId]) => this.#unrecorded.has(entityId));
  }

  async #page(
    past: ReadonlyMap<string, unknown>,
    fromMs: number,
    untilMs: number | undefined,
  ): Promise<Readonly<Record<string, unknown>>> {
    const command = historyDuringPeriod(
      [...past.keys()],
      instantOf(fromMs),
      untilMs === undefined ? undefined : instantOf(untilMs),
    );
    const answer = await this.#options.ask(command);
    if (typeof answer === 'object' && answer !== null) return { ...answer };
    throw new TypeError('history/history_during_period was answered with something else');
  }
}

function take(past: Map<string, PastRow[]>, page: Readonly<Record<string, unknown>>): void {
  for (const [entityId, rows] of Object.entries(page)) {
    const states = past.get(entityId);
    if (states === undefined || !Array.isArray(rows)) continue;
    for (const row of rows) {
      const found = pastRow(row);
      if (found !== undefined) states.push(found);
    }
  }
}

function pastRow(row: unknown): PastRow | undefined {
  if (typeof row !== 'object' || row === null || !('s' in row) || !('lu' in row)) return undefined;
  const { s, lu } = row;
  if (typeof lu !== 'number') return undefined;
  const atMs = lu * 1000;
  if (s === null) return { atMs, wire: undefined };
  if (typeof s !== 'string') return undefined;
  const a = 'a' in row && typeof row.a === 'object' && row.a !== null ? { ...row.a } : {};
  return { atMs, wire: { s, a, c: '', lc: 'lc' in row && typeof row.lc === 'number' ? row.lc : lu, lu } };
}

/**
 * The rows of an entity as its states. A recorder leaves out attributes that would fill the disk, the brightness of a
 * light for one: what was there before and after, and is in no row, is taken to have stayed as it was.
 */
function statesOf(
  entityId: string,
  rows: readonly PastRow[],
  before: EntityState | null | undefined,
  after: EntityState | undefined,
): readonly PastState[] {
  const isKept = (name: string): boolean => rows.some(({ wire }) => wire !== undefined && Object.hasOwn(wire.a, name));
  const stayed = Object.entries(before?.attributes ?? {}).filter(
    ([name]) => after !== undefined && Object.hasOwn(after.attributes, name) && !isKept(name),
  );
  return rows.map(({ atMs, wire }) => {
    if (wire === undefined) return { atMs, state: null };
    const a = stayed.length === 0 ? wire.a : { ...Object.fromEntries(stayed), ...wire.a };
    return { atMs, state: entityStateOfCompressed(entityId, { ...wire, a }) };
  });
}

function newestOf(after: ReadonlyMap<string, EntityState | undefined>): number {
  let newestMs = 0;
  for (const state of after.values()) {
    if (state !== undefined) newestMs = Math.max(newestMs, state.lastUpdated.epochMilliseconds);
  }
  return newestMs;
}

function instantOf(ms: number): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)).toString();
}
