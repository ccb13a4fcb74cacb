import type { Clock, Timer } from '../kernel/clock.ts';
import type { Attributes } from './state-record.ts';

/** A state, with attributes. */
export interface EntitySetup {
  readonly state: string;
  readonly attributes?: Attributes | undefined;
}

/** Where entities come back to. */
export interface EntitiesBack {
  /** Its integration is there again. */
  readonly comeBack: (entityId: string, setup: EntitySetup) => void;
  /** Its integration is not there yet. */
  readonly announce: (entityId: string) => void;
}

/** What a home will have again that went down: devices live on meanwhile. */
export class KeptEntities {
  readonly #clock: Clock;
  readonly #back: EntitiesBack;
  readonly #setups = new Map<string, EntitySetup>();
  #next: Timer | undefined;

  constructor(clock: Clock, back: EntitiesBack) {
    this.#clock = clock;
    this.#back = back;
  }

  has(entityId: string): boolean {
    return this.#setups.has(entityId);
  }

  get(entityId: string): EntitySetup | undefined {
    return this.#setups.get(entityId);
  }

  set(entityId: string, setup: EntitySetup): void {
    this.#setups.set(entityId, setup);
  }

  delete(entityId: string): void {
    this.#setups.delete(entityId);
  }

  /** The home goes down: those that were on their way back stay. */
  hold(): void {
    this.#next?.cancel();
  }

  /** The home is up again: at once, or one by one in as much time. */
  release(withinMs: number): void {
    const entityIds = [...this.#setups.keys()];
    if (withinMs === 0) {
      for (const entityId of entityIds) this.#release(entityId);
      return;
    }
    for (const entityId of entityIds) this.#back.announce(entityId);
    this.#releaseEach(entityIds, withinMs / Math.max(1, entityIds.length));
  }

  #releaseEach([entityId, ...others]: readonly string[], afterMs: number): void {
    if (entityId === undefined) return;
    this.#next = this.#clock.after(afterMs, 'an integration of the simulated home is slow', () => {
      this.#release(entityId);
      this.#releaseEach(others, afterMs);
    });
  }

  #release(entityId: string): void {
    const setup = this.#setups.get(entityId);
    // It may have been removed meanwhile.
    if (setup === undefined) return;
    this.#setups.delete(entityId);
    this.#back.comeBack(entityId, setup);
  }
}
