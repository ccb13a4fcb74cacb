import { Cancelled } from '../../kernel/errors.ts';
import { runOutsideExecutions } from '../../kernel/execution.ts';
import { cancellationOf } from '../../kernel/waiting.ts';
import { errorOfPlain, type PlainError, plainError } from './port-errors.ts';

/** One end of a way between two threads. `MessagePort`, `Worker` and a worker's `parentPort` are such. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/** What can be asked of one end, each with what is given and what is answered. */
export type Questions = { readonly [name: string]: { readonly given: unknown; readonly answer: unknown } };
/** What can be told to one end: no answer comes. */
export type News = { readonly [name: string]: unknown };

export type Answering<Q extends Questions> = {
  readonly [Name in keyof Q]: (
    given: Q[Name]['given'],
    signal: AbortSignal,
  ) => Q[Name]['answer'] | Promise<Q[Name]['answer']>;
};
export type Hearing<N extends News> = { readonly [Name in keyof N]: (news: N[Name]) => void };

type Message =
  | { readonly kind: 'ask'; readonly id: number; readonly name: string; readonly given: unknown }
  | { readonly kind: 'call-off'; readonly id: number; readonly reason: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: PlainError }
  | { readonly kind: 'tell'; readonly name: string; readonly news: unknown };

interface Pending {
  readonly name: string;
  resolve(answer: unknown): void;
  reject(error: Error): void;
  release(): void;
}

export interface PortChannelOptions<AnsweredHere extends Questions, HeardHere extends News> {
  readonly answering: Answering<AnsweredHere>;
  readonly hearing: Hearing<HeardHere>;
  /** Called for whatever comes, before it is dealt with, and for whatever goes. */
  readonly onTraffic?: ((name: string) => void) | undefined;
}

/**
 * Questions and news between two threads, over one port, so that all arrives in the order in which it was sent. Both
 * ends are of the same release and trust each other's messages.
 */
export class PortChannel<
  AnsweredHere extends Questions,
  HeardHere extends News,
  AnsweredThere extends Questions,
  HeardThere extends News,
> {
  readonly #port: Port;
  readonly #options: PortChannelOptions<AnsweredHere, HeardHere>;
  readonly #pending = new Map<number, Pending>();
  readonly #answering = new Map<number, AbortController>();
  #lastId = 0;
  #closed: Error | undefined;

  constructor(port: Port, options: PortChannelOptions<AnsweredHere, HeardHere>) {
    this.#port = port;
    this.#options = options;
  }

  open(): void {
    this.#port.on('message', this.#onMessage);
  }

  /** What is still asked is rejected with the reason, and what is being answered called off. */
  close(reason: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#port.off('message', this.#onMessage);
    for (const pending of this.#pending.values()) {
      pending.release();
      pending.reject(reason);
    }
    this.#pending.clear();
    for (const controller of this.#answering.values()) controller.abort(reason);
    this.#answering.clear();
  }

  /** @throws what the other end threw; Cancelled at once if the signal is aborted, and the other end is told. */
  ask<Name extends keyof AnsweredThere & string>(
    name: Name,
    given: AnsweredThere[Name]['given'],
    signal?: AbortSignal,
  ): Promise<AnsweredThere[Name]['answer']> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) {
        reject(this.#closed);
        return;
      }
      if (signal?.aborted) {
        reject(cancellationOf(signal, name));
        return;
      }
      this.#lastId += 1;
      const id = this.#lastId;
      this.#post({ kind: 'ask', id, name, given }, name);
      const onAbort = (): void => {
        this.#pending.delete(id);
        const reason = signal === undefined ? new Cancelled(`${name} was called off`) : cancellationOf(signal, name);
        this.#post({ kind: 'call-off', id, reason: reason.message }, name);
        reject(reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(id, { name, resolve, reject, release: () => signal?.removeEventListener('abort', onAbort) });
    });
  }

  tell<Name extends keyof HeardThere & string>(name: Name, news: HeardThere[Name]): void {
    if (this.#closed === undefined) this.#post({ kind: 'tell', name, news }, name);
  }

  readonly #onMessage = (message: unknown): void => {
    // Both ends are this class; nobody else has the port.
    runOutsideExecutions(() => this.#take(message as Message));
  };

  #post(message: Message, name: string): void {
    this.#options.onTraffic?.(name);
    this.#port.postMessage(message);
  }

  #take(message: Message): void {
    switch (message.kind) {
      case 'tell':
        this.#options.onTraffic?.(message.name);
        this.#options.hearing[message.name]?.(message.news as HeardHere[string]);
        return;
      case 'ask':
        this.#options.onTraffic?.(message.name);
        void this.#answer(message.id, message.name, message.given);
        return;
      case 'call-off':
        this.#answering.get(message.id)?.abort(new Cancelled(message.reason));
        return;
      case 'answer':
        this.#settle(message.id)?.resolve(message.answer);
        return;
      case 'failure':
        this.#settle(message.id)?.reject(errorOfPlain(message.error));
        return;
      default:
        message satisfies never;
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending === undefined) return undefined;
    pending.release();
    this.#options.onTraffic?.(pending.name);
    return pending;
  }

  async #answer(id: number, name: string, given: unknown): Promise<void> {
    const controller = new AbortController();
    this.#answering.set(id, controller);
    let message: Message;
    try {
      const answer = await this.#options.answering[name]?.(given, controller.signal);
      message = { kind: 'answer', id, answer };
    } catch (error) {
      message = { kind: 'failure', id, error: plainError(error) };
    }
    this.#answering.delete(id);
    if (this.#closed !== undefined) return;
    try {
      this.#post(message, name);
    } catch (error) {
      // The answer is nothing that can be sent to another thread.
      this.#post({ kind: 'failure', id, error: plainError(error) }, name);
    }
  }
}
