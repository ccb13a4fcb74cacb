import type { WireContext } from '../home-assistant/protocol/wire.ts';
import { hexId } from './chance.ts';
import type { CommandDefinition } from './command-table.ts';
import { Refusal } from './failures.ts';
import { listOf, readCondition } from './home-conditions.ts';
import type { HomeCore } from './home-core.ts';
import { readTriggers } from './home-triggers.ts';
import { isoOf } from './instants.ts';
import { isObject, type JsonObject } from './json.ts';
import { slugOf } from './registries/named-records.ts';
import { fit, flag, optional, required, text } from './schema.ts';
import { ScriptRun, scriptSteps } from './script-run.ts';
import type { Service } from './service-registry.ts';
import type { Attributes } from './state-record.ts';
import { assertTarget, selectEntities, targetShape } from './targets.ts';

/** An automation, spelled as Home Assistant spells it. */
export interface AutomationDefinition {
  /** Its entity id is made of it. */
  readonly alias: string;
  readonly triggers: readonly JsonObject[];
  readonly conditions?: readonly unknown[] | undefined;
  readonly actions: readonly JsonObject[];
  /** @defaultValue 'single' */
  readonly mode?: 'single' | 'parallel' | undefined;
  /** @defaultValue true */
  readonly enabled?: boolean | undefined;
}

/** By their ids. */
export type AutomationsSetup = Readonly<Record<string, AutomationDefinition>>;

interface Setup {
  readonly state: string;
  readonly attributes: Attributes;
}

const KEPT_RUNS = 5;

/** The automations of a home's own. */
export class Automations {
  readonly #home: HomeCore;
  readonly #byEntity = new Map<string, Automation>();

  constructor(home: HomeCore) {
    this.#home = home;
  }

  /** Takes them in, and gives the states of their entities. They begin to watch at once. */
  furnish(setup: AutomationsSetup): Record<string, Setup> {
    const states: Record<string, Setup> = {};
    for (const [id, definition] of Object.entries(setup)) {
      const entityId = `automation.${slugOf(definition.alias, (slug) => this.#byEntity.has(`automation.${slug}`))}`;
      const automation = new Automation(this.#home, id, entityId, definition);
      this.#byEntity.set(entityId, automation);
      states[entityId] = automation.setup();
      automation.watch();
    }
    return states;
  }

  /** What it was made of; undefined where there is none. */
  configOf(id: string): JsonObject | undefined {
    return [...this.#byEntity.values()].find((automation) => automation.id === id)?.config();
  }

  registerServices(): void {
    const each = (
      shape: Parameters<typeof fit>[0],
      act: (automation: Automation, data: JsonObject, context: WireContext) => unknown,
    ): Service => ({
      description: { fields: {}, target: { entity: [{ domain: ['automation'] }] } },
      check: (given) => {
        const data = fit({ ...targetShape, ...shape }, given);
        assertTarget(data);
        return data;
      },
      run: async ({ data, context }) => {
        const { entities } = selectEntities(this.#home, data, (domain) => domain === 'automation');
        await Promise.all(
          entities.map(({ entityId }) => {
            const automation = this.#byEntity.get(entityId);
            return automation === undefined ? undefined : act(automation, data, context);
          }),
        );
      },
    });
    const register = (name: string, service: Service): void =>
      this.#home.services.register('automation', name, service);
    register(
      'turn_on',
      each({}, (automation, _, context) => automation.enable(true, context)),
    );
    register(
      'turn_off',
      each({ stop_actions: optional(flag, true) }, (automation, _, context) => automation.enable(false, context)),
    );
    register(
      'toggle',
      each({}, (automation, _, context) => automation.enable(!automation.isOn, context)),
    );
    register(
      'trigger',
      each({ skip_condition: optional(flag, true) }, (automation, data, context) =>
        automation.run({ platform: null }, context, data.skip_condition === true),
      ),
    );
  }

  commands(): Record<string, CommandDefinition> {
    return {
      'automation/config': {
        fields: { entity_id: required(text) },
        admin: true,
        run: ({ id, entity_id: entityId }, connection) => {
          const automation = this.#byEntity.get(String(entityId));
          if (automation === undefined) throw new Refusal('not_found', 'Entity not found');
          connection.result(id, { config: automation.config() });
        },
      },
      'trace/list': {
        fields: { domain: required(text), item_id: optional(text) },
        admin: true,
        run: ({ id, domain, item_id: item }, connection) => {
          const all = domain === 'automation' ? [...this.#byEntity.values()] : [];
          connection.result(
            id,
            all.filter((automation) => item === undefined || automation.id === item).flatMap(({ runs }) => runs),
          );
        },
      },
    };
  }
}

class Automation {
  readonly id: string;
  /** What is kept of its last runs. */
  readonly runs: JsonObject[] = [];
  readonly #home: HomeCore;
  readonly #entityId: string;
  readonly #definition: AutomationDefinition;
  #running = 0;

  constructor(home: HomeCore, id: string, entityId: string, definition: AutomationDefinition) {
    this.#home = home;
    this.id = id;
    this.#entityId = entityId;
    this.#definition = definition;
  }

  get isOn(): boolean {
    return this.#home.states.get(this.#entityId)?.state === 'on';
  }

  config(): JsonObject {
    const { alias, triggers, conditions = [], actions, mode = 'single' } = this.#definition;
    return { id: this.id, alias, triggers, conditions, actions, mode };
  }

  setup(): Setup {
    const { alias, mode = 'single', enabled = true } = this.#definition;
    const attributes = { id: this.id, last_triggered: null, mode, current: 0, friendly_name: alias };
    return { state: enabled ? 'on' : 'off', attributes };
  }

  watch(): void {
    readTriggers(this.#definition.triggers)(this.#home, (trigger, context) => {
      // What set it off is told first.
      if (this.isOn) void Promise.resolve().then(() => this.run(trigger, context, false));
    });
  }

  enable(on: boolean, context: WireContext): void {
    const entity = this.#home.states.get(this.#entityId);
    if (entity !== undefined) this.#home.write(entity, { state: on ? 'on' : 'off' }, context);
  }

  async run(trigger: JsonObject, by: WireContext | null, skipsConditions: boolean): Promise<void> {
    const { alias, conditions = [], actions, mode = 'single' } = this.#definition;
    const home = this.#home;
    if (this.#running > 0 && mode === 'single') return;
    if (!skipsConditions && !listOf(conditions).every((each) => holds(home, each))) return;
    const context = home.newContext(undefined, by ?? undefined);
    const [source, runId] = [trigger.description, hexId(home.chance)];
    const started = home.instants.next();
    const told = typeof source === 'string' ? { source } : {};
    const item = { item_id: this.id, run_id: runId };
    home.fire('automation_triggered', { name: alias, entity_id: this.#entityId, ...told, ...item }, { context });
    this.#running += 1;
    this.#show({ last_triggered: isoOf(started) }, context);
    const run = new ScriptRun({ home, context, user: undefined, variables: { trigger } });
    let execution = 'finished';
    try {
      await run.run(scriptSteps(actions));
    } catch (error) {
      // Nobody waits for an automation: a real one says so in its log and in its trace.
      if (!(error instanceof Refusal)) throw error;
      execution = 'error';
    } finally {
      this.#running -= 1;
      this.#show({}, context);
    }
    this.runs.unshift({
      last_step: `action/${Math.max(0, actions.length - 1)}`,
      run_id: runId,
      state: 'stopped',
      script_execution: execution,
      timestamp: { start: isoOf(started), finish: isoOf(home.instants.next()) },
      domain: 'automation',
      item_id: this.id,
      trigger: source ?? null,
    });
    this.runs.splice(KEPT_RUNS);
  }

  #show(attributes: Attributes, context: WireContext): void {
    const entity = this.#home.states.get(this.#entityId);
    if (entity === undefined) return;
    this.#home.write(entity, { attributes: { ...attributes, current: this.#running } }, context);
  }
}

/** A condition that cannot be said does not hold. */
function holds(home: HomeCore, condition: unknown): boolean {
  try {
    if (isObject(condition) && condition.enabled === false) return true;
    return readCondition(home, condition).holds();
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
