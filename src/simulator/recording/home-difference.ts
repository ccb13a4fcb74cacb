import { isObject } from '../json.ts';
import type { Answer, Answers } from './questions.ts';

/** Something that two homes answer differently. */
export interface HomeDifference {
  readonly question: string;
  /** Where in the answer; empty for the whole. */
  readonly path: string;
  readonly what: string;
}

/** What differs from home to home and from moment to moment, and says nothing. */
const passing = new Set(['context', 'last_changed', 'last_updated', 'last_reported', 'created_at', 'modified_at']);
/** By which of their keys things of a list are the same thing. */
const names = ['entity_id', 'area_id', 'floor_id', 'label_id', 'category_id', 'entry_id', 'ei', 'id'];

const hexId = /^[0-9a-f]{32}$/;
const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Where a simulated home answers otherwise than the real one did; the order of keys and of things counts for nothing. */
export function homeDifferences(real: Answers, simulated: Answers): readonly HomeDifference[] {
  return [...real].flatMap(([question, answer]) => {
    const other = simulated.get(question);
    return answerDifferences(answer, other).map((found) => ({ question, ...found }));
  });
}

type Found = Omit<HomeDifference, 'question'>;

function answerDifferences(real: Answer, simulated: Answer | undefined): readonly Found[] {
  if (simulated === undefined) return [{ path: '', what: 'was not asked of the simulated home' }];
  if (real.kind === 'refused' && simulated.kind === 'refused') {
    if (real.code !== simulated.code) {
      const what = `is refused with ${real.code}, by the simulated home with ${simulated.code}`;
      return [{ path: '', what }];
    }
    return real.message === simulated.message
      ? []
      : [{ path: 'message', what: `is ${shown(real.message)}, in the simulated home ${shown(simulated.message)}` }];
  }
  if (real.kind === 'refused') return [{ path: '', what: `is refused with ${real.code}, and answered when simulated` }];
  if (simulated.kind === 'refused') {
    return [{ path: '', what: `is answered, and refused when simulated: ${simulated.code}, ${simulated.message}` }];
  }
  return valueDifferences(real.result, simulated.result, '');
}

function valueDifferences(real: unknown, simulated: unknown, path: string): readonly Found[] {
  if (Array.isArray(real) && Array.isArray(simulated)) return listDifferences(real, simulated, path);
  if (isObject(real) && isObject(simulated)) {
    const missing = Object.keys(real).filter((key) => !passing.has(key) && !Object.hasOwn(simulated, key));
    const extra = Object.keys(simulated).filter((key) => !passing.has(key) && !Object.hasOwn(real, key));
    const both = Object.keys(real).filter((key) => !passing.has(key) && Object.hasOwn(simulated, key));
    return [
      ...missing.map((key) => ({ path: joined(path, key), what: 'is missing in the simulated home' })),
      ...extra.map((key) => ({ path: joined(path, key), what: 'is there in the simulated home alone' })),
      ...both.flatMap((key) => valueDifferences(real[key], simulated[key], joined(path, key))),
    ];
  }
  if (Object.is(real, simulated) || areBothIds(real, simulated)) return [];
  return [{ path, what: `is ${shown(real)}, in the simulated home ${shown(simulated)}` }];
}

function listDifferences(real: readonly unknown[], simulated: readonly unknown[], path: string): readonly Found[] {
  const name = names.find((key) =>
    [...real, ...simulated].every((item) => isObject(item) && typeof item[key] === 'string'),
  );
  if (name === undefined || real.length + simulated.length === 0) {
    if (sameSet(real, simulated)) return [];
    if (real.length !== simulated.length) {
      return [{ path, what: `has ${real.length} items, in the simulated home ${simulated.length}` }];
    }
    return real.flatMap((item, index) => valueDifferences(item, simulated[index], `${path}[${index}]`));
  }
  const keyed = (list: readonly unknown[]): Map<string, unknown> =>
    new Map(list.filter(isObject).map((item) => [String(item[name]), item]));
  return valueDifferences(Object.fromEntries(keyed(real)), Object.fromEntries(keyed(simulated)), path);
}

function sameSet(real: readonly unknown[], simulated: readonly unknown[]): boolean {
  const [one, other] = [real, simulated].map((list) => list.map((item) => JSON.stringify(item)).toSorted());
  return one?.join('\n') === other?.join('\n');
}

function areBothIds(real: unknown, simulated: unknown): boolean {
  return [hexId, ulid].some(
    (pattern) =>
      typeof real === 'string' && typeof simulated === 'string' && pattern.test(real) && pattern.test(simulated),
  );
}

function joined(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
