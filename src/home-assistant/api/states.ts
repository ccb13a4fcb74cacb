import { type EntityState, entityStateOfWire } from '../states/entity-state.ts';
import { type HomeRequests, jsonOf } from '../calls/home-requests.ts';
import { jsonText } from '../protocol/json-text.ts';
import type { WireState } from '../protocol/wire.ts';
import type { AskOptions } from '../calls/service-call.ts';

export interface SetStateOptions extends AskOptions {
  /** They replace those that were there. @defaultValue none */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  /** Counts as a change even if nothing is different. @defaultValue false */
  readonly forceUpdate?: boolean | undefined;
}

/**
 * The states as Home Assistant itself has them at the moment of asking. What is known here already is at hand in
 * `this.states`, without a wait.
 */
export class ApiStates {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  /** The state of an entity, or undefined where the home has no such entity. */
  async get(entityId: string, options?: AskOptions): Promise<EntityState | undefined> {
    const what = `api.states.get('${entityId}')`;
    const response = await this.#requests.rest(what, { method: 'GET', path: pathOf(entityId) }, options, [404]);
    return response.status === 404 ? undefined : stateOf(jsonOf(response), what);
  }

  /** All states. */
  async getAll(options?: AskOptions): Promise<readonly EntityState[]> {
    const what = 'api.states.getAll()';
    const response = await this.#requests.rest(what, { method: 'GET', path: '/api/states' }, options);
    const states = jsonOf(response);
    if (!Array.isArray(states)) throw notStates(what);
    return states.map((state) => stateOf(state, what));
  }

  /**
   * Writes a state, and makes the entity if there is none. It is only written down: no device does anything, and an
   * integration that owns the entity writes over it with its next reading.
   *
   * @throws RestRefused where the id or the state is none that Home Assistant takes; a state has at most 255 characters.
   */
  async set(entityId: string, state: string | number, options: SetStateOptions = {}): Promise<EntityState | undefined> {
    const { attributes = {}, forceUpdate = false } = options;
    const what = `api.states.set('${entityId}')`;
    this.#requests.assertMayAct(what);
    const body = { state: String(state), attributes, ...(forceUpdate ? { force_update: true } : {}) };
    if (this.#requests.withhold(what, { entityId, ...body })) return undefined;
    const request = { method: 'POST', path: pathOf(entityId), headers: JSON_HEADERS, body: jsonText(body, what) };
    const response = await this.#requests.rest(what, request, options);
    return stateOf(jsonOf(response), what);
  }

  /** Removes a state. True where there was one. An integration that owns the entity brings it back. */
  async remove(entityId: string, options?: AskOptions): Promise<boolean> {
    const what = `api.states.remove('${entityId}')`;
    this.#requests.assertMayAct(what);
    if (this.#requests.withhold(what, { entityId })) return this.#requests.home.mirror.has(entityId);
    const response = await this.#requests.rest(what, { method: 'DELETE', path: pathOf(entityId) }, options, [404]);
    return response.status !== 404;
  }
}

export const JSON_HEADERS: Readonly<Record<string, string>> = { 'content-type': 'application/json' };

function pathOf(entityId: string): string {
  return `/api/states/${encodeURIComponent(entityId)}`;
}

function stateOf(value: unknown, what: string): EntityState {
  if (!isWireState(value)) throw notStates(what);
  return entityStateOfWire(value);
}

function isWireState(value: unknown): value is WireState {
  return typeof value === 'object' && value !== null && 'entity_id' in value && 'state' in value && 'context' in value;
}

function notStates(what: string): TypeError {
  return new TypeError(`${what} was answered with something that is no state`);
}
