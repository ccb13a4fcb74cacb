import type { ServiceField, WireContext } from '../../home-assistant/protocol/wire.ts';
import type { HomeCore } from '../home-core.ts';
import { hexId } from '../chance.ts';
import { isoOf } from '../instants.ts';
import type { JsonObject } from '../json.ts';
import { spanText } from '../python-text.ts';
import { dict, fit, optional } from '../schema.ts';
import { ScriptRun, type ScriptStep } from '../script-run.ts';
import type { Service } from '../service-registry.ts';
import type { Attributes } from '../state-record.ts';
import { assertTarget, selectEntities, targetShape } from '../targets.ts';
import type { User } from '../users.ts';

/** A script of the home. Its id is the name of its service, and the end of its entity id. */
export interface ScriptDefinition {
  readonly alias?: string;
  readonly fields?: Readonly<Record<string, ServiceField>>;
  /** @defaultValue 'single' */
  readonly mode?: 'single' | 'parallel';
  readonly sequence: readonly ScriptStep[];
}

export type Scripts = Readonly<Record<string, ScriptDefinition>>;

/** `script`: each script is a service of its own, which is waited for; `turn_on` is not. */
export function registerScript(home: HomeCore, scripts: Scripts): void {
  const entities = new Map(
    Object.entries(scripts).map(([id, definition]) => [`script.${id}`, new Script(home, id, definition)]),
  );
  for (const [id, { fields = {} }] of Object.entries(scripts)) {
    const script = entities.get(`script.${id}`);
    home.services.register('script', id, {
      description: { fields },
      response: 'optional',
      check: (data) => data,
      run: ({ data, context, user }) => script?.run(data, context, user),
    });
  }
  const onEach = (
    act: (script: Script, data: JsonObject, context: WireContext, user: User | undefined) => void,
  ): Service => ({
    description: { fields: {}, target: { entity: [{ domain: ['script'] }] } },
    check: (given) => {
      const data = fit({ ...targetShape, variables: optional(dict) }, given);
      assertTarget(data);
      return data;
    },
    run: ({ data, context, user }) => {
      for (const { entityId } of selectEntities(home, data, (domain) => domain === 'script').entities) {
        const script = entities.get(entityId);
        if (script !== undefined) act(script, data, context, user);
      }
    },
  });
  home.services.register(
    'script',
    'turn_on',
    onEach((script, data, context, user) => script.start(data, context, user)),
  );
  home.services.register(
    'script',
    'turn_off',
    onEach((script) => script.stop()),
  );
  home.services.register(
    'script',
    'toggle',
    onEach((script, data, context, user) => (script.running ? script.stop() : script.start(data, context, user))),
  );
}

class Script {
  readonly #home: HomeCore;
  readonly #id: string;
  readonly #definition: ScriptDefinition;
  readonly #runs = new Set<ScriptRun>();

  constructor(home: HomeCore, id: string, definition: ScriptDefinition) {
    this.#home = home;
    this.#id = id;
    this.#definition = definition;
  }

  get running(): boolean {
    return this.#runs.size > 0;
  }

  /** Not waited for; nobody hears of its failure. */
  start(data: JsonObject, context: WireContext, user: User | undefined): void {
    const variables = data.variables;
    void this.run(typeof variables === 'object' && variables !== null ? { ...variables } : {}, context, user).catch(
      () => undefined,
    );
  }

  stop(): void {
    for (const run of this.#runs) run.stop();
  }

  async run(variables: JsonObject, context: WireContext, user: User | undefined): Promise<unknown> {
    if (this.running && this.#definition.mode !== 'parallel') return undefined;
    const home = this.#home;
    const run = new ScriptRun({
      home,
      context,
      user,
      variables,
      onDelay: (seconds) => this.#show({ last_action: `delay ${spanText(seconds)}` }, context),
    });
    home.fire('script_started', this.#startedData(), { context });
    this.#runs.add(run);
    this.#show({ last_triggered: isoOf(home.instants.next()) }, context);
    try {
      return await run.run(this.#definition.sequence);
    } finally {
      this.#runs.delete(run);
      this.#show({ last_action: undefined }, context);
    }
  }

  #startedData(): JsonObject {
    const name = this.#definition.alias ?? this.#id;
    return { name, entity_id: `script.${this.#id}`, item_id: this.#id, run_id: hexId(this.#home.chance) };
  }

  #show(attributes: Attributes, context: WireContext): void {
    const entity = this.#home.states.get(`script.${this.#id}`);
    if (entity === undefined) return;
    const state = this.running ? 'on' : 'off';
    this.#home.write(entity, { state, attributes: { ...attributes, current: this.#runs.size } }, context);
  }
}
