import { HomeError } from '../home-errors.ts';

/**
 * A call that was not sent, since Home Assistant would have refused it or done nothing.
 *
 * `{ validate: false }` sends it all the same.
 */
export abstract class CallNotSent extends HomeError {
  readonly audience = 'author';
}

/** The home has no such service. */
export class UnknownService extends CallNotSent {
  readonly code = 'UNKNOWN_SERVICE';
}

/** The home has no such entity. */
export class UnknownEntity extends CallNotSent {
  readonly code = 'UNKNOWN_ENTITY';
}

/** The service does nothing to entities of that domain. */
export class WrongDomain extends CallNotSent {
  readonly code = 'WRONG_DOMAIN';
}

/** The service has no such field, and one that is spelled nearly so. */
export class UnknownField extends CallNotSent {
  readonly code = 'UNKNOWN_FIELD';
}

/** The service needs a field that was not given. */
export class MissingField extends CallNotSent {
  readonly code = 'MISSING_FIELD';
}

/** The call's target is missing, or none that Home Assistant takes. */
export class InvalidTarget extends CallNotSent {
  readonly code = 'INVALID_TARGET';
}

/** A response was asked of a service that has none, or not asked of one that does nothing else. */
export class ResponseMismatch extends CallNotSent {
  readonly code = 'RESPONSE_MISMATCH';
}

/** The entity has no value at present: it is `unavailable`, `unknown` or not there, or its state is no number. */
export class EntityUnavailable extends HomeError {
  readonly code = 'ENTITY_UNAVAILABLE';
  readonly audience = 'author';
}
