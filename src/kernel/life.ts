import { Cancelled } from './errors.ts';
import { currentExecution } from './execution.ts';
import { refuseInCondition } from './tracked-reads.ts';

/**
 * The life of an app or a service as those see it who act in its name: it begins with the object, ends once, and
 * whatever would still act afterwards is refused.
 */
export class Life {
  readonly name: string;
  readonly #controller = new AbortController();
  #reason: Cancelled | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Aborted, with the reason, when the life ends. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get ended(): boolean {
    return this.#reason !== undefined;
  }

  /** Ends the life. The first reason stays. */
  stop(reason: Cancelled): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller.abort(reason);
  }

  /** @throws Cancelled if the life has ended; `what` says what was refused, as in `api.call('light.turn_on')`. */
  assertLive(what: string): void {
    if (this.#reason === undefined) return;
    throw new Cancelled(`${what} was refused: "${this.name}" has stopped`, { cause: this.#reason });
  }
}

/**
 * Refuses what a cancelled execution or an ended life still tries to do.
 *
 * Within an execution of that life only the execution is asked: the hooks of an app that shuts down may still act,
 * though its life has ended. What an execution does in the name of another life needs both alive.
 *
 * @throws Cancelled if it may not; NotInCondition where the condition of a rule does.
 */
export function assertMayAct(life: Life, what: string): void {
  refuseInCondition(what, ACTS_ELSEWHERE);
  const execution = currentExecution();
  execution?.assertLive(what);
  if (execution?.owner !== life.name) life.assertLive(what);
}

const ACTS_ELSEWHERE =
  'A condition only looks: it is asked again whenever what it looked at has changed. Act in `enter` or `exit`.';
