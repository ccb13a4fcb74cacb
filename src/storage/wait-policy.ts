import { type DurationInput, durationMs } from '../kernel/duration.ts';
import { InvalidArgument } from '../kernel/errors.ts';

/** What happens to something whose time passed while the daemon was off. */
export type MissedPolicy = 'run' | 'skip' | { readonly within: DurationInput };
/** What happens to something whose handler was cut short by the end of the daemon. */
export type InterruptedPolicy = 'run-again' | 'skip';

/** What can be said of whatever waits for longer than the daemon lives. */
export interface WaitPolicyOptions {
  /**
   * What happens at the start if its time passed while the daemon was off: it runs then, it does not, or only if it is no
   * more than so late. Whether its condition still holds is looked at first.
   *
   * @defaultValue 'run'
   */
  readonly onMissed?: MissedPolicy | undefined;
  /**
   * What happens at the start if the daemon ended while the handler ran: it runs once more from the beginning, or not.
   * Either way it is told in the log.
   *
   * @defaultValue 'run-again'
   */
  readonly onInterrupted?: InterruptedPolicy | undefined;
}

/** The same, checked. */
export interface WaitPolicy {
  /** How late it may run. */
  readonly lateMs: number;
  readonly runsAgain: boolean;
}

export const WAIT_POLICY_OPTIONS = [
  'onMissed',
  'onInterrupted',
] as const satisfies readonly (keyof WaitPolicyOptions)[];

/**
 * @param where - whose options they are, for messages: `onStateChange(light.a to off)`.
 * @throws InvalidArgument if one is not what it has to be.
 */
export function readWaitPolicy(
  { onMissed = 'run', onInterrupted = 'run-again' }: WaitPolicyOptions,
  where: string,
): WaitPolicy {
  if (onInterrupted !== 'run-again' && onInterrupted !== 'skip') {
    throw new InvalidArgument(`"onInterrupted" of ${where} is ${shown(onInterrupted)}`, {
      hint: `Give 'run-again' or 'skip'.`,
    });
  }
  return { lateMs: latenessOf(onMissed, where), runsAgain: onInterrupted === 'run-again' };
}

function latenessOf(onMissed: MissedPolicy, where: string): number {
  if (onMissed === 'run') return Number.POSITIVE_INFINITY;
  if (onMissed === 'skip') return 0;
  if (typeof onMissed === 'object' && onMissed !== null && 'within' in onMissed) {
    return durationMs(onMissed.within, `"onMissed.within" of ${where}`);
  }
  throw new InvalidArgument(`"onMissed" of ${where} is ${shown(onMissed)}`, {
    hint: `Give 'run', 'skip' or { within: '10m' }.`,
  });
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
