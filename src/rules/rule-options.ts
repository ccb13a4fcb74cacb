import { type Door, lengthOf, refuseUnknownOptions, wrong } from '../bus/handler-options.ts';
import { type DurationFields, type DurationInput, durationMs } from '../kernel/duration.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import type { Failure } from '../kernel/failure.ts';
import { STORAGE_LIMITS } from '../storage/storable.ts';
import type { PhaseHolds } from './phase.ts';
import type { RuleChange } from './rule-change.ts';

/** What `whenever` can be given. */
export interface RuleOptions {
  /** Under this its phase is remembered, and it is shown in logs and status. Needed where an app has several rules. */
  readonly name?: string | undefined;
  /** Runs when the condition has become true. */
  readonly enter?: ((change: RuleChange) => unknown) | undefined;
  /** Runs when the condition is true no longer. */
  readonly exit?: ((change: RuleChange) => unknown) | undefined;
  /**
   * How long the condition has to be true before `enter` runs, and false before `exit` does, counted from when what it
   * looks at changed. One length is for both. @defaultValue it counts at once
   */
  readonly hold?: DurationInput | RuleHolds | undefined;
  /** Time limit of each run; `false` for none. @defaultValue '10m' */
  readonly timeout?: DurationInput | false | undefined;
  /** When the daemon is full, runs are begun by this, the highest first. @defaultValue 0 */
  readonly priority?: number | undefined;
  /** Told of each failure of `enter`, `exit` or the condition, in place of the app's own `onError`. */
  readonly onError?: ((failure: Failure) => unknown) | undefined;
}

/** How long what a rule is about has to last before that counts. */
export interface RuleHolds {
  readonly enter?: DurationInput | undefined;
  readonly exit?: DurationInput | undefined;
}

/** The same, checked. */
export interface RuleSettings {
  readonly name: string | undefined;
  readonly enter: ((change: RuleChange) => unknown) | undefined;
  readonly exit: ((change: RuleChange) => unknown) | undefined;
  readonly holds: PhaseHolds;
  readonly timeoutMs: number | false | undefined;
  readonly priority: number;
  readonly onError: ((failure: Failure) => unknown) | undefined;
}

const RULE_OPTIONS = [
  'name',
  'enter',
  'exit',
  'hold',
  'timeout',
  'priority',
  'onError',
] as const satisfies readonly (keyof RuleOptions)[];

const ELSEWHERE: Readonly<Record<string, string>> = {
  for: "A rule holds by its edges: hold: { enter: '1m', exit: '3m' }.",
  mode: 'The runs of a rule never overlap; of what happens meanwhile only the latest phase is run next.',
  durable: 'A rule remembers its phase and its holds by its name.',
};

/**
 * Checks the options of a rule.
 *
 * @throws InvalidArgument if there is an unknown one, or one that is ill-formed.
 */
export function readRuleOptions(options: RuleOptions, method: string): RuleSettings {
  const door: Door = { method, options: RULE_OPTIONS, elsewhere: ELSEWHERE };
  refuseUnknownOptions(options, door);
  const { enter, exit, timeout, priority = 0 } = options;
  for (const key of ['enter', 'exit', 'onError'] as const) {
    if (options[key] !== undefined && typeof options[key] !== 'function')
      throw wrong(door, key, options[key], 'a function');
  }
  if (typeof priority !== 'number' || !Number.isFinite(priority))
    throw wrong(door, 'priority', priority, 'a finite number');
  return {
    name: readName(options.name, door),
    enter,
    exit,
    holds: readHolds(options.hold, door),
    timeoutMs: timeout === false ? false : lengthOf(timeout, 'timeout', door),
    priority,
    onError: options.onError,
  };
}

/** A name under which something is remembered. */
export function readName(name: unknown, door: Door): string | undefined {
  const isName = typeof name === 'string' && name.trim() !== '' && Buffer.byteLength(name) <= STORAGE_LIMITS.keyBytes;
  if (name === undefined || isName) return name;
  throw wrong(door, 'name', name, `a text that is not empty, of ${STORAGE_LIMITS.keyBytes} bytes at most`);
}

function readHolds(hold: RuleOptions['hold'], door: Door): PhaseHolds {
  if (hold === undefined) return { enterMs: 0, exitMs: 0 };
  if (!isHolds(hold)) {
    const ms = durationMs(hold, `"hold" of ${door.method}`);
    return { enterMs: ms, exitMs: ms };
  }
  for (const key of Object.keys(hold)) {
    if (key === 'enter' || key === 'exit') continue;
    throw new InvalidArgument(`"hold" of ${door.method} has no "${key}"`, {
      hint: "It takes enter, exit, or a length for both: hold: { exit: '3m' }.",
    });
  }
  const { enter, exit } = hold;
  return {
    enterMs: enter === undefined ? 0 : durationMs(enter, `"hold.enter" of ${door.method}`),
    exitMs: exit === undefined ? 0 : durationMs(exit, `"hold.exit" of ${door.method}`),
  };
}

const FIELDS: readonly string[] = [
  'weeks',
  'days',
  'hours',
  'minutes',
  'seconds',
  'milliseconds',
] satisfies readonly (keyof DurationFields)[];

/** What is no length of time was meant to be this, whatever is wrong with it. */
function isHolds(hold: DurationInput | RuleHolds): hold is RuleHolds {
  if (typeof hold !== 'object' || hold === null || hold instanceof Temporal.Duration) return false;
  return 'enter' in hold || 'exit' in hold || !Object.keys(hold).some((key) => FIELDS.includes(key));
}
