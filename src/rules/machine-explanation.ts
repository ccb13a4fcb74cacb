import { type ExplainedCondition, momentInWords, readsInWords } from './rule-explanation.ts';

/** Where a state machine stands, and what leads from there. As a text it is told in words. */
export interface MachineExplanation<State extends string = string> {
  readonly name: string;
  readonly state: State;
  readonly since: Temporal.Instant;
  /** What led there, in words. */
  readonly because: string | undefined;
  readonly ways: readonly MachineWayExplanation<State>[];
  toString(): string;
}

/** One of the ways from a state. */
export type MachineWayExplanation<State extends string = string> =
  | ({ readonly kind: 'when'; readonly to: State; readonly at: Temporal.Instant | undefined } & ExplainedCondition)
  | { readonly kind: 'after'; readonly to: State; readonly at: Temporal.Instant }
  | { readonly kind: 'on'; readonly to: State; readonly event: string };

/** Where a machine stands, in words. */
export function machineInWords(
  { name, state, since, because, ways }: Omit<MachineExplanation, 'toString'>,
  timeZone: string,
): string {
  const told = (moment: Temporal.Instant): string => momentInWords(moment, timeZone);
  const parts = [
    `Machine "${name}" is in "${state}" since ${told(since)}${because === undefined ? '' : `: ${because}`}.`,
  ];
  for (const way of ways) {
    if (way.kind === 'on') parts.push(`"${way.event}" leads to "${way.to}".`);
    else if (way.kind === 'after') parts.push(`It goes to "${way.to}" at ${told(way.at)}.`);
    else {
      const at = way.at === undefined ? '' : `, and at ${told(way.at)} has been for long enough`;
      const says = way.suspended ?? `${String(way.holds)}${at}: ${readsInWords(way.reads)}`;
      parts.push(`What leads to "${way.to}" is ${says}.`);
    }
  }
  return parts.join(' ');
}
