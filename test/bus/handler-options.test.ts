import { describe, expect, it } from 'vitest';
import { InvalidArgument } from '../../src/kernel/errors.ts';
import { type HandlerOptions, readHandlerOptions } from '../../src/bus/handler-options.ts';
import { DOOR } from './bus-fixture.ts';

function read(options: object) {
  return readHandlerOptions(options as HandlerOptions<never>, DOOR);
}

function refusal(options: object): { message: string; hint: string | undefined } {
  try {
    read(options);
  } catch (error) {
    if (error instanceof InvalidArgument) return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('options of a handler', () => {
  it('are turned once into what code reckons with', () => {
    const where = (): boolean => true;
    expect(
      read({
        name: 'x',
        debounce: '5s',
        mode: 'queued',
        maxPending: 3,
        overflow: 'error',
        timeout: { minutes: 1 },
        priority: -2,
        where,
      }),
    ).toEqual({
      name: 'x',
      once: false,
      debounceMs: 5000,
      throttleMs: undefined,
      mode: 'queued',
      maxPending: 3,
      overflow: 'error',
      timeoutMs: 60_000,
      priority: -2,
      onError: undefined,
      where,
    });
    expect(read({ timeout: false })).toMatchObject({ timeoutMs: false, once: false, priority: 0 });
    expect(read({ name: undefined, debounce: undefined })).toMatchObject({ name: undefined, debounceMs: undefined });
  });

  it.each<[string, object, string, string | undefined]>([
    ['an unknown one', { debonce: '5s' }, 'onTick(a) has no option "debonce"', 'Did you mean "debounce"?'],
    [
      'one that is like none',
      { colour: 'red' },
      'onTick(a) has no option "colour"',
      expect.stringContaining('It takes name, once') as never,
    ],
    ['no object', [] as object, 'The options of onTick(a) have to be an object', expect.anything() as never],
    ['an empty name', { name: ' ' }, '"name" of onTick(a) is " ", but has to be a text that is not empty', undefined],
    ['a word for a flag', { once: 'yes' }, '"once" of onTick(a) is "yes", but has to be true or false', undefined],
    ['no debounce at all', { debounce: '0s' }, '"debounce" of onTick(a) is no time at all', 'Leave it out.'],
    ['no throttle at all', { throttle: { seconds: 0 } }, '"throttle" of onTick(a) is no time at all', 'Leave it out.'],
    [
      'a negative debounce',
      { debounce: '-5s' },
      '"debounce" of onTick(a) is "-5s", which is negative',
      expect.anything() as never,
    ],
    [
      'no time limit as a number',
      { timeout: '0s' },
      '"timeout" of onTick(a) is no time at all',
      expect.stringContaining('false') as never,
    ],
    [
      'an unknown mode',
      { mode: 'restrat' },
      expect.stringContaining('"mode" of onTick(a) is "restrat"') as never,
      'Did you mean "restart"?',
    ],
    [
      'a block for an app',
      { overflow: 'block' },
      expect.stringContaining('"overflow" of onTick(a) is "block"') as never,
      undefined,
    ],
    [
      'a line without a place',
      { maxPending: 0 },
      '"maxPending" of onTick(a) is 0, but has to be a whole number above 0',
      undefined,
    ],
    [
      'half a place',
      { maxPending: 1.5 },
      '"maxPending" of onTick(a) is 1.5, but has to be a whole number above 0',
      undefined,
    ],
    [
      'no priority',
      { priority: 'high' },
      '"priority" of onTick(a) is "high", but has to be a finite number',
      undefined,
    ],
    [
      'an endless priority',
      { priority: Infinity },
      '"priority" of onTick(a) is Infinity, but has to be a finite number',
      undefined,
    ],
    ['no function', { where: 'x' }, '"where" of onTick(a) is "x", but has to be a function', undefined],
    ['no error handler', { onError: true }, '"onError" of onTick(a) is true, but has to be a function', undefined],
  ])('refuse %s', (_what, options, message, hint) => {
    expect(refusal(options)).toEqual({ message, hint });
  });

  it.each<[object, string]>([
    [
      { debounce: '1s', throttle: '1s' },
      'both "debounce" and "throttle", which contradict each other: one handles the last event of several, the other the first',
    ],
    [{ once: true, throttle: '1s' }, 'both "once" and "throttle"'],
    [{ once: true, maxPending: 3 }, 'both "once" and "maxPending"'],
    [{ once: true, overflow: 'error' }, 'both "once" and "overflow"'],
    [
      { mode: 'single', maxPending: 3 },
      'both "mode" and "maxPending", which contradict each other: `single` leaves out',
    ],
    [{ mode: 'restart', maxPending: 3 }, 'both "mode" and "maxPending"'],
    [{ mode: 'single', overflow: 'error' }, 'both "mode" and "overflow"'],
    [{ mode: 'restart', overflow: 'error' }, 'both "mode" and "overflow"'],
  ])('refuse %j', (options, message) => {
    expect(refusal(options).message).toContain(message);
  });

  it.each<object>([
    { once: true, debounce: '1s' },
    { once: false, throttle: '1s' },
    { mode: 'parallel', maxPending: 3, overflow: 'drop-newest' },
    { mode: 'restart', debounce: '1s' },
  ])('take %j', (options) => {
    expect(() => read(options)).not.toThrow();
  });
});
