import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Logging } from '../../src/kernel/logging.ts';
import { Resource, type ResourceContext } from '../../src/kernel/resource.ts';
import { VirtualClock } from '../../src/kernel/virtual-clock.ts';

type Way = 'at once' | 'later' | 'throws' | 'rejects later' | 'never';

interface Plan {
  readonly start: Way;
  readonly stop: Way;
  /** Whether its start ends when it is called off. */
  readonly listens: boolean;
  /** Of which of those before it, counted from the root, it is a child. */
  readonly owner: number;
  /** Which of its elder siblings it depends on. */
  readonly needs: readonly number[];
}

const WAYS: readonly Way[] = ['at once', 'later', 'throws', 'rejects later', 'never'];
const wayOf = (weightOfFine: number) =>
  fc.oneof(
    { weight: weightOfFine, arbitrary: fc.constantFrom<Way>('at once', 'later') },
    { weight: 1, arbitrary: fc.constantFrom(...WAYS) },
  );
const plans: fc.Arbitrary<readonly Plan[]> = fc.array(
  fc.record({
    start: wayOf(8),
    stop: wayOf(3),
    listens: fc.boolean(),
    owner: fc.nat({ max: 20 }),
    needs: fc.array(fc.nat({ max: 20 }), { maxLength: 2 }),
  }),
  { maxLength: 12 },
);

class Part extends Resource {
  readonly #plan: Plan;
  readonly #steps: string[];

  constructor(name: string, owner: Resource | ResourceContext, plan: Plan, steps: string[]) {
    super(name, owner);
    this.#plan = plan;
    this.#steps = steps;
  }

  protected override onStart(signal: AbortSignal): Promise<void> | void {
    this.#steps.push(`+${this.name}`);
    return this.#go(this.#plan.start, this.#plan.listens ? signal : undefined);
  }

  protected override onStop(): Promise<void> | void {
    this.#steps.push(`-${this.name}`);
    return this.#go(this.#plan.stop);
  }

  #go(way: Way, signal?: AbortSignal): Promise<void> | void {
    if (way === 'at once') return;
    if (way === 'throws') throw new Error(`${this.name} throws`);
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      if (way === 'never') return;
      this.clock.after(100, 'work', () => (way === 'later' ? resolve() : reject(new Error(`${this.name} rejects`))));
    });
  }
}

describe('any tree of resources', () => {
  it('can be stopped at any moment, wholly and in order', async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.nat({ max: 1500 }), async (tree, stopAtMs) => {
        const clock = new VirtualClock({ now: Temporal.Instant.from('2026-03-29T00:00:00Z') });
        const logging = new Logging({ clock, format: 'silent' });
        const steps: string[] = [];
        const fine: Plan = { start: 'at once', stop: 'at once', listens: true, owner: 0, needs: [] };
        const parts: Part[] = [new Part('root', { clock, logging }, fine, steps)];
        const [root] = parts;
        if (root === undefined) return;
        const before = new Map<string, Set<string>>([['root', new Set()]]);
        for (const [index, plan] of tree.entries()) {
          const owner = parts[plan.owner % parts.length] ?? root;
          const elders = [...owner.children];
          const part = new Part(`p${index}`, owner, plan, steps);
          parts.push(part);
          const needed = plan.needs.flatMap((need) => elders[need % elders.length] ?? []);
          part.dependsOn(...needed);
          before.set(part.name, new Set(needed.map(({ name }) => name)));
          before.get(owner.name)?.add(part.name);
        }

        const started = root.start().then(
          () => 'started',
          () => 'refused',
        );
        await clock.advanceBy(stopAtMs);
        await clock.pump(root.stop());
        await started;

        // All have ended, whatever they did, and nobody who owns them is left with any.
        expect(parts.map(({ status }) => status)).toEqual(parts.map(() => 'stopped'));
        expect(parts.every(({ children }) => children.size === 0)).toBe(true);
        expect(clock.timers().filter(({ label }) => label !== 'work')).toEqual([]);

        // Who has begun ends once, and nobody else; in order both ways.
        const begun = steps.filter((step) => step.startsWith('+')).map((step) => step.slice(1));
        const ended = steps.filter((step) => step.startsWith('-')).map((step) => step.slice(1));
        expect(new Set(begun).size).toBe(begun.length);
        expect(ended.toSorted((one, other) => one.localeCompare(other))).toEqual(
          begun.toSorted((one, other) => one.localeCompare(other)),
        );
        for (const [name, others] of before) {
          if (!begun.includes(name)) continue;
          for (const other of others) {
            expect(begun.indexOf(other)).toBeLessThan(begun.indexOf(name));
            expect(ended.indexOf(other)).toBeGreaterThan(ended.indexOf(name));
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
