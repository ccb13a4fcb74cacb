import type { Timer } from './clock.ts';
import type { Cancelled } from './errors.ts';
import type { Outcome } from './lane-options.ts';
import type { Flight } from './life-scope.ts';
import type { Run } from './run.ts';

/** What a flight needs of its lane. */
interface FlightLane<T> {
  callOff(flight: LaneFlight<T>, reason: Cancelled): void;
}

/** A run that went on after its first turn: what only such a run needs. */
export class LaneFlight<T> implements Flight {
  readonly run: Run;
  readonly input: T;
  readonly settle: ((outcome: Outcome) => void) | undefined;
  /** Its time limit; once it is called off, the limit within which it has to come to its end. */
  timer: Timer | undefined;
  calledOff = false;
  readonly #lane: FlightLane<T>;

  constructor(lane: FlightLane<T>, run: Run, input: T, settle: ((outcome: Outcome) => void) | undefined) {
    this.#lane = lane;
    this.run = run;
    this.input = input;
    this.settle = settle;
  }

  callOff(reason: Cancelled): void {
    if (!this.calledOff) this.#lane.callOff(this, reason);
  }
}
