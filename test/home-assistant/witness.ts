import type { EntityState } from '../../src/home-assistant/states/entity-state.ts';

type Value = string;

/** A state with its attributes, to be compared. */
export function valueOf(state: Pick<EntityState, 'state' | 'attributes'> | null | undefined): Value {
  if (state === null || state === undefined) return 'nothing';
  const attributes = Object.entries(state.attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([state.state, attributes]);
}

interface Told {
  readonly entityId: string;
  readonly from: EntityState | null;
  readonly to: EntityState | null;
  readonly resync: boolean;
}

interface Mirror {
  entityIds(): Iterable<string>;
  get(entityId: string): EntityState | undefined;
  lastGood(entityId: string): EntityState | undefined;
  has(entityId: string): boolean;
}

/** What an app knows, by what it was told: each step has to begin where the one before it ended. */
export class Witness {
  readonly known = new Map<string, Value>();
  readonly faults: string[] = [];
  readonly #mirror: Mirror;
  readonly #knownGood = new Map<string, string>();
  readonly #steps = new Map<string, string>();

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
    for (const entityId of mirror.entityIds()) {
      this.known.set(entityId, valueOf(mirror.get(entityId)));
      this.#steps.set(entityId, mirror.get(entityId)?.state ?? '');
      const good = mirror.lastGood(entityId);
      if (good !== undefined) this.#knownGood.set(entityId, good.state);
    }
  }

  /** Of every change, also to and from `unavailable`. */
  raw({ entityId, from, to, resync }: Told): void {
    const before = this.known.get(entityId) ?? 'nothing';
    if (before !== valueOf(from)) this.faults.push(`${entityId}: a gap between ${before} and ${valueOf(from)}`);
    if (from !== null && to !== null && from.lastUpdated.equals(to.lastUpdated))
      this.faults.push(`${entityId}: told twice`);
    if (to !== null && resync && !this.#mirror.has(entityId)) this.faults.push(`${entityId}: told and not there`);
    if (to === null) this.known.delete(entityId);
    else this.known.set(entityId, valueOf(to));
  }

  /** Of every change, with those of a gap: attributes are left out by the recorder. */
  step({ entityId, from, to }: Told): void {
    const before = this.#steps.get(entityId);
    if (before !== from?.state) this.faults.push(`${entityId}: a gap between ${before} and ${from?.state}`);
    if (from !== null && to !== null && from.lastUpdated.equals(to.lastUpdated))
      this.faults.push(`${entityId}: told twice`);
    if (to === null) this.#steps.delete(entityId);
    else this.#steps.set(entityId, to.state);
  }

  get steps(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#steps);
  }

  /** Of another state, `unavailable` and `unknown` looked through. */
  plain({ entityId, from, to }: Told): void {
    const before = this.#knownGood.get(entityId);
    // The first good value of an entity that was there without one is no change, so it is not known here.
    if (before !== undefined && from !== null && from.state !== before && from.available)
      this.faults.push(`${entityId}: was ${before} and is told as ${from.state}`);
    if (from !== null && to !== null && from.state === to.state) this.faults.push(`${entityId}: no change`);
    if (to === null) this.#knownGood.delete(entityId);
    else this.#knownGood.set(entityId, to.state);
  }
}
