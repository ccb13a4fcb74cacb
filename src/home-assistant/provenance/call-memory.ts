import { entitiesOf, type KnownCall } from './own-call.ts';

/** Home Assistant's contexts come up again for a few seconds; a slow script's, or those of a gap, for longer. */
const KEPT_MS = 24 * 3_600_000;
const MAX_CALLS = 10_000;

/** The calls of a daemon by their contexts, for a day, and the last of each app on each entity. */
export class CallMemory {
  readonly #byContext = new Map<string, KnownCall>();
  /** By entity, then by app. */
  readonly #last = new Map<string, Map<string, KnownCall>>();

  get(contextId: string): KnownCall | undefined {
    return this.#byContext.get(contextId);
  }

  /** The last call of an app on an entity. */
  last(entityId: string, app: string): KnownCall | undefined {
    return this.#last.get(entityId)?.get(app);
  }

  keep(call: KnownCall): void {
    this.#byContext.delete(call.contextId);
    this.#byContext.set(call.contextId, call);
    for (const entityId of entitiesOf(call.data)) this.touch(entityId, call);
    for (const [contextId, { atMs }] of this.#byContext) {
      if (this.#byContext.size <= MAX_CALLS && call.atMs - atMs < KEPT_MS) break;
      this.#byContext.delete(contextId);
    }
  }

  /** A call has had to do with an entity that it did not name. */
  touch(entityId: string, call: KnownCall): void {
    const apps = this.#last.get(entityId) ?? new Map<string, KnownCall>();
    this.#last.set(entityId, apps.set(call.app, call));
  }

  /** A context was taken for that of a call and is none. */
  forget(contextId: string): void {
    this.#byContext.delete(contextId);
  }

  /** All that is known, the oldest first. */
  all(): readonly KnownCall[] {
    const calls = new Set(this.#byContext.values());
    for (const apps of this.#last.values()) for (const call of apps.values()) calls.add(call);
    return [...calls].toSorted((a, b) => a.atMs - b.atMs);
  }
}
