import { type DurationInput, durationMs } from '../kernel/duration.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import type { Failure } from '../kernel/failure.ts';
import type { OverlapMode } from '../kernel/lane-options.ts';
import { nearest } from '../kernel/nearest.ts';

/** What all subscriptions can be given. */
export interface HandlerOptions<E> {
  /** By this the subscription is shown in logs and status. @defaultValue the handler's name, or what it is subscribed to */
  readonly name?: string | undefined;
  /** Ends the subscription with the first event that reaches the handler. @defaultValue false */
  readonly once?: boolean | undefined;
  /** Waits until no event has come for so long, then handles the last one. */
  readonly debounce?: DurationInput | undefined;
  /** After an event has been handled, leaves out those of so long a time. */
  readonly throttle?: DurationInput | undefined;
  /** What happens to an event while an earlier one is still handled. @defaultValue 'queued' */
  readonly mode?: OverlapMode | undefined;
  /** How many events may wait in line. @defaultValue 100 */
  readonly maxPending?: number | undefined;
  /** What happens when more would have to wait; `'error'` gives the new one to `onError`. @defaultValue 'drop-oldest' */
  readonly overflow?: 'drop-oldest' | 'drop-newest' | 'error' | undefined;
  /** Time limit of the handler; `false` for none. @defaultValue '10m' */
  readonly timeout?: DurationInput | false | undefined;
  /** Handlers of the same event are called by this, the highest first. @defaultValue 0 */
  readonly priority?: number | undefined;
  /** Told of each failure of the handler, in place of the app's own `onError`. */
  readonly onError?: ((failure: Failure) => unknown) | undefined;
  /** Only events for which it gives true are handled. */
  readonly where?: ((event: E) => boolean) | undefined;
}

/** The same, checked, and in units that code reckons with. */
export interface HandlerSettings<E> {
  readonly name: string | undefined;
  readonly once: boolean;
  readonly debounceMs: number | undefined;
  readonly throttleMs: number | undefined;
  readonly mode: OverlapMode | undefined;
  readonly maxPending: number | undefined;
  readonly overflow: 'drop-oldest' | 'drop-newest' | 'error' | undefined;
  readonly timeoutMs: number | false | undefined;
  readonly priority: number;
  readonly onError: ((failure: Failure) => unknown) | undefined;
  readonly where: ((event: E) => boolean) | undefined;
}

export const HANDLER_OPTIONS = [
  'name',
  'once',
  'debounce',
  'throttle',
  'mode',
  'maxPending',
  'overflow',
  'timeout',
  'priority',
  'onError',
  'where',
] as const satisfies readonly (keyof HandlerOptions<never>)[];

const MODES = ['queued', 'single', 'restart', 'parallel'] as const;
const OVERFLOWS = ['drop-oldest', 'drop-newest', 'error'] as const;

/** One of the methods that take options. */
export interface Door {
  /** Its name, for messages: `onStateChange`. */
  readonly method: string;
  /** The options that it takes. */
  readonly options: readonly string[];
  /** Options that it does not take but a reader may expect, each with why not. */
  readonly elsewhere?: Readonly<Record<string, string>> | undefined;
}

/**
 * Checks the options that all subscriptions share.
 *
 * @throws InvalidArgument if there is an unknown one, one that is ill-formed, or two that contradict each other.
 */
export function readHandlerOptions<E>(options: HandlerOptions<E>, door: Door): HandlerSettings<E> {
  refuseUnknownOptions(options, door);
  const { name, mode, overflow, timeout, priority = 0 } = options;
  const settings: HandlerSettings<E> = {
    name,
    once: flagOf(options.once, 'once', door),
    debounceMs: lengthOf(options.debounce, 'debounce', door),
    throttleMs: lengthOf(options.throttle, 'throttle', door),
    mode: choiceOf(mode, MODES, 'mode', door),
    maxPending: options.maxPending,
    overflow: choiceOf(overflow, OVERFLOWS, 'overflow', door),
    timeoutMs: timeout === false ? false : lengthOf(timeout, 'timeout', door),
    priority,
    onError: functionOf(options.onError, 'onError', door),
    where: functionOf(options.where, 'where', door),
  };
  if (name !== undefined && (typeof name !== 'string' || name.trim() === ''))
    throw wrong(door, 'name', name, 'a text that is not empty');
  if (typeof priority !== 'number' || !Number.isFinite(priority))
    throw wrong(door, 'priority', priority, 'a finite number');
  const { maxPending } = settings;
  if (maxPending !== undefined && !(Number.isSafeInteger(maxPending) && maxPending > 0))
    throw wrong(door, 'maxPending', maxPending, 'a whole number above 0');
  refuseContradictions(settings, door);
  return settings;
}

/** @throws InvalidArgument with the nearest known option if there is an unknown one. */
export function refuseUnknownOptions(options: unknown, door: Door): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidArgument(`The options of ${door.method} have to be an object`, {
      hint: `It takes ${door.options.join(', ')}.`,
    });
  }
  for (const key of Object.keys(options)) {
    if (door.options.includes(key)) continue;
    const why = door.elsewhere?.[key];
    const near = nearest(key, door.options);
    const hint = why ?? (near === undefined ? `It takes ${door.options.join(', ')}.` : `Did you mean "${near}"?`);
    throw new InvalidArgument(`${door.method} has no option "${key}"`, { hint });
  }
}

/** Says that two options cannot stand together. */
export function contradiction(door: Door, one: string, other: string, why: string): InvalidArgument {
  return new InvalidArgument(
    `${door.method} was given both "${one}" and "${other}", which contradict each other: ${why}`,
    {
      hint: `Leave out one of the two, or make two subscriptions.`,
    },
  );
}

/** An option that is true, false or left out. */
export function flagOf(value: unknown, key: string, door: Door): boolean {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  throw wrong(door, key, value, 'true or false');
}

/** An option that is a length of time above 0. */
export function lengthOf(input: DurationInput | undefined, key: string, door: Door): number | undefined {
  if (input === undefined) return undefined;
  const ms = durationMs(input, `"${key}" of ${door.method}`);
  if (ms > 0) return ms;
  const hint = key === 'timeout' ? 'Leave it out for ten minutes, or give false for no limit.' : 'Leave it out.';
  throw new InvalidArgument(`"${key}" of ${door.method} is no time at all`, { hint });
}

/** An option that is one of several words. */
export function choiceOf<const Choice extends string>(
  value: Choice | undefined,
  choices: readonly Choice[],
  key: string,
  door: Door,
): Choice | undefined {
  if (value === undefined || choices.includes(value)) return value;
  const near = typeof value === 'string' ? nearest(value, choices) : undefined;
  throw wrong(door, key, value, choices.map((choice) => `"${choice}"`).join(' or '), near);
}

/** Says that an option is not what it has to be. */
export function wrong(door: Door, key: string, value: unknown, expected: string, near?: string): InvalidArgument {
  const shown =
    typeof value === 'string'
      ? `"${value}"`
      : typeof value === 'function'
        ? 'a function'
        : typeof value === 'number'
          ? String(value)
          : (JSON.stringify(value) ?? String(value));
  return new InvalidArgument(`"${key}" of ${door.method} is ${shown}, but has to be ${expected}`, {
    hint: near === undefined ? undefined : `Did you mean "${near}"?`,
  });
}

function functionOf<F extends (...args: never[]) => unknown>(
  value: F | undefined,
  key: string,
  door: Door,
): F | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw wrong(door, key, value, 'a function');
}

function refuseContradictions(settings: HandlerSettings<never>, door: Door): void {
  const { once, debounceMs, throttleMs, mode } = settings;
  if (debounceMs !== undefined && throttleMs !== undefined) {
    throw contradiction(door, 'debounce', 'throttle', 'one handles the last event of several, the other the first');
  }
  if (once && throttleMs !== undefined) {
    throw contradiction(door, 'once', 'throttle', 'there is no second event that could be left out');
  }
  if (once && settings.maxPending !== undefined)
    throw contradiction(door, 'once', 'maxPending', 'there is no second event that could wait in line');
  if (once && settings.overflow !== undefined)
    throw contradiction(door, 'once', 'overflow', 'there is no second event that could wait in line');
  if (mode !== 'single' && mode !== 'restart') return;
  const why = mode === 'single' ? '`single` leaves out what comes meanwhile' : '`restart` handles what comes at once';
  if (settings.maxPending !== undefined)
    throw contradiction(door, 'mode', 'maxPending', `${why}, so nothing waits in line`);
  if (settings.overflow !== undefined)
    throw contradiction(door, 'mode', 'overflow', `${why}, so nothing waits in line`);
}
