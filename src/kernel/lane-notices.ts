import { formatDuration } from './duration.ts';
import type { Unhandled } from './failure.ts';
import type { OverlapMode, Overflow } from './lane-options.ts';

/** What lanes tell people, in their words. `label` is that of the lane: `handler "clear" of hallway_light`. */

export function tellsLongWait(label: string, waitedMs: number): string {
  return (
    `${label} has waited for ${formatDuration(waitedMs)} behind an earlier run of its own. ` +
    `Where only the newest matters, give it \`mode: 'restart'\`.`
  );
}

export interface DropReason {
  readonly mode: OverlapMode;
  readonly overflow: Overflow;
  readonly limit: number;
  /** How many runs of its app may begin in a minute, where that kept them waiting. */
  readonly pace: number | undefined;
}

export function tellsDrops(label: string, count: number, { mode, overflow, limit, pace }: DropReason): string {
  if (pace !== undefined) {
    return `${label}: ${count} left out, since its app may begin ${pace} runs a minute (\`runsPerMinute\`) and ${limit} waited for that already`;
  }
  const why =
    mode === 'single'
      ? `since the run before had not ended (\`mode: 'single'\`)`
      : `since ${limit} were waiting already (\`maxPending\`, \`overflow: '${overflow}'\`)`;
  return `${label}: ${count} left out, ${why}`;
}

export function tellsQueueFull(label: string, mode: OverlapMode, limit: number): string {
  return `${label} takes no more: ${mode === 'single' ? 'one is running' : `${limit} are waiting`}`;
}

export function tellsAbandoned(label: string, afterMs: number): string {
  return (
    `${label} still runs ${formatDuration(afterMs)} after it was called off and is left to itself; its calls are refused. ` +
    `Hand the execution's signal to whatever it awaits.`
  );
}

export function timeLimitHint(timeoutMs: number): string {
  return `It was called off and the next may run. Set \`timeout\` where ${formatDuration(timeoutMs)} is too short; false lifts it.`;
}

export const UNHANDLED_HINTS: Readonly<Record<Unhandled, string>> = {
  rejection: 'Await the promise, or catch what it may throw.',
  exception: 'Catch it in the callback of the timer or emitter, or let `this.scheduler` and `this.tasks` run it.',
};
export const QUEUE_FULL_HINT = `Submit less often, or choose another \`overflow\` than 'error'.`;
