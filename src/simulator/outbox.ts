import type { Clock, Timer } from '../kernel/clock.ts';
import type { Limits } from './limits.ts';

export interface OutboxOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  /** Whether the other side is reading. */
  readonly writable: () => boolean;
  readonly write: (frame: string) => void;
  /** The client does not keep up. */
  readonly onFull: () => void;
}

/**
 * What waits to be sent on one connection. Messages queued in one turn of the event loop leave in the next: as one
 * array frame where the client takes that, else one by one.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #messages: string[] = [];
  #coalesce = false;
  /** So many of those that wait were queued before the client asked for arrays. */
  #single = 0;
  #flush: Timer | undefined;
  #peakCheck: Timer | undefined;
  #ending: (() => void) | undefined;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get coalesce(): boolean {
    return this.#coalesce;
  }

  set coalesce(on: boolean) {
    this.#coalesce = on;
    this.#single = this.#messages.length;
  }

  push(message: string): void {
    if (this.#closed || this.#ending !== undefined) return;
    this.#messages.push(message);
    this.#schedule();
    this.#watchTheSlow();
  }

  /** The other side reads again. */
  drained(): void {
    if (this.#messages.length > 0) this.#schedule();
  }

  /** Sends what waits, then ends. */
  endAfter(end: () => void): void {
    this.#ending ??= end;
    this.#schedule();
  }

  /** Drops what waits, then ends. */
  endNow(end: () => void): void {
    this.#messages = [];
    this.endAfter(end);
  }

  close(): void {
    this.#closed = true;
    this.#messages = [];
    this.#flush?.cancel();
    this.#peakCheck?.cancel();
  }

  #schedule(): void {
    if (this.#closed || this.#flush !== undefined) return;
    this.#flush = this.#options.clock.defer(() => {
      this.#flush = undefined;
      this.#send();
    });
  }

  #send(): void {
    const { limits, writable, write } = this.#options;
    while (this.#messages.length > 0 && writable()) {
      const together = this.#coalesce && this.#single === 0 ? limits.pendingMessages : 1;
      const batch = this.#messages.splice(0, together);
      this.#single = Math.max(0, this.#single - 1);
      write(batch.length === 1 ? batch.join('') : `[${batch.join(',')}]`);
    }
    if (this.#messages.length <= limits.pendingPeak) this.#forgetPeak();
    if (this.#messages.length === 0 && this.#ending !== undefined) {
      this.close();
      this.#ending();
    }
  }

  /** Home Assistant counts what waits, and does not ask whose fault that is: a burst within one turn is too much as well. */
  #watchTheSlow(): void {
    const { clock, limits, onFull } = this.#options;
    if (this.#messages.length >= limits.pendingMessages) onFull();
    else if (this.#messages.length > limits.pendingPeak && this.#peakCheck === undefined) {
      this.#peakCheck = clock.after(limits.pendingPeakMs, 'the simulated home waits for a slow reader', () => {
        this.#peakCheck = undefined;
        if (this.#messages.length >= limits.pendingPeak) onFull();
      });
    }
  }

  #forgetPeak(): void {
    this.#peakCheck?.cancel();
    this.#peakCheck = undefined;
  }
}
