import { uptime } from 'node:os';
import type { Clock, Timer } from './clock.ts';
import { detached } from './execution.ts';

/** Node turns a longer delay into one of 1 ms. */
const MAX_DELAY_MS = 2_147_483_647;

/** The machine's own time. Callbacks run on behalf of no execution. */
export class SystemClock implements Clock {
  readonly #bootMs = sinceBootMs();

  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  sleptMs(): number | undefined {
    const nowMs = sinceBootMs();
    return nowMs === undefined || this.#bootMs === undefined ? undefined : Math.max(0, nowMs - this.#bootMs);
  }

  after(delayMs: number, _label: string, fire: () => void): Timer {
    return new SystemTimer(performance.now(), Math.max(0, delayMs), detached(fire));
  }

  defer(fire: () => void): Timer {
    return new DeferredCall(detached(fire));
  }
}

/** What the time since boot has more than the monotonic clock. Only Linux counts sleep in the one and not in the other. */
function sinceBootMs(): number | undefined {
  return process.platform === 'linux' ? uptime() * 1000 - performance.now() : undefined;
}

class SystemTimer implements Timer {
  readonly #dueMs: number;
  readonly #fire: () => void;
  #handle: NodeJS.Timeout | undefined;

  constructor(nowMs: number, delayMs: number, fire: () => void) {
    this.#dueMs = nowMs + delayMs;
    this.#fire = fire;
    this.#arm(nowMs);
  }

  cancel(): void {
    clearTimeout(this.#handle);
    this.#handle = undefined;
  }

  #arm(nowMs: number): void {
    this.#handle = setTimeout(onTimeout, Math.min(Math.ceil(this.#dueMs - nowMs), MAX_DELAY_MS), this);
  }

  /** Node counts whole milliseconds of the loop's own time, so it may come up to one too soon. */
  expire(): void {
    const nowMs = performance.now();
    if (nowMs < this.#dueMs) {
      this.#arm(nowMs);
      return;
    }
    this.#handle = undefined;
    this.#fire();
  }
}

function onTimeout(timer: SystemTimer): void {
  timer.expire();
}

class DeferredCall implements Timer {
  readonly #handle: NodeJS.Immediate;

  constructor(fire: () => void) {
    this.#handle = setImmediate(fire);
  }

  cancel(): void {
    clearImmediate(this.#handle);
  }
}
