import type { Clock, Timer } from '../kernel/clock.ts';
import type { Behaviours, ClientCommand } from './behaviours.ts';
import type { ClientConnection } from './client-connection.ts';
import type { CommandTable } from './command-table.ts';
import { Refusal, unauthorized, wireErrorOf } from './failures.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Limits } from './limits.ts';
import { Outbox } from './outbox.ts';
import { fit, NotFitting, optional, required, text as textCheck, misfit, exclusive } from './schema.ts';
import type { User, Users } from './users.ts';

/** The other end of a connection: a socket, or the client itself where both run in memory. */
export interface Peer {
  /** Whether it takes more now; `Connection.drained` tells when it does again. */
  readonly writable: boolean;
  send(frame: string): void;
  ping(): void;
  /** Ends the connection with a closing frame. */
  close(code: number): void;
  /** Ends it without one, as a killed process does. */
  drop(): void;
}

/** What a connection needs of its home. */
export interface ConnectionHost {
  readonly clock: Clock;
  readonly version: string;
  readonly users: Users;
  readonly limits: Limits;
  readonly behaviours: Behaviours;
  readonly commands: CommandTable;
  forget(connection: Connection): void;
}

/** One WebSocket connection as the home sees it: authentication, ids, commands and subscriptions. */
export class Connection implements ClientConnection {
  readonly #host: ConnectionHost;
  readonly #peer: Peer;
  readonly #outbox: Outbox;
  readonly #subscriptions = new Map<number, () => void>();
  #admitted: { readonly user: User; readonly token: string } | undefined;
  #lastId = 0;
  #lastHeardMs: number;
  #silence: Timer;
  /** Nothing is read any more. */
  #ended = false;
  /** Nothing is sent any more. */
  #silent = false;
  #dead = false;

  constructor(host: ConnectionHost, peer: Peer) {
    this.#host = host;
    this.#peer = peer;
    this.#outbox = new Outbox({
      clock: host.clock,
      limits: host.limits,
      writable: () => peer.writable && !host.behaviours.stall(this),
      write: (frame) => host.behaviours.send(frame, this, (passed) => this.#write(passed)),
      onFull: () => this.end(),
    });
    this.#lastHeardMs = host.clock.monotonicMs();
    this.#silence = host.clock.after(host.limits.authSilenceMs, 'the simulated home waits for a token', () =>
      this.end(),
    );
    this.push({ type: 'auth_required', ha_version: host.version });
  }

  get user(): User {
    if (this.#admitted === undefined) throw unauthorized();
    return this.#admitted.user;
  }

  get clock(): Clock {
    return this.#host.clock;
  }

  get token(): string | undefined {
    return this.#admitted?.token;
  }

  get coalesce(): boolean {
    return this.#outbox.coalesce;
  }

  set coalesce(on: boolean) {
    this.#outbox.coalesce = on;
  }

  // --- What comes from the client -----------------------------------------------------------------------------------

  receive(frame: string): void {
    if (this.#severed) return;
    this.#lastHeardMs = this.#host.clock.monotonicMs();
    this.#host.behaviours.receive(frame, this, (passed) => this.#read(passed));
  }

  receiveBinary(bytes: Uint8Array): void {
    this.#lastHeardMs = this.#host.clock.monotonicMs();
    // The first byte names a handler; none is ever there, which Home Assistant logs and leaves at that.
    if (bytes.length === 0 || this.#admitted === undefined) this.end();
  }

  /** @returns whether a pong is to follow. */
  receivePing(): boolean {
    if (this.#severed) return false;
    this.#lastHeardMs = this.#host.clock.monotonicMs();
    return true;
  }

  receivePong(): void {
    if (!this.#severed) this.#lastHeardMs = this.#host.clock.monotonicMs();
  }

  drained(): void {
    this.#outbox.drained();
  }

  /** The client wants to close it. @returns whether it is told so in turn. */
  receiveClose(): boolean {
    if (this.#severed) return false;
    this.gone();
    return true;
  }

  /** The client has ended it. */
  gone(): void {
    this.#tearDown();
    this.#silent = true;
    this.#outbox.close();
  }

  // --- What goes to the client --------------------------------------------------------------------------------------

  push(message: JsonObject): void {
    this.#outbox.push(JSON.stringify(message));
  }

  result(id: number, result: unknown = null): void {
    this.push({ id, type: 'result', success: true, result });
  }

  resultJson(id: number, json: string): void {
    this.#outbox.push(`{"id":${id},"type":"result","success":true,"result":${json}}`);
  }

  event(id: number, event: unknown): void {
    this.push({ id, type: 'event', event });
  }

  fail(id: unknown, error: JsonObject): void {
    this.push({ id, type: 'result', success: false, error });
  }

  eventJson(id: number, json: string): void {
    this.#outbox.push(`{"id":${id},"type":"event","event":${json}}`);
  }

  pushShared(frameHead: string, id: number): void {
    this.#outbox.push(`${frameHead},"id":${id}}`);
  }

  // --- Subscriptions ------------------------------------------------------------------------------------------------

  subscribe(id: number, end: () => void): void {
    this.#subscriptions.set(id, end);
  }

  unsubscribe(id: number): boolean {
    this.#subscriptions.get(id)?.();
    return this.#subscriptions.delete(id);
  }

  // --- The end ------------------------------------------------------------------------------------------------------

  end(code = 1000): void {
    this.#tearDown();
    this.#silent = true;
    this.#outbox.endNow(() => this.#severed || this.#peer.close(code));
  }

  /** The process has died: nothing is sent any more. */
  drop(): void {
    this.#tearDown();
    this.#silent = true;
    this.#outbox.endNow(() => this.#severed || this.#peer.drop());
  }

  #tearDown(): void {
    this.#ended = true;
    this.#silence.cancel();
    for (const end of this.#subscriptions.values()) end();
    this.#subscriptions.clear();
    this.#host.forget(this);
  }

  /** Once something was lost on it, nothing can come through any more: TCP leaves no gaps. */
  get #severed(): boolean {
    this.#dead ||= this.#host.behaviours.sever(this);
    return this.#dead;
  }

  #write(frame: string): void {
    if (!this.#silent && !this.#severed) this.#peer.send(frame);
  }

  // --- Reading ------------------------------------------------------------------------------------------------------

  #read(frame: string): void {
    if (this.#ended) return;
    const bytes = Buffer.byteLength(frame);
    if (bytes > this.#host.limits.messageBytes) return this.end(1009);
    if (this.#admitted === undefined && bytes > this.#host.limits.authBytes) return this.end();
    let message: unknown;
    try {
      message = JSON.parse(frame);
    } catch {
      // Home Assistant closes without a word.
      return this.end();
    }
    if (this.#admitted === undefined) return this.#authenticate(message);
    for (const one of Array.isArray(message) ? message : [message]) this.#handle(one);
  }

  #authenticate(message: unknown): void {
    const refuse = (reason: string): void => {
      this.push({ type: 'auth_invalid', message: reason });
      this.#tearDown();
      this.#outbox.endAfter(() => this.#peer.close(1000));
    };
    let token: unknown;
    try {
      token = fit(authShape, message, 'expected a mapping').access_token;
    } catch (error) {
      if (!(error instanceof NotFitting)) throw error;
      return refuse(`Auth message incorrectly formatted: ${error.quoting(message)}`);
    }
    const user =
      typeof token === 'string' && !this.#host.behaviours.refusesToken(token)
        ? this.#host.users.byToken(token)
        : undefined;
    if (user === undefined || typeof token !== 'string') return refuse('Invalid access token or password');
    this.#admitted = { user, token };
    this.#silence.cancel();
    this.#silence = this.#listenForSilence(this.#host.limits.pingAfterMs);
    this.push({ type: 'auth_ok', ha_version: this.#host.version });
  }

  /** One timer for a span, however much is heard in it. */
  #listenForSilence(delayMs: number): Timer {
    const { clock, limits } = this.#host;
    return clock.after(delayMs, 'the simulated home pings after silence', () => {
      const silentMs = clock.monotonicMs() - this.#lastHeardMs;
      if (silentMs < limits.pingAfterMs) {
        this.#silence = this.#listenForSilence(limits.pingAfterMs - silentMs);
        return;
      }
      const askedMs = clock.monotonicMs();
      this.#silence = clock.after(limits.pongWithinMs, 'the simulated home waits for a pong', () => {
        if (this.#lastHeardMs < askedMs) this.drop();
        else this.#silence = this.#listenForSilence(limits.pingAfterMs - (clock.monotonicMs() - this.#lastHeardMs));
      });
      this.#peer.ping();
    });
  }

  #handle(message: unknown): void {
    if (!isCommand(message)) {
      const id: unknown = isObject(message) ? (message.id ?? null) : 0;
      return this.fail(id, { code: 'invalid_format', message: 'Message incorrectly formatted.' });
    }
    if (message.id <= this.#lastId) {
      return this.fail(message.id, { code: 'id_reuse', message: 'Identifier values have to increase.' });
    }
    this.#host.behaviours.command(message, this, (command) => this.#run(command));
  }

  #run(command: ClientCommand): void {
    if (this.#ended) return;
    const definition = this.#host.commands.get(command.type);
    if (definition === undefined) {
      return this.fail(command.id, { code: 'unknown_command', message: 'Unknown command.' });
    }
    // Used up by a known command even where it fails; an unknown one leaves it.
    this.#lastId = Math.max(this.#lastId, command.id);
    const failed = (error: unknown): void => this.#failed(command, error);
    try {
      const { fields } = definition;
      if (fields === undefined && Object.keys(command).length > 2) throw misfit('extra keys not allowed');
      const fitting = fields === undefined ? command : fit({ id: idField, type: typeField, ...fields }, command);
      if (definition.admin === true && !this.user.isAdmin) throw unauthorized();
      void Promise.resolve(definition.run({ ...fitting, id: command.id }, this)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #failed(command: ClientCommand, error: unknown): void {
    if (error instanceof NotFitting) {
      this.fail(command.id, { code: 'invalid_format', message: error.quoting(command) });
    } else if (error instanceof Refusal) {
      this.fail(command.id, wireErrorOf(error));
    } else {
      this.fail(command.id, {
        code: 'unknown_error',
        message: error instanceof Error ? error.message : 'Unknown error',
      });
    }
  }
}

const authShape = {
  type: required((value) => {
    if (value !== 'auth') throw misfit('not a valid value');
    return value;
  }),
  api_password: exclusive('auth', textCheck),
  access_token: exclusive('auth', textCheck),
};

const idField = required((value) => value);
const typeField = optional((value) => value);

function isCommand(message: unknown): message is ClientCommand {
  if (!isObject(message)) return false;
  const { id, type } = message;
  return typeof id === 'number' && Number.isInteger(id) && id > 0 && typeof type === 'string' && type !== '';
}
