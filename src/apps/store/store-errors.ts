import { HassetteError } from '../../kernel/errors.ts';

/** What is stored, or to be stored, under a key does not fit its schema. */
export class StoredValueInvalid extends HassetteError {
  readonly code = 'STORED_VALUE_INVALID';
  readonly audience = 'author';
}
