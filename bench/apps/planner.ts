import { App, z } from 'hassette';

const Config = z.object({ jobs: z.number(), due: z.enum(['much later', 'at once']) });

export interface PlanReport {
  readonly kind: 'planned';
  readonly wallMs: number;
  readonly heapMb: number;
  readonly rssMb: number;
}

export interface LatenessReport {
  readonly kind: 'lateness';
  /** Of those due at one moment of the wall clock, which shows whole milliseconds. */
  readonly atMs: readonly number[];
  /** Of those due after a delay, on the clock that nobody sets. */
  readonly inMs: readonly number[];
}

/** Schedules many jobs. Needs `--expose-gc`. */
export class Planner extends App.with(Config) {
  override onInitialize() {
    if (this.config.due === 'at once') this.#runTogether();
    else this.#schedule();
    process.send?.({ kind: 'ready' });
  }

  #schedule() {
    const { jobs } = this.config;
    const before = memory();
    const beganMs = performance.now();
    for (let index = 0; index < jobs; index += 1) {
      this.scheduler.runIn({ hours: 1, seconds: index % 3600 }, { name: `job ${index}` }, this.doNothing);
    }
    const wallMs = performance.now() - beganMs;
    const after = memory();
    const report: PlanReport = {
      kind: 'planned',
      wallMs,
      heapMb: (after.heapUsed - before.heapUsed) / 1e6,
      rssMb: (after.rss - before.rss) / 1e6,
    };
    process.send?.(report);
  }

  #runTogether() {
    const { jobs } = this.config;
    const atMs: number[] = [];
    const inMs: number[] = [];
    const tell = () => {
      if (atMs.length === jobs && inMs.length === jobs)
        process.send?.({ kind: 'lateness', atMs, inMs } satisfies LatenessReport);
    };
    const due = Temporal.Now.instant().add({ seconds: 1 });
    for (let index = 0; index < jobs; index += 1) {
      this.scheduler.runAt(due, () => {
        atMs.push(Date.now() - due.epochMilliseconds);
        tell();
      });
    }
    for (let index = 0; index < jobs; index += 1) {
      const dueMs = performance.now() + 2000;
      this.scheduler.runIn('2s', () => {
        inMs.push(performance.now() - dueMs);
        tell();
      });
    }
  }

  doNothing() {}
}

function memory(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  return process.memoryUsage();
}
