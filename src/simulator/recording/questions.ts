import type { JsonObject } from '../json.ts';

/** A command that changes nothing, and is answered once. */
export interface Question {
  /** As it is told to people. */
  readonly name: string;
  readonly command: JsonObject & { readonly type: string };
}

/** What a home answered: what it was asked for, or that it refused. */
export type Answer =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export type Answers = ReadonlyMap<string, Answer>;

const question = (type: string, more: JsonObject = {}): Question => ({
  name: Object.keys(more).length === 0 ? type : `${type} ${JSON.stringify(more)}`,
  command: { type, ...more },
});

/** Asked of every home: what a recording is made of, and beyond that what clients rely on, wrong questions included. */
export const questions: readonly Question[] = [
  question('get_config'),
  question('get_states'),
  question('get_services'),
  question('auth/current_user'),
  question('config/area_registry/list'),
  question('config/floor_registry/list'),
  question('config/label_registry/list'),
  question('config/category_registry/list', { scope: 'automation' }),
  question('config/device_registry/list'),
  question('config/entity_registry/list'),
  question('config_entries/get'),
  question('person/list'),
  question('recorder/info'),
  question('config/entity_registry/list_for_display'),
  question('extract_from_target', { target: { entity_id: ['sun.sun'] } }),
  question('slugify', { text: 'Küche, Licht 1' }),
  question('manifest/get', { integration: 'no_such_integration' }),
  question('validate_config', {
    triggers: [{ trigger: 'state', entity_id: 'sun.sun' }],
    conditions: [{ condition: 'no_such_condition' }],
  }),
  question('test_condition', { condition: { condition: 'state', entity_id: 'sun.sun', state: 'no_such_state' } }),
  question('history/history_during_period', { start_time: 'no time', entity_ids: ['sun.sun'] }),
  question('history/history_during_period', { start_time: '2000-01-01T00:00:00Z' }),
  question('logbook/get_events', { start_time: 'no time' }),
  question('config_entries/get_single', { entry_id: 'no_such_entry' }),
  question('config/entity_registry/get', { entity_id: 'no_such.entity' }),
  question('device_automation/trigger/list', { device_id: 'no_such_device' }),
  question('todo/item/list', { entity_id: 'todo.no_such_list' }),
  question('call_service', { domain: 'no_such_domain' }),
  question('get_states', { extra: true }),
  question('no_such_command'),
];
