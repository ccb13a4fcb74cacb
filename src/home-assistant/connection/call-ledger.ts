import type { Clock } from '../../kernel/clock.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { Cancelled } from '../../kernel/errors.ts';
import { cancellationOf } from '../../kernel/waiting.ts';
import { ConnectionLost, HomeAway, NoAnswer } from '../home-errors.ts';
import type { CallOptions, HomeProblem } from '../home-link.ts';

/** Settles a call. What comes after the first time is ignored. */
export interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

export interface CallWork<T> {
  /** What is called, for messages. */
  readonly what: string;
  /** It is lost when the connection is; a REST request has one of its own. */
  readonly onConnection: boolean;
  /** Sends it. Gives what to do when nobody waits for the answer any more. */
  begin(settle: Settle<T>): () => void;
}

interface Entry {
  readonly what: string;
  readonly onConnection: boolean;
  send(): () => void;
  reject(error: unknown): void;
  /** Set once it was sent. */
  abandon: (() => void) | undefined;
}

/**
 * The calls that wait for the home, and those that wait for its answer. Each ends once: by its answer, its time limit,
 * its signal, or the loss of the connection. None is ever sent twice.
 */
export class CallLedger {
  readonly #home: string;
  readonly #clock: Clock;
  readonly #waiting = new Set<Entry>();
  readonly #sent = new Set<Entry>();
  #open = false;
  readonly #whyAway: () => HomeProblem | undefined;
  #ended = false;

  /** @param whyAway - what stands in the way at present, for messages. */
  constructor(home: string, clock: Clock, whyAway: () => HomeProblem | undefined) {
    this.#home = home;
    this.#clock = clock;
    this.#whyAway = whyAway;
  }

  /** Calls that wait for the home to be ready. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Calls that wait for their answer. */
  get inFlight(): number {
    return this.#sent.size;
  }

  /** Sends the call now, or when the home is ready. */
  submit<T>(work: CallWork<T>, options: CallOptions): Promise<T> {
    const { what, onConnection } = work;
    const { signal, timeoutMs } = options;
    if (this.#ended) return Promise.reject(this.#stopping(what));
    if (signal?.aborted) return Promise.reject(cancellationOf(signal, what));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const end = (): boolean => {
      if (!this.#waiting.delete(entry) && !this.#sent.delete(entry)) return false;
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
      return true;
    };
    const settle: Settle<T> = {
      resolve: (value) => {
        if (end()) resolve(value);
      },
      reject: (error) => {
        if (end()) reject(error);
      },
    };
    const entry: Entry = {
      what,
      onConnection,
      send: () => work.begin(settle),
      reject: settle.reject,
      abandon: undefined,
    };
    const giveUp = (error: Error): void => {
      entry.abandon?.();
      entry.reject(error);
    };
    const onAbort = (): void => {
      if (signal !== undefined) giveUp(cancellationOf(signal, what));
    };
    const timer = this.#clock.after(timeoutMs, `time limit of ${what}`, () =>
      giveUp(entry.abandon === undefined ? this.#away(what, timeoutMs) : this.#unanswered(what, timeoutMs)),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    if (this.#open) this.#send(entry);
    else this.#waiting.add(entry);
    return promise;
  }

  /** The home is ready: what waits is sent, in order. */
  open(): void {
    this.#open = true;
    for (const entry of [...this.#waiting]) {
      this.#waiting.delete(entry);
      this.#send(entry);
    }
  }

  /** The home is away. What was sent on the connection will have no answer. */
  close(problem: HomeProblem): void {
    this.#open = false;
    for (const entry of [...this.#sent]) {
      if (!entry.onConnection) continue;
      entry.reject(
        new ConnectionLost(`${entry.what} was in flight when home "${this.#home}" went away: ${problem.message}`, {
          mayHaveRun: true,
          hint: 'It may have been carried out or not, so it was not sent again. Look at the state before calling again.',
        }),
      );
    }
  }

  /** Nothing is called any more. */
  end(): void {
    this.#open = false;
    this.#ended = true;
    for (const entry of [...this.#waiting, ...this.#sent]) {
      entry.abandon?.();
      entry.reject(this.#stopping(entry.what));
    }
  }

  #send(entry: Entry): void {
    this.#sent.add(entry);
    // An answer may come while it is still being sent: then there is nothing left to abandon.
    entry.abandon = ignore;
    entry.abandon = entry.send();
  }

  #away(what: string, timeoutMs: number): HomeAway {
    const problem = this.#whyAway();
    const why = problem === undefined ? 'it is not ready yet' : problem.message;
    return new HomeAway(
      `${what} waited ${formatDuration(timeoutMs)} for home "${this.#home}" and was not sent: ${why}`,
      {
        hint: problem?.hint,
      },
    );
  }

  #unanswered(what: string, timeoutMs: number): NoAnswer {
    return new NoAnswer(`Home "${this.#home}" did not answer ${what} within ${formatDuration(timeoutMs)}`, {
      hint: 'It may have been carried out or not. Where it is known to take long, give the call a longer time limit.',
    });
  }

  #stopping(what: string): Cancelled {
    return new Cancelled(`${what} was called off: the connection to home "${this.#home}" is stopped`);
  }
}

function ignore(): void {
  // Stands in until it is known how to abandon a call.
}
