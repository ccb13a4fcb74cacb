import { type Door, lengthOf, refuseUnknownOptions, wrong } from '../bus/handler-options.ts';
import { type DurationInput, durationMs } from '../kernel/duration.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import type { Failure } from '../kernel/failure.ts';
import { nearest } from '../kernel/nearest.ts';
import type { MachineChange } from './machine-change.ts';
import { readName } from './rule-options.ts';

/** A condition that leads to another state. */
export interface MachineCondition {
  /** Looks, and does nothing else, as the condition of a rule. */
  readonly if: () => boolean;
  /** How long it has to hold, in this state. @defaultValue it counts at once */
  readonly for?: DurationInput | undefined;
}

/** What leads away from a state, and what is done there. */
export interface MachineState<State extends string = string, Event extends string = string> {
  /** Runs when the state is entered. */
  readonly enter?: ((change: MachineChange<State, Event>) => unknown) | undefined;
  /** Runs when it is left, before the next one's `enter`. */
  readonly exit?: ((change: MachineChange<State, Event>) => unknown) | undefined;
  /** Where a condition leads, by the state that it leads to. The first that holds is taken. */
  readonly when?: { readonly [To in State]?: (() => boolean) | MachineCondition | undefined } | undefined;
  /** Where time leads, by the state that it leads to: so long after this one was entered. */
  readonly after?: { readonly [To in State]?: DurationInput | undefined } | undefined;
  /** Where what is sent leads, by what is sent. */
  readonly on?:
    | {
        readonly [Sent in Event]?:
          | State
          | { readonly to: State; readonly if?: (() => boolean) | undefined }
          | undefined;
      }
    | undefined;
}

/** What `machine` is given. */
export interface MachineDefinition<State extends string, Event extends string> {
  /** Under this its state is remembered, and it is shown in logs and status. */
  readonly name: string;
  /** Where it begins, where nothing is remembered. */
  readonly initial: NoInfer<State>;
  readonly states: { readonly [Name in State]: MachineState<NoInfer<State>, Event> };
  /** Runs at each change of state, after `enter`. */
  readonly onChange?: ((change: MachineChange<NoInfer<State>, Event>) => unknown) | undefined;
  /** Time limit of each run; `false` for none. @defaultValue '10m' */
  readonly timeout?: DurationInput | false | undefined;
  /** Told of each failure of a run or a condition, in place of the app's own `onError`. */
  readonly onError?: ((failure: Failure) => unknown) | undefined;
}

type Run = ((change: MachineChange) => unknown) | undefined;

/** A state, checked. */
export interface StateSettings {
  readonly enter: Run;
  readonly exit: Run;
  readonly when: readonly { readonly to: string; readonly ask: () => unknown; readonly forMs: number }[];
  readonly after: readonly { readonly to: string; readonly afterMs: number }[];
  readonly on: ReadonlyMap<string, { readonly to: string; readonly guard: (() => unknown) | undefined }>;
}

/** A definition, checked. */
export interface MachineSettings {
  readonly name: string;
  readonly initial: string;
  readonly states: ReadonlyMap<string, StateSettings>;
  readonly onChange: Run;
  readonly timeoutMs: number | false | undefined;
  readonly onError: ((failure: Failure) => unknown) | undefined;
}

const STATE_KEYS = ['enter', 'exit', 'when', 'after', 'on'] as const satisfies readonly (keyof MachineState)[];
const MACHINE_KEYS = ['name', 'initial', 'states', 'onChange', 'timeout', 'onError'] as const;

/**
 * Checks the definition of a state machine.
 *
 * @throws InvalidArgument where something is not what it has to be, or leads to a state that there is not.
 */
export function readMachine(definition: MachineDefinition<string, string>): MachineSettings {
  const door: Door = { method: 'machine', options: MACHINE_KEYS };
  refuseUnknownOptions(definition, door);
  const { initial, states, onChange, timeout, onError } = definition;
  const name = readName(definition.name, door);
  if (name === undefined) throw wrong(door, 'name', undefined, 'a text: its state is remembered under it');
  if (typeof states !== 'object' || states === null || Object.keys(states).length === 0)
    throw wrong(door, 'states', states, 'an object of states');
  const known = Object.keys(states);
  assertState(initial, known, `"initial" of machine "${name}"`);
  for (const [key, value] of Object.entries({ onChange, onError }))
    if (value !== undefined && typeof value !== 'function') throw wrong(door, key, value, 'a function');
  return {
    name,
    initial,
    states: new Map(known.map((state) => [state, readState(states[state], state, name, known)])),
    onChange,
    timeoutMs: timeout === false ? false : lengthOf(timeout, 'timeout', door),
    onError,
  };
}

function readState(
  state: MachineState | undefined,
  name: string,
  machine: string,
  known: readonly string[],
): StateSettings {
  const door: Door = { method: `state "${name}" of machine "${machine}"`, options: STATE_KEYS };
  refuseUnknownOptions(state, door);
  const { enter, exit, when = {}, after = {}, on = {} } = state ?? {};
  for (const [key, value] of Object.entries({ enter, exit }))
    if (value !== undefined && typeof value !== 'function') throw wrong(door, key, value, 'a function');
  const leads = (key: string, to: string): string => `"${key}.${to}" of ${door.method}`;
  return {
    enter,
    exit,
    when: Object.entries(when).flatMap(([to, condition]) => {
      assertState(to, known, leads('when', to));
      if (condition === undefined) return [];
      const { if: ask, for: held } = typeof condition === 'function' ? { if: condition, for: undefined } : condition;
      if (typeof ask !== 'function') throw wrong(door, `when.${to}`, condition, 'a function, or { if: () => … }');
      return [{ to, ask, forMs: held === undefined ? 0 : durationMs(held, leads('when', `${to}.for`)) }];
    }),
    after: Object.entries(after).flatMap(([to, length]) => {
      assertState(to, known, leads('after', to));
      return length === undefined ? [] : [{ to, afterMs: durationMs(length, leads('after', to)) }];
    }),
    on: new Map(
      Object.entries(on).flatMap(([event, target]) => {
        if (target === undefined) return [];
        const { to, if: guard } = typeof target === 'string' ? { to: target, if: undefined } : target;
        assertState(to, known, leads('on', event));
        if (guard !== undefined && typeof guard !== 'function')
          throw wrong(door, `on.${event}.if`, guard, 'a function');
        return [[event, { to, guard }]];
      }),
    ),
  };
}

function assertState(state: unknown, known: readonly string[], what: string): void {
  if (typeof state === 'string' && known.includes(state)) return;
  const meant = typeof state === 'string' ? nearest(state, known) : undefined;
  throw new InvalidArgument(`${what} leads to "${String(state)}", which is no state of it`, {
    hint: meant === undefined ? `Its states are ${known.join(', ')}.` : `Did you mean "${meant}"?`,
  });
}
