import type { WaitContext } from '../../bus/wait-until.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type DurationInput, durationMs, formatDuration } from '../../kernel/duration.ts';
import { TimedOut } from '../../kernel/errors.ts';
import { currentExecution } from '../../kernel/execution.ts';
import { assertMayAct, type Life } from '../../kernel/life.ts';
import type { Logger } from '../../kernel/logging.ts';
import { whileParked, withTimeout } from '../../kernel/waiting.ts';
import { HomeAway, RestRefused } from '../home-errors.ts';
import type { Home } from '../home.ts';
import type { RestRequest, RestResponse } from '../protocol/transport.ts';
import type { Command } from '../protocol/wire.ts';
import type { AskOptions } from './service-call.ts';

/** Something that a dry run kept back. */
export interface WithheldRequest {
  /** What the app asked for, as in `api.call('light.turn_on')`. */
  readonly what: string;
  /** All that would have been sent. */
  readonly request: Readonly<Record<string, unknown>>;
  /** Wall time, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** In whose name a home is asked. */
export interface Asker {
  readonly home: Home;
  /** When it has ended, nothing is asked any more. */
  readonly life: Life;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The app's name, for the log and for what is shown of calls in flight. */
  readonly app: string;
  /** Whether whatever would change something is logged and recorded in place of being sent. */
  readonly dryRun?: boolean | undefined;
  /** How long a call may take that says nothing else. @defaultValue 30_000 */
  readonly callTimeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const KEPT_WITHHELD = 1000;

/**
 * The way from an app to its home: refuses what comes from a run that was cancelled or an app that has stopped, carries
 * the signal and the time limit, and says who asks.
 */
export class HomeRequests {
  readonly home: Home;
  readonly logger: Logger;
  readonly #asker: Asker;
  readonly #withheld: WithheldRequest[] = [];

  constructor(asker: Asker) {
    this.home = asker.home;
    this.logger = asker.logger;
    this.#asker = asker;
  }

  /** What a dry run kept back, the oldest first; a thousand at most. */
  get withheld(): readonly WithheldRequest[] {
    return this.#withheld;
  }

  /** @throws Cancelled if the run was cancelled or the app has stopped. */
  assertMayAct(what: string): void {
    assertMayAct(this.#asker.life, what);
  }

  /** In a dry run, logs and records what would be sent, and gives true. */
  withhold(what: string, request: Readonly<Record<string, unknown>>): boolean {
    if (this.#asker.dryRun !== true) return false;
    this.#withheld.push({ what, request, atMs: this.#asker.clock.nowMs() });
    if (this.#withheld.length > KEPT_WITHHELD) this.#withheld.shift();
    this.logger.info({ dryRun: withoutCodes(request) }, `dry run, not sent: ${what}`);
    return true;
  }

  /** For whoever follows what an app does. */
  trace(what: string, request: Readonly<Record<string, unknown>>): void {
    if (this.logger.isLevelEnabled('debug')) this.logger.debug({ request: withoutCodes(request) }, what);
  }

  /** A time limit as it was given, or the one that calls have by default. */
  timeoutMsOf(timeout: DurationInput | undefined): number {
    if (timeout !== undefined) return durationMs(timeout, 'timeout');
    return this.#asker.callTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  async command(what: string, command: Command, { timeout }: AskOptions = {}): Promise<unknown> {
    this.assertMayAct(what);
    return whileParked(what, this.send(command, this.timeoutMsOf(timeout)));
  }

  /**
   * Sends a command that changes something: in a dry run it is kept back.
   *
   * @returns the answer, or undefined in a dry run.
   */
  async change(what: string, command: Command, options?: AskOptions): Promise<unknown> {
    this.assertMayAct(what);
    if (this.withhold(what, command)) return undefined;
    return this.command(what, command, options);
  }

  /** Asks for a change over REST: in a dry run it is kept back. */
  async changeByRest(what: string, request: RestRequest, options?: AskOptions): Promise<RestResponse | undefined> {
    this.assertMayAct(what);
    if (this.withhold(what, { ...request })) return undefined;
    return this.rest(what, request, options);
  }

  /** What time it is by the home's own clock. */
  homeNow(): Temporal.Instant {
    const nowMs = this.#asker.clock.nowMs() + this.home.connection.clockOffsetMs;
    return Temporal.Instant.fromEpochMilliseconds(Math.floor(nowMs));
  }

  /** What a wait for something that the home tells has to know. */
  waitContext(timeoutMs: number | undefined, what: string): WaitContext {
    return { life: this.#asker.life, clock: this.#asker.clock, timeoutMs, what };
  }

  /** Sends a command, by whoever has parked already. */
  send(command: Command, timeoutMs: number): Promise<unknown> {
    return this.home.link.command(command, this.#callOptions(timeoutMs));
  }

  /**
   * Asks the REST API.
   *
   * @param accepted - statuses beside those of success that are an answer.
   * @throws RestRefused at any other status.
   */
  async rest(
    what: string,
    request: RestRequest,
    { timeout }: AskOptions = {},
    accepted: readonly number[] = [],
  ): Promise<RestResponse> {
    this.assertMayAct(what);
    const asked = this.home.link.rest(request, this.#callOptions(this.timeoutMsOf(timeout)));
    const response = await whileParked(what, asked);
    if ((response.status >= 200 && response.status < 300) || accepted.includes(response.status)) return response;
    throw refusalOfRest(what, response);
  }

  /**
   * Gives time to a wait that comes before something is sent, and says how much of the limit is left then.
   *
   * @throws HomeAway where the limit was spent.
   */
  async within(what: string, timeoutMs: number, wait: (signal: AbortSignal) => Promise<unknown>): Promise<number> {
    const { clock } = this.#asker;
    const startMs = clock.monotonicMs();
    try {
      await withTimeout(clock, timeoutMs, what, wait, this.#signal());
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      const { problem } = this.home.connection;
      const waited = `${what} waited ${formatDuration(timeoutMs)} for home "${this.home.home}" and was not sent`;
      throw new HomeAway(problem === undefined ? waited : `${waited}: ${problem.message}`, {
        hint: problem?.hint,
        cause: error,
      });
    }
    this.assertMayAct(what);
    return Math.max(1, timeoutMs - (clock.monotonicMs() - startMs));
  }

  #signal(): AbortSignal {
    return currentExecution()?.signal ?? this.#asker.life.signal;
  }

  #callOptions(timeoutMs: number): {
    timeoutMs: number;
    signal: AbortSignal;
    app: string;
    executionId: string | undefined;
  } {
    const execution = currentExecution();
    return {
      timeoutMs,
      signal: execution?.signal ?? this.#asker.life.signal,
      app: this.#asker.app,
      executionId: execution?.id,
    };
  }
}

/** As it may be logged: the codes of locks and alarms are secrets. */
function withoutCodes(request: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(JSON.stringify(request, (key, value: unknown) => (key === 'code' ? '[hidden]' : value)));
}

/** A body as text. */
export function textOf({ body }: RestResponse): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

/** A body of JSON, read. */
export function jsonOf(response: RestResponse): unknown {
  return JSON.parse(textOf(response));
}

/** What says that the REST API refused. */
export function refusalOfRest(what: string, response: RestResponse): RestRefused {
  const { status } = response;
  const said = saidIn(response);
  return new RestRefused(`${what} was refused by Home Assistant (${status})${said === '' ? '' : `: ${said}`}`, {
    status,
    homeMessage: said === '' ? undefined : said,
    hint: status === 401 ? "The token's user needs to be an administrator for that." : undefined,
  });
}

/** What Home Assistant said: `{ "message": … }`, or plain text such as `401: Unauthorized`. */
function saidIn(response: RestResponse): string {
  const text = textOf(response).trim();
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === 'object' && read !== null && 'message' in read && typeof read.message === 'string')
      return read.message;
  } catch {
    // Not JSON: the text itself is what it said.
  }
  return text.replace(/^\d{3}: /, '').slice(0, 500);
}
