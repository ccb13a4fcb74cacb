import { HISTORY_SUBJECTS, type WrittenHappening } from '../apps/bus-history.ts';
import { pastMoment } from '../home-assistant/api/moment.ts';
import type { Clock } from '../kernel/clock.ts';
import { durationMs } from '../kernel/duration.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import { askDaemon, type ControlQuestion } from './control-socket.ts';

/** What a person may ask of what happened, as it stands on a command line. */
export interface EventWishes {
  readonly entity?: string;
  readonly event?: string;
  readonly service?: string;
  readonly topic?: string;
  readonly app?: string;
  readonly since?: string;
  readonly limit?: number;
}

export type EventQuestion = Extract<ControlQuestion, { readonly ask: 'events' }>;

const DEFAULT_LIMIT = 50;
const DATE = /^\d{4}-\d\d-\d\d/;

/**
 * Makes a question for the daemon of what a person wishes to know.
 *
 * @throws InvalidArgument if it cannot be asked so.
 */
export function eventQuestion(wishes: EventWishes, clock: Clock): EventQuestion {
  const asked = Object.entries(HISTORY_SUBJECTS).flatMap(([key, kind]) => {
    const subject = wishes[key as keyof typeof HISTORY_SUBJECTS];
    return subject === undefined ? [] : [{ kind, subject }];
  });
  if (asked.length > 1) {
    throw new InvalidArgument('--entity, --event, --service and --topic were given together', {
      hint: 'Ask for one at a time: nothing is both.',
    });
  }
  const { since, limit = DEFAULT_LIMIT, app: heardBy } = wishes;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new InvalidArgument(`--limit was given as ${limit}, and has to be a whole number above 0`);
  return { ask: 'events', ...asked[0], heardBy, limit, ...(since !== undefined && sinceOf(since, clock)) };
}

/**
 * Asks the daemon that runs on a data folder.
 *
 * @throws DaemonNotRunning if none answers.
 */
export async function askForEvents(
  folder: string,
  question: EventQuestion,
  clock: Clock,
): Promise<readonly WrittenHappening[]> {
  // What answers is a daemon, which gives its own kind of answer or refuses the question.
  return (await askDaemon(folder, question, clock)) as readonly WrittenHappening[];
}

/** How long ago something is, the daemon says by its own clock: it may live faster than this machine. */
function sinceOf(since: string, clock: Clock): Pick<EventQuestion, 'agoMs' | 'sinceMs'> {
  if (!DATE.test(since)) return { agoMs: durationMs(since, '--since') };
  const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(clock.nowMs()));
  return { sinceMs: pastMoment(since, now, '--since').epochMilliseconds };
}
