import { compileCondition, describeCondition, mentions, available } from '../../bus/conditions.ts';
import { InvalidArgument } from '../../kernel/errors.ts';
import { currentTracker, type ReadNews, type ReadSource } from '../../kernel/tracked-reads.ts';
import type { Home } from '../home.ts';
import { SelectedEntities } from '../registries/selected-entities.ts';
import { STATE_FACET } from '../subscriptions/state-facet.ts';
import { describeMeant, isChoice, type Meant } from '../subscriptions/state-target.ts';
import { groupOf, membersOf, presentPattern } from './entity-group.ts';
import { type EntityState, lastChangedMs } from './entity-state.ts';
import { newsOf } from './state-reads.ts';
import type { StateTransition } from './state-mirror.ts';

/** How many of some entities there are, and how many of them satisfy a condition. */
export interface Census {
  /** Those that count. */
  readonly known: number;
  readonly holding: number;
  /** Whether any entity is meant at all, whether it counts or not. */
  readonly some: boolean;
}

/** Whether all that count satisfy the condition. Of nothing at all that cannot be said. */
export function isUnanimous({ known, holding }: Census): boolean {
  return known > 0 && holding === known;
}

/** What is asked of some entities, checked. */
interface Question {
  readonly meant: Meant;
  /** The same for the same question. */
  readonly key: string;
  readonly words: string;
  readonly holds: (state: EntityState) => boolean;
  /** It asks for `unavailable` or `unknown`, which are then states like any other. */
  readonly raw: boolean;
}

/**
 * Counts, for conditions that are asked again and again, which of some entities satisfy something. The count is kept
 * up with each change, so that asking costs the same for three entities as for three hundred.
 */
export class Aggregates {
  readonly #home: Home;
  readonly #questions = new Map<string, Question>();
  readonly #live = new Map<string, LiveCensus>();

  constructor(home: Home) {
    this.#home = home;
  }

  /**
   * Asks how many of some entities satisfy something. Where a condition is being asked, it is asked again once `answer`
   * would be another; unavailable entities count there as what they were last.
   *
   * @throws InvalidArgument where the entities or what is asked of them is not what it has to be.
   */
  ask<Answer>(method: string, target: unknown, condition: unknown, answer: (census: Census) => Answer): Answer {
    const question = this.#question(method, target, condition);
    const tracker = currentTracker();
    if (tracker === undefined) return answer(censusOf(this.#home, question, false));
    const { key } = question;
    const take = (): Census => this.#live.get(key)?.census ?? censusOf(this.#home, question, true);
    const census = take();
    const seen = answer(census);
    tracker.note({
      what: `${method} of ${question.words}`,
      present: () => answer(take()),
      source: this.#source(key, question),
      differs: () => answer(take()) !== seen || isUnknown(take()) !== isUnknown(census),
      since: () => this.#sinceMs(question, answer(take()) === true),
      dated: false,
    });
    if (isUnknown(census)) return tracker.suspend({ why: `none of ${describeMeant(question.meant)} has a value` });
    return seen;
  }

  #question(method: string, target: unknown, condition: unknown): Question {
    if (typeof condition === 'function') {
      throw new InvalidArgument(`states.${method} was given a function`, {
        hint: 'Give a state, a list of them or a condition such as above(20); or write states.all(…).some((state) => …).',
      });
    }
    const asked = describeCondition(condition);
    const key = `${JSON.stringify(target)} ${JSON.stringify(condition)} ${asked}`;
    let question = this.#questions.get(key);
    if (question === undefined) {
      const meant = groupOf(target, `states.${method}`);
      const words = `${describeMeant(meant)}: ${asked}`;
      const holds = compileCondition<EntityState>(condition, STATE_FACET, `the second argument of states.${method}`);
      const raw = [available, 'unavailable', 'unknown'].some((value) => mentions(condition, value));
      question = { meant, key, words, holds, raw };
      if (this.#questions.size >= QUESTIONS_KEPT) this.#questions.clear();
      this.#questions.set(key, question);
    }
    return question;
  }

  #source(key: string, question: Question): ReadSource {
    return {
      key: `${this.#home.home} census ${key}`,
      follow: (onNews) => {
        let live = this.#live.get(key);
        if (live === undefined) {
          live = new LiveCensus(this.#home, question);
          this.#live.set(key, live);
          live.start();
        }
        return live.follow(onNews, () => this.#live.delete(key));
      },
    };
  }

  /** A yes has been so since the first of those that hold it; anything else at the latest since the last change. */
  #sinceMs({ meant, holds, raw }: Question, isYes: boolean): number | undefined {
    let firstYesMs = Infinity;
    let lastMs = -Infinity;
    for (const entityId of membersOf(this.#home, meant)) {
      const state = presentOf(this.#home, entityId, raw, true);
      if (state === undefined) continue;
      lastMs = Math.max(lastMs, lastChangedMs(state));
      if (holds(state)) firstYesMs = Math.min(firstYesMs, lastChangedMs(state));
    }
    const homeMs = isYes && firstYesMs !== Infinity ? firstYesMs : lastMs;
    return Number.isFinite(homeMs) ? Math.floor(homeMs) - this.#home.connection.clockOffsetMs : undefined;
  }
}

/** A census that is kept up for as long as somebody follows it. */
class LiveCensus {
  readonly #home: Home;
  readonly #question: Question;
  /** Of each entity that has a value, whether it holds. */
  readonly #verdicts = new Map<string, boolean>();
  readonly #listeners = new Set<(news: ReadNews) => void>();
  #holding = 0;
  #members = 0;
  #stop: (() => void) | undefined;

  constructor(home: Home, question: Question) {
    this.#home = home;
    this.#question = question;
  }

  get census(): Census {
    return { known: this.#verdicts.size, holding: this.#holding, some: this.#members > 0 };
  }

  start(): void {
    const { meant } = this.#question;
    const receive = (transition: StateTransition): void => this.#receive(transition);
    if (isChoice(meant)) {
      const selected = new SelectedEntities({
        home: this.#home,
        choice: meant,
        priority: FIRST,
        receive,
        joined: (entityIds) => {
          for (const entityId of entityIds) this.#judge(entityId, 1);
          this.#tell();
          return true;
        },
        left: (entityIds) => {
          for (const entityId of entityIds) this.#forget(entityId);
          this.#tell();
        },
      });
      selected.start();
      for (const entityId of selected.members) this.#judge(entityId, 1);
      this.#stop = () => selected.stop();
      return;
    }
    this.#stop = this.#home.states.subscribe(presentPattern(this.#home.mirror, meant), receive, FIRST);
    for (const entityId of membersOf(this.#home, meant)) this.#judge(entityId, 1);
  }

  follow(onNews: (news: ReadNews) => void, onIdle: () => void): () => void {
    this.#listeners.add(onNews);
    return () => {
      if (!this.#listeners.delete(onNews) || this.#listeners.size > 0) return;
      this.#stop?.();
      onIdle();
    };
  }

  #receive({ entityId, kind, renamedFrom }: StateTransition): void {
    const { holding, known } = this.census;
    if (renamedFrom !== undefined && this.#verdicts.has(renamedFrom)) this.#forget(renamedFrom);
    if (kind === 'removed' && !isChoice(this.#question.meant)) this.#forget(entityId);
    else this.#judge(entityId, kind === 'added' && !isChoice(this.#question.meant) ? 1 : 0);
    if (holding !== this.#holding || known !== this.#verdicts.size) this.#tell();
  }

  #judge(entityId: string, joins: 0 | 1): void {
    const { holds, raw } = this.#question;
    this.#members += joins;
    const state = presentOf(this.#home, entityId, raw, true);
    if (this.#verdicts.get(entityId) === true) this.#holding -= 1;
    if (state === undefined) {
      this.#verdicts.delete(entityId);
      return;
    }
    const verdict = holds(state);
    this.#verdicts.set(entityId, verdict);
    if (verdict) this.#holding += 1;
  }

  #forget(entityId: string): void {
    this.#members -= 1;
    if (this.#verdicts.get(entityId) === true) this.#holding -= 1;
    this.#verdicts.delete(entityId);
  }

  #tell(): void {
    const news = newsOf(this.#home);
    for (const listener of [...this.#listeners]) listener(news);
  }
}

/** Most apps ask the same few again and again. */
const QUESTIONS_KEPT = 1000;
/** Counts are up to date before any condition is asked about them. */
const FIRST = Number.MAX_VALUE;

/** There are entities, and of none is it known what it is. */
function isUnknown({ known, some }: Census): boolean {
  return some && known === 0;
}

function censusOf(home: Home, { meant, holds, raw }: Question, lookThrough: boolean): Census {
  let known = 0;
  let holding = 0;
  let some = false;
  for (const entityId of membersOf(home, meant)) {
    some = true;
    const state = presentOf(home, entityId, raw, lookThrough);
    // Where nothing is known of it from before, it is no argument for or against; without a look back it is against.
    if (state !== undefined || !lookThrough) known += 1;
    if (state !== undefined && holds(state)) holding += 1;
  }
  return { known, holding, some };
}

/** A state as it counts: what is unavailable counts as what it was last, or not at all. */
function presentOf(home: Home, entityId: string, raw: boolean, lookThrough: boolean): EntityState | undefined {
  const state = home.mirror.get(entityId);
  if (raw || state?.available === true) return state;
  return lookThrough ? home.mirror.lastGood(entityId) : undefined;
}
