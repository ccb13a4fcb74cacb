import type { Clock } from '../../kernel/clock.ts';
import { EventStream } from '../../kernel/event-stream.ts';
import { problemOfClose, problemOfFrame, problemOfOpening } from './connection-problems.ts';
import type { HomeError } from '../home-errors.ts';
import { decodeFrame, encodeCommand, FrameUnreadable, type ReadMessage } from '../protocol/codec.ts';
import { unsubscribe } from '../protocol/commands.ts';
import type { HomeSocket, HomeTransport } from '../protocol/transport.ts';
import type { DifferenceMessage } from '../protocol/difference-frame.ts';
import type { AuthMessage, Command, CompressedDifference, ResultMessage } from '../protocol/wire.ts';

const DEFAULT_CAPACITY = 10_000;

export interface WireListener {
  onOpen(): void;
  /** What waited was taken, in a turn of the event loop that came `lateMs` after the turn in which it was read. */
  onTurn?(lateMs: number): void;
  /** A message that is no answer to anything: one of authentication, or, as undefined, one of some other kind. */
  onUnasked(message: AuthMessage | undefined): void;
  /** It is over, once and for all. Told once, unless `end` was called by the listener itself. */
  onEnd(problem: HomeError): void;
}

type Answer = (answer: ResultMessage) => void;
type OnDifference = (entityId: string, difference: CompressedDifference) => void;
type Closing = { readonly type: 'closed'; readonly code: number; readonly reason: string };

/**
 * One WebSocket to a home, from its opening to its end: gives ids, brings answers and events to those who asked. When
 * it has ended nothing of it is heard any more, so an answer of an older connection cannot be taken for one of a newer.
 */
export class WireSession {
  readonly #home: string;
  readonly #clock: Clock;
  readonly #listener: WireListener;
  readonly #stream: EventStream<ReadMessage | Closing>;
  readonly #opening = new AbortController();
  readonly #answers = new Map<number, Answer>();
  readonly #events = new Map<number, (event: unknown) => void>();
  /** The subscriptions that take a difference of one entity as it was read. */
  readonly #differences = new Map<number, OnDifference>();
  #pong: { readonly id: number; readonly onPong: () => void } | undefined;
  #socket: HomeSocket | undefined;
  #lastId = 0;
  #lastHeardMs: number;
  #paused = false;
  #ended = false;
  #onClosed: (() => void) | undefined;

  /** @param capacity - messages that may wait here for their turn before the socket is told to pause. */
  constructor(home: string, clock: Clock, listener: WireListener, capacity = DEFAULT_CAPACITY) {
    this.#home = home;
    this.#clock = clock;
    this.#listener = listener;
    this.#lastHeardMs = clock.monotonicMs();
    this.#stream = new EventStream({
      clock,
      capacity,
      deliver: (message) => this.#take(message),
      onFull: () => this.#pause(),
      onDrained: () => this.#resume(),
      onTurn: (lateMs) => listener.onTurn?.(lateMs),
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** When something, whatever it was, was last heard, on the monotonic clock. */
  get lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  /** More is waiting here than is taken, so the home is not listened to at present. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Messages that were read and have not had their turn yet. */
  get backlog(): number {
    return this.#stream.length;
  }

  /** For how long the oldest of them has waited. */
  get oldestMs(): number {
    return this.#stream.oldestMs;
  }

  async open(transport: HomeTransport): Promise<void> {
    let socket: HomeSocket;
    try {
      socket = await transport.connect(
        { onText: (text) => this.#read(text), onClose: (code, reason) => this.#closed(code, reason) },
        this.#opening.signal,
      );
    } catch (error) {
      this.#fail(problemOfOpening(this.#home, error));
      return;
    }
    if (this.#ended) {
      socket.terminate();
      return;
    }
    this.#socket = socket;
    this.#lastHeardMs = this.#clock.monotonicMs();
    this.#listener.onOpen();
  }

  /** Sends a text that is no command. */
  sendText(text: string): void {
    this.#socket?.send(text);
  }

  /** Sends a command, and brings its answer if one comes. Gives its id. */
  ask(command: Command, onAnswer?: Answer): number {
    const id = this.#send(command);
    if (onAnswer !== undefined) this.#answers.set(id, onAnswer);
    return id;
  }

  /** Sends a command that subscribes to something, and brings the answer and the events. Gives its id. */
  subscribe(command: Command, onEvent: (event: unknown) => void, onAnswer: Answer = ignoreAnswer): number {
    const id = this.ask(command, onAnswer);
    this.#events.set(id, onEvent);
    return id;
  }

  /** Brings those events of a subscription that are a difference of one entity here, and no longer as events. */
  takeDifferences(id: number, onDifference: OnDifference): void {
    this.#differences.set(id, onDifference);
  }

  /** Ends a subscription, here at once and there as soon as the home hears of it. */
  unsubscribe(id: number): void {
    this.#differences.delete(id);
    if (this.#events.delete(id)) this.#send(unsubscribe(id));
  }

  /** Nobody waits for the answer any more. */
  forget(id: number): void {
    this.#answers.delete(id);
  }

  /** Asks the home for a sign of life. */
  ping(command: Command, onPong: () => void): void {
    this.#pong = { id: this.#send(command), onPong };
  }

  /** Ends it at once. The listener is not told. */
  end(): void {
    this.#leave()?.terminate();
  }

  /** Closes politely: the home is told, and given `limitMs` to answer. The listener is not told. */
  async close(limitMs: number): Promise<void> {
    const socket = this.#leave();
    if (socket === undefined) return;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    this.#onClosed = resolve;
    const timer = this.#clock.after(limitMs, `farewell of home "${this.#home}"`, resolve);
    socket.close();
    await closed;
    timer.cancel();
    socket.terminate();
  }

  #send(command: Command): number {
    this.#lastId += 1;
    this.#socket?.send(encodeCommand(this.#lastId, command));
    return this.#lastId;
  }

  #read(text: string): void {
    if (this.#ended) return;
    this.#lastHeardMs = this.#clock.monotonicMs();
    let frame: ReadMessage | readonly ReadMessage[];
    try {
      frame = decodeFrame(text);
    } catch (error) {
      if (!(error instanceof FrameUnreadable)) throw error;
      this.#fail(problemOfFrame(this.#home, error));
      return;
    }
    if ('type' in frame) this.#stream.push(frame);
    else for (const message of frame) this.#stream.push(message);
  }

  /** What was read before the connection closed still has its turn before that is told. */
  #closed(code: number, reason: string): void {
    if (this.#ended) this.#onClosed?.();
    else this.#stream.push({ type: 'closed', code, reason });
  }

  #take(message: ReadMessage | Closing): void {
    switch (message.type) {
      case 'difference':
        this.#takeDifference(message);
        return;
      case 'event':
        this.#events.get(message.id)?.(message.event);
        return;
      case 'result':
        this.#settle(message);
        return;
      case 'pong':
        if (this.#pong?.id === message.id) this.#pong.onPong();
        return;
      case 'closed':
        this.#fail(problemOfClose(this.#home, message.code, message.reason));
        return;
      case 'auth_required':
      case 'auth_ok':
      case 'auth_invalid':
        this.#listener.onUnasked(message);
        return;
      default:
        // Home Assistant may learn to say more; what it is cannot be known here.
        this.#listener.onUnasked(undefined);
    }
  }

  #takeDifference({ id, entityId, difference }: DifferenceMessage): void {
    const onDifference = this.#differences.get(id);
    if (onDifference === undefined) this.#events.get(id)?.({ c: { [entityId]: difference } });
    else onDifference(entityId, difference);
  }

  #settle(message: ResultMessage): void {
    if (message.id === null) return;
    const onAnswer = this.#answers.get(message.id);
    if (onAnswer === undefined) return;
    this.#answers.delete(message.id);
    if (!message.success) this.#events.delete(message.id);
    onAnswer(message);
  }

  #pause(): void {
    this.#paused = true;
    this.#socket?.pause();
  }

  #resume(): void {
    this.#paused = false;
    this.#lastHeardMs = this.#clock.monotonicMs();
    this.#socket?.resume();
  }

  #fail(problem: HomeError): void {
    if (this.#ended) return;
    this.#leave()?.terminate();
    this.#listener.onEnd(problem);
  }

  #leave(): HomeSocket | undefined {
    const socket = this.#socket;
    this.#ended = true;
    this.#socket = undefined;
    this.#opening.abort();
    this.#stream.close();
    this.#answers.clear();
    this.#events.clear();
    this.#differences.clear();
    this.#pong = undefined;
    return socket;
  }
}

function ignoreAnswer(): void {
  // A subscription whose refusal concerns nobody.
}
