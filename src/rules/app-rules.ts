import { InvalidArgument } from '../kernel/errors.ts';
import type { Failure } from '../kernel/failure.ts';
import { assertMayAct, type Life } from '../kernel/life.ts';
import type { Logger } from '../kernel/logging.ts';
import { type Machine, StateMachine } from './machine.ts';
import { type MachineDefinition, readMachine } from './machine-definition.ts';
import type { KeptRule, RuleOwner } from './kept-rule.ts';
import { type Rule, WatchedRule } from './rule.ts';
import { readRuleOptions, type RuleOptions } from './rule-options.ts';
import type { RuleService } from './rule-service.ts';

/** In whose name rules are made. */
export interface AppRulesOptions {
  readonly service: RuleService;
  readonly life: Life;
  /** The name of the app's home. */
  readonly home: string;
  readonly logger: Pick<Logger, 'warn'>;
  /** What `this` is in conditions and handlers. */
  readonly self: () => unknown;
  readonly timeZone: () => string;
  readonly onError?: ((failure: Failure) => unknown) | undefined;
}

/** What the only rule of an app is called that was given no name. */
const ONLY_RULE = 'rule';

/** The rules of one app. They end with it. */
export class AppRules {
  readonly #service: RuleService;
  readonly #life: Life;
  readonly #owner: RuleOwner;
  readonly #rules = new Map<string, KeptRule>();
  #nameless = false;

  constructor({ service, life, home, logger, self, timeZone, onError }: AppRulesOptions) {
    this.#service = service;
    this.#life = life;
    this.#owner = {
      ...{ life, logger, self, timeZone, onError },
      executor: service.executor,
      clock: service.time,
      dues: service.dues,
      memory: service.memoryOf(home, life.name),
      leave: (rule) => this.#forget(rule),
    };
    life.signal.addEventListener('abort', () => this.#end(), { once: true });
  }

  whenever(condition: () => boolean, options: RuleOptions): Rule {
    assertMayAct(this.#life, 'whenever');
    if (typeof condition !== 'function') {
      throw new InvalidArgument('whenever was given no condition', {
        hint: "It comes first: whenever(() => this.states.is('binary_sensor.hallway', 'on'), { enter: … }).",
      });
    }
    const settings = readRuleOptions(options, `whenever(${this.#shown(options)})`);
    const name = this.#nameFor(settings.name);
    return this.#begin(new WatchedRule(this.#owner, name, condition, settings));
  }

  machine<State extends string, Event extends string>(
    definition: MachineDefinition<State, Event>,
  ): Machine<State, Event> {
    assertMayAct(this.#life, 'machine');
    // The names of its states and events are those of the definition, which types alone know.
    const settings = readMachine(definition as unknown as MachineDefinition<string, string>);
    this.#assertFree(settings.name);
    return this.#begin(new StateMachine(this.#owner, settings)) as unknown as Machine<State, Event>;
  }

  #begin<R extends KeptRule>(rule: R): R {
    this.#rules.set(rule.name, rule);
    this.#service.add(rule);
    // Not before the caller has the handle and its own setup is done, and yet before anything else can happen.
    queueMicrotask(() => rule.start());
    return rule;
  }

  #nameFor(given: string | undefined): string {
    if (this.#rules.size > 0 && (given === undefined || this.#nameless)) {
      throw new InvalidArgument(
        given === undefined
          ? 'A second rule of the app was given no name'
          : `Rule "${given}" is the second one of the app, and the first was given no name`,
        { hint: "What each has to remember is kept by its name: whenever(…, { name: 'hallway', … })." },
      );
    }
    const name = given ?? ONLY_RULE;
    this.#assertFree(name);
    this.#nameless = given === undefined;
    return name;
  }

  #assertFree(name: string): void {
    if (!this.#rules.has(name)) return;
    throw new InvalidArgument(`The app has a rule "${name}" already`, {
      hint: 'Give this one another name, or cancel the other first.',
    });
  }

  #shown(options: unknown): string {
    return typeof options === 'object' && options !== null && 'name' in options ? String(options.name) : '';
  }

  #forget(rule: KeptRule): void {
    this.#rules.delete(rule.name);
    this.#service.forget(rule);
  }

  #end(): void {
    for (const rule of [...this.#rules.values()]) rule.cancel();
  }
}
