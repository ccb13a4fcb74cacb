/** What has a signal: an execution, or a life. */
export interface SignalSource {
  readonly signal: AbortSignal;
}

/** Ties an event to the run that handles it. */
export let handOver: (event: BusEvent, source: SignalSource) => void;

/** Makes a changed event of one: of the same class, with other contents. Events that have nothing to change have none. */
export const revise = Symbol('revise');

/** What handlers are called with. It is frozen, but for its signal, which is that of the run it was handed to. */
export abstract class BusEvent {
  #source: SignalSource;

  constructor(source: SignalSource) {
    this.#source = source;
  }

  /** When it happened, on the clock of where it happened. */
  abstract get firedAt(): Temporal.Instant;

  /** @internal */
  [revise]?(changes: object, source: SignalSource): BusEvent;

  /** Aborted when the run that handles this event is called off: by `mode: 'restart'`, its time limit or the app's stop. */
  get signal(): AbortSignal {
    return this.#source.signal;
  }

  static {
    handOver = (event, source) => {
      event.#source = source;
    };
  }
}
