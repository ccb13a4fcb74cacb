import type { Job } from './job.ts';

/** Jobs that are dealt with together. It has no list of its own: jobs come and go. */
export class JobGroup {
  readonly name: string;
  readonly #all: () => readonly Job[];

  constructor(name: string, all: () => readonly Job[]) {
    this.name = name;
    this.#all = all;
  }

  get jobs(): readonly Job[] {
    return this.#all().filter((job) => job.group === this.name);
  }

  /** Ends them all. */
  cancel(): void {
    for (const job of this.jobs) job.cancel();
  }

  /** Lets none of them run by itself. */
  pause(): void {
    for (const job of this.jobs) job.pause();
  }

  resume(): void {
    for (const job of this.jobs) job.resume();
  }

  /** Runs each of them now, beside its times. */
  runNow(): void {
    for (const job of this.jobs) job.runNow();
  }
}
