import type { WireContext } from '../home-assistant/protocol/wire.ts';
import type { Timer } from '../kernel/clock.ts';
import type { HomeCore } from './home-core.ts';
import { isObject, type JsonObject } from './json.ts';
import { misfit } from './schema.ts';
import type { User } from './users.ts';

/**
 * A step of a script, spelled as Home Assistant spells it. There are no templates: where a value depends on the
 * variables, the home's own scripts may give a function.
 */
export type ScriptStep =
  | { readonly event: string; readonly event_data?: JsonObject }
  | { readonly action: string; readonly data?: JsonObject; readonly target?: JsonObject }
  | { readonly delay: { readonly seconds: number } }
  | { readonly variables: JsonObject | ((given: JsonObject) => JsonObject) }
  | { readonly stop: string; readonly error?: boolean; readonly response_variable?: string };

export interface ScriptRunOptions {
  readonly home: HomeCore;
  readonly context: WireContext;
  readonly user: User | undefined;
  readonly variables: JsonObject;
  /** Told when a delay begins. */
  readonly onDelay?: (seconds: number) => void;
}

/** One run through a list of steps. */
export class ScriptRun {
  readonly #options: ScriptRunOptions;
  #delay: { readonly timer: Timer; readonly wake: () => void } | undefined;
  #stopped = false;

  constructor(options: ScriptRunOptions) {
    this.#options = options;
  }

  /**
   * @returns the response, where the script gives one.
   * @throws Refusal - what an action was refused with.
   */
  async run(steps: readonly ScriptStep[]): Promise<unknown> {
    const { home, context, user, onDelay } = this.#options;
    let variables = this.#options.variables;
    for (const step of steps) {
      if (this.#stopped) return undefined;
      if ('event' in step) home.fire(step.event, step.event_data ?? {}, { context });
      else if ('variables' in step)
        variables = {
          ...variables,
          ...(typeof step.variables === 'function' ? step.variables(variables) : step.variables),
        };
      else if ('delay' in step) {
        onDelay?.(step.delay.seconds);
        await this.#sleep(step.delay.seconds * 1000);
      } else if ('action' in step) {
        const [domain = '', service = ''] = step.action.split('.');
        const data = step.data ?? {};
        const target = Object.fromEntries(
          Object.entries(step.target ?? {}).map(([key, ids]) => [key, Array.isArray(ids) ? ids : [ids]]),
        );
        await home.services.call({ domain, service, data, target, context, user });
      } else return step.response_variable === undefined ? undefined : variables[step.response_variable];
    }
    return undefined;
  }

  stop(): void {
    this.#stopped = true;
    this.#delay?.timer.cancel();
    this.#delay?.wake();
  }

  #sleep(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#delay = {
      timer: this.#options.home.clock.after(delayMs, 'a delay in a script of the simulated home', resolve),
      wake: resolve,
    };
    return promise;
  }
}

/** Holds steps from the wire against what can be run. */
export function scriptSteps(value: unknown): readonly ScriptStep[] {
  const steps: readonly unknown[] = Array.isArray(value) ? value : [value];
  return steps.map((step, index) => {
    const read = isObject(step) ? stepOf(step) : undefined;
    if (read === undefined) throw misfit('Unable to determine action', `[${index}]`);
    return read;
  });
}

function stepOf(step: JsonObject): ScriptStep | undefined {
  const { event, event_data: eventData, variables, stop, delay } = step;
  const action = step.action ?? step.service;
  if (typeof event === 'string') return { event, ...(isObject(eventData) ? { event_data: eventData } : {}) };
  if (typeof action === 'string') {
    return {
      action,
      ...(isObject(step.data) ? { data: step.data } : {}),
      ...(isObject(step.target) ? { target: step.target } : {}),
    };
  }
  if (isObject(variables)) return { variables };
  if (isObject(delay) && typeof delay.seconds === 'number') return { delay: { seconds: delay.seconds } };
  if (typeof stop !== 'string') return undefined;
  const response = step.response_variable;
  return { stop, error: step.error === true, ...(typeof response === 'string' ? { response_variable: response } : {}) };
}
