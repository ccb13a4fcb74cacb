import type { WireContext } from '../../home-assistant/protocol/wire.ts';
import type { Timer } from '../../kernel/clock.ts';
import type { HomeCore } from '../home-core.ts';
import type { StateRecord } from '../state-record.ts';

/** How far a blind, a slat or a valve gets in a second, in percent. */
const STEP = 10;
const STEP_MS = 1000;
/** What an entity does so long after a call is told as the call's doing; later it is its own (Home Assistant's rule). */
const CONTEXT_MS = 5000;

interface Travelling {
  readonly timer: Timer;
}

/** What is written while something moves. */
export interface TravelWrites {
  readonly attribute: string;
  /** The state at a position, on the way or at its end; undefined leaves the state alone. */
  readonly state: (position: number, towards: 'opening' | 'closing' | undefined) => string | undefined;
  readonly more?: (position: number) => Readonly<Record<string, unknown>>;
}

/** Things that move to a position, a tenth of the way each second. */
export class Travels {
  readonly #home: HomeCore;
  readonly #writes: TravelWrites;
  readonly #moving = new Map<string, Travelling>();

  constructor(home: HomeCore, writes: TravelWrites) {
    this.#home = home;
    this.#writes = writes;
  }

  /** Begins to move; whoever asks has its answer at once. */
  begin(entity: StateRecord, target: number, context: WireContext): void {
    const from = this.#positionOf(entity);
    this.#halt(entity.entityId);
    if (from === target) return this.#write(entity.entityId, from, undefined, context);
    const towards = target > from ? 'opening' : 'closing';
    const startedMs = this.#home.clock.monotonicMs();
    const state = this.#writes.state(from, towards);
    if (state !== undefined) this.#home.write(entity, { state }, context);
    const step = (): void => {
      const present = this.#home.states.get(entity.entityId);
      if (present === undefined) return this.#halt(entity.entityId);
      const position = this.#positionOf(present);
      const next = towards === 'opening' ? Math.min(position + STEP, target) : Math.max(position - STEP, target);
      const isOver = next === target;
      const isRecent = this.#home.clock.monotonicMs() - startedMs <= CONTEXT_MS;
      if (isOver) this.#moving.delete(entity.entityId);
      else arm();
      const by = isRecent ? context : this.#home.newContext();
      this.#write(entity.entityId, next, isOver ? undefined : towards, by);
    };
    const arm = (): void => {
      const timer = this.#home.clock.after(STEP_MS, `${entity.entityId} moves`, step);
      this.#moving.set(entity.entityId, { timer });
    };
    arm();
  }

  /** Stays where it is. */
  stop(entity: StateRecord, context: WireContext): void {
    this.#halt(entity.entityId);
    this.#write(entity.entityId, this.#positionOf(entity), undefined, context);
  }

  #halt(entityId: string): void {
    this.#moving.get(entityId)?.timer.cancel();
    this.#moving.delete(entityId);
  }

  #positionOf({ attributes }: StateRecord): number {
    return Number(attributes[this.#writes.attribute] ?? 0);
  }

  #write(entityId: string, position: number, towards: 'opening' | 'closing' | undefined, context: WireContext): void {
    const present = this.#home.states.get(entityId);
    if (present === undefined) return;
    const state = this.#writes.state(position, towards);
    const attributes = { [this.#writes.attribute]: position, ...this.#writes.more?.(position) };
    this.#home.write(present, { ...(state === undefined ? {} : { state }), attributes }, context);
  }
}
