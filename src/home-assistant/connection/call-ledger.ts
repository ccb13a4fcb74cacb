import type { Clock } from '../../kernel/clock.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { Cancelled } from '../../kernel/errors.ts';
import { FairLine, type Place } from '../../kernel/fair-line.ts';
import { cancellationOf } from '../../kernel/waiting.ts';
import { ConnectionLost, HomeAway, NoAnswer, TooManyCalls } from '../home-errors.ts';
import type { CallCounters, CallOptions, HomeProblem } from '../home-link.ts';

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

/** How many calls of apps there may be at once. What the daemon itself asks is not counted. */
export interface CallLimits {
  /** On their way, of all apps. An app that has none on its way is let through all the same. */
  readonly inFlight: number;
  /** In line, of one app. */
  readonly waiting: number;
}

export const DEFAULT_CALL_LIMITS: CallLimits = { inFlight: 100, waiting: 1000 };

export interface CallLedgerOptions {
  readonly home: string;
  readonly clock: Clock;
  readonly limits: CallLimits;
  /** What stands in the way at present, for messages. */
  readonly whyAway: () => HomeProblem | undefined;
  /** A call of an app was refused, since too many of its calls are in line. */
  readonly onRefused: (app: string) => void;
}

interface Entry {
  readonly what: string;
  readonly onConnection: boolean;
  /** Whose it is, where it is no call of the daemon's own. */
  readonly app: string | undefined;
  send(): () => void;
  reject(error: unknown): void;
  /** While it is in line. */
  place: Place<Entry> | undefined;
  /** Set once it was sent. */
  abandon: (() => void) | undefined;
}

/**
 * The calls that wait for the home or for their turn, and those that wait for the home's answer. Each ends once: by its
 * answer, its time limit, its signal, or the loss of the connection. None is ever sent twice.
 *
 * Apps take turns: one that has none on its way never waits for another, and whoever has many in line gets as many
 * places as each of the rest. An app's calls are sent in their order.
 */
export class CallLedger {
  readonly #home: string;
  readonly #clock: Clock;
  readonly #limits: CallLimits;
  readonly #options: CallLedgerOptions;
  readonly #line = new FairLine<Entry>();
  /** What the daemon itself asks, while the home is away. */
  readonly #own = new Set<Entry>();
  readonly #sent = new Set<Entry>();
  /** Of those that were sent, how many are each app's. */
  readonly #sentBy = new Map<string, number>();
  #sentOfApps = 0;
  #refused = 0;
  #open = false;
  #sending = false;
  #ended = false;

  constructor(options: CallLedgerOptions) {
    this.#home = options.home;
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#options = options;
  }

  get counters(): CallCounters {
    return {
      inFlight: this.#sent.size,
      waiting: this.#own.size + this.#line.size,
      refused: this.#refused,
      limit: this.#limits.inFlight,
    };
  }

  /** Sends the call now, or when the home is ready and it is its turn. */
  submit<T>(work: CallWork<T>, options: CallOptions): Promise<T> {
    const { what, onConnection } = work;
    const { signal, timeoutMs, app } = options;
    if (this.#ended) return Promise.reject(this.#stopping(what));
    if (signal?.aborted) return Promise.reject(cancellationOf(signal, what));
    if (app !== undefined && this.#line.sizeOf(app) >= this.#limits.waiting) {
      return Promise.reject(this.#refuse(what, app));
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const end = (): boolean => {
      if (!this.#remove(entry)) return false;
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
      app,
      send: () => work.begin(settle),
      reject: settle.reject,
      place: undefined,
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
      giveUp(entry.abandon === undefined ? this.#unsent(entry, timeoutMs) : this.#unanswered(what, timeoutMs)),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#enter(entry);
    return promise;
  }

  /** The home is ready: what waits is sent, each in its turn. */
  open(): void {
    this.#open = true;
    for (const entry of [...this.#own]) {
      this.#own.delete(entry);
      this.#send(entry);
    }
    this.#serve();
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
    for (const entry of [...this.#own, ...this.#sent]) this.#callOff(entry);
    for (let entry = this.#line.take(); entry !== undefined; entry = this.#line.take()) {
      this.#callOff(entry);
    }
  }

  #callOff(entry: Entry): void {
    entry.abandon?.();
    entry.reject(this.#stopping(entry.what));
  }

  #enter(entry: Entry): void {
    const { app } = entry;
    if (app === undefined) {
      if (this.#open) this.#send(entry);
      else this.#own.add(entry);
    } else if (this.#open && this.#line.sizeOf(app) === 0 && this.#hasPlaceFor(app)) {
      this.#send(entry);
    } else {
      entry.place = this.#line.push(app, entry);
    }
  }

  #hasPlaceFor(app: string): boolean {
    return (this.#sentOfApps < this.#limits.inFlight && this.#line.size === 0) || !this.#sentBy.has(app);
  }

  /** Gives whether it was still in line or on its way. */
  #remove(entry: Entry): boolean {
    const { app, place } = entry;
    if (place !== undefined) {
      this.#line.leave(place);
      entry.place = undefined;
      return true;
    }
    if (this.#own.delete(entry)) return true;
    if (!this.#sent.delete(entry)) return false;
    if (app !== undefined) {
      const left = (this.#sentBy.get(app) ?? 1) - 1;
      if (left === 0) this.#sentBy.delete(app);
      else this.#sentBy.set(app, left);
      this.#sentOfApps -= 1;
      this.#serve();
    }
    return true;
  }

  /** A loop, not a recursion: what is sent may be answered at once. */
  #serve(): void {
    if (this.#sending || !this.#open) return;
    this.#sending = true;
    try {
      while (this.#open && this.#line.size > 0) {
        const next = this.#next();
        if (next === undefined) return;
        next.place = undefined;
        this.#send(next);
      }
    } finally {
      this.#sending = false;
    }
  }

  #next(): Entry | undefined {
    if (this.#sentOfApps < this.#limits.inFlight) return this.#line.take();
    for (const app of this.#line.keys()) if (!this.#sentBy.has(app)) return this.#line.takeOf(app);
    return undefined;
  }

  #send(entry: Entry): void {
    const { app } = entry;
    this.#sent.add(entry);
    if (app !== undefined) {
      this.#sentBy.set(app, (this.#sentBy.get(app) ?? 0) + 1);
      this.#sentOfApps += 1;
    }
    // An answer may come while it is still being sent: then there is nothing left to abandon.
    entry.abandon = ignore;
    try {
      entry.abandon = entry.send();
    } catch (error) {
      // What is to be sent cannot be written as JSON. It is the caller's own, and holds up no other.
      entry.reject(error);
    }
  }

  #refuse(what: string, app: string): TooManyCalls {
    this.#refused += 1;
    this.#options.onRefused(app);
    const { waiting } = this.#limits;
    return new TooManyCalls(
      `${what} was not sent: ${waiting} calls of ${app} are in line for home "${this.#home}" already`,
      { hint: `Await calls before more are made. ${SETTINGS}` },
    );
  }

  #unsent(entry: Entry, timeoutMs: number): HomeAway | TooManyCalls {
    const { what, app } = entry;
    const waited = `${what} waited ${formatDuration(timeoutMs)}`;
    const problem = this.#open ? undefined : this.#options.whyAway();
    if (this.#open && app !== undefined) {
      const ahead = `${this.#sentBy.get(app) ?? 0} others of ${app} that home "${this.#home}" has not answered yet`;
      return new TooManyCalls(`${waited} behind ${ahead}, and was not sent`, {
        hint: `Await calls before more are made, or give it a longer time limit. ${SETTINGS}`,
      });
    }
    const why = problem === undefined ? 'it is not ready yet' : problem.message;
    return new HomeAway(`${waited} for home "${this.#home}" and was not sent: ${why}`, { hint: problem?.hint });
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

const SETTINGS = '`limits.callsInFlight` and `limits.callsWaiting` of the configuration say how many there may be.';

function ignore(): void {
  // Stands in until it is known how to abandon a call.
}
