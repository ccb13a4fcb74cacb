import { formatDuration } from '../kernel/duration.ts';
import { HassetteError } from '../kernel/errors.ts';
import { type Failure, messageOf } from '../kernel/failure.ts';
import type { Lane } from '../kernel/lane.ts';
import type { RuleOwner } from './kept-rule.ts';

/** A rule or a machine has changed so often that it must be its own doing. */
export class RuleLoops extends HassetteError {
  readonly code = 'RULE_LOOPS';
  readonly audience = 'author';
}

/** So many changes within a second are no house's doing. */
const MOST_CHANGES = 100;
const LOOP_MS = 1000;
export const REST_MS = 60_000;

/** What goes wrong with the conditions of a rule or a machine, told as failures of it. */
export class RuleFailures {
  readonly #owner: RuleOwner;
  readonly #name: string;
  readonly #onError: ((failure: Failure) => unknown) | undefined;
  #lane: Lane<unknown> | undefined;
  #told: string | undefined;
  #changes = { sinceMs: 0, count: 0 };

  constructor(owner: RuleOwner, name: string, onError: ((failure: Failure) => unknown) | undefined) {
    this.#owner = owner;
    this.#name = name;
    this.#onError = onError ?? owner.onError;
  }

  /** How many there were. */
  get count(): number {
    return this.#lane?.counters.failed ?? 0;
  }

  /** Tells of a condition that failed. The same failure, again and again, is told once. */
  tellOnce(error: unknown): void {
    const told = messageOf(error);
    if (this.#told === told) return;
    this.#told = told;
    this.#tell(error);
  }

  /** A condition has not failed: what it fails with next is told. */
  forget(): void {
    this.#told = undefined;
  }

  /** Counts a change. Where there are too many of them it tells so; whoever it is has to rest then. */
  isLooping(what: string, hint: string): boolean {
    const nowMs = this.#owner.clock.nowMs();
    if (nowMs - this.#changes.sinceMs >= LOOP_MS) this.#changes = { sinceMs: nowMs, count: 0 };
    this.#changes.count += 1;
    if (this.#changes.count <= MOST_CHANGES) return false;
    this.#changes = { sinceMs: 0, count: 0 };
    const rests = `It rests for ${formatDuration(REST_MS)}.`;
    this.#tell(
      new RuleLoops(`${what} has changed ${MOST_CHANGES} times within a second`, { hint: `${hint} ${rests}` }),
    );
    return true;
  }

  close(): void {
    this.#lane?.close();
  }

  #tell(error: unknown): void {
    const { executor, life } = this.#owner;
    this.#lane ??= executor.lane<unknown>({
      life,
      kind: 'handler',
      name: this.#name,
      mode: 'parallel',
      onError: this.#onError,
      describe: (failed) => (failed instanceof RuleLoops ? 'it has changed' : 'its condition was asked'),
      run: (failed) => {
        throw failed;
      },
    });
    this.#lane.submit(error);
  }
}
