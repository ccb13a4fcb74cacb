import { takeLevel, takeTime, type PhaseHolds, type PhaseState, countAnew } from '../../src/rules/phase.ts';
import type { App } from 'hassette';

/** What a condition may be made of, as data, so that an app and a model can ask the same. */
export type Tree =
  | { readonly kind: 'is'; readonly id: string }
  | { readonly kind: 'below' | 'above'; readonly limit: number; readonly hysteresis: number }
  | { readonly kind: 'between'; readonly from: string; readonly to: string }
  | { readonly kind: 'any' | 'all'; readonly ids: readonly string[] }
  | { readonly kind: 'and' | 'or'; readonly left: Tree; readonly right: Tree }
  | { readonly kind: 'not'; readonly inner: Tree };

export const NUMBER = 'sensor.number';

/** Asks a tree as a person's condition would. */
export function askTree(app: App, tree: Tree): boolean {
  switch (tree.kind) {
    case 'is':
      return app.states.is(tree.id, 'on');
    case 'below':
      return app.states.below(NUMBER, tree.limit, { hysteresis: tree.hysteresis });
    case 'above':
      return app.states.above(NUMBER, tree.limit, { hysteresis: tree.hysteresis });
    case 'between':
      return app.clock.isBetween(tree.from, tree.to);
    case 'any':
      return app.states.any(tree.ids, 'on');
    case 'all':
      return app.states.all(tree.ids, 'on');
    case 'and':
      return askTree(app, tree.left) && askTree(app, tree.right);
    case 'or':
      return askTree(app, tree.left) || askTree(app, tree.right);
    case 'not':
      return !askTree(app, tree.inner);
  }
}

interface Known {
  readonly state: string;
  readonly sinceMs: number;
}

interface Seen {
  readonly verdict: boolean | undefined;
  readonly again: () => { readonly verdict: boolean | undefined; readonly sinceMs: number | undefined };
  readonly dated: string | undefined;
}

class Unknown extends Error {}

/**
 * A rule as simple as can be: it asks its whole condition at every step, whether anything has changed or not. What it
 * takes from the real one is the arithmetic of holds, which has tables of its own.
 */
export class NaiveRule {
  readonly edges: string[] = [];
  readonly #tree: Tree;
  readonly #holds: PhaseHolds;
  readonly #states = new Map<string, Known>();
  readonly #good = new Map<string, Known>();
  readonly #held = new Set<string>();
  #seen: Seen[] = [];
  #state: PhaseState = { phase: undefined };
  #nowMs: number;
  #stoppedMs: number | undefined;

  constructor(tree: Tree, holds: PhaseHolds, states: Readonly<Record<string, string>>, nowMs: number) {
    this.#tree = tree;
    this.#holds = holds;
    this.#nowMs = nowMs;
    for (const [id, state] of Object.entries(states)) this.#write(id, state);
  }

  get phase(): string | undefined {
    return this.#state.phase;
  }

  /** The daemon is there, and sees all that has changed at once. */
  see(changes: readonly (readonly [string, string])[]): void {
    const before = new Map(this.#states);
    for (const [id, state] of changes) this.#write(id, state);
    this.#noteReturns(before);
    this.#ask();
  }

  /** The daemon is not there. */
  miss(changes: readonly (readonly [string, string])[]): void {
    for (const [id, state] of changes) this.#write(id, state);
  }

  pass(ms: number, isThere: boolean): void {
    const endMs = this.#nowMs + ms;
    while (this.#nowMs < endMs) {
      this.#nowMs += 30_000;
      if (!isThere) continue;
      this.#become(takeTime(this.#state, this.#holds, this.#nowMs));
      this.#ask();
    }
  }

  stop(): void {
    this.#stoppedMs = this.#nowMs;
    // What was good before a loss of the daemon is not known to the next one.
    this.#good.clear();
  }

  start(): void {
    for (const [id, known] of this.#states) if (isGood(known.state)) this.#good.set(id, known);
    this.#seen = [];
    this.#ask();
    this.#stoppedMs = undefined;
    this.#become(takeTime(this.#state, this.#holds, this.#nowMs));
  }

  #write(id: string, state: string): void {
    if (this.#states.get(id)?.state === state) return;
    const known = { state, sinceMs: this.#nowMs };
    this.#states.set(id, known);
    if (isGood(state) && this.#stoppedMs === undefined) this.#good.set(id, known);
  }

  /** What is as it was but has been something else, unseen. */
  #noteReturns(before: ReadonlyMap<string, Known>): void {
    for (const { dated, again, verdict } of this.#seen) {
      const was = dated === undefined ? undefined : before.get(dated);
      const is = dated === undefined ? undefined : this.#states.get(dated);
      if (was === undefined || is === undefined || was.state !== is.state || !isGood(is.state)) continue;
      if (is.sinceMs > was.sinceMs && again().verdict === verdict) this.#become(countAnew(this.#state, is.sinceMs));
    }
  }

  #ask(): void {
    const changed = this.#seen.filter((seen) => seen.again().verdict !== seen.verdict);
    this.#seen = [];
    let level: boolean | undefined;
    try {
      level = this.#eval(this.#tree);
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
    }
    if (level === undefined) return;
    const times = (changed.length > 0 ? changed : this.#seen).map((seen) => seen.again().sinceMs);
    const known = times.filter((ms) => ms !== undefined);
    const sinceMs = known.length === 0 ? undefined : Math.max(...known);
    if (
      this.#stoppedMs !== undefined &&
      this.#state.pending !== undefined &&
      (this.#state.pending.to === 'on') === level
    ) {
      for (const { dated } of this.#seen) {
        const ms = dated === undefined ? undefined : this.#states.get(dated)?.sinceMs;
        // Nothing is older than the stop: to whoever looks it is as if Home Assistant had been restarted.
        const allNewer = [...this.#states.values()].every((state) => state.sinceMs > (this.#stoppedMs ?? 0));
        if (ms !== undefined && ms > this.#stoppedMs && !allNewer) this.#state = countAnew(this.#state, ms);
      }
    }
    this.#become(takeLevel(this.#state, { level, sinceMs }, this.#holds, this.#nowMs));
  }

  #become(state: PhaseState): void {
    const before = this.#state;
    this.#state = state;
    if (state.phase === before.phase || state.phase === undefined) return;
    if (before.phase === undefined && state.phase === 'off') return;
    this.edges.push(`${state.phase} since ${state.sinceMs ?? 0}`);
  }

  #eval(tree: Tree): boolean {
    switch (tree.kind) {
      case 'and':
        return this.#eval(tree.left) && this.#eval(tree.right);
      case 'or':
        return this.#eval(tree.left) || this.#eval(tree.right);
      case 'not':
        return !this.#eval(tree.inner);
      case 'is':
      case 'below':
      case 'above':
      case 'between':
      case 'any':
      case 'all':
        return this.#leaf(tree);
    }
  }

  #leaf(tree: Exclude<Tree, { kind: 'and' | 'or' | 'not' }>): boolean {
    const again = (): { verdict: boolean | undefined; sinceMs: number | undefined } => this.#look(tree);
    const { verdict } = again();
    if (tree.kind === 'below' || tree.kind === 'above') {
      const key = JSON.stringify(tree);
      if (verdict === true) this.#held.add(key);
      if (verdict === false) this.#held.delete(key);
    }
    this.#seen.push({ verdict, again, dated: tree.kind === 'is' ? tree.id : undefined });
    if (verdict === undefined) throw new Unknown();
    return verdict;
  }

  #look(tree: Exclude<Tree, { kind: 'and' | 'or' | 'not' }>): {
    verdict: boolean | undefined;
    sinceMs: number | undefined;
  } {
    switch (tree.kind) {
      case 'is': {
        const known = this.#states.get(tree.id);
        const verdict = known === undefined || !isGood(known.state) ? undefined : known.state === 'on';
        return { verdict, sinceMs: known?.sinceMs };
      }
      case 'below':
      case 'above': {
        const known = this.#states.get(NUMBER);
        if (known === undefined || !isGood(known.state)) return { verdict: undefined, sinceMs: known?.sinceMs };
        const beyond = (tree.kind === 'above' ? 1 : -1) * (Number(known.state) - tree.limit);
        const held = this.#held.has(JSON.stringify(tree)) && tree.hysteresis > 0;
        return { verdict: held ? beyond > -tree.hysteresis : beyond > 0, sinceMs: known.sinceMs };
      }
      case 'between': {
        const time = new Date(this.#nowMs).toISOString().slice(11, 16);
        const verdict = time >= tree.from && time < tree.to;
        const [hour, minute] = (verdict || time < tree.from ? tree.from : tree.to).split(':').map(Number);
        const startMs = new Date(this.#nowMs).setUTCHours(hour ?? 0, minute ?? 0, 0, 0);
        // Before its first end of today it is as it is since yesterday's second one.
        const yesterdayMs = startMs - 86_400_000 + minutesBetween(tree.from, tree.to) * 60_000;
        return { verdict, sinceMs: startMs <= this.#nowMs ? startMs : yesterdayMs };
      }
      case 'any':
      case 'all': {
        const good = tree.ids.flatMap((id) => this.#good.get(id) ?? []);
        if (good.length === 0) return { verdict: undefined, sinceMs: undefined };
        const on = good.filter(({ state }) => state === 'on');
        const verdict = tree.kind === 'any' ? on.length > 0 : on.length === good.length;
        const times = (verdict ? on : good).map(({ sinceMs }) => sinceMs);
        return { verdict, sinceMs: verdict ? Math.min(...times) : Math.max(...times) };
      }
    }
  }
}

function isGood(state: string): boolean {
  return state !== 'unavailable';
}

function minutesBetween(from: string, to: string): number {
  const [a = 0, b = 0] = [from, to].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  return b - a;
}
