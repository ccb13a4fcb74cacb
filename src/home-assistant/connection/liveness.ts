import type { Clock, Timer } from '../../kernel/clock.ts';
import { ping } from '../protocol/commands.ts';
import type { WireSession } from './wire-session.ts';

export interface LivenessListener {
  /** A ping was answered. */
  onRoundTrip(roundTripMs: number): void;
  /** Nothing was heard since a ping was sent an interval ago. */
  onSilence(silentMs: number): void;
}

/**
 * Finds out whether anybody is still there. The home is asked once an interval, by the command `ping`, since a proxy in
 * between may answer the WebSocket's own pings by itself. Whatever is heard counts as a sign of life, so a dead
 * connection is noticed within twice the interval.
 */
export class Liveness {
  readonly #clock: Clock;
  readonly #session: WireSession;
  readonly #intervalMs: number;
  readonly #label: string;
  readonly #listener: LivenessListener;
  #timer: Timer | undefined;
  #askedMs: number | undefined;

  constructor(clock: Clock, session: WireSession, intervalMs: number, label: string, listener: LivenessListener) {
    this.#clock = clock;
    this.#session = session;
    this.#intervalMs = intervalMs;
    this.#label = label;
    this.#listener = listener;
  }

  start(): void {
    this.#ask();
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    this.#timer = this.#clock.after(this.#intervalMs, this.#label, () => {
      // After a long stall of this process its timers come before what has arrived meanwhile: that is read first.
      this.#timer = this.#clock.defer(() => this.#look());
    });
  }

  #look(): void {
    const silent = this.#askedMs !== undefined && this.#session.lastHeardMs < this.#askedMs;
    if (silent && !this.#session.paused) {
      this.#listener.onSilence(this.#clock.monotonicMs() - this.#session.lastHeardMs);
      return;
    }
    this.#ask();
    this.#arm();
  }

  #ask(): void {
    const askedMs = this.#clock.monotonicMs();
    this.#askedMs = askedMs;
    this.#session.ping(ping(), () => this.#listener.onRoundTrip(this.#clock.monotonicMs() - askedMs));
  }
}
