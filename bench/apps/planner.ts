import { App, z } from 'hassette';

const Config = z.object({ jobs: z.number(), due: z.enum(['much later', 'at once', 'one by one']) });

export interface PlanReport {
  readonly kind: 'planned';
  readonly wallMs: number;
  readonly heapMb: number;
  readonly rssMb: number;
}

export interface LatenessReport {
  readonly kind: 'lateness';
  /** Of jobs that were due at one moment of the wall clock, which shows whole milliseconds, wave by wave. */
  readonly atMs: readonly (readonly number[])[];
  /** Of jobs that were due after a delay, on the clock that nobody sets. */
  readonly inMs: readonly (readonly number[])[];
}

export interface FiringReport {
  readonly kind: 'firing';
  readonly runs: number;
  /** Of the processor, for each run. */
  readonly cpuUs: number;
}

const WAVES = 3;
/** Jobs that run each millisecond, among all those that wait. */
const RUNNING = 20;
const RUNNING_MS = 3000;

/** Schedules many jobs. Needs `--expose-gc`. */
export class Planner extends App.with(Config) {
  override onInitialize() {
    if (this.config.due === 'one by one') void this.tasks.spawn('firing', () => this.#runOneByOne());
    else if (this.config.due === 'at once') void this.tasks.spawn('waves', () => this.#runTogether());
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

  async #runOneByOne() {
    for (let index = 0; index < this.config.jobs; index += 1) {
      this.scheduler.runIn({ hours: 1, seconds: index % 3600 }, { name: `job ${index}` }, this.doNothing);
    }
    let runs = 0;
    for (let index = 0; index < RUNNING; index += 1) this.scheduler.runEvery('1ms', () => (runs += 1));
    // The first second is for the compiler.
    await this.tasks.sleep('1s');
    const before = { runs, cpu: process.cpuUsage() };
    await this.tasks.sleep({ milliseconds: RUNNING_MS });
    const cpu = process.cpuUsage(before.cpu);
    const measured = runs - before.runs;
    const report: FiringReport = { kind: 'firing', runs: measured, cpuUs: (cpu.user + cpu.system) / measured };
    process.send?.(report);
  }

  async #runTogether() {
    const atMs: number[][] = [];
    const inMs: number[][] = [];
    for (let wave = 0; wave < WAVES; wave += 1) {
      atMs.push(await this.#runAtOneMoment());
      inMs.push(await this.#runAfterOneDelay());
    }
    const report: LatenessReport = { kind: 'lateness', atMs, inMs };
    process.send?.(report);
  }

  #runAtOneMoment(): Promise<number[]> {
    const due = Temporal.Now.instant().add({ seconds: 1 });
    return this.#collect((tell) => this.scheduler.runAt(due, () => tell(Date.now() - due.epochMilliseconds)));
  }

  #runAfterOneDelay(): Promise<number[]> {
    return this.#collect((tell) => {
      const dueMs = performance.now() + 1000;
      this.scheduler.runIn('1s', () => tell(performance.now() - dueMs));
    });
  }

  #collect(schedule: (tell: (latenessMs: number) => void) => void): Promise<number[]> {
    const { jobs } = this.config;
    const all: number[] = [];
    return new Promise((resolve) => {
      const tell = (latenessMs: number): void => {
        if (all.push(latenessMs) === jobs) resolve(all);
      };
      for (let index = 0; index < jobs; index += 1) schedule(tell);
    });
  }

  doNothing() {}
}

function memory(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  return process.memoryUsage();
}
