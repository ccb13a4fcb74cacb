import type { WireContext } from '../home-assistant/protocol/wire.ts';
import type { Timer } from '../kernel/clock.ts';
import { deviceActionAsService } from './device-offers.ts';
import { Refusal } from './failures.ts';
import { listOf, readCondition } from './home-conditions.ts';
import type { HomeCore } from './home-core.ts';
import { isObject, type JsonObject } from './json.ts';
import { misfit } from './schema.ts';
import { secondsOfSpan } from './services/timer.ts';
import { HomeTemplate, nativeOf } from './template/home-template.ts';
import type { User } from './users.ts';

/**
 * A step of a script, spelled as Home Assistant spells it. Templates in what an action or an event is given are rendered
 * with the variables; the home's own scripts may give a function for their variables as well.
 */
export type ScriptStep =
  | { readonly event: string; readonly event_data?: JsonObject }
  | { readonly action: string; readonly data?: JsonObject; readonly target?: JsonObject }
  | { readonly delay: { readonly seconds: number } }
  | { readonly variables: JsonObject | ((given: JsonObject) => JsonObject) }
  | { readonly condition: unknown }
  | { readonly if: readonly unknown[]; readonly yes: readonly ScriptStep[]; readonly no: readonly ScriptStep[] }
  | { readonly choose: readonly Choice[]; readonly default: readonly ScriptStep[] }
  | { readonly device: JsonObject }
  | { readonly stop: string; readonly error?: boolean; readonly response_variable?: string };

/** One of several ways on, taken where all its conditions hold. */
export interface Choice {
  readonly conditions: readonly unknown[];
  readonly sequence: readonly ScriptStep[];
}

export interface ScriptRunOptions {
  readonly home: HomeCore;
  readonly context: WireContext;
  readonly user: User | undefined;
  readonly variables: JsonObject;
  /** Told when a delay begins. */
  readonly onDelay?: (seconds: number) => void;
}

/** How far a run has come. */
interface Way {
  variables: JsonObject;
  ended: boolean;
  response: unknown;
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
    const { variables } = this.#options;
    const way: Way = { variables, ended: false, response: undefined };
    await this.#go(steps, way);
    return way.response;
  }

  async #go(steps: readonly ScriptStep[], way: Way): Promise<void> {
    const { home, context, onDelay } = this.#options;
    for (const step of steps) {
      if (this.#stopped || way.ended) return;
      if ('event' in step) home.fire(step.event, this.#filled(step.event_data ?? {}, way), { context });
      else if ('variables' in step) {
        const more = typeof step.variables === 'function' ? step.variables(way.variables) : step.variables;
        way.variables = { ...way.variables, ...more };
      } else if ('delay' in step) {
        onDelay?.(step.delay.seconds);
        await this.#sleep(step.delay.seconds * 1000);
      } else if ('action' in step) await this.#call(step.action, step.data ?? {}, step.target ?? {}, way);
      else if ('device' in step) {
        const { action, target } = deviceActionAsService(home, step.device);
        await this.#call(action, {}, target, way);
      } else if ('condition' in step) way.ended = !this.#hold([step.condition]);
      else if ('if' in step) await this.#go(this.#hold(step.if) ? step.yes : step.no, way);
      else if ('choose' in step) {
        const chosen = step.choose.find(({ conditions }) => this.#hold(conditions));
        await this.#go(chosen?.sequence ?? step.default, way);
      } else {
        way.ended = true;
        way.response = step.response_variable === undefined ? undefined : way.variables[step.response_variable];
      }
    }
  }

  async #call(action: string, data: JsonObject, target: JsonObject, way: Way): Promise<void> {
    const { home, context, user } = this.#options;
    const [domain = '', service = ''] = action.split('.');
    const filled = Object.fromEntries(
      Object.entries(this.#filled(target, way)).map(([key, ids]) => [key, Array.isArray(ids) ? ids : [ids]]),
    );
    await home.services.call({ domain, service, data: this.#filled(data, way), target: filled, context, user });
  }

  #hold(conditions: readonly unknown[]): boolean {
    return conditions.every((condition) => readCondition(this.#options.home, condition).holds());
  }

  /** With its templates rendered. @throws Refusal where one cannot be. */
  #filled(value: JsonObject, way: Way): JsonObject {
    const fill = (part: unknown): unknown => {
      if (Array.isArray(part)) return part.map(fill);
      if (isObject(part)) return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, fill(item)]));
      if (typeof part !== 'string' || !/\{[{%]/.test(part)) return part;
      const rendered = new HomeTemplate(this.#options.home, part, way.variables).render();
      if (rendered.kind === 'text') return nativeOf(rendered.text);
      throw new Refusal('home_assistant_error', `Error rendering data template: ${rendered.error}`);
    };
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
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
  if (delay !== undefined) return { delay: { seconds: secondsOfSpan(delay) } };
  if (step.device_id !== undefined) return { device: step };
  if (step.condition !== undefined) return { condition: step };
  if (step.if !== undefined) {
    return { if: listOf(step.if), yes: scriptSteps(step.then ?? []), no: scriptSteps(step.else ?? []) };
  }
  if (step.choose !== undefined) {
    const choices = listOf(step.choose).filter(isObject);
    return {
      choose: choices.map((choice) => ({
        conditions: listOf(choice.conditions),
        sequence: scriptSteps(choice.sequence ?? []),
      })),
      default: scriptSteps(step.default ?? []),
    };
  }
  if (typeof stop !== 'string') return undefined;
  const response = step.response_variable;
  return { stop, error: step.error === true, ...(typeof response === 'string' ? { response_variable: response } : {}) };
}
