import type { Clock } from '../../kernel/clock.ts';
import { DropNotice } from '../../kernel/drop-notice.ts';
import { formatDuration } from '../../kernel/duration.ts';
import type { Logger } from '../../kernel/logging.ts';
import type { HomeError } from '../home-errors.ts';
import type { HomeConfig } from '../protocol/wire.ts';
import type { Arrears, Sight } from './reading-watch.ts';

/** What whoever runs the daemon is told of the connection to a home, each matter once. */
export class ConnectionNotices {
  readonly #home: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #toldRefusals = new Set<string>();
  /** By app. */
  readonly #refusedCalls = new Map<string, DropNotice>();
  /** Since when the home has been tried in vain, on the monotonic clock. */
  #awaySinceMs: number | undefined;

  constructor(home: string, clock: Clock, logger: Logger) {
    this.#home = home;
    this.#clock = clock;
    this.#logger = logger;
  }

  starting(): void {
    this.#logger.info(`home "${this.#home}" is starting`);
  }

  connected(entities: number, { version }: HomeConfig, generation: number, restarted: boolean): void {
    const awayMs = this.#awaySinceMs === undefined ? undefined : this.#clock.monotonicMs() - this.#awaySinceMs;
    const gap = awayMs === undefined ? '' : `, after ${formatDuration(Math.round(awayMs))} without it`;
    this.#logger.info(
      { version, entities, generation },
      `connected to home "${this.#home}"${gap}${restarted ? '; it was restarted' : ''}`,
    );
    this.#awaySinceMs = undefined;
  }

  ended(problem: HomeError, generation: number, readBehind: boolean): void {
    this.#awaySinceMs ??= this.#clock.monotonicMs();
    if (readBehind) {
      this.#logger.warn(`home "${this.#home}" was read too slowly when its connection ended, maybe for that`);
    }
    this.#logger.debug({ code: problem.code, generation }, problem.message);
  }

  /** @param retryMs - undefined where it is tried as soon as can be. */
  triedAgain({ code, hint, message }: HomeError, retryMs: number | undefined): void {
    const next = retryMs === undefined ? 'until it works' : `every ${formatDuration(retryMs)}`;
    this.#logger.warn({ code, hint }, `${message}. It is tried again ${next}.`);
  }

  followingRefused(eventType: string, { code, hint, message }: HomeError): void {
    if (this.#toldRefusals.has(eventType)) return;
    this.#toldRefusals.add(eventType);
    this.#logger.warn({ code, hint }, message);
  }

  eventsNotTold(count: number, most: number): void {
    this.#logger.warn(`${count} events were not told: more than ${most} came while the home was starting`);
  }

  callRefused(app: string, inLine: number): void {
    let notice = this.#refusedCalls.get(app);
    if (notice === undefined) {
      notice = new DropNotice(this.#clock, `calls of ${app}`, (count) =>
        this.#logger.warn(
          { app, refused: count },
          `${app}: ${count === 1 ? 'a call was' : `${count} calls were`} refused, since ${inLine} are in line already`,
        ),
      );
      this.#refusedCalls.set(app, notice);
    }
    notice.note();
  }

  readTooSlowly(sight: Sight): void {
    const { waiting, paused } = sight;
    const howMany = waiting === 0 ? '' : `: ${waiting} messages wait for their turn`;
    this.#logger.warn(
      {
        ...numbersOf(sight),
        hint: 'Code that computes for long without a break, in a handler or a condition, holds up everything. Give that to tasks.runBlocking, or the app a thread of its own (isolation: thread).',
      },
      `home "${this.#home}" is read too slowly, ${paused ? 'so it has to wait' : `${lateness(sight)} late`}${howMany}. Home Assistant ends a connection that is not read`,
    );
  }

  readInTime(arrears: Arrears): void {
    this.#logger.info(
      { ...numbersOf(arrears), lastedMs: Math.round(arrears.lastedMs) },
      `home "${this.#home}" is read in time again; up to ${arrears.waiting} messages had to wait, up to ${lateness(arrears)}`,
    );
  }

  close(): void {
    for (const notice of this.#refusedCalls.values()) notice.close();
  }
}

function numbersOf({ waiting, oldestMs, heldUpMs, paused }: Sight) {
  return { waiting, oldestMs: Math.round(oldestMs), heldUpMs: Math.round(heldUpMs), paused };
}

function lateness({ oldestMs, heldUpMs }: Sight): string {
  return formatDuration(Math.round(Math.max(oldestMs, heldUpMs)));
}
