export interface BurstReport {
  readonly kind: 'burst';
  /** Changes that reached a handler. */
  readonly handled: number;
  readonly wallMs: number;
  /** Of all threads of the process. */
  readonly cpuMs: number;
}

/** Measures, within the process that takes it, what a burst of changes costs. */
export class BurstMeter {
  #handled = 0;
  #beganMs = 0;
  #began = process.cpuUsage();

  /** Called for each change that is handled. */
  count(): void {
    this.#handled += 1;
  }

  /** Takes the state of the entity that marks a burst. */
  mark(state: string): void {
    if (state === 'on') this.#begin();
    else this.#end();
  }

  #begin(): void {
    this.#handled = 0;
    this.#beganMs = performance.now();
    this.#began = process.cpuUsage();
  }

  #end(): void {
    const { user, system } = process.cpuUsage(this.#began);
    const report: BurstReport = {
      kind: 'burst',
      handled: this.#handled,
      wallMs: performance.now() - this.#beganMs,
      cpuMs: (user + system) / 1000,
    };
    process.send?.(report);
  }
}
