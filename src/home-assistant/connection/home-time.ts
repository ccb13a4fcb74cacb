import type { Clock } from '../../kernel/clock.ts';
import { afterHearing, afterProbe, UNKNOWN_OFFSET } from '../protocol/clock-offset.ts';
import { newestMs } from '../protocol/compressed-state.ts';
import { wroteEverythingSince } from '../protocol/restart.ts';
import type { CompressedState, EntitiesMessage } from '../protocol/wire.ts';

/** What time it is at a home, as far as its messages show it, and when it was last heard before a connection was lost. */
export class HomeTime {
  readonly #clock: Clock;
  #offset = UNKNOWN_OFFSET;
  #isListening = false;
  /** By the home's own clock as it was then, and by our monotonic one. */
  #lastHeard: { readonly homeMs: number; readonly monotonicMs: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How far the home's clock is ahead of ours. */
  get offsetMs(): number {
    return this.#offset.offsetMs;
  }

  /** Whether the next differences are to be held against our clock. */
  get isListening(): boolean {
    return this.#isListening;
  }

  /** The home was asked what time it is. */
  probed(probe: { readonly sentMs: number; readonly homeMs: number; readonly receivedMs: number }): void {
    this.#offset = afterProbe(this.#offset, probe);
  }

  /** Its clock may have been set since it was last looked at. */
  listen(): void {
    this.#isListening = true;
  }

  hear(differences: EntitiesMessage): void {
    this.#isListening = false;
    const homeMs = newestMs(differences);
    if (homeMs !== undefined) this.#offset = afterHearing(this.#offset, Math.floor(homeMs), this.#clock.nowMs());
  }

  /** @param heardMs - when the connection that is lost last brought anything, on our monotonic clock. */
  lost(heardMs: number): void {
    const agoMs = this.#clock.monotonicMs() - heardMs;
    this.#lastHeard = { homeMs: this.#clock.nowMs() - agoMs + this.offsetMs, monotonicMs: heardMs };
  }

  /** Whether all that the home knows was written after it was last heard: it has been restarted. */
  wroteEverythingSinceLoss(entities: Readonly<Record<string, CompressedState>>): boolean {
    if (this.#lastHeard === undefined) return false;
    const { homeMs, monotonicMs } = this.#lastHeard;
    // A machine without a battery for its clock starts with an older time: then the same moment by the present one.
    const byPresentClockMs = this.#clock.nowMs() + this.offsetMs - (this.#clock.monotonicMs() - monotonicMs);
    return wroteEverythingSince(entities, Math.min(homeMs, byPresentClockMs));
  }

  /** Whether there was a connection before. */
  get wasHeard(): boolean {
    return this.#lastHeard !== undefined;
  }
}
