import { InvalidArgument } from '../kernel/errors.ts';
import { type BusEvent, revise, type SignalSource } from './event.ts';

/**
 * What stands before the handlers of an app. It calls `next` to let the event go on, with changes or without, or does
 * not, and the event is left out.
 */
export type AnyMiddleware = (event: BusEvent, next: (changes?: object) => void) => unknown;

const originals = new WeakMap<BusEvent, BusEvent>();

/** The event that one was made of by the changes of a middleware; itself where it is as it came. */
export function originalOf<E extends BusEvent>(event: E): E {
  // A changed event is of the class that it was.
  return (originals.get(event) ?? event) as E;
}

/** What an app has put before its handlers, in the order in which it did. */
export class MiddlewareChain {
  readonly #all: { readonly name: string; readonly pass: AnyMiddleware }[] = [];

  get size(): number {
    return this.#all.length;
  }

  /** @returns what takes it away again. */
  add(pass: AnyMiddleware): () => void {
    const entry = { name: pass.name === '' ? `middleware ${this.#all.length + 1}` : pass.name, pass };
    this.#all.push(entry);
    return () => {
      const index = this.#all.indexOf(entry);
      if (index >= 0) this.#all.splice(index, 1);
    };
  }

  /**
   * Leads an event through all of them.
   *
   * @returns the event as it goes on, or undefined where one has left it out.
   * @throws whatever one throws; InvalidArgument where one does what it must not.
   */
  lead<E extends BusEvent>(event: E, self: unknown, source: SignalSource): E | undefined {
    let present = event;
    for (const { name, pass } of [...this.#all]) {
      const step = new Step(name, present, source);
      const answer = pass.call(self, present, (changes) => step.goOn(changes));
      step.end(answer);
      if (step.onward === undefined) return undefined;
      present = step.onward as E;
    }
    if (present !== event) originals.set(present, event);
    return present;
  }
}

/** One event before one middleware. */
class Step {
  onward: BusEvent | undefined;
  readonly #name: string;
  readonly #event: BusEvent;
  readonly #source: SignalSource;
  #isOver = false;

  constructor(name: string, event: BusEvent, source: SignalSource) {
    this.#name = name;
    this.#event = event;
    this.#source = source;
  }

  goOn(changes: object | undefined): void {
    if (this.#isOver) {
      throw new InvalidArgument(`"${this.#name}" called next() after it had ended`, {
        hint: 'It has to decide at once: what takes time belongs into the handler.',
      });
    }
    if (this.onward !== undefined) {
      throw new InvalidArgument(`"${this.#name}" called next() twice for one event`, {
        hint: 'An event goes on once, or not at all.',
      });
    }
    this.onward = changes === undefined ? this.#event : this.#revised(changes);
  }

  end(answer: unknown): void {
    this.#isOver = true;
    if (!(answer instanceof Promise)) return;
    // Whatever it comes to, this says what is wrong.
    answer.catch(() => undefined);
    throw new InvalidArgument(`"${this.#name}" is asynchronous, and a middleware of the bus must not be`, {
      hint: 'It has to decide at once: what takes time belongs into the handler.',
    });
  }

  #revised(changes: object): BusEvent {
    const revised = this.#event[revise]?.(changes, this.#source);
    if (revised !== undefined) return revised;
    throw new InvalidArgument(`"${this.#name}" gave changes for an event that has nothing to change`, {
      hint: 'Of states, `from` and `to` can be changed, of events, calls and topics `data`.',
    });
  }
}

/** @throws InvalidArgument if there is a change of something that is not to be changed. */
export function refuseOtherChanges(changes: object, known: readonly string[]): void {
  const other = Object.keys(changes).find((key) => !known.includes(key));
  if (other === undefined) return;
  throw new InvalidArgument(`"${other}" of an event was to be changed, which a middleware cannot`, {
    hint: `It can change ${known.map((key) => `"${key}"`).join(' and ')} of such an event.`,
  });
}
