import { BusEvent, type SignalSource } from '../bus/event.ts';
import { instantOf } from './rule-explanation.ts';

interface MachineChangeFields {
  readonly machine: string;
  readonly from: string | undefined;
  readonly to: string;
  readonly event: string | undefined;
  readonly firedAtMs: number;
}

/** What `enter`, `exit` and `onChange` of a state machine are called with. */
export class MachineChange<State extends string = string, Event extends string = string> extends BusEvent {
  readonly machine: string;
  /** Undefined where it begins. */
  readonly from: State | undefined;
  readonly to: State;
  /** What was sent, where that led to it. */
  readonly event: Event | undefined;
  readonly #firedAtMs: number;

  constructor(fields: MachineChangeFields, source: SignalSource) {
    super(source);
    this.machine = fields.machine;
    // Whoever makes one has them from the definition, whose names these are.
    this.from = fields.from as State | undefined;
    this.to = fields.to as State;
    this.event = fields.event as Event | undefined;
    this.#firedAtMs = fields.firedAtMs;
    Object.freeze(this);
  }

  override get firedAt(): Temporal.Instant {
    return instantOf(this.#firedAtMs);
  }
}
