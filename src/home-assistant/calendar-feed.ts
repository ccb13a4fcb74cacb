import type { Clock, Timer } from '../kernel/clock.ts';
import { messageOf } from '../kernel/failure.ts';
import type { Logger } from '../kernel/logging.ts';
import { isCancellation } from '../kernel/waiting.ts';
import { calendarEventsOf, type CalendarEvent, calendarRequest } from './api/calendars.ts';
import type { Home } from './home.ts';

export interface CalendarFeedOptions {
  readonly home: Home;
  readonly calendar: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The life of whoever follows. */
  readonly signal: AbortSignal;
  /** Events that are on within so long before and after now are wanted. */
  readonly backMs: number;
  readonly aheadMs: number;
}

/** As often as Home Assistant itself looks into calendars for its triggers. */
const REFRESH_MS = 15 * 60_000;
const RETRY_MS = 60_000;
const LIMIT_MS = 30_000;
/** Several changes at once are looked at once. */
const SETTLE_MS = 200;
/** A subscription is about a fixed span, and is made anew before that is over. */
const SUBSCRIBED_MS = 24 * 3_600_000;

/**
 * The coming events of a calendar, as they are now. The home tells when one changes (`calendar/event/subscribe`, where
 * it has that), the calendar's state when one begins or ends; beside that it is looked into again and again, since a
 * calendar may lie in a cloud that tells nothing.
 */
export class CalendarFeed {
  readonly #options: CalendarFeedOptions;
  readonly #followers = new Set<() => void>();
  #entries: readonly CalendarEvent[] = [];
  /** What ends whatever it holds while somebody follows. */
  #ends: (() => void)[] = [];
  #unsubscribe: (() => void) | undefined;
  #subscribedMs = -Infinity;
  #timer: Timer | undefined;
  #asking = false;
  #askAgain = false;
  #toldTrouble = false;

  constructor(options: CalendarFeedOptions) {
    this.#options = options;
  }

  entries(): readonly CalendarEvent[] {
    return this.#entries;
  }

  follow(onChange: () => void): Disposable {
    this.#followers.add(onChange);
    if (this.#followers.size === 1) this.#begin();
    return {
      [Symbol.dispose]: () => {
        this.#followers.delete(onChange);
        if (this.#followers.size === 0) this.#end();
      },
    };
  }

  #begin(): void {
    const { home, calendar } = this.#options;
    this.#ends = [
      home.states.subscribe(calendar, () => this.#lookSoon()),
      home.lifecycle.subscribe('connected', () => this.#lookSoon()),
    ];
    void this.#look();
  }

  #end(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#subscribedMs = -Infinity;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #lookSoon(): void {
    this.#lookIn(SETTLE_MS);
  }

  #lookIn(delayMs: number): void {
    const { clock, calendar } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.after(delayMs, `look into ${calendar}`, () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    this.#asking = true;
    const isThere = await this.#ask();
    this.#asking = false;
    // Nobody follows any more.
    if (this.#followers.size === 0) return;
    this.#subscribe();
    this.#lookIn(this.#askAgain ? SETTLE_MS : isThere ? REFRESH_MS : RETRY_MS);
    this.#askAgain = false;
  }

  /** Whether the calendar answered. */
  async #ask(): Promise<boolean> {
    const { home, calendar, signal, backMs, aheadMs } = this.#options;
    const what = `the events of ${calendar}`;
    try {
      const request = calendarRequest(calendar, this.#homeTime(-backMs), this.#homeTime(aheadMs + REFRESH_MS));
      const response = await home.link.rest(request, { timeoutMs: LIMIT_MS, signal });
      this.#take(calendarEventsOf(response, what));
      this.#toldTrouble = false;
      return true;
    } catch (error) {
      if (!isCancellation(error)) this.#tellTrouble(error);
      return false;
    }
  }

  #take(entries: readonly CalendarEvent[]): void {
    if (JSON.stringify(entries) === JSON.stringify(this.#entries)) return;
    this.#entries = entries;
    for (const onChange of [...this.#followers]) onChange();
  }

  #tellTrouble(error: unknown): void {
    const { logger, calendar } = this.#options;
    if (this.#toldTrouble) return;
    this.#toldTrouble = true;
    logger.warn(
      { err: error },
      `${calendar} cannot be looked into, so jobs by its events go by what was known before: ${messageOf(error)}`,
    );
  }

  #subscribe(): void {
    const { home, calendar, clock, logger, backMs, aheadMs } = this.#options;
    if (clock.monotonicMs() < this.#subscribedMs + SUBSCRIBED_MS) return;
    this.#subscribedMs = clock.monotonicMs();
    this.#unsubscribe?.();
    const command = {
      type: 'calendar/event/subscribe',
      entity_id: calendar,
      start: this.#homeTime(-backMs).toString(),
      end: this.#homeTime(aheadMs + 2 * SUBSCRIBED_MS).toString(),
    };
    // The first thing that it brings is what has just been asked for.
    let isFirst = true;
    this.#unsubscribe = home.link.subscribe(
      { command, sharing: 'alone' },
      {
        onStanding: () => {
          isFirst = true;
        },
        onEvent: () => {
          if (!isFirst) this.#lookSoon();
          isFirst = false;
        },
        onRefused: (error, isFinal) => {
          if (isFinal)
            logger.debug({ err: error }, `changes of ${calendar} are seen by looking into it every 15 minutes`);
        },
      },
    );
  }

  #homeTime(offsetMs: number): Temporal.Instant {
    const { clock, home } = this.#options;
    const nowMs = clock.nowMs() + home.connection.clockOffsetMs;
    // Whole minutes, so that the same question is the same text.
    return Temporal.Instant.fromEpochMilliseconds(Math.floor((nowMs + offsetMs) / 60_000) * 60_000);
  }
}
