import { isObject } from '../../../src/simulator/json.ts';
import { Likeness } from './likeness.ts';
import type { Frame } from './samples.ts';

/** A frame that came in, and how much had gone out before it. */
interface Arrival {
  readonly ms: number;
  readonly data: unknown;
  readonly outs: number;
  /** How many frames came before it whose order counts. */
  readonly after: number;
}

interface Arrivals {
  /** Results and pongs, by the id of their command. */
  readonly results: ReadonlyMap<string, readonly Arrival[]>;
  /** What is told of entities that follow others. */
  readonly derived: readonly Arrival[];
  /** Everything else. */
  readonly ordered: readonly Arrival[];
}

/** How far an arrival may be off; a real home and its machine take their time. */
const toleranceMs = 300;

/**
 * Says whether a simulated exchange is the recorded one. Order counts, but for two things: what derived entities tell
 * comes somewhere among the rest, and results of commands that run at the same time come as they get done. No result
 * comes before what its command did.
 *
 * @param derived - entities that follow others.
 * @returns where they differ, or undefined.
 */
export function exchangeDifference(
  recorded: readonly Frame[],
  simulated: readonly Frame[],
  derived: ReadonlySet<string>,
): string | undefined {
  const [there, here] = [sorted(recorded, derived), sorted(simulated, derived)];
  const likeness = new Likeness();
  const ids = [...new Set([...there.results.keys(), ...here.results.keys()])];
  return (
    listDifference(likeness, there.ordered, here.ordered, 'frame') ??
    listDifference(likeness, there.derived, here.derived, 'derived event') ??
    ids
      .map((id) => listDifference(likeness, there.results.get(id) ?? [], here.results.get(id) ?? [], `result of ${id}`))
      .find((difference) => difference !== undefined)
  );
}

function sorted(frames: readonly Frame[], derivedEntities: ReadonlySet<string>): Arrivals {
  const results = new Map<string, Arrival[]>();
  const derived: Arrival[] = [];
  const ordered: Arrival[] = [];
  let outs = 0;
  for (const { dir, ms, data } of frames) {
    if (dir === 'out') {
      outs += 1;
      continue;
    }
    const arrival = { ms, data, outs, after: ordered.length };
    const id = resultId(data);
    if (id !== undefined) results.set(id, [...(results.get(id) ?? []), arrival]);
    else if (derivedEntities.has(changedEntity(data) ?? '')) derived.push(arrival);
    else ordered.push(arrival);
  }
  return { results, derived, ordered };
}

function resultId(data: unknown): string | undefined {
  return isObject(data) && (data.type === 'result' || data.type === 'pong') ? JSON.stringify(data.id) : undefined;
}

function changedEntity(data: unknown): string | undefined {
  const event = isObject(data) && isObject(data.event) ? data.event : {};
  const eventData = isObject(event.data) ? event.data : {};
  return typeof eventData.entity_id === 'string' ? eventData.entity_id : undefined;
}

function listDifference(
  likeness: Likeness,
  there: readonly Arrival[],
  here: readonly Arrival[],
  what: string,
): string | undefined {
  for (const [index, recorded] of there.entries()) {
    const simulated = here[index];
    const name = `${what} ${index + 1}`;
    if (simulated === undefined) return `${name} did not come: ${JSON.stringify(recorded.data).slice(0, 300)}`;
    const difference = likeness.difference(recorded.data, simulated.data);
    if (difference !== undefined) return `${name}${difference}`;
    if (what.startsWith('result') && recorded.after !== simulated.after) {
      return `${name} came after ${simulated.after} frames, and after ${recorded.after} in the recording`;
    }
    if (simulated.outs > recorded.outs) return `${name} came later than in the recording`;
    if (Math.abs(simulated.ms - recorded.ms) > toleranceMs)
      return `${name} came after ${simulated.ms} ms, in the recording after ${recorded.ms}`;
  }
  const extra = here[there.length];
  return extra === undefined
    ? undefined
    : `${what} ${there.length + 1} was not recorded: ${JSON.stringify(extra.data).slice(0, 300)}`;
}
