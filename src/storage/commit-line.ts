import type { Clock } from '../kernel/clock.ts';
import type { Commit, CommitOutcome } from './storage-link.ts';

/** A commit that was carried out or met with something else; or what was thrown in its place. */
export type CommitResult = CommitOutcome | { readonly kind: 'failed'; readonly error: unknown };

export interface CommitLineOptions {
  readonly clock: Clock;
  /** Carries them out one after the other. What it throws is the end of all of them. */
  readonly write: (commits: readonly Commit[]) => Promise<readonly CommitResult[]>;
  /** Of those that are written in one go, taken together, but for one that is longer by itself. @defaultValue no limit */
  readonly mostCharacters?: number | undefined;
}

interface WaitingCommit {
  readonly commit: Commit;
  resolve(outcome: CommitOutcome): void;
  reject(error: unknown): void;
}

/** So many commits are written in one go, lest they keep whoever reads waiting. */
const MOST_TOGETHER = 200;

/** Commits that are written in one go: those of one turn of the event loop, and what comes while others are written. */
export class CommitLine {
  readonly #options: CommitLineOptions;
  readonly #waiting: WaitingCommit[] = [];
  #writing: Promise<void> | undefined;

  constructor(options: CommitLineOptions) {
    this.#options = options;
  }

  add(commit: Commit): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject });
      if (this.#writing === undefined) this.#writing = this.#writeLater();
    });
  }

  /** Until nothing waits. */
  async empty(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #writeLater(): Promise<void> {
    await new Promise<void>((resolve) => this.#options.clock.defer(resolve));
    while (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0, this.#together()));
    this.#writing = undefined;
  }

  /** How many go together. */
  #together(): number {
    const { mostCharacters = Infinity } = this.#options;
    let characters = 0;
    let count = 0;
    for (const { commit } of this.#waiting) {
      if (mostCharacters !== Infinity) {
        for (const write of commit.writes) characters += write.kind === 'set' ? write.json.length : 0;
      }
      if (count > 0 && (count === MOST_TOGETHER || characters > mostCharacters)) break;
      count += 1;
    }
    return count;
  }

  async #write(together: readonly WaitingCommit[]): Promise<void> {
    let results: readonly CommitResult[];
    try {
      results = await this.#options.write(together.map(({ commit }) => commit));
    } catch (error) {
      for (const { reject } of together) reject(error);
      return;
    }
    for (const [index, { resolve, reject }] of together.entries()) {
      const result = results[index];
      if (result === undefined || result.kind === 'failed') reject(result?.error);
      else resolve(result);
    }
  }
}
