import { randomUUID } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { Life } from '../kernel/life.ts';
import type { Logger } from '../kernel/logging.ts';
import type { Json } from '../storage/storable.ts';
import type { WaitGroup, WaitId, WaitLedger } from '../storage/wait-ledger.ts';
import type { WaitPolicy } from '../storage/wait-policy.ts';

/** Where the runs of an app are kept that outlive the daemon. */
export interface JobKeeping {
  readonly ledger: WaitLedger;
  /** The home that the app works on. */
  readonly home: string;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

export interface DurableRunsOptions extends JobKeeping {
  /** The job's name, under which its runs are found again. */
  readonly name: string;
  readonly policy: WaitPolicy;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly life: Life;
}

/** A run that is still to be. */
export interface KeptRun {
  readonly item: string;
  /** When, on the wall. */
  readonly dueMs: number;
  readonly args: unknown;
}

/** The runs of a registered job that were submitted to outlive the daemon: each is written down until it has been. */
export class DurableRuns {
  readonly #options: DurableRunsOptions;
  readonly #group: WaitGroup;
  #made = 0;

  constructor(options: DurableRunsOptions) {
    this.#options = options;
    this.#group = { home: options.home, kind: 'job', name: options.name };
  }

  /** What an earlier life of the daemon has left to do, the earliest first. What may not be any more is told. */
  adopt(): readonly KeptRun[] {
    const { ledger, policy, clock } = this.#options;
    const kept: KeptRun[] = [];
    for (const [item, { status, about }] of ledger.adopt(this.#group)) {
      const run = readRun(item, about);
      if (run === undefined) {
        this.settle(item);
        continue;
      }
      const lateMs = clock.nowMs() - run.dueMs;
      const isInterrupted = status === 'claimed';
      if (isInterrupted) this.#tellInterrupted(run);
      else if (lateMs > policy.lateMs) this.#tellMissed(lateMs);
      if (isInterrupted ? policy.runsAgain : lateMs <= Math.max(0, policy.lateMs)) kept.push(run);
      else this.settle(item);
    }
    return kept.toSorted((one, other) => one.dueMs - other.dueMs);
  }

  /** @throws NotStorable where the arguments are no JSON, or too much of it. */
  keep(dueMs: number, args: unknown): string {
    const { ledger, clock } = this.#options;
    this.#made += 1;
    // In the order in which they were submitted, and of no earlier life of the daemon, whatever its clock showed.
    const item = `${digits(clock.nowMs(), 15)}-${digits(this.#made, 6)}-${randomUUID().slice(0, 8)}`;
    ledger.await(this.#id(item), aboutOf(dueMs, args));
    return item;
  }

  /** It is due at another time on the wall, which has been set. */
  move(item: string, dueMs: number): void {
    const { ledger } = this.#options;
    const run = readRun(item, ledger.get(this.#id(item))?.about ?? null);
    if (run !== undefined && run.dueMs !== dueMs) ledger.amend(this.#id(item), aboutOf(dueMs, run.args));
  }

  /** @returns whether it is still to be. */
  async claim(item: string): Promise<boolean> {
    return (await this.#options.ledger.claim(this.#id(item))) !== undefined;
  }

  /** It has been, or never will be. */
  settle(item: string): void {
    this.#options.ledger.settle(this.#id(item));
  }

  /** It is not wanted any more. One that has begun is left to its end; what ends with its app comes again with it. */
  callOff(item: string): void {
    const { ledger, life } = this.#options;
    if (!life.ended && ledger.get(this.#id(item))?.status === 'waiting') this.settle(item);
  }

  /** Resolves to whether all that was kept before can be read from the storage. */
  stored(): Promise<boolean> {
    return this.#options.ledger.flush();
  }

  #tellInterrupted({ dueMs }: KeptRun): void {
    const { logger, name, policy } = this.#options;
    const then = policy.runsAgain ? 'it runs again' : 'it is left at that';
    const dueAt = Temporal.Instant.fromEpochMilliseconds(dueMs).toString();
    logger.warn({ job: name, dueAt }, `A run of "${name}", for ${dueAt}, was cut short when the daemon ended: ${then}`);
  }

  #tellMissed(lateMs: number): void {
    const { logger, name } = this.#options;
    logger.info(
      { job: name },
      `A run of "${name}" was due ${formatDuration(lateMs)} ago, while the daemon was off: it is skipped`,
    );
  }

  #id(item: string): WaitId {
    return { ...this.#group, item };
  }
}

function digits(number: number, length: number): string {
  return String(Math.floor(number)).padStart(length, '0');
}

/** What is no JSON in it is refused where it is written. */
function aboutOf(dueMs: number, args: unknown): Json {
  return { dueMs, args: args as Json | undefined };
}

/** Whatever else stands there was written by a release that knew more. */
function readRun(item: string, about: Json): KeptRun | undefined {
  if (typeof about !== 'object' || about === null || !('dueMs' in about)) return undefined;
  const { dueMs, args } = about;
  return typeof dueMs === 'number' ? { item, dueMs, args } : undefined;
}
