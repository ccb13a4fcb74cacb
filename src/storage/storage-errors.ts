import { type ErrorDetails, HassetteError } from '../kernel/errors.ts';

/** A key, a namespace or a value is none that can be stored. */
export class NotStorable extends HassetteError {
  readonly code = 'NOT_STORABLE';
  readonly audience = 'author';
}

/** A transaction met with so many others that it never came to its end. */
export class StorageConflict extends HassetteError {
  readonly code = 'STORAGE_CONFLICT';
  readonly audience = 'author';
}

/** There is no room for what is to be stored. */
export class StorageFull extends HassetteError {
  readonly code = 'STORAGE_FULL';
  readonly audience = 'operator';
}

/** The storage does not answer, or answered with a failure. Trying again later may help. */
export class StorageUnavailable extends HassetteError {
  readonly code = 'STORAGE_UNAVAILABLE';
  readonly audience = 'operator';
  /** Whether the write may have been carried out nevertheless. */
  readonly mayHaveRun: boolean;

  constructor(message: string, details: ErrorDetails & { readonly mayHaveRun?: boolean } = {}) {
    super(message, details);
    this.mayHaveRun = details.mayHaveRun ?? false;
  }
}

/** Things cannot be stored where the configuration says. It does not heal by itself. */
export class StorageUnusable extends HassetteError {
  readonly code = 'STORAGE_UNUSABLE';
  readonly audience = 'operator';
}

/** What is stored there was written by a newer release. */
export class StorageFromNewer extends HassetteError {
  readonly code = 'STORAGE_FROM_NEWER';
  readonly audience = 'operator';
}

/** Another daemon uses it. */
export class StorageInUse extends HassetteError {
  readonly code = 'STORAGE_IN_USE';
  readonly audience = 'operator';
}
