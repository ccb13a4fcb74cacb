/** What the home of the bench says. Each of its changes can be said in both of Home Assistant's ways. */

/** Turned on before a burst of changes and off after it, so that whoever listens can tell when it began and ended. */
export const BURST = 'binary_sensor.bench_burst';
/** Its changes are to be answered by a call of {@link REACTION}. */
export const TRIGGER = 'sensor.trigger';
export const REACTION = 'light.turn_on';
export const REACTION_TARGET = 'light.bench';

const START_S = 1_795_266_900;
const VERSION = '2026.11.0';

const attributes = {
  state_class: 'measurement',
  unit_of_measurement: '°C',
  device_class: 'temperature',
  friendly_name: 'Bench temperature',
};

export interface Change {
  readonly entityId: string;
  readonly from: string;
  readonly to: string;
  /** Counts the changes; makes contexts and times. */
  readonly sequence: number;
  /** The call that caused it, in whose context it is. */
  readonly call?: number | undefined;
}

/** What the first event of `subscribe_entities` says. */
export interface Situation {
  readonly burst: string;
  readonly trigger: string;
  /** So many sensors, the first ones, are another than at the interruption before; which is counted. */
  readonly changed: number;
  readonly interruptions: number;
}

export function sensorId(index: number): string {
  return `sensor.bench_${String(index).padStart(5, '0')}`;
}

/** The `sequence`th change of a home whose sensors change in turn. No sensor keeps its state. */
export function sensorChange(sequence: number, entities: number): Change {
  const round = Math.floor(sequence / entities);
  const index = sequence % entities;
  const valueIn = (each: number): string => (((index + each * 7) % 400) / 10).toFixed(1);
  return { entityId: sensorId(index), from: valueIn(round - 1 + 400), to: valueIn(round + 400), sequence };
}

/** As an event of `subscribe_entities`: what is different, and no more. */
export function asDifference({ entityId, to, sequence, call = sequence }: Change, id: number): string {
  return `{"type":"event","event":{"c":{"${entityId}":{"+":{"s":"${to}","lc":${timeS(sequence)},"c":"${contextId(call)}"}}}},"id":${id}}`;
}

/** As an event of `subscribe_events` with `state_changed`: both states, whole. */
export function asStateChanged({ entityId, from, to, sequence }: Change, id: number): string {
  const before = fullState(entityId, from, Math.max(0, sequence - 1));
  const after = fullState(entityId, to, sequence);
  const data = { entity_id: entityId, old_state: before, new_state: after };
  return JSON.stringify({
    type: 'event',
    event: { event_type: 'state_changed', data, ...circumstances(sequence) },
    id,
  });
}

/** The event that comes before the changes of a call. */
export function asCallService(domain: string, service: string, data: unknown, sequence: number, id: number): string {
  const event = {
    event_type: 'call_service',
    data: { domain, service, service_data: data },
    ...circumstances(sequence),
  };
  return JSON.stringify({ type: 'event', event, id });
}

/** The first event of `subscribe_entities`: everything. */
export function snapshot(entities: number, { burst, trigger, changed, interruptions }: Situation): unknown {
  const sensors = Array.from({ length: entities }, (_, index) => {
    const later = index < changed ? interruptions : 0;
    return [sensorId(index), { s: String(later), a: attributes, c: contextId(later), lc: START_S + later }] as const;
  });
  const others = { [BURST]: burst, [TRIGGER]: trigger, [REACTION_TARGET]: '0' };
  for (const [id, s] of Object.entries(others)) sensors.push([id, { s, a: attributes, c: contextId(0), lc: START_S }]);
  return { a: Object.fromEntries(sensors) };
}

export const greeting = { type: 'auth_required', ha_version: VERSION };
export const welcome = { type: 'auth_ok', ha_version: VERSION };

export const config = {
  state: 'RUNNING',
  version: VERSION,
  location_name: 'Bench',
  time_zone: 'Europe/Amsterdam',
  latitude: 52.37,
  longitude: 4.89,
  elevation: 2,
  language: 'en',
  components: [],
  unit_system: {},
};

export const services = {
  light: {
    turn_on: {
      name: 'Turn on',
      description: '',
      fields: { transition: {} },
      target: { entity: [{ domain: ['light'] }] },
    },
  },
};

export function contextId(sequence: number): string {
  return `01M7Z3${sequence.toString(36).toUpperCase().padStart(20, '0')}`;
}

function timeS(sequence: number): number {
  return START_S + sequence / 1000 + 0.000_1;
}

function isoTime(sequence: number): string {
  return new Date((START_S + sequence / 1000) * 1000).toISOString().replace('Z', '100+00:00');
}

function fullState(entityId: string, state: string, sequence: number): unknown {
  const at = isoTime(sequence);
  const context = { id: contextId(sequence), parent_id: null, user_id: null };
  return { entity_id: entityId, state, attributes, last_changed: at, last_reported: at, last_updated: at, context };
}

function circumstances(sequence: number): object {
  return {
    origin: 'LOCAL',
    time_fired: isoTime(sequence),
    context: { id: contextId(sequence), parent_id: null, user_id: null },
  };
}
