import type { StateValue } from './state-meaning.ts';

/** Any other text, in a union whose named members an editor still suggests. */
type OtherText = string & {};

/**
 * These states and no others.
 *
 * @example
 * ```ts
 * import type { FixedStates } from 'hassette';
 *
 * declare module 'hassette' {
 *   interface DomainStates {
 *     lawn_robot: FixedStates<'mowing' | 'charging' | 'stuck'>;
 *   }
 * }
 * ```
 */
export interface FixedStates<State extends string> {
  /** Home Assistant's text. */
  readonly state: State;
  /** What it stands for. */
  readonly value: State;
  /** Whether conditions on numbers make sense. */
  readonly numbers: false;
}

/**
 * Any text; an editor suggests these.
 *
 * @example
 * ```ts
 * import type { SuggestedStates } from 'hassette';
 *
 * declare module 'hassette' {
 *   interface DomainStates {
 *     mood: SuggestedStates<'calm' | 'lively'>;
 *   }
 * }
 * ```
 */
export interface SuggestedStates<State extends string> {
  readonly state: State | OtherText;
  readonly value: string;
  readonly numbers: false;
}

/**
 * Any text, number, date or time, as the attributes of each entity say.
 *
 * @example
 * ```ts
 * import type { AnyStates } from 'hassette';
 *
 * declare module 'hassette' {
 *   interface DomainStates {
 *     gauge: AnyStates;
 *   }
 * }
 * ```
 */
export interface AnyStates {
  readonly state: string;
  readonly value: StateValue;
  readonly numbers: true;
}

/** Any text. */
export interface TextStates {
  readonly state: string;
  readonly value: string;
  readonly numbers: false;
}

/** A number. */
export interface NumberStates {
  readonly state: string;
  readonly value: number;
  readonly numbers: true;
}

/** When it happened last, or is to happen. */
export interface MomentStates {
  readonly state: string;
  readonly value: Temporal.Instant;
  readonly numbers: false;
}

/** A day. */
export interface DateStates {
  readonly state: string;
  readonly value: Temporal.PlainDate;
  readonly numbers: false;
}

/** A time of day. */
export interface TimeStates {
  readonly state: string;
  readonly value: Temporal.PlainTime;
  readonly numbers: false;
}

/** A day, a time of day, or both, as the entity was set up. */
export interface DateOrTimeStates {
  readonly state: string;
  readonly value: Temporal.PlainDate | Temporal.PlainDateTime | Temporal.PlainTime;
  readonly numbers: false;
}
