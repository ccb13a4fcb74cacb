import { compileCondition, negated, type Not, type OneOf, type Subject } from '../../bus/conditions.ts';
import { choiceOf, type Door } from '../../bus/handler-options.ts';

/**
 * Who or what caused something in a home:
 *
 * - `self`: the app that asks, by a call of its own.
 * - `app`: another app of this daemon.
 * - `user`: a person, by Home Assistant's own interface or with a token of their own.
 * - `automation`: an automation or a script of Home Assistant.
 * - `device`: the thing itself, or a person at it: a switch on the wall, a reading.
 * - `unknown`: it cannot be told, as after a restart of Home Assistant.
 */
export type CauseKind = 'self' | 'app' | 'user' | 'automation' | 'device' | 'unknown';

/** Who or what caused a change or an event. */
export interface Cause {
  readonly kind: CauseKind;
  /** Whose call it was, of `self` and `app`. */
  readonly app?: string | undefined;
  /** The run that the call was made in, of `self` and `app`. */
  readonly executionId?: string | undefined;
  /** Home Assistant's id of the person, of `user`. */
  readonly userId?: string | undefined;
  /** False where it is concluded from what was called when, and Home Assistant does not say it. */
  readonly certain: boolean;
}

/** What a cause may be held against. */
export type CauseCondition =
  | CauseKind
  | readonly CauseKind[]
  | OneOf<CauseKind>
  | Not<CauseKind | readonly CauseKind[] | OneOf<CauseKind>>
  | ((cause: Cause) => boolean);

const KINDS = ['self', 'app', 'user', 'automation', 'device', 'unknown'] as const satisfies readonly CauseKind[];

const SUBJECT: Subject<Cause> = {
  value: (cause) => cause.kind,
  number: () => undefined,
  available: () => true,
  ask: (predicate, cause) => predicate(cause),
};

/** @throws InvalidArgument if the condition is none. */
export function compileCause(condition: unknown, door: Door): ((cause: Cause) => boolean) | undefined {
  if (condition === undefined) return undefined;
  assertKinds(condition, door);
  return compileCondition(condition, SUBJECT, `"cause" of ${door.method}`);
}

function assertKinds(condition: unknown, door: Door): void {
  const inner = negated(condition);
  if (inner !== undefined) {
    assertKinds(inner.inner, door);
    return;
  }
  const kinds: readonly unknown[] = Array.isArray(condition) ? condition : [condition];
  for (const kind of kinds) if (typeof kind === 'string') choiceOf<string>(kind, KINDS, 'cause', door);
}

/** The app that caused something, if one did. */
export function appBehind({ kind, app }: Cause, asker: string): string | undefined {
  if (kind === 'self') return asker;
  return kind === 'app' ? app : undefined;
}

/** How a handler that goes in a circle is mended. */
export const OWN_HINT =
  "Leave out what the app does itself: { cause: not('self') }; or do nothing where all is as it should be.";
