import type { WireContext } from '../../../src/home-assistant/protocol/wire.ts';
import { isObject, type JsonObject } from '../../../src/simulator/json.ts';
import type { RecordedCall } from '../../../src/simulator/recorder.ts';
import { type KnownState, type KnownStates, microseconds } from './evidence.ts';
import type { Sample } from './samples.ts';

/** A change that happened on the recorded home between recordings, and the call that made it. */
export interface PastChange extends KnownState {
  readonly call: RecordedCall | undefined;
}

/**
 * What happened to the two entities whose history was recorded: when, by whom and by which call, as the last of these
 * recordings tells it. How each of the others tells the same is what they are held against.
 */
export function pastOf(samples: readonly Sample[], states: KnownStates): ReadonlyMap<string, readonly PastChange[]> {
  const doers = new Map(
    logbooks(samples).map((entry) => [
      `${String(entry.entity_id)} ${milliseconds(microseconds(String(entry.when)))}`,
      entry,
    ]),
  );
  const body = samples.find(({ name }) => name === 'rest/history')?.response?.body;
  const lists = Array.isArray(body) ? (body as readonly (readonly JsonObject[])[]) : [];
  return new Map(
    lists.map((list) => {
      const entityId = String(list[0]?.['entity_id']);
      return [entityId, list.map((state) => changeOf(entityId, state, states.get(entityId), doers))];
    }),
  );
}

function changeOf(
  entityId: string,
  { state, last_updated: updated }: JsonObject,
  known: KnownState | undefined,
  doers: ReadonlyMap<string, JsonObject>,
): PastChange {
  const at = microseconds(String(updated));
  const doer = doers.get(`${entityId} ${milliseconds(at)}`);
  const userId = typeof doer?.context_user_id === 'string' ? doer.context_user_id : null;
  const context: WireContext = { id: `past ${entityId} ${at}`, parent_id: null, user_id: userId };
  const { context_domain: domain, context_service: service } = doer ?? {};
  return {
    entityId,
    state: String(state),
    attributes: known?.attributes ?? {},
    lastChanged: at,
    lastUpdated: at,
    lastReported: at,
    context,
    call: typeof domain === 'string' ? { domain, service: String(service) } : undefined,
  };
}

/** The two tell the last digit of a moment differently. */
function milliseconds(at: number): number {
  return Math.floor(at / 1000);
}

/** Who did what, as the logbook has it; with dates as texts. */
function logbooks(samples: readonly Sample[]): JsonObject[] {
  const overSocket = samples
    .filter(({ name }) => name.startsWith('ws/history/logbook'))
    .flatMap(({ frames }) => frames)
    .flatMap(({ dir, data }): unknown[] => {
      if (dir === 'out' || !isObject(data)) return [];
      const { result, event } = data;
      if (Array.isArray(result)) return result;
      return isObject(event) && Array.isArray(event.events) ? event.events : [];
    })
    .filter(isObject)
    .map((entry) => ({ ...entry, when: isoOf(Number(entry.when)) }));
  const overRest = samples.find(({ name }) => name === 'rest/logbook')?.response?.body;
  return [...overSocket, ...(Array.isArray(overRest) ? overRest.filter(isObject) : [])];
}

function isoOf(seconds: number): string {
  return Temporal.Instant.fromEpochNanoseconds(BigInt(Math.round(seconds * 1e6)) * 1000n).toString();
}

/** The latest moment that is known of the samples: ids of contexts hold the millisecond in which they were made. */
export function latestContextMs(samples: readonly Sample[]): number {
  const text = JSON.stringify(
    samples.map(({ frames, response }) => [frames.filter(({ dir }) => dir === 'in'), response]),
  );
  const ids = [...text.matchAll(/"(01M7[0-9A-HJKMNP-TV-Z]{22})"/g)].map(([, id = '']) => contextMs(id));
  return ids.reduce((latest, ms) => Math.max(latest, ms), 0);
}

export function contextMs(ulid: string): number {
  return Array.from(ulid.slice(0, 10)).reduce(
    (ms, digit) => ms * 32 + '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(digit),
    0,
  );
}
