import type { Cancelled } from './errors.ts';
import type { Life } from './life.ts';
import type { Run } from './run.ts';
import { cancellationOf } from './waiting.ts';

/** What a scope needs of the lanes in it. */
export interface ScopedLane {
  close(): void;
}

/** A run that went on after its first turn. */
export interface Flight {
  readonly run: Run;
  callOff(reason: Cancelled): void;
}

/** Leftovers are looked through for those that are gone when so many more have come. */
const LEFTOVERS_SLACK = 256;

/**
 * What an executor knows of one life: its lanes, what is in flight for it, and what finished runs left behind. There
 * is one listener on the life's signal here, however many lanes and runs the life has.
 */
export class LifeScope {
  readonly life: Life;
  readonly lanes = new Set<ScopedLane>();
  readonly flights = new Set<Flight>();
  /** Called off, but not yet at their end. */
  readonly unwinding = new Set<Flight>();
  readonly #listeners = new Set<() => void>();
  readonly #leftovers = new Set<WeakRef<Run>>();
  #pruneAt = LEFTOVERS_SLACK;
  #closed = false;

  /** @param duringStop - whether this is the scope of what runs while, and after, the life ends. */
  constructor(life: Life, duringStop: boolean) {
    this.life = life;
    if (duringStop) return;
    if (life.ended) this.#closed = true;
    else life.signal.addEventListener('abort', () => this.#end(), { once: true });
  }

  /** Whether it takes no more lanes. */
  get closed(): boolean {
    return this.#closed;
  }

  get empty(): boolean {
    return this.lanes.size === 0 && this.flights.size === 0 && this.unwinding.size === 0;
  }

  /** Takes no more work; what waits is dropped, what runs goes on. */
  close(): void {
    this.#closed = true;
    for (const lane of [...this.lanes]) lane.close();
  }

  landed(flight: Flight): void {
    this.flights.delete(flight);
    this.changed();
  }

  unwound(flight: Flight): void {
    if (this.unwinding.delete(flight)) this.changed();
  }

  /** Calls `listener` whenever a lane or a flight has gone. The function given back ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** A run that is over, while somebody may still hold its signal: the end of the life is the end of that too. */
  keepLeftover(run: Run): void {
    if (this.life.ended) {
      run.cancel(cancellationOf(this.life.signal, this.life.name));
      return;
    }
    this.#leftovers.add(new WeakRef(run));
    if (this.#leftovers.size >= this.#pruneAt) this.#prune();
  }

  #end(): void {
    const reason = cancellationOf(this.life.signal, this.life.name);
    this.close();
    for (const flight of [...this.flights]) flight.callOff(reason);
    for (const leftover of this.#leftovers) leftover.deref()?.cancel(reason);
    this.#leftovers.clear();
  }

  #prune(): void {
    for (const leftover of this.#leftovers) {
      if (leftover.deref() === undefined) this.#leftovers.delete(leftover);
    }
    this.#pruneAt = 2 * this.#leftovers.size + LEFTOVERS_SLACK;
  }
}
