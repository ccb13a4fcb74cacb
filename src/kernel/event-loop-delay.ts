import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface EventLoopDelay {
  readonly meanMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const RESOLUTION_MS = 20;

/**
 * Measures how late the event loop is. This is real time whatever the daemon's clock: code that blocks the thread does
 * so for real.
 */
export class EventLoopMonitor implements Disposable {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#histogram.enable();
  }

  /** The delay beyond what was due, since this was last asked. */
  read(): EventLoopDelay {
    const { mean, max } = this.#histogram;
    const p99 = this.#histogram.percentile(99);
    this.#histogram.reset();
    return { meanMs: delayMs(mean), p99Ms: delayMs(p99), maxMs: delayMs(max) };
  }

  [Symbol.dispose](): void {
    this.#histogram.disable();
  }
}

/** The histogram holds whole intervals, in nanoseconds; nothing measured yet is NaN or 0. */
function delayMs(nanoseconds: number): number {
  const ms = nanoseconds / 1e6 - RESOLUTION_MS;
  return ms > 0 ? Math.round(ms * 10) / 10 : 0;
}
