import type { TrackedRead } from '../kernel/tracked-reads.ts';
import type { ConditionWatch } from './condition-watch.ts';
import type { Phase } from './phase.ts';

/** Something that a condition has looked at, and what it saw. */
export interface ExplainedRead {
  /** `binary_sensor.hallway is on`, `sensor.lux is below 40 (hysteresis 5)`. */
  readonly what: string;
  /** What is there now: a state, a number, true or false. */
  readonly value: unknown;
}

/** Why a condition says what it says. */
export interface ExplainedCondition {
  /** What it said when it was asked last and could be; undefined if it never could. */
  readonly holds: boolean | undefined;
  /** All that it looked at. What stands behind an `&&` that was decided before is not looked at. */
  readonly reads: readonly ExplainedRead[];
  /** Why it cannot be asked at present. */
  readonly suspended: string | undefined;
  /** When time alone will change something that it looks at. */
  readonly nextTime: Temporal.Instant | undefined;
  /** How often it was asked. */
  readonly evaluations: number;
}

/** Why a rule is as it is. As a text it is told in words. */
export interface RuleExplanation extends ExplainedCondition {
  readonly name: string;
  readonly phase: Phase | undefined;
  /** When the phase began; undefined where it was remembered. */
  readonly since: Temporal.Instant | undefined;
  /** What the condition has become and has yet to last. */
  readonly hold: { readonly to: Phase; readonly since: Temporal.Instant; readonly until: Temporal.Instant } | undefined;
  /** Why, in words. */
  toString(): string;
}

export function explainCondition(watch: ConditionWatch, holds: boolean | undefined): ExplainedCondition {
  return {
    holds,
    reads: Array.from(watch.reads, explainRead),
    suspended: watch.suspension?.why,
    nextTime: watch.untilMs === undefined ? undefined : instantOf(watch.untilMs),
    evaluations: watch.evaluations,
  };
}

/** The reads of a condition in a line: `binary_sensor.hallway is on ("on"), sensor.lux is below 40 ("31")`. */
export function readsInWords(reads: readonly ExplainedRead[]): string {
  return reads.map(({ what, value }) => `${what} (${shown(value)})`).join(', ');
}

export function instantOf(ms: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(ms));
}

/** A moment as people of the home tell it. */
export function momentInWords(moment: Temporal.Instant, timeZone: string): string {
  const local = moment.toZonedDateTimeISO(timeZone);
  return `${local.toPlainDate().toString()} ${local.toPlainTime().toString({ smallestUnit: 'second' })}`;
}

function explainRead({ what, present }: TrackedRead): ExplainedRead {
  return { what, value: present() };
}

function shown(value: unknown): string {
  if (value === undefined) return 'not there';
  const text = typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? 'something');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
