import type { RestRequest, RestResponse } from '../home-assistant/protocol/transport.ts';
import type { ClientConnection } from './client-connection.ts';
import type { JsonObject } from './json.ts';

/**
 * Something that the home does differently from a healthy one. Each hook may deal with a thing itself, or pass it on,
 * changed or not, at once or later; what passes through all of them is done as a real home does it. The behaviour
 * added last is asked first.
 *
 * @example
 * ```ts
 * const withoutStates: Behaviour = {
 *   name: 'without states',
 *   command: (command, _connection, pass) => {
 *     if (command.type !== 'get_states') pass(command);
 *   },
 * };
 * t.home.add(withoutStates);
 * ```
 */
export interface Behaviour {
  readonly name: string;
  /** A client wants to open a socket or to ask the REST API: false, and the port refuses. */
  admit?(): boolean;
  /** The home's answer to a token; undefined passes on. */
  authenticate?(token: string): 'refuse' | undefined;
  /** A text frame from the client. */
  receive?(text: string, connection: ClientConnection, pass: (text: string) => void): void;
  /** A well-formed command, after authentication. */
  command?(command: ClientCommand, connection: ClientConnection, pass: (command: ClientCommand) => void): void;
  /** A text frame on its way to the client; it may hold several messages. */
  send?(text: string, connection: ClientConnection, pass: (text: string) => void): void;
  /** True: the network between the two is dead. Nothing arrives on either side, and neither is told. */
  severs?(connection: ClientConnection): boolean;
  /** True: the client reads nothing for now, so that what is meant for it waits at the home. */
  stalls?(connection: ClientConnection): boolean;
  /** A request to the REST API. */
  request?(request: RestRequest, pass: (request: RestRequest) => Promise<RestResponse>): Promise<RestResponse>;
  /** It was taken away: whatever it holds back goes on its way. */
  removed?(): void;
}

/** A command as a client sent it. */
export type ClientCommand = JsonObject & { readonly id: number; readonly type: string };

/** Takes a behaviour away: called, or by the end of a `using` declaration. A second time does nothing. */
export type Removal = (() => void) & Disposable;

/** The behaviours of one home, in the order in which they are asked. */
export class Behaviours {
  #list: readonly Behaviour[] = [];

  add(behaviour: Behaviour): () => void {
    this.#list = [behaviour, ...this.#list];
    return () => {
      if (!this.#list.includes(behaviour)) return;
      this.#list = this.#list.filter((other) => other !== behaviour);
      behaviour.removed?.();
    };
  }

  admit(): boolean {
    return this.#list.every((behaviour) => behaviour.admit?.() !== false);
  }

  refusesToken(token: string): boolean {
    return this.#list.some((behaviour) => behaviour.authenticate?.(token) === 'refuse');
  }

  sever(connection: ClientConnection): boolean {
    return this.#list.some((behaviour) => behaviour.severs?.(connection) === true);
  }

  stall(connection: ClientConnection): boolean {
    return this.#list.some((behaviour) => behaviour.stalls?.(connection) === true);
  }

  receive(text: string, connection: ClientConnection, last: (text: string) => void): void {
    const ask: Ask<string> = (behaviour, value, pass) => {
      if (behaviour.receive === undefined) pass(value);
      else behaviour.receive(value, connection, pass);
    };
    this.#through(text, ask, last);
  }

  command(command: ClientCommand, connection: ClientConnection, last: (command: ClientCommand) => void): void {
    const ask: Ask<ClientCommand> = (behaviour, value, pass) => {
      if (behaviour.command === undefined) pass(value);
      else behaviour.command(value, connection, pass);
    };
    this.#through(command, ask, last);
  }

  send(text: string, connection: ClientConnection, last: (text: string) => void): void {
    const ask: Ask<string> = (behaviour, value, pass) => {
      if (behaviour.send === undefined) pass(value);
      else behaviour.send(value, connection, pass);
    };
    this.#through(text, ask, last);
  }

  request(request: RestRequest, last: (request: RestRequest) => Promise<RestResponse>): Promise<RestResponse> {
    const list = this.#list;
    const ask = (from: number, asked: RestRequest): Promise<RestResponse> => {
      const behaviour = list[from];
      if (behaviour === undefined) return last(asked);
      const pass = (next: RestRequest): Promise<RestResponse> => ask(from + 1, next);
      return behaviour.request === undefined ? pass(asked) : behaviour.request(asked, pass);
    };
    return ask(0, request);
  }

  #through<T>(first: T, ask: Ask<T>, last: (value: T) => void): void {
    const list = this.#list;
    const go = (from: number, value: T): void => {
      const behaviour = list[from];
      if (behaviour === undefined) last(value);
      // What one before it held back may come when it has been taken away itself.
      else if (!this.#list.includes(behaviour)) go(from + 1, value);
      else ask(behaviour, value, (next) => go(from + 1, next));
    };
    go(0, first);
  }
}

type Ask<T> = (behaviour: Behaviour, value: T, pass: (value: T) => void) => void;
