import { Cancelled } from './errors.ts';
import type { Unhandled } from './failure.ts';
import type { Execution, ExecutionKind } from './execution.ts';
import type { Life } from './life.ts';

/** In whose name a run runs. */
export interface RunOwner {
  readonly life: Life;
  readonly kind: ExecutionKind;
  readonly name: string;
  /** Whether its runs may act though the life has ended: the hooks of a shutdown. */
  readonly duringStop: boolean;
  /** What all lanes of one executor have in common, so that its runs are told from those of another. */
  readonly host: object;
  newId(): string;
  /** Takes note of a run that is over but whose signal somebody may still hold. */
  keepLeftover(run: Run): void;
  reportUnhandled(run: Run, error: unknown, unhandled: Unhandled): void;
}

/**
 * One run of a person's code: the {@link Execution} that it sees. Handlers run by the thousand a second, so this is
 * all that is allocated for one, and whatever costs more (id, signal) is made when somebody asks for it.
 */
export class Run implements Execution {
  readonly of: RunOwner;
  /** The run within which it was begun, while both are on the stack. */
  outer: Run | undefined;
  #id: string | undefined;
  #controller: AbortController | undefined;
  #cancellation: Cancelled | undefined;
  #over = false;
  #parked = 0;

  constructor(of: RunOwner) {
    this.of = of;
  }

  get id(): string {
    return (this.#id ??= this.of.newId());
  }

  get owner(): string {
    return this.of.life.name;
  }

  get kind(): ExecutionKind {
    return this.of.kind;
  }

  get name(): string {
    return this.of.name;
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    // What is left behind by a run that is over lives as long as the app does.
    if (this.#over && this.#cancellation === undefined) return this.of.life.signal;
    this.#controller = new AbortController();
    if (this.#cancellation !== undefined) this.#controller.abort(this.#cancellation);
    return this.#controller.signal;
  }

  /** Whether it waits for nothing but what the daemon itself brings. */
  get parked(): boolean {
    return this.#parked > 0;
  }

  get cancelled(): boolean {
    return this.#cancellation !== undefined;
  }

  assertLive(what: string): void {
    if (this.#cancellation !== undefined) {
      throw new Cancelled(`${what} was refused: ${describeRun(this)} was called off`, { cause: this.#cancellation });
    }
    if (this.#over || !this.of.duringStop) this.of.life.assertLive(what);
  }

  park(_what: string): () => void {
    this.#parked += 1;
    let parked = true;
    return () => {
      if (!parked) return;
      parked = false;
      this.#parked -= 1;
    };
  }

  /** Calls it off. The first reason stays. */
  cancel(reason: Cancelled): void {
    if (this.#cancellation !== undefined) return;
    this.#cancellation = reason;
    this.#controller?.abort(reason);
  }

  /** It has come to its end, in whatever way. */
  finish(): void {
    this.#over = true;
    if (this.#controller !== undefined && this.#cancellation === undefined) this.of.keepLeftover(this);
  }
}

/** `handler "hallway.clear" of hallway_light`. */
export function describeRun(run: {
  readonly kind: ExecutionKind;
  readonly name: string;
  readonly owner: string;
}): string {
  return `${run.kind} "${run.name}" of ${run.owner}`;
}
