import { backoffMs } from '../../kernel/backoff.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { HassetteError } from '../../kernel/errors.ts';
import { runOutsideExecutions } from '../../kernel/execution.ts';
import { StorageUnavailable } from '../storage-errors.ts';
import type { StorageNotice } from '../storage-link.ts';

/** Connections to a server that live and die together. */
export interface ServerSession {
  /** Resolves to why it is over. */
  readonly ended: Promise<unknown>;
  /** Lets go at once; what is under way is rejected. */
  end(reason: unknown): void;
}

export interface SessionKeeperOptions<S extends ServerSession> {
  readonly clock: Clock;
  /** The server in words, for messages. */
  readonly what: string;
  /** Connects, and makes ready what is there. Once aborted it lets go of all that it has. */
  readonly connect: (signal: AbortSignal) => Promise<S>;
  /** What an error means; undefined where the server did not say it, and what was asked may have been done. */
  readonly answerOf: (error: unknown) => HassetteError | undefined;
  /** What keeps it from being reached. */
  readonly networkProblemOf: (error: unknown) => HassetteError;
  /** There is one again, after there was none for a while. */
  readonly onReturn: () => void;
  /** Chance, from 0 up to 1. */
  readonly random: () => number;
}

/** What a call does, where it is not known whether it was carried out. */
export type CallKind = 'read' | 'commit';

const CONNECT_LIMIT_MS = 10_000;
const ANSWER_LIMIT_MS = 15_000;
/** Of a stop, in which all has a second. */
const LAST_ANSWERS_MS = 700;
/** A server that restarts is waited for; one that has been away for longer keeps nobody waiting. */
const PATIENCE_MS = 5000;
/** After a power cut a daemon is often up before its database, and what apps read when they start is worth a wait. */
const PATIENCE_AT_START_MS = 20_000;
const BACKOFF = { firstMs: 500, maxMs: 30_000, factor: 2, jitter: 0.2 };

interface Waiting<S> {
  resolve(session: S): void;
  reject(error: Error): void;
}

/** Keeps a session with a server, and makes another when it is lost, for ever. */
export class SessionKeeper<S extends ServerSession> {
  readonly #options: SessionKeeperOptions<S>;
  readonly #closed = new AbortController();
  readonly #waiting = new Set<Waiting<S>>();
  #session: S | undefined;
  #retry: Timer | undefined;
  #failures = 0;
  #isStopping = false;
  /** Until when whoever asks waits. */
  #patientUntilMs = 0;
  #problem: Error | undefined;

  constructor(options: SessionKeeperOptions<S>) {
    this.#options = options;
  }

  /**
   * Tries once to connect. A server that cannot be reached is tried again later.
   *
   * @param signal - once it is aborted nobody waits any more for a server that is away.
   * @returns what keeps it from being reached.
   * @throws what does not heal.
   */
  async open(signal: AbortSignal): Promise<StorageUnavailable | undefined> {
    this.#patientUntilMs = this.#options.clock.monotonicMs() + PATIENCE_AT_START_MS;
    signal.addEventListener('abort', () => this.#loseAllPatience(), { once: true });
    await runOutsideExecutions(() => this.#connect(signal));
    const problem = this.#problem;
    if (problem === undefined) return undefined;
    if (!(problem instanceof StorageUnavailable)) throw problem;
    this.#retryLater();
    return problem;
  }

  /**
   * Does something with a session, as soon as there is one.
   *
   * @throws StorageUnavailable where there is none, the server does not answer, or it hung up meanwhile; what it says.
   */
  async ask<T>(kind: CallKind, work: (session: S) => Promise<T>): Promise<T> {
    const { clock, what, answerOf } = this.#options;
    const session = await this.#present();
    const timer = clock.after(ANSWER_LIMIT_MS, `an answer of ${what}`, () =>
      session.end(new Error(`no answer within ${ANSWER_LIMIT_MS / 1000} s`)),
    );
    try {
      return await work(session);
    } catch (error) {
      const answer = answerOf(error);
      if (answer !== undefined) throw answer;
      // Whoever was asked may say no more than that it is over.
      session.end(error);
      const because = String(await session.ended.then((reason) => (reason instanceof Error ? reason.message : reason)));
      throw new StorageUnavailable(`The connection to ${what} was lost: ${because}`, {
        hint: 'It is made again. Look at the log of the server should it happen often.',
        mayHaveRun: kind === 'commit',
      });
    } finally {
      timer.cancel();
    }
  }

  /** From now on nobody waits for a session. Those who have one may end what they do, for a moment. */
  async close(underWay: () => Promise<unknown>): Promise<void> {
    const { clock, what } = this.#options;
    const error = new StorageUnavailable(`${what} is closed`);
    this.#isStopping = true;
    this.#closed.abort(error);
    this.#retry?.cancel();
    this.#problem = error;
    this.#rejectWaiting(error);
    const letGo = (): void => this.#session?.end(error);
    const timer = clock.after(LAST_ANSWERS_MS, `the last answers of ${what}`, letGo);
    await underWay();
    timer.cancel();
    letGo();
    this.#session = undefined;
  }

  #present(): Promise<S> {
    if (this.#session !== undefined) return Promise.resolve(this.#session);
    const { clock, what } = this.#options;
    const leftMs = this.#patientUntilMs - clock.monotonicMs();
    if (this.#isStopping || (leftMs <= 0 && this.#problem !== undefined)) {
      return Promise.reject(this.#problem ?? new StorageUnavailable(`${what} is not open`));
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting<S> = {
        resolve: (session) => {
          timer.cancel();
          resolve(session);
        },
        reject: (error) => {
          timer.cancel();
          reject(error);
        },
      };
      this.#waiting.add(waiting);
      const timer = clock.after(Math.max(leftMs, 0), `a connection to ${what}`, () => {
        this.#waiting.delete(waiting);
        reject(this.#problem ?? new StorageUnavailable(`${what} does not answer`));
      });
    });
  }

  #loseAllPatience(): void {
    this.#isStopping = true;
    this.#rejectWaiting(this.#problem ?? new StorageUnavailable(`${this.#options.what} does not answer`));
  }

  #rejectWaiting(error: Error): void {
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { clock, connect, networkProblemOf, what } = this.#options;
    const tooLong = new AbortController();
    const timer = clock.after(CONNECT_LIMIT_MS, `a connection to ${what}`, () =>
      tooLong.abort(
        new StorageUnavailable(`${what} took longer than ${CONNECT_LIMIT_MS / 1000} s to let anybody in`, {
          hint: 'A firewall that drops packets looks like this, another program at that port, and one that speaks no TLS, or only TLS.',
        }),
      ),
    );
    const anyOf = AbortSignal.any([signal, tooLong.signal, this.#closed.signal]);
    try {
      const session = await connect(anyOf);
      if (this.#closed.signal.aborted) session.end(this.#closed.signal.reason);
      else this.#take(session);
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      this.#failures += 1;
      this.#problem = tooLong.signal.aborted
        ? (tooLong.signal.reason as Error)
        : (this.#options.answerOf(error) ?? networkProblemOf(error));
    } finally {
      timer.cancel();
    }
  }

  #take(session: S): void {
    const wasAway = this.#problem !== undefined;
    this.#session = session;
    this.#failures = 0;
    this.#problem = undefined;
    void session.ended.then((reason) => this.#lost(session, reason));
    for (const { resolve } of this.#waiting) resolve(session);
    this.#waiting.clear();
    if (wasAway) this.#options.onReturn();
  }

  #lost(session: S, reason: unknown): void {
    if (this.#session !== session || this.#closed.signal.aborted) return;
    this.#session = undefined;
    this.#patientUntilMs = this.#options.clock.monotonicMs() + PATIENCE_MS;
    this.#problem = this.#options.answerOf(reason) ?? this.#options.networkProblemOf(reason);
    // A server that hangs up is often there again at once.
    void runOutsideExecutions(() => this.#tryAgain());
  }

  #retryLater(): void {
    if (this.#closed.signal.aborted) return;
    const { clock, what, random } = this.#options;
    const inMs = backoffMs(this.#failures, BACKOFF, random());
    this.#retry = clock.after(inMs, `connecting to ${what} again`, () => void this.#tryAgain());
  }

  async #tryAgain(): Promise<void> {
    await this.#connect(this.#closed.signal);
    if (this.#session === undefined) this.#retryLater();
  }
}

/** That a server is away when the daemon starts. */
export function noticeOf({ code, message, hint = '' }: StorageUnavailable): StorageNotice {
  return { code, message: `${message}; the daemon goes on without it, and tries again`, hint, passing: true };
}
