import { isObject } from '../../../src/simulator/json.ts';

/**
 * Says whether two exchanges are the same but for what differs from run to run: ids, times and ports. Of these each
 * that was recorded stands for one that was simulated, and the other way round, so that equal ones stay equal.
 */
export class Likeness {
  readonly #there = new Map<string, string>();
  readonly #back = new Map<string, string>();

  /** @returns where and how they differ, or undefined. */
  difference(recorded: unknown, simulated: unknown, path = ''): string | undefined {
    if (typeof recorded === 'string' && typeof simulated === 'string') return this.#texts(recorded, simulated, path);
    if (Array.isArray(recorded) && Array.isArray(simulated)) {
      if (setKeys.test(path) || isServiceSet(path, recorded))
        return this.#lists(inOrder(recorded), inOrder(simulated), path);
      return this.#lists(recorded, simulated, path);
    }
    if (isObject(recorded) && isObject(simulated)) {
      const missing = Object.keys(recorded).find((key) => !Object.hasOwn(simulated, key));
      if (missing !== undefined) return `${path}.${missing} was recorded and not simulated`;
      const extra = Object.keys(simulated).find((key) => !Object.hasOwn(recorded, key));
      if (extra !== undefined) return `${path}.${extra} was simulated and not recorded`;
      return firstDefined(Object.keys(recorded), (key) => {
        const [one, other] = [recorded[key], simulated[key]];
        const seconds = secondKeys.has(key) && typeof one === 'number' && typeof other === 'number';
        return seconds && one !== other
          ? this.#pair(instantOf(one), instantOf(other), `${path}.${key}`)
          : this.difference(one, other, `${path}.${key}`);
      });
    }
    return Object.is(recorded, simulated)
      ? undefined
      : `${path}: ${show(recorded)} was recorded, ${show(simulated)} simulated`;
  }

  #lists(recorded: readonly unknown[], simulated: readonly unknown[], path: string): string | undefined {
    if (recorded.length !== simulated.length)
      return `${path}: ${recorded.length} items were recorded, ${simulated.length} simulated`;
    return firstDefined(recorded, (item, index) => this.difference(item, simulated[index], `${path}[${index}]`));
  }

  #texts(recorded: string, simulated: string, path: string): string | undefined {
    for (const { pattern, name } of varying) {
      if (pattern.test(recorded) && pattern.test(simulated)) return this.#pair(name(recorded), name(simulated), path);
    }
    const [one, other] = [withoutPorts(recorded), withoutPorts(simulated)];
    return one === other ? undefined : `${path}: ${show(recorded)} was recorded, ${show(simulated)} simulated`;
  }

  #pair(recorded: string, simulated: string, path: string): string | undefined {
    const expected = this.#there.get(recorded) ?? simulated;
    const origin = this.#back.get(simulated) ?? recorded;
    this.#there.set(recorded, expected);
    this.#back.set(simulated, origin);
    if (expected !== simulated) return `${path}: ${recorded} was ${expected} before, and is ${simulated} here`;
    return origin === recorded ? undefined : `${path}: ${simulated} was ${origin} before, and is ${recorded} here`;
  }
}

/** Numbers that are times, in seconds. */
const secondKeys = new Set(['lc', 'lu', 'when', 'end_time', 'created_at', 'modified_at']);

/** Lists that are sets there, whose order says nothing. */
const setKeys = /\.(referenced_(entities|devices|areas)|(result|entity_entry)\.(aliases|labels|entity|device|area))$/;

/** The services of a target come in no order. */
function isServiceSet(path: string, list: readonly unknown[]): boolean {
  return path.endsWith('.result') && list.every((item) => typeof item === 'string' && /^\w+\.\w+$/.test(item));
}

/** Texts that differ from run to run, and how each kind is known by. */
const varying = [
  { pattern: /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, name: (id: string) => id },
  { pattern: /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/, name: (id: string) => id },
  {
    pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$/,
    name: (iso: string) => `${Temporal.Instant.from(iso).epochNanoseconds / 1000n}`,
  },
];

function instantOf(seconds: number): string {
  return String(Math.round(seconds * 1e6));
}

function withoutPorts(text: string): string {
  return text.replace(/authSig=\S+$/, 'authSig=TOKEN').replaceAll(/(127\.0\.0\.1|localhost):\d+/g, '$1:PORT');
}

function inOrder(texts: readonly unknown[]): readonly string[] {
  return texts.map(String).toSorted((one, other) => one.localeCompare(other));
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function firstDefined<T>(
  items: readonly T[],
  find: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
