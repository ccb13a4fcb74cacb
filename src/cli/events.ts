import type { Clock } from '../kernel/clock.ts';
import { InvalidArgument } from '../kernel/errors.ts';
import { SystemClock } from '../kernel/system-clock.ts';
import { sleep } from '../kernel/waiting.ts';
import { askForEvents, type EventQuestion, eventQuestion, type EventWishes } from '../runtime/event-question.ts';
import { sayError } from './say-error.ts';
import { exitCodes, type StopRequests, type Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { type DaemonOptions, withDaemon } from './with-daemon.ts';

export interface EventsOptions extends EventWishes, Omit<DaemonOptions, 'quiet'> {
  readonly follow?: boolean;
  readonly json?: boolean;
}

type Happening = Awaited<ReturnType<typeof askForEvents>>[number];

/** How often the daemon is asked whether there is more. */
const FOLLOW_MS = 1000;
const LONGEST_CELL = 100;

/** `hassette events`: asks the daemon of a data folder what happened lately. */
export function events(options: EventsOptions, at: Surroundings, stopRequests: StopRequests): Promise<number> {
  return withDaemon(options, at, (dataFolder) => ask(dataFolder, options, at, stopRequests));
}

async function ask(
  dataFolder: string,
  options: EventsOptions,
  at: Surroundings,
  stopRequests: StopRequests,
): Promise<number> {
  const clock = new SystemClock();
  try {
    const asked = eventQuestion(options, clock);
    const first = await askForEvents(dataFolder, asked, clock);
    if (options.follow !== true) {
      at.print(options.json === true ? JSON.stringify(first, undefined, 2) : textOf(first));
      return exitCodes.done;
    }
    const tell = (happening: Happening): void =>
      at.print(options.json === true ? JSON.stringify(happening) : textOf([happening]));
    await follow(first, (question) => askForEvents(dataFolder, question, clock), asked, tell, clock, stopRequests);
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof InvalidArgument)) throw error;
    sayError(at, error);
    return exitCodes.configuration;
  }
}

async function follow(
  first: readonly Happening[],
  more: (asked: EventQuestion) => Promise<readonly Happening[]>,
  { kind, subject, heardBy }: EventQuestion,
  tell: (happening: Happening) => void,
  clock: Clock,
  stopRequests: StopRequests,
): Promise<void> {
  const stopping = new AbortController();
  stopRequests.whenHeard(() => stopping.abort());
  let told = new Set<string>();
  let news = first;
  let sinceMs: number | undefined;
  while (!stopping.signal.aborted) {
    const seen = new Set<string>();
    for (const happening of news) {
      // Who heard of it may have become more since it was told.
      const what = JSON.stringify({ ...happening, heardBy: undefined });
      seen.add(what);
      if (!told.has(what)) tell(happening);
    }
    told = seen;
    const last = news.at(-1);
    if (last !== undefined) sinceMs = Date.parse(last.at);
    await sleep(clock, FOLLOW_MS, stopping.signal, 'more events').catch(() => undefined);
    if (stopping.signal.aborted) return;
    // Before anything has happened at all, there is nothing to count from.
    news = await more({ ask: 'events', kind, subject, heardBy, sinceMs });
  }
}

function textOf(happenings: readonly Happening[]): string {
  if (happenings.length === 0) return 'Nothing that is remembered: no app was told of such a thing lately.';
  return table(happenings.map(rowOf));
}

function rowOf({ at, kind, home: _home, heardBy, ...told }: Happening): readonly string[] {
  const [subject, ...rest] = Object.values(told);
  const what = kind === 'state' ? `${stateIn(told['from'])} → ${stateIn(told['to'])}` : rest.map(cell).join(' ');
  const apps = Array.isArray(heardBy) ? heardBy.join(', ') : '';
  const shown = what.length > LONGEST_CELL ? `${what.slice(0, LONGEST_CELL - 1)}…` : what;
  return [at, kind, String(subject), shown, apps === '' ? '' : `told to ${apps}`];
}

function stateIn(value: unknown): string {
  return typeof value === 'object' && value !== null && 'state' in value ? String(value.state) : 'nothing';
}

function cell(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
