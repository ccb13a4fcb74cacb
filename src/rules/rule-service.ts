import type { Home } from '../home-assistant/home.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Executor } from '../kernel/executor.ts';
import { Resource } from '../kernel/resource.ts';
import type { Storage } from '../storage/storage.ts';
import type { WriteBehind } from '../storage/write-behind.ts';
import { DueTimes } from './due-times.ts';
import type { KeptRule, RuleDescription } from './kept-rule.ts';
import type { RuleMemory } from './rule-memory.ts';
import { RuleRecords } from './rule-records.ts';

export interface RuleServiceOptions {
  readonly executor: Executor;
  readonly homes: Iterable<Home>;
  /** Where it is remembered how the rules stand. */
  readonly storage: Storage;
  /** What writes that down. */
  readonly behind: WriteBehind;
}

/** All rules of an app host: what is due, and what is remembered of them. */
export class RuleService extends Resource {
  readonly executor: Executor;
  readonly dues: DueTimes;
  readonly #homes: Iterable<Home>;
  readonly #rules = new Set<KeptRule>();
  readonly #records: RuleRecords;

  /** In whose time rules are. */
  get time(): Pick<Clock, 'nowMs'> {
    return this.dues;
  }

  constructor(owner: Resource, options: RuleServiceOptions) {
    super('rules', owner);
    this.executor = options.executor;
    this.#homes = options.homes;
    const { storage, behind } = options;
    this.#records = new RuleRecords({ storage, behind, logger: this.logger });
    this.dues = new DueTimes(this.clock, 'what is next for the rules', (byMs) => this.#shift(byMs));
  }

  add(rule: KeptRule): void {
    this.#rules.add(rule);
  }

  forget(rule: KeptRule): void {
    this.#rules.delete(rule);
  }

  /** All rules as data, in the order in which they were made. */
  list(): readonly RuleDescription[] {
    return Array.from(this.#rules, (rule) => rule.describe());
  }

  /** Reads what is remembered of the rules of an app, before it makes any. */
  async prepare(home: string, app: string): Promise<void> {
    await this.#records.load(home, app);
  }

  /** What is remembered of the rules of an app. */
  memoryOf(home: string, app: string): RuleMemory {
    return this.#records.of(home, app);
  }

  /** An app has stopped: what is remembered of its rules is written down. */
  async release(home: string, app: string): Promise<void> {
    await this.#records.release(home, app);
  }

  protected override onStart(): void {
    for (const home of this.#homes) {
      this.own(home.lifecycle.subscribe('connected', () => this.#refresh()));
    }
  }

  protected override onStop(): void {
    for (const rule of [...this.#rules]) rule.cancel();
    this.dues.stop();
  }

  protected override details(): Readonly<Record<string, unknown>> {
    return { rules: this.#rules.size, waiting: this.dues.size };
  }

  /** What is to last goes on through a clock that was set. */
  #shift(byMs: number): void {
    for (const rule of this.#rules) rule.shift(byMs);
  }

  /** After a gap clocks may stand otherwise, and so may what nobody has told of. */
  #refresh(): void {
    for (const rule of [...this.#rules]) rule.refresh();
  }
}
