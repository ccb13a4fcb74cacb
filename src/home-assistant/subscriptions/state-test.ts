import { available, compileChange, compileCondition, mentions } from '../../bus/conditions.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import type { EntityState } from '../states/entity-state.ts';
import type { StateFacet } from './state-facet.ts';

/** Which of the states without a value a subscription sees as it sees any other. */
export type Sight = 'good' | 'unavailable' | 'unknown' | 'raw';

/** Conditions as they are given; the doors' types are narrower. */
export interface Criteria {
  readonly from?: unknown;
  readonly to?: unknown;
  readonly changed?: unknown;
  readonly every?: boolean | undefined;
  readonly availability?: 'raw' | undefined;
}

/** What the conditions of a subscription come down to. */
export interface StateTest {
  readonly sight: Sight;
  /** Whether there are conditions at all. Without them removals are told too. */
  readonly conditional: boolean;
  /** Whether an addition can fire. */
  readonly tellsAdded: boolean;
  /** Whether a step from one state to another is what is meant. */
  readonly fires: (from: EntityState, to: EntityState) => boolean;
  /** The same for a state that has none before it. */
  readonly firesFirst: (to: EntityState) => boolean;
  /** Whether what made it fire at `origin` still holds. */
  readonly holds: (origin: EntityState, now: EntityState) => boolean;
}

/** @throws InvalidArgument if something given as a condition is none. */
export function compileStateTest(criteria: Criteria, facet: StateFacet, method: string): StateTest {
  const { from, to, changed, every = false } = criteria;
  const was =
    from === undefined
      ? undefined
      : compileCondition(stateCondition(from, facet, 'from', method), facet, `"from" of ${method}`);
  const is =
    to === undefined
      ? undefined
      : compileCondition(stateCondition(to, facet, 'to', method), facet, `"to" of ${method}`);
  const compared =
    changed === undefined ? undefined : compileChange(changed, facet, facet.compare, `"changed" of ${method}`);
  const conditional = was !== undefined || is !== undefined || compared !== undefined;
  return {
    sight: sightOf(criteria),
    conditional,
    tellsAdded: !conditional || criteria.availability === 'raw',
    fires: firesWhen(was, is, compared, every, facet),
    firesFirst: (state) => was === undefined && compared === undefined && (is === undefined || is(state)),
    holds:
      is !== undefined
        ? (_origin, now) => is(now)
        : was !== undefined
          ? (_origin, now) => !was(now)
          : (origin, now) => !facet.differs(origin, now),
  };
}

type Test = (state: EntityState) => boolean;
type Step = (from: EntityState, to: EntityState) => boolean;

function firesWhen(
  was: Test | undefined,
  is: Test | undefined,
  compared: Step | undefined,
  every: boolean,
  facet: StateFacet,
): Step {
  if (was === undefined && is === undefined && compared === undefined) {
    return every && facet.countsEveryUpdate ? () => true : facet.differs;
  }
  const satisfies: Step = (from, to) =>
    (is === undefined || is(to)) && (was === undefined || was(from)) && (compared === undefined || compared(from, to));
  if (every) return facet.countsEveryUpdate ? satisfies : (from, to) => facet.differs(from, to) && satisfies(from, to);
  // What was true already does not become true: the state before must not satisfy `to`, or the one after not `from`.
  if (is !== undefined) return (from, to) => satisfies(from, to) && !is(from);
  if (was !== undefined) return (from, to) => satisfies(from, to) && !was(to);
  return satisfies;
}

function sightOf({ from, to, availability }: Criteria): Sight {
  if (availability === 'raw') return 'raw';
  const conditions = [from, to];
  const names = (state: string): boolean => mentions(conditions, state) || mentions(conditions, available);
  const unavailable = names('unavailable');
  const unknown = names('unknown');
  if (unavailable && unknown) return 'raw';
  return unavailable ? 'unavailable' : unknown ? 'unknown' : 'good';
}

/** A state is a text always; a number or a boolean given for it would never match. */
function stateCondition(condition: unknown, facet: StateFacet, key: string, method: string): unknown {
  if (!facet.countsEveryUpdate) return condition;
  const scalars = Array.isArray(condition) ? condition : [condition];
  for (const scalar of scalars) {
    if (typeof scalar !== 'number' && typeof scalar !== 'boolean' && scalar !== null) continue;
    const hint =
      typeof scalar === 'number'
        ? `Write '${scalar}', or between(${scalar}, ${scalar}) for the number.`
        : `Write '${scalar === true ? 'on' : 'off'}'.`;
    throw new InvalidArgument(`"${key}" of ${method} is ${scalar}, but a state is a text`, { hint });
  }
  return condition;
}
