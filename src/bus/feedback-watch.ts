import type { Clock } from '../kernel/clock.ts';

/** So many runs within {@link WINDOW_MS} are worth a look at what causes them. */
const SUSPICIOUS_RUNS = 64;
const WINDOW_MS = 20_000;
/** So many are looked at, and if so many of them have one cause in common, it is no chance. */
const EXAMINED_RUNS = 16;
const TELLING_RUNS = 12;
/** What has been told is not told again for so long. */
const QUIET_MS = 600_000;
/** Two apps answer each other if each is found to answer the other within so long. */
const PAIR_MS = 2 * WINDOW_MS;

/** A run that is about to begin. */
export interface WatchedRun {
  /** The handler's name. */
  readonly handler: string;
  /** The app that caused it, if one did. */
  readonly by: string | undefined;
  /** What it is for, in words. */
  readonly what: string;
  /** How handlers of its kind leave out what their own app does. */
  readonly hint: string;
}

/** What is told of apps that answer themselves or each other. */
export interface FeedbackLoop {
  readonly message: string;
  readonly hint: string;
}

/** Which apps answer which, of a host. */
export type AnsweringApps = Map<string, { readonly other: string; readonly atMs: number }>;

/**
 * Finds handlers that answer what their own app does, as a light that is switched whenever it is switched: nothing
 * fails, and nothing ends. As long as an app is run at a pace that people and devices have, it costs a count.
 */
export class FeedbackWatch {
  readonly #app: string;
  readonly #clock: Clock;
  readonly #answering: AnsweringApps;
  readonly #tell: (loop: FeedbackLoop) => void;
  #runs = 0;
  #beganMs = Number.NEGATIVE_INFINITY;
  #quietUntilMs = Number.NEGATIVE_INFINITY;
  #examined: WatchedRun[] | undefined;

  constructor(app: string, clock: Clock, answering: AnsweringApps, tell: (loop: FeedbackLoop) => void) {
    this.#app = app;
    this.#clock = clock;
    this.#answering = answering;
    this.#tell = tell;
  }

  /** Counts a run that begins. @returns whether it is to be looked at. */
  count(): boolean {
    if (this.#examined !== undefined) return true;
    this.#runs += 1;
    if (this.#runs < SUSPICIOUS_RUNS) return false;
    this.#runs = 0;
    const nowMs = this.#clock.monotonicMs();
    const isFast = nowMs - this.#beganMs < WINDOW_MS;
    this.#beganMs = nowMs;
    if (isFast && nowMs >= this.#quietUntilMs) this.#examined = [];
    return false;
  }

  /** Looks at a run. */
  look(run: WatchedRun): void {
    if (this.#examined === undefined) return;
    this.#examined.push(run);
    if (this.#examined.length >= EXAMINED_RUNS) this.#judge(this.#examined);
  }

  #judge(examined: readonly WatchedRun[]): void {
    this.#examined = undefined;
    const nowMs = this.#clock.monotonicMs();
    this.#quietUntilMs = nowMs + WINDOW_MS;
    const [found] = [...Map.groupBy(examined, ({ by }) => by)].filter(
      ([by, runs]) => by !== undefined && runs.length >= TELLING_RUNS,
    );
    const [by, runs] = found ?? [];
    const last = runs?.at(-1);
    if (by === undefined || last === undefined) return;
    if (by === this.#app) {
      this.#quietUntilMs = nowMs + QUIET_MS;
      this.#tell({ message: tellsLoop(this.#app, last), hint: last.hint });
      return;
    }
    this.#answering.set(this.#app, { other: by, atMs: nowMs });
    const back = this.#answering.get(by);
    if (back?.other !== this.#app || nowMs - back.atMs > PAIR_MS) return;
    this.#quietUntilMs = nowMs + QUIET_MS;
    this.#tell({ message: tellsPair(this.#app, by, last), hint: PAIR_HINT });
  }
}

function tellsLoop(app: string, { handler, what }: WatchedRun): string {
  return (
    `${app} goes in a circle: its handler "${handler}" answers what ${app} does itself, ` +
    `more than ${SUSPICIOUS_RUNS} times in ${WINDOW_MS / 1000} s, the last time ${what}`
  );
}

function tellsPair(app: string, other: string, { handler, what }: WatchedRun): string {
  return (
    `${app} and ${other} go in a circle: each answers what the other does, ` +
    `more than ${SUSPICIOUS_RUNS} times in ${WINDOW_MS / 1000} s; of ${app} it is the handler "${handler}", the last time ${what}`
  );
}

const PAIR_HINT =
  "Let one of the two leave alone what the other does: { cause: not('app') }, or do nothing where all is as it should be.";
