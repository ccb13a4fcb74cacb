import { type ErrorAudience, type ErrorDetails, HassetteError } from '../kernel/errors.ts';
import type { Command, WireError } from './protocol/wire.ts';

/**
 * The root of what can go wrong between Hassette and a home. All of the family take a message and details, so that one
 * can be carried to another thread as plain data and made anew there.
 *
 * @example
 * ```ts
 * try { await this.api.call('lock.lock', { target: 'lock.front' }); }
 * catch (error) { if (error instanceof ConnectionLost && error.mayHaveRun) this.logger.warn('the door may be locked or not'); }
 * ```
 */
export abstract class HomeError extends HassetteError {
  abstract override readonly code: string;
  abstract override readonly audience: ErrorAudience;
}

/** The home's address in the configuration is none. */
export class AddressInvalid extends HomeError {
  readonly code = 'ADDRESS_INVALID';
  readonly audience = 'operator';
}

/** The home refused the token. */
export class AuthRefused extends HomeError {
  readonly code = 'AUTH_REFUSED';
  readonly audience = 'operator';
}

/** Nothing answers at the home's address: no such host, a refused or a stalled connection. */
export class HomeUnreachable extends HomeError {
  readonly code = 'HOME_UNREACHABLE';
  readonly audience = 'network';
}

/** The home took too long over a step of connecting. */
export class HomeStalled extends HomeError {
  readonly code = 'HOME_STALLED';
  readonly audience = 'network';
}

/** The home sent a frame that is no message. The connection is made anew, since what it said is lost. */
export class FrameInvalid extends HomeError {
  readonly code = 'FRAME_INVALID';
  readonly audience = 'network';
}

/** Something answers at the home's address and it is no Home Assistant. */
export class NotHomeAssistant extends HomeError {
  readonly code = 'NOT_HOME_ASSISTANT';
  readonly audience = 'operator';
}

/** A proxy before the home answers in its place: 502, 503 or 504. */
export class GatewayFailed extends HomeError {
  readonly code = 'GATEWAY_FAILED';
  readonly audience = 'network';
}

/** The home's certificate does not verify, or the two sides cannot agree on TLS at all. */
export class TlsRefused extends HomeError {
  readonly code = 'TLS_REFUSED';
  readonly audience = 'operator';
}

/** The connection went away, and with it the answer. */
export class ConnectionLost extends HomeError {
  readonly code = 'CONNECTION_LOST';
  readonly audience = 'network';
  /** True where it had been sent: the home may have carried it out or not. It is not sent again. */
  readonly mayHaveRun: boolean;

  constructor(message: string, details: ErrorDetails & { readonly mayHaveRun: boolean }) {
    super(message, details);
    this.mayHaveRun = details.mayHaveRun;
  }
}

/** There was no connection within the call's time limit. It was never sent. */
export class HomeAway extends HomeError {
  readonly code = 'HOME_AWAY';
  readonly audience = 'network';
}

/** The data of an event does not fit the schema that was given with the subscription. */
export class PayloadInvalid extends HomeError {
  readonly code = 'PAYLOAD_INVALID';
  readonly audience = 'author';
}

/** An app has more calls on their way or in line than it may, and this one was never sent. */
export class TooManyCalls extends HomeError {
  readonly code = 'TOO_MANY_CALLS';
  readonly audience = 'author';
}

/** The home gave no answer within the call's time limit. It may have carried it out or not. */
export class NoAnswer extends HomeError {
  readonly code = 'NO_ANSWER';
  readonly audience = 'home';
  readonly mayHaveRun = true;
}

/** What a home answered with a refusal. */
export interface RefusalDetails extends ErrorDetails {
  /** Home Assistant's own code, such as `invalid_format` or `service_validation_error`. */
  readonly homeCode: string;
  /** What Home Assistant said. Texts differ between its releases: not for matching. */
  readonly homeMessage?: string | undefined;
}

/** The home refused a command. */
export class CommandRefused extends HomeError {
  readonly code: string = 'COMMAND_REFUSED';
  readonly audience: ErrorAudience = 'home';
  readonly homeCode: string;
  readonly homeMessage: string | undefined;

  constructor(message: string, details: RefusalDetails) {
    super(message, details);
    this.homeCode = details.homeCode;
    this.homeMessage = details.homeMessage;
  }
}

/** The home knows no such service. */
export class ServiceNotFound extends CommandRefused {
  override readonly code = 'SERVICE_NOT_FOUND';
  override readonly audience = 'author';
}

/** The token's user may not do that. */
export class NotPermitted extends CommandRefused {
  override readonly code = 'NOT_PERMITTED';
  override readonly audience = 'operator';
}

/** The REST API answered with a status that is no success. */
export class RestRefused extends HomeError {
  readonly code = 'REST_REFUSED';
  readonly audience = 'home';
  readonly status: number;
  readonly homeMessage: string | undefined;

  constructor(
    message: string,
    details: ErrorDetails & { readonly status: number; readonly homeMessage?: string | undefined },
  ) {
    super(message, details);
    this.status = details.status;
    this.homeMessage = details.homeMessage;
  }
}

/** The error for a command that the home refused, by Home Assistant's own code. */
export function refusalOf(command: Command, error: WireError): CommandRefused {
  const message = `${nameOfCommand(command)} was refused by Home Assistant (${error.code}): ${error.message}`;
  const details = { homeCode: error.code, homeMessage: error.message };
  // A service that is missing further down, in a script say, is told as a home_assistant_error.
  if (error.code === 'not_found' && command.type === 'call_service') {
    return new ServiceNotFound(message, {
      ...details,
      hint: 'Developer tools, Actions, lists the services of this home.',
    });
  }
  if (error.code === 'unauthorized') {
    return new NotPermitted(message, { ...details, hint: "The token's user needs to be an administrator for that." });
  }
  return new CommandRefused(message, details);
}

/** What a command is called in messages. */
export function nameOfCommand(command: Command): string {
  if (command.type === 'call_service') return `${String(command.domain)}.${String(command.service)}`;
  if (command.type === 'subscribe_events') return `the subscription to "${String(command.event_type)}"`;
  return command.type;
}
