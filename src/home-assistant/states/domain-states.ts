import type { ChangeCondition, NoNumbers, NumericCondition } from '../../bus/conditions.ts';
import type { DomainStates } from '../domains/domain-states.ts';
import type { StateValue } from '../domains/state-meaning.ts';

/** A state without a value: its integration cannot reach it, or there has been none yet. */
export type Unavailable = 'unavailable' | 'unknown';

/**
 * The states that an entity of a domain can have, but for `unavailable` and `unknown`. Any text, where Home Assistant
 * fixes none or the domain is not known.
 *
 * @example
 * ```ts
 * import type { DomainState } from 'hassette';
 *
 * const closed: DomainState<'cover'> = 'closed';
 * ```
 */
export type DomainState<Domain extends string> = Domain extends keyof DomainStates
  ? DomainStates[Domain] extends { readonly state: infer State extends string }
    ? State
    : string
  : string;

/**
 * What a state of a domain stands for: a number, a moment, a date, or the text itself.
 *
 * @example
 * ```ts
 * import type { DomainValue } from 'hassette';
 *
 * const day: DomainValue<'date'> = Temporal.PlainDate.from('2026-12-24');
 * ```
 */
export type DomainValue<Domain extends string> = Domain extends keyof DomainStates
  ? DomainStates[Domain] extends { readonly value: infer Value extends StateValue }
    ? Value
    : StateValue
  : StateValue;

/** Domains whose state is a text or a moment. */
type WordDomain = {
  [Domain in keyof DomainStates]: DomainStates[Domain] extends { readonly numbers: false } ? Domain : never;
}[keyof DomainStates];

/** Numeric conditions, for domains whose states may be numbers. */
export type NumericConditionOf<Domain extends string> = Domain extends WordDomain
  ? NoNumbers<Domain>
  : NumericCondition;

/** Comparisons of numbers, for domains whose states may be numbers. */
export type ChangeConditionOf<Domain extends string> = Domain extends WordDomain ? NoNumbers<Domain> : ChangeCondition;

/** Domains whose state is the moment of the last press or event: from `unknown` to a moment is one. */
const MOMENT_DOMAINS: ReadonlySet<string> = new Set(['event', 'button', 'input_button', 'scene']);

export function isMomentDomain(domain: string): boolean {
  return MOMENT_DOMAINS.has(domain);
}
