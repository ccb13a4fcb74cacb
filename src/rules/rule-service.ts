import type { Home } from '../home-assistant/home.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Executor } from '../kernel/executor.ts';
import { Resource } from '../kernel/resource.ts';
import { DueTimes } from './due-times.ts';
import type { KeptRule, RuleDescription } from './kept-rule.ts';
import type { RuleMemory, RuleMemoryRecord } from './rule-memory.ts';

/** All rules of an app host: what is due, and what is remembered of them. */
export class RuleService extends Resource {
  readonly executor: Executor;
  readonly dues: DueTimes;
  readonly #homes: Iterable<Home>;
  readonly #rules = new Set<KeptRule>();
  readonly #memories = new Map<string, Map<string, RuleMemoryRecord>>();

  /** In whose time rules are. */
  get time(): Clock {
    return this.clock;
  }

  constructor(owner: Resource, options: { readonly executor: Executor; readonly homes: Iterable<Home> }) {
    super('rules', owner);
    this.executor = options.executor;
    this.#homes = options.homes;
    this.dues = new DueTimes(this.clock, 'what is next for the rules');
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

  /** What is remembered of the rules of an app. */
  memoryOf(app: string): RuleMemory {
    const records = this.#memories.get(app) ?? new Map<string, RuleMemoryRecord>();
    this.#memories.set(app, records);
    return {
      recall: (name) => records.get(name),
      keep: (name, record) => void records.set(name, record),
    };
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

  /** After a gap clocks may stand otherwise, and so may what nobody has told of. */
  #refresh(): void {
    for (const rule of [...this.#rules]) rule.refresh();
  }
}
