import { InvalidArgument } from '../../kernel/errors.ts';

/**
 * A value as JSON.
 *
 * @param what - what it is of, for the message.
 * @throws InvalidArgument where it holds what JSON cannot say.
 */
export function jsonText(value: unknown, what: string): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new InvalidArgument(`${what} cannot be written as JSON: ${why}`, {
      hint: 'Give texts, numbers, true and false, null, lists and objects of these.',
      cause,
    });
  }
}
