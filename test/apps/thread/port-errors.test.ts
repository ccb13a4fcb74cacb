import { describe, expect, it } from 'vitest';
import { errorOfPlain, plainError } from '../../../src/apps/thread/port-errors.ts';
import * as homeErrors from '../../../src/home-assistant/home-errors.ts';
import { Cancelled, HassetteError } from '../../../src/kernel/errors.ts';

type ErrorClass = new (message: string, details: never) => HassetteError;

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof HassetteError && value !== homeErrors.HomeError;
}

function fieldsOf(error: HassetteError): object {
  const fields = Object.entries(error).filter(([name]) => name !== 'stack');
  return { ...Object.fromEntries(fields), message: error.message, name: error.name };
}

const details: object = { hint: 'a hint', mayHaveRun: false, homeCode: 'not_found', homeMessage: 'said', status: 418 };

describe('errors over a port', () => {
  const classes: readonly ErrorClass[] = Object.values<unknown>({ ...homeErrors, Cancelled }).filter(isErrorClass);
  const named = classes.map((each): [string, ErrorClass] => [each.name, each]);

  it('covers all that a home can answer with', () => {
    expect(classes.length).toBeGreaterThan(10);
  });

  it.each(named)('brings %s as what it was', (_name, errorClass) => {
    const error = new errorClass('what happened', details as never);
    const carried = errorOfPlain(structuredClone(plainError(error)));
    expect(carried).toBeInstanceOf(errorClass);
    expect(fieldsOf(carried)).toEqual(fieldsOf(error));
  });

  it('keeps name, code, hint and stack of what has no meaning here', () => {
    class Odd extends HassetteError {
      readonly code = 'ODD';
      readonly audience = 'operator';
    }
    const error = new Odd('odd', { hint: 'even' });
    expect(errorOfPlain(structuredClone(plainError(error)))).toMatchObject({
      name: 'Odd',
      code: 'ODD',
      audience: 'operator',
      hint: 'even',
      stack: error.stack,
    });
    expect(errorOfPlain(plainError('a text'))).toMatchObject({
      name: 'Error',
      message: 'a text',
      code: 'ERROR_ELSEWHERE',
    });
  });
});
