import { InvalidArgument } from '../../kernel/errors.ts';
import { type Attributes } from '../states/entity-state.ts';
import { ConnectionLost } from '../home-errors.ts';
import type { HomeRequests } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import { instantOfSeconds, isRecord, type JsonRecord, optionalNumber, recordIn, recordsIn, textIn } from './answer.ts';
import { pastSpan, type Span, wireMoment } from './moment.ts';

export interface HistoryOptions extends Span, AskOptions {
  /**
   * Whether attributes come too, and changes of them alone. It is several times as much to read.
   *
   * @defaultValue false
   */
  readonly attributes?: boolean | undefined;
}

/** A state that an entity had. `unavailable` and `unknown` are among them: a gap is part of the history. */
export interface HistoryState {
  readonly entityId: string;
  /** Home Assistant's own text; null from when the entity was removed. */
  readonly state: string | null;
  /** The state as a number, where it is one. */
  readonly number: number | undefined;
  /** Whether it is a value: neither `unavailable` nor `unknown`, nor gone. */
  readonly available: boolean;
  /** Since when it was so. */
  readonly at: Temporal.Instant;
  /** It was so before the span began; `at` is the beginning of the span or before it. */
  readonly before: boolean;
  /** Undefined unless asked for. */
  readonly attributes: Attributes | undefined;
}

const FIRST_PAGE_MS = 6 * 3_600_000;
const LONGEST_PAGE_MS = 7 * 86_400_000;
/** With fewer the next page is twice as long, with more than four times as many half as long. */
const FEW = 2000;
/** A page only reads: when the connection goes meanwhile it can be asked for once more. */
const TRIES = 3;

/** Reads states, page by page, in the order in which they were. */
export async function* readHistory(
  requests: HomeRequests,
  entities: string | readonly string[],
  options: HistoryOptions,
): AsyncGenerator<HistoryState, void, undefined> {
  const entityIds = typeof entities === 'string' ? [entities] : [...entities];
  if (entityIds.length === 0) {
    throw new InvalidArgument('api.history() was given no entity', { hint: 'Home Assistant wants each to be named.' });
  }
  const now = requests.homeNow();
  const { since, until = now } = pastSpan(options, now);
  let pageMs = FIRST_PAGE_MS;
  let from = since;
  while (Temporal.Instant.compare(from, until) < 0) {
    const next = from.add({ milliseconds: pageMs });
    const to = Temporal.Instant.compare(next, until) < 0 ? next : until;
    const isFirst = from === since;
    const isOpen = to === until && options.until === undefined;
    const page = await readPage(requests, entityIds, { from, to, isFirst, isOpen }, options);
    if (page.length < FEW) pageMs = Math.min(LONGEST_PAGE_MS, pageMs * 2);
    else if (page.length > 4 * FEW) pageMs /= 2;
    for (const state of page) {
      // What is kept is finer than a microsecond, so both pages may have what lies on their seam: it is the later one's.
      const isEarly = !isFirst && Temporal.Instant.compare(state.at, from) < 0;
      const isLate = !isOpen && !state.before && Temporal.Instant.compare(state.at, to) >= 0;
      if (!isEarly && !isLate) yield state;
    }
    from = to;
  }
}

interface Page {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly isFirst: boolean;
  /** Up to whatever there is by the home's own clock, of which ours may be a little off. */
  readonly isOpen: boolean;
}

async function readPage(
  requests: HomeRequests,
  entityIds: readonly string[],
  { from, to, isFirst, isOpen }: Page,
  { attributes = false, timeout }: HistoryOptions,
): Promise<HistoryState[]> {
  const what = `api.history(${entityIds.length === 1 ? `'${entityIds[0]}'` : `${entityIds.length} entities`})`;
  const command = {
    type: 'history/history_during_period',
    // Home Assistant gives what lies between, and leaves out both ends: what lies on a seam belongs to the page after it.
    start_time: wireMoment(isFirst ? from : from.subtract({ microseconds: 1 })),
    ...(isOpen ? {} : { end_time: wireMoment(to) }),
    entity_ids: entityIds,
    include_start_time_state: isFirst,
    significant_changes_only: false,
    minimal_response: !attributes,
    no_attributes: !attributes,
  };
  for (let left = TRIES; ; left -= 1) {
    try {
      const answer = recordIn(await requests.command(what, command, { timeout }), what);
      return Object.entries(answer)
        .flatMap(([entityId, states]) =>
          recordsIn(states, what).map((state) =>
            historyState(entityId, state, isFirst ? from : undefined, attributes, what),
          ),
        )
        .toSorted((one, other) => Temporal.Instant.compare(one.at, other.at));
    } catch (error) {
      if (!(error instanceof ConnectionLost) || left <= 1) throw error;
    }
  }
}

function historyState(
  entityId: string,
  wire: JsonRecord,
  begin: Temporal.Instant | undefined,
  withAttributes: boolean,
  what: string,
): HistoryState {
  const state = wire['s'] === null ? null : textIn(wire, 's', what);
  const changed = optionalNumber(wire['lc']) ?? optionalNumber(wire['lu']);
  const updated = optionalNumber(wire['lu']) ?? changed;
  const at = instantOfSeconds((withAttributes ? updated : changed) ?? 0);
  const available = state !== null && state !== 'unavailable' && state !== 'unknown';
  const number = state === null || state.trim() === '' ? Number.NaN : Number(state);
  return Object.freeze({
    entityId,
    state,
    number: Number.isFinite(number) ? number : undefined,
    available,
    at,
    before: begin !== undefined && Temporal.Instant.compare(at, begin) <= 0,
    attributes: withAttributes && isRecord(wire['a']) ? Object.freeze(wire['a']) : undefined,
  });
}
